# Objects of package Matrix.

#' @export
conv_values.Matrix <- function(x, arg = "x", ...) {
  check_memory(8 * prod(dim(x)), sprintf("`%s` is too large: as a dense matrix it needs", arg))
  as.matrix(x)
}

#' @export
conv_restore.Matrix <- function(y, x, ...) {
  if (is.complex(y)) {
    return(y) # Matrix has none
  }
  y <- as.matrix(y)
  if (is_sparse(x) && 2 * sum(not_zero(y)) <= length(y)) {
    return(sparse_columns(y))
  }
  dense_columns(y)
}

#' @export
conv_values.sparseVector <- function(x, arg = "x", ...) {
  check_memory(8 * length(x), sprintf("`%s` is too large: as a dense vector it needs", arg))
  methods::as(x, "vector")
}

#' @export
conv_restore.sparseVector <- function(y, x, ...) {
  if (is.complex(y) || is.matrix(y)) {
    return(y)
  }
  at <- which(not_zero(y))
  methods::new("dsparseVector", length = length(y), i = at, x = as.double(y[at]))
}

is_sparse <- function(x) isS4(x) && methods::is(x, "sparseMatrix")

not_zero <- function(y) is.na(y) | y != 0

dense_columns <- function(y) {
  methods::new("dgeMatrix", Dim = dim(y), Dimnames = dimnames(y) %||% list(NULL, NULL), x = as.double(y))
}

sparse_columns <- function(y) {
  there <- not_zero(y)
  methods::new("dgCMatrix",
    Dim = dim(y), Dimnames = dimnames(y) %||% list(NULL, NULL),
    i = as.integer((which(there) - 1) %% nrow(y)), p = as.integer(c(0, cumsum(colSums(there)))), x = as.double(y[there])
  )
}

# Columns of a sparse matrix, some at a time. The result is what conv_restore() would make of the whole.
conv_sparse <- function(x, h, mode, origin, ...) {
  kernels <- plain_kernels(h)
  ncol <- c(ncol(x), count_columns(kernels))
  if (ncol[1L] == 0L || nrow(x) == 0L || ncol[1L] == 1L || !ncol[2L] %in% c(1L, ncol[1L]) || is.complex(kernels)) {
    return(conv_restore(conv(plain_samples(x, "x"), kernels, mode, origin, ...), x))
  }
  at_once <- max(1, floor(2^26 / (8 * (nrow(x) + count_samples(kernels)))))
  y <- lapply(split(seq_len(ncol[1L]), (seq_len(ncol[1L]) - 1) %/% at_once), function(j) {
    own <- if (ncol[2L] > 1L) kernels[, j, drop = FALSE] else kernels
    sparse_columns(conv(as.matrix(x[, j, drop = FALSE]), own, mode, origin, ...))
  })
  y <- if (length(y) == 1L) y[[1L]] else do.call(cbind, unname(y))
  if (2 * length(y@x) <= prod(dim(y))) y else dense_columns(as.matrix(y))
}
