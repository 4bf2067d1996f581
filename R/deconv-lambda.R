# The weight of the penalty of deconv() by generalised cross-validation.

fit_gcv <- function(problem, y) {
  tried <- list()
  try_weight <- function(lambda, columns = seq_len(ncol(y))) {
    fit <- fit_band(problem, lambda, y[, columns, drop = FALSE])
    score <- rep(NA_real_, ncol(y))
    score[columns] <- if (is.null(fit)) NA_real_ else fit$gcv
    row <- list(lambda = lambda, edf = if (is.null(fit)) NA_real_ else fit$edf, gcv = score)
    tried[[length(tried) + 1L]] <<- row
    score[columns]
  }
  range <- weight_range(problem)
  for (lambda in 10^seq(range[["top"]], range[["bottom"]], by = -0.5)) {
    try_weight(lambda)
  }
  while (length(tried) %in% best_weights(tried) &&
    log10(tried[[length(tried)]]$lambda) > range[["floor"]]) {
    try_weight(tried[[length(tried)]]$lambda / sqrt(10))
  }
  best <- best_weights(tried)
  if (anyNA(best)) {
    abort_singular(problem, 1, y)
  }
  weight <- vapply(seq_len(ncol(y)), function(column) {
    row <- tried[[best[column]]]
    polish_weight(row$lambda, row$gcv[column], function(lambda) try_weight(lambda, column))
  }, 0)
  combine_fits(lapply(seq_len(ncol(y)), function(column) {
    fit <- fit_band(problem, weight[column], y[, column, drop = FALSE])
    fit$lambda <- weight[column]
    fit
  }), search_table(tried))
}

# The best of those tried for each column, NA if none has a score.
best_weights <- function(tried) {
  score <- do.call(cbind, lapply(tried, `[[`, "gcv"))
  apply(score, 1L, function(s) if (all(is.na(s))) NA_integer_ else which.min(s))
}

# Common logarithms: from where all but the null space of D is gone, to where nothing that
# the kernel passes on is; see `?deconv`.
weight_range <- function(problem) {
  n <- problem$n
  size <- stats::nextn(2 * max(n, length(problem$h), 512))
  gain <- Mod(stats::fft(c(problem$h, numeric(size - length(problem$h)))))^2
  frequency <- 2 * pi * seq(0, size - 1) / size
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
