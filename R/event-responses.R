#' The response to each event for itself
#'
#' The matrix E with one column for each event, at amplitude 1, and one row for
#' each scan: the exact response of the model. A regressor of any amplitudes is
#' then a product, `E %*% amplitude`, which is how parametric modulation works,
#' and single columns are what single-trial analyses need. The `amplitude` and
#' `trial_type` of the events play no part.
#'
#' @inheritParams regressors
#' @param model Name of a model in [hrf()], or a model made by [gamma_hrf()].
#' @param normalise `"none"`, `"peak"` or `"area"`, as in [hrf()].
#' @param sparse `TRUE` for a sparse matrix of package Matrix.
#'
#' @returns A double matrix with one row for each time and one column for each event,
#'   in their orders: the response to a box of height 1 or, for duration 0, to
#'   an impulse of area 1. With `sparse = TRUE` a `dgCMatrix`, without entries
#'   that are less than 1e-17 of the largest in their column. For events of several
#'   runs the rows are stacked as in [regressors()].
#'
#' @section Errors:
#' As in [regressors()]; a dense matrix that would not fit into memory is a
#' `convmat_error_memory`.
#'
#' @section Algorithm and cost:
#' As in [regressors()], for every pair of event and time if dense; if sparse, for
#' those pairs that are kept, twice.
#'
#' @references Mumford, J. A., Turner, B. O., Ashby, F. G. and Poldrack, R. A. (2012)
#'   Deconvolving BOLD activation in event-related designs for multivoxel pattern
#'   classification analyses. _NeuroImage_ 59, 2636--2643.
#'   \doi{10.1016/j.neuroimage.2011.08.076}
#'
#' @seealso [regressors()]
#' @family predictions
#' @examples
#' ev <- events(c(2, 12, 14, 30), c(3, 0, 1, 5), amplitude = c(1, 2, 0.5, 1))
#' scans <- scan_times(20, tr = 2.5)
#' E <- event_responses(ev, scans, "spm")
#' all.equal(E %*% ev$amplitude, regressors(ev, scans, "spm"))
#'
#' # modulated by the reaction time, say, less its mean
#' reaction <- c(0.61, 0.48, 0.55, 0.72)
#' E %*% (reaction - mean(reaction))
#' @export
event_responses <- function(events, times, model = "cohen", normalise = "none",
                            sparse = FALSE, ...) {
  check_given()
  check_unused(...)
  events <- check_events(events)
  runs <- check_run_times(events, times)
  check_choice(normalise, hrf_normalisations, "normalise")
  terms <- model_terms(scale_model(check_hrf(model), normalise))
  sparse <- check_flag(sparse, "sparse")
  nevent <- length(events$onset)
  nrow <- sum(lengths(runs))
  if (!sparse || max(nrow, nevent) > .Machine$integer.max) {
    check_result_size(nrow, nevent, "the responses need")
  }
  columns <- events[c("onset", "duration", "amplitude")]
  if (is.null(events$run)) {
    return(if (sparse) {
      sparse_responses(columns, runs[[1L]], terms)
    } else {
      .Call(ffi_event_responses, columns, runs[[1L]], terms)
    })
  }
  parts <- Map(function(run, times) {
    rows <- which(as.character(events$run) == run)
    mine <- lapply(columns, `[`, rows)
    full <- if (sparse) {
      empty_sparse(length(times), nevent)
    } else {
      matrix(0, length(times), nevent)
    }
    full[, rows] <- if (sparse) {
      sparse_responses(mine, times, terms)
    } else {
      .Call(ffi_event_responses, mine, times, terms)
    }
    full
  }, names(runs), runs)
  do.call(rbind, unname(parts))
}

empty_sparse <- function(nrow, ncol) {
  Matrix::sparseMatrix(i = integer(0), j = integer(0), x = numeric(0), dims = c(nrow, ncol))
}

sparse_responses <- function(events, times, terms) {
  order <- order(times)
  found <- .Call(ffi_sparse_responses, events, times[order], terms)
  Matrix::sparseMatrix(
    i = order[found$i + 1L], p = found$p, x = found$x,
    dims = c(length(times), length(events$onset))
  )
}
