# The least squares behind deconv(): problems with a band are factorised, small ones solved as
# they stand, and what is not determined gets its shortest solution.

# Below this a problem counts as singular, and x as not determined. Bands of matrices that are
# exactly singular come out between 1e-18 and 1e-15.
rcond_singular <- 1e-13

# Below this there is a warning.
rcond_warn <- 1e-4

# Below this the normal equations are replaced by a factorisation of the matrix itself;
# refinement makes up for what is lost above it.
rcond_cholesky <- 1e-10

# All on scaled data: kernel and penalty at most 1, each column of y at most 1.
deconvolve <- function(y, h, n, mode, origin, boundary, lambda, order, minimum_norm) {
  weight <- if (is.numeric(lambda)) sqrt(lambda) else 0
  unit_h <- power_of_two(max(abs(h), weight))
  unit_y <- power_of_two(vapply(seq_len(ncol(y)), function(c) max(abs(y[, c])), 0))
  h <- h / unit_h
  y <- scale_columns(y, 1 / unit_y)
  problem <- deconv_problem(h, n, mode, origin, boundary, order)
  out <- if (is.numeric(lambda)) {
    fit <- fit_band(problem, (weight / unit_h)^2, y)
    if (is.null(fit)) singular_fit(problem, (weight / unit_h)^2, y, minimum_norm) else fit
  } else {
    fit_gcv(problem, y)
  }
  if (is.numeric(lambda)) {
    warn_condition(out$rcond, lambda)
    out$lambda <- lambda
  } else {
    out$lambda <- out$lambda * unit_h^2
    out$search$lambda <- out$search$lambda * unit_h^2
  }
  unscale(out, unit_h, unit_y)
}

# Neither it nor its reciprocal overflows.
power_of_two <- function(size) {
  ifelse(size > 0, 2^pmin(pmax(floor(log2(size)), -1000), 1000), 1)
}

scale_columns <- function(x, by) x * rep(by, each = nrow(x))

unscale <- function(out, unit_h, unit_y) {
  # in two steps, since the factor may overflow where x does not
  power <- log2(unit_y) - log2(unit_h)
  half <- floor(power / 2)
  out$coefficients <- scale_columns(scale_columns(out$coefficients, 2^half), 2^(power - half))
  if (!all(is.finite(out$coefficients))) {
    abort(
      "numeric", "x is larger than the largest number there is.",
      "Use smaller units for `y`, or larger ones for `h`."
    )
  }
  out$fitted.values <- scale_columns(out$fitted.values, unit_y)
  out$residuals <- scale_columns(out$residuals, unit_y)
  out$gcv <- out$gcv * unit_y^2
  if (!is.null(out$search)) {
    out$search$gcv <- scale_columns(out$search$gcv, unit_y^2)
  }
  out
}

warn_condition <- function(rcond, lambda) {
  if (rcond >= rcond_warn) {
    return(invisible())
  }
  warn(
    "numeric",
    sprintf(
      "x is ill-conditioned: its reciprocal condition is about %s (the warning comes below %s).",
      format(rcond, digits = 2L), format(rcond_warn)
    ),
    sprintf(
      "The spectrum of `h` is almost 0 somewhere: relative errors in `y` may become %s times as large.",
      format(1 / rcond, digits = 2L)
    ),
    if (lambda > 0) {
      "Use a larger `lambda`, or \"gcv\"."
    } else {
      "Use method \"ridge\", for instance with `lambda = \"gcv\"`."
    }
  )
}

# What is minimised: products with A and its transpose, for columns; the bands of A'A (a column
# of it, where all are the same) and of D'D, which is not the higher; and D'D. Samples of a signal
# that wraps are in the order of `turn`.
deconv_problem <- function(h, n, mode, origin, boundary, order) {
  sparse <- function() conv_matrix(h, n, mode, origin, boundary, sparse = TRUE)
  D <- differences(n, order)
  turn <- NULL
  if (mode == "full") {
    multiply <- function(x) conv(x, h, method = "direct")
    transpose <- function(r) conv(r, rev(h), "valid", method = "direct")
    gram <- autocorrelation_band(h, n)
  } else {
    A <- sparse()
    if (boundary == "wrap") {
      turn <- c(rbind(seq_len(n), rev(seq_len(n))))[seq_len(n)]
      A <- A[, turn, drop = FALSE]
      D <- D[, turn, drop = FALSE]
    }
    sparse <- function() A
    multiply <- function(x) as.matrix(A %*% x)
    transpose <- function(r) as.matrix(Matrix::crossprod(A, r))
    gram <- symmetric_band(Matrix::crossprod(A))
  }
  DD <- Matrix::crossprod(D)
  penalty <- symmetric_band(DD)
  list(
    h = h, n = n, mode = mode, order = order, turn = turn, sparse = sparse, D = D,
    multiply = multiply, transpose = transpose, penalise = function(x) as.matrix(DD %*% x),
    gram = heighten(gram, nrow(penalty)), penalty = penalty
  )
}

