test_that("lambda by cross-validation has the lowest score of a fine grid", {
  skip_on_cran()
  set.seed(19)
  for (order in 0:2) {
    x <- cumsum(rnorm(80)) * (order > 0) + rnorm(80) * (order == 0)
    h <- exp(-(0:11) / 4)
    y <- conv(x, h) + rnorm(91)
    fit <- deconv(y, h, method = "ridge", lambda = "gcv", order = order)
    score <- function(fit) 91 * sum(residuals(fit)^2) / pmax(91 - 1.4 * fit$edf, 0)^2
    scores <- vapply(10^seq(-8, 8, by = 0.1), function(lambda) {
      score(deconv(y, h, method = "ridge", lambda = lambda, order = order))
    }, 0)
    expect_lte(score(fit), min(scores) * (1 + 1e-4))
    expect_equal(score(fit), min(fit$search$gcv, na.rm = TRUE), tolerance = 1e-10)
    expect_equal(fit$gcv, 91 * sum(residuals(fit)^2) / (91 - fit$edf)^2, tolerance = 1e-12)
    given <- deconv(y, h, method = "ridge", lambda = fit$lambda, order = order)
    expect_equal(coef(given), coef(fit), tolerance = 1e-12)
  }
})

test_that("each column has a lambda of its own, and columns do not mix", {
  set.seed(20)
  h <- c(1, 2, 3, 2, 1)
  x <- cbind(sin(0:49 / 5), a = 1e6 * cos(0:49 / 3), 0)
  y <- conv(x, h) + cbind(rnorm(54, sd = 0.1), rnorm(54, sd = 1e4), rnorm(54, sd = 1e-9))
  # the third has nothing but noise
  all <- quietly_deconv(y, h, method = "ridge", lambda = "gcv", order = 2)
  each <- lapply(1:3, function(j) quietly_deconv(y[, j], h, method = "ridge", lambda = "gcv", order = 2))
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
  fit <- quietly_deconv(conv(x, h), h, method = "ridge", lambda = "auto", order = 0)
  expect_lt(fit$lambda, 1e-12)
  expect_lte(max(abs(coef(fit) - x)), 1e-4)
})

test_that("a weight is polished only where that helps, and scores may be missing", {
  score <- function(lambda) if (lambda > 1) NA_real_ else (log10(lambda) + 0.2)^2
  expect_equal(log10(polish_weight(1, 0.04, score)), -0.2, tolerance = 0.05)
  expect_identical(polish_weight(1, -1, score), 1)
})

test_that("cross-validation comes near to the best lambda", {
  skip_on_cran()
  t <- 0:199
  truth <- 1.5 * exp(-(t - 40)^2 / 72) + (t >= 80 & t < 120) + 0.6 * exp(-(t - 160)^2 / 32)
  h <- hrf(0:19, normalise = "area")
  rms <- function(fit) sqrt(mean((coef(fit) - truth)^2))
  ratio <- vapply(seq_len(how_many(20, 6)), function(seed) {
    set.seed(seed)
    y <- conv(truth, h) + rnorm(219, sd = 0.03)
    error <- function(power) rms(deconv(y, h, method = "ridge", lambda = 10^power, order = 1))
    best <- min(vapply(seq(-3, 1, by = 0.25), error, 0))
    rms(deconv(y, h, method = "ridge", lambda = "gcv", order = 1)) / best
  }, 0)
  expect_lte(median(ratio), 1.2)
  expect_lte(quantile(ratio, 0.9), 1.5)
})

test_that("the restricted likelihood is that of y under the model", {
  set.seed(29)
  h <- exp(-(0:5) / 2)
  A <- conv_matrix(h, 20)
  y <- drop(A %*% cumsum(rnorm(20))) + rnorm(25)
  for (order in 0:2) {
    fit <- deconv(y, h, method = "ridge", lambda = "reml", order = order)
    D <- difference_matrix(20, order)
    null <- if (order > 0) outer(1:20, seq_len(order) - 1, "^") / 20^2
    # contrasts of y that what has no penalty does not enter
    Q <- if (order > 0) qr.Q(qr(A %*% null), complete = TRUE)[, -seq_len(order)] else diag(25)
    prior <- A %*% pseudo_inverse(crossprod(D), 1e-10) %*% t(A)
    minus2 <- function(lambda) {
      V <- crossprod(Q, (diag(25) + prior / lambda) %*% Q)
      z <- crossprod(Q, y)
      length(z) * log(sum(z * solve(V, z))) + c(determinant(V)$modulus)
    }
    # on the whole grid, but for a constant
    some <- fit$search[fit$search$lambda > 1e-4 & fit$search$lambda < 1e4, ]
    theirs <- vapply(some$lambda, minus2, 0)
    expect_equal(drop(some$reml) - some$reml[1], theirs - theirs[1], tolerance = 1e-6)
    expect_lte(minus2(fit$lambda), min(theirs) + 1e-6)
  }
})

