#' Deconvolution: the signal behind a convolution
#'
#' Finds x from y = conv(x, h) + noise, by least squares, with or without a penalty that keeps x
#' small or smooth. With A the matrix of [conv_matrix()], it minimises
#' \deqn{\|y - A x\|^2 + \lambda \|D x\|^2,}{||y - A x||^2 + lambda ||D x||^2,}
#' where D x is x itself (`order = 0`) or its first or second differences.
#'
#' @param y What was measured: a numeric vector, a matrix with one signal in each column, or a
#'   time series. It must be finite, and real.
#' @param h Numeric vector of length m, at least 1: the kernel, all of it finite, and real.
#' @param n Whole number: how many samples x has. `NULL` for the number that follows from the
#'   length of `y`: length(y) - m + 1 in mode `"full"`, length(y) in modes `"same"` and
#'   `"causal"`, and length(y) + m - 1 in mode `"valid"`, where m - length(y) + 1 is possible too,
#'   for a kernel longer than x.
#' @param mode,origin,boundary How `y` came about, as in [conv()].
#' @param method `"lsq"` for least squares without a penalty; `"ridge"` with one; `"division"` for
#'   the long division of polynomials with remainder, in mode `"full"` (see below, before you use
#'   it).
#' @param lambda Number, 0 or more: the weight of the penalty, in units of `h` squared (for
#'   `order = 0`, a component of x that the kernel passes on with gain g is multiplied by
#'   g^2 / (g^2 + lambda)). Or `"gcv"`: the weight with the smallest score of generalised
#'   cross-validation. Only with, and always with, method `"ridge"`.
#' @param order 0, 1 or 2: a penalty on x, its first, or its second differences. There are
#'   n - `order` differences; those across the ends of a signal that wraps are not among them.
#' @param singular What to do where x is not determined, since several x have the same
#'   convolution: `"error"`, or `"minimum_norm"` for the solution with the smallest sum of squares.
#'
#' @returns An object of class `deconv`, a list for which `coef()`, `fitted()` and `residuals()`
#'   work. For a matrix `y`, the first three are matrices with its column names; for a time series
#'   they are time series, and x has the dates that [conv()] would turn into those of `y`.
#'   \describe{
#'     \item{coefficients}{x, n values in units of `y` over `h`; for `"division"` the quotient}
#'     \item{fitted.values}{conv(x, h), of the length of `y`}
#'     \item{residuals}{`y` less the fitted values; for `"division"` the remainder}
#'     \item{lambda, order}{the weight and order of the penalty}
#'     \item{edf}{effective degrees of freedom, the trace of the matrix that takes `y` to the
#'       fitted values: n without a penalty, less with it}
#'     \item{gcv}{the score, N RSS / (N - edf)^2 with N = length(y), for each column of `y`; NA
#'       where edf is N}
#'     \item{rcond}{how far errors in `y` may grow: relative to their signals, an error in x is up
#'       to 1 / `rcond` times that in `y`. Without a penalty this is an estimate of the reciprocal
#'       condition of A}
#'     \item{search}{a data frame of all `lambda` that were tried for `"gcv"`, in increasing order,
#'       with their `edf` and, in a matrix with a column for each of `y`, `gcv`}
#'     \item{y, h, mode, origin, boundary, method}{the arguments}
#'   }
#'   Where `lambda` was chosen for the columns of a matrix, `lambda`, `edf` and `rcond` have a
#'   value for each column.
#'
#' @section What can be had back:
#' Convolution weakens some frequencies, and noise comes after it. Where the spectrum of `h` is
#' close to 0, noise is all there is, and least squares blows it up: that is what `rcond` says
#' and what the warning below `rcond` of 1e-4 is about. A penalty gives up what is lost and keeps
#' what is not. `lambda = "gcv"` finds out how much to give up, if the noise is white, and
#' independent of the signal; `order = 2` suits signals that are smooth, `order = 0` those that
#' are short bursts on a base of 0.
#'
#' Long division finds x sample by sample, and divides what is left of `y` by the first sample of
#' `h` each time. It is exact for whole numbers and worth knowing. But it lets an error in one sample
#' enter all later ones, and where `h` has a zero outside of the unit circle, as (1, 2) has, the
#' error grows in each step: 60 samples and an error of 1e-12 in `y` make one of 1e6 in x, where
#' least squares is off by 1e-12. There is no warning, and no penalty.
#'
#' @section Errors:
#' `convmat_error_type` if `y` or `h` is not numeric, or complex, or `h` a matrix of several
#' kernels; `convmat_error_length` if either is empty, or `y` is too short for `h` or not as long
#' as `n` asks; `convmat_error_value` if they are not finite, if an argument has a value that does
#' not exist, if `lambda` is negative, if `lambda` or `order` are given for a method that has no
#' penalty or `lambda` is not given for the one that has, or if `h` begins with 0 in a division;
#' `convmat_error_memory` if the bands of the normal equations need more than
#' `getOption("convmat.max_bytes")`; `convmat_error_numeric` if x is not determined, to within
#' rounding (a reciprocal condition below 1e-13), or not representable.
#'
#' A warning `convmat_warning_numeric` if `rcond` is below 1e-4 with `"lsq"` or a `lambda` of your
#' own.
#'
#' @section Algorithm and cost:
#' Signals and kernel are scaled by powers of two. For all boundaries but `"wrap"` the matrix
#' \eqn{A'A + \lambda D'D}{A'A + lambda D'D} has a band of m - 1 diagonals at each side; in mode
#' `"full"` its first part is the autocorrelation of `h`. A banded Cholesky factorisation (LAPACK)
#' costs n m^2 operations and 8 n m bytes, some times over. Where the reciprocal condition of that matrix is below
#' 1e-10, the same factor is computed by orthogonal reflections of A and D themselves, without
#' squaring, at about 20 times the cost. Refinement with residuals of the original
#' problem follows, so that both are accurate. With `"wrap"`, sample 0 is followed by the last,
#' sample 1, the last but one, and so on, and the band is twice as wide. `edf` takes the
#' band of the inverse, another 2 n m^2. Columns of `y` share all this.
#'
#' `"gcv"` tries `lambda` at half decades, from where all but the null space of D is smoothed away
#' down to 1e-10 of the kernel's largest gain (squared, over that of D), and further, at most
#' to 1e-24, for as long as the smallest is the best; then `stats::optimize()` between the
#' neighbours of the best: some 40 factorisations.
#'
#' A singular problem with `"minimum_norm"` takes the singular value decomposition of the dense
#' matrix, n^3 operations, and values below max(N, n) 2.2e-16 of the largest for 0; in mode
#' `"valid"` with n >= m the banded \eqn{A A'}{A A'} instead, if it is not singular.
#'
#' @references
#' Golub, G. H., Heath, M. and Wahba, G. (1979) Generalized cross-validation as a method for
#'   choosing a good ridge parameter. _Technometrics_ 21, 215--223.
#'   \doi{10.1080/00401706.1979.10489751}
#'
#' Hutchinson, M. F. and de Hoog, F. R. (1985) Smoothing noisy data with spline functions.
#'   _Numerische Mathematik_ 47, 99--106. \doi{10.1007/BF01389878}
#'
#' Bjorck, A. (1987) Stability analysis of the method of seminormal equations for linear least
#'   squares problems. _Linear Algebra and its Applications_ 88/89, 31--48.
#'   \doi{10.1016/0024-3795(87)90101-7}
#'
#' Lawson, C. L. and Hanson, R. J. (1974) _Solving Least Squares Problems_, chapter 27. SIAM
#'   (1995). \doi{10.1137/1.9781611971217}
#'
#' @seealso [conv()]; `vignette("the-convolution-matrix-in-practice")`.
#' @examples
#' x <- c(0, 0, 3, 1, 0, 0, 0, 2, 0, 0)
#' h <- c(1, 2, 1.5, 0.5)
#' y <- conv(x, h)
#' coef(deconv(y, h))
#'
#' # with noise, and the penalty that suits it
#' set.seed(1)
#' t <- 0:99
#' x <- exp(-(t - 30)^2 / 50) + (t >= 60 & t < 80)
#' h <- hrf(0:19, normalise = "area")
#' y <- conv(x, h) + rnorm(119, sd = 0.02)
#' found <- deconv(y, h, method = "ridge", lambda = "gcv", order = 1)
#' found
#' plot(found)
#'
#' # long division, as at school: (x^2 + 3x + 5) = (x + 1) (x + 2) + 3
#' deconv(c(1, 3, 5), c(1, 1), method = "division")
#' @export
deconv <- function(y, h, n = NULL, mode = "full", origin = NULL, boundary = "zero",
                   method = "lsq", lambda = 0, order = 0, singular = "error") {
  y <- check_real(y, "y", "a numeric vector, matrix or time series")
  h <- check_real_kernel(h)
  check_choice(mode, modes, "mode")
  check_choice(method, deconv_methods, "method")
  options <- conv_options(mode, origin, boundary, "propagate", "auto", length(h))
  order <- check_count(order, "order", 0, 2)
  lambda <- check_penalty(lambda, missing(lambda), order, method)
  check_choice(singular, c("error", "minimum_norm"), "singular")
  n <- check_signal_length(n, count_samples(y), length(h), mode)
  out <- if (method == "division") {
    check_division(h, mode)
    divide(matrix(y, count_samples(y)), h, n)
  } else {
    check_band_memory(n, length(h), order, boundary)
    deconvolve(
      matrix(y, count_samples(y)), h, n, mode, options[["origin"]], boundary, lambda, order,
      singular == "minimum_norm"
    )
  }
  out$coefficients <- dress_signal(out$coefficients, y, mode, origin, length(h))
  out$residuals <- dress_like(out$residuals, y)
  out$fitted.values <- dress_like(out$fitted.values, y)
  structure(
    c(out, list(
      order = order, y = y, h = h, mode = mode, origin = options[["origin"]],
      boundary = boundary, method = method
    )),
    class = "deconv"
  )
}

