# The weight of the penalty of deconv(), chosen from y alone.
#
# Two scores are taken for each lambda. "gcv" is generalised cross-validation with each degree of
# freedom counted 1.4 times: the plain score has a second, lower minimum near as many degrees of
# freedom as values, where x is noise blown up. "reml" is the restricted likelihood of y if the
# penalised differences of x were white noise; where x is smoother, it smooths too little, and so "auto" takes
# it where it smooths more. Else it takes the first, which cannot go beyond N / 1.4
# degrees of freedom, unless the second goes there and finds an x that differs by more than its own
# noise: then there is signal left. But of counts some are 0 without any noise, from which the second infers that
# there is none anywhere. bench/deconv-lambda.R compares them.
#
# The variance of counts is their mean: some have most of the noise, others none. What a fit S y takes of it is the
# trace of S V, not that of S, and so in the first score each degree of freedom counts by the share of the noise
# that the values have that it goes to: edf becomes N sum(S_ii v_i) / sum(v_i), with v = y + 1.

lambda_rules <- c("auto", "gcv", "reml")

gcv_factor <- 1.4

fit_lambda <- function(problem, z, rule) {
  problem$shares <- noise_shares(problem, z)
  problem$kernel_rows <- if (!is.null(problem$shares)) kernel_rows(problem)
  tried <- list()
  try_weight <- function(lambda, columns = seq_len(ncol(z))) {
    fit <- fit_band(problem, lambda, z[, columns, drop = FALSE])
    row <- score_row(problem, lambda, fit, columns, ncol(z))
    tried[[length(tried) + 1L]] <<- row
    row
  }
  range <- weight_range(problem)
  for (lambda in 10^seq(range[["top"]], range[["bottom"]], by = -0.5)) {
    try_weight(lambda)
  }
  scores <- if (rule == "auto") c("gcv", "reml") else rule
  while (length(tried) %in% unlist(lapply(scores, best_weights, tried = tried)) &&
    log10(tried[[length(tried)]]$lambda) > range[["floor"]]) {
    try_weight(tried[[length(tried)]]$lambda / sqrt(10))
  }
  grid <- tried
  fits <- lapply(seq_len(ncol(z)), function(column) {
    chosen <- choose_score(problem, z[, column, drop = FALSE], grid, column, rule)
    row <- grid[[chosen$at]]
    weight <- polish_weight(row$lambda, row[[chosen$score]][column], function(lambda) {
      try_weight(lambda, column)[[chosen$score]][column]
    })
    fit <- fit_band(problem, weight, z[, column, drop = FALSE])
    fit$lambda <- weight
    fit$rule <- chosen$score
    fit$inverse <- NULL # as large as a band
    warn_lambda(problem, fit, chosen$at, length(grid))
    fit
  })
  combine_fits(fits, search_table(tried))
}

# One trial: the scores of the columns that were tried, NA for others.
score_row <- function(problem, lambda, fit, columns, ncol) {
  none <- rep(NA_real_, ncol)
  row <- list(lambda = lambda, edf = NA_real_, gcv = none, reml = none)
  if (!is.null(fit)) {
    row$edf <- fit$edf
    shares <- problem$shares[, columns, drop = FALSE]
    edf <- if (is.null(shares)) fit$edf else colSums(shares * leverages(problem, fit$inverse))
    row$gcv[columns] <- gcv_score(fit$rss, edf, problem$rows, gcv_factor)
    row$reml[columns] <- reml_score(problem, lambda, fit)
  }
  row
}

# For each value of y the variance of its noise over the mean of all, where a column has counts; NULL if none has.
noise_shares <- function(problem, z) {
  if (!is.null(problem$weights)) {
    return(NULL)
  }
  units <- apply(z, 2L, count_unit)
  if (all(is.na(units))) {
    return(NULL)
  }
  vapply(seq_along(units), function(column) {
    if (!is.finite(units[column])) {
      return(rep(1, nrow(z)))
    }
    v <- z[, column] + units[column]
    v / mean(v)
  }, z[, 1L])
}

# The diagonal of A Z A', Z the inverse of the normal equations: how much of each value of y is in its fit.
leverages <- function(problem, Z) {
  rows <- problem$kernel_rows
  .Call(ffi_band_leverage, rows$start, rows$which - 1, rep(1, length(rows$start)), rows$values, Z)
}

# -2 log likelihood, but for a constant.
reml_score <- function(problem, lambda, fit) {
  rows <- problem$rows - problem$order
  if (rows < 1) {
    return(rep(NA_real_, length(fit$pss)))
  }
  rows * log(fit$pss) + fit$log_det - (problem$n - problem$order) * log(lambda)
}

# The best of those tried for each column, NA if none has a score.
best_weights <- function(score, tried) {
  values <- do.call(cbind, lapply(tried, `[[`, score))
  apply(values, 1L, function(s) if (all(is.na(s))) NA_integer_ else which.min(s))
}

