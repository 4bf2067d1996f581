# deconv(): how near cross-validation comes to the best lambda, over 100 seeds, and what a
# solution costs. Writes bench/deconv.md. Run from the package's folder with convmat installed.
library(convmat)

# the problem of the article "The convolution matrix in practice"
t <- 0:199
truth <- 1.5 * exp(-(t - 40)^2 / 72) + (t >= 80 & t < 120) + 0.6 * exp(-(t - 160)^2 / 32)
h <- hrf(0:19, normalise = "area")
rms <- function(fit) sqrt(mean((coef(fit) - truth)^2))

# The error with the chosen lambda over that with the best one, searched from 1e-8 to 1e4.
ratio <- function(seed, sd, order) {
  set.seed(seed)
  y <- conv(truth, h) + rnorm(length(t) + 19, sd = sd)
  error <- function(power) rms(deconv(y, h, method = "ridge", lambda = 10^power, order = order))
  grid <- seq(-8, 4, by = 0.5)
  errors <- vapply(grid, error, 0)
  best <- optimize(error, grid[which.min(errors)] + c(-0.5, 0.5), tol = 0.01)$objective
  rms(deconv(y, h, method = "ridge", lambda = "gcv", order = order)) / min(errors, best)
}

cases <- expand.grid(order = 0:2, sd = c(0.01, 0.03, 0.1))
rows <- mapply(function(order, sd) {
  r <- suppressWarnings(vapply(1:100, ratio, 0, sd = sd, order = order))
  sprintf("| %g | %d | %.3f | %.3f | %.3f |", sd, order, median(r), quantile(r, 0.9), max(r))
}, cases$order, cases$sd)

seconds <- function(code) {
  code <- substitute(code)
  frame <- parent.frame()
  median(vapply(1:5, function(i) system.time(eval(code, frame))[["elapsed"]], 0))
}

set.seed(1)
kernel <- rnorm(50)
times <- vapply(c(1e5, 2e5, 4e5), function(n) {
  y <- conv(rnorm(n), kernel)
  seconds(deconv(y, kernel, method = "ridge", lambda = 0.1, order = 2))
}, 0)

writeLines(c(
  "# deconv(): the choice of lambda, and the cost",
  "",
  "Written by bench/deconv.R.",
  "",
  "The signal of the article \"The convolution matrix in practice\", 200 samples, under 20 samples of",
  "the haemodynamic response, with white noise; 100 seeds each. The root mean square error of x",
  "with `lambda = \"gcv\"`, over that with the best lambda:",
  "",
  "| sd of the noise | order | median | 90th percentile | worst |",
  "|---|---|---|---|---|",
  rows,
  "",
  "The article has sd 0.03 and order 1. Order 0 does not suit a signal that is smooth.",
  "",
  "Mode full, 50 samples of kernel, ridge with a given lambda, order 2, all of the result, with the",
  sprintf("BLAS of R there, of two threads where it has any (%s). Medians of 5:", basename(dirname(normalizePath(extSoftVersion()[["BLAS"]])))),
  "",
  "| n | seconds | microseconds for a sample |",
  "|---|---|---|",
  sprintf("| %s | %.2f | %.1f |", c("100,000", "200,000", "400,000"), times, 1e6 * times / c(1e5, 2e5, 4e5))
), "bench/deconv.md")
