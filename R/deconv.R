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
#' @seealso [conv()]; the article "The convolution matrix in practice" on the site.
#' @family matrices
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
  check_given()
  y <- check_real(y, "y", "a numeric vector, matrix or time series")
  h <- check_real_kernel(h)
  check_choice(mode, modes, "mode")
  check_choice(method, deconv_methods, "method")
  options <- conv_options(mode, origin, boundary, "propagate", "auto", length(h))
  order <- check_count(order, "order", 0, 2)
  lambda <- check_penalty(lambda, missing(lambda), order, method)
  check_choice(singular, c("error", "minimum_norm"), "singular")
  n <- check_signal_length(n, count_samples(y), length(h), mode)
  check_linear_boundary(boundary, n)
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

# All on scaled data: kernel and penalty at most 1, each column of y at most 1.
deconvolve <- function(y, h, n, mode, origin, boundary, lambda, order, minimum_norm) {
  weight <- if (is.numeric(lambda)) sqrt(lambda) else 0
  unit_h <- power_of_two(max(abs(h), weight))
  unit_y <- power_of_two(vapply(seq_len(ncol(y)), function(c) max(abs(y[, c])), 0))
  h <- h / unit_h
  y <- scale_columns(y, 1 / unit_y)
  problem <- deconv_problem(h, n, mode, origin, boundary, order)
  out <- if (is.numeric(lambda)) {
    fit <- fit_band(problem, (weight / unit_h)^2, y)
    if (is.null(fit)) singular_fit(problem, (weight / unit_h)^2, y, minimum_norm) else fit
  } else {
    fit_gcv(problem, y)
  }
  if (is.numeric(lambda)) {
    warn_condition(out$rcond, lambda)
    out$lambda <- lambda
  } else {
    out$lambda <- out$lambda * unit_h^2
    out$search$lambda <- out$search$lambda * unit_h^2
  }
  unscale(out, unit_h, unit_y)
}

# Neither it nor its reciprocal overflows.
power_of_two <- function(size) {
  ifelse(size > 0, 2^pmin(pmax(floor(log2(size)), -1000), 1000), 1)
}

scale_columns <- function(x, by) x * rep(by, each = nrow(x))

unscale <- function(out, unit_h, unit_y) {
  # in two steps, since the factor may overflow where x does not
  power <- log2(unit_y) - log2(unit_h)
  half <- floor(power / 2)
  out$coefficients <- scale_columns(scale_columns(out$coefficients, 2^half), 2^(power - half))
  if (!all(is.finite(out$coefficients))) {
    abort(
      "numeric", "x is larger than the largest number there is.",
      "Use smaller units for `y`, or larger ones for `h`."
    )
  }
  out$fitted.values <- scale_columns(out$fitted.values, unit_y)
  out$residuals <- scale_columns(out$residuals, unit_y)
  out$gcv <- out$gcv * unit_y^2
  if (!is.null(out$search)) {
    out$search$gcv <- scale_columns(out$search$gcv, unit_y^2)
  }
  out
}

warn_condition <- function(rcond, lambda) {
  if (rcond >= rcond_warn) {
    return(invisible())
  }
  warn(
    "numeric",
    sprintf(
      "x is ill-conditioned: its reciprocal condition is about %s (the warning comes below %s).",
      format(rcond, digits = 2L), format(rcond_warn)
    ),
    sprintf(
      "The spectrum of `h` is almost 0 somewhere: relative errors in `y` may become %s times as large.",
      format(1 / rcond, digits = 2L)
    ),
    if (lambda > 0) {
      "Use a larger `lambda`, or \"gcv\"."
    } else {
      "Use method \"ridge\", for instance with `lambda = \"gcv\"`."
    }
  )
}
