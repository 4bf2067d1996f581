# Operators of arrays: conv_operator() with a kernel of several axes. The slots are those of a
# conv_operator, with a value for each axis, and h as a vector whose sizes are in `nh`.

is_array_operator <- function(A) methods::is(A, "array_operator")

array_operator <- function(h, n, mode, origin, boundary) {
  p <- array_problem(h, n, mode, origin, boundary)
  h <- if (is.list(p$h)) outer_kernel(p$h, p$nh) else p$h
  word <- function(what, among) among[vapply(p$options, `[[`, 0, what) + 1]
  methods::new(
    "array_operator",
    h = as.vector(h), nh = p$nh, n = p$n, mode = word("mode", modes),
    origin = vapply(p$options, `[[`, 0, "origin"), boundary = word("boundary", boundaries), transposed = FALSE
  )
}

# An error if the slots do not fit, as array_problem() says it.
check_array_slots <- function(A) {
  check_plain(A@h, "h")
  if (length(A@h) != prod(A@nh) || length(A@mode) != length(A@n) || length(A@boundary) != length(A@n)) {
    abort("length", "`h`, `nh`, `mode` and `boundary` must fit together.")
  }
  array_problem(array_kernel(A), A@n, A@mode, given_origin(A), A@boundary)
  check_flag(A@transposed, "transposed")
}

array_kernel <- function(A) array(A@h, A@nh)

# The origin as an argument: only mode "same" may have one.
given_origin <- function(A) ifelse(A@mode == "same", A@origin, NA)

array_operator_sizes <- function(A) {
  vapply(seq_along(A@n), function(a) mode_window(A@n[a], A@nh[a], A@mode[a])[["length"]], 0)
}

# Each column of x is an array.
convolve_arrays <- function(x, n, h, mode, origin, boundary) {
  one <- function(x) as.vector(conv_array(array(x, n), h, mode, origin, boundary))
  if (is.matrix(x)) do.call(cbind, lapply(seq_len(ncol(x)), function(i) one(x[, i]))) else one(x)
}

array_product <- function(A, x) {
  convolve_arrays(x, A@n, array_kernel(A), A@mode, given_origin(A), A@boundary)
}

# The transpose, axis by axis as for signals: see transposed_product(). Where a boundary copies
# samples the axis is first as long as with all places outside, and then folded.
transposed_array_product <- function(A, y) {
  fold <- !A@boundary %in% c("zero", "wrap")
  mode <- ifelse(A@mode == "full", "valid", ifelse(A@mode == "valid", ifelse(A@n >= A@nh, "full", "valid"), "same"))
  mode[fold] <- "full"
  origin <- ifelse(mode == "same", A@nh - 1 - A@origin, NA)
  boundary <- ifelse(fold, "zero", A@boundary)
  z <- convolve_arrays(y, array_operator_sizes(A), reverse_plain(array_kernel(A)), mode, origin, boundary)
  long <- A@n + ifelse(fold, A@nh - 1, 0)
  columns <- NCOL(y)
  z <- array(z, c(long, columns))
  for (a in which(fold)) {
    options <- conv_options(A@mode[a], A@origin[a], A@boundary[a], "propagate", "auto", A@nh[a])
    z <- fold_axis(z, a, A@n[a], A@nh[a], options)
  }
  if (is.matrix(y)) matrix(z, ncol = columns) else as.vector(z)
}

reverse_plain <- function(h) array(rev(h), dim(h))

fold_axis <- function(z, axis, n, nh, options) {
  d <- dim(z)
  order <- c(axis, seq_along(d)[-axis])
  fibres <- matrix(aperm(z, order), d[axis])
  folded <- .Call(ffi_fold, fibres, n, nh, options)
  aperm(array(folded, c(n, d[-axis])), order(order))
}

# Entries by way of the matrix.
array_entries <- function(A, i, j, pairs) {
  M <- if (is.complex(A@h)) as.matrix(A) else as_sparse(A)
  if (pairs) M[cbind(i + 1, j + 1)] else unname(as.matrix(M[i + 1, j + 1, drop = FALSE]))
}

describe_axes <- function(x) paste(format_count(x), collapse = " x ")

describe_array_operator <- function(A, size) {
  sprintf(
    "<conv_operator, %s x %s%s, for arrays of %s: kernel of %s%s, mode \"%s\", origin %s, boundary \"%s\">\n",
    size[1L], size[2L], if (A@transposed) ", transposed" else "", describe_axes(A@n),
    if (is.complex(A@h)) "complex " else "", describe_axes(A@nh), several(A@mode), several(A@origin), several(A@boundary)
  )
}

# One value for all axes, or one for each.
several <- function(x) paste(if (all(x == x[1L])) x[1L] else x, collapse = ", ")
