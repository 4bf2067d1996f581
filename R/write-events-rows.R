# The rows of files of events, as read-events-bids.R, -fsl.R and -afni.R take them apart.

# ---- BIDS ---------------------------------------------------------------------------------

bids_rows <- function(events) {
  columns <- as.list(events)
  stand_in <- intersect(c("modulation", "weight"), names(columns)) # read_events() would take these
  amplitude <- columns$amplitude
  if (length(stand_in) == 0L && all(!is.na(amplitude) & amplitude == 1)) {
    columns$amplitude <- NULL
  } else if (length(stand_in) > 0L && identical(as.double(amplitude), suppressWarnings(as.double(columns[[stand_in[1L]]])))) {
    columns$amplitude <- NULL
  } else if (length(stand_in) > 0L) {
    inform(sprintf(
      "To read these amplitudes again use `amplitude = \"amplitude\"`: the file has a column `%s`, too.", stand_in[1L]
    ))
  }
  first <- intersect(event_columns, names(columns))
  columns <- columns[c(first, setdiff(names(columns), first))]
  names <- check_text(names(columns), "names(events)")
  if (!all_different(names)) {
    abort("value", "`events` must have columns with names that are all different, and none empty.")
  }
  cells <- Map(function(column, name) {
    bids_cells(column, paste0("events$", name), label = name %in% c("trial_type", "run"))
  }, columns, names)
  c(paste(quote_field(names), collapse = "\t"), do.call(paste, c(unname(cells), sep = "\t"))[seq_len(nrow(events))])
}

bids_cells <- function(x, arg, label) {
  if (!is.atomic(x) || length(dim(x)) > 1L) {
    abort("type", sprintf("`%s` must be a vector to be written, not %s.", arg, describe(x)))
  }
  gaps <- is.na(x)
  cells <- if (is.numeric(x) && !is.object(x)) {
    check_values(x, gaps | is.finite(x), arg, "finite")
    exact_numbers(x)
  } else {
    text <- check_text(as.character(x), arg)
    same <- !gaps & (text == "n/a" | (label & text == ""))
    if (any(same)) {
      abort(
        "value", sprintf("`%s` must not be %s, which would be read as missing.", arg, show_string(text[same][1L])),
        locations(same, "Rows")
      )
    }
    quote_field(text)
  }
  cells[gaps] <- "n/a"
  cells
}

# Text that a field may hold: UTF-8 without control characters.
check_text <- function(x, arg) {
  check_encoding(x, arg)
  bad <- !is.na(x) & grepl("[\001-\010\012-\037\177]", x, useBytes = TRUE)
  if (any(bad)) {
    abort(
      "value", sprintf("`%s` must not have line ends or control characters in it.", arg), locations(bad, "Rows")
    )
  }
  enc2utf8(x)
}

quote_field <- function(x) {
  need <- grepl("\t", x, fixed = TRUE) | startsWith(x, "\"") | startsWith(x, " ") | endsWith(x, " ")
  need <- need & !is.na(x)
  x[need] <- paste0("\"", gsub("\"", "\"\"", x[need], fixed = TRUE), "\"")
  x
}

# As few digits as are needed for the same number.
exact_numbers <- function(x) {
  all <- rep(NA_character_, length(x))
  known <- !is.na(x)
  x <- as.double(x[known])
  text <- sprintf("%.15g", x)
  for (format in c("%.16g", "%.17g")) {
    off <- as.double(text) != x
    text[off] <- sprintf(format, x[off])
  }
  all[known] <- text
  all
}

# ---- FSL and AFNI -------------------------------------------------------------------------------

# Their files have numbers only.
check_complete <- function(events, format) {
  gone <- incomplete_rows(events)
  if (any(gone)) {
    abort(
      "value", sprintf("`events` must not have missing values for a file of format \"%s\".", format),
      locations(gone, "Rows")
    )
  }
}

fsl_rows <- function(events) {
  check_complete(events, "fsl")
  if (nrow(events) == 0L) {
    return("0\t0\t0")
  }
  do.call(paste, c(unname(lapply(as.list(events)[c("onset", "duration", "amplitude")], exact_numbers)), sep = "\t"))
}

# A function that makes the rows of one type, of as many runs as all events have.
afni_writer <- function(events, runs, modulators) {
  run <- check_numbered(events$run)
  n <- max(1, run)
  if (!is.null(runs)) {
    n <- check_count(runs, "runs", least = n, most = 1e6)
  }
  check_joined_columns(events, modulators)
  function(events) {
    check_complete(events, "afni")
    early <- events$onset < 0
    if (any(early)) {
      abort("value", "`events$onset` must be 0 or more: AFNI ignores what is below.", locations(early, "Rows"))
    }
    words <- afni_words(events, modulators)
    run <- events$run %||% rep(1, nrow(events))
    rows <- vapply(split(words, factor(as.integer(run), levels = seq_len(n))), paste, "", collapse = " ")
    if (length(words) == 0L) {
      rows[1L] <- paste(c("-1", if (n > 1) "*"), collapse = " ")
    } else if (n > 1 && all(tabulate(run, n) == 1L)) {
      rows[1L] <- paste(rows[1L], "*") # or they would be taken for global times
    }
    unname(ifelse(rows == "", "*", rows))
  }
}

check_numbered <- function(run) {
  if (is.null(run)) {
    return(1)
  }
  if (!is.numeric(run) || any(run < 1 | run > 1e6)) {
    abort(
      "value", "`events$run` must be numbers from 1 on for a file of AFNI's, which has a row for each.",
      "As they come: `events$run <- match(events$run, unique(events$run))`."
    )
  }
  run
}

check_joined_columns <- function(events, modulators) {
  if (is.null(modulators)) {
    return(NULL)
  }
  if (!is.character(modulators) || length(modulators) == 0L || anyNA(modulators)) {
    abort("type", sprintf("`modulators` must be NULL or names of columns, not %s.", show_value(modulators)))
  }
  lost <- setdiff(modulators, names(events))
  if (length(lost) > 0L) {
    abort("value", sprintf("`events` has no column `%s`, which `modulators` asks for.", lost[1L]))
  }
  for (name in modulators) check_numbers(events[[name]], paste0("events$", name))
  if (any(events$amplitude != 1, na.rm = TRUE)) {
    abort("value", "`events$amplitude` must be 1 with `modulators`, which take its place.")
  }
}

# 30, 30*5, 30:12 or 30*5,3:12.
afni_words <- function(events, modulators) {
  amplitudes <- if (!is.null(modulators)) {
    do.call(paste, c(unname(lapply(as.list(events)[modulators], exact_numbers)), sep = ","))
  } else if (any(events$amplitude != 1)) {
    exact_numbers(events$amplitude)
  }
  paste0(
    exact_numbers(events$onset),
    if (!is.null(amplitudes)) paste0("*", amplitudes),
    if (any(events$duration != 0)) paste0(":", exact_numbers(events$duration))
  )[seq_len(nrow(events))]
}
