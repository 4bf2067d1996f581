# deconv() for images, volumes and arrays: least squares with a penalty on x, by conjugate gradients on
# the products of conv_operator(h, n). The search for lambda is in deconv-array-lambda.R, x that is nowhere negative in
# deconv-array-positive.R.

# A kernel that is an array or a list, or values that are no columns. A kernel of one column is that of each
# column of y.
is_array_deconv <- function(y, h) {
  several <- function(v) length(dim(v)) > 2L || (is.matrix(v) && ncol(v) > 1L)
  if (has_class(y) || has_class(h) || length(dim(y)) < 2L) {
    return(FALSE)
  }
  is.list(h) || several(h) || length(dim(y)) > 2L
}

deconv_array <- function(y, h, n, mode, origin, boundary, method, lambda, order, weights, positive) {
  y <- check_real_array(y)
  rank <- length(dim(y))
  h <- check_deconv_kernel(h, rank)
  nh <- kernel_sizes(h)
  options <- array_options(mode, origin, boundary, "propagate", "auto", dim(y), h, nh)
  n <- check_array_length(n, dim(y), nh, options)
  check_choice(method, deconv_methods, "method")
  lambda <- check_array_penalty(lambda, method)
  weights <- check_array_weights(weights, y)
  A <- array_operator(h, n, mode, origin, boundary)
  values <- if (is.null(weights)) as.vector(y) else ifelse(weights > 0, y, 0)
  check_array_order(order, A, weights, positive)
  search <- if (is.character(lambda)) search_array_lambda(A, values, weights, order, lambda)
  if (!is.null(search)) lambda <- search$lambda
  out <- array_ridge(A, values, lambda, weights, positive, order)
  fitted <- array(out$fitted, dim(y), dimnames(y))
  kept <- keeps_axis(options, h)
  structure(
    list(
      coefficients = array(out$x, n, if (!is.null(dimnames(y))) kept_dimnames(dimnames(y), kept)),
      residuals = y - fitted, fitted.values = fitted, lambda = lambda, edf = search$edf %||% NA_real_,
      gcv = search$gcv %||% NA_real_, search = search$search, rule = search$rule, gap = out$gap, steps = out$steps,
      positive = positive, order = order, nobs = if (is.null(weights)) length(y) else sum(weights > 0),
      weights = weights, y = y, h = h, mode = mode, origin = A@origin, boundary = boundary, method = method
    ),
    class = "deconv_array"
  )
}

# ---- arguments -------------------------------------------------------------------------------

# What there is for signals only.
check_array_choices <- function(singular, iterations) {
  if (check_choice(singular, c("error", "minimum_norm"), "singular") != 1) {
    abort(
      "value", sprintf("`singular` must be \"error\" for arrays, not %s.", show_value(singular)),
      "With a penalty x is always determined; a small `lambda` comes near that."
    )
  }
  if (!is.null(iterations)) {
    abort("value", "`iterations` must not be given for arrays.", "Method \"richardson-lucy\" is for signals.")
  }
}

# Penalties on differences take the Fourier basis.
check_array_order <- function(order, A, weights, positive) {
  if (order > 0 && !(wraps_all(A, weights) && !positive)) {
    abort(
      "value",
      sprintf("`order` must be 0 for arrays, not %g, unless all axes have boundary \"wrap\".", order),
      "There must be neither missing values nor `weights` then, nor `positive = TRUE`."
    )
  }
}

# A number, or how to find one.
check_array_penalty <- function(lambda, method) {
  if (method != "ridge") {
    abort(
      "value", sprintf("`method` must be \"ridge\" for arrays, not \"%s\".", method),
      "Try `method = \"ridge\", lambda = \"auto\"`; for counts there are `weights` and `positive = TRUE`, too."
    )
  }
  if (is.character(lambda)) {
    check_choice(lambda, lambda_rules, "lambda")
    return(lambda)
  }
  must <- "a number above 0, or one of \"auto\", \"gcv\", \"reml\", for arrays"
  check_number(lambda, "lambda", must, function(l) l > 0 && l < Inf)
}

check_real_array <- function(y) {
  y <- check_array(y, "y")
  if (is.complex(y)) {
    abort("type", "`y` must be real, not complex.")
  }
  if (length(y) == 0L) {
    abort("length", "`y` must have at least one value, not none.")
  }
  if (any(is.infinite(y))) {
    abort("value", "`y` must be finite or missing.", locations(is.infinite(y)))
  }
  y
}

check_deconv_kernel <- function(h, rank) {
  h <- check_array_kernel(h, rank, of = "y")
  if (has_complex(h)) {
    abort("type", "`h` must be real, not complex.")
  }
  h
}

# The sizes of x.
check_array_length <- function(n, ny, nh, options) {
  if (!is.null(n)) {
    n <- check_sizes(n)
    if (length(n) != length(ny)) {
      abort("length", sprintf("`n` must have a size for each axis of `y`, %d, not %d.", length(ny), length(n)))
    }
  }
  n <- vapply(seq_along(ny), function(a) {
    check_signal_length(if (!is.null(n)) n[a], ny[a], nh[a], modes[options[[a]][["mode"]] + 1])
  }, 0)
  for (a in seq_along(n)) {
    check_linear_boundary(boundaries[options[[a]][["boundary"]] + 1], n[a])
  }
  n
}

