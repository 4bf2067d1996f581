# Files of events: BIDS and three columns. Read strictly: what is not understood is
# an error with its place, and nothing is dropped unless asked for.

#' Read a file of events
#'
#' Reads the events of one run from a BIDS `_events.tsv` file, or from a file of
#' three columns as FSL and nipraxis use. Whatever in the file is not as it must be
#' is an error that says where.
#'
#' @param file A path, or a connection, which is opened and closed unless it is open
#'   already. What it holds may be compressed by gzip.
#' @param format `"bids"`: tab-separated with names in line 1, `onset` and `duration`
#'   (in seconds) among them. `"fsl"` or `"nipraxis"`, which are the same: onset,
#'   duration and amplitude, separated by white space, without a line of names.
#'   `"auto"`: which of them, from line 1.
#' @param amplitude What to take amplitudes from in a BIDS file: `NULL` for the first
#'   of the columns `modulation`, `weight` and `amplitude` that is there, or 1 if none
#'   is; the name of a column; or a number for all events. A message says which
#'   column was taken.
#' @param missing What to do with rows that have `n/a` for their onset, duration,
#'   amplitude or `trial_type`: `"error"`, or `"drop"`, after which a message counts
#'   them.
#' @param unfinished What to do if the last line has no line end, and what stands last
#'   in it does not look complete: `"error"`, since the file may have been cut short,
#'   or `"accept"`.
#'
#' @returns [events()], with one row for each row of the file, in order, and, after
#'   `onset`, `duration`, `amplitude` and `trial_type`, all other columns of the file
#'   under their own names: double if all their values are numbers or `n/a`, else
#'   character, with NA for `n/a`. (A column `amplitude` that amplitudes were not taken
#'   from is called `amplitude_in_file`.)
#'
#' @section What is accepted:
#' UTF-8 with or without a byte-order mark; lines that end in LF, CRLF or CR; blank lines
#' at the end. In BIDS files fields may be in double quotes, with quotes inside doubled;
#' a field does not go over several lines. Numbers are decimal with a point, with or
#' without an exponent. A negative onset, events in any order and events that overlap
#' are fine; a negative duration is not. BIDS writes missing values as `n/a`; an empty
#' field, `NA` or `NaN` is not a number. An `n/a` in columns other than those that events
#' need is kept as NA.
#'
#' A file whose last line has no end may have lost some of it. It is accepted if
#' the last field is one that occurs in another row of its column too. It is
#' taken to be cut if that field is how another value of the column begins, has fewer
#' decimals than all others, or is a word that occurs once only; otherwise there is a
#' warning.
#'
#' @section Warnings:
#' `convmat_warning_file` if the last line has no end and nothing else is suspicious.
#'
#' @section Errors:
#' `convmat_error_file` if the file cannot be opened, is not text or not in the format, with
#' line, column and value; `convmat_error_type` or `convmat_error_value` if another
#' argument is not as described.
#'
#' @section Algorithm and cost:
#' The file is read at once and checked as bytes and lines.
#'
#' @references Gorgolewski, K. J. and others (2016) The brain imaging data structure.
#'   _Scientific Data_ 3, 160044. \doi{10.1038/sdata.2016.44}; the specification,
#'   section "Task events", <https://bids-specification.readthedocs.io>.
#'
#' @seealso [events()], [bind_runs()] for several runs, [regressors()]
#' @family events
#' @examples
#' file <- tempfile(fileext = "_events.tsv")
#' writeLines(c(
#'   "onset\tduration\ttrial_type\tresponse time",
#'   "1.5\t2\tface\t0.61",
#'   "9\t2\thouse\tn/a"
#' ), file)
#' read_events(file)
#' unlink(file)
#'
#' # three columns, from a connection
#' con <- textConnection(c("10 30 1", "70 30 1"))
#' read_events(con)
#' close(con)
#' @export
read_events <- function(file, format = "auto", amplitude = NULL, missing = "error",
                        unfinished = "error") {
  check_given()
  format <- c("auto", "bids", "fsl", "fsl")[
    check_choice(format, c("auto", "bids", "fsl", "nipraxis"), "format")
  ]
  check_choice(missing, c("error", "drop"), "missing")
  check_choice(unfinished, c("error", "accept"), "unfinished")
  check_amplitude_choice(amplitude)
  text <- read_lines(file)
  if (format == "auto") {
    format <- guess_format(text)
  }
  table <- if (format == "bids") split_bids(text) else split_columns(text)
  if (!text$ended && unfinished == "error") {
    check_last_field(table, text)
  }
  interpret_events(table, text, format, amplitude, missing)
}

