#' Convolution of two functions of time
#'
#' The definition of convolution by the integral,
#' \deqn{(f * g)(t) = \int f(\tau)\, g(t - \tau)\, d\tau,}{(f * g)(t) = integral of f(tau) g(t - tau) over tau,}
#' computed numerically for each `t`. With a neural signal f and a
#' haemodynamic response g this is the predicted response without a grid.
#' `conv_integral(dexp, dexp, 1)` is exp(-1), 0.3679.
#'
#' @param f,g Functions of one numeric vector that return a numeric vector of
#'   the same length, finite wherever they are asked.
#' @param t Numeric vector: the times at which to evaluate, finite.
#' @param lower,upper Numbers, or -Inf and Inf: the limits of tau.
#' @param breaks Numeric vector: the times where `f` or `g` jumps, has a kink
#'   or is narrow, each in that function's own time. 0 is always included.
#' @param rel_tol,abs_tol Numbers: the estimated error of each result must be at
#'   most `abs_tol` or at most `rel_tol` times the result's modulus. A result that
#'   is 0 since its parts cancel may have the rounding errors of those.
#' @param peaks Data frame with columns `at` and `width`: the centres of the peaks of `f`
#'   and `g`, each in that function's own time, and how wide they are, such as the standard
#'   deviation of a normal density.
#'
#' @returns A double vector of the length of `t`: the values of the
#'   convolution, in units of f times g times the unit of `t`.
#'
#' @section Narrow peaks:
#' Quadrature sees a function at some points only. What lies between them, such
#' as a box 3 s wide in a range of 1000 s, could be missed without a sign. So the range of tau is
#' cut near everything that is known to be narrow, both as times of f (tau = b) and as times of g
#' (t - tau = b): at `breaks` and `peaks`, and around them at distances that grow geometrically.
#'
#' Where neither is given, the functions themselves are searched: on a grid that sees a box of width
#' 1/16 up to 1024, and a peak of relative width 0.002 up to 1e9, or, if that shows
#' nothing but zeros, one that sees a width of 1/512 up to 256. From what it sees the search goes up to
#' the peaks, and to the edges of the support; likewise from where the quadrature comes upon something that the grid
#' did not show. It does not see a second peak that is narrow
#' beside a broad one: give that as `peaks`. A function that is 0 wherever it was looked at
#' brings a warning.
#'
#' Piecewise constant functions need their edges as `breaks`. For densities of R, give `peaks`: for
#' `dnorm()`, mean and sd; for `dgamma()`, mode and the root of shape times scale; for
#' `dunif()`, its middle and length. Sums of normal, gamma (of one scale) or Poisson
#' variables need no quadrature.
#'
#' @section Errors:
#' `convmat_error_type` if `f` or `g` is not a function or returns something
#' else than numbers; `convmat_error_length` if it returns another number of
#' values than it was given; `convmat_error_value` if it fails or returns
#' values that are not finite, or another argument is out of range;
#' `convmat_error_numeric` if an integral does not converge. Messages name the
#' function, and the times where it failed.
#'
#' A warning `convmat_warning_numeric` if a function is 0 wherever it was looked at.
#'
#' @section Algorithm and cost:
#' The search takes some 300 points of each function, or 35,000 and then a million where it sees zeros
#' only. Each break or peak is looked at from 31 distances at either side, and half decades between the
#' smallest and the largest at which the function changes become cuts. Each piece is integrated by
#' `stats::integrate()`, QUADPACK's adaptive Gauss-Kronrod rules, which calls
#' `f` and `g` with 15 or 21 times at once. The error estimates of the pieces
#' are added and compared with the tolerances of the whole; if they fail,
#' because positive and negative pieces cancel, all are cut in four and integrated once more to
#' an absolute tolerance that suffices.
#'
#' @references Piessens, R., deDoncker-Kapenga, E., Ueberhuber, C. W. and
#'   Kahaner, D. K. (1983) _QUADPACK: A Subroutine Package for Automatic
#'   Integration_. Springer. \doi{10.1007/978-3-642-61786-7}
#'
#' @seealso [conv()] for sampled signals.
#' @family convolution
#' @examples
#' # a 3 s event at 4 s
#' neural <- function(t) as.numeric(t >= 4 & t < 7)
#' t <- seq(0, 30, by = 0.5)
#' bold <- conv_integral(neural, hrf, t, breaks = c(4, 7))
#' plot(t, bold, type = "l", xlab = "Time (s)", ylab = "Predicted BOLD")
#'
#' # two normal densities make a third
#' conv_integral(dnorm, dnorm, 1:3)
#' dnorm(1:3, sd = sqrt(2))
#' @export
conv_integral <- function(f, g, t, lower = -Inf, upper = Inf, breaks = NULL,
                          rel_tol = 1e-8, abs_tol = 0, peaks = NULL) {
  check_given()
  f <- check_function(f, "f")
  g <- check_function(g, "g")
  t <- check_numbers(t, "t")
  lower <- check_number(lower, "lower", "a number or -Inf", function(v) v < Inf)
  upper <- check_number(upper, "upper", "a number or Inf", function(v) v > -Inf)
  if (lower > upper) {
    abort("value", sprintf("`lower` must not be above `upper`, but %s > %s.", lower, upper))
  }
  breaks <- if (!is.null(breaks)) check_numbers(breaks, "breaks")
  peaks <- check_peaks(peaks)
  rel_tol <- check_number(
    rel_tol, "rel_tol", "a number from 1.2e-14 to below 1",
    function(v) v >= 50 * .Machine$double.eps && v < 1 # below it QUADPACK refuses
  )
  abs_tol <- check_number(
    abs_tol, "abs_tol", "a finite number, 0 or more",
    function(v) v >= 0 && v < Inf
  )
  if (length(t) == 0L) {
    return(numeric(0))
  }
  # where each was largest, of all places that were asked; NULL while it was nowhere but 0
  seen <- list(f = NULL, g = NULL)
  most <- c(f = 0, g = 0)
  watch <- function(fun, name) {
    force(fun)
    function(at, t, ...) {
      y <- fun(at, t, ...)
      top <- max(abs(y), 0, na.rm = TRUE)
      if (top > most[[name]]) {
        most[[name]] <<- top
        seen[[name]] <<- at[which.max(abs(y))]
      }
      y
    }
  }
  functions <- list(f = watch(f, "f"), g = watch(g, "g"))
  ranges <- list(f = c(lower, upper), g = range(t) - c(upper, lower))
  scouting <- is.null(breaks) && is.null(peaks)
  cuts <- function(name, place = NULL) { # in the function's own time
    ask <- function(at) functions[[name]](at, t[1L], finite = FALSE)
    find_cuts(ask, breaks, peaks, ranges[[name]], scouting, place)
  }
  found <- lapply(c(f = "f", g = "g"), cuts)
  compute <- function() {
    vapply(t, integrate_product, 0,
      f = functions$f, g = functions$g, lower = lower, upper = upper, cuts = lapply(found, `[[`, "cuts"),
      rel_tol = rel_tol, abs_tol = abs_tol
    )
  }
  blind <- function() names(found)[vapply(found, `[[`, NA, "blind")]
  y <- if (length(blind()) == 0L) compute() else tryCatch(compute(), convmat_error_numeric = identity)
  # what the search did not see, the quadrature may have come upon: then that place is where to cut
  met <- Filter(function(name) !is.null(seen[[name]]), blind())
  if (length(met) > 0L) {
    found[met] <- lapply(met, function(name) cuts(name, seen[[name]]))
    y <- compute()
  } else if (inherits(y, "condition")) {
    stop(y)
  }
  if (lower < upper) {
    warn_blind(names(found)[vapply(seen, is.null, NA)], y, t)
  }
  y
}

