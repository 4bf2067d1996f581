# From the cells of a file to events: which columns are theirs, and what is missing.

# `table` is list(columns, names, lines) and, from AFNI, run.
interpret_events <- function(table, text, format, choices, missing, dec) {
  n <- length(table$lines)
  choices <- default_columns(table, text, format, choices)
  source <- choose_columns(table$names, choices, n, function(choice, column) {
    abort_no_file_column(choice, column, table$names, text)
  })
  columns <- stats::setNames(table$columns, table$names)
  gone <- logical(n)
  if (format == "bids") {
    gone <- find_missing(columns, source, table$lines, text, missing)
  }
  taken <- lapply(stats::setNames(names(source), names(source)), function(column) {
    from <- source[[column]]
    if (is.numeric(from)) from else read_column(columns[[from]], column, from, table$lines, gone, text, dec)
  })
  check_durations(taken$duration, source$duration, columns, table$lines, text)
  taken$run <- taken$run %||% table$run
  others <- lapply(other_columns(columns, source, "_in_file"), convert_column, dec)
  events <- new_events(c(taken, others), n)
  if (missing == "drop" && any(gone)) {
    inform(sprintf(
      "%s: %s left out for a missing value (`n/a`).", text$name, count_of(sum(gone), "row")
    ))
    events <- events[!gone, ]
    row.names(events) <- NULL
    warn_if_empty(events, TRUE, text$name)
  }
  events
}

# One of the columns that events have, NA where it is missing.
read_column <- function(cells, column, name, lines, gone, text, dec) {
  if (column == "run") {
    return(run_labels(cells, name, lines, text))
  }
  gaps <- if (any(gone)) gone & cells == "n/a" else gone
  if (column == "trial_type") {
    cells[gaps] <- NA
    return(check_labels(cells, name, lines, text))
  }
  if (!any(gaps)) {
    return(parse_column(cells, name, lines, text, dec))
  }
  values <- rep(NA_real_, length(cells))
  values[!gaps] <- parse_column(cells[!gaps], name, lines[!gaps], text, dec)
  values
}

# What the file itself says on where amplitudes, durations and types are; messages tell.
default_columns <- function(table, text, format, choices) {
  say <- function(...) inform(text$name, ": ", ...)
  quoted <- function(names) paste0("`", names, "`", collapse = ", ")
  if (is.character(choices$amplitude)) {
    if (choices$amplitude %in% table$names) {
      say("amplitudes are taken from column ", quoted(choices$amplitude), ".")
    }
  } else if (is.null(choices$amplitude) && format == "bids") {
    known <- intersect(c("modulation", "weight", "amplitude"), table$names)
    if (length(known) > 0L) {
      say(
        "amplitudes are taken from column ", quoted(known[1L]),
        if (length(known) > 1L) paste0(", not from ", quoted(known[-1L])), "."
      )
    }
    choices$amplitude <- if (length(known) > 0L) known[1L] else 1
  } else if (is.null(choices$amplitude) && "modulator_1" %in% table$names) {
    say("events have several amplitudes, now columns ", quoted(grep("^modulator_", table$names, value = TRUE)), ".")
  }
  if (format == "afni" && identical(choices$duration, "duration") && !("duration" %in% table$names)) {
    say("the file has no durations; they are taken as 0. `duration = ` sets them.")
    choices$duration <- 0
  } else if (is.numeric(choices$duration) && "duration" %in% table$names) {
    say("durations are ", format(choices$duration), " for all events; those of the file are in `duration_in_file`.")
  }
  if (format == "bids" && identical(choices$trial_type, "trial_type")) {
    likely <- likely_types(table)
    if (length(likely) > 0L) {
      say(
        "has no column `trial_type`, so all events are of one kind. Column ", quoted(likely[1L]),
        " may have the types: `trial_type = \"", likely[1L], "\"`."
      )
    }
  }
  choices
}

# Names of columns that in other files stand for `trial_type`; of those with more than one value.
likely_types <- function(table) {
  if ("trial_type" %in% table$names) {
    return(character(0))
  }
  known <- c(
    "event_type", "trialtype", "condition", "stim_type", "stimtype", "stimulus_type", "cond", "type",
    "event", "event_name", "stimulus", "stim", "category", "block_type", "block", "task"
  )
  names <- gsub("[ .-]", "_", tolower(table$names))
  at <- match(known, names)
  at <- at[!is.na(at)]
  several <- vapply(at, function(i) length(unique(table$columns[[i]])) > 1L, NA)
  table$names[at[several]]
}

abort_no_file_column <- function(choice, column, names, text) {
  abort_file(
    text, if (choice == column) {
      sprintf("has no column `%s`.", choice)
    } else {
      sprintf("has no column `%s`, which `%s` asks for.", choice, column)
    },
    line = 1L, advice = c(
      describe_columns(names),
      if (column == "duration") "If another column has durations, `duration = \"...\"`; for impulses, `duration = 0`."
    )
  )
}

# TRUE for rows that lack what events need, unless that is an error.
find_missing <- function(columns, source, lines, text, missing) {
  asked <- Filter(is.character, source[setdiff(names(source), "run")])
  lost <- lapply(asked, function(name) columns[[name]] == "n/a")
  gone <- Reduce(`|`, lost, logical(length(lines)))
  if (any(gone) && missing == "error") {
    at <- which(gone)[1L]
    column <- names(asked)[vapply(lost, `[`, NA, at)][1L]
    name <- asked[[column]]
    abort_file(
      text, sprintf("`%s` is missing.", name), line = lines[at], column = name, value = "n/a", more = sum(gone) - 1L,
      advice = c(
        "`missing = \"keep\"` keeps such rows, `missing = \"drop\"` leaves them out.",
        switch(column,
          duration = "If all events are impulses, use `duration = 0`.",
          amplitude = "For amplitudes of 1, use `amplitude = 1`.",
          trial_type = "For events of one kind, use `trial_type = NULL`."
        )
      )
    )
  }
  gone
}

check_durations <- function(duration, name, columns, lines, text) {
  negative <- which(duration < 0)
  if (length(negative) > 0L) {
    at <- negative[1L]
    abort_file(
      text, "`duration` must be 0 or more.", line = lines[at], column = name, value = as.character(columns[[name]][at]),
      more = length(negative) - 1L, advice = c(
        "If that is the jitter of a clock: `df <- read.delim(file, na.strings = \"n/a\")`,",
        "`df$duration <- pmax(df$duration, 0)`, `as_events(df)`."
      )
    )
  }
}