# Which score to go by, and where it is lowest on the grid.
choose_score <- function(problem, z, grid, column, rule) {
  at <- function(score) best_weights(score, grid)[column]
  if (rule != "auto") {
    if (is.na(at(rule))) abort_singular(problem, 1)
    return(list(score = rule, at = at(rule)))
  }
  gcv <- list(score = "gcv", at = at("gcv"))
  reml <- list(score = "reml", at = at("reml"))
  if (is.na(gcv$at) && is.na(reml$at)) {
    abort_singular(problem, 1)
  }
  if (is.na(gcv$at) || is.na(reml$at)) {
    return(if (is.na(gcv$at)) reml else gcv)
  }
  if (reml$at < gcv$at) {
    return(reml) # the grid begins with the largest
  }
  beyond <- grid[[reml$at]]$edf > problem$rows / gcv_factor && is.null(problem$weights) && is.na(count_unit(z))
  if (beyond && leaves_signal(problem, z, grid, gcv$at, reml$at)) reml else gcv
}

# What all values are whole multiples of, from 0 on; NA if there is no such unit, Inf if all are 0.
count_unit <- function(z) {
  if (any(z < 0)) {
    return(NA_real_)
  }
  steps <- diff(c(0, sort(z)))
  poll()
  unit <- min(steps[steps > 0], Inf)
  if (all(abs(z / unit - round(z / unit)) <= 1e-6)) unit else NA_real_
}

# Does x by the one lambda differ from that by the other, smaller one by more than its noise?
leaves_signal <- function(problem, z, grid, large, small) {
  less <- fit_band(problem, grid[[large]]$lambda, z)
  more <- fit_band(problem, grid[[small]]$lambda, z)
  noise <- more$pss / (problem$rows - problem$order)
  sum((less$coefficients - more$coefficients)^2) > noise * more$variance
}

# A choice that says more about the search than about y, or an x that is mostly noise.
warn_lambda <- function(problem, fit, at, tries) {
  end <- if (at == 1L) "largest" else if (at == tries) "smallest"
  # a kernel that loses little needs no penalty
  needed <- is.null(end) || end == "largest" || fit$rcond < 0.03
  if (!is.null(end) && needed && fit$rss > 0) {
    warn(
      "numeric",
      sprintf("`lambda` could not be found: the best is the %s that was tried.", end),
      if (end == "smallest") {
        "There is no noise to be seen in `y`, or x cannot be told from it; look at `plot()`."
      } else {
        "`y` says no more of x than what has no penalty; look at `plot()`."
      }
    )
  }
  noise <- sqrt(fit$pss / max(1, problem$rows - problem$order) * fit$variance)
  if (fit$edf > 0.9 * problem$rows && noise > 0.3 * sqrt(sum(fit$coefficients^2))) {
    warn(
      "numeric",
      sprintf(
        "The fit takes %s degrees of freedom for %s values, and x may be mostly noise.",
        format(fit$edf, digits = 3L), format_count(problem$rows)
      ),
      "Give `lambda` yourself, or another `order`; look at `plot()`."
    )
  }
}

# Common logarithms: from where all but the null space of D is gone, to where nothing that
# the kernel passes on is; see `?deconv`.
weight_range <- function(problem) {
  n <- problem$n
  # for long signals the lowest frequency by itself, instead of a transform as long
  size <- stats::nextn(2 * max(min(n, 2^16), length(problem$h), 512))
  gain <- Mod(stats::fft(c(problem$h, numeric(size - length(problem$h)))))^2
  frequency <- 2 * pi * seq(0, size - 1) / size
  if (n > 2^16) {
    frequency <- c(frequency, pi / n)
    gain <- c(gain, Mod(sum(problem$h * exp(-1i * pi / n * seq_along(problem$h))))^2)
  }
  if (!(max(gain) > 0)) {
    abort("numeric", "`h` is 0 everywhere, so that `y` says nothing about x.")
  }
  seen <- frequency >= pi / n & frequency <= pi
  roughness <- (2 - 2 * cos(frequency))^problem$order
  c(
    top = log10(max(gain[seen] / roughness[seen], max(gain) / 4^problem$order)) + 1,
    bottom = log10(max(gain) / 4^problem$order) - 10,
    floor = log10(max(gain) / 4^problem$order) - 24
  )
}

# The minimum within half a decade of the best weight so far.
polish_weight <- function(lambda, least, score) {
  finite_score <- function(power) {
    value <- score(10^power)
    if (is.na(value)) .Machine$double.xmax else value
  }
  found <- stats::optimize(finite_score, log10(lambda) + c(-0.5, 0.5), tol = 0.01)
  if (found$objective < least) 10^found$minimum else lambda
}

search_table <- function(tried) {
  table <- data.frame(lambda = vapply(tried, `[[`, 0, "lambda"), edf = vapply(tried, `[[`, 0, "edf"))
  table$gcv <- do.call(rbind, lapply(tried, `[[`, "gcv"))
  table$reml <- do.call(rbind, lapply(tried, `[[`, "reml"))
  table <- table[order(table$lambda), ]
  row.names(table) <- NULL
  table
}

combine_fits <- function(fits, search) {
  if (length(fits) == 1L) {
    fit <- fits[[1L]]
  } else {
    fit <- lapply(names(fits[[1L]]), function(name) {
      values <- lapply(fits, `[[`, name)
      if (is.matrix(values[[1L]])) do.call(cbind, values) else unlist(values)
    })
    names(fit) <- names(fits[[1L]])
  }
  fit$search <- search
  fit
}