# The integral of f(tau) g(t - tau) at one t.
integrate_product <- function(t, f, g, lower, upper, cuts, rel_tol, abs_tol) {
  cuts <- sort(unique(c(cuts$f, t - cuts$g)))
  cuts <- c(lower, cuts[cuts > lower & cuts < upper], upper)
  product <- function(tau) {
    y <- f(tau, t) * g(t - tau, t)
    if (!all(is.finite(y))) {
      abort("value", sprintf(
        "The product of `f` and `g` must be finite; at t = %s it is %s.",
        format(t), format(y[!is.finite(y)][1L])
      ))
    }
    y
  }
  # what cancels to 0 is 0 to within the rounding of what cancels
  allowed <- function(r) max(abs_tol, rel_tol * abs(r$value), 100 * .Machine$double.eps * r$mass)

  result <- integrate_pieces(product, cuts, rel_tol, abs_tol / length(cuts))
  if (!(result$error <= allowed(result))) {
    # pieces that cancel need more digits than their sum, and difficult ones shorter pieces
    cuts <- quarter(cuts)
    each <- allowed(result) / (2 * length(cuts))
    result <- integrate_pieces(product, cuts, 50 * .Machine$double.eps, each)
  }
  if (!(is.finite(result$value) && isTRUE(result$error <= allowed(result)))) {
    abort_convergence(t, result, allowed(result))
  }
  result$value
}

