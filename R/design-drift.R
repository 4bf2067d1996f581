# Slow drifts of a run, one column each.

drifts <- c("cosine", "legendre", "none")

# `times` are those of one run, `high_pass` is in Hz or NULL.
drift_columns <- function(drift, times, high_pass) {
  n <- length(times)
  if (drift == "none" || n < 2L) {
    return(matrix(0, n, 0L))
  }
  tr <- check_grid(times)
  if (drift == "cosine") {
    count <- floor(2 * n * tr * (high_pass %||% (1 / 128)) + 1e-9)
    columns <- cosine_columns
  } else {
    count <- 1 + floor(n * tr * (high_pass %||% (1 / 150)) + 1e-9)
    columns <- legendre_columns
  }
  count <- min(count, n - 1)
  check_result_size(n, count, "the drifts need")
  columns(n, count)
}

# The discrete cosine transform, without the constant; each column has length 1.
cosine_columns <- function(n, count) {
  k <- seq_len(count)
  X <- sqrt(2 / n) * cos(outer(seq_len(n) - 0.5, k) * (pi / n))
  dimnames(X) <- list(NULL, if (count > 0) paste0("cosine_", k))
  X
}

# Legendre's polynomials of orders 1, 2, ... on n points from -1 to 1, by their recurrence.
legendre_columns <- function(n, order) {
  x <- seq(-1, 1, length.out = n)
  X <- matrix(0, n, order, dimnames = list(NULL, paste0("legendre_", seq_len(order))))
  before <- rep(1, n)
  now <- x
  for (k in seq_len(order)) {
    X[, k] <- now
    following <- ((2 * k + 1) * x * now - k * before) / (k + 1)
    before <- now
    now <- following
  }
  X
}

check_high_pass <- function(high_pass, drift) {
  if (is.null(high_pass)) {
    return(NULL)
  }
  high_pass <- check_number(high_pass, "high_pass", "a frequency in Hz above 0", function(v) v > 0 && v < Inf)
  if (drift == "none") {
    abort("value", "`high_pass` must be NULL with `drift = \"none\"`.")
  }
  if (high_pass >= 1) {
    abort(
      "value", sprintf("`high_pass` must be a frequency in Hz below 1, not %s.", show_value(high_pass)),
      "SPM's default, a period of 128 s, is 1/128 Hz."
    )
  }
  high_pass
}
