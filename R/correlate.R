#' Cross-correlation of a signal with a kernel, and its lags
#'
#' Slides the kernel along the signal without reversing it. With indices from
#' 0, the value at lag k is
#' \deqn{c_k = \sum_i x_{i+k} \bar{h_i}, \qquad k = -(m - 1), \ldots, n - 1,}{c[k] = sum_i x[i + k] Conj(h[i]),  k = -(m - 1), ..., n - 1,}
#' large where the stretch of `x` that starts at sample k resembles `h`. It is
#' the convolution of `x` with the reversed (and, if complex, conjugated) kernel,
#' and computed as that. `correlate(c(0, 1, 2), c(1, 2), "valid")` is 2 5.
#'
#' @param x The signal: a numeric or complex vector of length n, a matrix with
#'   one signal in each column, a time series, or one of the [classes].
#' @param h The kernel or template: a numeric or complex vector of length m, at
#'   least 1, all of it finite, or a matrix with one in each column.
#' @param mode Which lags to return, `"full"`, `"same"` or `"valid"`: those
#'   parts of `conv(x, rev(Conj(h)), mode)`. `correlation_lags()` lists them.
#' @param ... Further arguments of [conv()]: `boundary`, `na`, `method`,
#'   `threads`; but not `origin`.
#'
#' @returns `correlate()`: what [conv()] gives for the reversed, conjugated
#'   kernel in that mode, in units of `x` times `h`. Of a time series, the value
#'   at lag k stands at `start(x) + k * deltat(x)`.
#'
#'   `correlation_lags()`: an integer vector of the same length, the lag in
#'   samples that each value of `correlate()` belongs to (double where lags
#'   pass \eqn{2^{31} - 1}{2^31 - 1}). A positive lag k means that `h` matches
#'   `x` from its sample k on, so `x` is late by k samples.
#'
#' @section Errors:
#' Those of [conv()]; `convmat_error_value` if `mode` is `"causal"`, `origin`
#' is given, or `nx` or `nh` is not a whole number; `convmat_error_memory` if
#' the lags would not fit into memory.
#'
#' @section Algorithm and accuracy:
#' That of [conv()].
#'
#' @references Oppenheim, A. V. and Schafer, R. W. (2010) _Discrete-Time Signal
#'   Processing_, 3rd ed., section 2.9. Pearson.
#'
#' @seealso [conv()]
#' @family convolution
#' @examples
#' # where does the pattern occur?
#' pattern <- c(1, 3, -2)
#' x <- c(0, 0, 0, 0, 1, 3, -2, 0, 0)
#' score <- correlate(x, pattern)
#' lags <- correlation_lags(length(x), length(pattern))
#' lags[which.max(score)] # from sample 4 on, counted from 0
#'
#' plot(lags, score, type = "h", xlab = "Lag (samples)", ylab = "Correlation")
#' @export
correlate <- function(x, h, mode = "full", ...) {
  check_given()
  check_choice(mode, setdiff(modes, "causal"), "mode")
  if ("origin" %in% ...names()) {
    abort(
      "value",
      "`origin` has no meaning for a correlation, whose lags are fixed.",
      "`correlation_lags()` tells them."
    )
  }
  if (has_class(x) || has_class(h)) {
    return(correlate_classed(x, h, mode, ...))
  }
  x <- check_samples(x, "x")
  h <- check_kernels(h)
  check_same_frequency(x, h) # `reverse()` drops the dates
  y <- conv(x, reverse(h), mode, origin = NULL, ...)
  if (stats::is.ts(y)) {
    window <- mode_window(count_samples(x), count_samples(h), mode)
    attr(y, "tsp") <- new_tsp(x, window[["first"]] - (count_samples(h) - 1), window[["length"]])
  }
  y
}

reverse <- function(h) {
  back <- rev(seq_len(count_samples(h)))
  reversed <- if (is.matrix(h)) h[back, , drop = FALSE] else h[back]
  if (is.complex(h)) Conj(reversed) else reversed
}

#' @rdname correlate
#' @param nx,nh Whole numbers: the lengths of signal and kernel, n from 0 and m
#'   from 1 on.
#' @export
correlation_lags <- function(nx, nh, mode = "full") {
  check_given()
  nx <- check_count(nx, "nx", least = 0)
  nh <- check_count(nh, "nh")
  check_choice(mode, setdiff(modes, "causal"), "mode")
  if (nx == 0) {
    return(integer(0))
  }
  window <- mode_window(nx, nh, mode)
  check_memory(8 * window[["length"]], "`nx` and `nh` are too large: the lags need")
  lag <- window[["first"]] - (nh - 1)
  lag:(lag + window[["length"]] - 1)
}
