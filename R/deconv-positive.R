# Non-negative least squares for deconv(): minimise |z - W A x|^2 / 2 + lambda |D x|^2 / 2 with x >= 0.
#
# With N = A'W^2 A + lambda D'D and b = A'W z, x is the minimum exactly if x >= 0, the slope
# s = N x - b >= 0, and x s = 0 (Karush, Kuhn and Tucker). A primal-dual interior point method with
# Mehrotra's predictor and corrector keeps x and s positive and takes x s to 0; each step is one banded
# factor of N + diag(s / x), whatever the condition of N. Then the zeros are known, and the others are
# solved for once more without them, which makes the solution as exact as least squares is.
#
# Mehrotra, S. (1992) SIAM Journal on Optimization 2, 575-601.

# `free`, if not NULL, is the solution without the sign, whose choice of lambda is kept.
fit_positive <- function(problem, lambda, z, free) {
  tick <- progress("Deconvolving")
  each <- lapply(seq_len(ncol(z)), function(column) {
    part <- z[, column, drop = FALSE]
    show <- function(done) if (!is.null(tick)) tick((column - 1 + done) / ncol(z))
    x <- solve_positive(problem, lambda[column], part, show)
    fit <- make_fit(problem, matrix(x$x), part, x$edf, NA_real_)
    c(fit, x[c("kkt", "gap", "steps")])
  })
  fit <- combine_fits(each, free$search)
  fit$lambda <- lambda
  fit$rule <- free$rule
  fit
}

# x, the residual of the conditions above over max |b|, the gap to the minimum over the
# minimum, at most, and the number of factors.
solve_positive <- function(problem, lambda, z, show) {
  N <- normal_band(problem, lambda)
  p <- nrow(N)
  size <- mean(N[p, ])
  b <- drop(problem$transpose(z))
  if (!any(b > 0) || size == 0) {
    return(finish_positive(problem, lambda, z, numeric(problem$n), b, 0))
  }
  slope <- function(x) {
    x <- matrix(x)
    out <- problem$transpose(problem$multiply(x) - z)
    if (lambda > 0) out <- out + lambda * problem$undiffer(problem$differ(x))
    drop(out)
  }
  inner <- interior_point(N, slope, b, size, sum(z^2) / 2, problem, lambda, z, show)
  x <- polish_zeros(N, slope, b, inner, size)
  finish_positive(problem, lambda, z, x, b, inner$steps, slope(x))
}

finish_positive <- function(problem, lambda, z, x, b, steps, s = -b) {
  scale <- max(abs(b), .Machine$double.xmin)
  minimum <- objective(problem, lambda, z, x)
  # of x and s >= 0 near by, the distance of primal and dual
  gap <- sum(x * pmax(s, 0)) + sum(abs(x * pmin(s, 0)))
  free <- x > 0
  edf <- sum(free)
  if (lambda > 0 && edf > 0) {
    R <- .Call(ffi_band_cholesky_plus, normal_band(problem, lambda), ifelse(free, 0, Inf))
    edf <- if (is.null(R)) NA_real_ else edf - lambda * trace_of_free(.Call(ffi_band_inverse, R), problem$penalty, free)
  }
  list(
    x = x, edf = edf, steps = steps, kkt = max(abs(pmin(x, s / scale)), 0),
    gap = if (gap == 0) 0 else gap / max(minimum, .Machine$double.xmin)
  )
}

objective <- function(problem, lambda, z, x) {
  x <- matrix(x)
  (sum((z - problem$multiply(x))^2) + if (lambda > 0) lambda * sum(problem$differ(x)^2) else 0) / 2
}

# As trace_of_product(), over the rows and columns that are free.
trace_of_free <- function(Z, P, free) {
  p <- nrow(P) - 1L
  n <- ncol(P)
  for (d in 0:min(p, n - 1L)) {
    both <- free[seq(d + 1L, n)] & free[seq_len(n - d)]
    P[p + 1L - d, seq(d + 1L, n)] <- P[p + 1L - d, seq(d + 1L, n)] * both
  }
  trace_of_product(Z, P)
}

interior_point <- function(N, slope, b, size, most, problem, lambda, z, show, steps = 60L) {
  n <- length(b)
  x <- pmax(b / size, 0) + mean(abs(b)) / size
  s <- pmax(slope(x), 0) + mean(abs(b))
  best <- list(x = x, s = s, steps = 0)
  last <- Inf
  for (step in seq_len(steps)) {
    r <- slope(x)
    gap <- sum(x * s)
    dual <- max(abs(r - s))
    value <- max(objective(problem, lambda, z, x), 1e-20 * most)
    best <- list(x = x, s = s, steps = step - 1)
    show(min(1, step / 30))
    if (gap <= 1e-13 * value && dual <= 1e-13 * max(abs(b))) {
      break
    }
    R <- positive_factor(N, s / x)
    if (is.null(R)) {
      break
    }
    solve <- function(right) drop(.Call(ffi_band_solve, R, matrix(right)))
    dx <- solve(-r)
    ds <- -s - s / x * dx
    mu <- gap / n
    along <- step_length(x, dx, s, ds)
    sigma <- (sum((x + along * dx) * (s + along * ds)) / gap)^3
    target <- sigma * mu - dx * ds
    dx <- solve(-r + target / x)
    ds <- (target - s * dx) / x - s
    along <- min(1, 0.995 * step_length(x, dx, s, ds, Inf))
    x <- x + along * dx
    s <- s + along * ds
    if (!all(is.finite(x)) || !all(is.finite(s)) || along < 1e-10) {
      break
    }
  }
  best
}

positive_factor <- function(N, d) {
  R <- .Call(ffi_band_cholesky_plus, N, d)
  if (is.null(R)) .Call(ffi_band_cholesky_plus, N, d + 1e-14 * max(N[nrow(N), ])) else R
}

# How far both stay above 0.
step_length <- function(x, dx, s, ds, most = 1) {
  min(most, -x[dx < 0] / dx[dx < 0], -s[ds < 0] / ds[ds < 0])
}

# Solves for the samples that are not 0 alone; those that come out negative join the zeros, and
# zeros whose slope is negative leave them. The interior point's x where that does not end.
polish_zeros <- function(N, slope, b, inner, size, rounds = 12L) {
  free <- inner$x * size > inner$s
  kkt <- function(x) max(abs(pmin(x * size, slope(x))))
  best <- ifelse(free, inner$x, 0)
  least <- kkt(best)
  whole <- kkt(inner$x)
  if (whole < least) {
    best <- inner$x
    least <- whole
  }
  small <- 1e-14 * max(abs(b))
  for (round in seq_len(rounds)) {
    R <- .Call(ffi_band_cholesky_plus, N, ifelse(free, 0, Inf))
    if (is.null(R)) {
      break
    }
    x <- numeric(length(b))
    for (i in 1:3) {
      x <- x + drop(.Call(ffi_band_solve, R, matrix(ifelse(free, -slope(x), 0))))
    }
    negative <- free & x < 0
    s <- slope(x)
    leaves <- !free & s < -small
    x <- pmax(x, 0)
    reached <- kkt(x)
    if (reached < least) {
      best <- x
      least <- reached
    }
    if (!any(negative) && !any(leaves)) {
      break
    }
    free <- (free & !negative) | leaves
  }
  best
}
