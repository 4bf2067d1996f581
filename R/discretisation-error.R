#' What a grid does to regressors
#'
#' Compares the regressors of your own events computed on a grid with the exact
#' ones: how many seconds they come early or late, by how much their height is off,
#' and how large the largest error is.
#' `discretisation_error(events(10, 5), 0:39, "spm", dt = 1)` is early by half a second.
#'
#' @inheritParams regressors
#' @param model With method `"sampled"` the name of a model in [hrf()], or a model made
#'   by [gamma_hrf()]; else a model of the package, as in [regressors()].
#' @param normalise With method `"sampled"`, `"none"`, `"peak"` or `"area"`, as in
#'   [hrf()].
#' @param dt Numeric vector: the steps of the grids to try with `"sampled"`, in seconds.
#' @param method `"sampled"`, `"spm"` or `"nilearn"`: whose grid.
#' @param bins,oversampling Whole numbers: the steps for each scan to try, of SPM and of
#'   nilearn.
#' @param bin0 Whole number: the bin at which SPM reads, up to the smallest of `bins`.
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
#' @section What each scheme costs:
#' For the blocks of 30 s of [ds114_events], which begin at scans (TR 2.5 s), in steps of
#' the scheme's own grid:
#'
#' | scheme | lag | height |
#' |---|---|---|
#' | the textbook's, 16 steps for each scan | early by 0.50 | right |
#' | SPM, 16 bins | late by 0.00 | 0.2 % too high |
#' | nilearn, oversampling 50 | late by 0.33 | right |
#'
#' The textbook puts the activity of each step at its beginning. SPM's boxes are one bin
#' longer than the block, half a bin on either side. That makes up for the lead and adds
#' to the height: 0.2 % for blocks of 30 s, 0.8 % for 10 s, 1.6 % for 6 s at a TR of
#' 2 s. Nilearn's kernel is late by one step, less a small stretch. Onsets between grid
#' points are moved in each scheme: to the nearest bin by SPM, to the next grid point by
#' nilearn. Where a grid point misses an onset by rounding, nilearn is late by a step more.
#'
#' Exact and sampled are compared at the moments at which the scheme reads its grid; for
#' SPM that is `(bin0 - 1) / bins` of a scan after its start. The exact regressor has the
#' scheme's own gamma densities and, for SPM and nilearn, an area of 1.
#' Impulses have a height of 1 for one step in nilearn, so that `amplitude` is `dt`.
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
#' @family predictions
#' @examples
#' # sampled at the scans, responses to blocks are early by half a scan
#' discretisation_error(ds114_events, scan_times(173, tr = 2.5), "nipraxis",
#'   dt = c(2.5, 1, 0.1))
#' # not so in SPM
#' discretisation_error(ds114_events, scan_times(173, tr = 2.5), method = "spm")
#' @export
discretisation_error <- function(events, times, model = "cohen", normalise = "none", dt = 0.1,
                                 method = "sampled", bins = 16, bin0 = 8, oversampling = 50,
                                 version = "0.11", ...) {
  check_given()
  check_unused(...)
  checked <- check_events(events)
  runs <- check_run_times(checked, times)
  check_choice(method, c("sampled", "spm", "nilearn"), "method")
  if (missing(model) && method == "spm") {
    model <- "spm"
  }
  later <- function(by) if (is.null(checked$run)) runs[[1L]] + by else lapply(runs, `+`, by)
  scheme <- switch(method,
    sampled = sampled_scheme(model, normalise, dt),
    spm = spm_scheme(runs, model, normalise, bins, bin0),
    nilearn = nilearn_scheme(runs, model, normalise, oversampling, version)
  )
  step <- scheme$step
  rows <- lapply(seq_along(step), function(i) {
    exact <- function(by) regressors(events, later(by + scheme$read[i]), scheme$model, scheme$normalise)
    truth <- exact(0)
    made <- do.call(regressors, c(list(events, later(0), model, method = method), scheme$arguments[[i]]))
    rows <- lapply(seq_len(ncol(truth)), function(column) {
      compare_column(made[, column], function(by) exact(by)[, column], truth[, column], step[i])
    })
    rows <- data.frame(dt = rep(step[i], ncol(truth)), do.call(rbind, rows))
    if (is.null(colnames(truth))) rows else data.frame(trial_type = colnames(truth), rows)
  })
  columns <- nlevels(event_types(checked))
  out <- do.call(rbind, rows)
  out <- out[order(rep(seq_len(columns), length(step)), rep(seq_along(step), each = columns)), ]
  row.names(out) <- NULL
  out
}

# What is compared with what: the steps of the grids; for each the arguments of
# regressors() beside `method`, and how many seconds after `times` the scheme reads its
# grid; and the model, scaled as the scheme does it, for the exact regressors.
sampled_scheme <- function(model, normalise, dt) {
  check_choice(normalise, hrf_normalisations, "normalise")
  model <- check_hrf(model)
  scale_model(model, normalise)
  dt <- check_numbers(dt, "dt")
  check_values(dt, dt > 0, "dt", "above 0")
  list(
    step = dt, read = 0 * dt, model = model, normalise = normalise,
    arguments = lapply(dt, function(dt) list(normalise = normalise, dt = dt))
  )
}

spm_scheme <- function(runs, model, normalise, bins, bin0) {
  check_package_model(model, "spm", normalise)
  tr <- check_one_tr(runs, "spm")
  bins <- check_grid_counts(bins, "bins")
  bin0 <- check_count(bin0, "bin0", most = min(bins))
  list(
    step = tr / bins, read = (bin0 - 1) * tr / bins, model = hrf_models$spm, normalise = "area",
    arguments = lapply(bins, function(bins) list(bins = bins, bin0 = bin0))
  )
}

nilearn_scheme <- function(runs, model, normalise, oversampling, version) {
  check_package_model(model, "nilearn", normalise)
  tr <- check_one_tr(runs, "nilearn")
  oversampling <- check_grid_counts(oversampling, "oversampling")
  terms <- nilearn_terms(model, check_nilearn_version(version))
  list(
    step = tr / oversampling, read = 0 * oversampling,
    model = new_gamma_hrf(terms$shape, terms$scale, terms$weight, model), normalise = "area",
    arguments = lapply(oversampling, function(n) list(oversampling = n, version = version))
  )
}

check_one_tr <- function(runs, method) {
  check_package_times(runs, method)
  tr <- vapply(runs, `[`, 0, 2L)
  check_values(tr, abs(tr - tr[1L]) <= 1e-6 * tr[1L], "times", "of one TR for all runs")
  tr[[1L]]
}

check_grid_counts <- function(n, arg) {
  n <- check_numbers(n, arg)
  if (length(n) == 0L) {
    abort("length", sprintf("`%s` must have at least one value.", arg))
  }
  check_values(n, n >= 1 & n == floor(n) & n <= 2^31, arg, "whole numbers, at least 1")
  n
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
