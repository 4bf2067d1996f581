test_that("lambda by cross-validation has the lowest score of a fine grid", {
  set.seed(19)
  for (order in 0:2) {
    x <- cumsum(rnorm(80)) * (order > 0) + rnorm(80) * (order == 0)
    h <- exp(-(0:11) / 4)
    y <- conv(x, h) + rnorm(91)
    fit <- deconv(y, h, method = "ridge", lambda = "gcv", order = order)
    scores <- vapply(10^seq(-8, 8, by = 0.1), function(lambda) {
      deconv(y, h, method = "ridge", lambda = lambda, order = order)$gcv
    }, 0)
    expect_lte(fit$gcv, min(scores) * (1 + 1e-4))
    expect_identical(fit$gcv, min(fit$search$gcv))
    given <- deconv(y, h, method = "ridge", lambda = fit$lambda, order = order)
    expect_equal(coef(given), coef(fit), tolerance = 1e-12)
  }
})

test_that("each column has a lambda of its own, and columns do not mix", {
  set.seed(20)
  h <- c(1, 2, 3, 2, 1)
  x <- cbind(sin(0:49 / 5), a = 1e6 * cos(0:49 / 3), 0)
  y <- conv(x, h) + cbind(rnorm(54, sd = 0.1), rnorm(54, sd = 1e4), rnorm(54, sd = 1e-9))
  all <- deconv(y, h, method = "ridge", lambda = "gcv", order = 2)
  each <- lapply(1:3, function(j) deconv(y[, j], h, method = "ridge", lambda = "gcv", order = 2))
  expect_equal(all$lambda, vapply(each, `[[`, 0, "lambda"), tolerance = 0.01)
  expect_equal(all$gcv, vapply(each, `[[`, 0, "gcv"), tolerance = 1e-4)
  expect_equal(all$edf, vapply(each, `[[`, 0, "edf"), tolerance = 0.01)
  expect_identical(dim(all$search$gcv), c(nrow(all$search), 3L))
  for (method in c("lsq", "division")) {
    all <- deconv(y, h, method = method)
    for (j in 1:3) {
      expect_equal(coef(all)[, j], coef(deconv(y[, j], h, method = method)), tolerance = 1e-13)
    }
    expect_identical(colnames(coef(all)), c("", "a", ""))
    expect_identical(dimnames(residuals(all)), dimnames(y))
  }
})

test_that("without noise the search goes down as far as that helps", {
  h <- c(1, 4, 6, 4, 1) / 16 # a null of order 4
  x <- sin(0:99 / 7)
  fit <- deconv(conv(x, h), h, method = "ridge", lambda = "gcv", order = 0)
  expect_lt(fit$lambda, 1e-12)
  expect_lte(max(abs(coef(fit) - x)), 1e-4)
})

test_that("a weight is polished only where that helps, and scores may be missing", {
  score <- function(lambda) if (lambda > 1) NA_real_ else (log10(lambda) + 0.2)^2
  expect_equal(log10(polish_weight(1, 0.04, score)), -0.2, tolerance = 0.05)
  expect_identical(polish_weight(1, -1, score), 1)
})

test_that("cross-validation comes near to the best lambda", {
  t <- 0:199
  truth <- 1.5 * exp(-(t - 40)^2 / 72) + (t >= 80 & t < 120) + 0.6 * exp(-(t - 160)^2 / 32)
  h <- hrf(0:19, normalise = "area")
  rms <- function(fit) sqrt(mean((coef(fit) - truth)^2))
  ratio <- vapply(1:20, function(seed) {
    set.seed(seed)
    y <- conv(truth, h) + rnorm(219, sd = 0.03)
    error <- function(power) rms(deconv(y, h, method = "ridge", lambda = 10^power, order = 1))
    best <- min(vapply(seq(-3, 1, by = 0.25), error, 0))
    rms(deconv(y, h, method = "ridge", lambda = "gcv", order = 1)) / best
  }, 0)
  expect_lte(median(ratio), 1.2)
  expect_lte(quantile(ratio, 0.9), 1.5)
})
