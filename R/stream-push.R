# Pushing pieces. The signal as its outputs need it, with what a boundary puts before and after
# it, is called E: output t is the sum of h[i] E[t + m - 1 - i]. Before its first
# sample, E has m - 1 - first samples, where `first` is the index of output 0 in the full convolution.
#
# The stream holds E from sample max(done - 1, 0) on, in rows at$from + 1, ... of s$held, where `done`
# outputs have been given; and all samples of x as long as too few have come for
# what stands before them. One sample more than the next output needs, as a boundary may.
#
# A push first computes, then changes s$at, and with it s$held if that is another vector. Samples
# may be written into s$held before, behind those that s$at counts.

#' @rdname conv_stream
#' @param s A stream, made by `conv_stream()`.
#' @param x The next samples: a vector, or a matrix with `ncol` columns.
#' @param threads As in [conv()].
#' @export
stream_push <- function(s, x, threads = getOption("convmat.threads")) {
  check_given()
  check_open(s)
  x <- check_piece(x, s)
  check_threads(threads)
  names <- if (s$columns[1L] > 1 && is.null(s$at$names)) colnames(x)
  if (!is.null(attributes(x))) {
    attributes(x) <- if (s$columns[1L] > 1) list(dim = dim(x))
  }
  nx <- length(x) / s$columns[1L]
  if (nx == 0) {
    return(no_outputs(s, x))
  }
  at <- s$at
  at$names <- at$names %||% names
  at$n <- at$n + nx
  if (at$begun || at$n < samples_before(s)) {
    return(advance(s, x, nx, at, threads))
  }
  x <- join_rows(s, rows_of(s, s$held, at$nheld), x)
  before <- outside(s, -rev(seq_len(length_before(s))), at$n, x, 1)
  at[c("nheld", "begun", "undefined")] <- list(0, TRUE, before$undefined)
  advance(s, join_rows(s, before$samples, x), at$n + length_before(s), at, threads, x[0L])
}

#' @rdname conv_stream
#' @export
stream_finish <- function(s, threads = getOption("convmat.threads")) {
  check_given()
  check_open(s)
  check_threads(threads)
  at <- s$at
  if (at$n == 0) {
    s$at$finished <- TRUE
    return(no_outputs(s, numeric(0)))
  }
  check_stream_end(s)
  m <- kernel_length(s)
  before <- NULL
  row <- at$from + 1 # of sample 0 of the signal
  if (at$begun) {
    row <- row + length_before(s) - max(at$done - 1, 0)
  } else {
    before <- outside(s, -rev(seq_len(length_before(s))), at$n, s$held, row)
  }
  after <- outside(s, at$n - 1 + seq_len(if (s$mode == "full") m - 1 else s$origin), at$n, s$held, row)
  samples <- join_rows(s, before$samples, rows_of(s, s$held, at$nheld, at$from), after$samples)
  total <- at$n + (if (s$mode == "full") m - 1 else 0) - at$done
  at$from <- 0
  at$nheld <- NROW(samples)
  at$undefined <- join_undefined(at$undefined, before$undefined, after$undefined)
  y <- outputs(s, samples, samples[0L], at, total, threads)
  at[c("done", "nheld", "finished")] <- list(at$done + total, 0, TRUE)
  suspendInterrupts({
    s$held <- samples[0L]
    s$at <- at
  })
  y
}

# Takes k rows of E, x, for a signal of at$n samples, and gives the outputs of blocks that are complete.
# `held`, if given, stands in for s$held.
advance <- function(s, x, k, at, threads, held = NULL) {
  total <- if (at$begun) max(at$n %/% s$block * s$block - first_output(s) - at$done, 0) else 0
  drop <- max(at$done + total - 1, 0) - max(at$done - 1, 0)
  end <- at$from + at$nheld
  if (is.null(held) && end + k <= length(s$held) / s$columns[1L]) {
    write_held(s, end + seq_len(k), x)
    at$nheld <- at$nheld + k
    y <- outputs(s, s$held, x[0L], at, total, threads)
    at[c("done", "from", "nheld")] <- list(at$done + total, at$from + drop, at$nheld - drop)
    s$at <- at
    return(y)
  }
  held <- held %||% s$held %||% x[0L]
  y <- outputs(s, held, x, at, total, threads)
  keep <- at$nheld + k - drop
  held <- kept_rows(s, held, at, x, k, keep)
  at[c("done", "from", "nheld")] <- list(at$done + total, 0, keep)
  suspendInterrupts({
    s$held <- held
    s$at <- at
  })
  y
}

