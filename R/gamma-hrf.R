# Models of the haemodynamic response: sums of weighted gamma densities.

#' A haemodynamic model of your own
#'
#' Sums of weighted gamma densities, as all models of [hrf()] are:
#' \deqn{h(t) = \sum_i w_i \frac{t^{k_i - 1} e^{-t/b_i}}{b_i^{k_i} \Gamma(k_i)}}{h(t) = sum_i w_i t^(k_i - 1) exp(-t/b_i) / (b_i^k_i gamma(k_i))}
#' for t >= 0, with shapes k, scales b and weights w. A term peaks at
#' (k - 1) b seconds and has area w: `gamma_hrf(6, 1)` has its peak at 5 s.
#'
#' @param shape Numeric vector, from 1 to 1e8 each: the shapes, without unit.
#' @param scale Numeric vector, above 0: the scales in seconds.
#' @param weight Numeric vector: the area of each term; negative for an
#'   undershoot. Vectors of length 1 are repeated for every term.
#' @param name A string: what to call the model in print and titles.
#' @param x A model.
#' @param ... For `plot()`, further arguments of [graphics::plot()]; otherwise
#'   not used.
#'
#' @returns An object of class `gamma_hrf`: a list of `shape`, `scale` and
#'   `weight`, of one length, and `name`. `print()` shows it and `plot()` draws
#'   it over the time it takes to die away; both return it invisibly.
#'   `hrf_model()` gives the models of [hrf()] as such objects. `summary()` returns a
#'   list, with a print method, of `name`, `time_to_peak` in seconds, `peak`, `width`
#'   (the full width at half the peak, in seconds), `time_to_undershoot`: when the
#'   model is lowest after the peak, NA if it does not go below 0; `undershoot_ratio`:
#'   how deep that is, in units of the peak, 0 if it does not; and `area`. All but the
#'   area are NA if the model has no positive peak.
#'
#' @section Named responses:
#' These have names that may be used wherever a model may be. Those of AFNI are as in
#' 3dDeconvolve, whose `BLOCK4(d)` is a box of d seconds with `"block4"`.
#'
#' | name | h(t) for t >= 0 | of |
#' |---|---|---|
#' | `"gam"` | (t/(p b))^p exp(p - t/b), p = 8.6, b = 0.547: Cohen's with peak 1 | AFNI GAM |
#' | `"block4"` | (t/4)^4 exp(4 - t) | AFNI BLOCK4, BLOCK |
#' | `"block5"` | (t/5)^5 exp(5 - t) | AFNI BLOCK5 |
#' | `"spmg1"` | that of `"spm"` | AFNI SPMG1 |
#' | `"mion"` | 16.4486 (-0.184/1.5 exp(-t/1.5) + 0.33/4.5 exp(-t/4.5) + 0.67/13.5 exp(-t/13.5)) | AFNI MION; for blood volume |
#' | `"fsl"` | densities of mean 6 s and sd 2.449 s, and of 16 s and 4 s, the second times -1/6 | FSL double gamma |
#' | `"fsl_gamma"` | a density of mean 6 s and sd 3 s | FSL gamma |
#' | `"pupil"` | (t/0.93)^10.1 exp(10.1 (1 - t/0.93)) | pupil: Hoeks and Levelt (1993), with peak 1 |
#' | `"skin_conductance"` | exp(-t/2) - exp(-t/0.75) | Bateman function: Alexander and others (2005) |
#' | `"respiration"` | 0.6 t^2.1 exp(-t/1.6) - 0.0023 t^3.54 exp(-t/4.25) | BOLD after a breath: Birn and others (2008) |
#'
#' AFNI's SPMG2 and SPMG3 are `"spmg1"` with `derivatives = "temporal"`, and with
#' `c("temporal", "dispersion")`, in [regressors()]. Its `GAM(p, q)` is `gam_hrf(p, q)`,
#' its `TWOGAM(p, q, r, u, v)` is `gam_hrf(c(p, u), c(q, v), c(1, -r))`. (AFNI cuts its
#' responses off after 12 to 25 s; here they go on.)
#'
#' @section Errors:
#' `convmat_error_type` for what is not numeric or, as a name, not a string;
#' `convmat_error_length` if there is no term or lengths differ;
#' `convmat_error_value` if a value is not finite, a shape below 1 (the
#' response would be infinite at 0) or above 1e8 (where rounded times no longer tell 1e-10 of
#' a response), or a scale not above 0.
#'
#' @section Algorithm and cost:
#' Nothing is computed before the model is used; see [hrf()].
#'
#' @references
#' Cohen, M. S. (1997) Parametric analysis of fMRI data using linear systems methods.
#' _NeuroImage_ 6, 93--103. \doi{10.1006/nimg.1997.0278}
#'
#' AFNI's formulas: `3dDeconvolve.c`, and the help of 3dDeconvolve. Leite, F. P. and others
#' (2002) Repeated fMRI using iron oxide contrast agent in awake, behaving macaques at 3
#' Tesla. _NeuroImage_ 16, 283--294. \doi{10.1006/nimg.2002.1110} (MION)
#'
#' Woolrich, M. W. and others (2001) Temporal autocorrelation in univariate linear
#' modeling of FMRI data. _NeuroImage_ 14, 1370--1386. \doi{10.1006/nimg.2001.0931} (FSL)
#'
#' Hoeks, B. and Levelt, W. J. M. (1993) Pupillary dilation as a measure of attention: a
#' quantitative system analysis. _Behavior Research Methods, Instruments, & Computers_ 25,
#' 16--26. \doi{10.3758/BF03204445}
#'
#' Alexander, D. M. and others (2005) Separating individual skin conductance responses in
#' a short interstimulus-interval paradigm. _Journal of Neuroscience Methods_ 146,
#' 116--123. \doi{10.1016/j.jneumeth.2005.02.001}
#'
#' Birn, R. M. and others (2008) The respiration response function: the temporal dynamics
#' of fMRI signal fluctuations related to changes in respiration. _NeuroImage_ 40,
#' 644--654. \doi{10.1016/j.neuroimage.2007.11.059}
#'
#' @seealso [hrf()]
#' @family responses
#' @examples
#' # earlier than SPM's, with a deeper undershoot
#' early <- gamma_hrf(shape = c(5, 14), scale = 0.9, weight = c(1, -0.3), name = "early")
#' early
#' hrf(c(0, 2, 4, 6, 12), early, normalise = "peak")
#' plot(early)
#' summary(early)
#' summary(hrf_model("spm"))
#'
#' # AFNI's TWOGAM(6, 0.9, 0.35, 12, 0.9), and a pupil
#' gam_hrf(c(6, 12), 0.9, c(1, -0.35), name = "two gammas")
#' plot(hrf_model("pupil"))
#' @order 1
#' @export
gamma_hrf <- function(shape, scale, weight = 1, name = "custom") {
  check_given()
  terms <- check_terms(list(shape = shape, scale = scale, weight = weight))
  check_model_name(name, "name")
  new_gamma_hrf(terms$shape, terms$scale, terms$weight, name)
}

