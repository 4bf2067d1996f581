#' Convolution of a signal with a kernel
#'
#' Adds up shifted copies of the kernel, each scaled by one sample of the
#' signal. With indices from 0, as in the formulas of the literature, the full
#' convolution of a signal `x` of n samples and a kernel `h` of m samples is
#' \deqn{F_k = \sum_j x_j h_{k-j}, \qquad k = 0, \ldots, n + m - 2,}{F[k] = sum_j x[j] h[k - j],  k = 0, ..., n + m - 2,}
#' where samples outside `x` and `h` count as 0. Every mode is a part of F.
#'
#' @param x Numeric vector of length n: the signal. Integer and logical values
#'   count as numbers. It may hold missing and infinite values.
#' @param h Numeric vector of length m, at least 1: the kernel, all of it
#'   finite. `x` and `h` are never swapped, also where `h` is the longer.
#' @param mode Which part of F to return:
#'
#'   | mode | values of F, counted from 0 | length |
#'   |---|---|---|
#'   | `"full"` | all | n + m - 1 |
#'   | `"same"` | n values from `origin` on | n |
#'   | `"causal"` | the first n, as for the scans of a run | n |
#'   | `"valid"` | those where the shorter lies inside the longer | max(n, m) - min(n, m) + 1 |
#' @param origin How many kernel samples lie before time zero, a whole number
#'   from 0 to m - 1. The default, for mode `"same"`, is `(m - 1) %/% 2`, the
#'   centre of an odd kernel and the sample left of the centre of an even one,
#'   as in scipy.signal; `m %/% 2` is MATLAB's choice and that of
#'   `stats::filter(sides = 2)`. It changes nothing in modes `"full"` and
#'   `"valid"`, and must be 0 in mode `"causal"`.
#' @param boundary What stands outside of `x`: `"zero"`, so far the only one.
#' @param na What to do with missing values: `"propagate"`, so far the only
#'   one. An output is NA where one of the terms of its own sum is, and
#'   otherwise NaN or infinite where those terms make it so; no other output is
#'   touched. NA wins over NaN, whatever the order.
#' @param method How to compute: `"auto"` and `"direct"` are the same so far.
#' @param threads Number of threads; one is used so far.
#'
#' @returns A double vector without attributes, of the length in the table
#'   above, in units of `x` times `h`. A signal of length 0 gives a result of
#'   length 0 in every mode. For the convolution of two functions of time
#'   sampled every `dt`, multiply by `dt`.
#'
#' @section Errors:
#' `convmat_error_type` if `x` or `h` is not a plain numeric vector;
#' `convmat_error_length` if `h` is empty; `convmat_error_value` if `h` is not
#' finite, `origin` is out of range, or an argument has a value that does not
#' exist or is not there yet.
#'
#' @section Algorithm and accuracy:
#' By the definition, in C, with blocked sums: each output lies within
#' 1e-11 B of the exact sum, where B is the sum of the moduli of its own terms
#' (plus a few of the smallest denormal numbers), however large other outputs
#' are. Whole numbers give whole numbers, exact while B is at most
#' \eqn{2^{53}}{2^53}. The cost is one multiplication and one addition for each
#' pair of samples that meet: n m of them in mode `"full"`.
#'
#' @references Oppenheim, A. V. and Schafer, R. W. (2010) _Discrete-Time Signal
#'   Processing_, 3rd ed., section 2.3. Pearson.
#'
#'   Higham, N. J. (1993) The accuracy of floating point summation. _SIAM
#'   Journal on Scientific Computing_ 14, 783--799. \doi{10.1137/0914050}
#'
#' @seealso [conv_matrix()] for the same as a matrix, [correlate()] for the
#'   kernel not reversed, [conv_integral()] for functions of time.
#' @examples
#' h <- c(1, 10, 100, 1000)
#' conv(1:3, h)
#' conv(1:3, h, mode = "same")   # starts at the second value of the full one
#' conv(1:3, h, mode = "causal") # starts at the first
#' conv(1:3, h, mode = "valid")
#'
#' # a missing sample stays where it belongs
#' conv(c(1, NA, 3, 4, 5), c(1, 1))
#'
#' # a moving average, centred
#' temperature <- as.numeric(nottem)
#' plot(temperature, type = "l", col = "grey", xlab = "Month", ylab = "Degrees F")
#' lines(conv(temperature, rep(1, 13) / 13, mode = "same"), lwd = 2)
#' @export
conv <- function(x, h, mode = "full", origin = NULL, boundary = "zero", na = "propagate",
                 method = "auto", threads = getOption("convmat.threads")) {
  x <- check_numbers(x, "x", finite = FALSE)
  h <- check_kernel(h)
  mode_index <- check_choice(mode, modes, "mode")
  origin <- check_origin(origin, mode, length(h))
  check_available(boundary, "zero", c("wrap", "nearest", "reflect", "mirror"), "boundary")
  check_available(na, "propagate", c("zero", "renormalise"), "na")
  check_available(method, c("auto", "direct"), "fft", "method")
  check_threads(threads)
  if (length(x) == 0L) {
    return(numeric(0))
  }
  .Call(ffi_conv, x, h, mode_index - 1L, origin)
}

# For choices the interface has and the computation does not have yet.
check_available <- function(value, now, later, arg) {
  i <- check_choice(value, c(now, later), arg)
  if (i > length(now)) {
    abort(
      "value",
      sprintf("`%s = \"%s\"` is not available yet.", arg, value),
      sprintf("Use %s.", paste0("\"", now, "\"", collapse = " or "))
    )
  }
}

check_threads <- function(threads) {
  if (!is.null(threads)) check_count(threads, "threads", most = 1024)
}