deconv_methods <- c("lsq", "ridge", "division")

# ---- arguments ---------------------------------------------------------------

check_real <- function(x, arg, what) {
  x <- check_samples(x, arg, what)
  if (is.complex(x)) {
    abort("type", sprintf("`%s` must be real, not complex.", arg))
  }
  if (length(x) == 0L) {
    abort("length", sprintf("`%s` must have at least one value, not none.", arg))
  }
  check_finite(x, arg)
  x
}

check_real_kernel <- function(h) {
  if (is.complex(h)) {
    abort("type", "`h` must be real, not complex.")
  }
  as.double(check_kernel(h))
}

check_penalty <- function(lambda, missing, order, method) {
  if (method != "ridge") {
    if (!identical(lambda, 0)) {
      abort(
        "value",
        sprintf("`lambda` must not be given with method \"%s\".", method),
        "Method \"ridge\" has a penalty."
      )
    }
    if (order > 0) {
      abort(
        "value",
        sprintf("`order` must be 0 with method \"%s\", not %g.", method, order),
        "Method \"ridge\" has a penalty."
      )
    }
    return(0)
  }
  if (missing) {
    abort("value", "`lambda` must be given with method \"ridge\": a number, or \"gcv\".")
  }
  if (identical(lambda, "gcv")) {
    return(lambda)
  }
  if (is.character(lambda)) {
    abort("value", sprintf(
      "`lambda` must be a number, 0 or more, or \"gcv\", not %s.", show_value(lambda)
    ))
  }
  check_number(lambda, "lambda", "a number, 0 or more, or \"gcv\"", function(l) l >= 0 && l < Inf)
}

