# Columns made orthogonal in order.

# Takes from each column its projection on those before it, as SPM and nilearn do. What
# is left of a column that lies in the span of the others, up to rounding, is 0.
orthogonalise <- function(X) {
  for (i in seq_len(ncol(X))[-1L]) {
    before <- X[, seq_len(i - 1L), drop = FALSE]
    before <- before[, colSums(before^2) > 0, drop = FALSE]
    rest <- X[, i]
    for (pass in 1:2) { # the second takes off what rounding has left
      rest <- rest - drop(before %*% (crossprod(before, rest) / colSums(before^2)))
    }
    X[, i] <- if (sum(abs(rest)) > 1e-13 * sum(abs(X[, i]))) rest else 0
  }
  X
}
