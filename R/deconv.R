#' Deconvolution: the signal behind a convolution
#'
#' Finds x from y = conv(x, h) + noise, by least squares, with or without a penalty that keeps x
#' small or smooth. With A the matrix of [conv_matrix()], it minimises
#' \deqn{\|y - A x\|^2 + \lambda \|D x\|^2,}{||y - A x||^2 + lambda ||D x||^2,}
#' where D x is x itself (`order = 0`) or its first or second differences.
#' `coef(deconv(c(1, 10, 102, 20, 200), c(1, 10, 100)))` is 1 0 2, to rounding.
#'
#' @param y What was measured: a numeric vector, a matrix with one signal in each column, or a
#'   time series, or one of the [classes]. It must be real, and finite where it is not missing. A row with a missing
#'   value is left out, as in [lm()]. With a kernel for arrays, an image or another array.
#' @param h Numeric vector of length m, at least 1: the kernel, all of it finite, and real. Or one for arrays,
#'   as for [conv_array()]; see "Images and volumes".
#' @param n Whole number: how many samples x has. `NULL` for the number that follows from the
#'   length of `y`: length(y) - m + 1 in mode `"full"`, length(y) in modes `"same"` and
#'   `"causal"`, and length(y) + m - 1 in mode `"valid"`, where m - length(y) + 1 is possible too,
#'   for a kernel longer than x.
#' @param mode,origin,boundary How `y` came about, as in [conv()].
#' @param method `"lsq"` for least squares without a penalty; `"ridge"` with one;
#'   `"richardson-lucy"` for counts, with `h` and x not negative; `"division"` for
#'   the long division of polynomials with remainder, in mode `"full"` (see below, before you use
#'   it).
#' @param lambda Number, 0 or more: the weight of the penalty, in units of `h` squared (for
#'   `order = 0`, a component of x that the kernel passes on with gain g is multiplied by
#'   g^2 / (g^2 + lambda)). Or how to find it: `"auto"`, `"gcv"` or `"reml"`, see below. Only with
#'   method `"ridge"`, for which `"auto"` is the default.
#' @param order 0, 1 or 2: a penalty on x, its first, or its second differences. There are
#'   n - `order` differences; those across the ends of a signal that wraps are not among them.
#' @param singular What to do where x is not determined, since several x have the same
#'   convolution: `"error"`, or `"minimum_norm"` for the solution with the smallest sum of squares.
#' @param weights Numeric vector, 0 or more: the weight of each value of `y`, in inverse
#'   proportion to its variance, such as `1 / (y + 1)` for counts. A value with weight 0 is
#'   left out.
#' @param positive `TRUE` for the best x that is nowhere negative. With methods `"lsq"` and `"ridge"`
#'   and any kernel; x need not be determined. A `lambda` that is searched is that of x without the sign.
#' @param iterations Whole number: the steps of `"richardson-lucy"`. `NULL` to stop as soon
#'   as the deviance of each column is at most the number of values of `y`, or falls by less than a part
#'   in a million in a step, and after 10,000 at the latest.
#'
#' @returns An object of class `deconv`, a list for which `coef()`, `fitted()` and `residuals()`
#'   work. For a matrix `y`, the first three are matrices with its column names; for a time series
#'   they are time series, and x has the dates that [conv()] would turn into those of `y`. Likewise
#'   for the [classes].
#'   \describe{
#'     \item{coefficients}{x, n values in units of `y` over `h`; for `"division"` the quotient}
#'     \item{fitted.values}{conv(x, h), of the length of `y`}
#'     \item{residuals}{`y` less the fitted values; for `"division"` the remainder}
#'     \item{lambda, order}{the weight and order of the penalty}
#'     \item{edf}{effective degrees of freedom, the trace of the matrix that takes `y` to the
#'       fitted values: n without a penalty, less with it}
#'     \item{gcv}{the plain score, N RSS / (N - edf)^2 with N values of `y` and the (weighted)
#'       residual sum of squares, for each column of `y`; NA where edf is N}
#'     \item{rcond}{how far errors in `y` may grow: relative to their signals, an error in x is up
#'       to 1 / `rcond` times that in `y`. Without a penalty this is an estimate of the reciprocal
#'       condition of A}
#'     \item{search}{a data frame of all `lambda` that were tried, in increasing order,
#'       with their `edf` and, in matrices with a column for each of `y`, the scores `gcv` (degrees of freedom
#'       counted 1.4 times, and as below for counts) and `reml`}
#'     \item{rule}{`"gcv"` or `"reml"`: by which of the scores each column's `lambda` was chosen}
#'     \item{kkt, gap}{for `positive`: the largest amount by which x or its slope violates the conditions of a
#'       minimum (relative to the largest slope at 0), and by how much the minimum may be smaller, relative to
#'       itself. For `"richardson-lucy"`, `gap` is by how much the log likelihood may still rise}
#'     \item{steps}{steps of either}
#'     \item{deviance}{of `"richardson-lucy"`}
#'     \item{nobs, weights, positive}{how many values count, and the arguments}
#'     \item{y, h, mode, origin, boundary, method}{the arguments, `y` and `h` as plain numbers}
#'   }
#'   Where `lambda` was chosen for the columns of a matrix, `lambda`, `edf` and `rcond` have a
#'   value for each column.
#'
#' @section What can be had back:
#' Convolution weakens some frequencies, and noise comes after it. Where the spectrum of `h` is
#' close to 0, noise is all there is, and least squares blows it up: that is what `rcond` says
#' and what the warning below `rcond` of 1e-4 is about. A penalty gives up what is lost and keeps
#' what is not. `order = 2` suits signals that are smooth, `order = 0` those that
#' are short bursts on a base of 0. Where x cannot be negative, `positive = TRUE` says so, and helps as much
#' as a penalty.
#'
#' @section The choice of lambda:
#' `"gcv"` is generalised cross-validation with every degree of freedom counted 1.4 times (Kim and Gu
#' 2004). The plain score has a second minimum near N degrees of freedom, often the lower one, where x is nothing but
#' noise blown up. `"reml"` maximises the restricted likelihood of `y` if the penalised differences
#' of x were white noise: never far off, but seldom best where x is smoother than that. `"auto"` takes
#' the larger `lambda` of the two; but where the second takes more than N / 1.4 degrees of freedom, which the first
#' cannot, and its x differs from the first's by more than its own noise, the second. That exception is not made with
#' `weights`, nor for a `y` of whole numbers from 0 on, or their multiples, which are taken for counts: their noise is
#' not the same everywhere. In `"gcv"` a degree of freedom then counts by the noise of the values of `y` that it goes to,
#' whose variance is taken as `y` + 1. `bench/deconv-lambda.md` in the sources of the package compares these and other
#' rules. All suppose noise that is white, once weighted, but for this;
#' correlated noise looks like signal. `plot()` shows the scores. There is a warning where the
#' best `lambda` is at an end of the search (not at the lower, if `rcond` is above 0.03: such a kernel needs no
#' penalty), and where x takes more than 0.9 N degrees of freedom and is
#' mostly noise.
#'
#' @section Images and volumes:
#' If `y` is an array, and `h` an array with as many axes (a matrix of at least two columns), or a list with one
#' kernel or NULL for each axis, x is an array, and A the matrix of [conv_array()]. `mode`, `origin` and `boundary` are
#' one value, or one for each axis; `n` is one for each. There is `method = "ridge"`, where a `lambda` that is a
#' number is above 0; `weights` is as long as `y`, or an array of its size; missing values in `y` are left out, one by one.
#'
#' The default penalty, on x itself, suits stars and spots on a base of 0. Pictures are smooth, and for them `lambda` by
#' any rule is too small then: it is the best for what is seen, not for x. `order` 1 or 2, a penalty on the differences
#' along all axes of the kernel, suits them, and takes boundary `"wrap"` along each, no weights and nothing missing; differences
#' across the ends are among them.
#'
#' x is found by conjugate gradients (CGLS; Hestenes and Stiefel 1952): two convolutions a step, the more steps the
#' smaller `lambda` is: for the picture in the examples some 100 for 1e-2, and 1000 for 1e-4. With `positive = TRUE`
#' they take turns with steps along the slope that are cut off at 0 (More and Toraldo 1991); where all axes wrap, x is
#' one division of discrete Fourier transforms. Steps go on until the
#' distance from the minimum is at most 1e-10 of x, both as square roots of sums of squares, by the equations that are left over `lambda`; what that
#' is in the end is `gap`. There is a warning if it is above 1e-8: rounding may not let it be smaller where `lambda` is
#' far below the kernel's largest gain squared, and there are 10,000 steps at most.
#'
#' `lambda` is found as for signals, but that counts are taken like other values: give their `weights`. The scores are exact where all axes wrap and for small arrays, of up to 300,000
#' entries of A. Else they take the first values of a bidiagonalisation that begins with `y`, and of some that begin with fixed
#' random signs, for the degrees of freedom (Golub and von Matt 1997): for 5000 pixels `edf` is then right to some
#' percent. There is a warning where the choice still changes after 640 steps.
#'
#' The result is of class
#' `deconv_array`, a list of coefficients, residuals, fitted.values, lambda, edf, `gcv`, search and rule (as above, if `lambda`
#' was searched), gap, steps, nobs and the arguments, for
#' which `coef()`, `fitted()`, `residuals()`, `summary()`, `plot()` (of an image) and [other methods][deconv_methods] work;
#' `dimnames` stay on axes whose length does.
#'
#' @section Long division:
#' Long division finds x sample by sample, and divides what is left of `y` by the first sample of
#' `h` each time. It is exact as long as quotients and products are whole numbers below 2^53. But it lets an error in one sample
#' enter all later ones, and where `h` has a zero outside of the unit circle, as (1, 2) has, the
#' error grows in each step: 60 samples and an error of 1e-12 in `y` make one of 1e6 in x, where
#' least squares is off by 1e-12. There is no warning, and no penalty.
#'
#' @section Errors:
#' `convmat_error_type` if `y` or `h` is not numeric, or complex, or `h` a matrix of several
#' kernels for a vector `y`; `convmat_error_length` if either is empty, or `y` is too short for `h` or not as long
#' as `n` asks; `convmat_error_value` if they are not finite, if an argument has a value that does
#' not exist, if `lambda` is negative, if `lambda` or `order` are given for a method that has no
#' penalty, if `h` begins with 0 in a division, or if counts or their kernel are negative;
#' `convmat_error_memory` if the bands of the normal equations need more than
#' `getOption("convmat.max_bytes")`; `convmat_error_numeric` if x is not determined, to within
#' rounding (a reciprocal condition below 1e-13), or not representable.
#'
#' A warning `convmat_warning_numeric` if `rcond` is below 1e-4 with `"lsq"` or a `lambda` of your
#' own, if the choice of `lambda` is not to be trusted, or if the `gap` of `positive` stays
#' above 1e-6, or that of an array above 1e-8.
#'
#' @section Algorithm and cost:
#' Signals and kernel are scaled by powers of two. For all boundaries but `"wrap"` the matrix
#' \eqn{A'A + \lambda D'D}{A'A + lambda D'D} has a band of m - 1 diagonals at each side; in mode
#' `"full"` its first part is the autocorrelation of `h`. A banded Cholesky factorisation
#' costs n m^2 operations and 8 n m bytes, some times over: for n of a million and m = 50 some 10 s and 2 GB. Where the
#' reciprocal condition of that matrix is below 1e-10, the same factor is computed by orthogonal reflections of A and D themselves, without
#' squaring, at about 20 times the cost, and with it the solution. Without a penalty refinement with residuals of the original
#' problem follows, so that both are accurate. With `"wrap"`, sample 0 is followed by the last,
#' sample 1, the last but one, and so on, and the band is twice as wide. `edf` takes the
#' band of the inverse, another 2 n m^2. Columns of `y` share all this.
#'
#' A search tries `lambda` at half decades, from where all but the null space of D is smoothed away
#' down to 1e-10 of the kernel's largest gain (squared, over that of D), and further, at most
#' to 1e-24, for as long as the smallest is the best; then `stats::optimize()` between the
#' neighbours of the best: some 40 factorisations. An interrupt ends all this within 0.2 s, but for the singular value
#' decomposition below.
#'
#' `positive` takes a primal-dual interior point method (Mehrotra 1992), one banded factorisation for each of
#' some 20 steps, and then solves for the samples that are not 0 by themselves: three times as
#' long as ridge. There is a warning where the minimum is not reached. `"richardson-lucy"` takes two
#' convolutions a step. It keeps sum(fitted) at sum(y), and divides by what of each sample falls
#' into `y`, so that ends are not dark. It comes near the maximum slowly: of 149 daily counts the log likelihood could
#' still rise by 1.3 after 10,000 steps, at most.
#'
#' A singular problem with `"minimum_norm"` takes the singular value decomposition of the dense
#' matrix, n^3 operations, and values below max(N, n) 2.2e-16 of the largest for 0; in mode
#' `"valid"` with n >= m the banded \eqn{A A'}{A A'} instead, if it is not singular.
#'
#' @references
#' Hestenes, M. R. and Stiefel, E. (1952) Methods of conjugate gradients for solving linear systems.
#'   _Journal of Research of the National Bureau of Standards_ 49, 409--436. \doi{10.6028/jres.049.044}
#'
#' Golub, G. H. and von Matt, U. (1997) Generalized cross-validation for large-scale problems.
#'   _Journal of Computational and Graphical Statistics_ 6, 1--34. \doi{10.1080/10618600.1997.10474725}
#'
#' Golub, G. H., Heath, M. and Wahba, G. (1979) Generalized cross-validation as a method for
#'   choosing a good ridge parameter. _Technometrics_ 21, 215--223.
#'   \doi{10.1080/00401706.1979.10489751}
#'
#' Kim, Y.-J. and Gu, C. (2004) Smoothing spline Gaussian regression: more scalable computation via
#'   efficient approximation. _Journal of the Royal Statistical Society B_ 66, 337--356.
#'   \doi{10.1046/j.1369-7412.2003.05316.x}
#'
#' Mehrotra, S. (1992) On the implementation of a primal-dual interior point method. _SIAM Journal on
#'   Optimization_ 2, 575--601. \doi{10.1137/0802028}
#'
#' More, J. J. and Toraldo, G. (1991) On the solution of large quadratic programming problems with bound
#'   constraints. _SIAM Journal on Optimization_ 1, 93--113. \doi{10.1137/0801008}
#'
#' Richardson, W. H. (1972) Bayesian-based iterative method of image restoration. _Journal of the Optical
#'   Society of America_ 62, 55--59. \doi{10.1364/JOSA.62.000055}
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
#' @seealso [deconv_methods] for standard errors and data frames; [conv()]; the article "The convolution matrix in practice" on the site.
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
#' found <- deconv(y, h, method = "ridge", order = 1)
#' found
#' plot(found)
#'
#' # infections behind the deaths of each day, with a delay of 17 days on average
#' delay <- diff(pgamma(0:50, shape = 6, scale = 17 / 6))
#' infections <- 800 * exp(-((1:90) - 35)^2 / 300)
#' deaths <- rpois(90, conv(infections, delay, "causal"))
#' found <- deconv(deaths, delay, mode = "causal", method = "ridge", order = 2,
#'                 weights = 1 / (deaths + 1), positive = TRUE)
#' plot(found, "x")
#' lines(infections, lty = 2)
#' counted <- deconv(deaths, delay, mode = "causal", method = "richardson-lucy")
#' lines(coef(counted), col = "grey40")
#'
#' # lines of a spectrum, blurred by the instrument until two are one: light is not negative
#' blur <- dnorm(-15:15, sd = 5)
#' light <- replace(numeric(150), c(40, 52, 100), c(900, 500, 300))
#' counts <- rpois(150, conv(light, blur, "same") + 2)
#' found <- deconv(counts, blur, mode = "same", weights = 1 / (counts + 1), positive = TRUE)
#' plot(coef(found), type = "h", lwd = 2, xlab = "Wavelength", ylab = "Light, counts")
#' lines(counts, col = "grey60")
#' points(which(light > 0), rep(0, 3), pch = 17)
#'
#' # a blurred picture
#' blur <- gaussian_kernel(4, c(1, 1))
#' seen <- conv_array(volcano, blur, "same", boundary = "reflect") + rnorm(length(volcano), sd = 0.1)
#' found <- deconv(seen, blur, mode = "same", boundary = "reflect", method = "ridge", lambda = 1e-3)
#' found
#' image(coef(found), asp = 61 / 87)
#'
#' # stars
#' sky <- replace(matrix(0, 40, 30), c(410, 415, 700), c(80, 60, 90))
#' seen <- conv_array(sky, blur, "same") + rnorm(1200, sd = 0.3)
#' found <- deconv(seen, blur, mode = "same", method = "ridge", positive = TRUE)
#' image(coef(found), asp = 30 / 40)
#'
#' # long division, as at school: (x^2 + 3x + 5) = (x + 1) (x + 2) + 3
#' deconv(c(1, 3, 5), c(1, 1), method = "division")
#' @export
deconv <- function(y, h, n = NULL, mode = "full", origin = NULL, boundary = "zero",
                   method = "lsq", lambda = 0, order = 0, singular = "error",
                   weights = NULL, positive = FALSE, iterations = NULL) {
  check_given()
  if (is_array_deconv(y, h)) {
    order <- check_count(order, "order", 0, 2)
    positive <- check_flag(positive, "positive")
    check_array_choices(singular, iterations)
    if (missing(lambda)) lambda <- "auto"
    return(deconv_array(y, h, n, mode, origin, boundary, method, lambda, order, weights, positive))
  }
  given <- list(y = y, h = h)
  if (has_class(y) || has_class(h)) {
    check_same_class(y, h, "y")
    y <- if (has_class(y)) conv_values(y, arg = "y") else y
    h <- if (has_class(h)) conv_values(h, arg = "h") else h
  }
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
  place <- c(shift = signal_shift(mode, origin, n, length(h)), length = n)
  check_index(given$y, place, mode, "y")
  weights <- check_weights(weights, y)
  positive <- check_sign(positive, method)
  iterations <- check_iterations(iterations, method)
  values <- matrix(y, count_samples(y))
  poll()
  spec <- list(
    h = h, n = n, mode = mode, origin = options[["origin"]], boundary = boundary, order = order
  )
  out <- if (method == "division") {
    check_division(h, mode, weights)
    divide(values, h, n)
  } else {
    check_band_memory(n, length(h), order, boundary)
    if (!is.null(weights)) {
      values[weights == 0, ] <- 0 # missing, or of no account
    }
    if (method == "richardson-lucy") {
      check_lucy(values, h, boundary)
      richardson_lucy(values, spec, weights, iterations)
    } else {
      deconvolve(values, spec, weights, lambda, singular == "minimum_norm", positive)
    }
  }
  poll()
  out$coefficients <- dress_signal(out$coefficients, y, mode, place[["shift"]])
  out$residuals <- dress_like(matrix(y, count_samples(y)) - out$fitted.values, y)
  out$fitted.values <- dress_like(out$fitted.values, y)
  if (has_class(given$y) || has_class(given$h)) {
    out <- restore_fit(out, given, place[["shift"]], mode)
  }
  structure(
    c(out, list(
      order = order, y = y, h = h, mode = mode, origin = options[["origin"]],
      boundary = boundary, method = method, weights = weights, positive = positive,
      nobs = if (is.null(weights)) count_samples(y) else sum(weights > 0)
    )),
    class = "deconv"
  )
}