check_amplitude_choice <- function(amplitude) {
  if (is.null(amplitude)) {
    return(NULL)
  }
  if (is.character(amplitude)) {
    if (length(amplitude) != 1L || is.na(amplitude)) {
      abort("type", sprintf(
        "`amplitude` must be one name of a column, not %s.", show_value(amplitude)
      ))
    }
    return(amplitude)
  }
  check_number(amplitude, "amplitude", "NULL, the name of a column, or a finite number")
}

# Where in the file something is wrong.
abort_file <- function(text, what, line = NULL, column = NULL, value = NULL, ..., more = 0L) {
  place <- c(
    if (!is.null(line)) sprintf("line %s", format_count(line)),
    if (!is.null(column)) sprintf("column `%s`", column),
    if (!is.null(value)) sprintf("value %s", show_field(value))
  )
  abort(
    "file", sprintf("%s: %s", text$name, what),
    if (length(place)) {
      paste0(
        toupper(substr(place[1L], 1L, 1L)), substring(paste(place, collapse = ", "), 2L), ".",
        if (more > 0L) sprintf(" And %s more.", format_count(more))
      )
    },
    ...
  )
}

show_field <- function(value) {
  if (nchar(value) > 40L) {
    value <- paste0(substr(value, 1L, 37L), "...")
  }
  encodeString(value, quote = "\"")
}

# ---- bytes and lines -----------------------------------------------------------

# list(name, lines, ended): lines without their ends, none blank after the last;
# `ended` is FALSE if the last has no end.
read_lines <- function(file) {
  if (inherits(file, "connection")) {
    text <- list(name = summary(file)$description)
    bytes <- tryCatch(suppressWarnings(connection_bytes(file)), error = function(e) {
      abort_file(text, sprintf("cannot be read: %s", conditionMessage(e)))
    })
  } else {
    if (!is.character(file) || length(file) != 1L || is.na(file)) {
      abort("type", sprintf("`file` must be a path or a connection, not %s.", show_value(file)))
    }
    text <- list(name = file)
    bytes <- file_bytes(file, text)
  }
  check_text(gunzip(bytes, text), text)
}

file_bytes <- function(file, text) {
  size <- suppressWarnings(file.size(file)) # of paths too long to be one
  if (is.na(size) || dir.exists(file)) {
    abort_file(text, if (is.na(size)) "there is no such file." else "is a folder, not a file.")
  }
  check_memory(20 * size, sprintf("%s is too large: to read it needs", file))
  tryCatch(
    suppressWarnings(readBin(file, "raw", size)),
    error = function(e) abort_file(text, "cannot be opened.")
  )
}

connection_bytes <- function(con) {
  if (isOpen(con) && summary(con)$text == "text") {
    lines <- readLines(con, warn = FALSE)
    return(charToRaw(paste0(enc2utf8(lines), "\n", collapse = "")))
  }
  all_bytes(con)
}

all_bytes <- function(con) {
  if (!isOpen(con)) {
    open(con, "rb")
    on.exit(close(con))
  }
  parts <- list()
  while (length(part <- readBin(con, "raw", 65536L)) > 0L) {
    parts[[length(parts) + 1L]] <- part
  }
  as.raw(unlist(parts))
}

# Decompressed, if need be, with a check that nothing is missing.
gunzip <- function(bytes, text) {
  n <- length(bytes)
  if (n < 2L || !identical(bytes[1:2], as.raw(c(0x1f, 0x8b)))) {
    return(bytes)
  }
  # not memDecompress(), which takes ever more memory where something is missing
  path <- tempfile("events-", fileext = ".gz")
  on.exit(unlink(path))
  writeBin(bytes, path)
  plain <- tryCatch(all_bytes(gzfile(path)), error = function(e) NULL, warning = function(w) NULL)
  size <- if (n >= 18L) sum(as.integer(bytes[n - 3:0]) * 256^(0:3)) else -1
  if (is.null(plain) || length(plain) != size) {
    abort_file(text, "is damaged: what gzip compressed does not come out whole.", line = 1L)
  }
  plain
}