# Writes x into rows i of s$held, in place: `s$held[i] <- x` would copy all of it first.
write_held <- function(s, i, x) {
  held <- NULL # not this one: `write` sees that of the stream
  write <- if (s$columns[1L] == 1) function(i, x) held[i] <<- x else function(i, x) held[i, ] <<- x
  environment(write) <- s
  write(i, x)
}

# The last `keep` of all rows; with room for as many again where pieces are short.
kept_rows <- function(s, held, at, x, k, keep) {
  all <- if (k >= keep) {
    rows_of(s, x, keep, k - keep)
  } else {
    join_rows(s, rows_of(s, held, keep - k, at$from + at$nheld + k - keep), x)
  }
  if (k < keep) join_rows(s, all, zero_rows(s, keep + k, x)) else all
}

# The next `total` outputs.
outputs <- function(s, held, x, at, total, threads) {
  if (total == 0) {
    return(no_outputs(s, x))
  }
  lead <- as.double(at$done > 0) # the sample that only a boundary may need
  nheld <- at$nheld - lead
  pieces <- if (s$direct) {
    c(if (length(x) > 0L && nheld > 0) min(nheld, total) else total, total)
  } else {
    c(s$block - (at$done + first_output(s)) %% s$block, s$block)
  }
  y <- .Call(
    ffi_stream, held, x, s$h, c(s$columns, at$from + lead, nheld, pieces, total),
    c(3, 0, 0, s$na_index, s$direct), threads
  )
  if (any(s$columns > 1)) {
    dim(y) <- c(total, max(s$columns))
    if (!is.null(at$names)) colnames(y) <- at$names
  }
  if (is.null(at$undefined)) y else mend_undefined(s, y, at, total)
}

no_outputs <- function(s, x) {
  y <- if (is.complex(s$h) || is.complex(x) || is.complex(s$held)) complex(0) else numeric(0)
  if (any(s$columns > 1)) {
    dim(y) <- c(0L, max(s$columns))
    if (!is.null(s$at$names)) colnames(y) <- s$at$names
  }
  y
}

# ---- what stands outside --------------------------------------------------------------

kernel_length <- function(s) length(s$h) / s$columns[2L]

# The index of output 0 in the full convolution, and how many samples E has before the signal.
first_output <- function(s) if (s$mode == "same") s$origin else 0
length_before <- function(s) kernel_length(s) - 1 - first_output(s)

# How many samples of the signal tell what stands before it.
samples_before <- function(s) {
  before <- length_before(s)
  if (before == 0) {
    return(0)
  }
  switch(s$boundary, nearest = 1, extend = 2, reflect = before, mirror = before + 1, 0)
}

# The samples at places outside of a signal of n samples, whose sample 0 is in a row of x; and
# for each column which samples of E are on a line that is undefined, or NULL if none is.
outside <- function(s, places, n, x, row) {
  if (length(places) == 0L || s$boundary == "zero") {
    return(list(samples = zero_rows(s, length(places), x), undefined = NULL))
  }
  sources <- .Call(ffi_sources, as.double(places), n, match(s$boundary, boundaries) - 1)
  at <- sources[, 1:2, drop = FALSE] + row
  x <- as.matrix(x)
  undefined <- vector("list", ncol(x))
  values <- matrix(x[0L][NA_integer_], length(places), ncol(x))
  for (c in seq_len(ncol(x))) {
    a <- x[at[, 1L], c]
    b <- x[at[, 2L], c]
    two <- !is.na(at[, 2L])
    values[, c] <- if (is.complex(x)) {
      complex(
        real = line_values(Re(a), Re(b), sources, two), imaginary = line_values(Im(a), Im(b), sources, two)
      )
    } else {
      line_values(a, b, sources, two)
    }
    lost <- two & is.na(values[, c]) & !is.na(a) & !is.na(b)
    undefined[[c]] <- places[lost] + length_before(s)
  }
  list(
    samples = if (s$columns[1L] == 1) values[, 1L] else values,
    undefined = if (any(lengths(undefined) > 0L)) undefined
  )
}

