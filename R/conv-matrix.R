#' The convolution matrix
#'
#' The matrix that convolves: `conv_matrix(h, n) %*% x` equals `conv(x, h)` for
#' every finite signal of n samples, and likewise for every mode, origin and
#' boundary. Its columns are copies of the kernel, each one row lower than the
#' one before; its rows hold the kernel reversed.
#' `conv_matrix(c(1, 10, 100), 3) %*% c(1, 0, 2)` is 1 10 102 20 200.
#'
#' @param h Numeric or complex vector of length m, at least 1: the kernel, all
#'   of it finite. Or an array, or a list with a kernel for each axis, as [conv_array()] takes it.
#' @param n Whole number from 1 on: the length of the signals to convolve. If `h` is an array,
#'   the sizes of the arrays to convolve, `dim(x)`.
#' @param mode,origin,boundary As in [conv()].
#' @param sparse `FALSE` for an ordinary matrix, `TRUE` for a sparse one of package
#'   Matrix, for real kernels.
#'
#' @returns A double matrix (complex if `h` is), or a `dgCMatrix`, without dimnames, with n columns
#'   and as many rows as `conv(x, h, mode)` has values: n + m - 1 in mode `"full"`, n in modes
#'   `"same"` and `"causal"`, max(n, m) - min(n, m) + 1 in mode `"valid"`. With
#'   indices from 0, entry (r, c) is \eqn{h_{f+r-c}}{h[f + r - c]}, 0 outside
#'   the kernel, where f is the first index of the mode's part of the full
#'   convolution; a boundary other than zero adds, for each place outside the
#'   signal, the kernel sample there to the column of its source. Units are those of `h`.
#'   The sparse matrix stores no zeros, not even those of the kernel.
#'
#'   If `h` is an array A is the matrix of `x |-> as.vector(conv_array(x, h, ...))`:
#'   `A %*% as.vector(x)` has the values of [conv_array()], the first axis fastest. In
#'   two dimensions it is a matrix of blocks, doubly block Toeplitz: one block for each pair of
#'   a column of the result and one of `x`, and the blocks are those of `conv_matrix()` for the
#'   columns of `h`. In mode `"full"` it is MATLAB's `convmtx2(h, n)`.
#'
#' @section Errors:
#' `convmat_error_type` if `h` is not a numeric or complex vector, or complex where the
#' matrix is to be sparse, or `n` is not a
#' number; `convmat_error_length` if `h` is empty; `convmat_error_value` if `h`
#' is not finite, `n` is not a whole number from 1 on, or `origin` is out of
#' range or `boundary` does not go with `mode` or is `"missing"`, which has no matrix; `convmat_error_memory`, before anything is allocated, if the matrix
#' would need more than `getOption("convmat.max_bytes")`, by default half of
#' the machine's memory, or more rows, columns or stored entries than
#' \eqn{2^{31} - 1}{2^31 - 1}. It says what the other forms would need.
#'
#' @section Algorithm and cost:
#' The matrix is Toeplitz: each column is the kernel, one row lower than in the column
#' before, so that building it takes one copy per column. With a boundary other
#' than zero, up to n m additions fold the kernel back, in compensated sums. Where the
#' system hands out pages of zeros (Linux), only the band is written. It needs
#' 8 bytes for each entry, 16 if complex: 8 n (n + m - 1) in mode `"full"`. Sparse, it
#' needs 12 bytes for each entry that is not 0 and 4 for each column, at most 12 n m + 4 n;
#' `bench/matrix.md` in the sources has times. For arrays the terms of each axis are
#' joined to those of the array, at some 100 bytes for each pair of an output and a sample of the kernel.
#'
#' @references Gray, R. M. (2006) Toeplitz and circulant matrices: a review.
#'   _Foundations and Trends in Communications and Information Theory_ 2,
#'   155--239. \doi{10.1561/0100000006}
#'
#' @seealso [conv_operator()] for the same without its memory; [shifted_kernels()],
#'   its transpose in mode `"full"`; [conv()]; [plot_matrix()] to look at it.
#' @family matrices
#' @examples
#' h <- c(1, 10, 100)
#' conv_matrix(h, 4)
#' x <- c(1, 0, 0, 2)
#' drop(conv_matrix(h, 4) %*% x)
#' conv(x, h)
#'
#' conv_matrix(h, 4, sparse = TRUE)
#' print(object.size(conv_matrix(hrf(0:29), 2000, sparse = TRUE)), units = "MB")
#' print(object.size(conv_matrix(hrf(0:29), 2000)), units = "MB")
#'
#' plot_matrix(conv_matrix(hrf(0:19), 40), main = "Convolution with the HRF")
#'
#' # of an image of 6 x 5 pixels with a kernel of 3 x 3: blocks of blocks
#' plot_matrix(conv_matrix(matrix(1:9, 3), c(6, 5), "same"), main = "Image of 6 x 5")
#' @export
conv_matrix <- function(h, n, mode = "full", origin = NULL, boundary = "zero",
                        sparse = FALSE) {
  check_given()
  if (is_array_problem(h, n)) {
    return(array_matrix(h, n, mode, origin, boundary, sparse))
  }
  h <- check_kernel(h)
  n <- check_count(n, "n")
  options <- conv_options(mode, origin, boundary, "propagate", "auto", length(h))
  check_linear_boundary(boundary, n)
  nrow <- mode_window(n, length(h), mode)[["length"]]
  if (check_flag(sparse, "sparse")) {
    sparse_matrix(h, n, nrow, options)
  } else {
    check_matrix_size(nrow, n, bytes_each(h), other_forms(h, n, nrow, options))
    .Call(ffi_conv_matrix, h, n, options)
  }
}

