# What regressors() takes for a model: gamma densities, bins of lags, or a function.

is_fir <- function(model) inherits(model, "convmat_fir")

# What the name of each column of a type ends in, for models that are sets of functions;
# NULL for the others.
set_parts <- function(model) {
  if (is_fir(model)) {
    paste0("lag_", number_labels(model$lags[-length(model$lags)]))
  } else if (is_basis(model)) {
    basis_names(model)
  }
}


check_regressor_model <- function(model, normalise, lags, support) {
  fir <- identical(model, "fir")
  own <- is.function(model)
  if (!fir && !is.null(lags)) {
    abort("value", "`lags` must be NULL unless `model` is \"fir\".")
  }
  if (!own && !is.null(support)) {
    abort("value", "`support` must be NULL unless `model` is a function.")
  }
  if (is_basis(model)) {
    model <- check_basis(model)
    if (normalise != "none") {
      abort("value", sprintf("`normalise` must be \"none\" with a basis, not \"%s\".", normalise))
    }
    return(model)
  }
  if (!fir && !own) {
    return(check_gamma_model(model))
  }
  if (normalise != "none") {
    abort("value", sprintf(
      "`normalise` must be \"none\" with %s, not \"%s\".",
      if (fir) "model \"fir\"" else "a function as `model`", normalise
    ))
  }
  if (fir) {
    structure(list(lags = check_lags(lags)), class = "convmat_fir")
  } else {
    structure(
      list(fun = check_model_function(model), support = check_support(support)),
      class = "convmat_function"
    )
  }
}

# As check_hrf(), with messages that know of the other models.
check_gamma_model <- function(model) {
  if (is.character(model)) {
    check_choice(model, c(names(hrf_models), "fir"), "model")
  } else if (!inherits(model, "gamma_hrf")) {
    abort(
      "type", sprintf(
        "`model` must be a name, a model made by `gamma_hrf()` or a function, not %s.",
        describe(model)
      ),
      if (is.numeric(model)) "For a response that is sampled already there is `conv()`."
    )
  }
  check_hrf(model)
}

# The models that a package has, by name.
check_package_model <- function(model, method, normalise) {
  choices <- if (method == "spm") "spm" else c("spm", "glover")
  if (!is.character(model) || length(model) != 1L || !(model %in% choices)) {
    abort(
      if (is.character(model)) "value" else "type",
      sprintf(
        "`model` must be %s with `method = \"%s\"`, not %s.",
        paste0("\"", choices, "\"", collapse = " or "), method, show_value(model)
      )
    )
  }
  check_choice(normalise, hrf_normalisations, "normalise")
  if (normalise != "none") {
    abort(
      "value",
      sprintf(
        "`normalise` must be \"none\" with `method = \"%s\"`, not \"%s\".", method, normalise
      ),
      "The package scales its kernel to a sum of 1."
    )
  }
}

check_lags <- function(lags) {
  if (is.null(lags)) {
    abort(
      "value", "`lags` must be given with model \"fir\": the edges of its bins in seconds.",
      "For 10 bins of 2 s use `lags = seq(0, 20, by = 2)`."
    )
  }
  lags <- check_numbers(lags, "lags")
  if (length(lags) < 2L) {
    abort("length", sprintf("`lags` must have at least 2 values, not %d.", length(lags)))
  }
  check_values(lags, c(TRUE, diff(lags) > 0), "lags", "increasing")
  lags
}

check_support <- function(support) {
  if (is.null(support)) {
    abort(
      "value", "`support` must be given with a function as `model`.",
      "It is the two times in seconds between which the function is not zero."
    )
  }
  check_limits(support, "support")
}

# The user's function, made to keep its promises or say at which time it does not.
check_model_function <- function(fun) {
  function(t) {
    values <- tryCatch(fun(t), error = function(e) {
      abort("value", sprintf("`model` failed: %s", conditionMessage(e)))
    })
    if (is.object(values) || !(is.numeric(values) || is.logical(values))) {
      abort("type", sprintf("`model` must return numbers, not %s.", describe(values)))
    }
    if (length(values) != length(t)) {
      abort(
        "length", "`model` must return as many values as it is given.",
        sprintf("Given %d times it returned %d values.", length(t), length(values))
      )
    }
    bad <- !is.finite(values)
    if (any(bad)) {
      abort("value", sprintf(
        "`model` must be finite on its support; it is %s at %s s.",
        format(values[bad][1L]), format(t[bad][1L], digits = 15L)
      ))
    }
    as.vector(values, "double")
  }
}
