# The weight of the penalty of deconv() for images and volumes, chosen from y alone by the scores of
# deconv-lambda.R.
#
# With K = sqrt(weights) A, z = sqrt(weights) y and theta the eigenvalues of K K', all that the scores take are sums over
# theta of a function of theta and lambda: with the weights (u' z)^2, for u the eigenvectors,
#     sum of squares of residuals    (lambda / (theta + lambda))^2
#     the same with the penalty      lambda / (theta + lambda)
# and with the weights 1, for traces,
#     degrees of freedom             theta / (theta + lambda)
#     log det(K'K / lambda + 1)      log(1 + theta / lambda)
# Small problems have them from the singular values of K. Else k steps of Golub and Kahan's bidiagonalisation that begin
# with z give k values in place of theta, and weights, for which such sums are right the sooner the larger lambda is; and
# those that begin with a vector of random signs estimate traces (Golub and von Matt 1997). The signs are always the
# same. Steps go on until the choice does not change.

# The chosen lambda and what is known of its fit, in the units of y, h and weights.
array_lambda <- function(A, y, weights, order, rule, steps = array_steps) {
  p <- array_search_problem(A, y, weights, order)
  chosen <- if (wraps_all(A, weights)) {
    array_choice(p, wrap_measures(p), rule)
  } else if (length(p$z) * p$n <= 3e5 && missing(steps)) {
    array_choice(p, dense_measures(p), rule)
  } else {
    iterated_choice(p, rule, steps)
  }
  unit <- p$unit_h^2 * p$unit_w
  chosen$lambda <- chosen$lambda * unit
  chosen$search$lambda <- chosen$search$lambda * unit
  chosen$gcv <- chosen$gcv * p$unit_y^2 * p$unit_w
  chosen$search$gcv <- chosen$search$gcv * p$unit_y^2 * p$unit_w
  chosen
}

# On scaled data: kernel, values and weights at most 1.
array_search_problem <- function(A, y, weights, order) {
  unit_w <- if (is.null(weights)) 1 else power_of_two(sqrt(max(weights)))^2
  unit_h <- power_of_two(max(abs(A@h)))
  unit_y <- power_of_two(max(abs(y)))
  if (!any(A@h != 0)) {
    abort("numeric", "`h` is 0 everywhere, so that `y` says nothing about x.")
  }
  A@h <- A@h / unit_h
  root <- if (is.null(weights)) 1 else sqrt(weights / unit_w)
  list(
    A = A, z = root * y / unit_y, root = root, y = y, weights = weights, n = prod(A@n), order = order,
    rows = if (is.null(weights)) length(y) else sum(weights > 0), unit_w = unit_w, unit_h = unit_h, unit_y = unit_y
  )
}

# ---- measures: the values in place of theta, and their weights ------------------------------------------

dense_measures <- function(p) {
  d <- svd(p$root * as.matrix(p$A), nv = 0)
  part <- drop(crossprod(d$u, p$z))^2
  at <- c(d$d^2, 0)
  list(
    free = 0, range = rep(max(at), 2),
    fit = list(at = at, weight = c(part, max(0, sum(p$z^2) - sum(part)))),
    trace = list(at = at, weight = c(rep(1, length(d$d)), p$rows - length(d$d)))
  )
}

# Steps from u on: K v = alpha u + beta u', one more of each at every step.
start_steps <- function(p, u) {
  size <- sqrt(sum(u^2))
  if (size > 0) u <- u / size
  v <- transposed_array_product(p$A, p$root * u)
  alpha <- sqrt(sum(v^2))
  list(size = size, u = u, v = if (alpha > 0) v / alpha else v, alpha = alpha, beta = NULL)
}

more_steps <- function(p, s, to) {
  while (length(s$beta) < to && s$alpha[length(s$alpha)] > 0) {
    last <- s$alpha[length(s$alpha)]
    u <- p$root * array_product(p$A, s$v) - last * s$u
    beta <- sqrt(sum(u^2))
    s$u <- if (beta > 0) u / beta else u
    v <- transposed_array_product(p$A, p$root * s$u) - beta * s$v
    alpha <- sqrt(sum(v^2))
    s$v <- if (alpha > 0) v / alpha else v
    s$beta <- c(s$beta, beta)
    s$alpha <- c(s$alpha, if (beta > 0) alpha else 0)
  }
  s
}

# By the singular values of the bidiagonal matrix, with alpha on its diagonal and beta below.
measure_of <- function(s, total) {
  k <- length(s$beta)
  B <- matrix(0, k + 1L, max(k, 1L))
  B[cbind(seq_len(k), seq_len(k))] <- s$alpha[seq_len(k)]
  B[cbind(seq_len(k) + 1L, seq_len(k))] <- s$beta
  d <- svd(B, nv = 0)
  first <- d$u[1L, ]^2
  list(at = c(d$d^2, 0), weight = total * c(first, max(0, 1 - sum(first))))
}

