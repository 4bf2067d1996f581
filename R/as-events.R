# Events from any data frame, and what functions that take events accept.

#' Events from a data frame
#'
#' Makes [events()] of a data frame (a tibble, a data table, ...) that has a row for
#' each event, or of a list as SPM takes it.
#' `as_events(data.frame(onset = c(0, 30), duration = 10))` makes two events of 10 s.
#'
#' @param df A data frame; or a list with the entries `names`, `onsets` and `durations`,
#'   as in SPM's files of multiple conditions: a name, a numeric vector of onsets and one
#'   of durations (or one duration) for each condition.
#' @param onset Name of the column of onsets, in seconds from the first scan.
#' @param duration Name of the column of durations, in seconds; or a number, the
#'   duration of every event.
#' @param amplitude Name of the column of amplitudes; a number, the amplitude of every
#'   event; or `NULL` for the column `amplitude` or, without it, 1.
#' @param trial_type Name of the column of types; `NULL` if all events are of one kind.
#'   There need not be a column `trial_type`.
#' @param run Name of the column of runs; `NULL` if there is one run only. There need not
#'   be a column `run`.
#' @param missing What to do with rows whose onset, duration, amplitude or type is NA:
#'   `"error"`; `"drop"`, after which a message counts them; or `"keep"`.
#'
#' @returns [events()], a row for each row of `df` in their order, with all other columns
#'   of `df` under their own names. (A column `duration` that durations were not taken
#'   from is called `duration_in_df`, and so for the other names of events.) Events are
#'   returned as they are. From a list the types are a factor, the names its levels.
#'
#' @section Data frames instead of events:
#' [regressors()], [neural_signal()], [bind_runs()] and the others take a data frame for
#' `events` too, as `as_events(df)` does. So what `transform()`, `merge()` or a package such
#' as dplyr makes of events can be used as it is.
#'
#' @section Warnings:
#' `convmat_warning_value` if no row is left.
#'
#' @section Errors:
#' `convmat_error_type` if `df` or a column is not of the kind described;
#' `convmat_error_value` if there is no such column, or a value is not allowed or missing;
#' `convmat_error_length` if the entries of a list do not fit together.
#'
#' @section Algorithm and cost:
#' Columns are checked and copied once.
#'
#' @references Multiple conditions: the SPM manual, chapter "fMRI model specification",
#'   <https://www.fil.ion.ucl.ac.uk/spm/doc/manual.pdf>
#'
#' @seealso [read_events()]
#' @family events
#' @examples
#' log <- data.frame(time = c(12000, 31500), kind = c("face", "house"), rt = c(0.61, NA))
#' log$time <- log$time / 1000 # the clock counted milliseconds
#' as_events(log, onset = "time", duration = 2, trial_type = "kind")
#'
#' as_events(list(
#'   names = c("face", "house"), onsets = list(c(0, 30), 15), durations = list(10, 10)
#' ))
#' @export
as_events <- function(df, onset = "onset", duration = "duration", amplitude = NULL,
                      trial_type = "trial_type", run = "run", missing = "error") {
  check_given()
  missing <- c("error", "drop", "keep")[check_choice(missing, c("error", "drop", "keep"), "missing")]
  choices <- list(
    onset = check_column_choice(onset, "onset"),
    duration = check_column_choice(duration, "duration", number = TRUE),
    amplitude = check_column_choice(amplitude, "amplitude", number = TRUE, none = TRUE),
    trial_type = check_column_choice(trial_type, "trial_type", none = TRUE),
    run = check_column_choice(run, "run", none = TRUE)
  )
  if (is.list(df) && !is.object(df) && all(c("names", "onsets", "durations") %in% names(df))) {
    return(spm_conditions(df))
  }
  events <- event_table(df, "df", choices, if (missing == "error") "error" else "keep")
  if (missing == "drop") drop_incomplete(events) else events
}

# What functions that take events work with: a list of checked columns without gaps.
check_events <- function(events) as.list(event_table(events, "events"))[event_columns]

# ---- columns of a data frame ------------------------------------------------------

default_choices <- list(
  onset = "onset", duration = "duration", amplitude = NULL, trial_type = "trial_type", run = "run"
)

# The name of a column, for some arguments also a number, or NULL.
check_column_choice <- function(choice, arg, number = FALSE, none = FALSE) {
  if (is.null(choice) && none) {
    return(NULL)
  }
  what <- paste0(
    if (none) if (number) "NULL, " else "NULL or ", "the name of a column", if (number) " or a finite number"
  )
  if (number && (is.numeric(choice) || is.logical(choice))) {
    choice <- check_number(choice, arg, what)
    if (arg == "duration" && choice < 0) {
      abort("value", sprintf("`duration` must be 0 or more, not %s.", show_value(choice)))
    }
    return(choice)
  }
  if (!is.character(choice) || is.object(choice) || length(choice) != 1L || is.na(choice)) {
    abort("type", sprintf("`%s` must be %s, not %s.", arg, what, show_value(choice)))
  }
  check_encoding(choice, arg)
}

# Events of a data frame called `arg`.
event_table <- function(df, arg, choices = default_choices, missing = "error") {
  check_data_frame(df, arg)
  if (inherits(df, "events")) {
    lost <- setdiff(c("onset", "duration", "amplitude"), names(df))
    if (length(lost)) {
      abort("type", sprintf("`%s` has lost its column `%s`.", arg, lost[1L]))
    }
  }
  columns <- as.list(df)
  source <- choose_columns(names(columns), choices, nrow(df), function(choice, column) {
    abort_no_column(choice, column, names(columns), arg)
  })
  taken <- lapply(source, function(from) if (is.character(from)) columns[[from]] else from)
  taken <- check_event_columns(taken, paste0(arg, "$"), missing)
  all <- c(taken, other_columns(columns, source, "_in_df"))
  if (setequal(names(all), names(columns)) && !anyDuplicated(names(columns))) {
    all <- all[names(columns)] # in the table's own order
  }
  new_events(all, nrow(df))
}

