# zoo and xts: numbers with an index. Both keep it in the attribute `index`, so that neither package is needed.

#' @export
conv_values.zoo <- function(x, arg = "x", ...) {
  index <- attr(x, "index")
  y <- unclass(x)
  attributes(y) <- attributes(x)[intersect(names(attributes(x)), c("dim", "dimnames", "names"))]
  if (!is.atomic(index) || length(index) != count_samples(y)) {
    abort("type", sprintf(
      paste(
        "`%s` must be a numeric or complex vector, matrix or time series,",
        "not an object of class <%s> without a place in its index for each value."
      ),
      arg, paste(class(x), collapse = "/")
    ))
  }
  y
}

#' @export
conv_values.xts <- conv_values.zoo

#' @export
conv_restore.zoo <- function(y, x, h = NULL, shift = 0, mode = "same", ...) {
  n <- count_samples(y)
  index <- moved_index(x, c(shift = shift, length = n), mode)
  own <- attributes(x)
  own <- own[setdiff(names(own), c("dim", "dimnames", "names", "index"))]
  if (inherits(x, "xts") && is.null(dim(y))) {
    dim(y) <- c(n, 1L) # an xts is a matrix always
  }
  attributes(y) <- c(attributes(y), list(index = index), own)
  y
}

#' @export
conv_restore.xts <- conv_restore.zoo

# The length of its steps if all are equal, else NA.
index_step <- function(x) {
  at <- unclass(attr(x, "index"))
  n <- length(at)
  if (!is.numeric(at) || n == 0L) {
    return(NA_real_)
  }
  if (n == 1L) {
    frequency <- attr(x, "frequency")
    return(if (is.null(frequency)) NA_real_ else 1 / frequency)
  }
  at <- as.numeric(at)
  step <- (at[n] - at[1L]) / (n - 1)
  off <- max(abs(at - at[1L] - step * (seq_len(n) - 1)))
  if (is.finite(off) && step > 0 && off <= 1e-5 * step) step else NA_real_
}

check_same_steps <- function(x, h, arg) {
  steps <- c(index_step(x), index_step(h))
  if (!anyNA(steps) && abs(steps[1L] - steps[2L]) > 1e-5 * steps[1L]) {
    abort(
      "value",
      sprintf(
        "The steps of the index must be the same for `%s` and `h`, not %s and %s.",
        arg, format(steps[1L], digits = 6L), format(steps[2L], digits = 6L)
      ),
      next_step(h, "h")
    )
  }
}

# Is there an index for a result at `place`? Asked before anything is computed.
check_index <- function(x, place, mode, arg = "x") {
  if (!inherits(x, "zoo") || place[["length"]] == 0) {
    return(invisible())
  }
  within <- place[["shift"]] >= 0 && sum(place) <= length(attr(x, "index"))
  if (!within && is.na(index_step(x))) {
    abort(
      "value",
      sprintf("`%s` has no index for mode \"%s\", which reaches beyond its ends: its steps are not equal.", arg, mode),
      "Modes \"same\", \"causal\" and \"valid\" of `conv()` stay within, and go by position.",
      class_step(x, name_given(arg), columns = FALSE)
    )
  }
}

# The index of x at `place`: its own values as far as it reaches, equal steps beyond.
moved_index <- function(x, place, mode) {
  check_index(x, place, mode)
  index <- attr(x, "index")
  at <- unclass(index)
  n <- length(at)
  i <- as.double(place[["shift"]]) + seq_len(place[["length"]])
  before <- i[i < 1]
  after <- i[i > n]
  if (length(before) + length(after) > 0L) {
    step <- index_step(x)
    new <- c(at[1L] + (before - 1) * step, at[i[i >= 1 & i <= n]], at[n] + (after - n) * step)
    if (is.integer(at) && all(new == round(new)) && max(abs(new)) <= .Machine$integer.max) {
      storage.mode(new) <- "integer"
    }
  } else {
    new <- at[i]
  }
  kept <- attributes(index)
  attributes(new) <- kept[setdiff(names(kept), c("names", "dim", "dimnames"))]
  new
}
