# Regressors of a function, by quadrature.

# One quadrature for each pair of a box and a time.
quadrature_regressors <- function(events, type, times, model) {
  from <- model$support[1L]
  to <- model$support[2L]
  y <- matrix(0, length(times), nlevels(type))
  for (e in seq_along(events$onset)) {
    x <- times - events$onset[e]
    d <- events$duration[e]
    rows <- which(x >= from & x - d <= to)
    if (length(rows) == 0L) {
      next
    }
    h <- if (d == 0) {
      model$fun(x[rows])
    } else {
      vapply(x[rows], function(x) {
        integrate_model(model$fun, max(x - d, from), min(x, to), x + events$onset[e])
      }, 0)
    }
    column <- as.integer(type[e])
    y[rows, column] <- y[rows, column] + events$amplitude[e] * h
  }
  y
}

integrate_model <- function(fun, from, to, t) {
  if (from >= to) {
    return(0)
  }
  tol <- 1e-8
  result <- stats::integrate(
    fun, from, to,
    rel.tol = tol, abs.tol = 0, subdivisions = 1000L, stop.on.error = FALSE
  )
  if (!isTRUE(result$abs.error <= tol * abs(result$value)) && result$value != 0) {
    # where positive and negative parts cancel, against the sum of moduli
    moduli <- stats::integrate(
      function(t) abs(fun(t)), from, to,
      rel.tol = 1e-3, subdivisions = 1000L, stop.on.error = FALSE
    )$value
    if (!isTRUE(result$abs.error <= tol * moduli)) {
      abort(
        "numeric",
        sprintf("The integral of `model` did not converge for t = %s.", format(t)),
        sprintf("It runs from %s to %s s after the event.", format(from), format(to))
      )
    }
  }
  result$value
}
