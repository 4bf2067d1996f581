# Products with operators, and their multiples.

# What stands beside an operator in a product: a plain vector or matrix of numbers.
operand <- function(x, arg) {
  if (isS4(x)) {
    if (methods::is(x, "Matrix") || methods::is(x, "conv_operator")) {
      x <- as.matrix(x)
    } else if (methods::is(x, "sparseVector")) {
      x <- methods::as(x, "vector")
    }
  }
  check_samples(x, arg, "a numeric or complex vector or matrix")
}

# A x, or with `flip` A t(x). A vector is a column, or a row where only that fits.
multiply <- function(A, x, arg, flip = FALSE, shown = dim(A)) {
  x <- operand(x, arg)
  n <- ncol(A)
  names <- NULL
  if (is.matrix(x)) {
    if (flip) x <- t(x)
    size <- nrow(x)
    columns <- ncol(x)
    names <- colnames(x)
  } else {
    size <- if (n == 1) 1 else length(x)
    columns <- if (n == 1) length(x) else 1
  }
  if (size != n) {
    abort("length", sprintf(
      "`%s` must have %s %s in a product with this %s x %s operator, not %s.",
      arg, format_count(n), if (!is.matrix(x)) "values" else if (flip) "columns" else "rows",
      format_count(shown[1L]), format_count(shown[2L]), format_count(size)
    ))
  }
  matrix(
    multiply_columns(A, as.vector(x), columns), nrow(A), columns,
    dimnames = if (!is.null(names)) list(NULL, names)
  )
}

multiply_columns <- function(A, x, columns) {
  if (columns == 0) {
    return(if (is.complex(x) || is.complex(A@h)) complex(0) else numeric(0))
  }
  if (columns > 1) {
    check_memory(
      max(bytes_each(x), bytes_each(A@h)) * nrow(A) * columns,
      sprintf("The %s x %s product needs", format_count(nrow(A)), format_count(columns)),
      "Take fewer columns at a time."
    )
    x <- matrix(x, ncol(A), columns)
  }
  if (is_array_operator(A)) {
    return(if (A@transposed) transposed_array_product(A, x) else array_product(A, x))
  }
  if (A@transposed) {
    return(transposed_product(A, x))
  }
  conv(x, A@h, A@mode, if (A@mode == "same") A@origin, A@boundary)
}

# The transpose of a band is the band of the kernel back to front. What a boundary has
# copied is added up where it came from, see src/kernel/fold.c.
transposed_product <- function(A, y) {
  h <- rev(A@h)
  m <- length(h)
  if (!A@boundary %in% c("zero", "wrap")) {
    return(.Call(ffi_fold, conv(y, h), A@n, m, operator_options(A)))
  }
  switch(A@mode,
    full = conv(y, h, "valid"),
    valid = conv(y, h, if (A@n >= m) "full" else "valid"),
    conv(y, h, "same", m - 1 - A@origin, A@boundary)
  )
}

# Is crossprod(A) banded or circulant?
is_operator_gram <- function(A) {
  if (is_array_operator(A)) {
    return(FALSE)
  }
  banded <- A@mode == (if (A@transposed) "valid" else "full") && length(A@h) <= ncol_of_band(A)
  banded || A@boundary == "wrap"
}

# crossprod(A), without a second factor.
gram <- function(A) {
  check_operator(A)
  if (is_operator_gram(A)) {
    r <- conv(A@h, rev(A@h))
    r <- r / 2 + rev(r) / 2 # symmetric to the last bit
    if (!all(is.finite(r))) {
      abort(
        "value", "The product of this operator with itself is too large for numbers.",
        "Divide the operator by a number first: `A / 1e100`."
      )
    }
    return(new_operator(r, ncol(A), "same", length(A@h) - 1, A@boundary))
  }
  n <- ncol(A)
  check_memory(
    bytes_each(A@h) * (length(A) + n^2),
    sprintf("The product, a %s x %s matrix, needs", format_count(n), format_count(n)),
    "`crossprod(A, A %*% y)` needs no matrix."
  )
  G <- multiply(t(A), as.matrix(A), "x")
  upper <- upper.tri(G)
  G[upper] <- t(G)[upper]
  G
}

# The valid matrix has the whole kernel in each row only where m is at most n.
ncol_of_band <- function(A) if (A@mode == "valid") A@n else Inf

# The classes that Matrix's own methods for products are about: a method for "ANY" would
# not come before those.
partners <- c(
  "ANY", "Matrix", "TsparseMatrix", "RsparseMatrix", "symmetricMatrix", "diagonalMatrix",
  "indMatrix", "sparseVector"
)

