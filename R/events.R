# Tables of events: the class and its checks.

#' Events of an experiment
#'
#' What happened when: stimuli, responses, blocks. The events of a run are a
#' data frame with one row each, in the order given. Events may overlap; their
#' effects add up.
#'
#' @param onset Numeric vector: when each event starts, in seconds from the
#'   first scan. May be negative.
#' @param duration Numeric vector, 0 or more: how long each event lasts, in
#'   seconds. 0 stands for an impulse.
#' @param amplitude Numeric vector: how strong each event is, without unit. For
#'   an event with a duration it is a height, for an impulse an area.
#' @param trial_type Character vector or factor: what kind of event it is, or
#'   `NULL` if there is one kind only.
#' @param run Whole numbers, character vector or factor: which run each event
#'   belongs to, or `NULL` if there is one run only. Onsets count from the first
#'   scan of the event's own run. [bind_runs()] puts runs together.
#' @param x Events.
#' @param ... For `c()` and `rbind()`, events to put together; for `plot()`, further
#'   arguments of [graphics::plot.default()]; otherwise passed on to the data frame's
#'   method.
#'
#' @returns A data frame of class `events` with the double columns `onset`,
#'   `duration` and `amplitude` and, if given, `trial_type` and `run`: one row for
#'   each event. Vectors of length 1 are repeated for every event. `print()` shows
#'   it with a line on top, and `plot()` draws boxes, and spikes for impulses, as high
#'   as their amplitudes, on a time axis with a lane for each type; both return it
#'   invisibly. `c()` and `rbind()` put the rows of several tables together (see
#'   [bind_runs()] for those of several runs); columns that not all have are left
#'   out. `[` is the data frame's and keeps the class, and `as.data.frame()` takes it
#'   off.
#'
#' @section Errors:
#' `convmat_error_type` for a column that is not numeric, or a `trial_type`
#' that is neither character nor factor; `convmat_error_length` if lengths
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
#' @seealso [neural_signal()]; [ds114_events] for a real run.
#' @examples
#' events(onset = c(4, 10, 20), duration = c(3, 0, 0), amplitude = c(1, 1, 3))
#' faces <- events(c(0, 15, 30, 45), duration = 10, trial_type = rep(c("face", "house"), 2))
#' beeps <- events(c(12, 40), amplitude = c(1, 2), trial_type = "beep")
#' all <- c(faces, beeps)
#' all[all$trial_type != "house", ]
#' plot(all)
#' @export
events <- function(onset, duration = 0, amplitude = 1, trial_type = NULL, run = NULL) {
  columns <- check_event_columns(list(
    onset = onset, duration = duration, amplitude = amplitude, trial_type = trial_type,
    run = run
  ))
  structure(
    columns,
    class = c("events", "data.frame"), row.names = seq_along(columns$onset)
  )
}

# `of` says whose columns they are, for messages.
check_event_columns <- function(columns, of = "") {
  known <- c("onset", "duration", "amplitude", "trial_type", "run") # files have more
  columns <- columns[intersect(names(columns), known)]
  for (name in c("onset", "duration", "amplitude")) {
    columns[[name]] <- check_numbers(columns[[name]], paste0(of, name))
  }
  duration <- columns$duration
  check_values(duration, duration >= 0, paste0(of, "duration"), "0 or more")
  columns$trial_type <- check_trial_type(columns[["trial_type"]], paste0(of, "trial_type"))
  columns$run <- check_run(columns[["run"]], paste0(of, "run"))
  check_common_length(columns)
}

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
    abort("value", sprintf("`%s` must not be missing.", arg), locations(is.na(run)))
  }
  if (numbered) {
    check_values(run, is.finite(run) & run == floor(run), arg, "whole numbers")
  }
  if (is.factor(run)) run else as.vector(run)
}

check_trial_type <- function(trial_type, arg) {
  if (is.null(trial_type)) {
    return(NULL)
  }
  if (!(is.factor(trial_type) || (is.character(trial_type) && !is.object(trial_type)))) {
    abort("type", sprintf(
      "`%s` must be a character vector or a factor, not %s.", arg, describe(trial_type)
    ))
  }
  missing <- is.na(as.character(trial_type)) # a factor's level may be missing, too
  if (any(missing)) {
    abort("value", sprintf("`%s` must not be missing.", arg), locations(missing))
  }
  if (is.factor(trial_type)) trial_type else as.vector(trial_type)
}

check_events <- function(events) {
  if (!inherits(events, "events")) {
    abort(
      "type", sprintf("`events` must be made by `events()`, not %s.", describe(events)),
      "Use `events(onset, duration, amplitude, trial_type)`."
    )
  }
  lost <- setdiff(c("onset", "duration", "amplitude"), names(events))
  if (length(lost)) {
    abort("type", sprintf("`events` has lost its column `%s`.", lost[1L]))
  }
  # the user may have changed columns since
  check_event_columns(as.list(events), "events$")
}
