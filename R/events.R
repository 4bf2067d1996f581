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
  if (length(unique(events$run)) > 1L) {
    abort(
      "value", "`events` must be of one run, and theirs are several.",
      "Take those of one: `events[events$run == run, ]`."
    )
  }
  step <- check_grid(times)
  # in steps; far from 0, as on a clock that counts from 1970, rounding is more
  slack <- max(1e-8, 4 * .Machine$double.eps * max(abs(times)) / step)
  type <- event_types(events)
  check_memory(
    8 * as.double(length(times)) * nlevels(type),
    sprintf("`times` and types are too many: the signal of %s x %s needs",
      format_count(length(times)), format_count(nlevels(type))
    )
  )
  signal <- grid_signal(
    events, type, as.double(times[1L]), step, slack, length(times), seq_along(type)
  )
  if (!is.null(events$trial_type)) {
    colnames(signal) <- levels(type)
  }
  signal
}

# The signal on n grid points from `start` on; `rows` are what events are called in
# the warning.
grid_signal <- function(events, type, start, step, slack, n, rows) {
  covers <- logical(length(type))
  signal <- matrix(0, n, nlevels(type))
  for (i in seq_len(nlevels(type))) {
    mine <- which(as.integer(type) == i)
    column <- .Call(
      ffi_neural_signal, events$onset[mine], events$duration[mine],
      events$amplitude[mine], start, step, slack, n
    )
    signal[, i] <- column$signal
    covers[mine] <- column$covers
  }
  if (!all(covers)) {
    warn(
      "value", "Some events add nothing: they cover no grid point or lie off the grid.",
      locations(seq_len(max(rows)) %in% rows[!covers], "Rows")
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

#' Put the events of several runs together
#'
#' One table of the events of all runs, with a column `run`, so that one call of
#' [regressors()] makes the columns of all of them.
#'
#' @param ... Events, one argument for each run; or one list of them. Runs are called
#'   by the arguments' names or, if no argument has one, 1, 2, ....
#'
#' @returns [events()] with the rows of all arguments in turn and the column `run`:
#'   integer or, with names, a factor with a level for each argument. Types that
#'   are factors become one factor with the levels of all; other columns stay
#'   where all arguments have them.
#'
#' @section Errors:
#' `convmat_error_type` if an argument is not made by [events()];
#' `convmat_error_length` if there is none; `convmat_error_value` if names are not
#' complete and different, or some have a `trial_type` and others have not.
#'
#' @section Algorithm and cost:
#' The tables are copied once.
#'
#' @references The columns follow BIDS: Gorgolewski, K. J. and others (2016) The brain
#'   imaging data structure. _Scientific Data_ 3, 160044.
#'   \doi{10.1038/sdata.2016.44}
#'
#' @seealso [regressors()]
#' @examples
#' first <- events(c(0, 30), 10, trial_type = c("face", "house"))
#' second <- events(c(15, 45), 10, trial_type = c("house", "face"))
#' both <- bind_runs(first, second)
#' both
#' X <- regressors(both, list(scan_times(40, 2), scan_times(35, 2)))
#' dim(X)
#' @export
bind_runs <- function(...) {
  runs <- list(...)
  if (length(runs) == 1L && is.list(runs[[1L]]) && !is.object(runs[[1L]])) {
    runs <- runs[[1L]]
  }
  if (length(runs) == 0L) {
    abort("length", "There must be the events of at least one run.")
  }
  names <- names(runs)
  if (!is.null(names) && !all_different(names)) {
    abort("value", "Runs must all have different names, or none of them a name.")
  }
  all <- bind_events(unname(runs))
  run <- rep(seq_along(runs), vapply(runs, nrow, 0L))
  all$run <- if (is.null(names)) run else factor(names[run], levels = names)
  all
}

all_different <- function(names) !anyNA(names) && all(names != "") && !anyDuplicated(names)

# One table of several; `run` is left out unless all have it.
bind_events <- function(tables) {
  for (i in seq_along(tables)) {
    if (!inherits(tables[[i]], "events")) {
      abort("type", sprintf(
        "Argument %d must be made by `events()`, not %s.", i, describe(tables[[i]])
      ))
    }
    check_events(tables[[i]])
  }
  typed <- vapply(tables, function(table) !is.null(table[["trial_type"]]), NA)
  if (any(typed) && !all(typed)) {
    abort(
      "value", "All must have a `trial_type`, or none.",
      locations(!typed, "Arguments without")
    )
  }
  plain <- lapply(tables, as.data.frame)
  shared <- Reduce(intersect, lapply(plain, names))
  columns <- lapply(stats::setNames(shared, shared), function(name) {
    bind_column(lapply(plain, `[[`, name))
  })
  n <- sum(vapply(plain, nrow, 0L))
  structure(columns, class = c("events", "data.frame"), row.names = seq_len(n))
}

bind_column <- function(parts) {
  factors <- vapply(parts, is.factor, NA)
  if (all(factors)) {
    levels <- unique(unlist(lapply(parts, levels)))
    factor(unlist(lapply(parts, as.character)), levels = levels)
  } else {
    parts[factors] <- lapply(parts[factors], as.character)
    do.call(c, parts)
  }
}

#' @rdname events
#' @export
as.data.frame.events <- function(x, ...) {
  class(x) <- "data.frame"
  x
}

#' @rdname events
#' @export
c.events <- function(...) bind_events(unname(list(...)))

#' @rdname events
#' @export
rbind.events <- function(...) bind_events(unname(list(...)))

#' @rdname events
#' @param col Colours, one for each type.
#' @param xlim Two times: the first and the last to show. `NULL` for those of the events.
#' @param main,xlab Title, and title of the time axis.
#' @export
plot.events <- function(x, ..., col = NULL, xlim = NULL, main = "Events", xlab = "Time (s)") {
  events <- check_events(x)
  type <- event_types(events)
  lanes <- event_lanes(events, type)
  n <- nlevels(lanes)
  of <- if (is.null(col)) event_colours(nlevels(type)) else rep_len(col, nlevels(type))
  span <- range(events$onset, events$onset + events$duration, if (nrow(x) == 0L) 0:1)
  graphics::plot(
    NULL,
    xlim = xlim %||% span, ylim = c(0, max(n, 1)),
    yaxt = "n", yaxs = "i", bty = "n", xlab = xlab, ylab = "", main = main, ...
  )
  # lanes from top to bottom; amplitudes fill 0.65 of one, upwards or downwards
  reach <- range(0, events$amplitude)
  scale <- 0.65 / max(reach[2L] - reach[1L], .Machine$double.xmin)
  zero <- n - seq_len(n) + 0.05 - scale * reach[1L]
  graphics::abline(h = zero, col = "grey80")
  floor <- zero[as.integer(lanes)]
  draw_events(events, floor, floor + scale * events$amplitude, of[as.integer(type)])
  graphics::text(
    graphics::par("usr")[1L], n - seq_len(n) + 0.95, levels(lanes),
    adj = c(0, 1), cex = 0.9
  )
  invisible(x)
}

# Boxes and spikes.
draw_events <- function(events, floor, top, col) {
  end <- events$onset + events$duration
  box <- events$duration > 0
  if (any(box)) {
    graphics::rect(
      events$onset[box], floor[box], end[box], top[box],
      col = grDevices::adjustcolor(col[box], 0.5), border = col[box]
    )
  }
  if (!all(box)) {
    graphics::segments(events$onset[!box], floor[!box], y1 = top[!box], col = col[!box], lwd = 2)
    graphics::points(events$onset[!box], top[!box], pch = 19, cex = 0.6, col = col[!box])
  }
}

# A lane for each type or, in each run, for each.
event_lanes <- function(events, type) {
  if (is.null(events$trial_type)) {
    levels(type) <- ""
  }
  if (is.null(events$run)) {
    return(type)
  }
  run <- if (is.factor(events$run)) events$run else factor(events$run)
  lanes <- interaction(type, run, lex.order = FALSE, sep = "\r")
  parts <- strsplit(levels(lanes), "\r", fixed = TRUE)
  levels(lanes) <- vapply(parts, function(p) trimws(sprintf("%s run %s", p[1L], p[2L])), "")
  lanes
}

event_colours <- function(n) rep_len(grDevices::palette.colors(9L, "Okabe-Ito")[-1L], n)
