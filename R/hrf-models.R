# The models that have a name.

#' @rdname gamma_hrf
#' @param model Name of a model in [hrf()].
#' @export
hrf_model <- function(model) {
  check_given()
  check_hrf(model)
}

# The weight that turns the density into t^(shape - 1) exp(-t / scale).
power_weight <- function(shape, scale) scale^shape * gamma(shape)

hrf_models <- list(
  cohen = new_gamma_hrf(9.6, 0.547, power_weight(9.6, 0.547), "cohen"),
  nipraxis = new_gamma_hrf(c(6, 12), c(1, 1), c(1, -0.35), "nipraxis"),
  spm = new_gamma_hrf(c(6, 16), c(1, 1), c(1, -1 / 6), "spm"),
  glover = new_gamma_hrf(
    c(7, 13), c(0.9, 0.9),
    c(exp(6) / 5.4^6, -0.35 * exp(12) / 10.8^12) * power_weight(c(7, 13), 0.9), "glover"
  )
)

# A name or a model; returns the model.
check_hrf <- function(model) {
  if (inherits(model, "gamma_hrf")) {
    return(check_gamma_hrf(model))
  }
  if (!is.character(model)) {
    abort(
      "type", sprintf(
        "`model` must be a name such as \"cohen\" or a model made by `gamma_hrf()`, not %s.",
        describe(model)
      ),
      if (is.numeric(model)) "For a response that is sampled already there is `conv()`."
    )
  }
  hrf_models[[check_choice(model, names(hrf_models), "model")]]
}