# Random signs, the same for the same seed: whether cubes modulo a prime are odd.
fixed_signs <- function(n, seed) {
  prime <- 67108859 # products of two numbers below stay whole
  i <- seq_len(n) + 7919 * seed
  cube <- (i * ((i * (i + seed)) %% prime)) %% prime
  2 * (cube %% 2) - 1
}

# ---- the scores --------------------------------------------------------------------------------------

array_scores <- function(p, m, lambda) {
  over <- function(measure, f) vapply(lambda, function(l) sum(measure$weight * f(measure$at, l)), 0)
  rss <- over(m$fit, function(t, l) (l / (t + l))^2)
  pss <- over(m$fit, function(t, l) l / (t + l))
  edf <- over(m$trace, function(t, l) t / (t + l)) + m$free
  log_det <- over(m$trace, function(t, l) log1p(t / l))
  left <- p$rows - gcv_factor * edf
  data.frame(
    lambda = lambda, edf = edf, gcv = ifelse(left < 1e-8 * p$rows, NA_real_, p$rows * rss / left^2),
    reml = (p$rows - m$free) * log(pss) + log_det, rss = rss, pss = pss
  )
}

# As for signals, see choose_score().
array_choice <- function(p, m, rule) {
  lambda <- array_grid(m)
  s <- array_scores(p, m, lambda)
  at <- c(gcv = which.min(s$gcv), reml = which.min(s$reml))
  if (rule == "auto") rule <- array_rule(p, m, s, at)
  best <- at[[rule]]
  value <- function(power) {
    score <- array_scores(p, m, 10^power)[[rule]]
    if (is.finite(score)) score else .Machine$double.xmax # NA, or -Inf where y is 0
  }
  found <- stats::optimize(value, log10(lambda[best]) + c(-0.5, 0.5), tol = 1e-3)
  chosen <- if (found$objective < s[[rule]][best]) 10^found$minimum else lambda[best]
  end <- array_scores(p, m, chosen)
  list(
    lambda = chosen, rule = rule, edf = end$edf, gcv = p$rows * end$rss / (p$rows - end$edf)^2, at = best,
    search = s[order(s$lambda), c("lambda", "edf", "gcv", "reml")], measures = m, scores = end
  )
}

# The larger lambda, but for the exception in choose_score().
array_rule <- function(p, m, s, at) {
  if (at[["reml"]] <= at[["gcv"]]) { # the grid begins with the largest
    return("reml")
  }
  small <- s[at[["reml"]], ]
  beyond <- small$edf > p$rows / gcv_factor && is.null(p$weights) && is.na(count_unit(p$y))
  if (!beyond) {
    return("gcv")
  }
  change <- sum(m$fit$weight * m$fit$at * (1 / (m$fit$at + s$lambda[at[["gcv"]]]) - 1 / (m$fit$at + small$lambda))^2)
  variance <- (p$n - small$edf) / small$lambda # of x itself if order is 0, else of its differences, as is the change
  if (change > small$pss / p$rows * variance) "reml" else "gcv"
}

# From ten times the largest theta down to 1e-10 of the largest gain over that of the differences.
array_grid <- function(m) 10^seq(log10(m$range[1L]) + 1, log10(m$range[2L]) - 10, by = -0.5)

# Numbers of steps, until the choice is the same to 2 % after as many again.
array_steps <- c(20, 40, 80, 160, 320, 640)

iterated_choice <- function(p, rule, steps) {
  each <- c(list(start_steps(p, p$z)), lapply(seq_len(ceiling(20000 / p$rows)), function(seed) {
    start_steps(p, fixed_signs(length(p$z), seed) * (p$root > 0))
  }))
  tick <- progress("Searching for lambda")
  last <- NULL
  for (to in steps) {
    for (i in seq_along(each)) {
      each[[i]] <- more_steps(p, each[[i]], to)
      if (!is.null(tick)) tick(to / max(steps) * i / length(each))
    }
    chosen <- array_choice(p, joined_measures(p, each), rule)
    if (!is.null(last) && abs(log(chosen$lambda / last)) < 0.02) {
      return(chosen)
    }
    last <- chosen$lambda
  }
  chosen$poor <- TRUE
  chosen
}

joined_measures <- function(p, each) {
  traces <- lapply(each[-1L], measure_of, total = p$rows / (length(each) - 1))
  trace <- list(at = unlist(lapply(traces, `[[`, "at")), weight = unlist(lapply(traces, `[[`, "weight")))
  fit <- measure_of(each[[1L]], each[[1L]]$size^2)
  list(fit = fit, trace = trace, free = 0, range = rep(max(fit$at, trace$at), 2))
}