# NA if a source is NA, since arithmetic might make it another NaN.
line_values <- function(a, b, sources, two) {
  y <- a * sources[, 3L]
  y[two] <- y[two] + b[two] * sources[two, 4L]
  y[is_na(a) | (two & is_na(b))] <- NA_real_
  y
}

is_na <- function(x) is.na(x) & !is.nan(x)

join_undefined <- function(...) {
  parts <- Filter(Negate(is.null), list(...))
  if (length(parts) == 0L) NULL else do.call(Map, c(c, parts))
}

# Where `na` has taken undefined samples for missing ones, outputs that reach them become NaN,
# as in conv(): but for those that are NA for want of any weight.
mend_undefined <- function(s, y, at, total) {
  if (s$na == "propagate") {
    return(y)
  }
  m <- kernel_length(s)
  for (c in seq_len(max(s$columns))) {
    u <- at$undefined[[min(c, s$columns[1L])]] - at$done
    u <- u[u >= 0 & u <= total + m - 2]
    if (length(u) > 0L) {
      is_undefined <- replace(numeric(total + m - 1), u + 1, 1)
      column <- (c - 1) * total + seq_len(total)
      h <- s$h[(min(c, s$columns[2L]) - 1) * m + seq_len(m)]
      reaches <- conv(is_undefined, rep(1, m), "valid") > 0
      weighs <- conv(is_undefined, as.double(h != 0), "valid") > 0
      nan <- if (is.complex(y)) complex(real = NaN, imaginary = NaN) else NaN
      y[column[reaches & (weighs | !is_na(Re(y[column])))]] <- nan
    }
  }
  y
}

# ---- rows: samples of a vector, or rows of a matrix with several columns -------------------

rows_of <- function(s, x, n, skip = 0) {
  i <- if (n > 0) (skip + 1):(skip + n) else 0L
  if (s$columns[1L] == 1) x[i] else x[i, , drop = FALSE]
}

join_rows <- function(s, ...) if (s$columns[1L] == 1) c(...) else rbind(...)

zero_rows <- function(s, n, x) {
  zeros <- if (is.complex(x)) complex(n * s$columns[1L]) else numeric(n * s$columns[1L])
  if (s$columns[1L] > 1) dim(zeros) <- c(n, s$columns[1L])
  zeros
}

# ---- checks ---------------------------------------------------------------------------

check_open <- function(s) {
  check_stream(s)
  if (s$at$finished) {
    abort("value", "`s` must be a stream that goes on; this one has been finished.", "`conv_stream()` makes another.")
  }
}

# A piece as double or complex, of the type of those before.
check_piece <- function(x, s) {
  x <- check_samples(x, "x")
  if (count_columns(x) != s$columns[1L]) {
    abort("type", sprintf(
      "`x` must have %s column%s, as many as the stream, not %s.", format_count(s$columns[1L]),
      if (s$columns[1L] > 1) "s" else "", format_count(count_columns(x))
    ))
  }
  if (is.complex(x) && is.double(s$held)) {
    abort(
      "type", "`x` must be numeric, as the pieces before, not complex.",
      "Give the first piece as complex numbers, too."
    )
  }
  if (is.complex(s$held) && !is.complex(x)) {
    x[] <- as.complex(x)
  }
  x
}

check_stream_end <- function(s) {
  if (s$boundary == "extend" && s$at$n == 1) {
    abort("length", "The signal must have at least 2 samples with boundary \"extend\", not 1.")
  }
}
