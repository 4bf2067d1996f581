# Shape, names and dates of what conv() returns.

# The shape, names and dates that x and h ask for, of a result of ny values.
result_attributes <- function(x, h, ny, ncol, mode, origin) {
  keeps_length <- mode %in% c("same", "causal")
  a <- if (is.matrix(x) || is.matrix(h)) {
    nrow <- if (ncol > 0) ny / ncol else result_rows(x, h, mode)
    list(dim = c(nrow, ncol), dimnames = result_dimnames(x, h, keeps_length))
  } else if (keeps_length) {
    list(names = names(x))
  }
  if (stats::is.ts(x) && ny > 0) {
    shift <- if (keeps_length) 0 else mode_shift(x, h, mode, origin)
    a$tsp <- new_tsp(x, shift, ny / ncol)
    a$class <- ts_class(ncol)
  }
  a
}

result_rows <- function(x, h, mode) {
  if (nrow(x) == 0L) {
    return(0)
  }
  mode_window(nrow(x), count_samples(h), mode)[["length"]]
}

result_dimnames <- function(x, h, keeps_length) {
  names <- if (is.matrix(x)) dimnames(x) else if (keeps_length) list(names(x), NULL)
  several_kernels <- count_columns(x) == 1L && is.matrix(h)
  if (is.null(names)) {
    names <- list(NULL, NULL)
  }
  if (!keeps_length) {
    names[1L] <- list(NULL)
  }
  if (several_kernels && (ncol(h) > 1L || is.null(names[[2L]]))) {
    names[2L] <- list(colnames(h))
  }
  if (all(lengths(names) == 0L)) NULL else names
}

# Steps from the start of x to that of the result.
mode_shift <- function(x, h, mode, origin) {
  first <- mode_window(count_samples(x), count_samples(h), mode)[["first"]]
  first - if (is.null(origin)) 0 else as.double(origin)
}

# Start, end and frequency of a time series of n samples, with the frequency of x,
# that starts `shift` steps after it.
new_tsp <- function(x, shift, n) {
  tsp <- stats::tsp(x)
  start <- tsp[1L] + shift / tsp[3L]
  end <- start + (n - 1) / tsp[3L]
  if (!is.finite(end) || abs(end - start - (n - 1) / tsp[3L]) > 1e-5) { # what R takes for a time series
    abort(
      "value",
      sprintf("The dates of the time series, from %s on, are too large to tell steps of %s apart.", format(start), format(1 / tsp[3L])),
      "Count them from another origin, or take its numbers: `as.vector()`."
    )
  }
  c(start, end, tsp[3L])
}

# It has changed between versions of R.
ts_class <- function(ncol) oldClass(stats::ts(matrix(0, 1L, ncol)))
