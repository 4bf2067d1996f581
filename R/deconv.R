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

# ---- least squares -----------------------------------------------------------

# Below this a problem counts as singular, and x as not determined. Bands of matrices that are
# exactly singular come out between 1e-18 and 1e-15.
rcond_singular <- 1e-13

# Below this there is a warning.
rcond_warn <- 1e-4

# Below this the normal equations are replaced by a factorisation of the matrix itself;
# refinement makes up for what is lost above it.
rcond_cholesky <- 1e-10

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
    if (lambda > 0) "Use a larger `lambda`, or \"gcv\"." else "Use method \"ridge\", for instance with `lambda = \"gcv\"`."
  )
}

# What is minimised: products with A and its transpose, for columns; the bands of A'A (a column
# of it, where all are the same) and of D'D, which is not the higher; and D'D. Samples of a signal that wraps are in the order of `turn`.
deconv_problem <- function(h, n, mode, origin, boundary, order) {
  sparse <- function() conv_matrix(h, n, mode, origin, boundary, sparse = TRUE)
  D <- differences(n, order)
  turn <- NULL
  if (mode == "full") {
    multiply <- function(x) conv(x, h, method = "direct")
    transpose <- function(r) conv(r, rev(h), "valid", method = "direct")
    gram <- autocorrelation_band(h, n)
  } else {
    A <- sparse()
    if (boundary == "wrap") {
      turn <- c(rbind(seq_len(n), rev(seq_len(n))))[seq_len(n)]
      A <- A[, turn, drop = FALSE]
      D <- D[, turn, drop = FALSE]
    }
    sparse <- function() A
    multiply <- function(x) as.matrix(A %*% x)
    transpose <- function(r) as.matrix(Matrix::crossprod(A, r))
    gram <- symmetric_band(Matrix::crossprod(A))
  }
  DD <- Matrix::crossprod(D)
  penalty <- symmetric_band(DD)
  list(
    h = h, n = n, mode = mode, order = order, turn = turn, sparse = sparse, D = D,
    multiply = multiply, transpose = transpose, penalise = function(x) as.matrix(DD %*% x),
    gram = heighten(gram, nrow(penalty)), penalty = penalty
  )
}

# The (n - order) x n matrix of differences.
differences <- function(n, order) {
  weight <- switch(order + 1, 1, c(-1, 1), c(1, -2, 1))
  rows <- max(n - order, 0)
  Matrix::sparseMatrix(
    i = rep(seq_len(rows), order + 1), j = rep(seq_len(rows), order + 1) + rep(0:order, each = rows),
    x = rep(weight, each = rows), dims = c(rows, n)
  )
}

# Bands as in kernel/band.c: row p + 1 has the diagonal, row 1 the p-th above it.
symmetric_band <- function(S) {
  S <- methods::as(methods::as(S, "CsparseMatrix"), "generalMatrix")
  i <- S@i + 1L
  j <- rep(seq_len(ncol(S)), diff(S@p))
  upper <- i <= j
  p <- max(0L, (j - i)[upper])
  band <- matrix(0, p + 1L, ncol(S))
  band[cbind(p + 1L + i - j, j)[upper, , drop = FALSE]] <- S@x[upper]
  band
}

# Every column is the same.
autocorrelation_band <- function(h, n) {
  m <- length(h)
  lags <- conv(rev(h), h, method = "direct")[seq(max(1, m - n + 1), m)] # the largest first
  matrix(lags)
}

# With empty diagonals on top, `height` at least.
heighten <- function(band, height) {
  missing <- height - nrow(band)
  if (missing > 0L) rbind(matrix(0, missing, ncol(band)), band) else band
}

# A'A + lambda D'D.
normal_band <- function(problem, lambda) {
  .Call(ffi_band_sum, problem$gram, problem$penalty, lambda)
}

