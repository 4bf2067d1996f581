# What else R does with matrices, for operators.

#' @rdname conv_operator
#' @aliases dim,conv_operator-method
#' @exportMethod dim
methods::setMethod("dim", "conv_operator", function(x) operator_dim(x))

#' @rdname conv_operator
#' @aliases length,conv_operator-method
#' @exportMethod length
methods::setMethod("length", "conv_operator", function(x) prod(operator_dim(x)))

#' @rdname conv_operator
#' @export
t.conv_operator <- function(x) {
  check_operator(x)
  x@transposed <- !x@transposed
  x
}

#' @rdname conv_operator
#' @aliases Conj,conv_operator-method
#' @param z A `conv_operator`.
#' @exportMethod Conj
methods::setMethod("Conj", "conv_operator", function(z) {
  check_operator(z)
  if (is.complex(z@h)) z@h <- Conj(z@h)
  z
})

#' @rdname conv_operator
#' @aliases show,conv_operator-method
#' @param object A `conv_operator`.
#' @exportMethod show
methods::setMethod("show", "conv_operator", function(object) {
  m <- length(object@h)
  size <- format_count(dim(object))
  bytes <- bytes_each(object@h)
  kind <- if (is.complex(object@h)) "complex " else ""
  cat(if (is_array_operator(object)) {
    describe_array_operator(object, size)
  } else {
    sprintf(
      "<conv_operator, %s x %s%s: kernel of %s %s%s, mode \"%s\", origin %s, boundary \"%s\">\n",
      size[1L], size[2L], if (object@transposed) ", transposed" else "",
      format_count(m), kind, if (m == 1L) "sample" else "samples",
      object@mode, format_count(object@origin), object@boundary
    )
  })
  cat(sprintf(
    "holds %s; as an ordinary matrix %s\n",
    format_bytes(bytes * m), format_bytes(bytes * prod(dim(object)))
  ))
})

# ---- by way of the matrix ----------------------------------------------------

# An operator as an ordinary matrix; anything else as it is.
plain <- function(x) if (methods::is(x, "conv_operator")) as.matrix(x) else x

#' @rdname conv_operator
#' @export
as.vector.conv_operator <- function(x, mode = "any") {
  kinds <- c("any", "numeric", "double", "complex", "character", "list")
  as.vector(as.matrix(x), kinds[check_choice(mode, kinds, "mode")])
}

#' @rdname conv_operator
#' @export
isSymmetric.conv_operator <- function(object, ...) {
  size <- dim(object)
  size[1L] == size[2L] && isSymmetric(as.matrix(object), ...)
}

#' @rdname conv_operator
#' @export
mean.conv_operator <- function(x, ...) mean(rowMeans(x))

#' @rdname conv_operator
#' @importFrom graphics image
#' @export
image.conv_operator <- function(x, ...) plot(x, ...)

# cbind() and rbind() of base R come here where one of their arguments is an S4 object.
for (other in c("ANY", "Matrix")) {
  methods::setMethod("cbind2", c("conv_operator", other), function(x, y, ...) cbind(plain(x), y, deparse.level = 0))
  methods::setMethod("cbind2", c(other, "conv_operator"), function(x, y, ...) cbind(x, plain(y), deparse.level = 0))
  methods::setMethod("rbind2", c("conv_operator", other), function(x, y, ...) rbind(plain(x), y, deparse.level = 0))
  methods::setMethod("rbind2", c(other, "conv_operator"), function(x, y, ...) rbind(x, plain(y), deparse.level = 0))
  methods::setMethod("kronecker", c("conv_operator", other), function(X, Y, FUN = "*", make.dimnames = FALSE, ...) {
    kronecker_of(X, Y, FUN, ...)
  })
  methods::setMethod("kronecker", c(other, "conv_operator"), function(X, Y, FUN = "*", make.dimnames = FALSE, ...) {
    kronecker_of(X, Y, FUN, ...)
  })
}
rm(other)

two_operators <- c("conv_operator", "conv_operator")
methods::setMethod("cbind2", two_operators, function(x, y, ...) cbind(plain(x), plain(y)))
methods::setMethod("rbind2", two_operators, function(x, y, ...) rbind(plain(x), plain(y)))
methods::setMethod("kronecker", two_operators, function(X, Y, FUN = "*", make.dimnames = FALSE, ...) {
  kronecker_of(X, Y, FUN, ...)
})
rm(two_operators)

