# Matrices of convolutions of arrays: of the map on as.vector(x), column-major.

# Each axis by itself first: which output meets which sample of x by which sample of h, counted from 0, with
# what weight. A term of the array's convolution is one of each axis.
axis_terms <- function(n, nh, options) {
  word <- function(what, among) among[options[[what]] + 1]
  origin <- if (word("mode", modes) == "same") options[["origin"]]
  parts <- lapply(seq_len(nh), function(i) {
    unit <- replace(numeric(nh), i, 1)
    S <- conv_matrix(unit, n, word("mode", modes), origin, word("boundary", boundaries), sparse = TRUE)
    list(output = S@i, sample = rep(seq_len(n) - 1, diff(S@p)), kernel = rep(i - 1, length(S@i)), weight = S@x)
  })
  each <- function(what) unlist(lapply(parts, `[[`, what))
  list(output = each("output"), sample = each("sample"), kernel = each("kernel"), weight = each("weight"))
}

# Terms of the axes so far, with those of one more behind.
with_axis <- function(so_far, more, size) {
  join <- function(what) as.vector(outer(so_far[[what]], size[[what]] * more[[what]], "+"))
  list(
    output = join("output"), sample = join("sample"), kernel = join("kernel"),
    weight = as.vector(outer(so_far$weight, more$weight))
  )
}

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
  check_memory(80 * most, "`n` is too large: the sparse matrix needs, as it is made,", use_operator)
  terms <- list(output = 0, sample = 0, kernel = 0, weight = 1)
  size <- list(output = 1, sample = 1, kernel = 1)
  for (a in seq_along(p$n)) {
    terms <- with_axis(terms, axis_terms(p$n[a], p$nh[a], p$options[[a]]), size)
    size <- list(output = size$output * p$ny[a], sample = size$sample * p$n[a], kernel = size$kernel * p$nh[a])
  }
  value <- h[terms$kernel + 1] * terms$weight
  there <- value != 0
  S <- Matrix::sparseMatrix(
    i = terms$output[there] + 1, j = terms$sample[there] + 1, x = value[there], dims = c(size$output, size$sample)
  )
  Matrix::drop0(S) # samples that a boundary brings together may cancel
}
