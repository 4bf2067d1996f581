# The on/off neural signal of events on a regular grid.

#' The neural signal of events on a regular grid
#'
#' The on/off model of the walkthrough: at each grid time t the sum of the
#' amplitudes of the events with onset <= t < onset + duration. An event of
#' duration 0 puts its amplitude on the one grid point whose step
#' \[t, t + dt) holds its onset. `neural_signal(events(2, 3), 0:6)` is 0 0 1 1 1 0 0.
#'
#' @param events Events, made by [events()]; or a data frame, taken as [as_events()] does.
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
#' `convmat_error_type` if `events` is no data frame or `times` is not
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
#' @family predictions
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
  check_given()
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

# The step of a regular grid. Steps may differ by rounding only, which grows
# with the distance of the times from 0.
check_grid <- function(times) {
  times <- check_numbers(times, "times")
  n <- length(times)
  if (n < 2L) {
    abort("length", sprintf("`times` must have at least 2 values, not %d.", n))
  }
  step <- (times[n] - times[1L]) / (n - 1)
  rounding <- max(1e-6 * abs(step), 8 * .Machine$double.eps * max(abs(range(times))))
  if (step == Inf || !.Call(ffi_on_grid, times, rounding)) {
    abort_uneven(times, step, rounding)
  }
  step
}

abort_uneven <- function(times, step, rounding) {
  off <- !(abs(times - (times[1L] + step * (seq_along(times) - 1))) <= rounding)
  steps <- diff(times)
  uneven <- c(FALSE, steps <= 0 | abs(steps - steps[1L]) > rounding)
  abort(
    "value", "`times` must increase by equal steps.",
    sprintf(
      "Steps go from %s to %s.", format(min(steps), digits = 10L), format(max(steps), digits = 10L)
    ),
    locations(if (any(uneven, na.rm = TRUE)) uneven else off)
  )
}
