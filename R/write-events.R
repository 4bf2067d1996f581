# Writing events to files: which events go to which file. The rows are made in write-events-rows.R.

#' Write events to files
#'
#' Hands a design on: writes events as BIDS `_events.tsv`, FSL three-column or AFNI timing
#' files, which [read_events()] reads again as they were. [event_files] describes the formats.
#' `write_events(events(c(0, 30), 10), stdout())` shows the lines of a file.
#'
#' @param events Events, made by [events()] or [read_events()]; or a data frame, taken as
#'   [as_events()] does.
#' @param file A path. `{run}` and `{trial_type}` in it stand for each run and type in turn:
#'   `"sub-01_run-{run}_events.tsv"` makes a file for each run. With `.gz` at the end the file is
#'   compressed. Or a connection.
#' @param format `"bids"`, `"fsl"` or `"afni"`.
#' @param runs For AFNI: how many runs there are, if the last ones have no events.
#' @param modulators For AFNI: names of columns to join to each onset as its amplitudes.
#'
#' @returns The paths, invisibly, named after their type and run where there are several.
#'
#' @section What is in the files:
#' BIDS: all columns, `n/a` for what is missing; `amplitude` only where it is not 1 everywhere and
#' no column `modulation` or `weight` has the same values. One run goes to a file.
#'
#' FSL: onset, duration and amplitude of one run and one type; `0 0 0` where it has no events.
#'
#' AFNI: a row for each run with the onsets of one type; with `*amplitude` where an amplitude is
#' not 1, and `:duration` where a duration is not 0, as `dmBLOCK` takes it. Where no
#' run has events there is the onset -1, which AFNI ignores.
#'
#' FSL's and AFNI's files have no place for other columns; a message names them. A file that
#' exists is overwritten.
#'
#' @section Errors:
#' `convmat_error_value` if the format has no place for what is in the events, with its rows;
#' `convmat_error_type` if an argument is not of the kind described;
#' `convmat_error_file` if a file cannot be written. Nothing is written before all is checked.
#'
#' @references See [event_files].
#'
#' @seealso [read_events()]
#' @family events
#' @examples
#' ev <- events(c(0, 30, 60), c(10, 10, 5), trial_type = c("face", "house", "face"))
#' write_events(ev, stdout())
#' folder <- tempfile()
#' dir.create(folder)
#' paths <- write_events(ev, file.path(folder, "{trial_type}.txt"), "fsl")
#' readLines(paths[["face"]])
#' paths <- write_events(ev, file.path(folder, "{trial_type}.1D"), "afni")
#' readLines(paths[["face"]])
#' unlink(folder, recursive = TRUE)
#' @export
write_events <- function(events, file, format = "bids", runs = NULL, modulators = NULL) {
  check_given()
  format <- c("bids", "fsl", "afni")[check_choice(format, c("bids", "fsl", "afni"), "format")]
  events <- event_table(events, "events", missing = "keep")
  if (!inherits(file, "connection") && !(is.character(file) && length(file) == 1L && !is.na(file))) {
    abort("type", sprintf("`file` must be a path or a connection, not %s.", show_value(file)))
  }
  check_encoding(if (is.character(file)) file, "file")
  if (format != "afni" && !(is.null(runs) && is.null(modulators))) {
    abort("value", "`runs` and `modulators` must be NULL unless `format` is \"afni\".")
  }
  parts <- split_events(events, file, format)
  rows <- switch(format,
    bids = bids_rows,
    fsl = fsl_rows,
    afni = afni_writer(events, runs, modulators)
  )
  lines <- lapply(parts, function(part) rows(part$events))
  if (format != "bids") {
    say_left_out(setdiff(names(events), c(event_columns, modulators)), format)
  }
  paths <- vapply(parts, `[[`, "", "path")
  for (i in seq_along(parts)) {
    if (inherits(file, "connection")) write_to(file, lines[[i]]) else write_path(paths[[i]], lines[[i]])
  }
  invisible(paths)
}

