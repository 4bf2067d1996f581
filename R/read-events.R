# Reading files of events. Each format makes a table of cells; here its columns become events.

#' Read a file of events
#'
#' @description
#' Reads events from BIDS `_events.tsv` files, FSL's or nipraxis' three columns, and AFNI's
#' timing files. What is not as it must be is an error with its place and a way out.
#'
#' ```
#' BIDS: tabs, names in line 1     read_events("sub-01_events.tsv")
#'   onset  duration  trial_type       onset duration amplitude trial_type
#'   1.5    2         face           1   1.5        2         1       face
#'   9      2         house          2   9.0        2         1      house
#'
#' FSL: onset, duration, amplitude read_events("faces.txt")
#'   10  30  1                         onset duration amplitude
#'   70  30  0.5                     1    10       30       1.0
#'                                   2    70       30       0.5
#'
#' AFNI: a row for each run        read_events("faces.1D", duration = 2)
#'   32 46                             onset duration amplitude run
#'   * *                             1    32        2         1   1
#'   60 *                            2    46        2         1   1
#'                                   3    60        2         1   3
#' ```
#'
#' @param file A path, or a connection, which is closed after reading unless it was open. Gzip is
#'   undone.
#' @param format `"bids"`, `"fsl"` (or `"nipraxis"`, the same) or `"afni"`; `"auto"` looks at the
#'   file, and asks if it could be either.
#' @param amplitude Name of the column with amplitudes; a number, for all events; or `NULL` for
#'   the first of `modulation`, `weight` and `amplitude` that is there, as a message says, or 1.
#' @param missing What to do with rows whose onset, duration, amplitude or type is `n/a`:
#'   `"error"`; `"drop"`; or `"keep"`, with NA.
#' @param unfinished What to do if the last line has no end and its last field stands nowhere else
#'   in the column, so that a part of it may be lost: `"warn"`, `"error"` or `"accept"`.
#' @param duration Name of the column with durations; or a number of seconds, for all events.
#' @param trial_type Name of the column with types, or `NULL` if all events are of one kind.
#' @param run Name of the column that says which run an event belongs to, or `NULL` for none.
#' @param encoding The file's encoding, one of [iconvlist()], such as `"latin1"`.
#' @param dec The decimal mark of numbers: `"."` or `","`.
#' @param run_lengths For AFNI's files with global times, which count from the first scan of the
#'   first run: how many seconds each run lasts.
#'
#' @returns [events()], a row for each event in the file's order, and after the columns of events
#'   all others under their own names: numbers where all values are, else text, NA for `n/a`. A
#'   column that has a name of ours but was not taken, such as `run`, is called `run_in_file`.
#'
#' @section Errors:
#' `convmat_error_file`, with line, column and value, if the file is not as it must be;
#' `convmat_error_type` or `convmat_error_value` if an argument is not as described;
#' `convmat_error_memory`. A warning is a `convmat_warning_file` for `unfinished`, a
#' `convmat_warning_value` if no row is left.
#'
#' @references [event_files] has the formats, what is accepted, and their sources.
#' @seealso [write_events()]; [as_events()] for what was read by other means.
#' @family events
#' @examples
#' file <- tempfile(fileext = "_events.tsv")
#' writeLines(c("onset\tduration\tkind\trt", "1.5\t2\tface\t0.61", "9\tn/a\thouse\tn/a"), file)
#' read_events(file, trial_type = "kind", missing = "keep")
#' writeLines(c("32 46", "* *", "60 *"), file)
#' read_events(file, duration = 2)
#' unlink(file)
#' @export
read_events <- function(file, format = "auto", amplitude = NULL, missing = "error",
                        unfinished = "warn", duration = "duration", trial_type = "trial_type",
                        run = NULL, encoding = "UTF-8", dec = ".", run_lengths = NULL) {
  check_given()
  format <- c("auto", "bids", "fsl", "fsl", "afni")[
    check_choice(format, c("auto", "bids", "fsl", "nipraxis", "afni"), "format")
  ]
  choices <- list(
    onset = "onset",
    duration = check_column_choice(duration, "duration", number = TRUE),
    amplitude = check_column_choice(amplitude, "amplitude", number = TRUE, none = TRUE),
    trial_type = check_column_choice(trial_type, "trial_type", none = TRUE),
    run = check_column_choice(run, "run", none = TRUE)
  )
  check_choice(missing, c("error", "drop", "keep"), "missing")
  check_choice(unfinished, c("warn", "error", "accept"), "unfinished")
  check_choice(dec, c(".", ","), "dec")
  encoding <- check_encoding_name(encoding)
  run_lengths <- check_run_lengths(run_lengths)
  text <- read_text(file, encoding)
  if (format == "auto") {
    format <- guess_format(text)
  }
  check_format_arguments(format, choices, dec, run_lengths)
  table <- switch(format, bids = split_bids(text), fsl = split_fsl(text), afni = split_afni(text, run_lengths))
  if (!text$ended && unfinished != "accept") {
    check_last_field(table, text, format, unfinished)
  }
  interpret_events(table, text, format, choices, missing, dec)
}

