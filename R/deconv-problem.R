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
  turn <- if (boundary == "wrap") c(rbind(seq_len(n), rev(seq_len(n))))[seq_len(n)]
  place <- if (!is.null(turn)) order(turn)
  to_turn <- function(x) if (is.null(turn)) x else x[turn, , drop = FALSE]
  from_turn <- function(x) if (is.null(turn)) x else x[place, , drop = FALSE]
  A <- function() conv_matrix(h, n, mode, if (mode == "same") origin, boundary, sparse = TRUE)
  plain <- function(x) {
    conv(from_turn(x), h, mode, if (mode == "same") origin, boundary, method = "direct")
  }
  transposed <- transposed_convolution(h, n, mode, origin, boundary)
  back <- function(r) to_turn(transposed(r))
  gram <- if (boundary != "zero") {
    boundary_band(h, n, mode, origin, boundary, if (is.null(weights)) rep(1, ny) else weights, window[["first"]], place)
  } else if (mode == "full" && is.null(weights)) {
    autocorrelation_band(h, n)
  } else {
    gram_band(h, n, if (is.null(weights)) rep(1, ny) else weights, window[["first"]])
  }
  if (!is.null(turn)) {
    D <- D[, turn, drop = FALSE]
  }
  penalty <- symmetric_band(Matrix::crossprod(D))
  list(
    h = h, n = n, mode = mode, origin = if (mode == "same") origin else 0, boundary = boundary, order = order,
    turn = turn, weights = weights,
    rows = if (is.null(weights)) ny else sum(weights > 0), D = D, plain = plain,
    sparse = function() weigh(if (is.null(turn)) A() else A()[, turn, drop = FALSE]),
    multiply = function(x) weigh(plain(x)), back = back, transpose = function(r) back(weigh(r)),
    differ = function(x) as.matrix(D %*% x), undiffer = function(d) as.matrix(Matrix::crossprod(D, d)),
    gram = heighten(gram, nrow(penalty)), penalty = penalty
  )
}

# Products with the transpose of A: convolutions with the kernel back to front, and what a boundary has
# copied added up where it came from, see transposed_product().
transposed_convolution <- function(h, n, mode, origin, boundary) {
  m <- length(h)
  if (!boundary %in% c("zero", "wrap")) {
    how <- conv_options(mode, if (mode == "same") origin, boundary, "propagate", "auto", m)
    return(function(r) matrix(.Call(ffi_fold, conv(r, rev(h), method = "direct"), n, m, how), n))
  }
  other <- switch(mode, full = "valid", valid = if (n >= m) "full" else "valid", "same")
  function(r) conv(r, rev(h), other, if (other == "same") m - 1 - origin, boundary, method = "direct")
}

# The band of A'W^2 A for other boundaries: the rows that meet samples outside of x by themselves, the others
# as with boundary zero. `place` is where each sample stands, if not NULL.
boundary_band <- function(h, n, mode, origin, boundary, weights, first, place) {
  m <- length(h)
  k <- first + seq_len(n) - 1
  outside <- k < m - 1 | k > n - 1
  inner <- gram_band(h, n, ifelse(outside, 0, weights), first)
  # all that they meet
  columns <- if (n <= 2 * m + 2) seq_len(n) else c(seq_len(m + 1), seq(n - m, n))
  rows <- conv_operator(h, n, mode, if (mode == "same") origin, boundary)[which(outside), columns, drop = FALSE]
  outer <- crossprod(sqrt(weights[outside]) * rows)
  p <- min(n, m) - 1
  height <- (if (is.null(place)) p else min(n - 1, 2 * p)) + 1
  if (is.null(place)) {
    place <- seq_len(n)
  }
  band <- matrix(0, height, n)
  put <- function(i, j, values) {
    i <- place[i]
    j <- place[j]
    at <- height + pmin(i, j) - pmax(i, j) + (pmax(i, j) - 1) * height
    band[at] <<- band[at] + values
  }
  for (d in seq(0, p)) {
    j <- seq(d + 1, n)
    put(j - d, j, inner[p + 1 - d, j])
  }
  some <- which(outer != 0 & upper.tri(outer, diag = TRUE), arr.ind = TRUE)
  put(columns[some[, 1L]], columns[some[, 2L]], outer[some])
  band
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
  weight <- difference_weights(order)
  rows <- max(n - order, 0)
  Matrix::sparseMatrix(
    i = rep(seq_len(rows), order + 1), j = rep(seq_len(rows), order + 1) + rep(0:order, each = rows),
    x = rep(weight, each = rows), dims = c(rows, n)
  )
}

