# Regressors as SPM builds them: spm_get_bf, spm_get_ons and spm_Volterra, read at the
# scans as in spm_fMRI_design, of spm/spm at 03564157.

# A function of the events of one run, their types, times, and rows (not needed).
spm_method <- function(derivatives, bins, bin0) {
  bins <- check_count(bins, "bins")
  bin0 <- check_count(bin0, "bin0", most = bins)
  function(events, type, times, rows) {
    dt <- times[2L] / bins
    check_result_size(length(times) * bins, 3, "SPM's grid needs")
    kernels <- spm_kernels(dt, derivatives)
    at <- spm_lead + bin0 + (seq_along(times) - 1) * bins
    none <- matrix(0, length(times), 0L)
    parts <- lapply(levels(type), function(level) {
      neural <- spm_neural(lapply(events, `[`, type == level), dt, length(times) * bins)
      vapply(kernels, function(h) {
        conv(neural, h, mode = "causal", method = "direct")[at]
      }, numeric(length(at)))
    })
    do.call(cbind, c(list(none), parts))
  }
}

# SPM's grid begins so many bins before the first scan.
spm_lead <- 32

# The response, its difference over 1 s, and over a dispersion of 0.01; orthogonal.
spm_kernels <- function(dt, derivatives) {
  h <- spm_kernel(dt)
  kernels <- cbind(
    h,
    if ("temporal" %in% derivatives) h - spm_kernel(dt, onset = 1),
    if ("dispersion" %in% derivatives) (h - spm_kernel(dt, dispersion = 1.01)) / 0.01
  )
  kernels <- orthogonalise(kernels)
  lapply(seq_len(ncol(kernels)), function(i) kernels[, i])
}

# Each event begins at the bin nearest to its onset, at the earliest 32 bins before the
# first scan, and takes one bin more than its duration is long. If all are impulses their
# height is 1/dt.
spm_neural <- function(events, dt, n) {
  height <- if (any(events$duration > 0)) events$amplitude else events$amplitude / dt
  first <- round_half_up(events$onset / dt) + spm_lead + 1
  after <- first + round_half_up(events$duration / dt) + 1
  n <- n + spm_lead
  step <- numeric(n)
  for (edge in list(list(at = first, by = height), list(at = after, by = -height))) {
    at <- pmax(edge$at, 1)
    seen <- at <= n
    at <- at[seen]
    places <- unique(at)
    sums <- tapply(edge$by[seen], match(at, places), sum)
    step[places] <- step[places] + sums
  }
  cumsum(step)
}

# Halves go away from 0, as in MATLAB.
round_half_up <- function(x) trunc(x) + sign(x) * (abs(x - trunc(x)) >= 0.5)