# ---- which events go where ------------------------------------------------------------

# A list with a part for each file: list(path, events).
split_events <- function(events, file, format) {
  path <- if (is.character(file)) file else summary(file)$description
  by_type <- is.character(file) && grepl("{trial_type}", file, fixed = TRUE)
  by_run <- is.character(file) && grepl("{run}", file, fixed = TRUE)
  if (by_type && format == "bids") {
    abort("value", "`file` must not have `{trial_type}` in it: a BIDS file has the events of all types.")
  }
  if (by_run && format == "afni") {
    abort("value", "`file` must not have `{run}` in it: a file of AFNI's has a row for each run.")
  }
  types <- part_names(events, "trial_type", by_type, format != "bids", format)
  runs <- part_names(events, "run", by_run, format != "afni", format)
  parts <- expand.grid(type = types, run = runs, stringsAsFactors = FALSE)
  out <- lapply(seq_len(nrow(parts)), function(i) {
    mine <- rep(TRUE, nrow(events))
    if (by_type) {
      mine <- as.character(events$trial_type) == parts$type[i]
      path <- gsub("{trial_type}", parts$type[i], path, fixed = TRUE)
    }
    if (by_run) {
      mine <- mine & run_text(events$run) == parts$run[i]
      path <- gsub("{run}", parts$run[i], path, fixed = TRUE)
    }
    part <- events[mine, ]
    if (by_run) part$run <- NULL
    list(path = path, events = part)
  })
  names(out) <- trimws(paste(if (by_type) parts$type else "", if (by_run) parts$run else ""))
  if (anyDuplicated(vapply(out, `[[`, "", "path"))) {
    abort("value", "`file` must be a different path for every file.")
  }
  out
}

# Values of a column to make files for; NA if it makes no difference. `one` if a file has place for one.
part_names <- function(events, column, asked, one, format) {
  values <- events[[column]]
  if (!asked) {
    if (one && length(unique(values)) > 1L) {
      abort(
        "value", sprintf("`events` must have one `%s` for a file of format \"%s\", not %d.", column, format, length(unique(values))),
        sprintf("With `{%s}` in `file` each gets its own.", column)
      )
    }
    return(NA_character_)
  }
  if (is.null(values)) {
    abort("value", sprintf("`file` has `{%s}` in it, and `events` has no column `%s`.", column, column))
  }
  if (anyNA(values)) {
    abort_missing(is.na(values), paste0("events$", column), "not be missing")
  }
  names <- if (is.factor(values)) levels(values) else run_text(unique(values))
  bad <- grepl("[/\\\\:*?\"<>|[:cntrl:]]", names) | names %in% c("", ".", "..")
  if (any(bad)) {
    abort("value", sprintf("`%s` %s cannot be part of a file's name.", column, show_string(names[bad][1L])))
  }
  names
}

say_left_out <- function(names, format) {
  if (length(names) > 0L) {
    inform(sprintf(
      "Files of format \"%s\" have no place for %s.", format, paste0("`", names, "`", collapse = ", ")
    ))
  }
}

# ---- files ---------------------------------------------------------------------------------

write_path <- function(path, lines) {
  tryCatch(
    suppressWarnings({
      con <- if (endsWith(path, ".gz")) gzfile(path, "wb") else file(path, "wb")
      on.exit(close(con))
      writeBin(charToRaw(paste0(lines, "\n", collapse = "")), con)
    }),
    error = function(e) abort("file", sprintf("%s: cannot be written.", path))
  )
}

write_to <- function(con, lines) {
  tryCatch(
    suppressWarnings({
      if (!isOpen(con)) {
        open(con, "wb")
        on.exit(close(con))
      }
      if (summary(con)$text == "text") {
        writeLines(lines, con)
      } else {
        writeBin(charToRaw(paste0(lines, "\n", collapse = "")), con)
      }
    }),
    error = function(e) {
      abort("file", sprintf("%s: cannot be written: %s", summary(con)$description, conditionMessage(e)))
    }
  )
}
