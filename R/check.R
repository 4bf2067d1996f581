# Checks of arguments. Each returns the argument in the form C takes, or raises
# an error that names the argument; nothing large is allocated before.

# In the order of the enumerations in src/kernel/kernel.h.
modes <- c("full", "same", "causal", "valid")
boundaries <- c("zero", "wrap", "nearest", "reflect", "mirror", "missing", "extend")
na_choices <- c("propagate", "zero", "renormalise")
methods <- c("auto", "direct", "fft")

check_choice <- function(value, choices, arg) {
  if (is.character(value) && length(value) == 1L) {
    i <- match(value, choices)
    if (!is.na(i)) {
      return(i)
    }
  }
  abort(
    if (is.character(value)) "value" else "type",
    sprintf(
      "`%s` must be one of %s, not %s.",
      arg, paste0("\"", choices, "\"", collapse = ", "), show_value(value)
    ),
    meant(value, choices)
  )
}

# Strings that R can print and draw.
check_encoding <- function(x, arg) {
  if (is.character(x) && !all(validEnc(x))) {
    abort(
      "value", sprintf("`%s` must be valid in its encoding.", arg),
      sprintf("It is %s.", show_string(x[!validEnc(x)][1L]))
    )
  }
  x
}

check_flag <- function(value, arg) {
  if (!is.logical(value) || length(value) != 1L || is.na(value)) {
    abort("type", sprintf("`%s` must be TRUE or FALSE, not %s.", arg, show_value(value)))
  }
  value
}

# Real or complex samples: a vector, a matrix with a signal in each column, or a
# time series of either. Whole numbers and logicals become doubles; attributes
# stay, for the caller to use.
check_samples <- function(x, arg, what = "a numeric or complex vector, matrix or time series") {
  known <- !is.object(x) || (!isS4(x) && all(class(x) %in% c("mts", "ts", "matrix", "array")) &&
    (!inherits(x, "ts") || !is.null(stats::tsp(x))))
  if (!known || !(is.numeric(x) || is.logical(x) || is.complex(x)) || length(dim(x)) > 2L) {
    abort("type", sprintf("`%s` must be %s, not %s.", arg, what, describe(x)), next_step(x, arg, columns = TRUE))
  }
  if (is.double(x) || is.complex(x)) {
    x
  } else {
    storage.mode(x) <- "double"
    x
  }
}

# The same for one signal; a matrix may have one column.
check_one_signal <- function(x, arg) {
  x <- check_samples(x, arg, "a numeric or complex vector")
  if (count_columns(x) != 1L) {
    abort(
      "type",
      sprintf("`%s` must be a numeric or complex vector, not %s.", arg, describe(x)),
      sprintf("Take one column of it: `%s[, 1]`.", arg)
    )
  }
  x
}

count_columns <- function(x) if (length(dim(x)) == 2L) ncol(x) else 1L

count_samples <- function(x) if (length(dim(x)) == 2L) nrow(x) else length(x)

# A plain vector of finite numbers, as double. A one-column matrix counts as one.
check_numbers <- function(x, arg) {
  one_column <- length(dim(x)) < 2L || (is.matrix(x) && ncol(x) == 1L)
  if (is.object(x) || !(is.numeric(x) || is.logical(x)) || !one_column) {
    abort("type", sprintf("`%s` must be a numeric vector, not %s.", arg, describe(x)), next_step(x, arg))
  }
  check_finite(x, arg)
  as.double(x)
}

check_finite <- function(x, arg) {
  ok <- is.finite(x)
  if (!all(ok)) {
    abort(
      "value", sprintf("`%s` must be finite, without NA, NaN or Inf.", arg),
      locations(!ok)
    )
  }
}

# A kernel, or one in each column.
check_kernels <- function(h) {
  h <- check_samples(h, "h", "a numeric or complex vector")
  check_kernel_samples(h)
}

