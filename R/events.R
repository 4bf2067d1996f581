# Tables of events: the class and its checks.

#' Events of an experiment
#'
#' What happened when: stimuli, responses, blocks. A data frame with a row for each
#' event, in the order given. Events may overlap; their effects add up.
#' `events(onset = c(4, 10), duration = c(3, 0))` is one of 3 s at 4 s and an impulse at 10 s.
#'
#' @param onset Numeric vector: when each event starts, in seconds from the
#'   first scan. May be negative.
#' @param duration Numeric vector, 0 or more: how long each event lasts, in
#'   seconds. 0 stands for an impulse.
#' @param amplitude Numeric vector: how strong each event is, without unit. For
#'   an event with a duration it is a height, for an impulse an area.
#' @param trial_type Character vector or factor: what kind of event it is, or
#'   `NULL` if there is one kind only. Numbers are taken as labels.
#' @param run Whole numbers, character vector or factor: which run each event
#'   belongs to, or `NULL` if there is one run only. Onsets count from the first
#'   scan of the event's own run. [bind_runs()] puts runs together.
#' @param x Events.
#' @param ... For `c()` and `rbind()`, events to put together, data frames among them; for
#'   `plot()`, further arguments of [graphics::plot.default()]; otherwise passed on to the
#'   data frame's method.
#'
#' @returns A data frame of class `events` with the double columns `onset`,
#'   `duration` and `amplitude` and, if given, `trial_type` and `run`: one row for
#'   each event. Vectors of length 1 are repeated for every event.
#'
#'   `print()` and `plot()` return `x` invisibly. `plot()` draws boxes, and spikes for
#'   impulses, as high as their amplitudes, on a time axis with a lane for each type.
#'   `c()` and `rbind()` put the rows of several tables together (see
#'   [bind_runs()] for those of several runs); columns that not all have are left
#'   out. `[` is the data frame's and keeps the class, and `as.data.frame()` takes it
#'   off. What else is done to a data frame may take the class off too;
#'   [as_events()] puts it on again.
#'
#' @section Warnings:
#' `convmat_warning_value` if `plot()` leaves out events with missing values.
#'
#' @section Errors:
#' `convmat_error_type` for a column that is not numeric, or a `trial_type`
#' that is neither character, factor nor numeric; `convmat_error_length` if lengths
#' differ; `convmat_error_value` if a time or an amplitude is not finite, a
#' duration negative or a type missing.
#'
#' @section Algorithm and cost:
#' Nothing is computed here; see [neural_signal()].
#'
#' @references The columns follow the events files of BIDS: Gorgolewski, K. J.
#'   and others (2016) The brain imaging data structure. _Scientific Data_ 3,
#'   160044. \doi{10.1038/sdata.2016.44}
#'
#' @seealso [as_events()] for a data frame, [read_events()] for a file,
#'   [neural_signal()]; [ds114_events] for a real run.
#' @family events
#' @examples
#' events(onset = c(4, 10, 20), duration = c(3, 0, 0), amplitude = c(1, 1, 3))
#' faces <- events(c(0, 15, 30, 45), duration = 10, trial_type = rep(c("face", "house"), 2))
#' beeps <- events(c(12, 40), amplitude = c(1, 2), trial_type = "beep")
#' all <- c(faces, beeps)
#' all[all$trial_type != "house", ]
#' print(all, n = 4)
#' plot(all)
#' @export
events <- function(onset, duration = 0, amplitude = 1, trial_type = NULL, run = NULL) {
  check_given()
  if (is.data.frame(onset)) {
    abort(
      "type", sprintf("`onset` must be a numeric vector, not %s.", describe(onset)),
      "`as_events()` makes events of a data frame."
    )
  }
  new_events(check_event_columns(list(
    onset = onset, duration = duration, amplitude = amplitude, trial_type = trial_type, run = run
  )))
}

