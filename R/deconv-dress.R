# Names, dates and shape of what deconv() returns.

# How many steps after y the signal x begins.
signal_shift <- function(mode, origin, n, nh) {
  if (mode %in% c("same", "causal")) {
    return(0)
  }
  before <- if (mode == "valid") min(n, nh) - 1 else 0
  (if (is.null(origin)) 0 else as.double(origin)) - before
}

dress_signal <- function(x, y, mode, shift) {
  n <- nrow(x)
  keeps_length <- mode %in% c("same", "causal")
  if (!is.matrix(y)) {
    x <- drop_matrix(x)
    if (keeps_length) {
      names(x) <- names(y)
    }
  } else {
    dimnames(x) <- if (keeps_length) dimnames(y) else if (!is.null(colnames(y))) list(NULL, colnames(y))
  }
  if (stats::is.ts(y)) {
    attr(x, "tsp") <- new_tsp(y, shift, n)
    class(x) <- ts_class(NCOL(x))
  }
  x
}

dress_like <- function(x, y) {
  if (!is.matrix(y)) {
    x <- drop_matrix(x)
  }
  for (name in c("names", "dimnames", "tsp", "class")) {
    attr(x, name) <- attr(y, name)
  }
  x
}

drop_matrix <- function(x) {
  dim(x) <- NULL
  x
}

# As the class that y was given in; units are those of y over those of h.
restore_fit <- function(out, given, shift, mode) {
  out$coefficients <- conv_restore(out$coefficients, given$y, h = over_units(given$h), shift = shift, mode = mode)
  for (part in c("residuals", "fitted.values")) {
    out[[part]] <- conv_restore(out[[part]], given$y, mode = "same")
  }
  out
}

# The numbers of a part of a fit, as a matrix.
fit_columns <- function(v) as.matrix(if (has_class(v)) conv_values(v) else v)
