# From events to predicted responses: in closed form, and on a grid.

#' Predicted responses to events
#'
#' What a haemodynamic response function makes of a table of events, at the times
#' of the scans: one column for each type of event, a row for each scan. The
#' default is exact: there is no grid, no oversampling, and no event is moved.
#' `regressors(events(c(4, 20), 3), 0:39, "spm")` has one column of 40 values.
#'
#' @param events Events, made by [events()] or [read_events()].
#' @param times Numeric vector of n times in seconds from the first scan, finite,
#'   in any order and at any distance, such as [scan_times()] makes; for events
#'   of several runs a list of such vectors, one for each run (see Runs in
#'   [regressors()]).
#' @param model Name of a model in [hrf()]; a model made by [gamma_hrf()];
#'   `"fir"`; a set made by [hrf_basis()]; or a function of one numeric vector, the time
#'   since an event in seconds (see the sections below).
#' @param normalise How to scale the model: `"none"`, `"peak"` or `"area"` as in
#'   [hrf()]. `"max"` and `"sum"` refer to samples, so they go with `method =
#'   "sampled"` only.
#' @param method `"exact"`; `"sampled"` for the textbook's grid; `"spm"` or `"nilearn"`
#'   for the numbers that these packages make (see the section on them).
#' @param dt Number: the step of the grid of `"sampled"` in seconds, required there and
#'   not allowed elsewhere.
#' @param derivatives Which derivatives to add after each column: any of
#'   `"temporal"` and `"dispersion"`, or `NULL` for none.
#' @param lags Numeric vector, at least 2, increasing: the edges of the bins of
#'   `"fir"`, in seconds after the event.
#' @param support Two numbers: the times in seconds between which a `model` that
#'   is a function is not zero.
#' @param bins,bin0 Whole numbers, for `"spm"` only: bins for each scan (SPM's
#'   `fMRI_T`), and the bin at which regressors are read, counted from 1 (`fMRI_T0`).
#' @param oversampling Whole number, for `"nilearn"` only: grid points for each scan.
#' @param version String, for `"nilearn"` only: the version to follow, `"0.10"` or later.
#'
#' @param ... Must be empty; there to say so if `normalise` is spelt otherwise.
#'
#' @returns A double matrix with one row for each time, in their order, and one
#'   column for each `trial_type`, named after it: the levels of a factor in their
#'   order, empty ones too, or else the types in order of first appearance.
#'   Events without a `trial_type` give one column without a name. In units of
#'   amplitude times response times second for boxes, and of amplitude times
#'   response for impulses. Column `a` is followed by `a_derivative` and
#'   `a_dispersion` where they are asked for; `"fir"` gives `a_lag_0`, `a_lag_2`,
#'   ..., named by where each bin starts. Without a type these are called
#'   `regressor`, `derivative`, `dispersion`, and `lag_0`, `lag_2`, ....
#'
#' @section What is computed:
#' With `method = "exact"` the value at time t is the sum over events of amplitude
#' times the integral of h(t - s) over the times s from onset to onset + duration.
#' An event of duration 0 is an impulse of area `amplitude`: it adds amplitude
#' times h(t - onset). (So a box of 1 s and an impulse, of amplitude 1 each, add
#' about the same; and halving the duration of a short box halves its response.)
#'
#' With `method = "sampled"` it is what the walkthrough in
#' `vignette("convolution-matrices")` does: [neural_signal()] on a grid of step
#' `dt` that starts at the earliest onset of the run, with an impulse as a box of
#' one step and height amplitude/dt; the model sampled at the same step; [conv()]
#' of the two, times `dt`; read at `times` on the straight line between grid
#' points. It is early by half a step; [discretisation_error()] measures that for your
#' events. The kernel reaches to where less than 1e-17 of any term's area is left.
#'
#' @section Derivatives:
#' `"temporal"` is the derivative of the regressor by time, exact as well: h(t -
#' onset) - h(t - onset - duration) for a box, h'(t - onset) for an impulse. With
#' a factor -s it moves a response to s seconds later, for small s. (SPM and
#' nilearn take a difference over 1 s and 0.1 s instead.) The slope of an impulse
#' is 0 at its onset, where a model of shape below 2 has none.
#'
#' `"dispersion"` follows SPM: the difference between the response and that of a
#' model whose first term is wider by 1 in 100 with the same mean (shape divided
#' and scale multiplied by 1.01), divided by 0.01. Each of the two is exact; their
#' difference stands for the derivative by dispersion.
#'
#' Both go with sums of gamma densities, and not with `"sampled"`.
#'
#' @section As SPM and nilearn make them:
#' `method = "spm"` and `"nilearn"` follow the other package's code step by step, so
#' that a design made there can be matched to rounding. `model` must be one of
#' theirs (`"spm"`; `"spm"` or `"glover"`), `normalise` not given, and `times` 0, TR, 2 TR, ....
#'
#' | | SPM | nilearn |
#' |---|---|---|
#' | grid | `bins` for each scan, from 32 bins before the first scan on | `oversampling` points for each scan, from 24 s before the first scan on |
#' | onset | the nearest bin, not before the grid's first | the next grid point |
#' | a box | `round(duration / dt) + 1` bins | up to the grid point next to its end, 1 at least |
#' | impulses | a box of one bin; height amplitude/dt if the type has impulses only | a box of one step, as high as `amplitude` |
#' | kernel | [sampled_hrf()], sum 1 | [sampled_hrf()], sum 1 |
#' | `"temporal"` | difference over 1 s | difference over 0.1 s |
#' | `"dispersion"` | difference over 0.01 | difference over 0.01 |
#' | orthogonal | kernels, in order | the columns of a type, in order |
#' | read | at bin `bin0` of each scan | on the straight line between grid points |
#'
#' So SPM's values are those at `scan_times(n, tr, (bin0 - 1) / bins)`. SPM makes the
#' columns of a type orthogonal in a later step, as [design_matrix()] does with
#' `orthogonalise = TRUE`. SPM has no amplitudes of events but parametric modulators; here
#' `amplitude` is the height of the boxes.
#'
#' @section Finite impulse response:
#' `model = "fir"` makes no assumption on the shape of the response: the model
#' is 1 in one bin of lags, from `lags[i]` up to `lags[i + 1]`, and 0 elsewhere, for
#' each bin in turn. An impulse adds its amplitude at the scans that come that much
#' later (times closer than 1e-8 of the narrowest bin count as equal); a box the amplitude times
#' the seconds of it that lie between `t - lags[i + 1]` and `t - lags[i]`.
#'
#' Nilearn's FIR columns are shifted by one scan: its `delay_d` at scan t counts what
#' happens from `t - d TR` up to `t - (d - 1) TR`, so delay 0 is the scan *before* an
#' event between scans. Its delays 0, 1, ..., D are `lags = seq(-1, D) * TR` here, but
#' that an onset on a scan counts for the bin it ends there and the one it begins here.
#' Impulses add 1/oversampling there, boxes the share of the TR that they cover.
#'
#' @section A function of your own:
#' A `model` that is a function is integrated between the edges of each box by
#' `stats::integrate()` to a relative accuracy of 1e-8, for each pair of event and
#' time that overlap. `support` is required: outside of it the function is taken
#' as 0 and never called.
#'
#' @section Runs:
#' Where `events` have a column `run`, `times` is a list with the scan times of
#' each run, in seconds from the first scan of that run, named after the runs; or
#' without names if runs are numbered 1, 2, .... The rows of the result are those of the
#' first run, then those of the second, and so on: row i belongs to run
#' `rep(seq_along(times), lengths(times))[i]`. Events have no effect outside of
#' their run, and every run has the same columns.
#'
#' @section Warnings:
#' `convmat_warning_value` if a type has events and yet is 0 at every time: onsets or
#' times may not be in seconds. Also if there are no events at all. (A single
#' event that starts after the last time of its run adds nothing, and is not
#' reported.) With `"sampled"` also, as in [neural_signal()], if an event adds
#' nothing because it covers no point of the grid.
#'
#' @section Errors:
#' `convmat_error_type` if `events`, `times`, `model` or another argument is not of
#' the kind described; `convmat_error_length` if `times` does not fit the runs, or
#' `lags` or `support` have too few values; `convmat_error_value` if a value is not
#' finite or not allowed, `normalise` is not possible, or arguments do not go
#' together; `convmat_error_memory` if the result or the grid does not fit into
#' memory; `convmat_error_numeric` if an integral does not converge.
#'
#' @section Algorithm and accuracy:
#' In C. One gamma density answers a box by a difference of two incomplete gamma
#' functions. Past the point where the lower ones near 1 the upper ones are taken,
#' and short boxes, where either would cancel, are integrated by a Gauss-Legendre
#' rule of 5 points; so the response to each event is right to 1e-10 of the sum of
#' the moduli of its terms (in our tests to 1e-11), far into the tails too. The
#' functions are R's own, by way of piecewise polynomials for all terms together that
#' are made for each call and checked as they are. (They take over where they are as
#' good; for shapes above 20 or so the functions themselves are called.)
#'
#' Of all pairs of event and time those are skipped that are known, by a bound on
#' the tails, to add together less than 1e-17 of the value they would be added to.
#' Where there is nothing else, nothing is skipped: a single event keeps its tail
#' down to the smallest numbers. The cost is proportional to the number of pairs
#' that are left, 30 to 40 ns each with AVX2 (40 to 60 without), whatever the number of terms; terms whose scales
#' differ by more than 4 times, shapes above 21 and derivatives are computed one by one.
#'
#' @references
#' Friston, K. J. and others (1998) Event-related fMRI: characterizing
#' differential responses. _NeuroImage_ 7, 30--40. \doi{10.1006/nimg.1997.0306}
#' (temporal and dispersion derivatives)
#'
#' Dale, A. M. (1999) Optimal experimental design for event-related fMRI. _Human
#' Brain Mapping_ 8, 109--114.
#' \doi{10.1002/(SICI)1097-0193(1999)8:2/3<109::AID-HBM7>3.0.CO;2-W}
#' (finite impulse response)
#'
#' Penny, W. D. and others (eds) (2007) _Statistical Parametric Mapping_. Academic
#' Press. \doi{10.1016/B978-0-12-372560-8.X5000-1}; the code is `spm_get_ons.m`,
#' `spm_get_bf.m`, `spm_Volterra.m` and `spm_fMRI_design.m` of spm/spm at 03564157
#'
#' Abraham, A. and others (2014) Machine learning for neuroimaging with scikit-learn.
#' _Frontiers in Neuroinformatics_ 8, 14. \doi{10.3389/fninf.2014.00014}; the code is
#' `hemodynamic_models.py` of nilearn 0.10.4, 0.11.0 and later
#'
#' Gautschi, W. (1979) A computational procedure for incomplete gamma functions.
#' _ACM Transactions on Mathematical Software_ 5, 466--481.
#' \doi{10.1145/355853.355863}
#'
#' @seealso [design_matrix()] for all columns of a model, [event_responses()] for a column for each event, [discretisation_error()],
#'   [scan_times()], [hrf()]; `vignette("from-events-to-bold")`.
#' @family predictions
#' @examples
#' scans <- scan_times(173, tr = 2.5)
#' bold <- regressors(ds114_events, scans, "nipraxis", normalise = "peak")
#' plot(scans, bold, type = "l", xlab = "Time (s)", ylab = "Predicted BOLD")
#'
#' # two types, an impulse among boxes, and how each would change if it came later
#' ev <- events(c(5, 20, 40), c(4, 0, 4), trial_type = c("word", "beep", "word"))
#' X <- regressors(ev, 0:60, "spm", derivatives = "temporal")
#' matplot(0:60, X, type = "l", lty = 1, xlab = "Time (s)", ylab = "Regressor")
#' legend("topright", colnames(X), col = 1:4, lty = 1, bty = "n")
#'
#' # no assumption on the shape
#' regressors(ev, 0:12, "fir", lags = c(0, 2, 4, 6))
#'
#' # a response of one's own
#' triangle <- function(t) pmin(t, 10 - t)
#' regressors(ev, c(10, 20, 30), triangle, support = c(0, 10))
#' @export
regressors <- function(events, times, model = "cohen", normalise = "none", method = "exact",
                       dt = NULL, derivatives = NULL, lags = NULL, support = NULL, bins = 16,
                       bin0 = 8, oversampling = 50, version = "0.11", ...) {
  check_given()
  check_unused(...)
  events <- check_events(events)
  runs <- check_run_times(events, times)
  check_choice(method, regressor_methods, "method")
  check_choice(normalise, hrf_normalisations, "normalise")
  refuse_unused(
    list(dt = dt, bins = bins, bin0 = bin0, oversampling = oversampling, version = version), method
  )
  if (missing(model) && method == "spm") {
    model <- "spm" # the only one there
  }
  if (method %in% c("spm", "nilearn")) {
    check_package_model(model, method, normalise)
    check_package_times(runs, method)
  }
  name <- model
  model <- check_regressor_model(model, normalise, lags, support)
  derivatives <- check_derivatives(derivatives, model, method)
  if (is_basis(model)) {
    check_basis_events(model, events)
  }
  compute <- switch(method,
    exact = exact_method(model, normalise, derivatives),
    sampled = sampled_method(model, normalise, dt),
    spm = spm_method(derivatives, bins, bin0),
    nilearn = nilearn_method(name, derivatives, oversampling, version)
  )
  type <- event_types(events)
  names <- column_names(type, events, model, derivatives)
  check_result_size(sum(lengths(runs)), names$n)
  parts <- Map(function(run, times) {
    at <- if (is.null(events$run)) seq_along(type) else which(run_text(events$run) == run)
    compute(lapply(events[c("onset", "duration", "amplitude")], `[`, at), type[at], times, at)
  }, names(runs) %||% "", runs)
  y <- if (length(parts) == 1L) parts[[1L]] else do.call(rbind, unname(parts))
  colnames(y) <- names$names
  warn_zero_columns(y, events, type, runs)
  y
}