# The rows of [A; sqrt(lambda) D], the leftmost first, each from its first column on.
band_rows <- function(problem, lambda) {
  B <- Matrix::t(rbind(problem$sparse(), sqrt(lambda) * problem$D))
  column <- rep(seq_len(ncol(B)), diff(B@p)) # a row of [A; D]
  some <- diff(B@p) > 0
  start <- rep(NA_real_, ncol(B))
  start[some] <- B@i[B@p[-length(B@p)][some] + 1L]
  offset <- B@i - start[column]
  values <- matrix(0, max(offset, 0) + 1, ncol(B))
  values[cbind(offset + 1, column)] <- B@x
  by <- order(start, na.last = NA)
  list(start = start[by], values = values[, by, drop = FALSE])
}

# The factor R of A'A + lambda D'D = R'R, and reciprocal conditions; NULL if it is singular.
factor_band <- function(problem, lambda) {
  N <- normal_band(problem, lambda)
  norm <- .Call(ffi_band_norm, N)
  if (!(norm > 0)) {
    return(NULL)
  }
  R <- .Call(ffi_band_cholesky, N)
  inverse <- if (is.null(R)) Inf else .Call(ffi_band_inverse_norm, R)
  if (!(norm * inverse <= 1 / rcond_cholesky)) {
    rows <- band_rows(problem, lambda)
    R <- .Call(ffi_band_qr, rows$start, rows$values, problem$n)
    inverse <- .Call(ffi_band_inverse_norm, R)
  }
  if (!(sqrt(norm) * sqrt(inverse) <= 1 / rcond_singular)) {
    return(NULL)
  }
  gram_norm <- if (lambda > 0) .Call(ffi_band_norm, normal_band(problem, 0)) else norm
  list(R = R, rcond = if (gram_norm > 0) 1 / sqrt(gram_norm * inverse) else 0)
}

# Refined with the residuals of the problem as it stands, until that no longer helps.
solve_band <- function(problem, R, lambda, y) {
  x <- .Call(ffi_band_solve, R, problem$transpose(y))
  last <- Inf
  for (step in 1:6) {
    slope <- problem$transpose(y - problem$multiply(x))
    if (lambda > 0) {
      slope <- slope - lambda * problem$penalise(x)
    }
    change <- .Call(ffi_band_solve, R, slope)
    size <- max(abs(change))
    if (!(size < last / 2)) {
      break
    }
    x <- x + change
    last <- size
    if (size <= 4 * .Machine$double.eps * max(abs(x))) {
      break
    }
  }
  x
}

# NULL if x is not determined.
fit_band <- function(problem, lambda, y) {
  if (lambda == 0 && nrow(y) < problem$n) {
    return(NULL)
  }
  factor <- factor_band(problem, lambda)
  if (is.null(factor)) {
    return(NULL)
  }
  x <- solve_band(problem, factor$R, lambda, y)
  edf <- problem$n
  if (lambda > 0) {
    Z <- .Call(ffi_band_inverse, factor$R)
    edf <- edf - lambda * trace_of_product(Z, problem$penalty)
  }
  make_fit(problem, x, y, edf, factor$rcond)
}

# Of two symmetric bands, P the narrower; the lower triangles count too.
trace_of_product <- function(Z, P) {
  each <- rep(c(2, 1), c(nrow(P) - 1L, 1L))
  sum(each * Z[nrow(Z) - nrow(P) + seq_len(nrow(P)), , drop = FALSE] * P)
}

make_fit <- function(problem, x, y, edf, rcond) {
  fitted <- problem$multiply(x)
  residuals <- y - fitted
  if (!is.null(problem$turn)) {
    x[problem$turn, ] <- x
  }
  list(
    coefficients = x, residuals = residuals, fitted.values = fitted, lambda = 0, edf = edf,
    gcv = gcv_score(residuals, edf), rcond = rcond, search = NULL
  )
}

gcv_score <- function(residuals, edf) {
  n <- nrow(residuals)
  if (edf > n - 1e-8 * n) rep(NA_real_, ncol(residuals)) else n * colSums(residuals^2) / (n - edf)^2
}

# ---- x that is not determined --------------------------------------------------

singular_fit <- function(problem, lambda, y, minimum_norm) {
  if (!minimum_norm) {
    abort_singular(problem, lambda, y)
  }
  wide <- problem$mode == "valid" && lambda == 0 && problem$n >= length(problem$h)
  fit <- if (wide) fit_wide(problem, y)
  if (is.null(fit)) fit_dense(problem, lambda, y) else fit
}

