#' Pictures of matrices
#'
#' `plot_matrix()` shows a matrix as seen from above, as it is written: row 1
#' on top, column 1 at the left, one cell for each entry, the darker the
#' larger. `plot_rows()` draws rows as small series above each other, all on
#' one scale, in the order of the matrix. Try
#' `plot_matrix(conv_matrix(c(1, 2, 1), 8))`.
#'
#' @param A Numeric or logical matrix, at least 1 x 1: one of R's, a
#'   [conv_operator()], or a dense or sparse matrix of package Matrix. Of an
#'   operator or a sparse matrix with more than 1000 rows or columns
#'   `plot_matrix()` shows a coarse picture, each cell the entry of largest
#'   modulus in a block.
#' @param col Colours from the smallest value to the largest: names, hexadecimal
#'   codes, or numbers of the [palette][grDevices::palette]. `NULL` takes
#'   purples, and greens for negative values where there are values of both signs.
#' @param zlim The two values that the first and the last colour stand for.
#'   `NULL` takes the smallest and the largest of `A`, or, for values of both
#'   signs, -m and m with m the largest modulus, so that 0 is in the middle.
#'   Cells outside are drawn in the nearer of the two. Pictures with the same
#'   `zlim` can be compared.
#' @param key `TRUE` to show the scale of colours at the right.
#' @param na_col The colour of cells that are not finite.
#' @param rows Whole numbers: the rows to draw, from top to bottom. The default
#'   is the first ten.
#' @param at Numeric vector: the horizontal place of each column, such as its
#'   time.
#' @param xlab,ylab Axis titles: strings, expressions, or `NULL`. Where `A` has
#'   column or row names, up to 40, `plot_matrix()` writes them at the axis, and
#'   no title unless one is given.
#' @param ... Further arguments of [graphics::plot.default()], such as `main`,
#'   `cex.axis` or `las`; for `plot_rows()` also those of
#'   [graphics::lines()], such as `col`, `lwd` and `type`.
#'
#' @returns `A`, invisibly. Both draw into the current figure region, so that
#'   `par(mfrow = )` and `layout()` arrange them.
#'
#' @section Errors:
#' `convmat_error_type` if `A` is not a matrix of numbers, `rows` not numeric,
#' `key` not `TRUE` or `FALSE`, or a title or colour of another kind than those
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
#' @family pictures
#' @examples
#' S <- shifted_kernels(hrf(0:19), 40)
#' plot_matrix(S, main = "Shifted HRFs")
#' plot_rows(S, 1:5, main = "The first five of them")
#'
#' # values of both signs: 0 is white
#' plot_matrix(conv_matrix(c(-1, 2, -1), 12, "same"), main = "Second differences")
#'
#' # columns with names
#' ev <- events(c(2, 12), c(4, 4), trial_type = c("word", "face"))
#' plot_matrix(regressors(ev, 0:30, "spm"), ylab = "Scan")
#' @export
plot_matrix <- function(A, ..., col = NULL, zlim = NULL, key = TRUE, xlab = "Column", ylab = "Row",
                        na_col = "#F3DCA5") {
  check_given()
  check_plot_matrix(A)
  zlim <- check_zlim(zlim)
  col <- if (!is.null(col)) check_colors(col)
  check_flag(key, "key")
  na_col <- check_colors(na_col, "na_col")[1L]
  check_label(xlab, "xlab")
  check_label(ylab, "ylab")
  if (inherits(A, "conv_operator")) { # it draws itself by way of plain matrices
    graphics::plot(A, ..., col = col, zlim = zlim, key = key, na_col = na_col, xlab = xlab, ylab = ylab)
    return(invisible(A))
  }
  block <- if (isS4(A) && max(dim(A)) > 1000) ceiling(max(dim(A)) / 300) else 1
  value <- if (block > 1) coarse_sparse(A, block) else plain_matrix(A)
  names <- if (block == 1) shown_names(A) else list(NULL, NULL)
  if (missing(xlab) && !is.null(names[[2L]])) xlab <- ""
  if (missing(ylab) && !is.null(names[[1L]])) ylab <- ""
  scale <- color_scale(value, col, zlim)
  draw_frame(dim(value), dim(A), names, xlab, ylab, ...)
  draw_cells(value, scale, na_col)
  if (key) {
    color_key(scale, if (!all(is.finite(value))) na_col)
  }
  invisible(A)
}

# ---- values -------------------------------------------------------------------

plain_matrix <- function(A) {
  A <- as.matrix(A)
  matrix(as.double(A), nrow(A), ncol(A))
}

# The entry of largest modulus of each block of `block` x `block`: entries are put down in
# the order of their moduli, so the largest of a block is the last.
coarse_sparse <- function(A, block) {
  A <- methods::as(methods::as(methods::as(A, "dMatrix"), "generalMatrix"), "TsparseMatrix")
  cells <- matrix(0, ceiling(nrow(A) / block), ceiling(ncol(A) / block))
  o <- order(abs(A@x))
  cells[cbind(A@i %/% block + 1L, A@j %/% block + 1L)[o, , drop = FALSE]] <- A@x[o]
  cells
}

# Row and column names where there are some that can be read.
shown_names <- function(A) {
  lapply(list(rownames(A), colnames(A)), function(names) {
    readable <- length(names) %in% 1:40 && all(validEnc(names)) && any(nzchar(names), na.rm = TRUE)
    if (readable) ifelse(nchar(names) > 14L, paste0(substr(names, 1L, 9L), "..."), names)
  })
}

# ---- colours ------------------------------------------------------------------

