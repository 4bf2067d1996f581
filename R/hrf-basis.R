# Sets of functions that span many responses, in place of one model.

#' Sets of response functions
#'
#' In place of one response a set of functions, each with a column of its own, so that
#' the data can choose among all their sums. For [regressors()], [design_matrix()] and
#' [event_responses()]. `hrf_basis("tent", 0, 15, 6)` is six tents, 3 s apart.
#'
#' | kind | the functions | of |
#' |---|---|---|
#' | `"tent"` | for n knots at equal distances from `from` to `to`: 1 at its own knot, 0 at all others, straight in between | AFNI TENT(from, to, n) |
#' | `"csplin"` | the same with cubic splines that are smooth at the knots | AFNI CSPLIN(from, to, n) |
#' | `"fourier"` | 1, and sin(2 pi k u) and cos(2 pi k u) for k = 1, ..., (n - 1)/2, with u from 0 to 1 between `from` and `to` | SPM Fourier set, AFNI TRIG(from, to, n) |
#' | `"gamma"` | gamma densities of shape 4, 8, 16, ... and scale 1 | SPM Gamma functions |
#'
#' The first three are 0 before `from` and after `to`.
#'
#' @param kind `"tent"`, `"csplin"`, `"fourier"` or `"gamma"`.
#' @param from,to Numbers: the seconds after an event between which the response is
#'   sought. Not used by `"gamma"`.
#' @param n A whole number: how many functions. At least 2 for tents, 4 for splines, odd
#'   for Fourier's, at most 8 for gammas.
#' @param x A set.
#' @param ... For `plot()`, further arguments of [graphics::matplot()]; otherwise not used.
#'
#' @returns An object of class `hrf_basis`, a list of `kind`, `from`, `to` and `n`. Columns
#'   are named `tent_0`, `tent_2.5`, ... and `csplin_0`, ... by their knots; `constant`,
#'   `sin_1`, `cos_1`, ...; and `gamma_4`, `gamma_8`, ... by shape, after the type of event and
#'   `_`. `print()` says what it is, `plot()` draws the functions; both return it
#'   invisibly.
#'
#' @section Boxes:
#' Tents, splines and Fourier's functions go with impulses only, so events must have duration 0: an
#' event that lasts is an error. (The functions describe the whole response, to a block
#' too; give blocks of one length the duration 0.) Gammas go with both.
#'
#' @section Errors:
#' `convmat_error_type`, `convmat_error_length` or `convmat_error_value` if an argument is
#' not as described.
#'
#' @section Algorithm and cost:
#' One value of each function for each event and each scan that it reaches.
#'
#' @references
#' Cox, R. W. (1996) AFNI: software for analysis and visualization of functional magnetic
#' resonance neuroimages. _Computers and Biomedical Research_ 29, 162--173.
#' \doi{10.1006/cbmr.1996.0014}
#'
#' Keys, R. (1981) Cubic convolution interpolation for digital image processing. _IEEE
#' Transactions on Acoustics, Speech, and Signal Processing_ 29, 1153--1160.
#' \doi{10.1109/TASSP.1981.1163711} (the splines)
#'
#' Friston, K. J. and others (1998) Event-related fMRI: characterizing
#' differential responses. _NeuroImage_ 7, 30--40. \doi{10.1006/nimg.1997.0306}
#'
#' @seealso [regressors()], whose `model = "fir"` has bins in place of tents.
#' @examples
#' tents <- hrf_basis("tent", 0, 15, 6)
#' tents
#' plot(tents)
#' ev <- events(c(4, 21, 40), trial_type = c("a", "b", "a"))
#' X <- regressors(ev, scan_times(30, 2), tents)
#' colnames(X)
#' @export
hrf_basis <- function(kind, from = 0, to = 20, n = 6) {
  check_given()
  check_choice(kind, c("tent", "csplin", "fourier", "gamma"), "kind")
  from <- check_number(from, "from")
  to <- check_number(to, "to")
  if (!(to > from && to - from < Inf)) {
    abort("value", sprintf("`to` must be above `from`, which is %s, not %s.", format(from), format(to)))
  }
  least <- c(tent = 2, csplin = 4, fourier = 1, gamma = 1)[[kind]]
  n <- check_count(n, "n", least, if (kind == "gamma") 8 else 1e4)
  if (kind == "fourier" && n %% 2 == 0) {
    abort("value", sprintf("`n` must be odd with kind \"fourier\", not %s.", format(n)), "It is 1 and pairs.")
  }
  structure(list(kind = kind, from = from, to = to, n = n), class = "hrf_basis")
}

is_basis <- function(model) inherits(model, "hrf_basis")

