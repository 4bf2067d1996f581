#' Pictures of matrices
#'
#' `plot_matrix()` shows a matrix as seen from above, as it is written: row 1
#' on top, column 1 at the left, one cell for each entry, the darker the
#' larger. `plot_rows()` draws rows as small series above each other, all on
#' one scale, in the order of the matrix.
#'
#' @param A Numeric or logical matrix, at least 1 x 1. Cells that are not
#'   finite stay blank.
#' @param col Colours from the smallest value to the largest: names, hexadecimal
#'   codes, or numbers of the [palette][grDevices::palette].
#' @param zlim The two values that the first and the last colour stand for,
#'   `NULL` for the smallest and the largest of `A`. Cells outside are drawn in
#'   the nearer of the two. Pictures with the same `zlim` can be compared.
#' @param key `TRUE` to show the scale of colours at the right.
#' @param rows Whole numbers: the rows to draw, from top to bottom. The default
#'   is the first ten.
#' @param at Numeric vector: the horizontal place of each column, such as its
#'   time.
#' @param xlab,ylab Axis titles: strings, expressions, or `NULL`.
#' @param ... Further arguments of [graphics::plot.default()], such as `main`,
#'   `cex.axis` or `las`; for `plot_rows()` also those of
#'   [graphics::lines()], such as `col`, `lwd` and `type`.
#'
#' @returns `A`, invisibly. Both draw into the current figure region, so that
#'   `par(mfrow = )` and `layout()` arrange them.
#'
#' @section Errors:
#' `convmat_error_type` if `A` is not a matrix of numbers, `rows` not numeric,
#' `key` not `TRUE` or `FALSE`, or a title or `col` of another kind than those
#' above; `convmat_error_length` if `A` is empty, or `at` has another length
#' than a row, or `zlim` another than 2; `convmat_error_value` if `rows` are not
#' rows of `A`, `zlim` does not increase, `col` are not colours, or a title is
#' not valid in its encoding. For wrong values of `...` the errors are R's own.
#'
#' @section Algorithm and cost:
#' The image is drawn as one raster, so that a matrix of a thousand rows and
#' columns takes no longer than the device needs.
#'
#' @references Brett, M., _nipraxis_, chapter "Convolution with matrices",
#'   <https://textbook.nipraxis.org/convolution_matrices.html>, whose figures
#'   these are meant for.
#'
#' @seealso [shifted_kernels()], [conv_matrix()]
#' @examples
#' S <- shifted_kernels(hrf(0:19), 40)
#' plot_matrix(S, main = "Shifted HRFs")
#' plot_rows(S, 1:5, main = "The first five of them")
#' @export
plot_matrix <- function(A, ..., col = grDevices::hcl.colors(256L, "Purples", rev = TRUE),
                        zlim = NULL, key = TRUE, xlab = "Column", ylab = "Row") {
  check_given()
  check_plot_matrix(A)
  zlim <- check_zlim(zlim)
  col <- check_colors(col)
  check_flag(key, "key")
  check_label(xlab, "xlab")
  check_label(ylab, "ylab")
  nr <- nrow(A)
  nc <- ncol(A)
  value <- matrix(as.double(A), nr, nc)
  value[!is.finite(value)] <- NA
  range <- if (!is.null(zlim)) zlim else if (all(is.na(value))) c(0, 0) else range(value, na.rm = TRUE)
  frame <- function(..., xlim = c(0.5, nc + 0.5), ylim = c(nr + 0.5, 0.5), xaxs = "i", yaxs = "i") {
    graphics::plot(NULL, xlim = xlim, ylim = ylim, xaxs = xaxs, yaxs = yaxs, xlab = xlab, ylab = ylab, ...)
  }
  frame(...)
  cells <- matrix(col[color_index(value, range, length(col))], nr, nc)
  graphics::rasterImage(
    grDevices::as.raster(cells), 0.5, nr + 0.5, nc + 0.5, 0.5,
    interpolate = FALSE
  )
  graphics::box(bty = "o")
  if (key) {
    color_key(range, col)
  }
  invisible(A)
}

color_index <- function(value, range, ncol) {
  range <- range / 4 # so that the widest does not overflow
  value <- value / 4
  spread <- range[2L] - range[1L]
  if (!(spread > 0)) {
    return(ifelse(is.na(value), NA_integer_, 1L))
  }
  place <- pmin(pmax((value - range[1L]) / spread, 0), 1)
  1L + as.integer(round(place * (ncol - 1)))
}

