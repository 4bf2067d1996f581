#' The response to each event for itself
#'
#' The matrix E with one column for each event, at amplitude 1, and one row for
#' each scan: the exact response of the model. A regressor of any amplitudes is
#' then a product, `E %*% amplitude`, which is how parametric modulation works,
#' and single columns are what single-trial analyses need. The `amplitude` and
#' `trial_type` of the events play no part.
#' `event_responses(events(c(2, 12)), 0:29, "spm")` has 30 rows and two columns.
#'
#' @inheritParams regressors
#' @param model Name of a model in [hrf()], a model made by [gamma_hrf()], `"fir"`, or a
#'   set made by [hrf_basis()].
#' @param normalise `"none"`, `"peak"` or `"area"`, as in [hrf()].
#' @param sparse `TRUE` for a sparse matrix of package Matrix.
#'
#' @returns A double matrix with one row for each time and one column for each event,
#'   in their orders: the response to a box of height 1 or, for duration 0, to
#'   an impulse of area 1. With `sparse = TRUE` a `dgCMatrix`, without entries
#'   that are less than 1e-17 of the largest in their column. For events of several
#'   runs the rows are stacked as in [regressors()]. With derivatives or `"fir"` each event
#'   has several columns next to each other, `event_1`, `event_1_derivative`, `event_2`, ... or
#'   `event_1_lag_0`, ....
#'
#' @section Errors:
#' As in [regressors()]; a dense matrix that would not fit into memory is a
#' `convmat_error_memory`.
#'
#' @section Algorithm and cost:
#' As in [regressors()], for every pair of event and time if dense; if sparse, for
#' those pairs that are kept, twice. With derivatives or `"fir"` a sparse matrix is put
#' together from dense pieces of some 8 MB.
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
#'
#' # single trials whose responses may come early or late
#' colnames(event_responses(ev, scans, "spm", derivatives = "temporal"))
#' @export
event_responses <- function(events, times, model = "cohen", normalise = "none",
                            sparse = FALSE, derivatives = NULL, lags = NULL, ...) {
  check_given()
  check_unused(...)
  events <- check_events(events)
  runs <- check_run_times(events, times)
  check_choice(normalise, hrf_normalisations, "normalise")
  model <- check_response_model(model, normalise, lags)
  derivatives <- check_derivatives(derivatives, model, "exact")
  if (is_basis(model)) {
    check_basis_events(model, events)
  }
  sparse <- check_flag(sparse, "sparse")
  parts <- response_parts(model, derivatives)
  nevent <- length(events$onset)
  nrow <- sum(lengths(runs))
  if (!sparse || max(nrow, nevent * length(parts)) > .Machine$integer.max) {
    check_result_size(nrow, nevent * length(parts), "the responses need")
  }
  respond <- response_method(model, normalise, derivatives, length(parts), sparse)
  columns <- events[c("onset", "duration", "amplitude")]
  E <- if (is.null(events$run)) {
    respond(columns, runs[[1L]])
  } else {
    blocks <- Map(function(run, times) {
      mine <- run_text(events$run) == run
      full <- if (sparse) {
        empty_sparse(length(times), nevent * length(parts))
      } else {
        matrix(0, length(times), nevent * length(parts))
      }
      full[, rep(mine, each = length(parts))] <- respond(lapply(columns, `[`, mine), times)
      full
    }, names(runs), runs)
    do.call(rbind, unname(blocks))
  }
  if (!identical(parts, "")) {
    colnames(E) <- sprintf("event_%d%s", rep(seq_len(nevent), each = length(parts)), rep(parts, nevent))
  }
  E
}

# A sum of gamma densities, "fir", or a basis.
check_response_model <- function(model, normalise, lags) {
  if (identical(model, "fir") || is_basis(model) || !is.null(lags)) {
    return(check_regressor_model(model, normalise, lags, NULL))
  }
  model <- check_hrf(model)
  scale_model(model, normalise)
  model
}

# What the name of each column of an event ends in.
response_parts <- function(model, derivatives) {
  set <- set_parts(model)
  if (is.null(set)) {
    c("", ifelse(derivatives == "temporal", "_derivative", paste0("_", derivatives)))
  } else {
    paste0("_", set)
  }
}

# A function of events and times that makes the columns of each event, `width` of them.
response_method <- function(model, normalise, derivatives, width, sparse) {
  if (is.null(set_parts(model)) && length(derivatives) == 0L) {
    terms <- model_terms(scale_model(model, normalise))
    return(function(events, times) {
      if (sparse) {
        sparse_responses(events, times, terms)
      } else {
        .Call(ffi_event_responses, events, times, terms)
      }
    })
  }
  # each event is a type of its own
  compute <- exact_method(model, normalise, derivatives)
  dense <- function(events, times) {
    n <- length(events$onset)
    events$amplitude <- rep(1, n)
    compute(events, factor(seq_len(n), seq_len(n)), times, NULL)
  }
  if (!sparse) {
    return(dense)
  }
  function(events, times) {
    n <- length(events$onset)
    each <- max(1, floor(1e6 / (width * max(1, length(times))))) # events at a time
    pieces <- lapply(split(seq_len(n), (seq_len(n) - 1) %/% each), function(at) {
      without_traces(dense(lapply(events, `[`, at), times))
    })
    do.call(cbind, c(list(empty_sparse(length(times), 0L)), unname(pieces)))
  }
}

# Sparse, without entries that are less than 1e-17 of the largest in their column.
without_traces <- function(E) {
  top <- apply(abs(E), 2L, max, 0)
  keep <- which(abs(E) > rep(1e-17 * top, each = nrow(E)), arr.ind = TRUE)
  Matrix::sparseMatrix(i = keep[, 1L], j = keep[, 2L], x = E[keep], dims = dim(E))
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