#' @importClassesFrom Matrix dgCMatrix
sparse_matrix <- function(h, n, nrow, options) {
  if (is.complex(h)) {
    abort(
      "type", "`h` must be real with `sparse = TRUE`, not complex.",
      "Matrix has no complex matrices; `conv_operator()` takes such kernels."
    )
  }
  use_operator <- function() sprintf("Use `conv_operator()` (%s).", format_bytes(8 * length(h)))
  check_dim(nrow, n, "Matrix", use_operator())
  entries <- count_entries(h, n, nrow, options)
  if (entries > .Machine$integer.max) {
    abort(
      "memory",
      sprintf(
        "`n` is too large: the %s x %s matrix has up to %s entries that are not 0.",
        format_count(nrow), format_count(n), format_count(entries)
      ),
      sprintf("Matrix holds at most %s.", format_count(.Machine$integer.max)),
      use_operator()
    )
  }
  check_memory(
    sparse_bytes(entries, n),
    sprintf("`n` is too large: the sparse %s x %s matrix needs", format_count(nrow), format_count(n)),
    use_operator()
  )
  slots <- .Call(ffi_sparse_matrix, h, n, options)
  do.call(methods::new, c("dgCMatrix", slots))
}

# Entries that are not 0; with a boundary other than zero, at most so many.
count_entries <- function(h, n, nrow, options) {
  if (options[["boundary"]] > 0) {
    return(n * min(n, sum(h != 0) + 2)) # the two more for "extend" at both ends
  }
  first <- mode_window(n, length(h), modes[options[["mode"]] + 1], options[["origin"]])[["first"]]
  below <- which(h != 0) - 1 - first # the diagonals, by their distance from the main one
  sum(pmax(pmin(nrow, n + below) - pmax(0, below), 0))
}

sparse_bytes <- function(entries, n) 12 * entries + 4 * (n + 1)

