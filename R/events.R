# Tables of events, and the on/off neural signal they stand for.

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
#' @param x Events.
#' @param ... Passed on to the data frame's method.
#'
#' @returns A data frame of class `events` with the double columns `onset`,
#'   `duration` and `amplitude` and, if given, `trial_type`: one row for each
#'   event. Vectors of length 1 are repeated for every event. `print()` shows
#'   it with a line on top and returns it invisibly.
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
#' events(c(0, 15, 30), duration = 10, trial_type = c("face", "house", "face"))
#' @export
events <- function(onset, duration = 0, amplitude = 1, trial_type = NULL) {
  columns <- check_event_columns(list(
    onset = onset, duration = duration, amplitude = amplitude, trial_type = trial_type
  ))
  structure(
    columns,
    class = c("events", "data.frame"), row.names = seq_along(columns$onset)
  )
}

# `of` says whose columns they are, for messages.
check_event_columns <- function(columns, of = "") {
  columns <- columns[intersect(names(columns), c("onset", "duration", "amplitude", "trial_type"))]
  for (name in c("onset", "duration", "amplitude")) {
    columns[[name]] <- check_numbers(columns[[name]], paste0(of, name))
  }
  duration <- columns$duration
  check_values(duration, duration >= 0, paste0(of, "duration"), "0 or more")
  columns$trial_type <- check_trial_type(columns[["trial_type"]], paste0(of, "trial_type"))
  check_common_length(columns)
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

#' The neural signal of events on a regular grid
#'
#' The on/off model of the walkthrough: at each grid time t the sum of the
#' amplitudes of the events with onset <= t < onset + duration. An event of
#' duration 0 puts its amplitude on the one grid point whose step
#' \[t, t + dt) holds its onset.
#'
#' @param events Events, made by [events()].
#' @param times Numeric vector of at least 2 times in seconds, increasing by
#'   equal steps dt: the grid.
#'
#' @returns A double matrix with one row for each time and one column for each
#'   `trial_type`, named after it: the levels of a factor in their order, empty
#'   ones too, or else the types in order of first appearance. Events without a
#'   `trial_type` give one column without a name. In units of the amplitude.
#'
#' @section Warnings:
#' `convmat_warning_value` if an event adds nothing, because it covers no grid
#' point or lies off the grid; the message names its rows.
#'
#' @section Errors:
#' `convmat_error_type` if `events` is not made by [events()] or `times` is not
#' a plain numeric vector; `convmat_error_length` if there are fewer than 2
#' times; `convmat_error_value` if a time is not finite or steps are not equal.
#'
#' @section Algorithm and cost:
#' One addition for each grid point that an event covers, in C. Decimal times
#' such as 0.3 are seldom exact in binary, so times closer than 1e-8 steps
#' count as equal.
#'
#' @references Brett, M., _nipraxis_, chapter "Convolution",
#'   <https://textbook.nipraxis.org/on_convolution.html>
#'
#' @seealso [conv()] with [hrf()] makes a predicted BOLD signal from it.
#' @examples
#' times <- 0:39
#' ev <- events(onset = c(4, 10, 20), duration = c(3, 0, 0), amplitude = c(1, 1, 3))
#' neural <- neural_signal(ev, times)[, 1]
#' plot(times, neural, type = "s", xlab = "Time (s)", ylab = "Neural activity")
#'
#' # one column for each type
#' neural_signal(events(c(0, 2, 4), 2, trial_type = c("a", "b", "a")), 0:5)
#' @export
neural_signal <- function(events, times) {
  events <- check_events(events)
  nevent <- length(events$onset)
  step <- check_grid(times)
  # in steps; far from 0, as on a clock that counts from 1970, rounding is more
  slack <- max(1e-8, 4 * .Machine$double.eps * max(abs(times)) / step)
  type <- if (is.null(events$trial_type)) {
    factor(rep(1L, nevent), levels = 1L)
  } else if (is.factor(events$trial_type)) {
    events$trial_type
  } else {
    factor(events$trial_type, levels = unique(events$trial_type))
  }
  check_memory(
    8 * as.double(length(times)) * nlevels(type),
    sprintf("`times` and types are too many: the signal of %s x %s needs",
      format_count(length(times)), format_count(nlevels(type))
    )
  )
  covers <- logical(nevent)
  signal <- matrix(0, length(times), nlevels(type))
  for (i in seq_len(nlevels(type))) {
    rows <- which(as.integer(type) == i)
    column <- .Call(
      ffi_neural_signal, events$onset[rows], events$duration[rows],
      events$amplitude[rows], as.double(times[1L]), step, slack, length(times)
    )
    signal[, i] <- column$signal
    covers[rows] <- column$covers
  }
  if (!is.null(events$trial_type)) {
    colnames(signal) <- levels(type)
  }
  if (!all(covers)) {
    warn(
      "value", "Some events add nothing: they cover no grid point or lie off the grid.",
      locations(!covers, "Rows")
    )
  }
  signal
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

# The step of a regular grid. Steps may differ by rounding only, which grows
# with the distance of the times from 0.
check_grid <- function(times) {
  times <- check_numbers(times, "times")
  n <- length(times)
  if (n < 2L) {
    abort("length", sprintf("`times` must have at least 2 values, not %d.", n))
  }
  step <- (times[n] - times[1L]) / (n - 1)
  rounding <- max(1e-6 * abs(step), 8 * .Machine$double.eps * max(abs(times)))
  off <- !(abs(times - (times[1L] + step * seq(0, n - 1))) <= rounding)
  steps <- diff(times)
  if (step == Inf || any(steps <= 0) || any(off)) {
    uneven <- c(FALSE, steps <= 0 | abs(steps - steps[1L]) > rounding)
    abort(
      "value", "`times` must increase by equal steps.",
      sprintf(
        "Steps go from %s to %s.", format(min(steps), digits = 10L), format(max(steps), digits = 10L)
      ),
      locations(if (any(uneven, na.rm = TRUE)) uneven else off)
    )
  }
  step
}

#' @rdname events
#' @export
print.events <- function(x, ...) {
  cat(sprintf("<%d event%s%s>\n", nrow(x), if (nrow(x) == 1L) "" else "s", events_span(x)))
  if (nrow(x) > 0L) {
    NextMethod()
  }
  invisible(x)
}

# ", 10 to 400 s, 3 types" where the table still has those columns.
events_span <- function(x) {
  span <- if (nrow(x) > 0L && is.numeric(x[["onset"]]) && is.numeric(x[["duration"]])) {
    sprintf(", %s to %s s", format(min(x$onset)), format(max(x$onset + x$duration)))
  }
  types <- length(unique(x[["trial_type"]]))
  paste0(c(span, if (types > 0L) sprintf(", %d type%s", types, if (types == 1L) "" else "s")), collapse = "")
}
