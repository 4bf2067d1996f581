# What R's generics for models say of a deconvolution.

#' What a deconvolution found, for R's generics for models
#'
#' `summary(found)` is a page on a [deconv()]: what was found, and how well it fits. The other
#' methods give single numbers, data frames, and the covariance of x. With package broom
#' or generics attached, `tidy()`, `glance()` and `augment()` work, too.
#' `nobs(deconv(c(1, 10, 102, 20, 200), c(1, 10, 100)))` is 5.
#'
#' @param object,x An object of class `deconv`, or, but for `vcov()`, `confint()` and package generics, one of class
#'   `deconv_array`, an image or volume.
#' @param h Numeric or complex vector: another kernel for the same x; of an image or volume, as for [conv_array()]. `NULL` for the one that was given to
#'   `deconv()`.
#' @param sigma Number, 0 or more: the standard deviation of the noise in `y`, for a weight of 1. `NULL` for
#'   the estimate of `sigma()`.
#' @param parm Which values of x, by number or name; `NULL` for all.
#' @param conf.int `TRUE` for standard errors and confidence limits.
#' @param level,conf.level Number between 0 and 1: how many of such intervals hold the value that `deconv()` would find
#'   on average.
#' @param digits Whole number: significant digits to print.
#' @param ... Not used.
#'
#' @returns
#'   \describe{
#'     \item{`predict()`}{conv(x, h) in the mode, origin and boundary of the deconvolution}
#'     \item{`nobs()`}{how many values of `y` count: those that are not missing, with a weight above 0}
#'     \item{`deviance()`}{for each column of `y` the weighted residual sum of squares; for
#'       `"richardson-lucy"` the deviance of Poisson counts}
#'     \item{`df.residual()`}{`nobs()` less the effective degrees of freedom, for each column; NA for
#'       `"richardson-lucy"` and `"division"`, and for an image or volume whose `lambda` was not searched, of which
#'       `edf` is not known}
#'     \item{`sigma()`}{the root of `deviance()` over `df.residual()`, an estimate of the noise in `y`. It is
#'       NaN where nothing is left over, as in mode `"causal"` without a penalty}
#'     \item{`vcov()`}{an n x n matrix: the covariance of x if the noise in `y` is white, once weighted. The
#'       penalty and its `lambda` count as given, and the bias of a penalty is not in it}
#'     \item{`confint()`}{an n x 2 matrix: x less and plus as many of its standard errors as `level` asks of normal noise;
#'       `sigma` as for `vcov()`}
#'     \item{`as.data.frame()`}{a row for each value of x: `sample`, counted from 1 as by `plot()`, or `time`; `x`; and
#'       `response`, the column of `y`, if it has several. Of an image or volume `axis1`, `axis2` and so on, the
#'       places along each axis, counted from 1, and `x`}
#'     \item{`tidy()`}{the same with x as `estimate`, and `std.error`, `conf.low` and `conf.high` if wanted}
#'     \item{`augment()`}{a row for each value of `y`: `sample` or `time`, `y`, `.fitted`, `.resid`}
#'     \item{`glance()`}{a row for each column of `y`: `nobs`, `edf`, `df.residual`, `sigma`, `deviance`,
#'       `lambda`, `rule` and `rcond`}
#'     \item{`summary()`}{an object of class `summary.deconv`, a list: `title`, what was done; `range`, of x; `residuals`,
#'       their quantiles for each column; `columns`, what `glance()` gives}
#'   }
#'
#' @section Errors:
#' `convmat_error_type` if `vcov()`, `confint()` or `conf.int` are asked of several columns at once, of x that cannot be
#' negative, of a division, or of Richardson and Lucy's method, for which a covariance says nothing, or of an image
#' or volume;
#' `convmat_error_value` if an argument is out of range; `convmat_error_numeric` if x is not determined, or the noise is not known
#' since no degrees of freedom are left; `convmat_error_memory` if the covariance needs more than
#' `getOption("convmat.max_bytes")`.
#'
#' @section Algorithm and cost:
#' The covariance is sigma^2 K K', where K is the matrix that takes `y` to x, from the QR factors of
#' the matrix and the penalty together, dense: some 4 n^3 operations and 40 n^2 bytes.
#'
#' @references Golub, G. H. and Van Loan, C. F. (2013) _Matrix Computations_, 4th ed., section 6.1. Johns
#'   Hopkins University Press.
#'
#' @seealso [deconv()]
#' @family matrices
#' @examples
#' set.seed(1)
#' x <- exp(-(1:40 - 20)^2 / 40)
#' found <- deconv(conv(x, c(1, 2, 1)) + rnorm(42, sd = 0.1), c(1, 2, 1), method = "ridge", order = 2)
#' summary(found)
#' c(sigma(found), nobs(found), df.residual(found))
#' confint(found, 19:21)
#'
#' # 95 % of the noise
#' error <- sqrt(diag(vcov(found)))
#' plot(found, "x", ylim = c(-0.3, 1.3))
#' lines(coef(found) - 2 * error, lty = 2)
#' lines(coef(found) + 2 * error, lty = 2)
#'
#' head(as.data.frame(found))
#' @name deconv_methods
NULL