# The (n - order) x n matrix of differences.
differences <- function(n, order) {
  weight <- switch(order + 1, 1, c(-1, 1), c(1, -2, 1))
  rows <- max(n - order, 0)
  Matrix::sparseMatrix(
    i = rep(seq_len(rows), order + 1), j = rep(seq_len(rows), order + 1) + rep(0:order, each = rows),
    x = rep(weight, each = rows), dims = c(rows, n)
  )
}

# Bands as in kernel/band.c: row p + 1 has the diagonal, row 1 the p-th above it.
symmetric_band <- function(S) {
  S <- methods::as(methods::as(S, "CsparseMatrix"), "generalMatrix")
  i <- S@i + 1L
  j <- rep(seq_len(ncol(S)), diff(S@p))
  upper <- i <= j
  p <- max(0L, (j - i)[upper])
  band <- matrix(0, p + 1L, ncol(S))
  band[cbind(p + 1L + i - j, j)[upper, , drop = FALSE]] <- S@x[upper]
  band
}

# Every column is the same.
autocorrelation_band <- function(h, n) {
  m <- length(h)
  lags <- conv(rev(h), h, method = "direct")[seq(max(1, m - n + 1), m)] # the largest first
  matrix(lags)
}

# With empty diagonals on top, `height` at least.
heighten <- function(band, height) {
  missing <- height - nrow(band)
  if (missing > 0L) rbind(matrix(0, missing, ncol(band)), band) else band
}

# A'A + lambda D'D.
normal_band <- function(problem, lambda) {
  .Call(ffi_band_sum, problem$gram, problem$penalty, lambda)
}

# The rows of [A; sqrt(lambda) D], the leftmost first, each from its first column on.
band_rows <- function(problem, lambda) {
  B <- Matrix::t(rbind(problem$sparse(), sqrt(lambda) * problem$D))
  column <- rep(seq_len(ncol(B)), diff(B@p)) # a row of [A; D]
  some <- diff(B@p) > 0
  start <- rep(NA_real_, ncol(B))
  start[some] <- B@i[B@p[-length(B@p)][some] + 1L]
  offset <- B@i - start[column]
  values <- matrix(0, max(offset, 0) + 1, ncol(B))
  values[cbind(offset + 1, column)] <- B@x
  by <- order(start, na.last = NA)
  list(start = start[by], values = values[, by, drop = FALSE])
}

# The factor R of A'A + lambda D'D = R'R, and reciprocal conditions; NULL if it is singular.
factor_band <- function(problem, lambda) {
  N <- normal_band(problem, lambda)
  norm <- .Call(ffi_band_norm, N)
  if (!(norm > 0)) {
    return(NULL)
  }
  R <- .Call(ffi_band_cholesky, N)
  inverse <- if (is.null(R)) Inf else .Call(ffi_band_inverse_norm, R)
  if (!(norm * inverse <= 1 / rcond_cholesky)) {
    rows <- band_rows(problem, lambda)
    R <- .Call(ffi_band_qr, rows$start, rows$values, problem$n)
    inverse <- .Call(ffi_band_inverse_norm, R)
  }
  if (!(sqrt(norm) * sqrt(inverse) <= 1 / rcond_singular)) {
    return(NULL)
  }
  gram_norm <- if (lambda > 0) .Call(ffi_band_norm, normal_band(problem, 0)) else norm
  list(R = R, rcond = if (gram_norm > 0) 1 / sqrt(gram_norm * inverse) else 0)
}

# Refined with the residuals of the problem as it stands, until that no longer helps.
solve_band <- function(problem, R, lambda, y) {
  x <- .Call(ffi_band_solve, R, problem$transpose(y))
  last <- Inf
  for (step in 1:6) {
    slope <- problem$transpose(y - problem$multiply(x))
    if (lambda > 0) {
      slope <- slope - lambda * problem$penalise(x)
    }
    change <- .Call(ffi_band_solve, R, slope)
    size <- max(abs(change))
    if (!(size < last / 2)) {
      break
    }
    x <- x + change
    last <- size
    if (size <= 4 * .Machine$double.eps * max(abs(x))) {
      break
    }
  }
  x
}

