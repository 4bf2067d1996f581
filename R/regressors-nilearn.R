# Regressors as nilearn builds them (compute_regressor in
# nilearn.glm.first_level.hemodynamic_models, versions 0.10 to 0.14).

# A function of the events of one run, their types, times, and rows (not needed).
nilearn_method <- function(model, derivatives, oversampling, version) {
  oversampling <- check_count(oversampling, "oversampling")
  version <- check_nilearn_version(version)
  function(events, type, times, rows) {
    tr <- min(diff(times))
    check_result_size((length(times) + 24 / tr) * oversampling, 3, "nilearn's grid needs")
    grid <- nilearn_grid(times, oversampling)
    kernels <- nilearn_kernels(model, version, tr / oversampling, derivatives)
    none <- matrix(0, length(times), 0L)
    parts <- lapply(levels(type), function(level) {
      neural <- nilearn_neural(lapply(events, `[`, type == level), grid)
      columns <- vapply(kernels, function(h) {
        bold <- conv(neural, h, mode = "causal", method = "direct")
        stats::approx(grid, bold, times)$y
      }, numeric(length(times)))
      orthogonalise(columns)
    })
    do.call(cbind, c(list(none), parts))
  }
}

# From 24 s before the first scan to one scan after the last, both included.
nilearn_grid <- function(times, oversampling) {
  n <- length(times)
  from <- min(times) - 24
  to <- max(times) * (1 + 1 / (n - 1))
  count <- round((n - 1) / (max(times) - min(times)) * (to - from) * oversampling + 1)
  grid <- seq(0, count - 1) * ((to - from) / (count - 1)) + from
  grid[count] <- to
  grid
}

# An event begins at the first grid point that is not before its onset, and ends likewise;
# it takes one point at least.
nilearn_neural <- function(events, grid) {
  last <- length(grid)
  place <- function(t) pmin(findInterval(t, grid, left.open = TRUE) + 1, last)
  first <- place(events$onset)
  after <- place(events$onset + events$duration)
  after <- after + (after == first & after < last)
  step <- numeric(last)
  for (e in seq_along(first)) {
    step[first[e]] <- step[first[e]] + events$amplitude[e]
    step[after[e]] <- step[after[e]] - events$amplitude[e]
  }
  cumsum(step)
}

# The response, its difference over 0.1 s, and over a dispersion of 0.01. Of Glover's
# model the last has an undershoot of dispersion 1, as in nilearn.
nilearn_kernels <- function(model, version, dt, derivatives) {
  terms <- nilearn_terms(model, version)
  kernel <- function(...) nilearn_kernel(dt, ...)
  dispersed <- function(by) {
    dispersion <- terms$scale[1L] + by
    undershoot <- if (model == "spm") 16 else 12
    kernel(list(shape = c(6 / dispersion, undershoot), scale = c(dispersion, 1), weight = terms$weight))
  }
  kernels <- list(
    kernel(terms),
    if ("temporal" %in% derivatives) (kernel(terms) - kernel(terms, onset = 0.1)) / 0.1,
    if ("dispersion" %in% derivatives) (dispersed(0) - dispersed(0.01)) / 0.01
  )
  kernels[lengths(kernels) > 0L]
}
