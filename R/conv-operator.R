#' The convolution matrix, without the matrix
#'
#' An object that multiplies like the matrix of [conv_matrix()] with the same
#' arguments, and is transposed, scaled, indexed and printed like it, but holds
#' only the kernel: m numbers in place of n (n + m - 1). Products with it are
#' convolutions, and take the time of [conv()].
#'
#' @inheritParams conv_matrix
#' @param x A `conv_operator`. What stands beside one in a product may be a numeric or
#'   complex vector or matrix, or a matrix of package Matrix; as with `%*%` of matrices, a
#'   vector is a column or a row, whichever fits.
#' @param ... For `plot()`, further arguments of [plot_matrix()]; else not used.
#'
#' @returns `conv_operator()` returns an object of class `conv_operator`, a matrix A of the
#'   size that [conv_matrix()] has, in units of `h`. What can be done with it:
#'
#'   | what | gives |
#'   |---|---|
#'   | `A %*% x`, `x %*% A` | the product, an ordinary matrix; `A %*% x` has the values of `conv(x, h, ...)` |
#'   | `crossprod(A, y)`, `crossprod(y, A)` | `t(A) %*% y` and `t(y) %*% A`, without conjugation, as for matrices |
#'   | `tcrossprod(A, y)`, `tcrossprod(y, A)` | `A %*% t(y)` and `y %*% t(A)` |
#'   | `crossprod(A)`, `tcrossprod(A)` | an operator where the product is one, see below; else an ordinary matrix |
#'   | `t(A)`, `Conj(A)` | operators; `Conj(t(A))` is the adjoint |
#'   | `2 * A`, `A * 2`, `A / 2`, `-A` | operators |
#'   | `dim(A)`, `nrow(A)`, `ncol(A)`, `length(A)` | as for a matrix, as doubles where they pass \eqn{2^{31} - 1}{2^31 - 1} |
#'   | `A[i, j]`, `A[k]`, `A[cbind(i, j)]` | entries, with `drop` as for a matrix; numbers and logicals |
#'   | `diag(A)`, `rowSums(A)`, `colSums(A)`, `rowMeans(A)`, `colMeans(A)` | a vector |
#'   | `as.matrix(A)`, `as(A, "matrix")` | that of [conv_matrix()] |
#'   | `as(A, "CsparseMatrix")` | that of [conv_matrix()] with `sparse = TRUE` |
#'   | `plot(A)` | the picture of [plot_matrix()]; of an operator with more than 1000 rows or columns a coarse one, each cell the entry of largest modulus in a block |
#'
#'   Missing and infinite values beside an operator stay in the entries of the product
#'   whose own sums they are terms of, as in [conv()]. Of the matrix that stands beside it the names of
#'   the other dimension are kept.
#'
#'   `crossprod(A)` is an operator for mode `"full"`, banded with the autocorrelation of the kernel,
#'   and for boundary `"wrap"`, where it is circulant; so is `tcrossprod(A)` for mode `"valid"` with m at most n
#'   and for boundary `"wrap"`. For `t(A)` the two change places. Otherwise the product is not Toeplitz, and a
#'   symmetric ordinary matrix is returned: `crossprod(A, A %*% y)` does without it.
#'
#' @section Errors:
#' As in [conv_matrix()] for the arguments. In products `convmat_error_length` where
#' sizes do not fit and `convmat_error_type` for what is not a matrix or vector of
#' numbers. `convmat_error_value` for an index outside of the matrix or a scale that is not finite;
#' `convmat_error_type` for other arithmetic, which asks for `as.matrix(A)`;
#' `convmat_error_memory` where a result would need more than `getOption("convmat.max_bytes")`.
#'
#' @section Algorithm and cost:
#' The operator needs 8 m bytes (16 m if complex). `A %*% x` calls [conv()]. The transpose of a band is the band of
#' the reversed kernel, so that `crossprod(A, y)` is [conv()] too, in another mode: full and
#' valid change places, and origin i becomes m - 1 - i. With boundary `"nearest"`, `"reflect"` or `"mirror"` the full
#' convolution with the reversed kernel is folded: what falls outside the signal is
#' added to the sample it is a copy of, n + m additions in compensated sums. Each value
#' keeps the promise of [conv()], relative to the moduli of its own terms, and whole numbers
#' give exact whole numbers. Single entries take the time of their own terms.
#'
#' @section Other packages:
#' The methods belong to generic functions of package Matrix, which convmat exports: `crossprod(A, y)` works after
#' `library(convmat)`. Inside of packages that call base R's `crossprod()`, `diag()` or `colSums()`,
#' those do not know S4 classes (`crossprod()` does from R 4.4 on); `t(A) %*% y` works
#' everywhere. Solvers that take functions are given `function(x, args) as.vector(A %*% x)`.
#'
#' @references Golub, G. H. and Van Loan, C. F. (2013) _Matrix Computations_, 4th ed.,
#'   section 4.8. Johns Hopkins University Press.
#'
#'   Neumaier, A. (1974) Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
#'   Summen. _ZAMM_ 54, 39--51. \doi{10.1002/zamm.19740540106}
#'
#' @seealso [conv_matrix()] for the matrix itself, dense or sparse; [conv()].
#' @family matrices
#' @examples
#' A <- conv_operator(c(1, 10, 100), 4)
#' A
#' A %*% c(1, 0, 0, 2)
#' crossprod(A, 1:6)
#' A[2:3, ]
#'
#' # a matrix of a hundred thousand rows, and its largest singular value by power iteration
#' A <- conv_operator(c(1, 2, 1) / 4, 1e5, "same", boundary = "reflect")
#' v <- rep(1:2, length.out = 1e5)
#' for (i in 1:20) {
#'   v <- crossprod(A, A %*% v)
#'   v <- v / sqrt(sum(v^2))
#' }
#' sqrt(sum((A %*% v)^2))
#'
#' plot(conv_operator(hrf(0:19), 40), main = "Convolution with the HRF")
#' @export
conv_operator <- function(h, n, mode = "full", origin = NULL, boundary = "zero") {
  check_given()
  h <- check_kernel(h)
  n <- check_count(n, "n")
  options <- conv_options(mode, origin, boundary, "propagate", "auto", length(h))
  check_linear_boundary(boundary, n)
  mode <- modes[options[["mode"]] + 1]
  boundary <- boundaries[options[["boundary"]] + 1]
  new_operator(as.vector(h), n, mode, options[["origin"]], boundary)
}