abort_singular <- function(problem, lambda, y) {
  few <- lambda == 0 && nrow(y) < problem$n
  abort(
    "numeric",
    "x is not determined: several x have the same convolution, to within rounding.",
    if (few) {
      sprintf(
        "There are %s values of `y` for %s of x.",
        format_count(nrow(y)), format_count(problem$n)
      )
    } else if (lambda > 0 && problem$order > 0) {
      "The penalty does not see what `h` takes away."
    } else {
      "The spectrum of `h` has nulls, or some samples of x do not enter `y`."
    },
    if (lambda == 0) "Use method \"ridge\", or `singular = \"minimum_norm\"` for the shortest x."
    else "Use a larger `lambda`, `order = 0`, or `singular = \"minimum_norm\"` for the shortest x."
  )
}

# A'z with A A'z = y: A' is the matrix of mode full for the kernel back to front.
fit_wide <- function(problem, y) {
  across <- deconv_problem(rev(problem$h), nrow(y), "full", 0, "zero", 0)
  factor <- factor_band(across, 0)
  if (is.null(factor)) {
    return(NULL)
  }
  x <- across$multiply(.Call(ffi_band_solve, factor$R, y))
  for (step in 1:2) {
    x <- x + across$multiply(.Call(ffi_band_solve, factor$R, y - across$transpose(x)))
  }
  make_fit(problem, x, y, nrow(y), factor$rcond)
}

fit_dense <- function(problem, lambda, y) {
  rows <- nrow(y) + nrow(problem$D)
  check_memory(
    8 * 4 * rows * problem$n,
    sprintf("The dense %s x %s problem needs", format_count(rows), format_count(problem$n)),
    "Method \"ridge\" with `order = 0` is banded, and never singular."
  )
  B <- as.matrix(problem$sparse())
  if (lambda > 0) {
    B <- rbind(B, sqrt(lambda) * as.matrix(problem$D))
  }
  s <- svd(B)
  kept <- s$d > rcond_singular * s$d[1L]
  U <- s$u[seq_len(nrow(y)), kept, drop = FALSE]
  x <- s$v[, kept, drop = FALSE] %*% (crossprod(U, y) / s$d[kept])
  rcond <- if (any(kept)) min(s$d[kept]) / s$d[1L] else 1
  make_fit(problem, x, y, sum(U^2), rcond)
}

# ---- the weight of the penalty -------------------------------------------------

fit_gcv <- function(problem, y) {
  tried <- list()
  try_weight <- function(lambda, columns = seq_len(ncol(y))) {
    fit <- fit_band(problem, lambda, y[, columns, drop = FALSE])
    score <- rep(NA_real_, ncol(y))
    score[columns] <- if (is.null(fit)) NA_real_ else fit$gcv
    row <- list(lambda = lambda, edf = if (is.null(fit)) NA_real_ else fit$edf, gcv = score)
    tried[[length(tried) + 1L]] <<- row
    score[columns]
  }
  range <- weight_range(problem)
  for (lambda in 10^seq(range[["top"]], range[["bottom"]], by = -0.5)) {
    try_weight(lambda)
  }
  while (length(tried) %in% best_weights(tried) &&
    log10(tried[[length(tried)]]$lambda) > range[["floor"]]) {
    try_weight(tried[[length(tried)]]$lambda / sqrt(10))
  }
  best <- best_weights(tried)
  if (anyNA(best)) {
    abort_singular(problem, 1, y)
  }
  weight <- vapply(seq_len(ncol(y)), function(column) {
    row <- tried[[best[column]]]
    polish_weight(row$lambda, row$gcv[column], function(lambda) try_weight(lambda, column))
  }, 0)
  combine_fits(lapply(seq_len(ncol(y)), function(column) {
    fit <- fit_band(problem, weight[column], y[, column, drop = FALSE])
    fit$lambda <- weight[column]
    fit
  }), search_table(tried))
}