#' @importMethodsFrom Matrix %*% crossprod tcrossprod
#' @importClassesFrom Matrix Matrix TsparseMatrix RsparseMatrix symmetricMatrix
#' @importClassesFrom Matrix diagonalMatrix indMatrix sparseVector CsparseMatrix sparseMatrix
#' @importFrom methods Arith coerce show
#' @exportMethod %*%
#' @exportMethod crossprod
#' @exportMethod tcrossprod
NULL

# What R CMD check wants to find: an alias for each method.
# nocov start: runs as the help is made
method_aliases <- function() {
  pairs <- c(
    paste0("conv_operator,", c(partners, "conv_operator")), paste0(partners, ",conv_operator"),
    paste0("conv_operator,", c("missing", "NULL"))
  )
  products <- outer(pairs, c("\\%*\\%", "crossprod", "tcrossprod"), function(pair, f) paste0(f, ",", pair))
  products <- products[!products %in% paste0("\\%*\\%,conv_operator,", c("missing", "NULL"))]
  bound <- c("conv_operator,ANY", "ANY,conv_operator", "conv_operator,Matrix", "Matrix,conv_operator", "conv_operator,conv_operator")
  binds <- c(
    outer(bound, c("cbind2", "rbind2", "kronecker"), function(pair, f) paste0(f, ",", pair)),
    "cbind2,conv_operator,missing", "rbind2,conv_operator,missing"
  )
  coercions <- paste0("coerce,conv_operator,", c("matrix", "dgCMatrix", "CsparseMatrix", "sparseMatrix"))
  sprintf("\\alias{%s-method}", c(products, binds, coercions))
}
# nocov end

for (other in partners) {
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
rm(other)

for (second in c("missing", "NULL")) {
  methods::setMethod("crossprod", c("conv_operator", second), function(x, y = NULL, ...) gram(x))
  methods::setMethod("tcrossprod", c("conv_operator", second), function(x, y = NULL, ...) gram(t(x)))
}
rm(second)

both <- c("conv_operator", "conv_operator")
methods::setMethod("%*%", both, function(x, y) multiply(x, y, "y"))
methods::setMethod("crossprod", both, function(x, y = NULL, ...) multiply(t(x), y, "y", shown = dim(x)))
methods::setMethod("tcrossprod", both, function(x, y = NULL, ...) multiply(x, y, "y", flip = TRUE))
rm(both)

# ---- multiples ---------------------------------------------------------------

scale_operator <- function(A, by, divide = FALSE) {
  check_operator(A)
  if (is.object(by) || !(is.numeric(by) || is.logical(by) || is.complex(by)) || length(by) != 1L) {
    not_arithmetic(show_value(by))
  }
  h <- if (divide) A@h / as.vector(by) else A@h * as.vector(by)
  if (!all(is.finite(h))) {
    word <- if (divide) "divided by" else "times"
    abort("value", sprintf("The kernel %s %s is not finite.", word, show_value(by)))
  }
  A@h <- h
  A
}

not_arithmetic <- function(other) {
  abort(
    "type",
    sprintf(
      "A convolution operator can only be multiplied or divided by one number, not combined with %s.",
      other
    ),
    "For other arithmetic take `as.matrix()` of it."
  )
}

#' @rdname conv_operator
#' @aliases Arith,conv_operator,ANY-method Arith,ANY,conv_operator-method
#' @aliases Arith,conv_operator,missing-method Arith,conv_operator,conv_operator-method
#' @param e1,e2 A `conv_operator` and a number.
#' @exportMethod Arith
methods::setMethod("Arith", c("conv_operator", "ANY"), function(e1, e2) {
  switch(.Generic,
    "*" = scale_operator(e1, e2),
    "/" = scale_operator(e1, e2, divide = TRUE),
    not_arithmetic(sprintf("%s by `%s`", show_value(e2), .Generic))
  )
})

methods::setMethod("Arith", c("ANY", "conv_operator"), function(e1, e2) {
  if (.Generic != "*") {
    not_arithmetic(sprintf("%s by `%s`", show_value(e1), .Generic))
  }
  scale_operator(e2, e1)
})

methods::setMethod("Arith", c("conv_operator", "conv_operator"), function(e1, e2) {
  not_arithmetic(sprintf("another by `%s`", .Generic))
})

methods::setMethod("Arith", c("conv_operator", "missing"), function(e1, e2) {
  if (.Generic == "-") scale_operator(e1, -1) else e1
})