#' @importFrom methods cbind2 rbind2 kronecker
#' @exportMethod cbind2
#' @exportMethod rbind2
#' @exportMethod kronecker
methods::setMethod("cbind2", c("conv_operator", "missing"), function(x, y, ...) plain(x))
methods::setMethod("rbind2", c("conv_operator", "missing"), function(x, y, ...) plain(x))

kronecker_of <- function(X, Y, FUN, ...) {
  check_memory(8 * length(X) * length(Y), "The Kronecker product needs")
  X <- plain(X) # first, or its error is one of R's dispatch
  Y <- plain(Y)
  kronecker(X, Y, FUN, ...)
}

# ---- norms -------------------------------------------------------------------

# With zeros around the signal each entry is one of the kernel's, and sums of moduli or of squares
# are those of another operator. A boundary adds several up.
operator_norm <- function(A, type) {
  check_operator(A)
  type <- check_norm(type)
  if (is_array_operator(A) || A@boundary != "zero" || type %in% c("M", "2")) {
    M <- as.matrix(A)
    return(if (type == "2") max(svd(M, 0L, 0L)$d) else norm(Mod(M), type))
  }
  A@h <- Mod(A@h)
  if (type == "F") {
    largest <- max(A@h)
    if (largest == 0) {
      return(0)
    }
    A@h <- (A@h / largest)^2
    return(largest * sqrt(sum(row_sums(A))))
  }
  max(row_sums(if (type == "I") A else t(A)))
}

check_norm <- function(type) {
  check_encoding(type, "type")
  if (!is.character(type) || length(type) != 1L || !toupper(type) %in% c("O", "1", "I", "F", "E", "M", "2")) {
    abort("value", sprintf(
      "`type` must be one of \"O\", \"1\", \"I\", \"F\", \"E\", \"M\", \"2\", not %s.", show_value(type)
    ))
  }
  type <- toupper(type)
  switch(EXPR = type, "1" = "O", E = "F", type)
}

#' @rdname conv_operator
#' @aliases norm,conv_operator,missing-method norm,conv_operator,ANY-method
#' @param type Which norm, as in [base::norm()].
#' @importMethodsFrom Matrix norm
#' @exportMethod norm
methods::setMethod("norm", c("conv_operator", "missing"), function(x, type, ...) operator_norm(x, "O"))
methods::setMethod("norm", c("conv_operator", "ANY"), function(x, type, ...) operator_norm(x, type))

# ---- summary -----------------------------------------------------------------

#' @rdname conv_operator
#' @export
summary.conv_operator <- function(object, ...) {
  h <- check_operator(object)@h
  structure(
    list(
      operator = object, dim = dim(object), kernel_sum = sum(h), kernel_range = range(Mod(h)),
      nonzero = sum(h != 0), norm = if (all(object@boundary == "zero")) c(O = norm(object, "O"), F = norm(object, "F"))
    ),
    class = "summary.conv_operator"
  )
}

#' @export
print.summary.conv_operator <- function(x, ...) {
  show(x$operator)
  cat(sprintf(
    "kernel: sum %s, moduli from %s to %s, %s not 0\n", format(x$kernel_sum, digits = 4),
    format(x$kernel_range[1L], digits = 4), format(x$kernel_range[2L], digits = 4), format_count(x$nonzero)
  ))
  if (!is.null(x$norm)) {
    cat(sprintf(
      "norms: %s (largest column sum of moduli), %s (Frobenius)\n",
      format(x$norm[["O"]], digits = 4), format(x$norm[["F"]], digits = 4)
    ))
  }
  invisible(x)
}

# ---- other packages ----------------------------------------------------------

#' @exportS3Method RSpectra::svds
svds.conv_operator <- function(A, k, nu = k, nv = k, opts = list(), ...) {
  if (is.complex(check_operator(A)@h)) {
    abort("type", "`A` must be real: RSpectra knows no complex numbers.")
  }
  RSpectra::svds(
    function(x, args) as.vector(A %*% x), k, nu, nv, opts,
    Atrans = function(x, args) as.vector(t(A) %*% x), dim = dim(A), ...
  )
}
