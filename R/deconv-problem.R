# The problem that deconv() solves, as products, bands and rows.

# What is minimised: products with A and its transpose, for columns; the bands of A'A (a column
# of it, where all are the same) and of D'D, which is not the higher; and D'D. Samples of a signal
# that wraps are in the order of `turn`.
deconv_problem <- function(h, n, mode, origin, boundary, order) {
  sparse <- function() conv_matrix(h, n, mode, origin, boundary, sparse = TRUE)
  D <- differences(n, order)
  turn <- NULL
  if (mode == "full") {
    multiply <- function(x) conv(x, h, method = "direct")
    transpose <- function(r) conv(r, rev(h), "valid", method = "direct")
    gram <- autocorrelation_band(h, n)
  } else {
    A <- sparse()
    if (boundary == "wrap") {
      turn <- c(rbind(seq_len(n), rev(seq_len(n))))[seq_len(n)]
      A <- A[, turn, drop = FALSE]
      D <- D[, turn, drop = FALSE]
    }
    sparse <- function() A
    multiply <- function(x) as.matrix(A %*% x)
    transpose <- function(r) as.matrix(Matrix::crossprod(A, r))
    gram <- symmetric_band(Matrix::crossprod(A))
  }
  DD <- Matrix::crossprod(D)
  penalty <- symmetric_band(DD)
  list(
    h = h, n = n, mode = mode, order = order, turn = turn, sparse = sparse, D = D,
    multiply = multiply, transpose = transpose, penalise = function(x) as.matrix(DD %*% x),
    gram = heighten(gram, nrow(penalty)), penalty = penalty
  )
}

# The (n - order) x n matrix of differences.
differences <- function(n, order) {
  weight <- switch(order + 1, 1, c(-1, 1), c(1, -2, 1))
  rows <- max(n - order, 0)
  Matrix::sparseMatrix(
    i = rep(seq_len(rows), order + 1), j = rep(seq_len(rows), order + 1) + rep(0:order, each = rows),
    x = rep(weight, each = rows), dims = c(rows, n)
  )
}

# Bands as in kernel/band.c: row p + 1 has the diagonal, row 1 the p-th above it.
symmetric_band <- function(S) {
  S <- methods::as(methods::as(S, "CsparseMatrix"), "generalMatrix")
  i <- S@i + 1L
  j <- rep(seq_len(ncol(S)), diff(S@p))
  upper <- i <= j
  p <- max(0L, (j - i)[upper])
  band <- matrix(0, p + 1L, ncol(S))
  band[cbind(p + 1L + i - j, j)[upper, , drop = FALSE]] <- S@x[upper]
  band
}

# Every column is the same.
autocorrelation_band <- function(h, n) {
  m <- length(h)
  lags <- conv(rev(h), h, method = "direct")[seq(max(1, m - n + 1), m)] # the largest first
  matrix(lags)
}

# With empty diagonals on top, `height` at least.
heighten <- function(band, height) {
  missing <- height - nrow(band)
  if (missing > 0L) rbind(matrix(0, missing, ncol(band)), band) else band
}

# A'A + lambda D'D.
normal_band <- function(problem, lambda) {
  .Call(ffi_band_sum, problem$gram, problem$penalty, lambda)
}

# The rows of [A; sqrt(lambda) D], the leftmost first, each from its first column on.
band_rows <- function(problem, lambda) {
  B <- Matrix::t(rbind(problem$sparse(), sqrt(lambda) * problem$D))
  column <- rep(seq_len(ncol(B)), diff(B@p)) # a row of [A; D]
  some <- diff(B@p) > 0
  start <- rep(NA_real_, ncol(B))
  start[some] <- B@i[B@p[-length(B@p)][some] + 1L]
  offset <- B@i - start[column]
  values <- matrix(0, max(offset, 0) + 1, ncol(B))
  values[cbind(offset + 1, column)] <- B@x
  by <- order(start, na.last = NA)
  list(start = start[by], values = values[, by, drop = FALSE])
}