# The user may have changed it since.
check_basis <- function(basis) {
  parts <- unclass(basis)
  if (!is.list(parts) || !all(c("kind", "from", "to", "n") %in% names(parts))) {
    abort("type", sprintf("`model` must be made by `hrf_basis()`, not %s.", describe(parts)))
  }
  hrf_basis(parts$kind, parts$from, parts$to, parts$n)
}

basis_names <- function(basis) {
  switch(basis$kind,
    tent = ,
    csplin = paste0(basis$kind, "_", number_labels(basis_knots(basis))),
    fourier = c("constant", if (basis$n > 1) {
      paste0(c("sin_", "cos_"), rep(seq_len((basis$n - 1) / 2), each = 2L))
    }),
    gamma = paste0("gamma_", number_labels(2^(1 + seq_len(basis$n))))
  )
}

basis_knots <- function(basis) seq(basis$from, basis$to, length.out = basis$n)

# A column for each function, a row for each t; 0 outside of from and to, where a rounded
# time counts as on the edge.
basis_values <- function(basis, t) {
  if (basis$kind == "gamma") {
    return(outer(t, 2^(1 + seq_len(basis$n)), function(t, shape) stats::dgamma(t, shape)))
  }
  span <- basis$to - basis$from
  inside <- t >= basis$from - 1e-8 * span & t <= basis$to + 1e-8 * span
  if (basis$kind == "fourier") {
    u <- 2 * pi * (t - basis$from) / span
    values <- vapply(seq_len(basis$n) - 1, function(i) {
      if (i %% 2 == 1) sin((i + 1) / 2 * u) else cos(i / 2 * u)
    }, numeric(length(t)))
  } else {
    y <- abs(outer(t, basis_knots(basis), `-`)) / (span / (basis$n - 1))
    values <- if (basis$kind == "tent") pmax(1 - y, 0) else cardinal_spline(y)
  }
  matrix(values, length(t)) * inside
}

# 1 at 0, 0 at 1, 2, ..., with a continuous slope; for y >= 0.
cardinal_spline <- function(y) {
  near <- 1 + y^2 * (1.5 * y - 2.5)
  far <- 2 - y * (4 - y * (2.5 - 0.5 * y))
  ifelse(y < 1, near, ifelse(y < 2, far, 0))
}

# The regressors: the functions of a type next to each other.
basis_regressors <- function(events, type, times, basis) {
  n <- basis$n
  y <- matrix(0, length(times), nlevels(type) * n)
  if (basis$kind == "gamma") {
    groups <- group_events(events, type)
    for (k in seq_len(n)) {
      terms <- list(shape = 2^(1 + k), scale = 1, weight = 1)
      y[, seq(k, by = n, length.out = nlevels(type))] <-
        .Call(ffi_regressors, groups$events, groups$first, times, terms, 0L)
    }
    return(y)
  }
  slack <- 1e-8 * (basis$to - basis$from)
  for (e in seq_along(events$onset)) {
    t <- times - events$onset[e]
    rows <- which(t >= basis$from - slack & t <= basis$to + slack)
    columns <- (as.integer(type)[e] - 1L) * n + seq_len(n)
    y[rows, columns] <- y[rows, columns] + events$amplitude[e] * basis_values(basis, t[rows])
  }
  y
}

# Only gammas can be integrated over boxes.
check_basis_events <- function(basis, events) {
  lasting <- events$duration > 0
  if (basis$kind != "gamma" && any(lasting)) {
    abort(
      "value", sprintf("`events$duration` must be 0 with `hrf_basis(\"%s\")`.", basis$kind),
      locations(lasting, "Rows"),
      "The functions describe the whole response, from the onset on: set durations to 0."
    )
  }
}

#' @rdname hrf_basis
#' @export
print.hrf_basis <- function(x, ...) {
  basis <- check_basis(x)
  span <- if (basis$kind != "gamma") sprintf(", %s to %s s", format(basis$from), format(basis$to))
  cat(sprintf("<HRF basis \"%s\": %s functions%s>\n", basis$kind, format_count(basis$n), paste0(span, "")))
  invisible(x)
}

#' @rdname hrf_basis
#' @export
plot.hrf_basis <- function(x, ...) {
  basis <- check_basis(x)
  span <- if (basis$kind == "gamma") c(0, 3 * 2^(1 + basis$n)) else c(basis$from, basis$to)
  t <- seq(span[1L], span[2L], length.out = 501L)
  draw <- function(..., type = "l", lty = 1, lwd = 2, main = sprintf("HRF basis \"%s\"", basis$kind),
                   xlab = "Time since the event (s)", ylab = "Response") {
    graphics::matplot(t, basis_values(basis, t),
      type = type, lty = lty, lwd = lwd, main = main, xlab = xlab, ylab = ylab, ...
    )
  }
  draw(...)
  invisible(x)
}
