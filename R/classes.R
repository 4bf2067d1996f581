# Classes of other packages: their numbers go in by conv_values(), and results come out by conv_restore().

#' Classes that conv() takes, and how to teach it one more
#'
#' [conv()], [correlate()], [conv_array()], [correlate_array()] and [deconv()] take what is not a plain vector, matrix or `ts` through
#' two generics: `conv_values()` gives the numbers in an object, and `conv_restore()` dresses
#' the result as its class. The packages of these classes need not be installed to load convmat.
#' `conv(data.frame(a = 1:2, b = 3:4), c(1, 10))` is a data frame with the columns a = 1 12 20 and b = 3 34 40,
#' as `conv_values(data.frame(a = 1:2, b = 3:4))` is a matrix of two signals.
#'
#' | you have | you write | you get |
#' |---|---|---|
#' | `zoo`, `zooreg`, `xts` | `conv(x, h, "same")` | the same class, with the index of `x` |
#' | the same with equal steps | `conv(x, h)` | the same class, the index moved and extended as the dates of a `ts` |
#' | the same with unequal steps, such as trading days | `conv(x, h, "valid")` | the same class, by position, with its part of the index; mode `"full"` is an error |
#' | `units` | `conv(x, h)` | `units`: those of `x`, times those of `h` if it has some |
#' | a data frame, tibble or data.table of numbers | `conv(x, h)` | the same, each column by itself |
#' | a column of a `tsibble` or of any table | `conv(x$value, h, "same")`, in `mutate()`, too | a vector, or what the column's own class says |
#' | a sparse `Matrix` | `conv(x, h)` | a `dgCMatrix`, or a `dgeMatrix` where more than half of it is not zero |
#' | a dense `Matrix` | `conv(x, h)` | a `dgeMatrix` |
#' | a `sparseVector` | `conv(x, h)` | a `dsparseVector` |
#' | `integer64` (bit64) up to \eqn{2^{53}}{2^53} | `conv(x, h)` | a double vector, exact as for other whole numbers |
#' | a one-dimensional `table` with numbers as names | `conv(x, h)` with another | a `table` of the sums, see [conv()] |
#' | `haven_labelled` numbers | `conv(x, h)` | a double vector; missing values of the user's own are missing |
#'
#' A plain `h` goes with every `x`, and so does a plain `x` with every `h`: the result is then plain,
#' but for `units`. `x` and `h` of two different classes are an error that names both.
#' Everything else is refused: factors, dates, grouped tables and whole `tsibble`s, whose rows are not
#' one signal. [conv_array()] and [correlate_array()] take no series and tables either, whose columns are no image.
#'
#' @param x An object: the signal, as it was given.
#' @param ... For methods: what they do not use. `conv_values()` is given `arg`, `"x"` or
#'   `"h"`, the name of the argument for error messages.
#'
#' @returns `conv_values()`: plain numbers, a vector, a matrix or a `ts`. What it has no method for comes
#'   back as it is; [conv()]
#'   then refuses it if it is no plain numbers.
#'
#'   `conv_restore()`: `y` as an object of the class of `x`; without a method for it, `y` as it is.
#'
#' @section Index and dates:
#' Result and signal are matched by position. Where the result lies within the samples of `x`, as in modes `"same"`,
#' `"causal"` and, for a kernel that is not longer than `x`, `"valid"`, it has that part of the index,
#' whatever the steps.
#' Sums do not know that some steps are longer: five trading days are a week, but for holidays.
#' Where it reaches beyond, as in mode `"full"`, steps must be equal to 1e-5 of
#' their length, and are continued. Months as `yearmon` are equal steps, months as `Date` are not.
#' [correlate()] puts the
#' value at lag k at sample k of `x`, so with unequal steps only its mode `"valid"` has an index.
#' If `x` and `h` are both of class `zoo` or `xts`, their steps must be the same where both are equal.
#'
#' @section Units:
#' Only if `x` and `h` both have units is the package units needed. Where it reduces their product, as it does
#' km / m, the values are multiplied by its factor. [deconv()] gives x in units of `y` over `h`.
#'
#' @section A class of one's own:
#' Write a method for `conv_values()`, and one for `conv_restore()` if the result should have the class. In a package
#' they are registered by `S3method(convmat::conv_values, money)` in its `NAMESPACE`, for which convmat may stand in
#' `Suggests` (roxygen2: `@exportS3Method convmat::conv_values`); elsewhere by [registerS3method()], as in the example.
#' Functions `conv_values.money` in the global environment are found, too.
#' If only `h` has a class, `conv_values()` alone is asked.
#'
#' @section Errors:
#' Those of [conv()]; `convmat_error_type` if `x` and `h` have two different classes, if a column of a table
#' is not numbers,
#' if an object is damaged, or values of `haven_labelled` are text; `convmat_error_value` if `integer64`
#' values pass \eqn{2^{53}}{2^53},
#' if an index of unequal steps would have to be continued, or steps of `x` and `h` differ; `convmat_error_memory` if a
#' `Matrix` is too large to be taken as a whole; `convmat_error_package` if units are to be multiplied
#' without the package units.
#'
#' @section Algorithm and cost:
#' The numbers are convolved as by [conv()], with its promise. One copy of `x` and of the result is made besides. Sparse
#' columns are taken some at a time, so that no more than 64 MB of them are dense at once.
#'
#' @references Zeileis, A. and Grothendieck, G. (2005) zoo: S3 infrastructure for regular and irregular time
#'   series. _Journal of
#'   Statistical Software_ 14(6). \doi{10.18637/jss.v014.i06}
#'
#'   Pebesma, E., Mailund, T. and Hiebert, J. (2016) Measurement units in R. _The R Journal_ 8(2), 486--494.
#'   \doi{10.32614/RJ-2016-061}
#'
#' @seealso [conv()]
#' @family convolution
#' @name classes
#' @examples
#' # each column of a data frame
#' conv(data.frame(a = 1:4, b = c(1, 0, 0, 1)), c(1, 10))
#'
#' # a sparse matrix stays sparse
#' conv(Matrix::sparseMatrix(c(1, 6), c(1, 2), x = c(1, 2), dims = c(8, 2)), c(1, 10), "same")
#'
#' # days on which a market is open: positions count, and the index stays
#' if (requireNamespace("zoo", quietly = TRUE)) {
#'   days <- as.Date(c("2024-03-27", "2024-03-28", "2024-04-02", "2024-04-03"))
#'   print(conv(zoo::zoo(c(10, 12, 11, 14), days), c(1, 1) / 2, "valid"))
#' }
#'
#' # a class of one's own: amounts of money in a currency
#' money <- function(amount, currency) {
#'   structure(list(amount = amount, currency = currency), class = "money")
#' }
#' registerS3method("conv_values", "money", function(x, ...) x$amount)
#' registerS3method("conv_restore", "money", function(y, x, ...) money(y, x$currency))
#' conv(money(c(100, 0, 50), "EUR"), c(0.5, 0.3, 0.2))
NULL

