# Long division of polynomials, for deconv().

check_division <- function(h, mode) {
  if (mode != "full") {
    abort("value", sprintf("`mode` must be \"full\" with method \"division\", not \"%s\".", mode))
  }
  if (h[1L] == 0) {
    abort(
      "value", "`h` must not begin with 0 with method \"division\", which divides by its first sample.",
      "Leave out its leading zeros, and as many values of `y`."
    )
  }
}

divide <- function(y, h, n) {
  x <- y[seq_len(n), , drop = FALSE] / h[1L]
  if (length(h) > 1L) {
    x[] <- stats::filter(x, -h[-1L] / h[1L], "recursive")
  }
  if (!all(is.finite(x))) {
    abort(
      "numeric", "The quotient grows past the largest number there is.",
      locations(!is.finite(x)),
      "Method \"lsq\" does not let errors grow."
    )
  }
  fitted <- conv(x, h, method = "direct")
  list(
    coefficients = x, residuals = y - fitted, fitted.values = fitted,
    lambda = 0, edf = NA_real_, gcv = rep(NA_real_, ncol(y)), rcond = NA_real_, search = NULL
  )
}