check_text <- function(bytes, text) {
  starts <- function(...) {
    mark <- as.raw(c(...))
    length(bytes) >= length(mark) && identical(bytes[seq_along(mark)], mark)
  }
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) {
    abort_file(text, "is in UTF-16. Save it as UTF-8.", line = 1L)
  }
  if (starts(0xef, 0xbb, 0xbf)) {
    bytes <- bytes[-(1:3)]
  }
  lf <- bytes == as.raw(10L)
  cr <- bytes == as.raw(13L)
  alone <- cr & !c(lf[-1L], FALSE)
  if (!any(lf)) {
    lf <- cr
    bytes[cr] <- as.raw(10L)
    alone[] <- FALSE
  } else {
    ends <- cr & !alone
    bytes <- bytes[!ends]
    alone <- alone[!ends]
    lf <- lf[!ends]
  }
  line_of <- function(at) sum(lf[seq_len(at - 1L)]) + 1L
  control <- alone | (bytes < as.raw(32L) & bytes != as.raw(9L) & !lf) | bytes == as.raw(127L)
  if (any(control)) {
    at <- which(control)[1L]
    abort_file(
      text, sprintf("is not text: it has a byte of value %d.", as.integer(bytes[at])),
      line = line_of(at)
    )
  }
  if (length(bytes) == 0L) {
    abort_file(text, "is empty.", line = 1L)
  }
  ended <- lf[length(lf)]
  lines <- strsplit(rawToChar(bytes), "\n", fixed = TRUE, useBytes = TRUE)[[1L]]
  Encoding(lines) <- "UTF-8"
  invalid <- !validUTF8(lines)
  if (any(invalid)) {
    abort_file(text, "is not text in UTF-8.", line = which(invalid)[1L])
  }
  blank <- !grepl("[^ \t]", lines)
  last <- max(0L, which(!blank))
  if (last == 0L) {
    abort_file(text, "is empty.", line = 1L)
  }
  if (any(blank[seq_len(last)])) {
    abort_file(text, "has a blank line before the last row.", line = which(blank)[1L])
  }
  c(text, list(lines = lines[seq_len(last)], ended = ended || last < length(lines)))
}

# ---- fields ------------------------------------------------------------------------

number_pattern <- "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"

is_number <- function(x) grepl(number_pattern, x)

guess_format <- function(text) {
  first <- text$lines[1L]
  words <- strsplit(trimws(first), "[ \t]+")[[1L]]
  if (all(is_number(words))) {
    return("fsl")
  }
  if (any(c("onset", "\"onset\"") %in% trimws(strsplit(first, "\t", fixed = TRUE)[[1L]]))) {
    return("bids")
  }
  abort_file(
    text, "is neither a BIDS events file nor one of three columns.",
    line = 1L, column = NULL, value = first,
    "Line 1 must have the names of columns, `onset` among them, with tabs between; or numbers."
  )
}

# list(cells: a character matrix, names, first: the line of its first row).
split_bids <- function(text) {
  lines <- text$lines
  check_quotes(text)
  # tabs in quotes stand aside as a byte that check_text() lets nobody use
  at <- gregexpr(quoted_field, lines, perl = TRUE)
  regmatches(lines, at) <- lapply(regmatches(lines, at), gsub, pattern = "\t", replacement = "\001")
  fields <- strsplit(paste0(lines, "\t."), "\t", fixed = TRUE) # "." since the last may be empty
  fields <- lapply(fields, function(f) unquote(f[-length(f)]))
  counts <- lengths(fields)
  uneven <- counts != counts[1L]
  if (any(uneven)) {
    at <- which(uneven)[1L]
    abort_file(
      text, sprintf(
        "a row has %s where line 1 has %s.",
        count_of(counts[at], "field"), count_of(counts[1L], "name")
      ),
      line = at, more = sum(uneven) - 1L
    )
  }
  cells <- matrix(trimws(unlist(fields), whitespace = " "), ncol = counts[1L], byrow = TRUE)
  names <- cells[1L, ]
  if (any(names == "")) {
    abort_file(text, "a column has no name.", line = 1L, column = which(names == "")[1L])
  }
  if (anyDuplicated(names)) {
    abort_file(text, "two columns have one name.", line = 1L, column = names[anyDuplicated(names)])
  }
  for (name in c("onset", "duration")) {
    if (!(name %in% names)) {
      abort_file(
        text, sprintf("has no column `%s`.", name),
        line = 1L, NULL, NULL,
        sprintf("Its columns are %s.", paste0("`", names, "`", collapse = ", "))
      )
    }
  }
  list(cells = cells[-1L, , drop = FALSE], names = names, first = 2L)
}

