# deconv() of images and volumes whose axes all wrap: A is diagonal in the discrete Fourier basis, and so are differences
# that go across the ends. So the minimum is one division for each frequency, and the scores of all lambda are sums over
# frequencies: with H and Y the transforms of kernel and values, and P the gain of the differences, squared,
#     x^ = Conj(H) Y / (|H|^2 + lambda P),    theta = |H|^2 / P.

wraps_all <- function(A, weights) is.null(weights) && all(A@nh == 1 | A@boundary == "wrap")

# H and P, along the axes that the kernel has more than one sample on.
wrap_spectrum <- function(A, order) {
  unit <- array(replace(numeric(prod(A@n)), 1L, 1), A@n)
  H <- stats::fft(array(array_product(A, as.vector(unit)), A@n))
  P <- array(if (order == 0) 1 else 0, A@n)
  along <- if (any(A@nh > 1)) which(A@nh > 1) else seq_along(A@n)
  for (a in along[order > 0]) {
    gain <- (2 - 2 * cos(2 * pi * (seq_len(A@n[a]) - 1) / A@n[a]))^order
    P <- P + gain[slice.index(P, a)]
  }
  gain <- Mod(H)^2
  if (all(P == 0) || any(gain[P == 0] <= 1e-26 * max(gain))) {
    abort(
      "numeric", "x is not determined: neither `h` nor its differences pass on its mean, or there are none.",
      "Use `order = 0`."
    )
  }
  list(H = H, P = P)
}

wrap_measures <- function(p) {
  s <- wrap_spectrum(p$A, p$order)
  gain <- Mod(s$H)^2
  free <- s$P == 0
  at <- gain[!free] / s$P[!free]
  list(
    fit = list(at = at, weight = Mod(stats::fft(array(p$z, p$A@n)))[!free]^2 / length(p$z)),
    trace = list(at = at, weight = rep(1, length(at))), free = sum(free),
    range = c(max(at), max(gain) / 4^p$order)
  )
}

# The minimum, and the bound on the distance from it.
wrap_ridge <- function(p, order) {
  s <- wrap_spectrum(p$A, order)
  size <- Mod(s$H)^2 + p$lambda * s$P
  back <- function(F) as.vector(Re(stats::fft(F, inverse = TRUE))) / length(F)
  x <- back(Conj(s$H) * stats::fft(array(p$y, p$A@n)) / size)
  gap <- function(x) {
    rough <- back(s$P * stats::fft(array(x, p$A@n)))
    slope <- transposed_array_product(p$A, p$y - array_product(p$A, x)) - p$lambda * rough
    if (any(x != 0)) sqrt(sum(slope^2)) / (min(size) * sqrt(sum(x^2))) else 0
  }
  list(x = x, steps = 0, gap = gap)
}
