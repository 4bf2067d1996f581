#' Savitzky-Golay filters: local polynomials, and their derivatives
#'
#' `savitzky_golay()` lays a polynomial through each stretch of `m` samples, by least squares, and takes its value,
#' or that of a derivative, at the middle sample. The first and the last `m %/% 2` outputs come from the
#' polynomials of the first and the last `m` samples. `savitzky_golay_kernel()` gives the kernel that does
#' this away from the ends. `savitzky_golay((0:4)^2, 3, 2, derivative = 1)` is 0 2 4 6 8
#' to rounding, the slopes of a parabola.
#'
#' @param x The signal: a numeric or complex vector of at least `m` samples, a matrix with one signal in each
#'   column, a time series, or one of the [classes].
#' @param m Odd whole number: the length of the stretches.
#' @param degree Whole number from 0 to m - 1: the degree of the polynomials. Degree 0 is a moving average;
#'   for even derivatives, degrees 2 and 3 have the same kernel.
#' @param derivative Whole number, 0 or more: which derivative to return; 0 for the smoothed signal. It is 0
#'   everywhere where it is
#'   larger than `degree`.
#' @param spacing Positive number: the time from one sample to the next. A derivative is in units of `x` over
#'   those of `spacing`, to the power `derivative`.
#'
#' @returns `savitzky_golay()`: as many values as `x` has, with its names, dates and class. (Of `units`, a derivative
#'   keeps those of `x`, as `spacing` is a number.) A signal of length 0 gives one of length 0.
#'
#'   `savitzky_golay_kernel()`: a double vector h of length m, for which `conv(x, h, "same")` is the filter, but for
#'   the ends. It is symmetric for even derivatives, and antisymmetric for odd ones.
#'
#' @section Coming from another system:
#' | there | here |
#' |---|---|
#' | `scipy.signal.savgol_filter(x, m, degree, derivative, spacing)` (mode `"interp"`) | `savitzky_golay(x, m, degree, derivative, spacing)` |
#' | the same with `mode = "mirror"`, `"nearest"`, `"wrap"`, `"constant"` | `conv(x, savitzky_golay_kernel(m, degree, derivative, spacing), "same", boundary = "mirror")`, or `"nearest"`, `"wrap"`, `"zero"` |
#' | `scipy.signal.savgol_coeffs(m, degree, derivative, spacing)` | `savitzky_golay_kernel(m, degree, derivative, spacing)` |
#' | `signal::sgolayfilt(x, degree, m, derivative, spacing)`, MATLAB `sgolayfilt(x, degree, m)` | `savitzky_golay(x, m, degree, derivative, spacing)` |
#'
#' @section Missing values:
#' As in [conv()]: a missing sample makes those outputs missing whose stretch it is in, and no others.
#'
#' @section Errors:
#' `convmat_error_type` if `x` is not numbers, or an argument is not a number; `convmat_error_value` if `m` is even,
#' `degree` is not below m, `derivative` or `spacing` are out of range, or weights are so large that they are
#' infinite; `convmat_error_length`
#' if `x` has less than `m` samples; `convmat_error_memory` if the polynomials need more than
#' `getOption("convmat.max_bytes")`.
#'
#' @section Algorithm and accuracy:
#' Powers of time are a bad basis: with them, SciPy 1.10's weights for m = 101 and degree 10 add up to 0.0001 instead
#' of 1. Here polynomials that are orthogonal on the samples are built one from the other, each made
#' orthogonal to all before twice (Arnoldi's process, Brubeck and others 2021), and so are their
#' derivatives; that costs m degree^2 operations. Outputs are [conv()]'s, with its promise for these weights.
#'
#' @references Savitzky, A. and Golay, M. J. E. (1964) Smoothing and differentiation of data by simplified least
#'   squares procedures. _Analytical Chemistry_ 36, 1627--1639. \doi{10.1021/ac60214a047}
#'
#'   Gorry, P. A. (1990) General least-squares smoothing and differentiation by the convolution (Savitzky-Golay)
#'   method. _Analytical Chemistry_ 62, 570--573. \doi{10.1021/ac00205a007}
#'
#'   Brubeck, P. D., Nakatsukasa, Y. and Trefethen, L. N. (2021) Vandermonde with Arnoldi. _SIAM Review_ 63, 405--415.
#'   \doi{10.1137/19M130100X}
#'
#' @seealso [conv()] for other kernels
#' @family convolution
#' @examples
#' savitzky_golay_kernel(5, 2) * 35
#' savitzky_golay((1:9)^2, 5, 2, derivative = 1) # of t^2: 2t, at the ends, too
#'
#' # a noisy peak keeps its height, and shows where it rises
#' set.seed(1)
#' t <- seq(-3, 3, by = 0.05)
#' x <- exp(-t^2) + rnorm(length(t), sd = 0.05)
#' plot(t, x, col = "grey")
#' lines(t, savitzky_golay(x, 21, 3), lwd = 2)
#' lines(t, savitzky_golay(x, 21, 3, derivative = 1, spacing = 0.05), lty = 2)
#' @export
savitzky_golay <- function(x, m, degree, derivative = 0, spacing = 1) {
  check_given()
  values <- plain_samples(x, "x")
  how <- check_local_polynomial(m, degree, derivative, spacing)
  n <- count_samples(values)
  if (n > 0 && n < how$m) {
    abort("length", sprintf(
      "`x` must have at least `m` samples, %s, not %s.", format_count(how$m), format_count(n)
    ))
  }
  columns <- matrix(values, n, count_columns(values))
  y <- if (n == 0) columns else local_polynomials(columns, how)
  if (!is.complex(y)) {
    storage.mode(y) <- "double"
  }
  attributes(y) <- result_attributes(values, 1, length(y), ncol(y), "same", NULL)
  if (has_class(x)) conv_restore(y, x) else y
}

