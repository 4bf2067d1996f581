#' Convolution step by step
#'
#' Draws how single outputs of `conv(x, h)` come about: the kernel is flipped and
#' laid under the signal, what stands one above the other is multiplied, and the
#' products are added up. One column of pictures for each output. Try
#' `plot_steps(c(1, 0, 2), c(1, 10, 100), 1:3)`; [explore_conv()] has a slider
#' for `k`.
#'
#' @param x The signal: a numeric vector of length n, at least 1.
#' @param h The kernel: a numeric vector of length m, at least 1, all of it finite.
#' @param k Whole numbers: which outputs to draw, as positions in the result of
#'   `conv()`, from 1.
#' @param mode,origin,boundary As in [conv()].
#' @param start Number: the time of the first sample of `x`.
#' @param dt Number above 0: the time from sample to sample.
#' @param xlab Title of the lowest axis: a string, an expression, or `NULL`.
#'
#' @returns Invisibly a list with an element for each `k`: `place`, the times at
#'   which samples of the kernel lie; `kernel`, its values there; `signal`, what
#'   they meet, with what the `boundary` puts outside of `x`; `product`, of the
#'   two; and `sum`, the output.
#'
#' @section Pictures:
#' At the top the signal (orange) and the flipped kernel (purple), each on a scale
#' of its own, with what the boundary adds in grey. In the middle their product. At
#' the bottom the whole result, this output in blue and those after it pale. The
#' layout of the device is set by `par(mfrow = )`, and put back afterwards.
#'
#' @section Errors:
#' `convmat_error_type`, `convmat_error_length` and `convmat_error_value` as in
#' [conv()], also if `x` is complex or empty, or `k` is not a position in the result.
#'
#' @section Algorithm and cost:
#' What stands outside of `x` is found for each place by the rule of the `boundary`, as [conv()] does. The time is that
#' of drawing all samples of `x` and `h` once for each `k`.
#'
#' @references Brett, M., _nipraxis_, chapter "Convolution with matrices",
#'   <https://textbook.nipraxis.org/convolution_matrices.html>
#'
#' @seealso [explore_conv()], [conv()]
#' @family pictures
#' @examples
#' neural <- neural_signal(events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3)), 0:39)[, 1]
#' plot_steps(neural, hrf(0:19), c(11, 16, 26))
#'
#' # at an edge, by two boundaries
#' x <- c(3, 5, 4, 6, 8)
#' plot_steps(x, c(1, 2, 1) / 4, c(1, 5), "same", boundary = "wrap")
#' @export
plot_steps <- function(x, h, k, mode = "full", origin = NULL, boundary = "zero", start = 0, dt = 1,
                       xlab = "Time") {
  check_given()
  x <- check_real_signal(x, "x")
  h <- check_real_signal(h, "h")
  check_kernel_samples(h)
  y <- conv(x, h, mode, origin, boundary)
  k <- check_numbers(k, "k")
  if (length(k) == 0L) {
    abort("length", "`k` must name at least one output.")
  }
  check_values(k, k %in% seq_along(y), "k", sprintf(
    "whole numbers from 1 to %s, the positions in the result", format_count(length(y))
  ))
  start <- check_number(start, "start")
  dt <- check_number(dt, "dt", "a number above 0", function(v) v > 0 && v < Inf)
  check_label(xlab, "xlab")
  layout <- step_layout(x, h, mode, origin, boundary, start, dt)
  steps <- lapply(k, step_of, x = x, h = h, layout = layout)
  # read before any is set: mfcol changes cex, and mar too where margins were set in inches
  old <- saved_par(c("mfcol", "cex", "mar", "mgp", "tcl", "las", "bty", "font.main"))
  graphics::par(
    mfcol = c(3L, length(k)), mar = c(3, 3.6, 1.8, 0.8),
    mgp = c(2, 0.6, 0), tcl = -0.3, las = 1, bty = "l", font.main = 1
  )
  on.exit(graphics::par(old))
  if (length(k) == 1L) {
    graphics::par(cex = 0.85) # there is room
  }
  for (i in seq_along(k)) {
    draw_step(steps[[i]], k[i], x, h, y, layout, xlab)
  }
  invisible(steps)
}

check_real_signal <- function(x, arg) {
  x <- check_one_signal(x, arg)
  if (is.complex(x)) {
    abort("type", sprintf("`%s` must be real to be drawn, not complex.", arg))
  }
  if (length(x) == 0L) {
    abort("length", sprintf("`%s` must have at least one sample, not none.", arg))
  }
  as.double(x)
}

