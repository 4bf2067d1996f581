# A design as a picture and on the console.

#' Pictures of a design
#'
#' The design as an image, with a row for each scan and a column for each regressor, or
#' the correlations between its columns.
#' `plot(design_matrix(events(c(2, 12)), 0:29, "spm"))` draws the image.
#'
#' @param x A design, made by [design_matrix()].
#' @param type `"design"`, or `"correlation"` for the correlations of all columns but the
#'   intercepts.
#' @param ... Further arguments of [graphics::plot.default()], such as `main`.
#' @param cex.names Size of the columns' names.
#'
#' @returns `x`, invisibly. Each column of the design is drawn on a scale of its own, from
#'   minus its largest modulus (white) to its largest modulus (black), so that
#'   0 is grey. Lines part the runs. Correlations are red above 0 and blue below it. Where
#'   one of two columns is constant there is none, and the cell is blank. `print()` shows how many
#'   columns of which kind there are, and the first rows.
#'
#' @section Errors:
#' `convmat_error_type` if `x` has been changed into something else;
#' `convmat_error_length` if it has no rows or columns; `convmat_error_value` if `type`
#' is neither.
#'
#' @section Algorithm and cost:
#' One raster. Margins are made as wide as the names need.
#'
#' @references The picture is that of SPM: Friston, K. J. and others (1994) Statistical
#'   parametric maps in functional imaging: a general linear approach. _Human Brain
#'   Mapping_ 2, 189--210. \doi{10.1002/hbm.460020402}
#'
#' @seealso [variance_inflation()]
#' @examples
#' X <- design_matrix(ds000114_events, scan_times(184, 2.5), "spm", derivatives = "temporal")
#' plot(X)
#' plot(X, type = "correlation")
#' @export
plot.design_matrix <- function(x, type = "design", ..., cex.names = 0.8) {
  design <- check_design(x)
  check_choice(type, c("design", "correlation"), "type")
  cex.names <- check_number(cex.names, "cex.names", "a number from 0.1 to 10", function(v) v >= 0.1 && v <= 10)
  if (length(design$X) == 0L) {
    abort("length", sprintf(
      "`x` must have at least one row and one column, not %d x %d.", nrow(design$X), ncol(design$X)
    ))
  }
  if (type == "design") {
    draw_design(design, cex.names, ...)
  } else {
    draw_correlations(design, cex.names, ...)
  }
  invisible(x)
}

draw_design <- function(design, cex.names, main = "Design", xlab = "", ylab = "Scan", ...) {
  names <- design$columns$name
  cex.names <- fitting_cex(names, cex.names)
  height <- inches_of(names, cex.names)
  old <- saved_par("mar")
  graphics::par(mai = c(0.3, 0.9, height + if (nzchar(main)) 0.5 else 0.15, 0.15))
  on.exit(graphics::par(old))
  size <- apply(abs(design$X), 2L, max)
  scaled <- design$X / rep(ifelse(size > 0, size, 1), each = nrow(design$X))
  plot_matrix(
    scaled,
    col = grDevices::gray.colors(256L, 1, 0), zlim = c(-1, 1), key = FALSE,
    xaxt = "n", xlab = xlab, ylab = ylab, las = 1, ...
  )
  ends <- cumsum(design$scans)
  graphics::abline(h = ends[-length(ends)] + 0.5, col = "#C8500A", lwd = 2)
  graphics::axis(3L, seq_along(names), names, las = 2, tick = FALSE, cex.axis = cex.names, line = -0.6)
  graphics::mtext(main, side = 3L, line = height / line_inches() + 0.4, font = 2)
}

draw_correlations <- function(design, cex.names, main = "Correlations", xlab = "", ylab = "", ...) {
  shown <- design$columns$kind != "intercept"
  names <- design$columns$name[shown]
  if (length(names) == 0L) {
    abort("length", "`x` must have a column that is not an intercept.")
  }
  cex.names <- fitting_cex(names, cex.names)
  height <- inches_of(names, cex.names)
  old <- saved_par("mar")
  graphics::par(mai = c(0.2, height + 0.1, height + if (nzchar(main)) 0.5 else 0.15, 0.7))
  on.exit(graphics::par(old))
  plot_matrix(
    correlations(design$X[, shown, drop = FALSE]),
    col = grDevices::hcl.colors(255L, "Blue-Red 3"), zlim = c(-1, 1),
    xaxt = "n", yaxt = "n", xlab = xlab, ylab = ylab, ...
  )
  for (side in 2:3) {
    graphics::axis(side, seq_along(names), names, las = 2, tick = FALSE, cex.axis = cex.names, line = -0.6)
  }
  graphics::mtext(main, side = 3L, line = height / line_inches() + 0.4, font = 2)
}

# NA where a column is constant.
correlations <- function(X) {
  centred <- X - rep(colMeans(X), each = nrow(X))
  length <- sqrt(colSums(centred^2))
  constant <- length <= 1e-13 * sqrt(colSums(X^2))
  unit <- centred / rep(ifelse(constant, NA, length), each = nrow(X))
  R <- pmin(pmax(crossprod(unit), -1), 1)
  diag(R)[!constant] <- 1
  R
}

# Names take at most a third of the figure either way, or are made smaller.
fitting_cex <- function(names, cex) {
  cex * min(1, min(graphics::par("fin")) / 3 / inches_of(names, cex))
}

inches_of <- function(names, cex) max(graphics::strwidth(names, "inches", cex = cex)) + 0.1

line_inches <- function() graphics::par("mai")[1L] / graphics::par("mar")[1L]

# The parts of a design, which the user may have changed since.
check_design <- function(x) {
  columns <- attr(x, "columns")
  scans <- attr(x, "scans")
  whole <- is.matrix(x) && is.numeric(x) && is.data.frame(columns) && is.numeric(scans) &&
    all(c("name", "kind", "run") %in% names(columns)) && nrow(columns) == ncol(x) &&
    is.character(columns$name) && !anyNA(scans) && sum(scans) == nrow(x) && all(is.finite(x))
  if (!whole) {
    abort("type", "`x` must be made by `design_matrix()`, and not changed since.")
  }
  list(
    X = matrix(as.double(x), nrow(x), ncol(x), dimnames = list(NULL, columns$name)),
    columns = columns, scans = scans
  )
}

#' @rdname plot.design_matrix
#' @param n Whole number: how many rows to print.
#' @export
print.design_matrix <- function(x, n = 6, ...) {
  design <- check_design(x)
  n <- check_count(n, "n", least = 0)
  kinds <- c(task = "of events", confound = "confound", drift = "drift", intercept = "intercept")
  count <- tabulate(factor(design$columns$kind, names(kinds)), 4L)
  kinds <- paste0(kinds, ifelse(count == 1L | kinds == "of events", "", "s"))
  runs <- length(design$scans)
  cat(sprintf(
    "<Design: %d scans%s, %d columns (%s)>\n", nrow(x), if (runs > 1L) sprintf(" in %d runs", runs) else "",
    ncol(x), paste(count[count > 0], kinds[count > 0], collapse = ", ")
  ))
  print(utils::head(design$X, n), digits = 3L, ...)
  if (nrow(x) > n) {
    cat(sprintf("... and %d more rows\n", nrow(x) - min(n, nrow(x))))
  }
  invisible(x)
}
