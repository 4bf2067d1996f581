#' The convolution matrix
#'
#' The matrix that convolves: `conv_matrix(h, n) %*% x` equals `conv(x, h)` for
#' every finite signal of n samples, and likewise for every mode, origin and
#' boundary. Its columns are copies of the kernel, each one row lower than the
#' one before; its rows hold the kernel reversed.
#'
#' @param h Numeric or complex vector of length m, at least 1: the kernel, all
#'   of it finite.
#' @param n Whole number from 1 on: the length of the signals to convolve.
#' @param mode,origin,boundary As in [conv()].
#' @param sparse `FALSE` for an ordinary matrix, so far the only one.
#'
#' @returns A double matrix (complex if `h` is) without dimnames, with n columns
#'   and as many rows as `conv(x, h, mode)` has values: n + m - 1 in mode `"full"`, n in modes
#'   `"same"` and `"causal"`, max(n, m) - min(n, m) + 1 in mode `"valid"`. With
#'   indices from 0, entry (r, c) is \eqn{h_{f+r-c}}{h[f + r - c]}, 0 outside
#'   the kernel, where f is the first index of the mode's part of the full
#'   convolution; a boundary other than zero adds, for each place outside the
#'   signal, the kernel sample there to the column of its source. Units are those of `h`.
#'
#' @section Errors:
#' `convmat_error_type` if `h` is not a numeric or complex vector or `n` not a
#' number; `convmat_error_length` if `h` is empty; `convmat_error_value` if `h`
#' is not finite, `n` is not a whole number from 1 on, or `origin` is out of
#' range or `boundary` does not go with `mode`; `convmat_error_memory`, before anything is allocated, if the matrix
#' would need more than `getOption("convmat.max_bytes")`, by default half of
#' the machine's memory.
#'
#' @section Algorithm and cost:
#' The matrix is Toeplitz: each column is a piece of one copy of the kernel
#' padded with zeros, so that building it takes one copy of memory per column.
#' With a boundary other than zero, n m additions fold the kernel back. It needs
#' 8 bytes for each entry, 16 if complex: 8 n (n + m - 1) in mode `"full"`.
#'
#' @references Gray, R. M. (2006) Toeplitz and circulant matrices: a review.
#'   _Foundations and Trends in Communications and Information Theory_ 2,
#'   155--239. \doi{10.1561/0100000006}
#'
#' @seealso [shifted_kernels()], its transpose in mode `"full"`; [conv()];
#'   [plot_matrix()] to look at it.
#' @examples
#' h <- c(1, 10, 100)
#' conv_matrix(h, 4)
#' x <- c(1, 0, 0, 2)
#' drop(conv_matrix(h, 4) %*% x)
#' conv(x, h)
#'
#' plot_matrix(conv_matrix(hrf(0:19), 40), main = "Convolution with the HRF")
#' @export
conv_matrix <- function(h, n, mode = "full", origin = NULL, boundary = "zero",
                        sparse = FALSE) {
  h <- check_kernel(h)
  n <- check_count(n, "n")
  options <- conv_options(mode, origin, boundary, "propagate", "auto", length(h))
  if (check_flag(sparse, "sparse")) {
    abort("value", "`sparse = TRUE` is not available yet.", "Use FALSE.")
  }
  nrow <- mode_window(n, length(h), mode)[["length"]]
  check_matrix_size(nrow, n, bytes_each(h))
  .Call(ffi_conv_matrix, h, n, options)
}

bytes_each <- function(x) if (is.complex(x)) 16 else 8

#' Shifted copies of a kernel, one in each row
#'
#' The matrix that explains convolution. Row i of `shifted_kernels(h, n)` is
#' the kernel moved right by i - 1 places, with zeros around it. Scale row i by
#' sample i of the signal, as `shifted_scaled_kernels()` does, add up the rows,
#' and the sums are the convolution.
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
  h <- check_kernel(h)
  n <- check_count(n, "n")
  check_matrix_size(n, n + length(h) - 1, bytes_each(h))
  .Call(ffi_shifted_kernels, h, n)
}

#' @rdname shifted_kernels
#' @export
shifted_scaled_kernels <- function(x, h) {
  x <- check_one_signal(x, "x")
  h <- check_kernel(h)
  if (length(x) == 0L) {
    abort("length", "`x` must have at least one sample, not none.")
  }
  if (is.complex(x) || is.complex(h)) {
    x <- as.complex(x)
    h <- as.complex(h)
  }
  check_matrix_size(length(x), length(x) + length(h) - 1, bytes_each(x))
  .Call(ffi_shifted_scaled_kernels, x, h)
}
