# What functions of arrays check of their arguments, and the sizes and names of a result.

most_axes <- 8L

# The numbers of x and h if either goes through conv_values() and conv_restore(); else NULL. Series and tables
# do not: their columns are no image.
open_arrays <- function(x, h) {
  open <- function(v, arg) if (has_class(v) && !inherits(v, c("zoo", "data.frame"))) conv_values(v, arg = arg) else v
  if (!has_class(x) && !has_class(h)) {
    return(NULL)
  }
  check_same_class(x, h)
  plain <- list(x = open(x, "x"), h = open(h, "h"))
  if (!has_class(plain$x) && !has_class(plain$h)) plain
}

# Numbers in an array of any rank; a vector has rank 1.
check_array <- function(x, arg) {
  plain <- !is.object(x) || (inherits(x, "ts") && is.null(dim(x)) && arg == "x")
  if (!plain || !(is.numeric(x) || is.logical(x) || is.complex(x))) {
    abort(
      "type", sprintf("`%s` must be a numeric or complex array, not %s.", arg, describe(x)),
      array_step(x, arg)
    )
  }
  rank <- length(array_sizes(x))
  if (rank > most_axes) {
    abort("length", sprintf("`%s` must have at most %d axes, not %d.", arg, most_axes, rank))
  }
  if (!is.double(x) && !is.complex(x)) {
    storage.mode(x) <- "double"
  }
  x
}

# How to get an array of numbers out of what has a class.
array_step <- function(x, arg) {
  name <- name_given(arg)
  if (is.data.frame(x)) {
    sprintf("As a matrix: `as.matrix(%s)`.", name)
  } else if (is.object(x) && !isS4(x) && is.numeric(x) && !is.null(dim(x))) {
    sprintf("Its plain numbers: `array(%s, dim(%s))`.", name, name)
  } else {
    next_step(x, arg)
  }
}

array_sizes <- function(x) as.double(if (is.null(dim(x))) length(x) else dim(x))

# An array of the same rank as x, or a list with one kernel or NULL for each of its axes.
check_array_kernel <- function(h, rank, of = "x") {
  if (is.list(h) && !is.object(h)) {
    return(check_axis_kernels(h, rank, of))
  }
  h <- check_array(h, "h")
  if (length(h) == 0L) {
    abort("length", "`h` must have at least one sample, not none.")
  }
  own <- length(array_sizes(h))
  if (own != rank) {
    abort(
      "length", sprintf("`h` must have as many axes as `%s`, %d, not %d.", of, rank, own),
      if (own < rank) {
        sprintf(
          "Add axes of length 1: `array(%s, c(%s))`.", name_given("h"),
          paste(c(array_sizes(h), rep(1, rank - own)), collapse = ", ")
        )
      }
    )
  }
  check_finite(h, "h")
  h
}

check_axis_kernels <- function(h, rank, of) {
  if (length(h) != rank) {
    abort(
      "length",
      sprintf("`h` must have a kernel, or NULL, for each axis of `%s`, %d of them, not %d.", of, rank, length(h))
    )
  }
  lapply(h, function(own) {
    if (is.null(own)) {
      return(NULL)
    }
    if (is.object(own) || !(is.numeric(own) || is.logical(own) || is.complex(own))) {
      abort("type", sprintf("Each kernel in `h` must be a numeric or complex vector, not %s.", describe(own)))
    }
    as.vector(check_kernel(own))
  })
}

kernel_sizes <- function(h) {
  if (is.list(h)) vapply(h, function(own) max(1, length(own)), 0) else array_sizes(h)
}

has_complex <- function(h) if (is.list(h)) any(vapply(h, is.complex, NA)) else is.complex(h)

# One value for all axes, or one for each.
check_axes <- function(value, rank, arg) {
  if (!is.null(value) && is.atomic(value) && !length(value) %in% c(1L, rank)) {
    abort(
      "length",
      sprintf("`%s` must have one value, or %d, one for each axis, not %d.", arg, rank, length(value))
    )
  }
  if (is.atomic(value) && length(value) == 1L) rep(value, rank) else value
}

# What conv_options() gives, for each axis.
array_options <- function(mode, origin, boundary, na, method, nx, h, nh) {
  rank <- length(nx)
  mode <- check_axes(mode, rank, "mode")
  boundary <- check_axes(boundary, rank, "boundary")
  origin <- check_origins(origin, rank)
  if (!is.character(mode)) check_choice(mode, modes, "mode")
  if (!is.character(boundary)) check_choice(boundary, boundaries, "boundary")
  as_it_is <- if (is.list(h)) vapply(h, is.null, NA) else logical(rank)
  lapply(seq_len(rank), function(a) {
    if (as_it_is[a]) {
      check_choice(mode[a], modes, "mode")
      check_choice(boundary[a], boundaries, "boundary")
      return(conv_options("causal", NULL, "zero", na, method, 1))
    }
    own <- if (!is.null(origin) && !is.na(origin[a])) origin[a]
    options <- conv_options(mode[a], own, boundary[a], na, method, nh[a])
    check_boundary_length(boundary[a], nx[a], "x")
    options
  })
}

check_origins <- function(origin, rank) {
  if (is.null(origin)) {
    return(NULL)
  }
  if (is.object(origin) || !(is.numeric(origin) || is.logical(origin))) {
    check_number(origin, "origin", "a whole number, NA, or one for each axis")
  }
  check_axes(origin, rank, "origin")
}

# ---- the result ------------------------------------------------------------------

# Along which axes each output belongs to a sample.
keeps_axis <- function(options, h) {
  vapply(options, function(o) modes[o[["mode"]] + 1] %in% c("same", "causal"), NA)
}

kept_dimnames <- function(names, kept) {
  names[!kept] <- list(NULL)
  if (all(lengths(names) == 0L)) NULL else names
}

# The sizes of the result, which R must be able to hold.
check_array_result <- function(x, h, nx, nh, options) {
  ny <- vapply(seq_along(nx), function(a) {
    if (nx[a] == 0) {
      return(0)
    }
    o <- options[[a]]
    mode_window(nx[a], nh[a], modes[o[["mode"]] + 1], o[["origin"]])[["length"]]
  }, 0)
  bytes <- if (has_complex(x) || has_complex(h)) 16 else 8
  if (max(ny) > .Machine$integer.max) {
    abort("memory", sprintf("`h` is too large: R has no place for %s samples along an axis.", format_count(max(ny))))
  }
  check_memory(
    bytes * prod(ny),
    sprintf("`x` and `h` are too large: the %s result needs", paste(format_count(ny), collapse = " x "))
  )
  ny
}