# The best of those tried for each column, NA if none has a score.
best_weights <- function(tried) {
  score <- do.call(cbind, lapply(tried, `[[`, "gcv"))
  apply(score, 1L, function(s) if (all(is.na(s))) NA_integer_ else which.min(s))
}

# Common logarithms: from where all but the null space of D is gone, to where nothing that
# the kernel passes on is; see `?deconv`.
weight_range <- function(problem) {
  n <- problem$n
  size <- stats::nextn(2 * max(n, length(problem$h), 512))
  gain <- Mod(stats::fft(c(problem$h, numeric(size - length(problem$h)))))^2
  frequency <- 2 * pi * seq(0, size - 1) / size
  if (!(max(gain) > 0)) {
    abort("numeric", "`h` is 0 everywhere, so that `y` says nothing about x.")
  }
  seen <- frequency >= pi / n & frequency <= pi
  roughness <- (2 - 2 * cos(frequency))^problem$order
  c(
    top = log10(max(gain[seen] / roughness[seen], max(gain) / 4^problem$order)) + 1,
    bottom = log10(max(gain) / 4^problem$order) - 10,
    floor = log10(max(gain) / 4^problem$order) - 24
  )
}

# The minimum within half a decade of the best weight so far.
polish_weight <- function(lambda, least, score) {
  finite_score <- function(power) {
    value <- score(10^power)
    if (is.na(value)) .Machine$double.xmax else value
  }
  found <- stats::optimize(finite_score, log10(lambda) + c(-0.5, 0.5), tol = 0.01)
  if (found$objective < least) 10^found$minimum else lambda
}

search_table <- function(tried) {
  table <- data.frame(lambda = vapply(tried, `[[`, 0, "lambda"), edf = vapply(tried, `[[`, 0, "edf"))
  table$gcv <- do.call(rbind, lapply(tried, `[[`, "gcv"))
  table <- table[order(table$lambda), ]
  row.names(table) <- NULL
  table
}