check_data_frame <- function(df, arg) {
  if (!is.data.frame(df)) {
    if (arg == "df") {
      abort("type", sprintf("`df` must be a data frame, not %s.", describe(df)))
    }
    abort(
      "type", sprintf("`%s` must be made by `events()`, or a data frame, not %s.", arg, describe(df)),
      if (is.character(df)) {
        "Read a file of them: `read_events()`."
      } else {
        argument_order(arg) %||% "Use `events(onset, duration, amplitude, trial_type)`."
      }
    )
  }
  columns <- if (is.list(df)) unclass(df)
  if (length(columns) != length(names(columns)) || any(vapply(columns, NROW, 0L) != nrow(df))) {
    abort("type", sprintf("`%s` must be a data frame with named columns of equal length.", arg))
  }
}

# Where each column of events comes from: the name of a column, or a number for each row.
# `absent` is called for a column that is not there.
choose_columns <- function(names, choices, n, absent) {
  source <- lapply(stats::setNames(event_columns, event_columns), function(column) {
    choice <- choices[[column]]
    if (column == "amplitude" && is.null(choice)) {
      choice <- if ("amplitude" %in% names) "amplitude" else 1
    }
    if (is.numeric(choice)) {
      return(rep(choice, n))
    }
    optional <- column %in% c("trial_type", "run") && identical(choice, column)
    if (is.null(choice) || (optional && !(choice %in% names))) {
      return(NULL)
    }
    if (!(choice %in% names)) {
      absent(choice, column)
    }
    choice
  })
  Filter(Negate(is.null), source)
}

abort_no_column <- function(choice, column, names, arg) {
  abort(
    "value", sprintf("`%s` has no column `%s`.", arg, choice), describe_columns(names),
    if (arg == "df") {
      sprintf("Say which it is: `%s = \"...\"`.", column)
    } else {
      sprintf("`as_events()` makes events of it; its argument `%s` names the column.", column)
    },
    if (column == "duration") "For events without one use `as_events(duration = 0)`."
  )
}

describe_columns <- function(names) {
  if (length(names) == 0L) {
    return("It has no columns.")
  }
  shown <- paste0("`", utils::head(names, 8L), "`", collapse = ", ")
  more <- length(names) - 8L
  sprintf("Its columns are %s%s.", shown, if (more > 0L) sprintf(" and %d more", more) else "")
}

# Columns that nothing of events was taken from under the same name. One that has a name of ours
# all the same gets another.
other_columns <- function(columns, source, suffix) {
  itself <- vapply(names(columns), function(name) identical(source[[name]], name), NA)
  others <- columns[!itself]
  clash <- names(others) %in% event_columns
  while (any(clash)) {
    names(others)[clash] <- paste0(names(others)[clash], suffix)
    clash <- clash & names(others) %in% names(others)[!clash]
  }
  others
}

# ---- rows -----------------------------------------------------------------------------

# TRUE for rows without an onset, a duration, an amplitude or a type.
incomplete_rows <- function(events) {
  columns <- as.list(events)[intersect(event_columns, names(events))]
  columns <- Filter(function(column) is.atomic(column) && length(column) == nrow(events), columns)
  Reduce(`|`, lapply(columns, is.na), logical(nrow(events)))
}

drop_incomplete <- function(events) {
  gone <- incomplete_rows(events)
  if (any(gone)) {
    inform(sprintf("%s left out for a missing value.", count_of(sum(gone), "row")))
  }
  events <- events[!gone, ]
  row.names(events) <- NULL
  warn_if_empty(events, any(gone))
  events
}

warn_if_empty <- function(events, dropped, name = NULL) {
  if (dropped && nrow(events) == 0L) {
    warn("value", paste0(
      if (!is.null(name)) paste0(name, ": "), "no event is left: every row has a missing value."
    ))
  }
}

count_of <- function(n, what) sprintf("%s %s%s", format_count(n), what, if (n == 1L) "" else "s")

# ---- SPM's multiple conditions ------------------------------------------------------------

spm_conditions <- function(df) {
  names <- as.character(unlist(df$names))
  if (length(df$onsets) != length(names) || length(df$durations) != length(names)) {
    abort(
      "length", "`df$names`, `df$onsets` and `df$durations` must have one entry for each condition.",
      sprintf(
        "They have %d, %d and %d.", length(names), length(df$onsets), length(df$durations)
      )
    )
  }
  if (!all_different(names)) {
    abort("value", "`df$names` must all be different, and none empty or missing.")
  }
  parts <- lapply(seq_along(names), function(i) {
    onset <- check_spm_vector(df$onsets, i, "onsets")
    duration <- check_spm_vector(df$durations, i, "durations")
    if (!(length(duration) %in% c(1L, length(onset)))) {
      abort("length", sprintf(
        "`df$durations[[%d]]` must have as many values as `df$onsets[[%d]]`, or one, not %d.",
        i, i, length(duration)
      ))
    }
    list(onset = onset, duration = rep_len(duration, length(onset)))
  })
  get <- function(name) unlist(lapply(parts, `[[`, name)) %||% numeric(0)
  type <- factor(rep(names, vapply(parts, function(p) length(p$onset), 0L)), levels = names)
  events(get("onset"), get("duration"), trial_type = type)
}

check_spm_vector <- function(entries, i, of) {
  x <- entries[[i]]
  check_numbers(if (is.matrix(x)) as.vector(x) else x, sprintf("df$%s[[%d]]", of, i))
}
