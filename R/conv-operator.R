#' The convolution matrix, without the matrix
#'
#' An object that multiplies, transposes and prints like the matrix of
#' [conv_matrix()] with the same arguments, but holds only the kernel.
#'
#' @inheritParams conv_matrix
#' @returns An S4 object of class `conv_operator`.
#' @seealso [conv_matrix()], [conv()]
#' @examples
#' A <- conv_operator(c(1, 10, 100), 4)
#' A %*% c(1, 0, 0, 2)
#' @export
conv_operator <- function(h, n, mode = "full", origin = NULL, boundary = "zero") {
  h <- check_kernel(h)
  n <- check_count(n, "n")
  options <- conv_options(mode, origin, boundary, "propagate", "auto", length(h))
  methods::new(
    "conv_operator",
    h = as.vector(h), n = n, mode = mode, origin = options[["origin"]],
    boundary = boundary, transposed = FALSE
  )
}

#' @rdname conv_operator
#' @exportClass conv_operator
methods::setClass("conv_operator", slots = c(
  h = "vector", n = "numeric", mode = "character", origin = "numeric",
  boundary = "character", transposed = "logical"
))

# ---- shape -------------------------------------------------------------------

# As integers where they fit.
operator_dim <- function(A) {
  dim <- c(mode_window(A@n, length(A@h), A@mode)[["length"]], A@n)
  if (A@transposed) dim <- rev(dim)
  if (max(dim) <= .Machine$integer.max) as.integer(dim) else dim
}

#' @exportMethod dim
methods::setMethod("dim", "conv_operator", function(x) operator_dim(x))

#' @exportMethod length
methods::setMethod("length", "conv_operator", function(x) prod(operator_dim(x)))

#' @export
t.conv_operator <- function(x) {
  x@transposed <- !x@transposed
  x
}

#' @exportMethod Conj
methods::setMethod("Conj", "conv_operator", function(z) {
  if (is.complex(z@h)) z@h <- Conj(z@h)
  z
})

#' @exportMethod show
methods::setMethod("show", "conv_operator", function(object) {
  dim <- format_count(dim(object))
  cat(sprintf(
    "<%s x %s convolution operator%s: %skernel of %s, mode \"%s\", origin %s, boundary \"%s\">\n",
    dim[1L], dim[2L], if (object@transposed) ", transposed" else "",
    if (is.complex(object@h)) "complex " else "", format_count(length(object@h)),
    object@mode, format_count(object@origin), object@boundary
  ))
})

# ---- products ----------------------------------------------------------------

# What stands beside an operator in a product: a plain vector or matrix of numbers.
operand <- function(x, arg) {
  if (methods::is(x, "Matrix") || methods::is(x, "conv_operator")) {
    x <- as.matrix(x)
  } else if (methods::is(x, "sparseVector")) {
    x <- methods::as(x, "vector")
  }
  check_samples(x, arg, "a numeric or complex vector or matrix")
}

# A x, or with `flip` A t(x). A vector is a column, or a row where only that fits.
multiply <- function(A, x, arg, flip = FALSE, shown = dim(A)) {
  x <- operand(x, arg)
  n <- ncol(A)
  size <- if (!is.matrix(x)) length(x) else if (flip) ncol(x) else nrow(x)
  lying <- !is.matrix(x) && n == 1L
  if (size != n && !lying) {
    abort("length", sprintf(
      "`%s` must have %s %s in a product with this %s x %s operator, not %s.",
      arg, format_count(n), if (!is.matrix(x)) "values" else if (flip) "columns" else "rows",
      format_count(shown[1L]), format_count(shown[2L]), format_count(size)
    ))
  }
  names <- if (is.matrix(x)) dimnames(x)[[if (flip) 1L else 2L]]
  ncol <- if (is.matrix(x)) length(x) / n else if (lying) length(x) else 1
  x <- if (is.matrix(x) && flip) t(x) else x
  y <- multiply_columns(A, as.vector(x), ncol)
  matrix(y, nrow(A), ncol, dimnames = if (!is.null(names)) list(NULL, names))
}

multiply_columns <- function(A, x, ncol) {
  nrow <- nrow(A)
  if (ncol == 0) {
    return(if (is.complex(x) || is.complex(A@h)) complex(0) else numeric(0))
  }
  if (ncol > 1) {
    check_memory(
      max(bytes_each(x), bytes_each(A@h)) * nrow * ncol,
      sprintf("The %s x %s product needs", format_count(nrow), format_count(ncol)),
      "Take fewer columns at a time."
    )
    x <- matrix(x, ncol(A), ncol)
  }
  if (!A@transposed) {
    return(conv(x, A@h, A@mode, A@origin, A@boundary))
  }
  h <- rev(A@h)
  nh <- length(h)
  if (!A@boundary %in% c("zero", "wrap")) {
    options <- conv_options(A@mode, A@origin, A@boundary, "propagate", "auto", nh)
    return(.Call(ffi_fold, conv(x, h), A@n, nh, options))
  }
  # The transpose of a band is a band, of the kernel back to front.
  switch(A@mode,
    full = conv(x, h, "valid"),
    valid = conv(x, h, if (A@n >= nh) "full" else "valid"),
    conv(x, h, "same", nh - 1 - A@origin, A@boundary)
  )
}

# The classes that Matrix's own methods for products know: what is said of "ANY" would
# not come before those.
others <- c(
  "ANY", "Matrix", "TsparseMatrix", "RsparseMatrix", "symmetricMatrix", "diagonalMatrix",
  "indMatrix", "sparseVector"
)

#' @importMethodsFrom Matrix %*% crossprod tcrossprod
#' @exportMethod %*%
#' @exportMethod crossprod
#' @exportMethod tcrossprod
NULL

for (other in others) {
  methods::setMethod("%*%", c("conv_operator", other), function(x, y) multiply(x, y, "y"))
  methods::setMethod("%*%", c(other, "conv_operator"), function(x, y) {
    t(multiply(t(y), x, "x", flip = TRUE, shown = dim(y)))
  })
  methods::setMethod("crossprod", c("conv_operator", other), function(x, y = NULL, ...) {
    multiply(t(x), y, "y", shown = dim(x))
  })
  methods::setMethod("crossprod", c(other, "conv_operator"), function(x, y = NULL, ...) {
    t(multiply(t(y), x, "x", shown = dim(y)))
  })
  methods::setMethod("tcrossprod", c("conv_operator", other), function(x, y = NULL, ...) {
    multiply(x, y, "y", flip = TRUE)
  })
  methods::setMethod("tcrossprod", c(other, "conv_operator"), function(x, y = NULL, ...) {
    t(multiply(y, x, "x", flip = TRUE))
  })
}

both <- c("conv_operator", "conv_operator")
methods::setMethod("%*%", both, function(x, y) multiply(x, y, "y"))
methods::setMethod("crossprod", both, function(x, y = NULL, ...) multiply(t(x), y, "y", shown = dim(x)))
methods::setMethod("tcrossprod", both, function(x, y = NULL, ...) multiply(x, y, "y", flip = TRUE))
rm(other, others, both)

# ---- the matrix itself -------------------------------------------------------

#' @export
as.matrix.conv_operator <- function(x, ...) {
  A <- conv_matrix(x@h, x@n, x@mode, x@origin, x@boundary)
  if (x@transposed) t(A) else A
}

methods::setAs("conv_operator", "matrix", function(from) as.matrix(from))