check_model_name <- function(name, arg) {
  if (!is.character(name) || length(name) != 1L || is.na(name)) {
    abort("type", sprintf("`%s` must be a string, not %s.", arg, show_value(name)))
  }
  check_encoding(name, arg)
}

# `of` says whose terms they are, for messages.
check_terms <- function(terms, of = "") {
  for (name in c("shape", "scale", "weight")) {
    terms[[name]] <- check_numbers(terms[[name]], paste0(of, name))
  }
  terms <- check_common_length(terms[c("shape", "scale", "weight")], least = 1L)
  check_values(terms$shape, terms$shape >= 1, paste0(of, "shape"), "at least 1")
  check_values(terms$shape, terms$shape <= 1e8, paste0(of, "shape"), "at most 1e8, beyond which digits are lost")
  check_values(terms$scale, terms$scale > 0, paste0(of, "scale"), "above 0")
  terms
}

new_gamma_hrf <- function(shape, scale, weight, name) {
  structure(
    list(shape = shape, scale = scale, weight = weight, name = name),
    class = "gamma_hrf"
  )
}

# The terms and the name are checked again: the user may have changed them since.
check_gamma_hrf <- function(model) {
  parts <- unclass(model)
  if (!is.list(parts)) {
    abort("type", sprintf("`model` must be made by `gamma_hrf()`, not %s.", describe(parts)))
  }
  terms <- check_terms(parts, "model$")
  name <- check_model_name(parts[["name"]], "model$name")
  new_gamma_hrf(terms$shape, terms$scale, terms$weight, name)
}

gamma_sum <- function(t, model) {
  h <- numeric(length(t))
  for (i in seq_along(model$shape)) {
    h <- h + model$weight[i] * stats::dgamma(t, model$shape[i], scale = model$scale[i])
  }
  h
}

# Where every term has died away: past all but `left` of its area.
hrf_end <- function(model, left = 1e-9) {
  max(stats::qgamma(left, model$shape, scale = model$scale, lower.tail = FALSE))
}

# The true maximum over t >= 0 and where it is, by a search on quantiles of every
# term that reach far into both tails, where terms of opposite sign may leave a
# peak. All maxima of the grid that could be the largest are refined: the grid sees
# a peak of a term's width to about 1e-3. Near its maximum the function is flat, so
# a time good to 1e-8 gives a value good to rounding.
hrf_peak <- function(model) {
  log_p <- stats::plogis(seq(-36, 0, by = 0.1), log.p = TRUE)
  quantiles <- function(lower) {
    Map(
      stats::qgamma, list(log_p), model$shape,
      scale = model$scale, lower.tail = lower, log.p = TRUE
    )
  }
  mode <- (model$shape - 1) * model$scale
  grid <- sort(c(0, mode, unlist(quantiles(TRUE)), unlist(quantiles(FALSE))))
  # points that differ by rounding would hide a maximum beside them
  grid <- grid[is.finite(grid) & c(TRUE, diff(grid) > 1e-12 * grid[-1L])]
  h <- gamma_sum(grid, model)
  n <- length(grid)
  best <- c(time = grid[which.max(h)], value = max(h))
  for (i in which(h >= c(-Inf, h[-n]) & h >= c(h[-1L], -Inf) & h >= 0.99 * max(h))) {
    around <- grid[c(max(i - 1L, 1L), min(i + 1L, n))]
    if (!all(is.finite(h)) || around[1L] == around[2L] || 1e-9 * around[2L] == 0) next
    fine <- stats::optimize(
      gamma_sum, around,
      model = model, maximum = TRUE, tol = 1e-9 * around[2L]
    )
    if (fine$objective > best[["value"]]) {
      best <- c(time = fine$maximum, value = fine$objective)
    }
  }
  best
}
