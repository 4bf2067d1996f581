# Non-negative least squares for deconv(): minimise |z - W A x|^2 / 2 + lambda |D x|^2 / 2 with x >= 0.
#
# With N = A'W^2 A + lambda D'D and b = A'W z, x is the minimum exactly if x >= 0, the slope
# s = N x - b >= 0, and x s = 0 (Karush, Kuhn and Tucker). A primal-dual interior point method with
# Mehrotra's predictor and corrector keeps x and s positive and takes x s to 0; each step is one banded
# factor of N + diag(s / x), whatever the condition of N. Then the zeros are known, most often, and the others are
# solved for once more without them, which makes the solution as exact as least squares is; else the steps go on.
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
    c(fit, x[c("kkt", "gap", "steps", "poor")])
  })
  fit <- combine_fits(each, free$search)
  if (any(fit$poor)) {
    warn(
      "numeric", sprintf(
        "The best x that is nowhere negative was not found: its sum of squares may be up to %s %% smaller.",
        format(100 * min(1, max(fit$gap[fit$poor])), digits = 2L)
      ),
      "The spectrum of `h` is almost 0 somewhere, or x grows without end.", "Use method \"ridge\"."
    )
  }
  fit$poor <- NULL
  fit$lambda <- lambda
  fit$rule <- free$rule
  fit
}

# x, the residual of the conditions above over max |b|, the gap to the minimum over the
# minimum, at most, and the number of factors.
solve_positive <- function(problem, lambda, z, show) {
  N <- normal_band(problem, lambda)
  size <- mean(N[nrow(N), ])
  b <- drop(problem$transpose(z))
  look <- function(x) look_positive(problem, lambda, z, x)
  if (!any(b > 0) || size == 0) {
    return(finish_positive(problem, lambda, z, N, numeric(problem$n), look, b, 0))
  }
  inner <- start_positive(look, b, size)
  for (goal in positive_goals) {
    inner <- interior_point(N, look, inner, goal, max(abs(b)), sum(z^2) / 2, show)
    polished <- polish_zeros(N, look, b, inner, size)
    if (polished$ends || inner$stuck) break
  }
  finish_positive(problem, lambda, z, N, polished$x, look, b, inner$steps + polished$steps)
}

# The gaps, over the minimum, at which the zeros are tried: most often they are known at the first.
positive_goals <- c(1e-9, 1e-13)

# What is minimised at x, and its slope.
look_positive <- function(problem, lambda, z, x) {
  x <- matrix(x)
  off <- problem$multiply(x) - z
  slope <- problem$transpose(off)
  value <- sum(off^2)
  if (lambda > 0) {
    bent <- problem$differ(x)
    slope <- slope + lambda * problem$undiffer(bent)
    value <- value + lambda * sum(bent^2)
  }
  list(value = value / 2, slope = drop(slope))
}

finish_positive <- function(problem, lambda, z, N, x, look, b, steps) {
  here <- look(x)
  s <- here$slope
  # of x and s >= 0 near by, the distance of primal and dual
  gap <- sum(x * abs(s))
  free <- x > 0
  edf <- sum(free)
  if (lambda > 0 && edf > 0) {
    edf <- free_degrees(N, lambda, problem$penalty, free)
  }
  list(
    x = x, edf = edf, steps = steps, kkt = max(abs(pmin(x, s / max(abs(b), .Machine$double.xmin))), 0),
    gap = if (gap == 0) 0 else gap / max(here$value, .Machine$double.xmin),
    # rounding leaves that much where y is fitted exactly
    poor = gap > 1e-6 * here$value + 1e-10 * sum(z^2)
  )
}

