# The models that have a name.

#' @rdname gamma_hrf
#' @param model Name of a model: one in [hrf()], or in the table below.
#' @export
hrf_model <- function(model) {
  check_given()
  check_hrf(model)
}

#' @rdname gamma_hrf
#' @param power Numeric vector, 0 or more: p in (t / (p b))^p exp(p - t/b), where b is
#'   the scale; each such term has peak 1.
#' @export
gam_hrf <- function(power, scale, weight = 1, name = "custom") {
  check_given()
  terms <- check_common_length(list(
    power = check_numbers(power, "power"), scale = check_numbers(scale, "scale"),
    weight = check_numbers(weight, "weight")
  ), least = 1L)
  check_values(terms$power, terms$power >= 0, "power", "0 or more")
  check_values(terms$scale, terms$scale > 0, "scale", "above 0")
  weight <- terms$weight * peak_weight(terms$power, terms$scale)
  gamma_hrf(terms$power + 1, terms$scale, weight, name)
}

#' @rdname gamma_hrf
#' @param mean,sd Numeric vectors, above 0: the mean and the standard deviation of each
#'   term as a density, in seconds, which is how FSL describes it. `mean` must be at least `sd`.
#' @export
mean_sd_hrf <- function(mean, sd, weight = 1, name = "custom") {
  check_given()
  terms <- check_common_length(list(
    mean = check_numbers(mean, "mean"), sd = check_numbers(sd, "sd"),
    weight = check_numbers(weight, "weight")
  ), least = 1L)
  check_values(terms$sd, terms$sd > 0, "sd", "above 0")
  check_values(terms$mean, terms$mean >= terms$sd, "mean", "at least `sd`")
  gamma_hrf((terms$mean / terms$sd)^2, terms$sd^2 / terms$mean, terms$weight, name)
}

# The weight that turns the density into t^(shape - 1) exp(-t / scale).
power_weight <- function(shape, scale) scale^shape * gamma(shape)

# The weight with which the density has peak 1; `power` is its shape less 1.
peak_weight <- function(power, scale) {
  scale * exp(lgamma(power + 1) - ifelse(power > 0, power * log(power), 0) + power)
}

hrf_models <- local({
  gam <- function(power, scale, weight, name) {
    new_gamma_hrf(power + 1, scale, weight * peak_weight(power, scale), name)
  }
  mean_sd <- function(mean, sd, weight, name) {
    new_gamma_hrf((mean / sd)^2, sd^2 / mean, weight, name)
  }
  spm <- function(name) new_gamma_hrf(c(6, 16), c(1, 1), c(1, -1 / 6), name)
  list(
    cohen = new_gamma_hrf(9.6, 0.547, power_weight(9.6, 0.547), "cohen"),
    nipraxis = new_gamma_hrf(c(6, 12), c(1, 1), c(1, -0.35), "nipraxis"),
    spm = spm("spm"),
    glover = new_gamma_hrf(
      c(7, 13), c(0.9, 0.9),
      c(exp(6) / 5.4^6, -0.35 * exp(12) / 10.8^12) * power_weight(c(7, 13), 0.9), "glover"
    ),
    gam = gam(8.6, 0.547, 1, "gam"),
    block4 = gam(4, 1, 1, "block4"),
    block5 = gam(5, 1, 1, "block5"),
    spmg1 = spm("spmg1"),
    mion = new_gamma_hrf(
      c(1, 1, 1), c(1.5, 4.5, 13.5), 16.4486 * c(-0.184, 0.33, 0.67), "mion"
    ),
    fsl = mean_sd(c(6, 16), c(2.449, 4), c(1, -1 / 6), "fsl"),
    fsl_gamma = mean_sd(6, 3, 1, "fsl_gamma"),
    pupil = gam(10.1, 0.93 / 10.1, 1, "pupil"),
    skin_conductance = new_gamma_hrf(c(1, 1), c(2, 0.75), c(2, -0.75), "skin_conductance"),
    respiration = new_gamma_hrf(
      c(3.1, 4.54), c(1.6, 4.25),
      c(0.6, -0.0023) * power_weight(c(3.1, 4.54), c(1.6, 4.25)), "respiration"
    )
  )
})

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
