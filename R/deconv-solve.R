# Least squares for deconv() by banded factors.

# Below this a problem counts as singular, and x as not determined. Bands of matrices that are
# exactly singular come out between 1e-18 and 1e-15.
rcond_singular <- 1e-13

# Below this there is a warning.
rcond_warn <- 1e-4

# Below this the normal equations are replaced by a factorisation of the matrix itself;
# refinement makes up for what is lost above it.
rcond_cholesky <- 1e-10

# The factor R of A'A + lambda D'D = R'R, and the reciprocal condition of x; NULL if it is
# singular. Where the normal equations would lose more than `limit` allows, R comes from the rows
# themselves by reflections, and with it the solution x for z.
factor_band <- function(problem, lambda, z = NULL, limit = rcond_cholesky) {
  N <- normal_band(problem, lambda)
  norm <- .Call(ffi_band_norm, N)
  if (!(norm > 0)) {
    return(NULL)
  }
  R <- .Call(ffi_band_cholesky, N)
  x <- NULL
  inverse <- if (is.null(R)) Inf else .Call(ffi_band_inverse_norm, R)
  if (!(norm * inverse <= 1 / limit)) {
    rows <- band_rows(problem, lambda)
    right <- matrix(0, length(rows$by), if (is.null(z)) 0 else ncol(z))
    if (!is.null(z)) {
      right[seq_len(nrow(z)), ] <- z
    }
    qr <- .Call(
      ffi_band_qr, rows$start, rows$which, rows$scale, rows$values, problem$n, right[rows$by, , drop = FALSE]
    )
    R <- qr[[1L]]
    x <- qr[[2L]]
    inverse <- .Call(ffi_band_inverse_norm, R)
  }
  if (!(sqrt(norm) * sqrt(inverse) <= 1 / rcond_singular)) {
    return(NULL)
  }
  gram_norm <- if (lambda > 0) .Call(ffi_band_norm, normal_band(problem, 0)) else norm
  list(R = R, x = x, rcond = if (gram_norm > 0) 1 / sqrt(gram_norm * inverse) else 0)
}

# Refined with the residuals of the problem as it stands, until that no longer helps. What
# reflections have found with a penalty is better than that: the slope of the penalty cancels.
solve_band <- function(problem, factor, lambda, z) {
  if (!is.null(factor$x) && lambda > 0) {
    return(factor$x)
  }
  x <- .Call(ffi_band_solve, factor$R, problem$transpose(z))
  last <- Inf
  for (step in 1:6) {
    slope <- problem$transpose(z - problem$multiply(x))
    if (lambda > 0) {
      slope <- slope - lambda * problem$undiffer(problem$differ(x))
    }
    change <- .Call(ffi_band_solve, factor$R, slope)
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
fit_band <- function(problem, lambda, z) {
  if (lambda == 0 && problem$rows < problem$n) {
    return(NULL)
  }
  factor <- factor_band(problem, lambda, z)
  if (is.null(factor)) {
    return(NULL)
  }
  x <- solve_band(problem, factor, lambda, z)
  if (lambda == 0) {
    return(make_fit(problem, x, z, problem$n, factor$rcond))
  }
  Z <- .Call(ffi_band_inverse, factor$R)
  poll()
  edf <- problem$n - lambda * trace_of_product(Z, problem$penalty)
  fit <- make_fit(problem, x, z, edf, factor$rcond)
  # what the choice of lambda needs
  fit$pss <- fit$rss + lambda * colSums(problem$differ(x)^2)
  fit$log_det <- 2 * sum(log(abs(factor$R[nrow(factor$R), ])))
  fit$variance <- sum(Z[nrow(Z), ])
  fit$inverse <- if (!is.null(problem$shares)) Z
  poll()
  fit
}

# Of two symmetric bands, P the narrower; the lower triangles count too.
trace_of_product <- function(Z, P) {
  each <- rep(c(2, 1), c(nrow(P) - 1L, 1L))
  sum(each * Z[nrow(Z) - nrow(P) + seq_len(nrow(P)), , drop = FALSE] * P)
}

make_fit <- function(problem, x, z, edf, rcond) {
  rss <- colSums((z - problem$multiply(x))^2)
  fitted <- problem$plain(x)
  if (!is.null(problem$turn)) {
    x[problem$turn, ] <- x
  }
  list(
    coefficients = x, fitted.values = fitted, lambda = 0, edf = edf, rss = rss,
    gcv = gcv_score(rss, edf, problem$rows), rcond = rcond, search = NULL
  )
}

gcv_score <- function(rss, edf, rows, factor = 1) {
  left <- rows - factor * edf
  left[is.na(left) | left < 1e-8 * rows] <- NA
  rows * rss / left^2
}