# From the start of the line or a tab to a tab or the end of the line.
quoted_field <- "(?<![^\t])\"([^\"]|\"\")*\"(?![^\t])"

unquote <- function(fields) {
  quoted <- grepl("^\".*\"$", fields) & nchar(fields) > 1L
  inside <- gsub("\"\"", "\"", substr(fields, 2L, nchar(fields) - 1L), fixed = TRUE)
  gsub("\001", "\t", ifelse(quoted, inside, fields), fixed = TRUE)
}

# A quote that opens a field must close it.
check_quotes <- function(text) {
  rest <- gsub(quoted_field, "", text$lines, perl = TRUE)
  open <- grepl("(^|\t)\"", rest)
  if (any(open)) {
    at <- which(open)[1L]
    abort_file(
      text, "a field begins with a quote and does not end with one.",
      line = at, value = text$lines[at]
    )
  }
}

split_columns <- function(text) {
  fields <- strsplit(trimws(text$lines, whitespace = "[ \t]"), "[ \t]+")
  wrong <- lengths(fields) != 3L
  if (any(wrong)) {
    at <- which(wrong)[1L]
    abort_file(
      text, sprintf(
        "a row must have 3 numbers (onset, duration, amplitude), not %s.",
        count_of(length(fields[[at]]), "field")
      ),
      line = at, value = text$lines[at], more = sum(wrong) - 1L
    )
  }
  list(
    cells = matrix(unlist(fields), ncol = 3L, byrow = TRUE),
    names = c("onset", "duration", "amplitude"), first = 1L
  )
}

# The last field of a file whose last line has no end.
check_last_field <- function(table, text) {
  nrow <- nrow(table$cells)
  column <- ncol(table$cells)
  lines <- length(text$lines)
  values <- if (nrow == 0L) table$names else table$cells[, column]
  last <- values[length(values)]
  others <- values[-length(values)]
  numbers <- is_number(others)
  decimals <- function(x) nchar(sub("^[^.]*[.]?", "", x))
  begins <- startsWith(others, last) & others != last
  suspicious <- nrow == 0L || last == "" || any(begins) && !(last %in% others) ||
    !(last %in% others) && (!is_number(last) || any(numbers) &&
      decimals(last) < min(decimals(others[numbers])))
  if (suspicious) {
    abort_file(
      text, "the last line has no end, and the file may have been cut short.",
      line = lines, column = table$names[column], value = last,
      "If it is complete, use `unfinished = \"accept\"`."
    )
  }
  if (!(last %in% others)) {
    warn(
      "file", sprintf("%s: the last line has no end; has the file been cut short?", text$name),
      sprintf("Line %s, value %s.", format_count(lines), show_field(last))
    )
  }
}

# ---- events ---------------------------------------------------------------------------

