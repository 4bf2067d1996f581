# Kernels as SPM and nilearn sample them.

#' Haemodynamic kernels as other software samples them
#'
#' SPM and nilearn convolve with a model sampled on a fine grid, each in its own
#' way. This makes the numbers they make, so that a published analysis can be
#' matched, next to the formula they stand for.
#' `sampled_hrf(tr = 2, software = "spm")` has a row for each 1/8 s.
#'
#' @param tr Number above 0: seconds from scan to scan.
#' @param software `"spm"` or `"nilearn"`.
#' @param model `"spm"`, or with nilearn also `"glover"`.
#' @param oversampling Whole number: samples for each scan. `NULL` for the default,
#'   16 for SPM (`fMRI_T`) and 50 for nilearn.
#' @param length Number above 0: seconds to cover.
#' @param version String: the version of nilearn to follow, `"0.10"` or later. SPM has
#'   only one.
#'
#' @returns A data frame of doubles with one row for each sample:
#'   \describe{
#'     \item{time}{when the software uses the sample, in seconds after the event: multiples
#'       of `tr / oversampling`}
#'     \item{value}{the sample. They sum to 1}
#'     \item{formula}{the value of the true formula at that time, that is,
#'       `hrf(time, model)`, scaled to a sum of 1 as well}
#'   }
#'
#' @section What they do:
#' With dt = tr / oversampling:
#'
#' - SPM (`spm_hrf.m`, SPM12) takes g(t; 6, 1) - g(t; 16, 1)/6 at t = 0, dt, 2 dt, ... up to
#'   `length` and divides by the sum. That is the formula of model `"spm"`.
#' - nilearn (`spm_hrf()` in `nilearn.glm.first_level`) takes `length/dt` times, rounded,
#'   equally spaced from 0 to `length` *inclusive*, so that their step is a little more
#'   than dt; shifts the densities to be late by dt; and takes 0.167 for 1/6. Then it
#'   divides by the sum.
#' - Its `glover_hrf()` does the same with g(t; 6/0.9, 0.9) - r g(t; 12/0.9, 0.9). The
#'   ratio r is 0.35 up to version 0.10 and 0.48 from 0.11 on (nilearn issue 4452).
#'   Neither is Glover's formula, which has shapes 7 and 13.
#'
#' To use such a kernel, convolve a neural signal on the same grid with it:
#' `conv(neural, kernel$value, "causal")`.
#'
#' @section Errors:
#' `convmat_error_type`, `convmat_error_length` or `convmat_error_value` if an argument is
#' not as described; `convmat_error_memory` if there would be too many samples.
#'
#' @section Algorithm and cost:
#' Two gamma densities for each sample.
#'
#' @references
#' Friston, K. J. and others (1998) Event-related fMRI: characterizing
#' differential responses. _NeuroImage_ 7, 30--40. \doi{10.1006/nimg.1997.0306}
#'
#' Abraham, A. and others (2014) Machine learning for neuroimaging with scikit-learn.
#' _Frontiers in Neuroinformatics_ 8, 14. \doi{10.3389/fninf.2014.00014} (nilearn)
#'
#' @seealso [hrf()] for the formulas; [regressors()] with `method = "spm"` or `"nilearn"`
#'   for whole regressors as these packages make them.
#' @family responses
#' @examples
#' spm <- sampled_hrf(tr = 2, software = "spm")
#' nilearn <- sampled_hrf(tr = 2, software = "nilearn")
#' # the largest differences from the formula, in units of the peak
#' max(abs(spm$value - spm$formula)) / max(spm$formula)
#' max(abs(nilearn$value - nilearn$formula)) / max(nilearn$formula)
#' @export
sampled_hrf <- function(tr, software = "spm", model = "spm", oversampling = NULL, length = 32,
                        version = "0.11") {
  check_given()
  above <- function(v) v > 0 && v < Inf
  tr <- check_number(tr, "tr", "a number above 0", above)
  check_choice(software, c("spm", "nilearn"), "software")
  check_choice(model, c("spm", if (software == "nilearn") "glover"), "model")
  oversampling <- if (is.null(oversampling)) {
    c(spm = 16, nilearn = 50)[[software]]
  } else {
    check_count(oversampling, "oversampling")
  }
  length <- check_number(length, "length", "a number above 0", above)
  version <- check_nilearn_version(version)
  dt <- tr / oversampling
  check_memory(10 * 8 * (length / dt + 1), "Too many samples: they need")
  value <- if (software == "spm") {
    spm_kernel(dt, length)
  } else {
    nilearn_kernel(dt, nilearn_terms(model, version), length)
  }
  time <- (seq_along(value) - 1) * dt
  formula <- gamma_sum(time, hrf_models[[model]])
  if (!(sum(formula) > 0)) {
    abort_kernel()
  }
  data.frame(time = time, value = value, formula = formula / sum(formula))
}

# SPM's kernel at steps of dt from 0 on, with a sum of 1; `onset` makes it later, and
# `dispersion` makes its first term wider with the same mean.
spm_kernel <- function(dt, length = 32, onset = 0, dispersion = 1) {
  terms <- list(shape = c(6 / dispersion, 16), scale = c(dispersion, 1), weight = c(1, -1 / 6))
  unit_sum(gamma_sum(seq(0, floor(length / dt)) * dt - onset, terms))
}

# Nilearn's, likewise. Its times run from 0 to `length` inclusive, so that their step is
# a little more than dt.
nilearn_kernel <- function(dt, terms, length = 32, onset = 0) {
  n <- round(length / dt)
  if (n < 2) {
    abort(
      "value", "`length` must be at least 2 samples.",
      sprintf("One sample is %s s.", format(dt))
    )
  }
  unit_sum(gamma_sum(seq(0, length, length.out = n) - onset - dt, terms))
}

# The two gamma densities of nilearn's models. The undershoot of Glover's was made
# deeper in 0.11 (nilearn issue 4452).
nilearn_terms <- function(model, version) {
  if (model == "spm") {
    list(shape = c(6, 16), scale = c(1, 1), weight = c(1, -0.167))
  } else {
    ratio <- if (version < "0.11") 0.35 else 0.48
    list(shape = c(6, 12) / 0.9, scale = c(0.9, 0.9), weight = c(1, -ratio))
  }
}

check_nilearn_version <- function(version) {
  known <- if (is.character(version) && length(version) == 1L && !is.object(version)) {
    numeric_version(version, strict = FALSE)
  }
  if (is.null(known) || is.na(known)) {
    abort(
      if (is.character(version)) "value" else "type",
      sprintf("`version` must be nilearn's as a string, such as \"0.11\", not %s.", show_value(version))
    )
  }
  if (known < "0.10") {
    abort("value", sprintf("`version` must be \"0.10\" or later, not \"%s\".", version))
  }
  known
}

unit_sum <- function(value) {
  sum <- sum(value)
  if (sum > 0) value / sum else abort_kernel()
}

abort_kernel <- function() {
  abort(
    "value", "The samples do not have a positive sum.",
    "Take a smaller `tr`, a larger `oversampling` or a larger `length`."
  )
}