check_kernel <- function(h) check_kernel_samples(check_one_signal(h, "h"))

check_kernel_samples <- function(h) {
  if (length(h) == 0L) {
    abort("length", "`h` must have at least one sample, not none.")
  }
  check_finite(h, "h")
  h
}

# One number, finite unless said otherwise.
check_number <- function(x, arg, what = "a finite number", ok = is.finite) {
  if (is.object(x) || !(is.numeric(x) || is.logical(x))) {
    abort("type", sprintf("`%s` must be %s, not %s.", arg, what, describe(x)), next_step(x, arg))
  }
  if (length(x) != 1L) {
    abort("length", sprintf("`%s` must be %s, not %s.", arg, what, show_value(x)), argument_order(arg))
  }
  x <- as.double(x)
  if (is.na(x) || !ok(x)) {
    abort(
      "value", sprintf("`%s` must be %s, not %s.", arg, what, show_value(x)),
      if (is.finite(x) && x > 0 && x != floor(x)) argument_order(arg)
    )
  }
  x
}

# A whole number from `least` to `most`, as double: lengths pass 2^31.
check_count <- function(n, arg, least = 1, most = 2^52) {
  above <- is.numeric(n) && !is.object(n) && length(n) == 1L && isTRUE(n > most)
  check_number(
    n, arg, describe_counts(least, most, above),
    function(n) n >= least && n <= most && n == floor(n)
  )
}

describe_counts <- function(least, most, tell = FALSE) {
  if (tell || most < 2^52) {
    sprintf("a whole number from %s to %s", format_count(least), format_count(most))
  } else {
    sprintf("a whole number, at least %s", format_count(least))
  }
}

# How many kernel samples lie before time zero: what the mode makes of it.
check_origin <- function(origin, mode, nh) {
  if (is.null(origin)) {
    return(if (mode == "same") (nh - 1) %/% 2 else 0)
  }
  origin <- check_count(origin, "origin", least = 0, most = nh - 1)
  if (mode == "causal" && origin != 0) {
    abort(
      "value",
      sprintf("`origin` must be 0 with mode \"causal\", not %s.", show_value(origin)),
      "Use mode \"same\" for another origin."
    )
  }
  origin
}

# Which part of the full convolution a mode is: index of the first value and
# number of values, as the C code sees it.
mode_window <- function(nx, nh, mode, origin = check_origin(NULL, mode, nh)) {
  window <- .Call(ffi_mode_window, match(mode, modes) - 1L, nx, nh, origin)
  c(first = window[1L], length = window[2L])
}

# Boundaries other than zero need a result that lies on the samples of x.
check_boundary <- function(boundary, mode) {
  i <- check_choice(boundary, boundaries, "boundary")
  if (i > 1L && mode %in% c("full", "valid")) {
    abort(
      "value",
      sprintf("`boundary` must be \"zero\" with mode \"%s\", not \"%s\".", mode, boundary),
      "Use mode \"same\" or \"causal\"."
    )
  }
  i
}

# A straight line needs two samples.
check_boundary_length <- function(boundary, n, arg) {
  if (boundary == "extend" && n == 1) {
    what <- if (arg == "n") "`n` must be at least 2" else sprintf("`%s` must have at least 2 samples", arg)
    abort("length", sprintf("%s with boundary \"extend\", not 1.", what))
  }
}

# What a matrix can do: samples that are missing are no multiple of those that are there.
check_linear_boundary <- function(boundary, n) {
  if (boundary == "missing") {
    abort(
      "value", "`boundary` must be one that has a matrix, not \"missing\".",
      "Use `boundary = \"zero\"`, and leave out the rows at the ends."
    )
  }
  check_boundary_length(boundary, n, "n")
}

