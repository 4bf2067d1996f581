lucy <- function(...) deconv(..., method = "richardson-lucy")

test_that("each step is Richardson's and Lucy's, with edges, weights and missing counts", {
  set.seed(61)
  for (m in c(1, 3, 6)) {
    h <- rexp(m)
    n <- 7
    expect_all_cases(n, m, function(case) {
      A <- call_case(case, oracle_matrix, h = h, n = n)
      y <- rpois(nrow(A), 3) + 0
      if (nrow(A) > 3) y[2] <- NA
      w <- ifelse(is.na(y), 0, 1)
      y0 <- ifelse(is.na(y), 0, y)
      seen <- drop(crossprod(A, w))
      x <- ifelse(seen > 0, sum(y0) / sum(seen), 0)
      for (i in 1:4) {
        mu <- drop(A %*% x)
        x <- ifelse(seen > 0, x * drop(crossprod(A, ifelse(y0 > 0, w * y0 / mu, 0))) / seen, 0)
      }
      fit <- call_case(case, lucy, y = y, h = h, n = n, iterations = 4)
      max(abs(coef(fit) - x)) <= 1e-12 * max(1, x)
    }, info = paste("h =", deparse(h)))
  }
})

test_that("sums are kept, the likelihood never falls, and nothing is negative or NaN", {
  skip_on_cran()
  set.seed(62)
  h <- dgamma(0:20, 5, 1)
  x <- c(rep(0, 20), 100, rep(0, 20), 5:30, rep(0, 10))
  y <- rpois(length(x) + 20, conv(x, h))
  last <- -Inf
  for (steps in c(0:20, 50, 200, if (is_extended()) 1e4)) {
    fit <- lucy(y, h, iterations = steps)
    expect_lte(abs(sum(fitted(fit)) / sum(y) - 1), 1e-12)
    expect_true(all(coef(fit) >= 0))
    likelihood <- sum(ifelse(y > 0, y * log(fitted(fit)), 0) - fitted(fit))
    expect_gte(likelihood, last - 1e-9 * abs(likelihood))
    last <- likelihood
    expect_identical(fit$steps, steps + 0)
  }
  # the gap bounds how much larger the likelihood can become
  far <- lucy(y, h, iterations = 3000)
  best <- sum(ifelse(y > 0, y * log(fitted(far)), 0) - fitted(far))
  expect_gte(fit$gap, best - likelihood)
  # the rule for stopping
  fit <- lucy(y, h)
  expect_lt(fit$steps, 1e4)
  expect_lte(sum(fit$deviance), length(y))
  expect_identical(coef(lucy(c(0, 0, 0), c(1, 2))), c(0, 0))
})