test_that("the choice of lambda does not blow up noise, and warns where it may", {
  delay <- diff(pgamma(0:25, 5, 0.7))
  delay <- delay / sum(delay)
  x <- 100 * exp(-((1:60) - 30)^2 / 150)
  mu <- conv(x, delay, "causal")
  rms <- function(fit) sqrt(mean((coef(fit) - x)^2))
  set.seed(1)
  y <- rpois(60, mu)
  expect_lt(rms(deconv(y, delay, mode = "causal", method = "ridge", order = 2)), 5)
  expect_lt(rms(deconv(y, delay, mode = "causal", method = "ridge", order = 2, weights = 1 / (y + 1))), 5)
  set.seed(6)
  y <- mu + rnorm(60, sd = 0.01 * max(mu))
  for (lambda in c("auto", "gcv")) {
    expect_lt(rms(expect_silent(deconv(y, delay, mode = "causal", method = "ridge", lambda = lambda))), 5)
  }
  # bursts under a kernel that loses nothing need almost all degrees of freedom
  h <- exp(-(0:24) / 5)
  h <- h / sum(h)
  x <- numeric(80)
  x[c(12, 24, 26, 48, 60, 62)] <- c(100, 60, 80, 100, 40, 70)
  mu <- conv(x, h, "causal")
  y <- mu + rnorm(80, sd = 0.01 * max(mu))
  fit <- quietly_deconv(y, h, mode = "causal", method = "ridge", lambda = "auto")
  expect_identical(fit$rule, "reml")
  expect_lt(rms(fit), 3)
  expect_gt(rms(deconv(y, h, mode = "causal", method = "ridge", lambda = "gcv")), 6)
  expect_convmat_warning(
    deconv(rep(c(1, -1), 20), c(1, 1) / 2, mode = "causal", method = "ridge", lambda = "gcv", order = 1),
    "numeric", "`lambda` could not be found: the best is the largest"
  )
})

test_that("the default takes the restricted likelihood where that smooths more", {
  set.seed(8)
  h <- dnorm(-9:9, sd = 2.5) / sum(dnorm(-9:9, sd = 2.5))
  t <- 1:80 / 80
  x <- 100 * (exp(-(t - 0.2)^2 / 0.0018) + (t >= 0.4 & t < 0.6) + 0.4 * exp(-(t - 0.8)^2 / 0.0008))
  mu <- conv(x, h, "causal")
  y <- mu + rnorm(80, sd = 0.01 * max(mu))
  fits <- lapply(c("auto", "gcv", "reml"), function(lambda) {
    expect_silent(deconv(y, h, mode = "causal", method = "ridge", lambda = lambda, order = 2))
  })
  expect_identical(fits[[1]]$rule, "reml")
  expect_identical(coef(fits[[1]]), coef(fits[[3]]))
  rms <- vapply(fits, function(fit) sqrt(mean((coef(fit) - x)^2)), 0)
  expect_lt(rms[1], rms[2] / 3)
})

test_that("counts have no noise where they are 0, and a kernel that loses little needs no penalty", {
  set.seed(1)
  h <- exp(-(0:24) / 5)
  h <- h / sum(h)
  x <- 100 * exp(-24 * (1:80 / 80 - 0.5)^2)
  y <- rpois(104, conv(x, h))
  for (unit in c(1, 0.3)) {
    fit <- deconv(unit * y, h, method = "ridge", order = 1)
    expect_lt(sqrt(mean((coef(fit) / unit - x)^2)), 6)
  }
  expect_identical(count_unit(c(0, 0)), Inf)
  expect_identical(count_unit(c(-1, 0)), NA_real_)
  expect_identical(count_unit(c(1, 2.5, 3)), 0.5)
  expect_identical(count_unit(c(1, 2.5, 3, pi)), NA_real_)
  # without any noise the least lambda is right, and there is nothing to warn of
  x <- rnorm(80)
  y <- conv(x, h)
  fit <- expect_silent(deconv(y, h, method = "ridge"))
  expect_lte(max(abs(coef(fit) - x)), 1e-6)
})

test_that("of counts, each degree of freedom counts by the noise where it is taken up", {
  set.seed(3)
  n <- 12
  for (m in c(1, 3, 7, 15)) {
    h <- runif(m)
    expect_all_cases(n, m, function(case) {
      A <- call_case(case, oracle_matrix, h = h, n = n)
      y <- cbind(rpois(nrow(A), 5), 0.5 * rpois(nrow(A), 9), rnorm(nrow(A)), 0)
      order <- if (case$mode == "valid") 0 else sample(0:1, 1)
      fit <- call_case(case, quietly_deconv, y = y, h = h, n = n, method = "ridge", lambda = "gcv", order = order)
      units <- apply(y, 2, count_unit)
      v <- vapply(1:4, function(j) if (is.finite(units[j])) y[, j] + units[j] else 1 + 0 * y[, j], y[, 1])
      some <- which(fit$search$lambda > 1e-3 & fit$search$lambda < 1e3)
      off <- vapply(some, function(k) {
        lambda <- fit$search$lambda[k]
        S <- A %*% solve(crossprod(A) + lambda * crossprod(difference_matrix(n, order)), t(A))
        left <- nrow(A) - 1.4 * nrow(A) * colSums(v * diag(S)) / colSums(v)
        score <- ifelse(left > 0, nrow(A) * colSums((y - S %*% y)^2) / left^2, NA)
        found <- fit$search$gcv[k, ]
        tried <- !is.na(found)
        max(0, (abs(found - score) / pmax(score, 1e-12))[tried])
      }, 0)
      length(some) > 3 && max(off) <= 1e-6
    }, info = paste("h =", deparse(h)))
  }
  # mode full: beyond the ends of a bell there is no noise, and a plain score finds too little
  h <- diff(pgamma(0:25, 5, 0.7))
  h <- h / sum(h)
  x <- 100 * exp(-24 * (1:80 / 80 - 0.5)^2)
  set.seed(24)
  y <- rpois(104, conv(x, h)) # a seed with which that was 11 times as far off as the best
  error <- function(lambda) sqrt(mean((coef(deconv(y, h, method = "ridge", lambda = lambda)) - x)^2))
  expect_lt(error("auto"), 3 * error(0.1))
})