combine_fits <- function(fits, search) {
  if (length(fits) == 1L) {
    fit <- fits[[1L]]
  } else {
    fit <- lapply(names(fits[[1L]]), function(name) {
      values <- lapply(fits, `[[`, name)
      if (is.matrix(values[[1L]])) do.call(cbind, values) else unlist(values)
    })
    names(fit) <- names(fits[[1L]])
  }
  fit$search <- search
  fit
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

# ---- methods ---------------------------------------------------------------------

#' @rdname deconv
#' @param x An object of class `deconv`.
#' @param digits Whole number: significant digits to print.
#' @export
print.deconv <- function(x, digits = 3L, ...) {
  columns <- NCOL(x$y)
  cat(sprintf(
    "Deconvolution of %s values%s by a kernel of %s, mode \"%s\"%s\n\n",
    format_count(NROW(x$y)), if (columns > 1L) sprintf(" in each of %d columns", columns) else "",
    format_count(length(x$h)), x$mode,
    if (x$boundary == "zero") "" else sprintf(", boundary \"%s\"", x$boundary)
  ))
  if (x$method == "division") print_division(x, digits) else print_fit(x, digits)
  invisible(x)
}

print_division <- function(x, digits) {
  cat("Quotient:\n")
  print(stats::coef(x), digits = digits)
  cat("Remainder:\n")
  print(stats::residuals(x), digits = digits)
}

print_fit <- function(x, digits) {
  number <- function(v) vapply(signif(v, digits), format, "", digits = digits)
  # one number, or the range of those of the columns
  span <- function(v) paste(unique(number(range(v))), collapse = " to ")
  found <- stats::coef(x)
  size <- sqrt(colSums(as.matrix(x$residuals)^2) / colSums(as.matrix(x$y)^2))
  penalised <- c("x", "the differences of x", "the second differences of x")[x$order + 1]
  ridge <- x$method == "ridge"
  cat(
    sprintf("x:         %s values from %s to %s\n", format_count(NROW(found)), number(min(found)), number(max(found))),
    "Method:    least squares", if (ridge) c(" with a penalty on ", penalised), "\n",
    if (ridge) c("lambda:    ", span(x$lambda), if (!is.null(x$search)) ", chosen by generalised cross-validation", "\n"),
    sprintf("Fit:       %s degrees of freedom for %s values", span(x$edf), format_count(NROW(x$y))),
    if (all(is.finite(size))) sprintf("; residuals are %s %% of y", span(100 * size)), "\n",
    if (all(x$rcond > 0)) sprintf("Condition: relative errors in y may become up to %s times as large in x\n", span(1 / x$rcond)),
    "\ncoef() gives x, fitted() gives conv(x, h), residuals() what is left of y.\n",
    sep = ""
  )
}

#' @rdname deconv
#' @param which Which pictures to draw, one above the other: `"x"`, what was found; `"fit"`, `y` as
#'   points and conv(x, h) as a line; `"gcv"`, the score against lambda, where it was searched.
#' @param ... Further arguments of [graphics::matplot()], such as `xlim` or `lwd`.
#' @export
plot.deconv <- function(x, which = c("x", "fit", if (!is.null(x$search)) "gcv"), ...) {
  for (name in which) {
    check_choice(name, c("x", "fit", "gcv"), "which")
  }
  if ("gcv" %in% which && is.null(x$search)) {
    abort("value", "`which` must be \"x\" or \"fit\", since `lambda` was not searched.")
  }
  if (length(which) > 1L) {
    old <- graphics::par(mfrow = c(length(which), 1L), mar = c(3.4, 4.4, 2, 1), mgp = c(2.2, 0.6, 0), font.main = 1)
    on.exit(graphics::par(old))
  }
  for (name in which) {
    switch(name,
      x = plot_found(x, ...),
      fit = plot_fit(x, ...),
      gcv = plot_search(x)
    )
  }
  invisible(x)
}

plot_found <- function(x, ..., main = "x, as found", xlab = place_label(x), ylab = "x", type = "l",
                       xlim = range(found_at(x), measured_at(x)), las = 1, lty = 1, lwd = 2,
                       col = deconv_colors(x)) {
  graphics::matplot(found_at(x), as.matrix(stats::coef(x)),
    main = main, xlab = xlab, ylab = ylab, type = type, xlim = xlim, las = las, lty = lty,
    lwd = lwd, col = col, ...
  )
  graphics::abline(h = 0, col = "grey80")
}

plot_fit <- function(x, ..., main = "y (points) and conv(x, h) (line)", xlab = place_label(x),
                     ylab = "y", xlim = range(found_at(x), measured_at(x)), las = 1, lty = 1,
                     lwd = 2, col = deconv_colors(x)) {
  at <- measured_at(x)
  graphics::matplot(at, as.matrix(x$y),
    main = main, xlab = xlab, ylab = ylab, type = "p", pch = 16, cex = 0.7, xlim = xlim,
    las = las, col = grDevices::adjustcolor(col, 0.45), ...
  )
  graphics::matlines(at, as.matrix(stats::fitted(x)), lty = lty, lwd = lwd, col = col)
}

plot_search <- function(x) {
  col <- deconv_colors(x)
  graphics::matplot(x$search$lambda, x$search$gcv,
    type = "l", log = "xy", lty = 1, lwd = 2, col = col, las = 1,
    main = "Score of each lambda: the lowest is best", xlab = "lambda", ylab = ""
  )
  graphics::abline(v = x$lambda, lty = 3, col = col)
  graphics::points(x$lambda, x$gcv, pch = 16, col = col)
}

deconv_colors <- function(x) grDevices::hcl.colors(NCOL(x$y) + 1L, "Dark 3")[-1L]

# Both on the axis of x, which counts from 1 or has its dates.
found_at <- function(x) {
  found <- stats::coef(x)
  if (stats::is.ts(found)) as.numeric(stats::time(found)) else seq_len(NROW(found))
}

measured_at <- function(x) {
  if (stats::is.ts(x$y)) {
    return(as.numeric(stats::time(x$y)))
  }
  first <- switch(x$mode,
    full = 1 - x$origin,
    valid = min(NROW(stats::coef(x)), length(x$h)) - x$origin,
    1
  )
  first + seq_len(NROW(x$y)) - 1
}

place_label <- function(x) if (stats::is.ts(x$y)) "Time" else "Sample"