#' @rdname conv_operator
#' @evalRd method_aliases()
#' @exportClass conv_operator
methods::setClass("conv_operator", slots = c(
  h = "vector", n = "numeric", mode = "character", origin = "numeric",
  boundary = "character", transposed = "logical"
))

new_operator <- function(h, n, mode, origin, boundary, transposed = FALSE) {
  methods::new(
    "conv_operator",
    h = h, n = n, mode = mode, origin = origin, boundary = boundary, transposed = transposed
  )
}

# As conv_options() makes them, of words that have been checked.
operator_options <- function(A) {
  c(
    mode = match(A@mode, modes) - 1, origin = A@origin,
    boundary = match(A@boundary, boundaries) - 1, na = 0, method = 0
  )
}

# ---- shape -------------------------------------------------------------------

# As integers where they fit.
operator_dim <- function(A) {
  dim <- c(mode_window(A@n, length(A@h), A@mode)[["length"]], A@n)
  if (A@transposed) dim <- rev(dim)
  if (max(dim) <= .Machine$integer.max) as.integer(dim) else dim
}

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
  x@transposed <- !x@transposed
  x
}

#' @rdname conv_operator
#' @aliases Conj,conv_operator-method
#' @param z A `conv_operator`.
#' @exportMethod Conj
methods::setMethod("Conj", "conv_operator", function(z) {
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
  cat(sprintf(
    "<conv_operator, %s x %s%s: kernel of %s %s%s, mode \"%s\", origin %s, boundary \"%s\">\n",
    size[1L], size[2L], if (object@transposed) ", transposed" else "", format_count(m),
    if (is.complex(object@h)) "complex " else "", if (m == 1L) "sample" else "samples",
    object@mode, format_count(object@origin), object@boundary
  ))
  cat(sprintf(
    "holds %s; as an ordinary matrix %s\n",
    format_bytes(bytes * m), format_bytes(bytes * prod(dim(object)))
  ))
})

