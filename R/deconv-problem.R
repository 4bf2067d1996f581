# The problem that deconv() solves, as products, bands and rows.

# What is minimised, |W (y - A x)|^2 + lambda |D x|^2 with W the roots of the weights: `plain` is A x,
# `multiply` and `transpose` are products with W A and its transpose, for columns; `gram` and
# `penalty` the bands of A'W^2 A (a column of it, where all are the same) and of D'D, which is not the
# higher. `rows` is how many values of y count. Samples of a signal that wraps are in the order of `turn`.
deconv_problem <- function(h, n, mode, origin, boundary, order, weights = NULL) {
  window <- mode_window(n, length(h), mode, if (mode == "same") origin else 0)
  ny <- window[["length"]]
  root <- if (!is.null(weights)) sqrt(weights)
  weigh <- function(A) if (is.null(root)) A else root * A
  turn <- if (boundary == "wrap") c(rbind(seq_len(n), rev(seq_len(n))))[seq_len(n)]
  place <- if (!is.null(turn)) order(turn)
  poll()
  to_turn <- function(x) if (is.null(turn)) x else x[turn, , drop = FALSE]
  from_turn <- function(x) if (is.null(turn)) x else x[place, , drop = FALSE]
  columns <- function(A) if (is.null(turn)) A else A[, turn, drop = FALSE]
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
  penalty <- gram_band(rev(difference_weights(order)), n, rep(1, max(n - order, 0)), order, place)
  poll()
  list(
    h = h, n = n, mode = mode, origin = if (mode == "same") origin else 0, boundary = boundary, order = order,
    turn = turn, place = place, weights = weights,
    rows = if (is.null(weights)) ny else sum(weights > 0), plain = plain,
    dense = function() {
      weigh(as.matrix(columns(conv_matrix(h, n, mode, if (mode == "same") origin, boundary, sparse = TRUE))))
    },
    dense_penalty = function() as.matrix(columns(differences(n, order))),
    multiply = function(x) weigh(plain(x)), back = back, transpose = function(r) back(weigh(r)),
    differ = function(x) differ(from_turn(x), order), undiffer = function(d) to_turn(undiffer(d, n, order)),
    gram = heighten(gram, nrow(penalty)), penalty = penalty
  )
}

# D x and D'd, for columns.
differ <- function(x, order) {
  if (nrow(x) <= order) matrix(0, 0, ncol(x)) else conv(x, rev(difference_weights(order)), "valid", method = "direct")
}

undiffer <- function(d, n, order) {
  if (n <= order) matrix(0, n, ncol(d)) else conv(d, difference_weights(order), method = "direct")
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
  # all that they meet
  columns <- if (n <= 2 * m + 2) seq_len(n) else c(seq_len(m + 1), seq(n - m, n))
  rows <- conv_operator(h, n, mode, if (mode == "same") origin, boundary)[which(outside), columns, drop = FALSE]
  outer <- crossprod(sqrt(weights[outside]) * rows)
  some <- which(outer != 0 & upper.tri(outer, diag = TRUE), arr.ind = TRUE)
  weights[outside] <- 0
  poll()
  gram_band(h, n, weights, first, place, columns[some[, 1L]], columns[some[, 2L]], outer[some])
}