regressor_methods <- c("exact", "sampled", "spm", "nilearn")

# Arguments that only one method has must be left as they are with the others.
refuse_unused <- function(arguments, method) {
  of <- c(
    dt = "sampled", bins = "spm", bin0 = "spm", oversampling = "nilearn", version = "nilearn"
  )
  for (name in names(arguments)) {
    value <- arguments[[name]]
    if (is.integer(value)) {
      value <- as.double(value)
    }
    if (of[[name]] != method && !identical(value, formals(regressors)[[name]])) {
      abort(
        "value",
        sprintf("`%s` must not be given with `method = \"%s\"`.", name, method),
        sprintf("It belongs to `method = \"%s\"`.", of[[name]])
      )
    }
  }
}

column_names <- function(type, events, model, derivatives) {
  typed <- !is.null(events$trial_type)
  parts <- set_parts(model)
  if (length(derivatives)) {
    parts <- c("", ifelse(derivatives == "temporal", "derivative", derivatives))
  }
  names <- if (!typed) {
    if (is.null(parts)) NULL else ifelse(parts == "", "regressor", parts)
  } else if (is.null(parts)) {
    levels(type)
  } else {
    end <- ifelse(parts == "", "", paste0("_", parts))
    as.vector(outer(end, levels(type), function(end, type) paste0(type, end)))
  }
  list(names = names, n = nlevels(type) * max(1L, length(parts)))
}

check_derivatives <- function(derivatives, model, method) {
  if (is.null(derivatives)) {
    return(NULL)
  }
  known <- c("temporal", "dispersion")
  if (!is.character(derivatives)) {
    abort("type", sprintf(
      "`derivatives` must be NULL or names such as \"temporal\", not %s.", describe(derivatives)
    ))
  }
  for (derivative in derivatives) {
    check_choice(derivative, known, "derivatives")
  }
  if (length(derivatives) && (method == "sampled" || !inherits(model, "gamma_hrf"))) {
    abort(
      "value", "`derivatives` need a model that is a sum of gamma densities.",
      "They go with every method but \"sampled\"."
    )
  }
  if (method %in% c("spm", "nilearn") && identical(unique(derivatives), "dispersion")) {
    abort(
      "value", sprintf("`derivatives` must have \"temporal\" with `method = \"%s\"`, too.", method),
      "The package has no dispersion without it."
    )
  }
  if ("dispersion" %in% derivatives && model$shape[1L] < 1 + dispersion_step) {
    abort("value", sprintf(
      "`derivatives = \"dispersion\"` needs a first shape of at least %s, not %s.",
      1 + dispersion_step, format(model$shape[1L])
    ))
  }
  known[known %in% derivatives]
}