# Words become the numbers that ffi_options() in C reads.
conv_options <- function(mode, origin, boundary, na, method, nh) {
  mode_index <- check_choice(mode, modes, "mode")
  origin <- check_origin(origin, mode, nh)
  boundary <- check_boundary(boundary, mode)
  na <- check_choice(na, na_choices, "na")
  method <- check_choice(method, methods, "method")
  c(
    mode = mode_index - 1, origin = origin, boundary = boundary - 1, na = na - 1,
    method = method - 1
  )
}

# A matrix of numbers that R can index and this machine can hold.
check_matrix_size <- function(nrow, ncol, bytes_each, instead, arg = "n") {
  check_dim(nrow, ncol, "R", instead, arg)
  check_memory(
    bytes_each * nrow * ncol,
    sprintf(
      "`%s` is too large: the %s x %s matrix needs", arg, format_count(nrow), format_count(ncol)
    ),
    instead
  )
}

check_dim <- function(nrow, ncol, who, instead, arg = "n") {
  if (max(nrow, ncol) > .Machine$integer.max) {
    abort(
      "memory",
      sprintf(
        "`%s` is too large: %s has no place for a %s x %s matrix.",
        arg, who, format_count(nrow), format_count(ncol)
      ),
      sprintf("A matrix has at most %s rows and columns.", format_count(.Machine$integer.max)),
      instead
    )
  }
}

all_different <- function(names) !anyNA(names) && all(names != "") && !anyDuplicated(names)

check_memory <- function(bytes, needs, instead = NULL) {
  limit <- max_bytes()
  if (bytes > limit) {
    abort(
      "memory",
      sprintf("%s %s, and the limit is %s.", needs, format_bytes(bytes), format_bytes(limit)),
      instead,
      "`options(convmat.max_bytes = )` moves the limit."
    )
  }
}

# Half of the machine's memory unless the user says otherwise.
max_bytes <- function() {
  limit <- getOption("convmat.max_bytes")
  if (is.null(limit)) {
    memory <- .Call(ffi_physical_memory)
    return(if (is.na(memory)) Inf else memory / 2)
  }
  check_number(limit, "options(convmat.max_bytes)", "a number of bytes", function(b) b > 0)
}

# Vectors of one length, those of length 1 repeated.
check_common_length <- function(columns, least = 0L) {
  n <- lengths(columns)
  common <- if (any(n != 1L)) n[n != 1L][[1L]] else 1L
  if (any(n != 1L & n != common)) {
    abort(
      "length",
      sprintf("%s must have equal lengths, or length 1.", and(names(n))),
      sprintf("Here %s.", paste0("`", names(n), "` has ", n, collapse = ", "))
    )
  }
  if (common < least) {
    abort("length", sprintf("%s must not be empty.", and(names(n))))
  }
  lapply(columns, rep, length.out = common)
}

and <- function(names) {
  names <- paste0("`", names, "`")
  paste(paste(names[-length(names)], collapse = ", "), "and", names[length(names)])
}

check_values <- function(x, ok, arg, what) {
  if (!all(ok)) {
    abort(
      "value",
      sprintf("`%s` must be %s; the first that is not is %s.", arg, what, format(x[!ok][1L])),
      locations(!ok)
    )
  }
}

# Two numbers, the second above the first.
check_limits <- function(x, arg) {
  x <- check_numbers(x, arg)
  if (length(x) != 2L) {
    abort("length", sprintf("`%s` must have 2 values, not %d.", arg, length(x)))
  }
  check_values(x, c(TRUE, x[2L] > x[1L]), arg, "increasing")
  x
}

# A result of doubles that R can index and this machine can hold.
check_result_size <- function(nrow, ncol, of = "the regressors need") {
  if (max(nrow, ncol) > .Machine$integer.max) {
    abort("memory", sprintf(
      "R has no place for a %s x %s matrix.", format_count(nrow), format_count(ncol)
    ))
  }
  check_memory(8 * nrow * ncol, sprintf(
    "Too large: %s a %s x %s matrix of", of, format_count(nrow), format_count(ncol)
  ))
}