#' @rdname savitzky_golay
#' @export
savitzky_golay_kernel <- function(m, degree, derivative = 0, spacing = 1) {
  check_given()
  how <- check_local_polynomial(m, degree, derivative, spacing)
  basis <- local_basis(how)
  row_weights(basis, (how$m + 1) / 2)
}

check_local_polynomial <- function(m, degree, derivative, spacing) {
  m <- check_count(m, "m", most = .Machine$integer.max)
  if (m %% 2 == 0) {
    abort("value", sprintf("`m` must be odd, so that a stretch has a middle, not %s.", format_count(m)))
  }
  degree <- check_count(degree, "degree", least = 0, most = m - 1)
  derivative <- check_count(derivative, "derivative", least = 0)
  spacing <- check_number(spacing, "spacing", "a positive number", function(s) s > 0 && s < Inf)
  check_memory(
    8 * m * (degree + 1) * (min(derivative, degree) + 4),
    "`m` and `degree` are too large: the polynomials need"
  )
  list(m = m, degree = degree, derivative = derivative, spacing = spacing)
}

# Orthonormal polynomials on the m samples of a stretch, a column for each degree, and their derivatives.
# Stretches are symmetric, so these polynomials are even and odd in turn, and are kept so to the last bit.
local_basis <- function(how) {
  m <- how$m
  half <- (m - 1) / 2
  u <- if (m > 1) seq(-half, half) / half else 0 # from -1 to 1
  d <- min(how$derivative, how$degree + 1)
  unit <- half * how$spacing
  Q <- matrix(1 / sqrt(m), m, 1)
  D <- c(list(Q), rep(list(matrix(0, m, 1)), d)) # derivatives 0 ... d
  for (j in seq_len(how$degree)) {
    next_one <- u * Q[, j]
    along <- numeric(j)
    for (again in 1:2) {
      part <- drop(crossprod(Q, next_one))
      next_one <- next_one - drop(Q %*% part)
      along <- along + part
    }
    next_one <- (next_one + (-1)^j * rev(next_one)) / 2
    size <- sqrt(sum(next_one^2))
    for (k in rev(seq_len(d))) {
      above <- (u * D[[k + 1]][, j] + k * D[[k]][, j] - drop(D[[k + 1]] %*% along)) / size
      D[[k + 1]] <- cbind(D[[k + 1]], above, deparse.level = 0)
    }
    Q <- D[[1]] <- cbind(Q, next_one / size, deparse.level = 0)
  }
  list(values = Q, derivatives = D[[d + 1]], derivative = how$derivative, unit = unit)
}

# The weights of the samples of a stretch for the output at its sample i, as a kernel of conv().
row_weights <- function(basis, i) {
  d <- basis$derivative
  at <- basis$derivatives[i, ]
  weights <- rev(drop(basis$values %*% at))
  if (i == (nrow(basis$values) + 1) / 2) {
    weights <- (weights + (-1)^d * rev(weights)) / 2
  }
  if (d > 0) {
    weights <- if (any(weights != 0)) weights / basis$unit^d else weights
  }
  if (!all(is.finite(weights))) {
    abort(
      "value", "`spacing` is too small: weights of this derivative are infinite.",
      "Use another unit of time."
    )
  }
  weights
}

# The inner outputs by one convolution, each of those at the ends by one of its own.
local_polynomials <- function(x, how) {
  m <- how$m
  n <- nrow(x)
  half <- (m - 1) / 2
  basis <- local_basis(how)
  inner <- conv(x, row_weights(basis, half + 1), "valid")
  first <- x[seq_len(m), , drop = FALSE]
  last <- x[n - m + seq_len(m), , drop = FALSE]
  ends <- lapply(seq_len(half), function(i) {
    list(conv(first, row_weights(basis, i), "valid"), conv(last, row_weights(basis, half + 1 + i), "valid"))
  })
  rbind(do.call(rbind, lapply(ends, `[[`, 1L)), inner, do.call(rbind, lapply(ends, `[[`, 2L)))
}
