# Checks of the arguments of deconv().

deconv_methods <- c("lsq", "ridge", "division", "richardson-lucy")

check_real <- function(x, arg, what) {
  x <- check_samples(x, arg, what)
  if (is.complex(x)) {
    abort("type", sprintf("`%s` must be real, not complex.", arg))
  }
  if (length(x) == 0L) {
    abort("length", sprintf("`%s` must have at least one value, not none.", arg))
  }
  infinite <- is.infinite(x)
  if (any(infinite)) {
    abort("value", sprintf("`%s` must be finite or missing.", arg), locations(infinite))
  }
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
    return("auto")
  }
  if (is.character(lambda)) {
    check_choice(lambda, lambda_rules, "lambda")
    return(lambda)
  }
  check_number(lambda, "lambda", lambda_words, function(l) l >= 0 && l < Inf)
}

lambda_words <- "a number, 0 or more, or one of \"auto\", \"gcv\", \"reml\""

# A weight for each value of y; NULL where all are 1. Those of missing values are 0.
check_weights <- function(weights, y) {
  ny <- count_samples(y)
  gone <- if (is.matrix(y)) rowSums(is.na(y)) > 0 else is.na(as.vector(y))
  if (!is.null(weights)) {
    weights <- check_numbers(weights, "weights")
    if (length(weights) != ny) {
      abort("length", sprintf(
        "`weights` must have %s values, as many as `y` has, not %s.",
        format_count(ny), format_count(length(weights))
      ))
    }
    check_values(weights, weights >= 0, "weights", "0 or more")
  } else if (any(gone)) {
    weights <- rep(1, ny)
  }
  if (is.null(weights)) {
    return(NULL)
  }
  weights[gone] <- 0
  if (!any(weights > 0)) {
    abort("value", "`y` must have a value that is not missing, with a weight above 0.")
  }
  weights
}

# The most steps of Richardson and Lucy; NULL for as many as the rule for stopping takes.
check_iterations <- function(iterations, method) {
  if (is.null(iterations)) {
    return(NULL)
  }
  if (method != "richardson-lucy") {
    abort("value", sprintf("`iterations` must not be given with method \"%s\".", method))
  }
  check_count(iterations, "iterations", 0, 1e9)
}

check_sign <- function(positive, method) {
  positive <- check_flag(positive, "positive")
  if (positive && method == "division") {
    abort("value", "`positive` must be FALSE with method \"division\".")
  }
  positive
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