# ---- products ----------------------------------------------------------------

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

# crossprod(A), without a second factor.
gram <- function(A) {
  banded <- A@mode == (if (A@transposed) "valid" else "full") && length(A@h) <= ncol_of_band(A)
  if (banded || A@boundary == "wrap") {
    r <- conv(A@h, rev(A@h))
    r <- (r + rev(r)) / 2 # symmetric to the last bit
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
  coercions <- paste0("coerce,conv_operator,", c("matrix", "dgCMatrix", "CsparseMatrix", "sparseMatrix"))
  sprintf("\\alias{%s-method}", c(products, coercions))
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

# ---- entries -----------------------------------------------------------------

# Rows i and columns j, counted from 0, or with `pairs` the entries (i[k], j[k]).
entries <- function(A, i, j, pairs = FALSE) {
  if (A@transposed && !pairs) {
    return(t(entries(t(A), j, i)))
  }
  count <- if (pairs) length(i) else as.double(length(i)) * length(j)
  check_memory(bytes_each(A@h) * count, "The entries need", "Take fewer of them at a time.")
  at <- list(as.double(i), as.double(j))
  if (A@transposed) at <- rev(at)
  found <- .Call(ffi_entries, A@h, A@n, operator_options(A), at[[1L]], at[[2L]], pairs)
  if (pairs) found else matrix(found, length(i), length(j))
}

# Places from 0 that an index of R's means among n of them.
places <- function(index, n, arg) {
  if (is.object(index) || !(is.numeric(index) || is.logical(index))) {
    abort("type", sprintf("`%s` must be a numeric or logical index, not %s.", arg, describe(index)))
  }
  place <- seq_len(n)[index]
  if (anyNA(place)) {
    abort(
      "value", sprintf("`%s` must be an index from 1 to %s.", arg, format_count(n)),
      locations(is.na(place))
    )
  }
  place - 1
}

#' @rdname conv_operator
#' @aliases [,conv_operator,ANY,ANY,ANY-method
#' @param i,j Numeric or logical vectors: rows and columns; or `i` alone, numbers of
#'   entries column by column, or a matrix with a row and a column in each row.
#' @param drop `TRUE` for a vector where one row or column is taken.
#' @exportMethod [
methods::setMethod("[", "conv_operator", function(x, i, j, ..., drop = TRUE) {
  size <- dim(x)
  if (nargs() - (!missing(drop)) < 3L) { # x[i], not x[i, j]
    if (missing(i)) {
      return(as.matrix(x))
    }
    if (is.matrix(i) && is.numeric(i) && ncol(i) == 2L) {
      return(entries(x, places(i[, 1L], size[1L], "i"), places(i[, 2L], size[2L], "i"), TRUE))
    }
    k <- places(i, prod(size), "i")
    return(entries(x, k %% size[1L], k %/% size[1L], TRUE))
  }
  rows <- if (missing(i)) seq_len(size[1L]) - 1 else places(i, size[1L], "i")
  columns <- if (missing(j)) seq_len(size[2L]) - 1 else places(j, size[2L], "j")
  found <- entries(x, rows, columns)
  if (drop) drop(found) else found
})

#' @rdname conv_operator
#' @aliases diag,conv_operator-method
#' @param nrow,ncol,names Not used.
#' @importMethodsFrom Matrix diag
#' @exportMethod diag
methods::setMethod("diag", "conv_operator", function(x = 1, nrow, ncol, names = TRUE) {
  at <- seq_len(min(dim(x))) - 1
  entries(x, at, at, pairs = TRUE)
})

row_sums <- function(A) multiply_columns(A, rep(1, ncol(A)), 1)

#' @rdname conv_operator
#' @aliases rowSums,conv_operator-method colSums,conv_operator-method
#' @aliases rowMeans,conv_operator-method colMeans,conv_operator-method
#' @param na.rm,dims Not used.
#' @importMethodsFrom Matrix rowSums colSums rowMeans colMeans
#' @exportMethod rowSums
#' @exportMethod colSums
#' @exportMethod rowMeans
#' @exportMethod colMeans
methods::setMethod("rowSums", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(x))
methods::setMethod("colSums", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(t(x)))
methods::setMethod("rowMeans", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(x) / ncol(x))
methods::setMethod("colMeans", "conv_operator", function(x, na.rm = FALSE, dims = 1, ...) row_sums(t(x)) / nrow(x))

# ---- the matrix itself -------------------------------------------------------

#' @rdname conv_operator
#' @export
as.matrix.conv_operator <- function(x, ...) {
  size <- format_count(dim(x))
  check_memory(
    bytes_each(x@h) * prod(dim(x)), sprintf("The %s x %s matrix needs", size[1L], size[2L]),
    if (!is.complex(x@h)) "`as(A, \"CsparseMatrix\")` is smaller."
  )
  A <- conv_matrix(x@h, x@n, x@mode, x@origin, x@boundary)
  if (x@transposed) t(A) else A
}

as_sparse <- function(A) {
  S <- conv_matrix(A@h, A@n, A@mode, A@origin, A@boundary, sparse = TRUE)
  if (A@transposed) Matrix::t(S) else S
}

#' @exportMethod coerce
methods::setAs("conv_operator", "matrix", function(from) as.matrix(from))
for (class in c("dgCMatrix", "CsparseMatrix", "sparseMatrix")) {
  methods::setAs("conv_operator", class, function(from) as_sparse(from))
}
rm(class)

# ---- picture -----------------------------------------------------------------

#' @rdname conv_operator
#' @param xlab,ylab Titles of the axes.
#' @export
plot.conv_operator <- function(x, ..., xlab = "Column", ylab = "Row") {
  block <- ceiling(max(dim(x)) / 1000)
  if (block == 1) {
    A <- as.matrix(x)
    plot_matrix(if (is.complex(A)) Mod(A) else A, ..., xlab = xlab, ylab = ylab)
    return(invisible(x))
  }
  block <- ceiling(max(dim(x)) / 300) # a thin band must still be seen
  A <- coarse_matrix(x, block)
  plot_matrix(A, ..., xaxt = "n", yaxt = "n", xlab = xlab, ylab = ylab)
  for (side in 1:2) {
    at <- pretty(c(1, dim(x)[3L - side]))
    graphics::axis(side, (at - 0.5) / block + 0.5, format_count(at), lwd = 0, lwd.ticks = 1)
  }
  invisible(x)
}

# One cell for each block of `block` x `block` entries: the one of largest modulus. The
# blocks of a Toeplitz matrix form one again, and a boundary folds them as it does
# entries (but for blocks that meet an edge).
coarse_matrix <- function(A, block) {
  if (A@transposed) {
    return(t(coarse_matrix(t(A), block)))
  }
  m <- length(A@h)
  first <- mode_window(A@n, m, A@mode, A@origin)[["first"]]
  size <- ceiling(dim(A) / block)
  h <- if (is.complex(A@h)) Mod(A@h) else A@h
  largest <- function(below) { # in the blocks that lie `below` the main diagonal
    from <- max(first + (below - 1) * block + 1, 0)
    to <- min(first + (below + 1) * block - 1, m - 1)
    h[from + which.max(abs(h[from:to + 1]))]
  }
  below <- ceiling((1 - block - first) / block):floor((m + block - 2 - first) / block)
  kernel <- vapply(below, largest, 0)
  if (A@boundary != "zero") {
    return(conv_matrix(kernel, size[2L], "same", -below[1L], A@boundary))
  }
  at <- outer(seq_len(size[1L]), seq_len(size[2L]), "-") - below[1L] + 1
  inside <- at >= 1 & at <= length(kernel)
  cells <- matrix(0, size[1L], size[2L])
  cells[inside] <- kernel[at[inside]]
  cells
}