# The constructor: a named list of columns that have been checked, all of n rows.
new_events <- function(columns, n = length(columns$onset)) {
  structure(columns, class = c("events", "data.frame"), row.names = seq_len(n))
}

event_columns <- c("onset", "duration", "amplitude", "trial_type", "run")

# The columns of events among `columns`, in that order, checked. `of` says whose they are, for
# messages; `missing` is "error", or "keep" if they may have NA.
check_event_columns <- function(columns, of = "", missing = "error") {
  columns <- columns[intersect(names(columns), event_columns)] # files have more
  for (name in c("onset", "duration", "amplitude")) {
    columns[[name]] <- check_event_numbers(columns[[name]], paste0(of, name), missing)
  }
  duration <- columns$duration
  check_values(duration, is.na(duration) | duration >= 0, paste0(of, "duration"), "0 or more")
  columns$trial_type <- check_trial_type(
    columns[["trial_type"]], paste0(of, "trial_type"), missing
  )
  columns$run <- check_run(columns[["run"]], paste0(of, "run"))
  check_common_length(columns)
}

check_event_numbers <- function(x, arg, missing) {
  if (is.object(x) || !(is.numeric(x) || is.logical(x)) || !anyNA(x)) {
    return(check_numbers(x, arg)) # which says what is wrong with the first two
  }
  if (missing == "error") {
    abort_missing(!is.finite(x), arg, "be finite, without NA, NaN or Inf")
  }
  gaps <- is.na(x)
  x[gaps] <- 0
  x <- check_numbers(x, arg)
  x[gaps] <- NA
  x
}

# The way out depends on whose column it is: that of `events`, or of a data frame.
abort_missing <- function(gaps, arg, must) {
  abort(
    "value", sprintf("`%s` must %s.", arg, must),
    locations(gaps, if (grepl("$", arg, fixed = TRUE)) "Rows" else "Locations"),
    if (startsWith(arg, "events$")) {
      sprintf("Leave them out, `events[!is.na(%s), ]`, or give them a value.", arg)
    } else if (startsWith(arg, "df$")) {
      "`missing = \"drop\"` leaves such rows out, `\"keep\"` keeps them."
    }
  )
}

# A plain vector of labels, or a factor; NULL if there is none. Numbers become labels.
check_trial_type <- function(trial_type, arg, missing = "error") {
  if (is.null(trial_type)) {
    return(NULL)
  }
  plain <- !is.object(trial_type) && is.null(dim(trial_type))
  if (!(is.factor(trial_type) || (plain && (is.character(trial_type) || is.numeric(trial_type))))) {
    abort("type", sprintf(
      "`%s` must be a character vector, a factor or numbers, not %s.", arg, describe(trial_type)
    ))
  }
  gaps <- is.na(trial_type) | is.na(as.character(trial_type)) # a factor's level may be missing, too
  if (any(gaps) && missing == "error") {
    abort_missing(gaps, arg, "not be missing")
  }
  if (is.factor(trial_type)) {
    trial_type
  } else if (is.numeric(trial_type)) {
    number_labels(trial_type)
  } else {
    as.vector(trial_type)
  }
}

# "1", "2.5", whatever options(OutDec) and options(scipen) say.
number_labels <- function(x) ifelse(is.na(x), NA_character_, sprintf("%.15g", x))

run_text <- function(run) if (is.numeric(run)) number_labels(run) else as.character(run)

check_run <- function(run, arg) {
  if (is.null(run)) {
    return(NULL)
  }
  numbered <- !is.object(run) && is.numeric(run)
  if (!numbered && !is.factor(run) && !(is.character(run) && !is.object(run))) {
    abort("type", sprintf(
      "`%s` must be whole numbers, a character vector or a factor, not %s.", arg, describe(run)
    ))
  }
  if (anyNA(run)) {
    abort_missing(is.na(run), arg, "not be missing")
  }
  if (numbered) {
    check_values(run, is.finite(run) & run == floor(run), arg, "whole numbers")
  }
  if (is.factor(run)) run else as.vector(run)
}
