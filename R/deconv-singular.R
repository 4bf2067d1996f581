# What deconv() does where x is not determined.

singular_fit <- function(problem, lambda, y, minimum_norm) {
  if (!minimum_norm) {
    abort_singular(problem, lambda)
  }
  wide <- problem$mode == "valid" && lambda == 0 && problem$n >= length(problem$h) &&
    is.null(problem$weights)
  fit <- if (wide) fit_wide(problem, y)
  if (is.null(fit)) fit_dense(problem, lambda, y) else fit
}

abort_singular <- function(problem, lambda) {
  few <- lambda == 0 && problem$rows < problem$n
  abort(
    "numeric",
    "x is not determined: several x have the same convolution, to within rounding.",
    if (few) {
      sprintf(
        "There are %s values of `y` for %s of x.",
        format_count(problem$rows), format_count(problem$n)
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

# A'v with A A'v = y: A' is the matrix of mode full for the kernel back to front. Its factor comes
# by reflections unless it is well conditioned, since what v loses by squaring x would lose too.
fit_wide <- function(problem, y) {
  across <- deconv_problem(rev(problem$h), nrow(y), "full", 0, "zero", 0)
  factor <- factor_band(across, 0, limit = 1e-4)
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
  rows <- nrow(y) + max(problem$n - problem$order, 0)
  check_memory(
    8 * 4 * rows * problem$n,
    sprintf("The dense %s x %s problem needs", format_count(rows), format_count(problem$n)),
    "Method \"ridge\" with `order = 0` is banded, and never singular."
  )
  B <- problem$dense()
  if (lambda > 0) {
    B <- rbind(B, sqrt(lambda) * problem$dense_penalty())
  }
  s <- svd(B)
  kept <- s$d > rcond_singular * s$d[1L]
  U <- s$u[seq_len(nrow(y)), kept, drop = FALSE]
  x <- s$v[, kept, drop = FALSE] %*% (crossprod(U, y) / s$d[kept])
  rcond <- if (any(kept)) min(s$d[kept]) / s$d[1L] else 1
  make_fit(problem, x, y, sum(U^2), rcond)
}
