# Values of haemodynamic models, scaled as asked.

#' Haemodynamic response functions
#'
#' `hrf(t)` gives the response of the blood to an instant of neural activity, t
#' seconds after it: `hrf(0:20)` is a kernel for [conv()] where samples are 1 s
#' apart. Every model is a sum of weighted gamma densities g(t; shape, scale), of
#' area 1 each:
#'
#' | model | h(t) for t >= 0 |
#' |---|---|
#' | `"cohen"` | \eqn{t^{8.6} e^{-t/0.547}}{t^8.6 exp(-t/0.547)}: peak 111.8 at 4.70 s, area 453.9 |
#' | `"nipraxis"` | g(t; 6, 1) - 0.35 g(t; 12, 1) |
#' | `"spm"` | g(t; 6, 1) - g(t; 16, 1)/6 |
#' | `"glover"` | \eqn{(t/5.4)^6 e^{6-t/0.9} - 0.35 (t/10.8)^{12} e^{12-t/0.9}}{(t/5.4)^6 exp(6 - t/0.9) - 0.35 (t/10.8)^12 exp(12 - t/0.9)} |
#'
#' More names, of AFNI's and FSL's responses and of those of pupils, skin and breathing, are in
#' [gamma_hrf()].
#'
#' @param t Numeric vector: times in seconds since the neural event, finite,
#'   in any order.
#' @param model Name of a model, or a model made by [gamma_hrf()].
#' @param normalise How to scale the values:
#'
#'   | normalise | scaled so that |
#'   |---|---|
#'   | `"none"` | nothing, the formula as it stands |
#'   | `"peak"` | the true maximum of the function is 1 |
#'   | `"area"` | the integral of the function over all times is 1 |
#'   | `"max"` | the largest of the values at `t` is 1 |
#'   | `"sum"` | the values at `t` sum to 1 |
#'
#'   The first three give a value that depends on its own time only; with
#'   `"max"` and `"sum"` it depends on which times were asked for.
#'
#' @param ... Must be empty; there to say so if `normalise` is spelt otherwise.
#'
#' @returns A double vector of the length of `t`, without attributes; 0 for
#'   t < 0. The units are arbitrary, as those of the signal are, but for
#'   `"area"`, which makes them 1/s.
#'
#' @section Errors:
#' `convmat_error_type` if `t` is not a plain numeric vector or `model` neither
#' a name nor a model; `convmat_error_value` if a time is not finite, a name
#' does not exist, or the model cannot be normalised as asked: its area or the
#' sum of its values is 0, or it has no positive peak or value.
#'
#' @section Algorithm and cost:
#' One gamma density for each time and term, from R's `dgamma()`, accurate to
#' some units in the last place. The true peak is found by a search on a grid
#' of quantiles of every term, refined by `stats::optimize()`.
#'
#' @references
#' Cohen, M. S. (1997) Parametric analysis of fMRI data using linear systems
#' methods. _NeuroImage_ 6, 93--103. \doi{10.1006/nimg.1997.0278}
#'
#' Glover, G. H. (1999) Deconvolution of impulse response in event-related BOLD
#' fMRI. _NeuroImage_ 9, 416--429. \doi{10.1006/nimg.1998.0419}
#'
#' Friston, K. J. and others (1998) Event-related fMRI: characterizing
#' differential responses. _NeuroImage_ 7, 30--40. \doi{10.1006/nimg.1997.0306}
#' (for `"spm"`)
#'
#' Brett, M., _nipraxis_, chapter "Convolving with the haemodynamic response
#' function", <https://textbook.nipraxis.org> (for `"nipraxis"`)
#'
#' @seealso [gamma_hrf()] for models of your own, [neural_signal()] for what to
#'   convolve with.
#' @family responses
#' @examples
#' hrf(c(-1, 0, 5, 10))
#'
#' t <- seq(0, 30, by = 0.1)
#' models <- c("cohen", "nipraxis", "spm", "glover")
#' h <- sapply(models, function(model) hrf(t, model, normalise = "peak"))
#' matplot(t, h, type = "l", lty = 1,
#'   xlab = "Time since the event (s)", ylab = "Response (peak = 1)")
#' legend("topright", models, col = 1:4, lty = 1, bty = "n")
#' @export
hrf <- function(t, model = "cohen", normalise = "none", ...) {
  check_given()
  check_unused(...)
  t <- check_numbers(t, "t")
  model <- check_hrf(model)
  check_choice(normalise, hrf_normalisations, "normalise")
  h <- gamma_sum(t, model)
  h / switch(normalise,
    none = ,
    peak = ,
    area = model_divisor(model, normalise),
    max = check_positive(max(h, -Inf), "its largest value at `t`", model, normalise),
    sum = check_nonzero(h, "the sum of its values at `t`", model, normalise)
  )
}

hrf_normalisations <- c("none", "peak", "area", "max", "sum")

# What to divide by where no samples are needed to know it.
model_divisor <- function(model, normalise) {
  switch(normalise,
    none = 1,
    peak = check_positive(hrf_peak(model)[["value"]], "its true peak", model, normalise),
    area = check_nonzero(model$weight, "its area", model, normalise)
  )
}

check_positive <- function(value, what, model, normalise) {
  if (is.finite(value) && value > 0) {
    return(value)
  }
  abort_normalise(what, if (is.finite(value)) "not above 0" else "not finite", model, normalise)
}

# The sum of `terms`, where rounding does not pass for a sum.
check_nonzero <- function(terms, what, model, normalise) {
  total <- sum(terms)
  if (!is.finite(total)) {
    abort_normalise(what, "not finite", model, normalise)
  }
  rounding <- 4 * .Machine$double.eps * sum(abs(terms))
  if (abs(total) > rounding) total else abort_normalise(what, "0", model, normalise)
}

abort_normalise <- function(what, value, model, normalise) {
  abort(
    "value",
    sprintf(
      "`normalise = \"%s\"` is not possible for model \"%s\": %s is %s.",
      normalise, model$name, what, value
    ),
    "Use `normalise = \"none\"`, or another model or times."
  )
}