# How many samples x has.
check_signal_length <- function(n, ny, nh, mode) {
  possible <- switch(mode,
    full = ny - nh + 1,
    valid = unique(c(ny + nh - 1, if (ny <= nh) nh - ny + 1)),
    ny
  )
  if (possible[1L] < 1) {
    abort("length", sprintf(
      "`y` must have at least %s values with mode \"full\", as many as `h`, not %s.",
      format_count(nh), format_count(ny)
    ))
  }
  if (is.null(n)) {
    return(possible[1L])
  }
  n <- check_count(n, "n")
  if (!n %in% possible) {
    abort("length", sprintf(
      "`n` must be %s with mode \"%s\", for `y` of %s and `h` of %s values, not %s.",
      paste(format_count(possible), collapse = " or "), mode, format_count(ny),
      format_count(nh), format_count(n)
    ))
  }
  n
}

check_division <- function(h, mode) {
  if (mode != "full") {
    abort("value", sprintf("`mode` must be \"full\" with method \"division\", not \"%s\".", mode))
  }
  if (h[1L] == 0) {
    abort(
      "value", "`h` must not begin with 0 with method \"division\", which divides by its first sample.",
      "Leave out its leading zeros, and as many values of `y`."
    )
  }
}

# The normal matrix, its factor, its inverse, and one copy of each while it is made.
check_band_memory <- function(n, nh, order, boundary) {
  check_memory(
    8 * n * (band_width(n, nh, order, boundary) + 1) * 4,
    sprintf("`y` and `h` are too long: the bands of %s diagonals need", format_count(min(n, nh)))
  )
}

band_width <- function(n, nh, order, boundary) {
  min(n - 1, max(nh - 1, order) * (if (boundary == "wrap") 2 else 1))
}

# ---- long division -----------------------------------------------------------

divide <- function(y, h, n) {
  x <- y[seq_len(n), , drop = FALSE] / h[1L]
  if (length(h) > 1L) {
    x[] <- stats::filter(x, -h[-1L] / h[1L], "recursive")
  }
  if (!all(is.finite(x))) {
    abort(
      "numeric", "The quotient grows past the largest number there is.",
      locations(!is.finite(x)),
      "Method \"lsq\" does not let errors grow."
    )
  }
  fitted <- conv(x, h, method = "direct")
  list(
    coefficients = x, residuals = y - fitted, fitted.values = fitted,
    lambda = 0, edf = NA_real_, gcv = rep(NA_real_, ncol(y)), rcond = NA_real_, search = NULL
  )
}

# ---- dress -----------------------------------------------------------------------

dress_signal <- function(x, y, mode, origin, nh) {
  n <- nrow(x)
  keeps_length <- mode %in% c("same", "causal")
  if (!is.matrix(y)) {
    x <- drop_matrix(x)
    if (keeps_length) {
      names(x) <- names(y)
    }
  } else {
    dimnames(x) <- if (keeps_length) dimnames(y) else if (!is.null(colnames(y))) list(NULL, colnames(y))
  }
  if (stats::is.ts(y)) {
    before <- if (mode == "valid") min(n, nh) - 1 else 0
    shift <- if (keeps_length) 0 else (if (is.null(origin)) 0 else as.double(origin)) - before
    attr(x, "tsp") <- new_tsp(y, shift, n)
    class(x) <- ts_class(NCOL(x))
  }
  x
}

dress_like <- function(x, y) {
  if (!is.matrix(y)) {
    x <- drop_matrix(x)
  }
  for (name in c("names", "dimnames", "tsp", "class")) {
    attr(x, name) <- attr(y, name)
  }
  x
}

drop_matrix <- function(x) {
  dim(x) <- NULL
  x
}