# The degrees of freedom of the samples that are not 0. Where these are not determined a little is added to N,
# whose share is taken out again: what is in no way determined has none.
free_degrees <- function(N, lambda, penalty, free) {
  added <- 0
  R <- .Call(ffi_band_cholesky_plus, N, ifelse(free, 0, Inf))
  if (is.null(R)) {
    added <- 1e-12 * max(N[nrow(N), ])
    R <- .Call(ffi_band_cholesky_plus, N, ifelse(free, added, Inf))
  }
  if (is.null(R)) {
    return(NA_real_)
  }
  Z <- .Call(ffi_band_inverse, R)
  sum(free) - lambda * trace_of_free(Z, penalty, free) - added * sum(Z[nrow(Z), free])
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

start_positive <- function(look, b, size) {
  x <- pmax(b / size, 0) + mean(abs(b)) / size
  list(x = x, s = pmax(look(x)$slope, 0) + mean(abs(b)), steps = 0, stuck = FALSE)
}

# Goes on from `at` until the gap is at most `goal` of the minimum. `largest` is max |b|, `most` the value at 0.
interior_point <- function(N, look, at, goal, largest, most, show, steps = 60L) {
  x <- at$x
  s <- at$s
  repeat {
    here <- look(x)
    gap <- sum(x * s)
    at[c("x", "s")] <- list(x, s)
    show(min(1, at$steps / 30))
    dual <- max(abs(here$slope - s))
    if (gap <= goal * max(here$value, 1e-20 * most) && dual <= goal * largest) {
      return(at)
    }
    quotient <- s / x
    R <- if (at$steps < steps) positive_factor(N, quotient)
    if (is.null(R)) {
      break
    }
    at$steps <- at$steps + 1
    solve <- function(right) drop(.Call(ffi_band_solve, R, matrix(right)))
    dx <- solve(-here$slope)
    ds <- -s - quotient * dx
    along <- min(1, step_length(x, dx, s, ds))
    sigma <- (sum((x + along * dx) * (s + along * ds)) / gap)^3
    target <- sigma * gap / length(x) - dx * ds
    dx <- solve(target / x - here$slope)
    ds <- target / x - quotient * dx - s
    R <- NULL # its memory is that of the next
    along <- min(1, 0.995 * step_length(x, dx, s, ds))
    x <- x + along * dx
    s <- s + along * ds
    if (!all(is.finite(x)) || !all(is.finite(s)) || along < 1e-10) {
      break
    }
  }
  at$stuck <- TRUE
  at
}

positive_factor <- function(N, d) {
  R <- .Call(ffi_band_cholesky_plus, N, d)
  if (is.null(R)) .Call(ffi_band_cholesky_plus, N, d + 1e-14 * max(N[nrow(N), ])) else R
}

# How far both stay above 0.
step_length <- function(x, dx, s, ds) {
  1 / max(-dx / x, -ds / s, 0)
}

# Solves for the samples that are not 0 alone; those that come out negative join the zeros, and
# zeros whose slope is negative leave them. `ends` if none does in the end; x is the best that was met.
polish_zeros <- function(N, look, b, inner, size, rounds = 12L) {
  free <- inner$x * size > inner$s
  kkt <- function(x, slope) max(abs(pmin(x * size, slope)))
  best <- list(x = inner$x, least = kkt(inner$x, look(inner$x)$slope))
  keep <- function(x, slope) {
    reached <- kkt(x, slope)
    if (reached < best$least) best <<- list(x = x, least = reached)
  }
  x <- ifelse(free, inner$x, 0)
  slope <- look(x)$slope
  keep(x, slope)
  small <- 1e-14 * max(abs(b))
  done <- FALSE
  round <- 0
  while (round < rounds && !done) {
    R <- .Call(ffi_band_cholesky_plus, N, ifelse(free, 0, Inf))
    if (is.null(R)) {
      break
    }
    round <- round + 1
    x <- numeric(length(b))
    slope <- -b
    for (i in 1:3) {
      x <- x + drop(.Call(ffi_band_solve, R, matrix(ifelse(free, -slope, 0))))
      slope <- look(x)$slope
    }
    R <- NULL
    negative <- free & x < 0
    leaves <- !free & slope < -small
    done <- !any(negative) && !any(leaves)
    if (any(negative)) {
      x <- pmax(x, 0)
      slope <- look(x)$slope
    }
    keep(x, slope)
    free <- (free & !negative) | leaves
  }
  list(x = best$x, ends = done, steps = round)
}
