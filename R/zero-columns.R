# Never a silent zero: columns that are 0 at every time although there are events.

# `y` are the regressors of all runs, as many columns for each type as for any other.
warn_zero_columns <- function(y, events, type, runs) {
  n <- nlevels(type)
  if (nrow(y) < 2L || n == 0L) { # one time is a look at a value, not a design
    return(NULL)
  }
  if (length(type) == 0L) {
    warn("value", "`events` has no rows, so all regressors are 0.", "Was every row left out?")
    return(NULL)
  }
  each <- ncol(y) %/% n
  zero <- vapply(seq_len(n), function(i) {
    isTRUE(all(y[, (i - 1L) * each + seq_len(each)] == 0))
  }, NA)
  of <- zero[as.integer(type)] & events$amplitude != 0
  if (any(of)) {
    warn("value", which_are_zero(events, type, of, runs), why_zero(events, of, runs))
  }
}

which_are_zero <- function(events, type, of, runs) {
  if (min(events$onset) > max(unlist(runs))) {
    "Every event starts after the last of `times`, so all regressors are 0."
  } else if (is.null(events$trial_type)) {
    "The regressor is 0 at every time."
  } else {
    names <- unique(as.character(type[of]))
    more <- length(names) - 5L
    sprintf(
      "The regressors of some types are 0 at every time: %s%s.",
      paste0("`", utils::head(names, 5L), "`", collapse = ", "), if (more > 0L) sprintf(" and %d more", more) else ""
    )
  }
}

why_zero <- function(events, of, runs) {
  first <- min(events$onset[of])
  last <- max(unlist(runs))
  if (first > last) {
    sprintf(
      "The first onset is %s s, the last time %s s. Are both in seconds?", format(first), format(last)
    )
  } else {
    end <- max((events$onset + events$duration)[of])
    sprintf(
      "Their events are from %s to %s s, the times from %s to %s s.",
      format(first), format(end), format(min(unlist(runs))), format(last)
    )
  }
}
