# Checks of what the pictures are given.

# Numbers of the palette become colours; names stay.
check_colors <- function(col, arg = "col") {
  if (length(col) == 0L) {
    abort("length", sprintf("`%s` must have at least one colour.", arg))
  }
  colours <- is.character(col) || is.numeric(col) || is.logical(col) && all(is.na(col))
  if (!colours || is.object(col)) {
    abort("type", sprintf("`%s` must be colours, not %s.", arg, describe(col)))
  }
  if (is.numeric(col)) {
    known <- is.na(col) | col >= 0 & col <= .Machine$integer.max
    check_values(col, known, arg, "colours, numbers of the palette among them")
    col <- c(NA, grDevices::palette())[1L + ifelse(col > 0, (col - 1) %% length(grDevices::palette()) + 1, 0)]
  }
  known <- is.na(col) | vapply(col, is_color, NA)
  check_values(encodeString(col, quote = "\""), known, arg, "colours")
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

# Graphics parameters as a list for par() to restore.
saved_par <- function(names) lapply(stats::setNames(names, names), graphics::par)
