#' What a grid does to regressors
#'
#' Compares the regressors of your own events computed on a grid with the exact
#' ones: how many seconds they come early or late, by how much their height is off,
#' and how large the largest error is.
#'
#' @inheritParams regressors
#' @param model Name of a model in [hrf()], or a model made by [gamma_hrf()].
#' @param normalise `"none"`, `"peak"` or `"area"`, as in [hrf()].
#' @param dt Numeric vector: the steps of the grids to try, in seconds.
#'
#' @returns A data frame with one row for each column of [regressors()] and, within
#'   it, each `dt`:
#'   \describe{
#'     \item{trial_type}{the column's name, where it has one}
#'     \item{dt}{the step, in seconds}
#'     \item{lag}{by how many seconds the sampled regressor is late; negative if
#'       it is early}
#'     \item{amplitude}{by how much it is to be divided to have the right height}
#'     \item{error}{its largest distance from the exact one, with no such correction,
#'       in units of the largest modulus of the exact one}
#'   }
#'   `lag` and `amplitude` are NA for a column that is 0, and where a grid is so
#'   wrong that no lag up to two steps fits best.
#'
#' @section Algorithm and cost:
#' `lag` and `amplitude` are those by which the exact regressor, taken that much
#' earlier and multiplied, comes closest to the sampled one in the sum of squares.
#' The lag is searched by `stats::optimize()`, with an exact regressor for each try.
#'
#' @section Errors:
#' As in [regressors()].
#'
#' @references Brett, M., _nipraxis_, chapter "Convolution with matrices",
#'   <https://textbook.nipraxis.org/convolution_matrices.html>
#'
#' @seealso [regressors()]; the article "How wrong is a grid?" on the site.
#' @examples
#' # sampled at the scans, responses to blocks are early by half a scan
#' discretisation_error(ds114_events, scan_times(173, tr = 2.5), "nipraxis",
#'   dt = c(2.5, 1, 0.1))
#' @export
discretisation_error <- function(events, times, model = "cohen", normalise = "none", dt = 0.1) {
  checked <- check_events(events)
  runs <- check_run_times(checked, times)
  check_choice(normalise, hrf_normalisations, "normalise")
  model <- check_hrf(model)
  scale_model(model, normalise)
  dt <- check_numbers(dt, "dt")
  check_values(dt, dt > 0, "dt", "above 0")
  later <- function(by) if (is.null(checked$run)) runs[[1L]] + by else lapply(runs, `+`, by)
  exact <- function(by) regressors(events, later(by), model, normalise)
  truth <- exact(0)
  rows <- lapply(dt, function(step) {
    sampled <- regressors(events, later(0), model, normalise, "sampled", step)
    do.call(rbind, lapply(seq_len(ncol(truth)), function(column) {
      compare_column(sampled[, column], function(by) exact(by)[, column], truth[, column], step)
    }))
  })
  out <- data.frame(dt = rep(dt, each = ncol(truth)), do.call(rbind, rows))
  names <- colnames(truth)
  if (!is.null(names)) {
    out <- data.frame(trial_type = rep(names, length(dt)), out)
  }
  out <- out[order(rep(seq_len(ncol(truth)), length(dt)), rep(seq_along(dt), each = ncol(truth))), ]
  row.names(out) <- NULL
  out
}

compare_column <- function(sampled, exact, truth, dt) {
  height <- max(abs(truth), 0)
  error <- max(abs(sampled - truth), 0) / height
  if (!isTRUE(height > 0) || !all(is.finite(c(sampled, truth))) || !any(sampled != 0)) {
    if (identical(height, 0)) {
      error <- if (any(sampled != 0)) Inf else 0
    }
    return(data.frame(lag = NA_real_, amplitude = NA_real_, error = error))
  }
  sampled <- sampled / height
  fit <- function(moved) {
    power <- sum(moved^2)
    if (power > 0) sum(sampled * moved) / power else 0
  }
  rest <- function(lag) {
    moved <- exact(-lag) / height
    sum((sampled - fit(moved) * moved)^2)
  }
  best <- stats::optimize(rest, c(-2, 2) * dt, tol = 1e-7 * dt)
  found <- abs(best$minimum) < 1.999 * dt
  data.frame(
    lag = if (found) best$minimum else NA_real_,
    amplitude = if (found) fit(exact(-best$minimum) / height) else NA_real_,
    error = error
  )
}
