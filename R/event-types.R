# The kinds of events as a factor: each level is a column of the result.

event_types <- function(events) {
  type <- events$trial_type
  if (is.null(type)) {
    factor(rep(1L, length(events$onset)), levels = 1L)
  } else if (is.factor(type)) {
    type
  } else {
    factor(type, levels = unique(type))
  }
}