# A weight for each value of y; those of missing values are 0. NULL where all are 1.
check_array_weights <- function(weights, y) {
  if (!is.null(weights) && identical(dim(weights), dim(y))) {
    weights <- as.vector(weights)
  }
  check_weights(weights, as.vector(y))
}

# The choice of lambda, with the warnings of signals: see warn_lambda().
search_array_lambda <- function(A, y, weights, order, rule, ...) {
  found <- array_lambda(A, y, weights, order, rule, ...)
  m <- found$measures
  gain <- range(m$fit$at)
  end <- found$scores
  rows <- if (is.null(weights)) length(y) else sum(weights > 0)
  fit <- list(
    rcond = sqrt((gain[1L] + end$lambda) / gain[2L]), rss = end$rss, pss = end$pss, edf = end$edf,
    variance = (prod(A@n) - end$edf) / end$lambda,
    coefficients = sqrt(sum(m$fit$weight * m$fit$at / (m$fit$at + end$lambda)^2))
  )
  if (isTRUE(found$poor)) {
    warn(
      "numeric", "`lambda` could not be found: the choice still changes after as many steps as there are.",
      "Give it as a number, near or above that in the result."
    )
  } else {
    warn_lambda(list(rows = rows, order = m$free), fit, found$at, nrow(found$search))
  }
  found
}

# ---- the minimum -----------------------------------------------------------------------------------

# x has converged where what is left of the normal equations, over lambda, is at most this part of x: so
# far is x from the minimum, at most, since no eigenvalue is below lambda.
array_tolerance <- 1e-10
array_warning <- 1e-8

# Minimises sum(weights (y - A x)^2) + lambda sum(x^2). What the steps carry along drifts from what it stands
# for, so they begin anew where that matters. On scaled data: kernel, penalty, values and weights at most 1.
array_ridge <- function(A, y, lambda, weights, positive = FALSE, order = 0, most = 10000) {
  unit_w <- if (is.null(weights)) 1 else power_of_two(sqrt(max(weights)))^2
  unit_h <- power_of_two(max(abs(A@h), sqrt(lambda) / sqrt(unit_w)))
  unit_y <- power_of_two(max(abs(y)))
  A@h <- A@h / unit_h
  root <- if (is.null(weights)) 1 else sqrt(weights / unit_w)
  ridge <- (sqrt(lambda) / sqrt(unit_w) / unit_h)^2
  problem <- list(A = A, y = y / unit_y, root = root, lambda = ridge)
  first <- if (wraps_all(A, weights)) wrap_ridge(problem, order) else list(x = numeric(prod(A@n)))
  out <- if (order > 0) {
    list(x = first$x, gap = first$gap(first$x), steps = 0)
  } else {
    descend_again(problem, first$x, positive, most)
  }
  if (out$gap > array_warning) {
    warn(
      "numeric",
      sprintf(
        "x is %s of its size away from the minimum, at most, after %s steps.", format(out$gap, digits = 2L),
        format_count(out$steps)
      ),
      "Use a larger `lambda`."
    )
  }
  out$fitted <- unscaled(array_product(A, out$x), unit_y, 1)
  out$x <- unscaled(out$x, unit_y, unit_h)
  out
}

# From x on, until that is near enough to the minimum.
descend_again <- function(problem, x, positive, most) {
  descend <- if (positive) positive_array else array_descent
  steps <- 0
  for (start in 1:4) {
    part <- descend(problem, x, most - steps)
    x <- part$x
    steps <- steps + part$steps
    gap <- part$gap(x)
    if (gap <= array_tolerance || steps >= most || part$steps == 0) break
  }
  list(x = x, gap = gap, steps = steps)
}

# x unit_y / unit_h in two steps, since the factor may overflow where x does not.
unscaled <- function(x, unit_y, unit_h) {
  power <- log2(unit_y) - log2(unit_h)
  half <- floor(power / 2)
  x <- x * 2^half * 2^(power - half)
  if (!all(is.finite(x))) {
    abort(
      "numeric", "x is larger than the largest number there is.", "Use smaller units for `y`, or larger ones for `h`."
    )
  }
  x
}

# Conjugate gradients for least squares (CGLS), from x on.
array_descent <- function(p, x, most) {
  back <- function(rest) transposed_array_product(p$A, p$root * rest)
  left <- function(x) p$root * (p$y - array_product(p$A, x))
  far <- function(slope, x) {
    size <- sqrt(sum(slope^2))
    if (size == 0) 0 else size / (p$lambda * sqrt(sum(x^2)))
  }
  rest <- left(x)
  slope <- back(rest) - p$lambda * x
  along <- slope
  best <- list(x = x, size = sum(slope^2)) # rounding may make the steps grow without end
  steps <- 0
  while (steps < most && far(slope, x) > array_tolerance) {
    steps <- steps + 1
    image <- p$root * array_product(p$A, along)
    size <- sum(slope^2)
    stride <- size / (sum(image^2) + p$lambda * sum(along^2))
    x <- x + stride * along
    rest <- rest - stride * image
    slope <- back(rest) - p$lambda * x
    along <- slope + sum(slope^2) / size * along
    if (sum(slope^2) < best$size) best <- list(x = x, size = sum(slope^2))
    if (!(sum(slope^2) <= 1e12 * best$size)) {
      x <- best$x
      break
    }
  }
  list(x = x, steps = steps, gap = function(x) far(back(left(x)) - p$lambda * x, x))
}
