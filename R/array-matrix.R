# Matrices of convolutions of arrays: of the map on as.vector(x), column-major.

# What conv_matrix() and conv_operator() were given, for arrays.
array_problem <- function(h, n, mode, origin, boundary) {
  n <- check_sizes(n)
  h <- check_array_kernel(h, length(n))
  nh <- kernel_sizes(h)
  options <- array_options(mode, origin, boundary, "propagate", "auto", n, h, nh)
  for (a in seq_along(n)) {
    check_linear_boundary(boundaries[options[[a]][["boundary"]] + 1], n[a])
  }
  ny <- vapply(seq_along(n), function(a) {
    mode_window(n[a], nh[a], modes[options[[a]][["mode"]] + 1], options[[a]][["origin"]])[["length"]]
  }, 0)
  list(h = h, n = n, nh = nh, options = options, ny = ny)
}

# Sizes of several axes go with a kernel of several.
is_array_problem <- function(h, n) {
  length(n) > 1L && (length(dim(h)) > 1L || (is.list(h) && !is.object(h)))
}

check_sizes <- function(n) {
  n <- check_numbers(n, "n")
  if (length(n) == 0L || length(n) > most_axes) {
    abort("length", sprintf("`n` must have a size for each axis of `x`, 1 to %d of them, not %d.", most_axes, length(n)))
  }
  ok <- n >= 1 & n == floor(n)
  if (!all(ok)) {
    abort("value", sprintf("`n` must be whole numbers, at least 1, not %s.", show_value(n[!ok][1L])), locations(!ok))
  }
  n
}

array_matrix <- function(h, n, mode, origin, boundary, sparse) {
  p <- array_problem(h, n, mode, origin, boundary)
  h <- if (is.list(p$h)) outer_kernel(p$h, p$nh) else p$h
  size <- c(prod(p$ny), prod(p$n))
  use_operator <- "Use `conv_operator()`."
  if (check_flag(sparse, "sparse")) {
    if (is.complex(h)) {
      abort(
        "type", "`h` must be real with `sparse = TRUE`, not complex.",
        "Matrix has no complex matrices; `conv_operator()` takes such kernels."
      )
    }
    check_dim(size[1L], size[2L], "Matrix", use_operator)
    return(sparse_array_matrix(p, as.vector(h), use_operator))
  }
  check_matrix_size(size[1L], size[2L], bytes_each(h), use_operator)
  dense <- function(h) as.matrix(sparse_array_matrix(p, h, use_operator))
  A <- if (is.complex(h)) dense(as.vector(Re(h))) + 1i * dense(as.vector(Im(h))) else dense(as.vector(h))
  dimnames(A) <- NULL
  A
}

sparse_array_matrix <- function(p, h, use_operator) {
  most <- prod(p$ny * p$nh) # of each axis; "extend" has a few more at its ends
  if (most > .Machine$integer.max) {
    abort("memory", sprintf("`n` is too large: the matrix has up to %s entries.", format_count(most)), use_operator)
  }
  check_memory(sparse_bytes(most, prod(p$n)), "`n` is too large: the sparse matrix needs", use_operator)
  slots <- .Call(ffi_sparse_array_matrix, h, p$n, p$nh, p$options)
  do.call(methods::new, c("dgCMatrix", slots))
}
