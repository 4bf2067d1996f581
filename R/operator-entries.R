# Entries of operators, their sums, and the matrix itself.

# Rows i and columns j, counted from 0, or with `pairs` the entries (i[k], j[k]).
entries <- function(A, i, j, pairs = FALSE) {
  if (A@transposed && !pairs) {
    return(t(entries(t(A), j, i)))
  }
  count <- if (pairs) length(i) else as.double(length(i)) * length(j)
  check_memory(bytes_each(A@h) * count, "The entries need", "Take fewer of them at a time.")
  if (is_array_operator(A)) {
    return(array_entries(A, i, j, pairs))
  }
  at <- list(as.double(i), as.double(j))
  if (A@transposed) at <- rev(at)
  found <- .Call(ffi_entries, A@h, A@n, operator_options(A), at[[1L]], at[[2L]], pairs)
  if (pairs) found else matrix(found, length(i), length(j))
}

# Places from 0 that an index of R's means among n of them. Only an index that leaves places out, or
# a logical one, takes n numbers to make.
places <- function(index, n, arg) {
  if (is.object(index) || !(is.numeric(index) || is.logical(index))) {
    abort("type", sprintf("`%s` must be a numeric or logical index, not %s.", arg, describe(index)))
  }
  is_bad <- is.na(index)
  if (is.numeric(index)) {
    index <- trunc(index)
    is_bad <- is_bad | index > n | index == -Inf
  } else if (length(index) > n) {
    is_bad <- is_bad | seq_along(index) > n
  }
  if (any(is_bad)) {
    abort(
      "value", sprintf("`%s` must be an index from 1 to %s.", arg, format_count(n)), locations(is_bad)
    )
  }
  if (is.logical(index) || any(index < 0)) {
    return(places_left(index, n, arg))
  }
  as.vector(index[index > 0]) - 1
}

all_places <- function(n) {
  check_memory(24 * n, sprintf("%s entries need", format_count(n)), "Take fewer of them at a time.")
  seq_len(n) - 1
}

places_left <- function(index, n, arg) {
  if (is.numeric(index) && any(index > 0)) {
    abort(
      "value", sprintf("`%s` must not have both positive and negative numbers.", arg),
      "Negative ones leave rows, columns or entries out."
    )
  }
  check_memory(16 * n, sprintf("`%s` stands for all but some of %s places, and needs", arg, format_count(n)))
  seq_len(n)[as.vector(index)] - 1
}

#' @rdname conv_operator
#' @aliases [,conv_operator,ANY,ANY,ANY-method
#' @param i,j Numeric or logical vectors: rows and columns; or `i` alone, numbers of
#'   entries column by column, or a matrix with a row and a column in each row.
#' @param drop `TRUE` for a vector where one row or column is taken.
#' @exportMethod [
methods::setMethod("[", "conv_operator", function(x, i, j, ..., drop = TRUE) {
  size <- dim(x)
  check_flag(drop, "drop")
  if (nargs() - (!missing(drop)) < 3L) { # x[i], not x[i, j]
    if (missing(i)) {
      return(as.matrix(x))
    }
    if (is.matrix(i) && is.numeric(i) && ncol(i) == 2L) {
      return(entries(x, places(i[, 1L], size[1L], "i"), places(i[, 2L], size[2L], "i"), TRUE))
    }
    k <- places(i, min(prod(size), 2^53), "i") # larger numbers are not told apart
    return(entries(x, k %% size[1L], k %/% size[1L], TRUE))
  }
  rows <- if (missing(i)) all_places(size[1L]) else places(i, size[1L], "i")
  columns <- if (missing(j)) all_places(size[2L]) else places(j, size[2L], "j")
  found <- entries(x, rows, columns)
  if (drop) drop(found) else found
})

#' @rdname conv_operator
#' @aliases diag,conv_operator-method
#' @param nrow,ncol,names Not used.
#' @importMethodsFrom Matrix diag
#' @exportMethod diag
methods::setMethod("diag", "conv_operator", function(x = 1, nrow, ncol, names = TRUE) {
  at <- all_places(min(dim(x)))
  entries(x, at, at, pairs = TRUE)
})

row_sums <- function(A) {
  check_memory(8 * sum(dim(A)), "The sums need")
  multiply_columns(A, rep(1, ncol(A)), 1)
}

#' @rdname conv_operator
#' @aliases rowSums,conv_operator-method colSums,conv_operator-method
#' @aliases rowMeans,conv_operator-method colMeans,conv_operator-method
#' @param na.rm,dims Not used.
#' @importMethodsFrom Matrix rowSums colSums rowMeans colMeans
#' @exportMethod rowSums
#' @exportMethod colSums
#' @exportMethod rowMeans
#' @exportMethod colMeans
methods::setMethod("rowSums", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(x))
methods::setMethod("colSums", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(t(x)))
methods::setMethod("rowMeans", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(x) / ncol(x))
methods::setMethod("colMeans", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(t(x)) / nrow(x))

# ---- the matrix itself -------------------------------------------------------

#' @rdname conv_operator
#' @export
as.matrix.conv_operator <- function(x, ...) {
  size <- format_count(dim(x))
  check_memory(
    bytes_each(x@h) * prod(dim(x)), sprintf("The %s x %s matrix needs", size[1L], size[2L]),
    if (!is.complex(x@h)) "`as(A, \"CsparseMatrix\")` is smaller."
  )
  A <- if (is_array_operator(x)) {
    conv_matrix(array_kernel(x), x@n, x@mode, given_origin(x), x@boundary)
  } else {
    conv_matrix(x@h, x@n, x@mode, x@origin, x@boundary)
  }
  if (x@transposed) t(A) else A
}

as_sparse <- function(A) {
  check_operator(A)
  S <- if (is_array_operator(A)) {
    conv_matrix(array_kernel(A), A@n, A@mode, given_origin(A), A@boundary, sparse = TRUE)
  } else {
    conv_matrix(A@h, A@n, A@mode, A@origin, A@boundary, sparse = TRUE)
  }
  if (A@transposed) Matrix::t(S) else S
}

#' @exportMethod coerce
methods::setAs("conv_operator", "matrix", function(from) as.matrix(from))
for (class in c("dgCMatrix", "CsparseMatrix", "sparseMatrix")) {
  methods::setAs("conv_operator", class, function(from) as_sparse(from))
}
rm(class)