# NULL if x is not determined.
fit_band <- function(problem, lambda, y) {
  if (lambda == 0 && nrow(y) < problem$n) {
    return(NULL)
  }
  factor <- factor_band(problem, lambda)
  if (is.null(factor)) {
    return(NULL)
  }
  x <- solve_band(problem, factor$R, lambda, y)
  edf <- problem$n
  if (lambda > 0) {
    Z <- .Call(ffi_band_inverse, factor$R)
    edf <- edf - lambda * trace_of_product(Z, problem$penalty)
  }
  make_fit(problem, x, y, edf, factor$rcond)
}

# Of two symmetric bands, P the narrower; the lower triangles count too.
trace_of_product <- function(Z, P) {
  each <- rep(c(2, 1), c(nrow(P) - 1L, 1L))
  sum(each * Z[nrow(Z) - nrow(P) + seq_len(nrow(P)), , drop = FALSE] * P)
}

make_fit <- function(problem, x, y, edf, rcond) {
  fitted <- problem$multiply(x)
  residuals <- y - fitted
  if (!is.null(problem$turn)) {
    x[problem$turn, ] <- x
  }
  list(
    coefficients = x, residuals = residuals, fitted.values = fitted, lambda = 0, edf = edf,
    gcv = gcv_score(residuals, edf), rcond = rcond, search = NULL
  )
}

gcv_score <- function(residuals, edf) {
  n <- nrow(residuals)
  if (edf > n - 1e-8 * n) rep(NA_real_, ncol(residuals)) else n * colSums(residuals^2) / (n - edf)^2
}

# ---- x that is not determined --------------------------------------------------

singular_fit <- function(problem, lambda, y, minimum_norm) {
  if (!minimum_norm) {
    abort_singular(problem, lambda, y)
  }
  wide <- problem$mode == "valid" && lambda == 0 && problem$n >= length(problem$h)
  fit <- if (wide) fit_wide(problem, y)
  if (is.null(fit)) fit_dense(problem, lambda, y) else fit
}

abort_singular <- function(problem, lambda, y) {
  few <- lambda == 0 && nrow(y) < problem$n
  abort(
    "numeric",
    "x is not determined: several x have the same convolution, to within rounding.",
    if (few) {
      sprintf(
        "There are %s values of `y` for %s of x.",
        format_count(nrow(y)), format_count(problem$n)
      )
    } else if (lambda > 0 && problem$order > 0) {
      "The penalty does not see what `h` takes away."
    } else {
      "The spectrum of `h` has nulls, or some samples of x do not enter `y`."
    },
    if (lambda == 0) "Use method \"ridge\", or `singular = \"minimum_norm\"` for the shortest x."
    else "Use a larger `lambda`, `order = 0`, or `singular = \"minimum_norm\"` for the shortest x."
  )
}

# A'z with A A'z = y: A' is the matrix of mode full for the kernel back to front.
fit_wide <- function(problem, y) {
  across <- deconv_problem(rev(problem$h), nrow(y), "full", 0, "zero", 0)
  factor <- factor_band(across, 0)
  if (is.null(factor)) {
    return(NULL)
  }
  x <- across$multiply(.Call(ffi_band_solve, factor$R, y))
  for (step in 1:2) {
    x <- x + across$multiply(.Call(ffi_band_solve, factor$R, y - across$transpose(x)))
  }
  make_fit(problem, x, y, nrow(y), factor$rcond)
}

fit_dense <- function(problem, lambda, y) {
  rows <- nrow(y) + nrow(problem$D)
  check_memory(
    8 * 4 * rows * problem$n,
    sprintf("The dense %s x %s problem needs", format_count(rows), format_count(problem$n)),
    "Method \"ridge\" with `order = 0` is banded, and never singular."
  )
  B <- as.matrix(problem$sparse())
  if (lambda > 0) {
    B <- rbind(B, sqrt(lambda) * as.matrix(problem$D))
  }
  s <- svd(B)
  kept <- s$d > rcond_singular * s$d[1L]
  U <- s$u[seq_len(nrow(y)), kept, drop = FALSE]
  x <- s$v[, kept, drop = FALSE] %*% (crossprod(U, y) / s$d[kept])
  rcond <- if (any(kept)) min(s$d[kept]) / s$d[1L] else 1
  make_fit(problem, x, y, sum(U^2), rcond)
}