interpret_events <- function(table, text, format, amplitude, missing) {
  source <- if (format == "bids") amplitude_column(table, text, amplitude) else "amplitude"
  needed <- c("onset", "duration", if (is.character(source)) source)
  cells <- table$cells
  colnames(cells) <- table$names
  asked <- c(needed, intersect("trial_type", table$names))
  gone <- find_missing(table, text, asked, source, format, missing)
  lines <- which(!gone) + table$first - 1L
  cells <- cells[!gone, , drop = FALSE]
  values <- lapply(stats::setNames(needed, needed), function(name) {
    parse_column(cells[, name], name, lines, text)
  })
  negative <- values$duration < 0
  if (any(negative)) {
    at <- which(negative)[1L]
    abort_file(
      text, "`duration` must be 0 or more.",
      line = lines[at], column = "duration", value = cells[at, "duration"],
      more = sum(negative) - 1L
    )
  }
  columns <- list(
    onset = values$onset, duration = values$duration,
    amplitude = if (is.character(source)) values[[source]] else rep(source, nrow(cells))
  )
  if ("trial_type" %in% table$names) {
    columns$trial_type <- check_types(unname(cells[, "trial_type"]), lines, text)
  }
  if (format == "bids") {
    columns <- c(columns, extra_columns(cells, source))
  }
  if (any(gone)) {
    inform(sprintf(
      "%s: %s left out for a missing value (`n/a`).", text$name, count_of(sum(gone), "row")
    ))
  }
  structure(
    columns,
    class = c("events", "data.frame"), row.names = seq_len(nrow(cells))
  )
}

# Rows to leave out.
find_missing <- function(table, text, asked, source, format, missing) {
  cells <- table$cells
  colnames(cells) <- table$names
  lost <- cells[, asked, drop = FALSE] == "n/a" & format == "bids"
  gone <- rowSums(lost) > 0
  if (any(gone) && missing == "error") {
    at <- which(gone)[1L]
    column <- asked[lost[at, ]][1L]
    abort_file(
      text, sprintf("`%s` is missing.", column),
      line = table$first + at - 1L, column = column, value = cells[at, column],
      "To leave such rows out, use `missing = \"drop\"`.",
      if (identical(column, source)) "For amplitudes of 1, use `amplitude = 1`.",
      more = sum(gone) - 1L
    )
  }
  gone
}

# All that stands in a BIDS file and is not among the columns above.
extra_columns <- function(cells, source) {
  used <- c("onset", "duration", "trial_type", if (identical(source, "amplitude")) "amplitude")
  extra <- setdiff(colnames(cells), used)
  columns <- lapply(extra, function(name) convert_column(unname(cells[, name])))
  names(columns) <- ifelse(extra == "amplitude", "amplitude_in_file", extra)
  columns
}

# The name of a column, or the amplitude of all.
amplitude_column <- function(table, text, amplitude) {
  if (is.numeric(amplitude) || is.logical(amplitude)) {
    return(as.double(amplitude))
  }
  if (is.character(amplitude)) {
    if (!(amplitude %in% table$names)) {
      abort_file(
        text, sprintf("has no column `%s`, which `amplitude` asks for.", amplitude),
        line = 1L, NULL, NULL,
        sprintf("Its columns are %s.", paste0("`", table$names, "`", collapse = ", "))
      )
    }
    inform(sprintf("%s: amplitudes are taken from column `%s`.", text$name, amplitude))
    return(amplitude)
  }
  known <- intersect(c("modulation", "weight", "amplitude"), table$names)
  if (length(known) == 0L) {
    return(1)
  }
  inform(
    sprintf("%s: amplitudes are taken from column `%s`", text$name, known[1L]),
    if (length(known) > 1L) sprintf(", not from %s", paste0("`", known[-1L], "`", collapse = ", ")),
    "."
  )
  known[1L]
}

parse_column <- function(cells, name, lines, text) {
  wrong <- !is_number(cells)
  values <- suppressWarnings(as.double(cells))
  wrong <- wrong | !is.finite(values)
  if (any(wrong)) {
    at <- which(wrong)[1L]
    abort_file(
      text, sprintf("`%s` must be a number.", name),
      line = lines[at], column = name, value = cells[at], more = sum(wrong) - 1L
    )
  }
  values
}

check_types <- function(type, lines, text) {
  empty <- type == ""
  if (any(empty)) {
    abort_file(
      text, "`trial_type` is empty.",
      line = lines[which(empty)[1L]], column = "trial_type", value = "",
      "BIDS writes missing values as n/a.",
      more = sum(empty) - 1L
    )
  }
  type
}

convert_column <- function(cells) {
  present <- cells != "n/a"
  cells[!present] <- NA
  numbers <- all(is_number(cells[present])) && all(is.finite(as.double(cells[present])))
  if (numbers) as.double(cells) else cells
}
