#' The convolution matrix, without the matrix
#'
#' An object that multiplies like the matrix of [conv_matrix()] with the same
#' arguments, and is transposed, scaled, indexed and printed like it, but holds
#' only the kernel: m numbers in place of n (n + m - 1). Products with it are
#' convolutions, and take the time of [conv()].
#' `conv_operator(c(1, 10, 100), 3) %*% c(1, 0, 2)` is 1 10 102 20 200.
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
#'   | `norm(A, type)`, `mean(A)`, `summary(A)` | numbers; the norms "O", "I" and "F" take no matrix with boundary `"zero"` |
#'   | `as.matrix(A)`, `as(A, "matrix")`, `as.vector(A)` | that of [conv_matrix()], its entries column by column |
#'   | `cbind()`, `rbind()`, `kronecker()`, `isSymmetric(A)` | as of `as.matrix(A)`, which is made for it |
#'   | `as(A, "CsparseMatrix")` | that of [conv_matrix()] with `sparse = TRUE` |
#'   | `plot(A)`, `image(A)` | the picture of [plot_matrix()]; of an operator with more than 1000 rows or columns a coarse one, each cell the entry of largest modulus in a block |
#'
#'   If `h` is an array, or a list with a kernel for each axis, and `n` the sizes of the arrays to convolve, A is the
#'   matrix of `x |-> as.vector(conv_array(x, h, ...))`: `A %*% as.vector(x)` and `crossprod(A, y)` are computed by
#'   [conv_array()]; entries, norms, `crossprod(A)` and the picture by way of the matrix.
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
#' numbers. `convmat_error_value` for an index outside of the matrix, a scale that is not finite,
#' a product `crossprod(A)` that overflows, and an operator whose slots have been changed so that they
#' do not fit;
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
#' everywhere. `RSpectra::svds(A, k)` finds the largest singular values of a real operator. Other solvers
#' that take functions are given `function(x, args) as.vector(A %*% x)`.
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
  if (is_array_problem(h, n)) {
    return(array_operator(h, n, mode, origin, boundary))
  }
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

# That of arrays, see array-operator.R.
methods::setClass("array_operator", contains = "conv_operator", slots = c(nh = "numeric"))

# R hands an operator of arrays to the check of either class, to the first one without its `nh`.
for (class in c("conv_operator", "array_operator")) {
  methods::setValidity(class, function(object) {
    rank <- length(object@n)
    stripped <- !is_array_operator(object) && rank > 1L && length(object@mode) == rank && length(object@boundary) == rank
    fault <- if (!stripped) operator_fault(object)
    if (is.null(fault)) TRUE else fault
  })
}
rm(class)

new_operator <- function(h, n, mode, origin, boundary, transposed = FALSE) {
  methods::new(
    "conv_operator",
    h = h, n = n, mode = mode, origin = origin, boundary = boundary, transposed = transposed
  )
}

# What is wrong with the slots, as the checks of conv_operator() say it; NULL if nothing is.
operator_fault <- function(A) {
  tryCatch(
    if (is_array_operator(A)) {
      check_array_slots(A)
      NULL
    } else {
      check_plain(A@h, "h")
      check_kernel(A@h)
      check_count(A@n, "n")
      conv_options(A@mode, A@origin, A@boundary, "propagate", "auto", length(A@h))
      check_linear_boundary(A@boundary, A@n)
      check_flag(A@transposed, "transposed")
      NULL
    },
    error = function(e) conditionMessage(e)
  )
}

# As C reads it: integers are not taken, and attributes would come back in results.
check_plain <- function(h, arg) {
  if (!(is.double(h) || is.complex(h)) || !is.null(attributes(h))) {
    abort("type", sprintf("`%s` must be a double or complex vector without attributes, not %s.", arg, describe(h)))
  }
}

# Slots can be changed, so each use of an operator begins with this.
check_operator <- function(A) {
  fault <- operator_fault(A)
  if (!is.null(fault)) {
    abort(
      "value", "This operator has been changed, and is not valid now.", fault,
      "Make another by `conv_operator()`."
    )
  }
  A
}

# As conv_options() makes them, of words that have been checked.
operator_options <- function(A) {
  c(
    mode = match(A@mode, modes) - 1, origin = A@origin,
    boundary = match(A@boundary, boundaries) - 1, na = 0, method = 0
  )
}

# As integers where they fit.
operator_dim <- function(A) {
  check_operator(A)
  dim <- if (is_array_operator(A)) {
    c(prod(array_operator_sizes(A)), prod(A@n))
  } else {
    c(mode_window(A@n, length(A@h), A@mode)[["length"]], A@n)
  }
  if (A@transposed) dim <- rev(dim)
  if (max(dim) <= .Machine$integer.max) as.integer(dim) else dim
}