#' @rdname deconv_methods
#' @importFrom stats predict
#' @export
predict.deconv <- function(object, h = NULL, ...) {
  check_unused(...)
  if (is.null(h)) {
    return(stats::fitted(object))
  }
  conv(stats::coef(object), h, object$mode, object$origin, object$boundary)
}

#' @rdname deconv_methods
#' @importFrom stats nobs
#' @export
nobs.deconv <- function(object, ...) object$nobs

#' @rdname deconv_methods
#' @importFrom stats deviance
#' @export
deviance.deconv <- function(object, ...) {
  if (object$method == "richardson-lucy") {
    return(object$deviance)
  }
  r <- fit_columns(object$residuals)
  w <- object$weights
  if (!is.null(w)) {
    r <- sqrt(w[w > 0]) * r[w > 0, , drop = FALSE]
  }
  colSums(r^2)
}

#' @rdname deconv_methods
#' @importFrom stats df.residual
#' @export
df.residual.deconv <- function(object, ...) rep_len(object$nobs - object$edf, NCOL(object$y))

#' @rdname deconv_methods
#' @importFrom stats sigma
#' @export
sigma.deconv <- function(object, ...) noise(object)

noise <- function(object) {
  left <- stats::df.residual(object)
  # to within the rounding of a trace
  left[!is.na(left) & left <= 1e-8 * object$nobs] <- NaN
  sqrt(stats::deviance(object) / left)
}

#' @rdname deconv_methods
#' @importFrom stats vcov
#' @export
vcov.deconv <- function(object, sigma = NULL, ...) {
  check_unused(...)
  check_covariance(object)
  sigma <- if (is.null(sigma)) {
    estimated_sigma(object)
  } else {
    check_number(sigma, "sigma", "a number, 0 or more", function(s) s >= 0 && s < Inf)
  }
  K <- solution_matrix(object)
  V <- tcrossprod(sigma * K)
  at <- rownames(fit_columns(stats::coef(object)))
  if (!is.null(at)) {
    dimnames(V) <- list(at, at)
  }
  V
}

#' @rdname deconv_methods
#' @importFrom stats confint
#' @export
confint.deconv <- function(object, parm = NULL, level = 0.95, sigma = NULL, ...) {
  check_unused(...)
  level <- check_level(level, "level")
  found <- with_errors(object, level, sigma)
  percent <- paste(number_labels(signif(50 * (1 + c(-level, level)), 7L)), "%")
  out <- matrix(c(found$low, found$high), ncol = 2L, dimnames = list(found$names, percent))
  if (is.null(parm)) {
    return(out)
  }
  if (is.character(parm) && !is.object(parm) && all(parm %in% found$names)) {
    parm <- match(parm, found$names)
  }
  out[places(parm, nrow(out), "parm") + 1, , drop = FALSE]
}

# x with its standard errors and the limits of its intervals.
with_errors <- function(object, level, sigma = NULL) {
  V <- stats::vcov(object, sigma)
  x <- as.vector(fit_columns(stats::coef(object)))
  error <- sqrt(diag(V))
  width <- stats::qnorm((1 + level) / 2) * error
  list(names = rownames(V), error = unname(error), low = unname(x - width), high = unname(x + width))
}

check_level <- function(level, arg) {
  check_number(level, arg, "a number between 0 and 1", function(p) p > 0 && p < 1)
}

check_covariance <- function(object) {
  refuse <- function(why) {
    abort("type", sprintf("`vcov()` has no meaning for %s.", why))
  }
  if (object$method %in% c("division", "richardson-lucy")) {
    refuse(sprintf("method \"%s\"", object$method))
  }
  if (object$positive) {
    refuse("`positive = TRUE`, where errors are not symmetric")
  }
  if (NCOL(object$y) > 1L) {
    abort("type", sprintf(
      "`vcov()` is that of one signal, not of %d. Deconvolve a column of `y` by itself.", NCOL(object$y)
    ))
  }
}

estimated_sigma <- function(object) {
  sigma <- stats::sigma(object)
  if (!is.finite(sigma)) {
    abort(
      "numeric", "The noise is not known, since no degrees of freedom are left for it.",
      "Give its standard deviation: `sigma = `."
    )
  }
  sigma
}