# The pieces that are finite cut in four.
quarter <- function(cuts) {
  from <- cuts[-length(cuts)]
  width <- diff(cuts)
  inner <- is.finite(width)
  sort(unique(c(cuts, from[inner] + outer(width[inner], 1:3 / 4))))
}

integrate_pieces <- function(product, cuts, rel_tol, abs_tol) {
  result <- list(value = 0, error = 0, mass = 0, message = "OK")
  for (i in seq_len(length(cuts) - 1L)) {
    piece <- stats::integrate(
      product, cuts[i], cuts[i + 1L],
      rel.tol = rel_tol, abs.tol = abs_tol, subdivisions = 1000L, stop.on.error = FALSE
    )
    result$value <- result$value + piece$value
    result$mass <- result$mass + abs(piece$value)
    # QUADPACK's estimate means nothing where it sees divergence
    diverges <- piece$message == "the integral is probably divergent"
    result$error <- result$error + if (diverges) Inf else piece$abs.error
    if (piece$message != "OK") {
      result$message <- piece$message
    }
  }
  result
}

abort_convergence <- function(t, result, allowed) {
  abort(
    "numeric",
    sprintf("The integral of `f` and `g` did not converge at t = %s.", format(t)),
    sprintf(
      "Estimate %s with an error of up to %s, where at most %s is asked.",
      format(result$value, digits = 6L), format(result$error, digits = 3L),
      format(allowed, digits = 3L)
    ),
    if (result$message != "OK") sprintf("QUADPACK says: %s.", result$message),
    "Give jumps and peaks as `breaks`, or a larger `rel_tol` or `abs_tol`."
  )
}

# A function that was 0 wherever it was looked for may hide a peak between those places.
warn_blind <- function(blind, y, t) {
  if (length(blind) == 0L) {
    return(invisible())
  }
  warn(
    "numeric",
    sprintf(
      "%s 0 wherever the integral looked, and the result may be wrong at %s.",
      if (length(blind) > 1L) "`f` and `g` are" else sprintf("`%s` is", blind),
      if (length(t) == 1L) sprintf("t = %s", format(t)) else sprintf("all %d times", length(t))
    ),
    "A narrow peak may have been missed: give its place as `breaks`, or place and width as `peaks`."
  )
}

check_peaks <- function(peaks) {
  if (is.null(peaks)) {
    return(NULL)
  }
  if (!is.data.frame(peaks) || !all(c("at", "width") %in% names(peaks))) {
    abort(
      "type", sprintf("`peaks` must be a data frame with columns `at` and `width`, not %s.", describe(peaks)),
      "For instance `peaks = data.frame(at = 120, width = 0.5)`."
    )
  }
  at <- check_numbers(peaks$at, "peaks$at")
  width <- check_numbers(peaks$width, "peaks$width")
  check_values(width, width > 0, "peaks$width", "positive")
  list(at = at, width = width)
}

# The user's function, made to keep its promises or say at which t it does not.
check_function <- function(fun, arg) {
  if (!is.function(fun)) {
    abort(
      "type", sprintf("`%s` must be a function, not %s.", arg, describe(fun)),
      if (is.numeric(fun)) "For samples there is `conv()`."
    )
  }
  function(at, t, finite = TRUE) {
    where <- function() sprintf("when the integral at t = %s asked for it", format(t))
    values <- tryCatch(fun(at), error = function(e) {
      abort("value", sprintf("`%s` failed %s: %s", arg, where(), conditionMessage(e)))
    })
    if (is.object(values) || !(is.numeric(values) || is.logical(values))) {
      abort("type", sprintf("`%s` must return numbers, not %s.", arg, describe(values)))
    }
    if (length(values) != length(at)) {
      abort(
        "length",
        sprintf("`%s` must return as many values as it is given.", arg),
        sprintf("Given %d times it returned %d values.", length(at), length(values)),
        "A function of one number can be made into one of many by `Vectorize()`."
      )
    }
    bad <- !is.finite(values)
    if (any(bad) && finite) {
      abort(
        "value", sprintf("`%s` must be finite wherever it is asked.", arg),
        sprintf(
          "It is %s at time %s, %s.", format(values[bad][1L]),
          format(at[bad][1L], digits = 15L), where()
        )
      )
    }
    as.vector(values, "double")
  }
}
