# Long division of polynomials, for deconv().

check_division <- function(h, mode, weights) {
  if (!is.null(weights)) {
    abort(
      "value", "`y` must have no missing values, and no `weights`, with method \"division\"."
    )
  }
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

# As at school: each sample of the quotient is what is left over the first sample of h, and what it
# explains is taken away at once. Whole numbers stay whole as long as the quotient does.
divide <- function(y, h, n) {
  x <- .Call(ffi_divide, y, h, n)
  if (!all(is.finite(x))) {
    abort(
      "numeric", "The quotient grows past the largest number there is.",
      locations(!is.finite(x)),
      "Method \"lsq\" does not let errors grow."
    )
  }
  list(
    coefficients = x, fitted.values = conv(x, h, method = "direct"), lambda = 0, edf = NA_real_,
    gcv = rep(NA_real_, ncol(y)), rcond = NA_real_, search = NULL
  )
}