# The band of A'W^2 A for boundary zero. `first` is the value of the full convolution that y begins with; sample
# j comes to stand at place[j]. Then `values` are added to the entries i, j.
gram_band <- function(h, n, weights, first, place = NULL, i = numeric(0), j = numeric(0), values = numeric(0)) {
  p <- min(n, length(h)) - 1
  if (!is.null(place)) {
    p <- min(n - 1, 2 * p)
    i <- place[i]
    j <- place[j]
  }
  at <- p + pmin(i, j) - pmax(i, j) + (pmax(i, j) - 1) * (p + 1)
  place <- if (!is.null(place)) place - 1
  .Call(ffi_band_gram, h, weights, first, n, place, p + 1, at, values)
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

# Bands are stored as kernel/matrix/band.c says: row p + 1 has the diagonal, row 1 the p-th above it.

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

# The rows of [A; sqrt(lambda) D], the leftmost first: each is `scale` times column `which`, from 0, of `values`,
# from column `start` on. `by` is their order.
band_rows <- function(problem, lambda) {
  A <- kernel_rows(problem)
  D <- if (lambda > 0) difference_rows(problem)
  height <- max(nrow(A$values), nrow(D$values))
  start <- c(A$start, D$start)
  which <- c(A$which, ncol(A$values) + D$which) - 1
  root <- if (is.null(problem$weights)) rep(1, length(A$start)) else sqrt(problem$weights)
  scale <- c(root, rep(sqrt(lambda), length(D$start)))
  poll()
  by <- order(start)
  poll()
  list(
    start = start[by], which = which[by], scale = scale[by], by = by,
    values = cbind(heighten(A$values, height, below = TRUE), if (lambda > 0) heighten(D$values, height, below = TRUE))
  )
}

# Row k of A is the kernel back to front; what goes past the last column does not count.
kernel_rows <- function(problem) {
  h <- problem$h
  n <- problem$n
  m <- length(h)
  window <- mode_window(n, m, problem$mode, problem$origin)
  k <- window[["first"]] + seq_len(window[["length"]]) - 1
  A <- conv_operator(h, n, problem$mode, if (problem$mode == "same") problem$origin, problem$boundary)
  if (!is.null(problem$turn)) {
    return(turned_rows(h, k, problem$place, function() A[, problem$turn, drop = FALSE]))
  }
  width <- min(n, m)
  start <- pmax(k - m + 1, 0)
  special <- if (problem$boundary == "zero") which(k < m - 1) else which(k < m - 1 | k > n - 1)
  if (problem$boundary != "zero") {
    start[special] <- if (width == n) 0 else ifelse(k[special] < m - 1, 0, n - width)
  }
  columns <- if (n <= 2 * m) seq_len(n) else c(seq_len(m), seq(n - m + 1, n))
  dense <- A[special, columns, drop = FALSE]
  first <- match(start[special] + 1, columns)
  values <- vapply(seq_along(special), function(r) dense[r, first[r] + seq_len(width) - 1], numeric(width))
  which <- rep(1, length(k))
  which[special] <- 1 + seq_along(special)
  list(start = start, which = which, values = cbind(rev(h)[seq_len(width)], matrix(values, width)))
}

difference_rows <- function(problem) {
  n <- problem$n
  order <- problem$order
  weight <- difference_weights(order)
  rows <- max(n - order, 0)
  if (!is.null(problem$turn)) {
    return(turned_rows(rev(weight), order + seq_len(rows) - 1, problem$place, problem$dense_penalty))
  }
  list(start = seq_len(rows) - 1, which = rep(1, rows), values = matrix(weight))
}

# The rows k of the convolution of a signal that wraps, whose samples stand at `place`: within its first half every
# second column has a sample of the kernel, within the other half from the last on; what lies over its ends, or
# its middle, is put there one by one. `dense` gives all rows of a short signal.
turned_rows <- function(h, k, place, dense) {
  n <- length(place)
  m <- length(h)
  if (n < 2 * m) {
    A <- t(dense())
    return(list(start = numeric(ncol(A)), which = seq_len(ncol(A)), values = A))
  }
  half <- (n + 1) %/% 2 # samples in the first half
  last <- (k %% n) + 1
  first <- ((k - m + 1) %% n) + 1
  which <- ifelse(first > last, 0, ifelse(last <= half, 1, ifelse(first > half, 2, 0)))
  start <- pmin(place[first], place[last]) - 1
  special <- which(which == 0)
  spread <- function(v) c(rbind(v, 0))[seq_len(2 * m - 1)]
  values <- vapply(special, function(row) {
    at <- place[(k[row] - seq_len(m) + 1) %% n + 1]
    start[row] <<- min(at) - 1
    replace(numeric(2 * m - 1), at - min(at) + 1, h)
  }, numeric(2 * m - 1))
  which[special] <- 2 + seq_along(special)
  list(start = start, which = which, values = cbind(spread(rev(h)), spread(h), matrix(values, 2 * m - 1)))
}
