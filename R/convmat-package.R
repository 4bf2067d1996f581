#' convmat: convolution and convolution matrices
#'
#' Discrete convolution as a function and as a matrix, by one set of definitions,
#' and what functional MRI makes of it. This page is the map.
#' `conv(c(1, 0, 2), c(1, 10, 100))` is 1 10 102 20 200; begin with
#' `vignette("convolution-matrices")`.
#'
#' @section Convolve:
#' - [conv()]: a signal with a kernel, in every mode, boundary and length
#' - [correlate()]: the same with the kernel as it stands, not flipped
#' - [correlation_lags()]: the lags that belong to its values
#' - [conv_method()]: how [conv()] would compute, and at what cost
#' - [savitzky_golay()], [savitzky_golay_kernel()]: local polynomials and derivatives
#' - [conv_power()]: a kernel convolved with itself k times, the sum of k random variables
#' - [conv_integral()]: the convolution of two functions of time
#' - [conv_chunks()], [conv_chunk()]: in pieces, on several processes or machines
#' - [conv_values()], [conv_restore()]: zoo, xts, units, data frames, Matrix and more, and how to
#'   teach it a class of your own
#'
#' @section Images and volumes:
#' - [conv_array()]: an array of any rank with a kernel of the same rank, or with one for each axis
#' - [correlate_array()]: the same with the kernel as it stands
#' - [gaussian_kernel()]: bell curves by their width
#'
#' @section Signals in pieces:
#' - [conv_stream()], [stream_push()], [stream_finish()]: the convolution of a signal that
#'   comes piece by piece
#' - [stream_file()]: of a file, raw numbers or sound
#'
#' @section The matrix:
#' - [conv_matrix()]: the matrix whose product with a signal is its convolution,
#'   dense or sparse
#' - [conv_operator()]: the same map with the memory of its kernel
#' - [shifted_kernels()]: the kernel, shifted by one more column in each row
#' - [shifted_scaled_kernels()]: the same, scaled by the signal
#' - [deconv()]: the signal behind a convolution; [its methods][deconv_methods]
#'
#' @section Functional MRI:
#' - [events()]: a table of events; [as_events()]: from a data frame;
#'   [read_events()]: from a file; [write_events()]: to files, whose formats are in
#'   [event_files]; [bind_runs()]: of several runs
#' - [scan_times()]: the times of the scans
#' - [hrf()]: haemodynamic responses; [hrf_model()]: a model by its name;
#'   [gamma_hrf()], [gam_hrf()], [mean_sd_hrf()]: a model of your own;
#'   [hrf_basis()]: sets of functions; [sampled_hrf()]: the kernels of other software
#' - [neural_signal()]: events on a grid
#' - [regressors()]: predicted responses, a column for each type of event
#' - [event_responses()]: predicted responses, a column for each event
#' - [design_matrix()]: these with modulators, drifts and confounds;
#'   [variance_inflation()] and [contrast_efficiency()]: what a design can tell
#' - [discretisation_error()]: what a grid would do to them
#' - [ds114_events], [ds000114_events]: events of real runs
#'
#' @section Pictures:
#' - [plot_matrix()], [plot_rows()]: a matrix from above, and its rows
#' - [plot_steps()]: how single outputs come about
#' - [explore_conv()]: the same with a slider, in the browser
#' - [autoplot()][autoplot]: by ggplot2
#'
#' @section Vignettes:
#' - `vignette("convolution-matrices")`: from shifted copies to the matrix, the
#'   formula and the integral
#' - `vignette("smoothing-and-echoes")`: moving averages with gaps, smoothing,
#'   echoes, unit hydrographs, delays
#' - `vignette("from-events-to-bold")`: predicted responses for real runs
#'
#' @section From C:
#' Other packages call [conv()] and exact [regressors()] from C, by `LinkingTo: convmat`:
#' `system.file("include", "convmat.h", package = "convmat")` says how.
#'
#' @section Options:
#' - `convmat.threads`: the most threads to use, see [conv()]
#' - `convmat.max_bytes`: the largest result, in bytes; else half of the memory
#' - `convmat.progress`: `FALSE` for no progress bars, `TRUE` for bars in scripts
#'   too
#'
#' @section What it changes:
#' Where R's memory is that of glibc (Linux), the first convolution lets R keep up to 62 MB of what it frees, instead of
#' giving it back to the system at once. To get new memory for each result can take longer than the convolution. It is
#' as if R had used that much before. Loading convmat changes nothing.
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
#' - `convmat_error_type`: not the kind of object that is needed
#' - `convmat_error_length`: the wrong number of values, rows or columns
#' - `convmat_error_value`: a value that is not allowed
#' - `convmat_error_memory`: a result larger than memory allows
#' - `convmat_error_numeric`: a computation that does not converge, or a system
#'   that is singular
#' - `convmat_error_file`: a file that cannot be read as what it should be
#' - `convmat_error_package`: a package that is needed is not installed
#'
#' Warnings have class `convmat_warning`, with a class before it likewise. Messages have class
#' `convmat_message`, and `convmat_message_columns` before it where [conv()] may have been meant for an
#' image. Inputs are never modified.
#'
#' @useDynLib convmat, .registration = TRUE
#' @keywords internal
"_PACKAGE"

.onUnload <- function(libpath) { # nocov start: runs after the counting
  library.dynam.unload("convmat", libpath)
} # nocov end
