# Least squares for deconv() by banded factors.

# Below this a problem counts as singular, and x as not determined. Bands of matrices that are
# exactly singular come out between 1e-18 and 1e-15.
rcond_singular <- 1e-13

# Below this there is a warning.
rcond_warn <- 1e-4

# Below this the normal equations are replaced by a factorisation of the matrix itself;
# refinement makes up for what is lost above it.
rcond_cholesky <- 1e-10

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
