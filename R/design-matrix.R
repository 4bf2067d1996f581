# Everything a linear model of a run needs, in one matrix.

#' Design matrices
#'
#' Puts together what a linear model of fMRI data needs: predicted responses with their
#' derivatives and modulators, slow drifts, confounds and intercepts, for one run or
#' several. The result is a matrix with named columns for `lm()` or whatever fits it.
#' `design_matrix(events(c(2, 12)), 0:29, "spm")` has 30 rows, one for each scan.
#'
#' @inheritParams regressors
#' @param modulators Names of numeric columns of `events`, such as a reaction time: for
#'   each type of event and each of these a further column, in which every response is
#'   multiplied by its value less the mean. `NULL` for none.
#' @param orthogonalise `TRUE` to make modulators, and then the columns of each type,
#'   orthogonal in their order, as SPM does unless told otherwise (see Modulators).
#' @param drift `"cosine"`, `"legendre"` or `"none"`.
#' @param high_pass Number above 0, below 1: the frequency in Hz up to which drifts are
#'   modelled. `NULL` for 1/128 with cosines, as SPM, and 1/150 with Legendre's
#'   polynomials, as AFNI.
#' @param confounds A data frame of numeric columns, such as motion, with a row for each
#'   scan; for several runs one with the rows of all of them, or a list of one for each.
#'   `NULL` for none.
#' @param intercept `TRUE` for a column of ones for each run.
#' @param share `TRUE` if all runs share one column for each type; `FALSE` if each run
#'   has columns of its own.
#' @param ... Further arguments of [regressors()]: `normalise`, `method`, `lags`, ....
#'
#' @returns A double matrix with a row for each scan, and columns in this order:
#'
#'   | columns | names |
#'   |---|---|
#'   | for each type of event the response and its derivatives, or the bins of `"fir"` | as in [regressors()]; `regressor` if there is no type |
#'   | after these the same for each modulator | `face_by_rt`, `face_by_rt_derivative`, ... |
#'   | confounds | as given |
#'   | drifts | `cosine_1`, ..., or `legendre_1`, ... |
#'   | the intercept | `intercept` |
#'
#'   Several runs are blocks: a column is 0 in all runs but its own, and `_run_` and the
#'   run's name are added to its name. Types without an event (in a run) have no column
#'   (there). The class `design_matrix`, beside `matrix`, is for `plot()` and
#'   `print()`; subsets are plain matrices.
#'
#' @section In lm():
#' With an intercept in the matrix `lm()` must not add one: `lm(y ~ 0 + X)`. With
#' `intercept = FALSE` use `lm(y ~ X)`. `as.data.frame(X)` has a variable for each column.
#'
#' @section Modulators:
#' The mean is taken over all events of a type, in all runs, as AFNI does
#' (`-stim_times_AM2`). So the column of the type itself keeps its meaning: the
#' response to an event with the mean value. A modulator that is the same for all events of
#' a type has no column there, with a warning. A modulator called `amplitude` takes the place of the
#' amplitudes: the first column has 1 for all.
#'
#' With `orthogonalise = TRUE` each modulator is made orthogonal to a constant and to
#' those before it over the events of a type, and then each column of a type to those of
#' that type before it, run by run if runs do not share columns. That is what
#' SPM does; with `method = "spm"` the columns are its own. The coefficient of a column
#' then takes all that it has in common with later ones.
#'
#' @section Drifts:
#' `"cosine"`: for n scans at a distance of TR, the floor(2 n TR `high_pass`) first
#' cosines of the discrete cosine transform, sqrt(2/n) cos(pi k (i - 1/2) / n), as in
#' SPM and nilearn (whose default is 0.01 Hz). `"legendre"`: Legendre's polynomials of
#' orders 1 to 1 + floor(n TR `high_pass`), on points from -1 to 1, as AFNI's
#' `-polort A`. Both need scans at equal distances.
#'
#' @section Warnings:
#' `convmat_warning_value` as in [regressors()], and for a modulator without effect.
#'
#' @section Errors:
#' As in [regressors()]; `convmat_error_type` if `modulators` or `confounds` are not of the
#' kind described, or not numeric; `convmat_error_length` if `confounds` does not have a
#' row for each scan; `convmat_error_value` if a modulator is not a column, a value not
#' finite, scans not at equal distances for drifts, or two columns would have one name.
#'
#' @section Algorithm and cost:
#' One call of [regressors()] for each run.
#'
#' @references
#' Friston, K. J. and others (2000) To smooth or not to smooth? Bias and efficiency in
#' fMRI time-series analysis. _NeuroImage_ 12, 196--208. \doi{10.1006/nimg.2000.0609}
#' (drifts as cosines)
#'
#' Mumford, J. A., Poline, J.-B. and Poldrack, R. A. (2015) Orthogonalization of
#' regressors in fMRI models. _PLOS ONE_ 10, e0126255.
#' \doi{10.1371/journal.pone.0126255}
#'
#' Cox, R. W. (1996) AFNI: software for analysis and visualization of functional magnetic
#' resonance neuroimages. _Computers and Biomedical Research_ 29, 162--173.
#' \doi{10.1006/cbmr.1996.0014}
#'
#' @seealso [plot.design_matrix()], [variance_inflation()] and [contrast_efficiency()] to
#'   look at a design; [event_responses()] for a column for each event.
#' @examples
#' scans <- scan_times(184, tr = 2.5)
#' X <- design_matrix(ds000114_events, scans, "spm", derivatives = "temporal")
#' X
#' plot(X)
#'
#' # a fit, to made-up data
#' set.seed(1)
#' y <- 100 + X[, "Finger"] - 3 * X[, "cosine_2"] + rnorm(184, sd = 0.1)
#' coef(lm(y ~ 0 + X))[c("XFinger", "XFoot", "Xintercept")]
#'
#' # responses that grow with a reaction time
#' ev <- events(seq(5, 95, by = 10), 0, trial_type = rep(c("left", "right"), 5))
#' ev$rt <- c(0.6, 0.5, 0.7, 0.4, 0.6, 0.5, 0.8, 0.5, 0.6, 0.6)
#' colnames(design_matrix(ev, scan_times(60, 2), "spm", modulators = "rt", drift = "none"))
#' @export
design_matrix <- function(events, times, model = "cohen", derivatives = NULL, modulators = NULL,
                          orthogonalise = FALSE, drift = "cosine", high_pass = NULL,
                          confounds = NULL, intercept = TRUE, share = FALSE, ...) {
  check_given()
  table <- as.list(event_table(events, "events"))
  runs <- check_run_times(table[event_columns], times)
  check_flag(orthogonalise, "orthogonalise")
  check_choice(drift, drifts, "drift")
  high_pass <- check_high_pass(high_pass, drift)
  confounds <- check_confounds(confounds, runs)
  check_flag(intercept, "intercept")
  check_flag(share, "share")
  values <- centre_modulators(modulator_values(modulators, table), event_types(table))
  if ("amplitude" %in% modulators) {
    table$amplitude <- rep(1, length(table$amplitude))
  }

  respond <- function(at, times) {
    part <- lapply(table[event_columns], `[`, at)
    if (!is.list(times)) {
      part$run <- NULL
    }
    task_columns(part, values[at, , drop = FALSE], times, orthogonalise, model = model,
      derivatives = derivatives, ...)
  }
  run <- if (is.null(table$run)) rep("", length(table$onset)) else run_text(table$run)
  by_run <- function(f) lapply(seq_along(runs), f)
  task <- if (share && !is.null(table$run)) {
    list(respond(run %in% names(runs), runs))
  } else {
    by_run(function(r) respond(run == (names(runs)[r] %||% ""), runs[[r]]))
  }
  ones <- function(r) matrix(1, length(runs[[r]]), 1L, dimnames = list(NULL, "intercept"))
  join_blocks(
    list(
      task = task, confound = confounds,
      drift = by_run(function(r) drift_columns(drift, runs[[r]], high_pass)),
      intercept = if (intercept) by_run(ones)
    ),
    runs
  )
}