# A strip in the right margin, dark on top, with the values at its ends: upright
# where the margin has room for them, else along the strip.
color_key <- function(range, col) {
  x <- graphics::grconvertX(1, "npc") + graphics::xinch(graphics::par("cin")[2L] * c(0.3, 0.8))
  y <- graphics::grconvertY(c(0, 1), "npc")
  graphics::rasterImage(
    grDevices::as.raster(matrix(rev(col))), x[1L], y[1L], x[2L], y[2L],
    xpd = NA
  )
  graphics::rect(x[1L], y[1L], x[2L], y[2L], xpd = NA)
  ends <- format(range, digits = 3L, trim = TRUE)
  left <- x[2L] + (x[2L] - x[1L]) * 0.4
  if (left + max(graphics::strwidth(ends, cex = 0.8)) <= graphics::grconvertX(1, "nfc")) {
    graphics::text(left, y[1L], ends[1L], adj = c(0, 0), cex = 0.8, xpd = NA)
    graphics::text(left, y[2L], ends[2L], adj = c(0, 1), cex = 0.8, xpd = NA)
  } else {
    graphics::mtext(
      ends,
      side = 4L, line = 0.9, adj = c(0, 1), padj = 0.5, las = 0,
      cex = 0.7 * graphics::par("cex")
    )
  }
}

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
    rows, rows %in% seq_len(nrow(A)), "rows",
    sprintf("whole numbers from 1 to %d, the rows of `A`", nrow(A))
  )
  at <- check_numbers(at, "at")
  if (length(at) != ncol(A)) {
    abort("length", sprintf(
      "`at` must have %d values, one for each column of `A`, not %d.", ncol(A), length(at)
    ))
  }
  check_label(xlab, "xlab")
  check_label(ylab, "ylab")
  draw_rows(A, rows, at, xlab, ylab, ...)
  invisible(A)
}

# Each row has a band of height 1; its series fills 0.85 of it, and the lowest
# keeps clear of the frame.
draw_rows <- function(A, rows, at, xlab, ylab, ..., main = NULL, las = 1,
                      cex.axis = graphics::par("cex.axis"), type = "l", col = 1, lwd = 2, lty = 1,
                      pch = 1, cex = 1, xlim = NULL, ylim = c(-0.15, length(rows)), yaxt = "s") {
  col <- rep_len(check_colors(col), length(rows))
  k <- length(rows)
  value <- matrix(as.double(A), nrow(A))[rows, , drop = FALSE]
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

# Numbers of the palette become colours; names stay.
check_colors <- function(col) {
  if (length(col) == 0L) {
    abort("length", "`col` must have at least one colour.")
  }
  colours <- is.character(col) || is.numeric(col) || is.logical(col) && all(is.na(col))
  if (!colours || is.object(col)) {
    abort("type", sprintf("`col` must be colours, not %s.", describe(col)))
  }
  if (is.numeric(col)) {
    known <- is.na(col) | col >= 0 & col <= .Machine$integer.max
    check_values(col, known, "col", "colours, numbers of the palette among them")
    col <- c(NA, grDevices::palette())[1L + ifelse(col > 0, (col - 1) %% length(grDevices::palette()) + 1, 0)]
  }
  known <- is.na(col) | vapply(col, is_color, NA)
  check_values(encodeString(col, quote = "\""), known, "col", "colours")
  col
}

is_color <- function(name) !is.null(tryCatch(grDevices::col2rgb(name), error = function(e) NULL))

# A title that R can draw.
check_label <- function(label, arg) {
  if (is.null(label) || is.language(label)) {
    return(label)
  }
  if (is.object(label) || !(is.character(label) || is.numeric(label))) {
    abort("type", sprintf("`%s` must be a string or an expression, not %s.", arg, describe(label)))
  }
  check_encoding(label, arg)
}

check_zlim <- function(zlim) {
  if (is.null(zlim)) {
    return(NULL)
  }
  check_limits(zlim, "zlim")
}

check_plot_matrix <- function(A) {
  if (is.object(A) || !is.matrix(A) || !(is.numeric(A) || is.logical(A))) {
    abort("type", sprintf("`A` must be a numeric matrix, not %s.", describe(A)))
  }
  if (length(A) == 0L) {
    abort("length", sprintf(
      "`A` must have at least one row and one column, not %d x %d.", nrow(A), ncol(A)
    ))
  }
}
