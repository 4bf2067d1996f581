# The scan times of each run: a list, named after the runs if there are any.
check_run_times <- function(events, times) {
  if (is.null(events$run)) {
    if (is.list(times) && !is.object(times)) {
      abort(
        "type", "`times` must be a numeric vector, not a list: `events` has no column `run`.",
        "Use `bind_runs()` to say which events belong to which run."
      )
    }
    return(list(check_numbers(times, "times")))
  }
  if (!is.list(times) || is.object(times)) {
    abort(
      "type",
      sprintf("`times` must be a list with the scan times of each run, not %s.", describe(times)),
      "`events` has a column `run`."
    )
  }
  if (length(times) == 0L) {
    abort("length", "`times` must have the scan times of at least one run.")
  }
  runs <- run_names(events$run, times)
  times <- Map(function(t, run) check_numbers(t, sprintf("times[[\"%s\"]]", run)), times, runs)
  names(times) <- runs
  times
}

# Names of the runs that `times` is for, after a check that every event has its own.
run_names <- function(run, times) {
  names <- names(times)
  if (is.null(names)) {
    if (!is.numeric(run)) {
      abort("value", "`times` must be named after the runs, which are not numbered.")
    }
    names <- number_labels(seq_along(times))
  } else if (!all_different(names)) {
    abort("value", "`times` must have a different name for each run.")
  }
  lost <- !(run_text(run) %in% names)
  if (any(lost)) {
    abort(
      "length",
      sprintf("`times` must have an entry for every run, but has none for run %s.", run[lost][1L]),
      locations(lost, "Rows of `events`")
    )
  }
  names
}

# SPM and nilearn know scans 0, TR, 2 TR, ... only.
check_package_times <- function(runs, method) {
  for (times in runs) {
    if (length(times) < 2L) {
      abort("length", sprintf(
        "`times` must have at least 2 values with `method = \"%s\"`, not %d.", method, length(times)
      ))
    }
    tr <- times[2L]
    off <- !(abs(times - (seq_along(times) - 1) * tr) <= 1e-6 * tr)
    if (any(off)) {
      abort(
        "value",
        sprintf("`times` must be 0, TR, 2 TR, ... with `method = \"%s\"`.", method),
        sprintf("Here they are %s, ....", paste(format(utils::head(times, 3L)), collapse = ", ")),
        if (method == "spm") "SPM itself moves them to bin `bin0` of each scan.",
        "Use `scan_times(n, tr)`."
      )
    }
  }
}