# `kinds` has for each kind of column a list of blocks: one for each run, or one for all
# runs if it has as many rows.
join_blocks <- function(kinds, runs) {
  n <- lengths(runs)
  first <- cumsum(n) - n
  width <- sum(unlist(lapply(kinds, function(blocks) vapply(blocks, ncol, 0L))))
  check_result_size(sum(n), width, "the design needs")
  X <- matrix(0, sum(n), width)
  columns <- data.frame(name = character(width), kind = character(width), run = character(width))
  last <- 0L
  for (kind in names(kinds)) {
    blocks <- kinds[[kind]]
    for (r in seq_along(blocks)) {
      at <- last + seq_len(ncol(blocks[[r]]))
      if (length(at) == 0L) next
      shared <- length(blocks) == 1L
      rows <- if (shared) seq_len(sum(n)) else first[r] + seq_len(n[r])
      X[rows, at] <- blocks[[r]]
      of <- if (shared) "" else names(runs)[r]
      end <- if (shared) "" else paste0("_run_", of)
      columns[at, ] <- list(paste0(colnames(blocks[[r]]), rep(end, length(at))), kind, of)
      last <- last + length(at)
    }
  }
  check_different(columns$name)
  colnames(X) <- columns$name
  new_design_matrix(X, columns, n)
}

# The constructor: `columns` has a row for each column (name, kind, run), `scans` the number
# of rows of each run.
new_design_matrix <- function(X, columns, scans) {
  structure(X, columns = columns, scans = scans, class = c("design_matrix", "matrix", "array"))
}