difference_weights <- function(order) switch(order + 1, 1, c(-1, 1), c(1, -2, 1))

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

# With empty diagonals on top, or values below, `height` at least.
heighten <- function(band, height, below = FALSE) {
  missing <- height - nrow(band)
  if (missing <= 0L) {
    return(band)
  }
  empty <- matrix(0, missing, ncol(band))
  if (below) rbind(band, empty) else rbind(empty, band)
}

# A'A + lambda D'D.
normal_band <- function(problem, lambda) {
  .Call(ffi_band_sum, problem$gram, problem$penalty, lambda)
}

# The rows of [A; sqrt(lambda) D], the leftmost first, each from its first column on.
band_rows <- function(problem, lambda) {
  A <- if (is.null(problem$turn)) kernel_rows(problem) else turned_rows(problem$sparse())
  D <- if (lambda == 0) {
    list(start = numeric(0), values = matrix(0, 1, 0))
  } else if (is.null(problem$turn)) {
    difference_rows(problem$n, problem$order)
  } else {
    turned_rows(problem$D)
  }
  height <- max(nrow(A$values), nrow(D$values))
  start <- c(A$start, D$start)
  by <- order(start, na.last = NA)
  # from here on without a copy more than is needed: they are long, and are not interrupted
  values <- heighten(A$values, height, below = TRUE)
  if (ncol(D$values) > 0L) {
    values <- cbind(values, sqrt(lambda) * heighten(D$values, height, below = TRUE))
  }
  if (length(by) < length(start) || is.unsorted(by)) {
    values <- values[, by, drop = FALSE]
  }
  list(start = start[by], values = values, by = by)
}

# Row k of A is the kernel back to front; what goes past the last column does not count.
kernel_rows <- function(problem) {
  h <- problem$h
  n <- problem$n
  m <- length(h)
  window <- mode_window(n, m, problem$mode, problem$origin)
  k <- window[["first"]] + seq_len(window[["length"]]) - 1
  start <- pmax(k - m + 1, 0)
  values <- matrix(rev(h), m, length(k))
  for (row in which(k < m - 1)) {
    values[, row] <- c(rev(h[seq_len(k[row] + 1)]), numeric(m - 1 - k[row]))
  }
  if (n < m) {
    values <- values[seq_len(n), , drop = FALSE]
  }
  outside <- which(k < m - 1 | k > n - 1)
  if (problem$boundary != "zero" && length(outside) > 0L) {
    width <- min(n, m)
    A <- conv_operator(h, n, problem$mode, if (problem$mode == "same") problem$origin, problem$boundary)
    for (first in unique(c(0, n - width))) {
      rows <- if (width == n) outside else outside[(k[outside] < m - 1) == (first == 0)]
      values[, rows] <- t(A[rows, first + seq_len(width), drop = FALSE])
      start[rows] <- first
    }
  }
  if (!is.null(problem$weights)) {
    values <- scale_columns(values, sqrt(problem$weights))
  }
  list(start = start, values = values)
}

difference_rows <- function(n, order) {
  rows <- max(n - order, 0)
  list(start = seq_len(rows) - 1, values = matrix(rep(difference_weights(order), rows), order + 1, rows))
}

# Of any sparse matrix; rows without a value have no start.
turned_rows <- function(A) {
  B <- Matrix::t(A)
  column <- rep(seq_len(ncol(B)), diff(B@p)) # a row of A
  some <- diff(B@p) > 0
  start <- rep(NA_real_, ncol(B))
  start[some] <- B@i[B@p[-length(B@p)][some] + 1L]
  offset <- B@i - start[column]
  values <- matrix(0, max(offset, 0) + 1, ncol(B))
  values[cbind(offset + 1, column)] <- B@x
  list(start = start, values = values)
}