# Where everything lies. Places are counted from 0 at x[1]: `first` is that of the kernel's
# first sample for the first output; `outside` holds what lies before and after x.
step_layout <- function(x, h, mode, origin, boundary, start, dt) {
  n <- length(x)
  m <- length(h)
  check_origin(origin, mode, m)
  first <- mode_window(n, m, mode, check_origin(origin, mode, m))[["first"]]
  outputs <- first + seq_len(mode_window(n, m, mode)[["length"]]) - 1
  list(
    first = first, at = function(place) start + place * dt,
    xlim = start + c(1 - m, n + m - 2) * dt, output_at = start + outputs * dt,
    before = outside_samples(x, m, boundary, before = TRUE),
    after = outside_samples(x, m, boundary, before = FALSE)
  )
}

# What stands at the m - 1 places before x[1], nearest first, or after x[n].
outside_samples <- function(x, m, boundary, before) {
  n <- length(x)
  if (boundary == "zero") {
    return(numeric(m - 1))
  }
  places <- if (before) -seq_len(m - 1) else n - 1 + seq_len(m - 1)
  sources <- .Call(ffi_sources, as.double(places), as.double(n), match(boundary, boundaries) - 1)
  line_values(x[sources[, 1L] + 1], x[sources[, 2L] + 1], sources, !is.na(sources[, 2L])) # stream-push.R
}

# Flip, shift, multiply, add: output k.
step_of <- function(k, x, h, layout) {
  place <- layout$first + k - 1 - (seq_along(h) - 1) # of h[1], h[2], ...
  signal <- numeric(length(h))
  inside <- place >= 0 & place < length(x)
  signal[inside] <- x[place[inside] + 1]
  signal[place < 0] <- layout$before[-place[place < 0]]
  signal[place >= length(x)] <- layout$after[place[place >= length(x)] - length(x) + 1]
  o <- order(place)
  list(
    place = layout$at(place[o]), kernel = h[o], signal = signal[o], product = (signal * h)[o],
    sum = sum(signal * h), inside = inside[o]
  )
}

step_colors <- c(signal = "#C8500A", kernel = "#5E4FA2", output = "#1F5F99", pale = "#B9CBDD")

draw_step <- function(step, k, x, h, y, layout, xlab) {
  at <- layout$at(seq_along(x) - 1)
  # R warns of axes for numbers smaller than this
  shown <- function(value) {
    limits <- range(0, value[is.finite(value)])
    if (max(abs(limits)) < 1e-290) c(0, 1e-290) else limits
  }
  stem <- function(at, value, col, ...) {
    graphics::segments(at, rep(0, length(at)), at, value, col = col, lwd = 2)
    graphics::points(at, value, pch = 19, cex = 0.6, col = col, ...)
  }
  frame <- function(value, ...) {
    graphics::plot(NULL, xlim = range(layout$xlim, layout$output_at), ylim = shown(value), ...)
    graphics::abline(h = 0, col = "grey75")
  }

  unit <- max(abs(x[is.finite(x)]), abs(step$signal[is.finite(step$signal)]), 0)
  tall <- if (unit > 0) unit / max(abs(h), .Machine$double.xmin) else 1
  frame(
    c(x, step$signal, h * tall),
    xlab = "", ylab = "", main = sprintf("Output %d: flipped kernel on the signal", as.integer(k))
  )
  gap <- 0.14 * (at[2L] - at[1L])
  gap <- if (is.na(gap)) 0.05 else gap
  stem(at - gap, x, step_colors[["signal"]])
  stem(step$place[!step$inside] - gap, step$signal[!step$inside], "grey65")
  stem(step$place + gap, step$kernel * tall, step_colors[["kernel"]])

  frame(step$product, xlab = "", ylab = "", main = sprintf("Products: they sum to %s", format(step$sum, digits = 4L)))
  stem(step$place, step$product, "grey30")

  frame(y, xlab = xlab %||% "", ylab = "", main = "The result")
  done <- seq_along(y) <= k
  stem(layout$output_at[!done], y[!done], step_colors[["pale"]])
  stem(layout$output_at[done], y[done], step_colors[["output"]])
  graphics::points(layout$output_at[k], y[k], cex = 1.8, lwd = 2, col = step_colors[["output"]])
}