# ---- arguments -----------------------------------------------------------------------

check_encoding_name <- function(encoding) {
  if (!is.character(encoding) || is.object(encoding) || length(encoding) != 1L || is.na(encoding)) {
    abort("type", sprintf("`encoding` must be the name of an encoding, not %s.", show_value(encoding)))
  }
  if (tolower(check_encoding(encoding, "encoding")) %in% c("utf-8", "utf8")) "UTF-8" else encoding
}

check_run_lengths <- function(run_lengths) {
  if (is.null(run_lengths)) {
    return(NULL)
  }
  run_lengths <- check_numbers(run_lengths, "run_lengths")
  check_values(run_lengths, run_lengths > 0, "run_lengths", "above 0")
  if (length(run_lengths) == 0L) {
    abort("length", "`run_lengths` must have a value for each run.")
  }
  run_lengths
}

# Arguments that mean nothing for a format are errors, not ignored.
check_format_arguments <- function(format, choices, dec, run_lengths) {
  if (format != "afni" && !is.null(run_lengths)) {
    abort("value", "`run_lengths` must be NULL unless the file is one of AFNI's.", "Use `format = \"afni\"` if it is.")
  }
  if (format == "afni" && dec != ".") {
    abort("value", "`dec` must be \".\" for a file of AFNI's, where commas stand between amplitudes.")
  }
  if (format != "bids") {
    for (arg in c("duration", "trial_type", "run")) {
      choice <- choices[[arg]]
      if (is.character(choice) && choice != arg) {
        abort("value", sprintf(
          "`%s` must not name a column of a file whose columns have no names.", arg
        ))
      }
    }
  }
}

# ---- formats ---------------------------------------------------------------------------

guess_format <- function(text) {
  first <- text$lines[1L]
  if ("onset" %in% gsub("\"", "", trimws(strsplit(first, "\t", fixed = TRUE)[[1L]]))) {
    return("bids")
  }
  if (is_afni(text)) {
    return("afni")
  }
  if (all(is_number(chartr(",", ".", split_words(first)[[1L]])))) {
    check_not_afni(text)
    return("fsl")
  }
  abort_file(
    text, "is no file of events that is known here.", line = 1L, value = first,
    advice = format_advice(first)
  )
}

format_advice <- function(first) {
  looks <- function(pattern) grepl(pattern, first, ignore.case = TRUE)
  if (looks("^FileVersion:")) {
    c(
      "It looks like a protocol of BrainVoyager. Its rows are starts and ends, in volumes or in ms:",
      "make a data frame of them, in seconds, for `as_events()`."
    )
  } else if (looks("^Scenario +-")) {
    c(
      "It looks like a log file of Presentation, whose times are in 0.1 ms and count from its start.",
      "Read it by `read.delim(skip = 3)`; onsets from the first scan, in seconds, are for `as_events()`."
    )
  } else if (looks("onset.*[,;]|[,;].*onset")) {
    "Between columns there must be tabs. For commas: `as_events(read.csv(file))`; for semicolons `read.csv2()`."
  } else if (looks("onset")) {
    c(
      "Line 1 must have the names of columns with tabs between, one of them `onset`, in small letters.",
      "For another name: `as_events(read.delim(file), onset = \"...\", duration = \"...\")`."
    )
  } else {
    "Line 1 must have the names of columns, `onset` among them, with tabs between; or numbers."
  }
}

# The last field of a file whose last line has no end: if it stands elsewhere too, it is whole.
check_last_field <- function(table, text, format, unfinished) {
  values <- if (format == "afni") {
    unlist(split_words(text$lines))
  } else if (length(table$lines) == 0L) {
    table$names
  } else {
    table$columns[[length(table$columns)]]
  }
  last <- values[length(values)]
  if (last %in% values[-length(values)]) {
    return(NULL)
  }
  place <- sprintf("Line %s, value %s.", format_count(length(text$lines)), show_field(last))
  what <- sprintf("%s: the last line has no end, so a part of its last field may be missing.", text$name)
  if (unfinished == "error") {
    abort("file", what, place, "If it is complete, use `unfinished = \"accept\"`.")
  }
  warn("file", what, place, "If it is complete, use `unfinished = \"accept\"`.")
}
