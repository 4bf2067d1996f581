# Kernels as SPM and nilearn sample them.

#' Haemodynamic kernels as other software samples them
#'
#' SPM and nilearn convolve with a model sampled on a fine grid, each in its own
#' way. This makes the numbers they make, so that a published analysis can be
#' matched, next to the formula they stand for.
#'
#' @param tr Number above 0: seconds from scan to scan.
#' @param software `"spm"` or `"nilearn"`.
#' @param model `"spm"`, or with nilearn also `"glover"`.
#' @param oversampling Whole number: samples for each scan. `NULL` for the default,
#'   16 for SPM (`fMRI_T`) and 50 for nilearn.
#' @param length Number above 0: seconds to cover.
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
#' - nilearn (`spm_hrf()` in `nilearn.glm.first_level`, as of version 0.10) takes `length/dt`
#'   times, rounded, equally spaced from 0 to `length` *inclusive*, so that their step is a
#'   little more than dt; shifts the densities to be late by dt; and takes 0.167 for
#'   1/6. Then it divides by the sum. Its `glover_hrf()` does the same with
#'   g(t; 6/0.9, 0.9) - 0.35 g(t; 12/0.9, 0.9), which is not Glover's formula (shapes 7
#'   and 13) but near it.
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
#' @seealso [hrf()] for the formulas; [regressors()], which needs no samples.
#' @examples
#' spm <- sampled_hrf(tr = 2, software = "spm")
#' nilearn <- sampled_hrf(tr = 2, software = "nilearn")
#' # the largest differences from the formula, in units of the peak
#' max(abs(spm$value - spm$formula)) / max(spm$formula)
#' max(abs(nilearn$value - nilearn$formula)) / max(nilearn$formula)
#' @export
sampled_hrf <- function(tr, software = "spm", model = "spm", oversampling = NULL, length = 32) {
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
  dt <- tr / oversampling
  check_memory(10 * 8 * (length / dt + 1), "Too many samples: they need")
  if (software == "spm") {
    time <- seq(0, floor(length / dt + 1e-8)) * dt
    value <- gamma_sum(time, hrf_models$spm)
  } else {
    n <- round(length / dt)
    if (n < 2) {
      abort(
        "value", "`length` must be at least 2 samples.",
        sprintf("One sample is %s s.", format(dt))
      )
    }
    time <- (seq_len(n) - 1) * dt
    like <- list(
      spm = new_gamma_hrf(c(6, 16), c(1, 1), c(1, -0.167), "spm"),
      glover = new_gamma_hrf(c(6, 12) / 0.9, c(0.9, 0.9), c(1, -0.35), "glover")
    )
    value <- gamma_sum(seq(0, length, length.out = n) - dt, like[[model]])
  }
  sum <- sum(value)
  formula <- gamma_sum(time, hrf_models[[model]])
  if (!(sum > 0) || !(sum(formula) > 0)) {
    abort(
      "value", "The samples do not have a positive sum.",
      "Take a smaller `tr`, a larger `oversampling` or a larger `length`."
    )
  }
  data.frame(time = time, value = value / sum, formula = formula / sum(formula))
}