# All on scaled data: kernel and penalty at most 1, each column of y at most 1, weights at most 1.
deconvolve <- function(y, spec, weights, lambda, minimum_norm, positive) {
  unit_w <- if (is.null(weights)) 1 else power_of_two(sqrt(max(weights)))^2
  given <- is.numeric(lambda)
  weight <- if (given) sqrt(lambda) / sqrt(unit_w) else 0
  unit_h <- power_of_two(max(abs(spec$h), weight))
  unit_y <- power_of_two(vapply(seq_len(ncol(y)), function(c) max(abs(y[, c])), 0))
  problem <- deconv_problem(
    spec$h / unit_h, spec$n, spec$mode, spec$origin, spec$boundary,
    spec$order, if (!is.null(weights)) weights / unit_w
  )
  z <- scale_columns(y, 1 / unit_y)
  poll()
  if (!is.null(weights)) {
    z <- sqrt(problem$weights) * z
  }
  out <- if (!given) {
    fit_lambda(problem, z, lambda)
  } else if (!positive) {
    fit <- fit_band(problem, (weight / unit_h)^2, z)
    if (is.null(fit)) singular_fit(problem, (weight / unit_h)^2, z, minimum_norm) else fit
  }
  if (positive) {
    out <- fit_positive(problem, if (given) rep((weight / unit_h)^2, ncol(z)) else out$lambda, z, out)
  } else if (given) {
    warn_condition(out$rcond, lambda)
  }
  if (given) {
    out$lambda <- lambda
  } else {
    out$lambda <- out$lambda * unit_h^2 * unit_w
    out$search$lambda <- out$search$lambda * unit_h^2 * unit_w
  }
  unscale(out[setdiff(names(out), c("pss", "log_det", "variance", "rss"))], unit_h, unit_y, unit_w)
}

# Neither it nor its reciprocal overflows.
power_of_two <- function(size) {
  ifelse(size > 0, 2^pmin(pmax(floor(log2(size)), -1000), 1000), 1)
}

scale_columns <- function(x, by) x * rep(by, each = nrow(x))

unscale <- function(out, unit_h, unit_y, unit_w) {
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
  out$gcv <- out$gcv * unit_y^2 * unit_w
  if (!is.null(out$search)) {
    out$search$gcv <- scale_columns(out$search$gcv, unit_y^2 * unit_w)
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
      "Use a larger `lambda`, or \"auto\"."
    } else {
      "Use method \"ridge\", with `lambda = \"auto\"`."
    }
  )
}