# The colours and the two values that the first and the last stand for.
color_scale <- function(value, col, zlim) {
  finite <- value[is.finite(value)]
  range <- if (length(finite)) range(finite) else c(0, 0)
  signed <- range[1L] < 0 && range[2L] > 0
  if (signed) {
    range <- c(-1, 1) * max(abs(range))
  }
  if (is.null(col)) {
    signed <- if (is.null(zlim)) signed else zlim[1L] == -zlim[2L]
    col <- grDevices::hcl.colors(257L, if (signed) "Purple-Green" else "Purples", rev = TRUE)
  }
  list(range = zlim %||% range, col = col)
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

# ---- drawing ------------------------------------------------------------------

# Axes for `shown` cells that stand for the rows and columns of a matrix of size `size`.
draw_frame <- function(shown, size, names, xlab, ylab, ..., xlim = c(0.5, shown[2L] + 0.5),
                       ylim = c(shown[1L] + 0.5, 0.5), xaxs = "i", yaxs = "i", xaxt = "s",
                       yaxt = "s", axes = TRUE) {
  graphics::plot(
    NULL,
    xlim = xlim, ylim = ylim, xaxs = xaxs, yaxs = yaxs, xaxt = "n", yaxt = "n", axes = axes,
    xlab = xlab, ylab = ylab, ...
  )
  if (axes && xaxt != "n") count_axis(1L, shown[2L], size[2L], names[[2L]], ...)
  if (axes && yaxt != "n") count_axis(2L, shown[1L], size[1L], names[[1L]], ...)
}

# Names, or whole numbers.
count_axis <- function(side, shown, size, names, ..., las = graphics::par("las"),
                       cex.axis = graphics::par("cex.axis")) {
  if (is.null(names)) {
    at <- pretty(c(1, size))
    at <- at[at >= 1 & at <= size & at == floor(at)]
    per_cell <- size / shown
    graphics::axis(
      side, (at - 0.5) / per_cell + 0.5, format_count(at),
      las = las, cex.axis = cex.axis, lwd = 0, lwd.ticks = 1
    )
    return(invisible())
  }
  wide <- max(graphics::strwidth(names, cex = cex.axis)) > 0.9 * abs(diff(graphics::par("usr")[1:2])) / shown
  upright <- side == 2L || wide
  graphics::axis(
    side, seq_len(shown), names,
    las = if (upright) 2 else las, cex.axis = cex.axis, lwd = 0, lwd.ticks = 1
  )
}

draw_cells <- function(value, scale, na_col) {
  value[!is.finite(value)] <- NA
  cells <- scale$col[color_index(value, scale$range, length(scale$col))]
  cells[is.na(value)] <- na_col
  cells <- matrix(cells, nrow(value))
  graphics::rasterImage(
    grDevices::as.raster(cells), 0.5, nrow(value) + 0.5, ncol(value) + 0.5, 0.5,
    interpolate = FALSE
  )
  graphics::box(bty = "o")
}

# A strip in the right margin, the largest value on top, with the values at its ends: upright
# where the margin has room for them, else along the strip. Below it the colour of NA.
color_key <- function(scale, na_col) {
  x <- graphics::grconvertX(1, "npc") + graphics::xinch(graphics::par("cin")[2L] * c(0.3, 0.8))
  y <- graphics::grconvertY(c(if (is.null(na_col)) 0 else 0.14, 1), "npc")
  draw_strip(matrix(rev(scale$col)), x, y)
  ends <- format(scale$range, digits = 3L, trim = TRUE)
  left <- x[2L] + (x[2L] - x[1L]) * 0.4
  if (left + max(graphics::strwidth(ends, cex = 0.8)) <= graphics::grconvertX(1, "nfc")) {
    graphics::text(left, y[1L], ends[1L], adj = c(0, 0), cex = 0.8, xpd = NA)
    graphics::text(left, y[2L], ends[2L], adj = c(0, 1), cex = 0.8, xpd = NA)
  } else {
    graphics::mtext(
      ends,
      side = 4L, line = 0.9, adj = c(if (is.null(na_col)) 0 else 0.14, 1), padj = 0.5, las = 0,
      cex = 0.7 * graphics::par("cex")
    )
  }
  if (!is.null(na_col)) {
    y <- graphics::grconvertY(c(0, 0.06), "npc")
    draw_strip(matrix(na_col), x, y)
    graphics::text(left, mean(y), "NA", adj = c(0, 0.5), cex = 0.8, xpd = NA)
  }
}

draw_strip <- function(colors, x, y) {
  graphics::rasterImage(
    grDevices::as.raster(colors), x[1L], y[1L], x[2L], y[2L],
    xpd = NA, interpolate = FALSE
  )
  graphics::rect(x[1L], y[1L], x[2L], y[2L], xpd = NA)
}

# ---- checks -------------------------------------------------------------------

check_zlim <- function(zlim) {
  if (is.null(zlim)) NULL else check_limits(zlim, "zlim")
}

check_plot_matrix <- function(A) {
  known <- !is.object(A) && is.matrix(A) && (is.numeric(A) || is.logical(A)) ||
    inherits(A, "conv_operator") || methods::is(A, "Matrix")
  if (!known) {
    abort(
      "type", sprintf("`A` must be a numeric matrix, not %s.", describe(A)),
      matrix_step(A, name_given("A"))
    )
  }
  if (any(dim(A) == 0)) {
    abort("length", sprintf(
      "`A` must have at least one row and one column, not %s x %s.", nrow(A), ncol(A)
    ))
  }
}

matrix_step <- function(A, name) {
  if (is.complex(A)) {
    sprintf("Take its moduli or a part: `Mod(%s)`, `Re(%s)`.", name, name)
  } else if (is.data.frame(A)) {
    sprintf("As a matrix: `as.matrix(%s)`.", name)
  } else if (is.numeric(A) && is.null(dim(A))) {
    sprintf("As a matrix of one row: `matrix(%s, 1)`.", name)
  }
}
