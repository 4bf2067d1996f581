# Checks of the arguments of deconv().

deconv_methods <- c("lsq", "ridge", "division")

check_real <- function(x, arg, what) {
  x <- check_samples(x, arg, what)
  if (is.complex(x)) {
    abort("type", sprintf("`%s` must be real, not complex.", arg))
  }
  if (length(x) == 0L) {
    abort("length", sprintf("`%s` must have at least one value, not none.", arg))
  }
  check_finite(x, arg)
  x
}

check_real_kernel <- function(h) {
  if (is.complex(h)) {
    abort("type", "`h` must be real, not complex.")
  }
  as.double(check_kernel(h))
}

check_penalty <- function(lambda, missing, order, method) {
  if (method != "ridge") {
    if (!identical(lambda, 0)) {
      abort(
        "value",
        sprintf("`lambda` must not be given with method \"%s\".", method),
        "Method \"ridge\" has a penalty."
      )
    }
    if (order > 0) {
      abort(
        "value",
        sprintf("`order` must be 0 with method \"%s\", not %g.", method, order),
        "Method \"ridge\" has a penalty."
      )
    }
    return(0)
  }
  if (missing) {
    abort("value", "`lambda` must be given with method \"ridge\": a number, or \"gcv\".")
  }
  if (identical(lambda, "gcv")) {
    return(lambda)
  }
  if (is.character(lambda)) {
    abort("value", sprintf(
      "`lambda` must be a number, 0 or more, or \"gcv\", not %s.", show_value(lambda)
    ))
  }
  check_number(lambda, "lambda", "a number, 0 or more, or \"gcv\"", function(l) l >= 0 && l < Inf)
}

# How many samples x has.
check_signal_length <- function(n, ny, nh, mode) {
  possible <- switch(mode,
    full = ny - nh + 1,
    valid = unique(c(ny + nh - 1, if (ny <= nh) nh - ny + 1)),
    ny
  )
  if (possible[1L] < 1) {
    abort(
      "length", sprintf(
        "`y` must have at least %s values with mode \"full\", as many as `h`, not %s.",
        format_count(nh), format_count(ny)
      ),
      argument_order("y")
    )
  }
  if (is.null(n)) {
    return(possible[1L])
  }
  n <- check_count(n, "n")
  if (!n %in% possible) {
    abort("length", sprintf(
      "`n` must be %s with mode \"%s\", for `y` of %s and `h` of %s values, not %s.",
      paste(format_count(possible), collapse = " or "), mode, format_count(ny),
      format_count(nh), format_count(n)
    ))
  }
  n
}

# The normal matrix, its factor, its inverse, and one copy of each while it is made.
check_band_memory <- function(n, nh, order, boundary) {
  check_memory(
    8 * n * (band_width(n, nh, order, boundary) + 1) * 4,
    sprintf("`y` and `h` are too long: the bands of %s diagonals need", format_count(min(n, nh)))
  )
}

band_width <- function(n, nh, order, boundary) {
  min(n - 1, max(nh - 1, order) * (if (boundary == "wrap") 2 else 1))
}
