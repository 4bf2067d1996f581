# What the tests of deconv() share. The oracle: dense linear algebra on oracle_matrix().
difference_matrix <- function(n, order) {
  D <- diag(n)
  for (i in seq_len(order)) {
    D <- D[-1, , drop = FALSE] - D[-nrow(D), , drop = FALSE]
  }
  D
}

pseudo_inverse <- function(A, tolerance = 1e-13) {
  s <- svd(A)
  kept <- s$d > tolerance * s$d[1]
  s$v[, kept, drop = FALSE] %*% (t(s$u[, kept, drop = FALSE]) / s$d[kept])
}

# The triangle stored as a band, and what `f` makes of it.
whole <- function(band, f = identity) {
  n <- ncol(band)
  A <- matrix(0, n, n)
  for (j in seq_len(n)) {
    i <- seq(max(1, j - nrow(band) + 1), j)
    A[i, j] <- band[nrow(band) + i - j, j]
  }
  f(A)
}

symmetric <- function(band) whole(band, function(A) A + t(A) - diag(diag(A), nrow(A)))

call_case <- function(case, f, ...) do.call(f, c(list(...), case))

deconv_within <- function(bytes, ...) {
  old <- options(convmat.max_bytes = bytes)
  on.exit(options(old))
  deconv(...)
}

quietly_deconv <- function(...) {
  withCallingHandlers(deconv(...), convmat_warning_numeric = function(w) invokeRestart("muffleWarning"))
}

# The factor of rows by reflections.
band_qr <- function(rows, n) {
  .Call(ffi_band_qr, rows$start, rows$which, rows$scale, rows$values, n, matrix(0, length(rows$start), 0))[[1]]
}