# The matrix that takes y, weighted, to x: of the QR factors of A over D, R^-1 times the rows of Q' for A.
solution_matrix <- function(object) {
  n <- nrow(fit_columns(object$coefficients))
  ny <- NROW(object$y)
  check_memory(40 * as.double(ny + n) * n, "The covariance needs", "Deconvolve a part of `y`.")
  A <- conv_matrix(object$h, n, object$mode, object$origin, object$boundary)
  if (!is.null(object$weights)) {
    A <- sqrt(object$weights) * A
  }
  B <- rbind(A, if (object$lambda > 0) sqrt(object$lambda) * as.matrix(differences(n, object$order)))
  unit <- power_of_two(max(abs(B)))
  factors <- qr(B / unit, LAPACK = TRUE)
  R <- qr.R(factors)
  size <- abs(diag(R))
  if (nrow(B) < n || min(size) <= 1e-13 * max(size)) {
    abort("numeric", "x is not determined, and has no covariance.", "Method \"ridge\" has a penalty.")
  }
  K <- matrix(0, n, ny)
  K[factors$pivot, ] <- backsolve(R, t(qr.Q(factors)[seq_len(ny), , drop = FALSE])) / unit
  K
}

# ---- data frames ---------------------------------------------------------------

#' @rdname deconv_methods
#' @export
as.data.frame.deconv <- function(x, ...) {
  deconv_frame(x, found_at(x), list(x = x$coefficients))
}

#' @rdname deconv_methods
#' @exportS3Method generics::tidy
tidy.deconv <- function(x, conf.int = FALSE, conf.level = 0.95, ...) {
  check_unused(...)
  conf.int <- check_flag(conf.int, "conf.int")
  conf.level <- check_level(conf.level, "conf.level")
  columns <- list(estimate = x$coefficients)
  if (conf.int) {
    found <- with_errors(x, conf.level)
    columns <- c(columns, list(std.error = found$error, conf.low = found$low, conf.high = found$high))
  }
  deconv_frame(x, found_at(x), columns)
}

#' @rdname deconv_methods
#' @exportS3Method generics::augment
augment.deconv <- function(x, ...) {
  check_unused(...)
  deconv_frame(x, measured_at(x), list(y = x$y, .fitted = x$fitted.values, .resid = x$residuals))
}

#' @rdname deconv_methods
#' @exportS3Method generics::glance
glance.deconv <- function(x, ...) {
  check_unused(...)
  columns <- NCOL(x$y)
  each <- function(v) rep_len(v, columns)
  out <- data.frame(
    nobs = each(x$nobs), edf = each(x$edf), df.residual = stats::df.residual(x), sigma = stats::sigma(x),
    deviance = stats::deviance(x), lambda = each(x$lambda), rule = each(x$rule %||% NA_character_),
    rcond = each(x$rcond %||% NA_real_), row.names = NULL
  )
  if (columns > 1L) cbind(response = responses(x), out) else out
}

# A row for each place and column of y.
deconv_frame <- function(x, at, columns) {
  ncol <- NCOL(x$y)
  out <- list(rep(at, ncol))
  names(out) <- if (stats::is.ts(x$y)) "time" else "sample"
  if (ncol > 1L) {
    out <- c(list(response = rep(responses(x), each = length(at))), out)
  }
  as.data.frame(c(out, lapply(columns, function(v) as.vector(fit_columns(v)))), stringsAsFactors = FALSE)
}

responses <- function(x) colnames(x$y) %||% as.character(seq_len(ncol(x$y)))

# ---- summary -------------------------------------------------------------------

#' @rdname deconv_methods
#' @export
summary.deconv <- function(object, ...) {
  r <- fit_columns(object$residuals)
  if (!is.null(object$weights)) {
    r <- r[object$weights > 0, , drop = FALSE]
  }
  quantiles <- residual_quantiles(r)
  if (NCOL(object$y) > 1L) {
    rownames(quantiles) <- responses(object)
  }
  found <- fit_columns(object$coefficients)
  deconv_summary(object, deconv_title(object), format_count(nrow(found)), quantiles, glance.deconv(object))
}

residual_quantiles <- function(r) t(apply(r, 2L, stats::quantile, na.rm = TRUE))

deconv_summary <- function(object, title, size, residuals, columns) {
  structure(
    list(
      title = title, method = deconv_method_words(object), range = range(fit_columns(object$coefficients)), size = size,
      residuals = residuals, columns = columns
    ),
    class = "summary.deconv"
  )
}

#' @rdname deconv_methods
#' @export
print.summary.deconv <- function(x, digits = 4L, ...) {
  number <- function(v) format(signif(v, digits), digits = digits)
  cat(
    x$title, "\n", x$method, "\n\n",
    sprintf("x: %s values from %s to %s\n\n", x$size, number(x$range[1L]), number(x$range[2L])),
    "Residuals:\n", sep = ""
  )
  print(x$residuals, digits = digits)
  cat("\nFit:\n")
  shown <- x$columns[!vapply(x$columns, function(v) all(is.na(v)), NA)]
  print(shown, digits = digits, row.names = FALSE)
  invisible(x)
}
