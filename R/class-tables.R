# Data frames, tibbles and data.tables of numbers: each column is a signal. Other kinds of tables, such as
# grouped ones, have rows that are not one signal; they come back as they are, and are refused.

#' @export
conv_values.data.frame <- function(x, arg = "x", ...) {
  kind <- table_kind(x)
  if (is.null(kind)) {
    return(x)
  }
  columns <- lapply(unclass(x), function(column) if (has_class(column)) conv_values(column, arg = arg) else column)
  numbers <- vapply(columns, function(v) {
    is.null(dim(v)) && !has_class(v) && (is.numeric(v) || is.logical(v) || is.complex(v))
  }, NA)
  if (!all(numbers)) {
    bad <- which(!numbers)[1L]
    abort(
      "type",
      sprintf(
        "`%s` must be a table of numbers only, and its column %s is %s.",
        arg, show_string(names(x)[bad]), describe(x[[bad]])
      ),
      next_step(x, arg)
    )
  }
  rows <- if (.row_names_info(x) > 0L) attr(x, "row.names")
  matrix(
    unlist(lapply(columns, as.vector), use.names = FALSE) %||% numeric(0),
    .row_names_info(x, 2L), length(columns),
    dimnames = list(rows, names(x))
  )
}

#' @export
conv_restore.data.frame <- function(y, x, h = NULL, shift = 0, mode = "same", ...) {
  y <- as.matrix(y)
  own <- rep_len(unclass(x), ncol(y)) # one signal may have met several kernels
  columns <- lapply(seq_len(ncol(y)), function(j) {
    column <- own[[j]]
    values <- as.vector(y[, j])
    if (has_class(column)) conv_restore(values, column, shift = shift, mode = mode) else values
  })
  names(columns) <- colnames(y) %||% paste0(rep("V", ncol(y)), seq_len(ncol(y)))
  attr(columns, "row.names") <- rownames(y) %||% .set_row_names(nrow(y))
  kind <- table_kind(x)
  class(columns) <- if (identical(kind, "data.table")) "data.frame" else class(x)
  # one of its own adds a pointer, without which its columns cannot be changed in place
  if (identical(kind, "data.table") && requireNamespace("data.table", quietly = TRUE)) {
    columns <- data.table::as.data.table(columns)
  }
  columns
}

# NULL for what is refused.
table_kind <- function(x) {
  kinds <- list(
    data.frame = "data.frame", tibble = c("tbl_df", "tbl", "data.frame"), data.table = c("data.table", "data.frame")
  )
  known <- Find(function(kind) identical(class(x), kinds[[kind]]), names(kinds))
  whole <- typeof(x) == "list" && is.character(names(x) %||% character(0)) && length(names(x)) == length(x)
  if (!is.null(known) && whole && all(vapply(unclass(x), NROW, 1L) == .row_names_info(x, 2L))) known
}
