# Regressors in closed form.

# A function of events, their types, times, and the events' rows for messages.
exact_method <- function(model, normalise, derivatives) {
  if (is_fir(model)) {
    return(function(events, type, times, rows) {
      groups <- group_events(events, type)
      .Call(ffi_fir, groups$events, groups$first, times, model$lags)
    })
  }
  if (is_basis(model)) {
    return(function(events, type, times, rows) basis_regressors(events, type, times, model))
  }
  if (inherits(model, "convmat_function")) {
    return(function(events, type, times, rows) quadrature_regressors(events, type, times, model))
  }
  model <- scale_model(model, normalise)
  function(events, type, times, rows) {
    groups <- group_events(events, type)
    respond <- function(model, slope) {
      .Call(ffi_regressors, groups$events, groups$first, times, model_terms(model), slope)
    }
    y <- respond(model, 0L)
    if (length(derivatives) == 0L) {
      return(y)
    }
    parts <- c(list(y), lapply(derivatives, function(derivative) {
      if (derivative == "temporal") respond(model, 1L) else respond(dispersed(model), 0L)
    }))
    # a column of each in turn
    order <- order(rep(seq_len(ncol(y)), length(parts)), rep(seq_along(parts), each = ncol(y)))
    do.call(cbind, parts)[, order, drop = FALSE]
  }
}

# The model times what `normalise` asks for.
scale_model <- function(model, normalise) {
  if (normalise %in% c("max", "sum")) {
    abort(
      "value",
      sprintf(
        "`normalise = \"%s\"` refers to samples, and the exact method takes none.", normalise
      ),
      sprintf("Use \"%s\".", if (normalise == "max") "peak" else "area")
    )
  }
  model$weight <- model$weight / model_divisor(model, normalise)
  model
}

model_terms <- function(model) lapply(unclass(model)[c("shape", "scale", "weight")], as.double)

dispersion_step <- 0.01

# The difference quotient by dispersion: all terms but the first drop out.
dispersed <- function(model) {
  wider <- 1 + dispersion_step
  list(
    shape = model$shape[1L] / c(1, wider),
    scale = model$scale[1L] * c(1, wider),
    weight = model$weight[1L] / dispersion_step * c(1, -1)
  )
}

# Events by type and onset, and where each type starts, from 0.
group_events <- function(events, type) {
  order <- order(as.integer(type), events$onset)
  list(
    events = lapply(events[c("onset", "duration", "amplitude")], `[`, order),
    first = as.double(c(0, cumsum(tabulate(as.integer(type), nlevels(type)))))
  )
}
