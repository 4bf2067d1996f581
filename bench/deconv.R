# deconv(): how near the default comes to the best lambda, over 20 seeds, and what a
# solution costs. Writes bench/deconv.md. Run from the package's folder with convmat installed.
library(convmat)

# the problem of the article "The convolution matrix in practice"
t <- 0:199
truth <- 1.5 * exp(-(t - 40)^2 / 72) + (t >= 80 & t < 120) + 0.6 * exp(-(t - 160)^2 / 32)
h <- hrf(0:19, normalise = "area")
rms <- function(fit) sqrt(mean((coef(fit) - truth)^2))

# The error with the chosen lambda over that with the best one, searched from 1e-6 to 1e3.
ratio <- function(seed, sd, order) {
  set.seed(seed)
  y <- conv(truth, h) + rnorm(length(t) + 19, sd = sd)
  error <- function(power) rms(deconv(y, h, method = "ridge", lambda = 10^power, order = order))
  grid <- seq(-6, 3, by = 1)
  errors <- vapply(grid, error, 0)
  best <- optimize(error, grid[which.min(errors)] + c(-1, 1), tol = 0.03)$objective
  rms(deconv(y, h, method = "ridge", lambda = "auto", order = order)) / min(errors, best)
}

cases <- expand.grid(order = 0:2, sd = c(0.01, 0.03, 0.1))
rows <- mapply(function(order, sd) {
  r <- suppressWarnings(vapply(1:20, ratio, 0, sd = sd, order = order))
  sprintf("| %g | %d | %.3f | %.3f | %.3f |", sd, order, median(r), quantile(r, 0.9), max(r))
}, cases$order, cases$sd)

# Each in a process of its own: microseconds of the processor for a sample, peak memory, and what the fit says.
measure <- function(n, kernel, positive) {
  callr::r(function(n, kernel, positive) {
    library(convmat)
    options(convmat.max_bytes = Inf)
    h <- switch(kernel,
      HRF = hrf(seq(0, 24.5, by = 0.5), normalise = "area"), exponential = exp(-(0:49) / 10) / sum(exp(-(0:49) / 10))
    )
    set.seed(1)
    x <- pmax(rnorm(n), 0)
    y <- conv(x, h)
    y <- y + rnorm(length(y), sd = 0.01 * max(y))
    peak <- function() as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1e6
    before <- peak()
    time <- system.time({
      fit <- if (positive) deconv(y, h, positive = TRUE) else deconv(y, h, method = "ridge", lambda = 1e-3, order = 2)
    })
    c(
      each = 1e6 * sum(time[1:2]) / n, peak = peak() - before,
      steps = if (positive) fit$steps else NA, gap = if (positive) fit$gap else NA, kkt = if (positive) fit$kkt else NA
    )
  }, list(n, kernel, positive))
}
speed <- expand.grid(n = c(1e5, 1e6), kernel = c("HRF", "exponential"), positive = c(FALSE, TRUE), stringsAsFactors = FALSE)
speed_rows <- vapply(seq_len(nrow(speed)), function(i) {
  m <- with(speed[i, ], measure(n, kernel, positive))
  sprintf(
    "| %s | %s | %s | %.1f | %.1f | %s |", if (speed$positive[i]) "non-negative" else "ridge, order 2", speed$kernel[i],
    format(speed$n[i], big.mark = ",", scientific = FALSE), m[["each"]], m[["peak"]],
    if (speed$positive[i]) sprintf("%g steps, gap %.1g, KKT residual %.1g", m[["steps"]], m[["gap"]], m[["kkt"]]) else ""
  )
}, "")

# Richardson and Lucy: what 1e4 steps leave of the log likelihood
set.seed(1)
delay <- diff(pgamma(0:50, shape = 6, scale = 17 / 6))
counts <- rpois(149, conv(800 * exp(-((1:100) - 45)^2 / 300), delay))
lucy_rows <- vapply(c(1e1, 1e2, 1e3, 1e4), function(steps) {
  fit <- deconv(counts, delay, method = "richardson-lucy", iterations = steps)
  sprintf("| %s | %.4g | %.2g | %.1g |", format(steps, big.mark = ",", scientific = FALSE), fit$deviance, fit$gap, abs(sum(fitted(fit)) / sum(counts) - 1))
}, "")

writeLines(c(
  "# deconv(): the choice of lambda, and the cost",
  "",
  "Written by bench/deconv.R. Rules for lambda are compared in deconv-lambda.md.",
  "",
  "The signal of the article \"The convolution matrix in practice\", 200 samples, under 20 samples of",
  "the haemodynamic response, with white noise; 20 seeds each. The root mean square error of x",
  "with `lambda = \"auto\"`, over that with the best lambda:",
  "",
  "| sd of the noise | order | median | 90th percentile | worst |",
  "|---|---|---|---|---|",
  rows,
  "",
  "The article has sd 0.03 and order 1. Order 0 does not suit a signal that is smooth.",
  "",
  "Mode full, 50 samples of kernel, white noise of 1 %, ridge with a given lambda, all of the result. Microseconds of",
  "one processor for a sample, and peak memory (GB) beyond y:",
  "",
  "| method | kernel | n | microseconds | memory | |",
  "|---|---|---|---|---|---|",
  speed_rows,
  "",
  "Richardson and Lucy, 149 days of counts with a delay of 17 days: the deviance, the most by which the log likelihood",
  "may still rise, and how far sum(fitted) is from sum(y), relative to it:",
  "",
  "| steps | deviance | gap | sum |",
  "|---|---|---|---|",
  lucy_rows
), "bench/deconv.md")
