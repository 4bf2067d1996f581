#' convmat: convolution and convolution matrices
#'
#' Discrete convolution as a function, [conv()], and as a matrix,
#' [conv_matrix()], dense, sparse or as [conv_operator()] without memory, under one set of
#' definitions; the matrices of shifted
#' kernels that explain both, [shifted_kernels()] and
#' [shifted_scaled_kernels()]; the convolution of two functions,
#' [conv_integral()]; and what functional magnetic resonance imaging makes of
#' them: [hrf()], [events()], [neural_signal()], [regressors()].
#'
#' Start with `vignette("convolution-matrices")`, which takes a neural signal
#' and a haemodynamic response from shifted copies to the definition of
#' convolution.
#'
#' @section Words:
#' A _signal_ `x` of n samples is convolved with a _kernel_ `h` of m samples.
#' The two are never swapped, whichever is longer. The _full_ convolution has
#' the n + m - 1 values \eqn{F_k = \sum_j x_j h_{k-j}}{F[k] = sum_j x[j] h[k - j]},
#' counted from k = 0; all modes are parts of it.
#'
#' @section Errors:
#' Every mistake in a call is a condition of class `convmat_error`, with one of
#' these classes before it, for `tryCatch()`:
#'
#' - `convmat_error_type`: not the kind of object that is needed;
#' - `convmat_error_length`: the wrong number of values, rows or columns;
#' - `convmat_error_value`: a value that is not allowed;
#' - `convmat_error_memory`: a result larger than memory allows;
#' - `convmat_error_numeric`: a computation that does not converge;
#' - `convmat_error_file`: a file that cannot be read as what it should be.
#'
#' Warnings have class `convmat_warning`, preceded likewise by
#' `convmat_warning_value` or `convmat_warning_file`. Inputs are never modified.
#'
#' @useDynLib convmat, .registration = TRUE
#' @keywords internal
"_PACKAGE"

.onUnload <- function(libpath) { # nocov start: runs after the counting
  library.dynam.unload("convmat", libpath)
} # nocov end