# What to use where the dense matrix is too large.
other_forms <- function(h, n, nrow, options) {
  operator <- sprintf("`conv_operator()` (%s)", format_bytes(bytes_each(h) * length(h)))
  if (is.complex(h) || n > .Machine$integer.max || nrow > .Machine$integer.max) {
    return(sprintf("Use %s.", operator))
  }
  entries <- count_entries(h, n, nrow, options)
  bytes <- sparse_bytes(entries, n)
  if (entries <= .Machine$integer.max && bytes <= max_bytes()) {
    sprintf("Use `sparse = TRUE` (%s) or %s.", format_bytes(bytes), operator)
  } else {
    sprintf("Use %s; `sparse = TRUE` would need %s.", operator, format_bytes(bytes))
  }
}

bytes_each <- function(x) if (is.complex(x)) 16 else 8

#' Shifted copies of a kernel, one in each row
#'
#' The matrix that explains convolution. Row i of `shifted_kernels(h, n)` is
#' the kernel moved right by i - 1 places, with zeros around it. Scale row i by
#' sample i of the signal, as `shifted_scaled_kernels()` does, add up the rows,
#' and the sums are the convolution:
#' `colSums(shifted_scaled_kernels(c(1, 0, 2), c(1, 10, 100)))` is 1 10 102 20 200.
#'
#' @param x Numeric or complex vector of length n, at least 1: the signal. It may
#'   hold missing values, which fill the copy of the kernel in their row.
#' @param h Numeric or complex vector of length m, at least 1: the kernel, all
#'   of it finite.
#' @param n Whole number from 1 on: the length of the signal.
#'
#' @returns A double or complex matrix without dimnames, n rows by n + m - 1 columns: one
#'   row for each sample of the signal, one column for each value of the full
#'   convolution. `shifted_kernels(h, n)` is `t(conv_matrix(h, n))`, in units
#'   of `h`; the column sums of `shifted_scaled_kernels(x, h)` are
#'   `conv(x, h)`, in units of `x` times `h`.
#'
#' @section Errors:
#' As in [conv_matrix()], and `convmat_error_length` if `x` is empty.
#'
#' @section Algorithm and cost:
#' Built in C column by column; each entry is written once, 8 bytes each. With
#' indices from 0, entry (i, c) is \eqn{h_{c-i}}{h[c - i]}, times
#' \eqn{x_i}{x[i]} if scaled.
#'
#' @references Brett, M., _nipraxis_, chapter "Convolution with matrices",
#'   <https://textbook.nipraxis.org/convolution_matrices.html>
#'
#' @seealso [conv_matrix()], [conv()], and
#'   `vignette("convolution-matrices")`, which is built on these two.
#' @family matrices
#' @examples
#' x <- c(1, 0, 2)
#' h <- c(1, 10, 100)
#' shifted_kernels(h, 3)
#' shifted_scaled_kernels(x, h)
#' colSums(shifted_scaled_kernels(x, h))
#' conv(x, h)
#'
#' # as one matrix product
#' x %*% shifted_kernels(h, 3)
#' @export
shifted_kernels <- function(h, n) {
  check_given()
  h <- check_kernel(h)
  n <- check_count(n, "n")
  check_matrix_size(n, n + length(h) - 1, bytes_each(h), sprintf(
    "Use `t(conv_operator(h, n))` (%s).", format_bytes(bytes_each(h) * length(h))
  ))
  .Call(ffi_shifted_kernels, h, n)
}

#' @rdname shifted_kernels
#' @export
shifted_scaled_kernels <- function(x, h) {
  check_given()
  x <- check_one_signal(x, "x")
  h <- check_kernel(h)
  if (length(x) == 0L) {
    abort("length", "`x` must have at least one sample, not none.")
  }
  if (is.complex(x) || is.complex(h)) {
    x <- as.complex(x)
    h <- as.complex(h)
  }
  check_matrix_size(
    length(x), length(x) + length(h) - 1, bytes_each(x),
    "`conv(x, h)` computes its column sums without it.", "x"
  )
  .Call(ffi_shifted_scaled_kernels, x, h)
}
