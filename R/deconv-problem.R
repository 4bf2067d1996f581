# The problem that deconv() solves, as products, bands and rows.

# What is minimised, |W (y - A x)|^2 + lambda |D x|^2 with W the roots of the weights: `plain` is A x,
# `multiply` and `transpose` are products with W A and its transpose, for columns; `gram` and
# `penalty` the bands of A'W^2 A (a column of it, where all are the same) and of D'D, which is not the
# higher. `rows` is how many values of y count. Samples of a signal that wraps are in the order of `turn`.
deconv_problem <- function(h, n, mode, origin, boundary, order, weights = NULL) {
  window <- mode_window(n, length(h), mode, if (mode == "same") origin else 0)
  ny <- window[["length"]]
  D <- differences(n, order)
  root <- if (!is.null(weights)) sqrt(weights)
  weigh <- function(A) if (is.null(root)) A else root * A
  turn <- NULL
  if (boundary == "zero") {
    A <- function() conv_matrix(h, n, mode, origin, sparse = TRUE)
    plain <- function(x) conv(x, h, mode, if (mode == "same") origin, method = "direct")
    back <- transposed_convolution(h, n, mode, origin)
    gram <- if (mode == "full" && is.null(weights)) {
      autocorrelation_band(h, n)
    } else {
      gram_band(h, n, if (is.null(weights)) rep(1, ny) else weights, window[["first"]])
    }
  } else {
    sparse <- conv_matrix(h, n, mode, origin, boundary, sparse = TRUE)
    if (boundary == "wrap") {
      turn <- c(rbind(seq_len(n), rev(seq_len(n))))[seq_len(n)]
      sparse <- sparse[, turn, drop = FALSE]
      D <- D[, turn, drop = FALSE]
    }
    A <- function() sparse
    plain <- function(x) as.matrix(sparse %*% x)
    back <- function(r) as.matrix(Matrix::crossprod(sparse, r))
    gram <- symmetric_band(Matrix::crossprod(weigh(sparse)))
  }
  penalty <- symmetric_band(Matrix::crossprod(D))
  list(
    h = h, n = n, mode = mode, order = order, turn = turn, weights = weights,
    rows = if (is.null(weights)) ny else sum(weights > 0), D = D, plain = plain,
    sparse = function() weigh(A()), multiply = function(x) weigh(plain(x)),
    back = back, transpose = function(r) back(weigh(r)),
    differ = function(x) as.matrix(D %*% x), undiffer = function(d) as.matrix(Matrix::crossprod(D, d)),
    gram = heighten(gram, nrow(penalty)), penalty = penalty
  )
}

# Products with the transpose of A: convolutions with the kernel back to front.
transposed_convolution <- function(h, n, mode, origin) {
  m <- length(h)
  other <- switch(mode, full = "valid", valid = if (n >= m) "full" else "valid", "same")
  function(r) conv(r, rev(h), other, if (other == "same") m - 1 - origin, method = "direct")
}

# The band of A'W^2 A for boundary zero: the d-th diagonal is the correlation of the weights with
# the products of h and h moved by d. `first` is the value of the full convolution that y begins with.
gram_band <- function(h, n, weights, first) {
  m <- length(h)
  p <- min(n, m) - 1
  band <- matrix(0, p + 1, n)
  ny <- length(weights)
  for (d in 0:p) {
    products <- h[seq(d + 1, m)] * h[seq_len(m - d)]
    full <- conv(weights, rev(products), method = "direct")
    # column j of A, from 0, begins at value j - first of y
    at <- seq(d, length.out = n - d) - first + m - d
    inside <- at >= 1 & at <= length(full)
    band[p + 1 - d, seq(d + 1, n)[inside]] <- full[at[inside]]
  }
  band
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
  list(start = start[by], values = values[, by, drop = FALSE], by = by)
}
