# Several tables of events as one.

#' Put the events of several runs together
#'
#' One table of the events of all runs, with a column `run`, so that one call of
#' [regressors()] makes the columns of all of them.
#' `bind_runs(events(c(0, 30)), events(15))` has three events in two runs.
#'
#' @param ... Events (or data frames, as for [as_events()]), one argument for each run; or
#'   one list of them. Runs are called
#'   by the arguments' names or, if no argument has one, 1, 2, ....
#'
#' @returns [events()] with the rows of all arguments in turn and the column `run`:
#'   integer or, with names, a factor with a level for each argument. Types that
#'   are factors become one factor with the levels of all; other columns stay
#'   where all arguments have them.
#'
#' @section Errors:
#' `convmat_error_type` if an argument is no table of events;
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
#' @family events
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

# One table of several; `run` is left out unless all have it.
bind_events <- function(tables) {
  for (i in seq_along(tables)) {
    if (!is.data.frame(tables[[i]])) {
      abort("type", sprintf(
        "Argument %d must be made by `events()`, or a data frame, not %s.", i, describe(tables[[i]])
      ))
    }
    tables[[i]] <- event_table(tables[[i]], sprintf("argument %d", i), missing = "keep")
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
  new_events(columns, n)
}

bind_column <- function(parts) {
  factors <- vapply(parts, is.factor, NA)
  if (all(factors)) {
    levels <- unique(unlist(lapply(parts, levels)))
    factor(unlist(lapply(parts, as.character)), levels = levels)
  } else {
    parts[factors] <- lapply(parts[factors], as.character)
    if (any(vapply(parts, is.character, NA))) {
      plain <- vapply(parts, function(part) is.numeric(part) && !is.object(part), NA)
      parts[plain] <- lapply(parts[plain], number_labels)
    }
    do.call(c, parts)
  }
}
