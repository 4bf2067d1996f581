# Rows of a matrix as small series above each other.

#' @rdname plot_matrix
#' @export
plot_rows <- function(A, rows = seq_len(min(nrow(A), 10L)), ..., at = seq_len(ncol(A)),
                      xlab = "Column", ylab = "Row") {
  check_given()
  check_plot_matrix(A)
  rows <- check_numbers(rows, "rows")
  if (length(rows) == 0L) {
    abort("length", "`rows` must name at least one row of `A`.")
  }
  check_values(
    rows, rows >= 1 & rows <= nrow(A) & rows == floor(rows), "rows",
    sprintf("whole numbers from 1 to %s, the rows of `A`", format_count(nrow(A)))
  )
  check_memory(8 * as.double(length(rows)) * ncol(A), "The rows need", "Draw a part: `plot_rows(A[rows, columns])`.")
  at <- check_numbers(at, "at")
  if (length(at) != ncol(A)) {
    abort("length", sprintf(
      "`at` must have %s values, one for each column of `A`, not %s.",
      format_count(ncol(A)), format_count(length(at))
    ))
  }
  check_values(at, abs(at) <= 1e300, "at", "at most 1e300 in size, or R cannot draw an axis")
  check_label(xlab, "xlab")
  check_label(ylab, "ylab")
  value <- as.matrix(A[rows, , drop = FALSE])
  if (is.complex(value)) {
    abort("type", "`A` must be a real matrix, not a complex one.", "Draw `Mod(as.matrix(A))`.")
  }
  draw_rows(matrix(as.double(value), length(rows)), rows, at, xlab, ylab, ...)
  invisible(A)
}

# Each row has a band of height 1; its series fills 0.85 of it, and the lowest
# keeps clear of the frame.
draw_rows <- function(value, rows, at, xlab, ylab, ..., main = NULL, las = 1,
                      cex.axis = graphics::par("cex.axis"), type = "l", col = 1, lwd = 2, lty = 1,
                      pch = 1, cex = 1, xlim = NULL, ylim = c(-0.15, length(rows)), yaxt = "s") {
  col <- rep_len(check_colors(col), length(rows))
  k <- length(rows)
  value[!is.finite(value)] <- NA
  range <- range(0, value, na.rm = TRUE)
  scale <- 0.85 / max(range[2L] - range[1L], .Machine$double.xmin)
  floor <- k - seq_len(k) - scale * range[1L]
  # the width of a column, so that rows line up with those of plot_matrix()
  step <- if (length(at) > 1L) diff(range(at)) / (length(at) - 1L) else 1
  graphics::plot(
    NULL,
    xlim = xlim %||% (range(at) + c(-0.5, 0.5) * step), ylim = ylim,
    xaxs = "i", yaxs = "i", yaxt = "n",
    xlab = xlab, ylab = ylab, main = main, las = las, cex.axis = cex.axis, ...
  )
  if (yaxt != "n") {
    graphics::axis(2L, floor, rows, las = las, tick = FALSE, cex.axis = cex.axis)
  }
  graphics::abline(h = floor, col = "grey85")
  for (i in seq_len(k)) {
    y <- floor[i] + scale * value[i, ]
    if (type == "h") { # lines() would draw bars down to 0
      graphics::segments(at, floor[i], at, y, col = col[i], lwd = lwd, lty = lty)
    } else {
      graphics::lines(at, y, type = type, col = col[i], lwd = lwd, lty = lty, pch = pch, cex = cex)
    }
  }
}
