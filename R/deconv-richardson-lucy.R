# Deconvolution of counts by Richardson and Lucy: x <- x A'(w y / A x) / A'w, the steps of expectation
# and maximisation for y of Poisson distributions with means A x.
#
# Each step keeps x at 0 or above, and never lowers the likelihood; sum(w A x) is sum(w y) after each.
# Division by A'w makes up for what of a sample falls outside of y. The likelihood is concave, so that
# the largest value is above this one by sum(w y) (max A'(w y / A x) / A'w - 1) at most.

check_lucy <- function(y, h, boundary) {
  if (boundary == "extend") {
    abort("value", "`boundary` must not be \"extend\" with method \"richardson-lucy\": it subtracts samples.")
  }
  for (arg in c("y", "h")) {
    negative <- (if (arg == "y") y else h) < 0
    if (any(negative)) {
      abort(
        "value", sprintf("`%s` must be 0 or more with method \"richardson-lucy\".", arg),
        locations(negative)
      )
    }
  }
  if (!any(h > 0)) {
    abort("value", "`h` must have a sample above 0 with method \"richardson-lucy\".")
  }
}

# Without `iterations` it stops as soon as the deviance is no larger than it is expected to be, one for
# each value, or no longer falls by a part in 1e6 a step; at the latest after 1e4.
richardson_lucy <- function(y, spec, weights, iterations) {
  unit_h <- power_of_two(max(spec$h))
  unit_y <- power_of_two(max(y))
  plain <- deconv_problem(
    spec$h / unit_h, spec$n, spec$mode, spec$origin, spec$boundary, 0
  )
  if (is.null(weights)) {
    weights <- rep(1, nrow(y))
  }
  y <- y / unit_y
  seen <- pmax(drop(plain$back(matrix(weights))), 0)
  # samples that y does not see stay 0
  x <- matrix(ifelse(seen > 0, 1, 0), spec$n, ncol(y))
  x <- scale_columns(x, colSums(weights * y) / sum(seen))
  fitted <- pmax(plain$plain(x), 0)
  most <- if (is.null(iterations)) 1e4 else iterations
  tick <- progress("Deconvolving")
  deviance <- poisson_deviance(y, fitted, weights)
  steps <- 0
  while (steps < most) {
    ratio <- lucy_ratio(plain, y, fitted, weights, seen)
    next_x <- x * ratio
    next_fitted <- pmax(plain$plain(next_x), 0)
    next_deviance <- poisson_deviance(y, next_fitted, weights)
    steps <- steps + 1
    if (!is.null(tick) && steps %% 16 == 0) tick(steps / most)
    x <- next_x
    fitted <- next_fitted
    falls <- deviance - next_deviance
    deviance <- next_deviance
    if (is.null(iterations) && (all(deviance * unit_y <= sum(weights > 0)) || all(falls <= 1e-6 * deviance))) {
      break
    }
  }
  ratio <- lucy_ratio(plain, y, fitted, weights, seen)
  gap <- colSums(weights * y) * pmax(apply(ratio, 2L, max) - 1, 0) * unit_y
  if (!is.null(plain$turn)) {
    x[plain$turn, ] <- x
  }
  list(
    coefficients = x * (unit_y / unit_h), fitted.values = fitted * unit_y, lambda = 0, edf = NA_real_,
    gcv = rep(NA_real_, ncol(y)), rcond = NA_real_, search = NULL, deviance = deviance * unit_y,
    gap = gap, steps = steps
  )
}

lucy_ratio <- function(plain, y, fitted, weights, seen) {
  quotient <- weights * y / fitted
  quotient[y == 0] <- 0
  poll()
  ratio <- pmax(plain$back(quotient), 0) / seen
  ratio[seen == 0, ] <- 0
  ratio
}

poisson_deviance <- function(y, fitted, weights) {
  terms <- y * log(y / fitted)
  terms[y == 0] <- 0
  poll()
  terms <- terms - (y - fitted)
  2 * colSums(weights * terms)
}