#' @rdname classes
#' @export
conv_values <- function(x, ...) {
  check_given()
  UseMethod("conv_values")
}

#' @rdname classes
#' @param y Plain numbers: the result.
#' @param h The kernel as it was given, or `NULL` where its class has no say, as for the residuals of
#'   [deconv()].
#' @param shift Whole number: how many samples after the first of `x` the first of `y` stands.
#' @param mode The mode of [conv()].
#' @export
conv_restore <- function(y, x, h = NULL, shift = 0, mode = "same", ...) {
  check_given()
  if (has_class(y) || !(is.numeric(y) || is.logical(y) || is.complex(y))) {
    abort("type", sprintf("`y` must be plain numbers, not %s.", describe(y)), next_step(y, "y"))
  }
  check_number(shift, "shift", "a whole number", function(k) is.finite(k) && k == floor(k))
  check_choice(mode, modes, "mode")
  UseMethod("conv_restore", x)
}

#' @export
conv_values.default <- function(x, ...) x

#' @export
conv_restore.default <- function(y, x, h = NULL, ...) {
  # a plain signal in a kernel with units is the one case in which the class of h has a meaning
  if (!is.object(x) && inherits(h, "units")) with_units(y, NULL, h) else y
}

# Whether x goes through the generics; what check_samples() knows does not.
has_class <- function(x) is.object(x) && (isS4(x) || !all(class(x) %in% c("mts", "ts", "matrix", "array")))

# The plain numbers of an argument, or the error that conv() has for it.
plain_samples <- function(x, arg) {
  check_samples(if (has_class(x)) conv_values(x, arg = arg) else x, arg)
}

plain_kernels <- function(h) check_kernels(if (has_class(h)) conv_values(h, arg = "h") else h)

# The class that x is taken by: NULL for plain numbers, NA for what is refused.
class_taken <- function(x) {
  if (!has_class(x)) {
    return(if (inherits(x, "ts")) "ts")
  }
  known <- Find(
    function(class) !is.null(utils::getS3method("conv_values", class, optional = TRUE)),
    setdiff(if (isS4(x)) methods::is(x) else class(x), "default")
  )
  known %||% NA_character_
}

check_same_class <- function(x, h, arg = "x") {
  classes <- list(class_taken(x), class_taken(h))
  if (all(lengths(classes) == 1L) && !anyNA(classes) && classes[[1L]] != classes[[2L]]) {
    abort(
      "type",
      sprintf(
        "`%s` and `h` must be of one class, or one of them plain, not <%s> and <%s>.",
        arg, class(x)[1L], class(h)[1L]
      ),
      next_step(h, "h")
    )
  }
  if (inherits(x, "zoo") && inherits(h, "zoo")) {
    check_same_steps(x, h, arg)
  }
}

# conv() where x or h goes through the generics.
conv_classed <- function(x, h, mode, origin, ...) {
  check_choice(mode, modes, "mode")
  check_same_class(x, h)
  if (is_sparse(x)) {
    return(conv_sparse(x, h, mode, origin, ...))
  }
  numbers <- plain_samples(x, "x")
  kernels <- plain_kernels(h)
  place <- place_of(count_samples(numbers), count_samples(kernels), mode, check_given_origin(origin, mode, kernels))
  check_index(x, place, mode)
  y <- conv(numbers, kernels, mode, origin, ...)
  conv_restore(y, x, h = h, shift = place[["shift"]], mode = mode)
}

check_given_origin <- function(origin, mode, h) {
  if (is.null(origin)) 0 else check_origin(origin, mode, count_samples(h))
}

# How many samples after x a result begins, and its length.
place_of <- function(nx, nh, mode, origin) {
  if (nx == 0) {
    return(c(shift = 0, length = 0))
  }
  if (mode %in% c("same", "causal")) {
    return(c(shift = 0, length = nx))
  }
  window <- mode_window(nx, nh, mode)
  c(shift = window[["first"]] - origin, length = window[["length"]])
}

# correlate() likewise.
correlate_classed <- function(x, h, mode, ...) {
  check_same_class(x, h)
  numbers <- plain_samples(x, "x")
  kernels <- plain_kernels(h)
  nh <- count_samples(kernels)
  place <- c(shift = 0, length = 0)
  if (count_samples(numbers) > 0) {
    window <- mode_window(count_samples(numbers), nh, mode)
    place <- c(shift = window[["first"]] - (nh - 1), length = window[["length"]])
  }
  check_index(x, place, mode)
  y <- correlate(numbers, kernels, mode, ...)
  conv_restore(y, x, h = h, shift = place[["shift"]], mode = mode)
}
