noisy <- function(n = 30, columns = 1, h = c(1, 3, 2), sd = 0.1) {
  x <- outer(seq_len(n), seq_len(columns), function(i, j) sin(i / 4 + j))
  y <- conv(x, h) + rnorm((n + length(h) - 1) * columns, sd = sd)
  if (columns == 1) drop(y) else y
}

# A method for a generic of stats is the user's own call, under its own name.
expect_refused <- function(object, kind, text) {
  e <- expect_error(object, class = paste0("convmat_error_", kind))
  expect_match(conditionMessage(e), text, fixed = TRUE)
  expect_match(as.character(conditionCall(e))[1], "^(vcov|predict)[.]deconv$")
}

test_that("without a penalty the numbers are those of lm()", {
  set.seed(1)
  h <- c(1, 3, 2)
  y <- noisy()
  A <- conv_matrix(h, 30)
  for (w in list(NULL, c(0, 2, rep(c(1, 0.5), 15)))) {
    fit <- deconv(y, h, weights = w)
    right <- if (is.null(w)) lm(y ~ A - 1) else lm(y ~ A - 1, weights = w)
    expect_identical(nobs(fit), nobs(right))
    expect_equal(df.residual(fit), df.residual(right))
    expect_equal(deviance(fit), deviance(right), tolerance = 1e-10)
    expect_equal(sigma(fit), sigma(right), tolerance = 1e-10)
    expect_equal(vcov(fit), unname(vcov(right)), tolerance = 1e-10)
    expect_equal(vcov(fit, sigma = 2), unname(vcov(right)) * 4 / sigma(right)^2, tolerance = 1e-10)
  }
  y[4] <- NA
  fit <- deconv(y, h)
  expect_equal(nobs(fit), 31)
  right <- lm(y ~ A - 1)
  expect_equal(deviance(fit), deviance(right), tolerance = 1e-10)
  expect_equal(vcov(fit), unname(vcov(right)), tolerance = 1e-10)
})

test_that("the covariance of a penalised x is that of many x from new noise", {
  set.seed(2)
  h <- c(1, 3, 2)
  x <- sin(1:20 / 4)
  for (order in 0:2) {
    for (w in list(NULL, runif(22))) {
      fit <- deconv(noisy(20), h, method = "ridge", lambda = 3, order = order, weights = w)
      W <- diag(if (is.null(w)) 1 else w, 22)
      A <- conv_matrix(h, 20)
      D <- difference_matrix(20, order)
      K <- solve(t(A) %*% W %*% A + 3 * crossprod(D), t(A) %*% sqrt(W))
      expect_equal(vcov(fit, sigma = 0.1), 0.01 * tcrossprod(K), tolerance = 1e-10)
    }
  }
  many <- replicate(500, coef(deconv(conv(x, h) + rnorm(22, sd = 0.1), h, method = "ridge", lambda = 3, order = 2)))
  expect_equal(apply(many, 1, var), diag(vcov(fit <- deconv(conv(x, h), h, method = "ridge", lambda = 3, order = 2), 0.1)), tolerance = 0.1)
  # every mode and boundary, names, units
  y <- c(a = 1, b = 4, c = 2, d = 7, e = 3, f = 5)
  for (boundary in c("zero", "wrap", "nearest")) {
    fit <- deconv(y, c(5, 1), mode = "causal", boundary = boundary)
    A <- conv_matrix(c(5, 1), 6, "causal", boundary = boundary)
    V <- vcov(fit, 1)
    expect_equal(V, solve(crossprod(A)), tolerance = 1e-12, ignore_attr = TRUE)
    expect_identical(dimnames(V), list(names(y), names(y)))
  }
  expect_equal(vcov(deconv(y, c(5, 1) * 1e150, mode = "causal"), 1e100), vcov(deconv(y, c(5, 1), mode = "causal"), 1) * 1e-100, tolerance = 1e-10, ignore_attr = TRUE)
})

test_that("a covariance is refused where it has no meaning", {
  set.seed(3)
  h <- c(1, 3, 2)
  y <- noisy()
  expect_refused(vcov(deconv(y, h, positive = TRUE)), "type", "`vcov()` has no meaning for `positive = TRUE`")
  expect_refused(vcov(deconv(y, h, method = "division")), "type", "no meaning for method \"division\"")
  expect_refused(vcov(deconv(abs(y), h, method = "richardson-lucy")), "type", "no meaning for method \"richardson-lucy\"")
  expect_refused(vcov(deconv(cbind(y, y), h)), "type", "`vcov()` is that of one signal, not of 2.")
  fit <- deconv(y, h, mode = "causal", method = "ridge", lambda = 0.1)
  expect_refused(vcov(fit, sigma = -1), "value", "`sigma` must be a number, 0 or more")
  expect_refused(vcov(fit, sigma = "a"), "type", "`sigma` must be")
  fit <- deconv(c(1, 2, 4), c(2, 1), mode = "causal")
  expect_equal(df.residual(fit), 0)
  expect_identical(sigma(fit), NaN)
  expect_refused(vcov(fit), "numeric", "no degrees of freedom are left")
  expect_identical(dim(vcov(fit, sigma = 1)), c(3L, 3L))
  fit <- deconv(c(1, 2, 4), c(1, 1), mode = "valid", singular = "minimum_norm")
  expect_refused(vcov(fit, sigma = 1), "numeric", "x is not determined, and has no covariance.")
  old <- options(convmat.max_bytes = 1e4)
  on.exit(options(old))
  expect_refused(vcov(deconv(y, h), 1), "memory", "The covariance needs")
})

test_that("predict() convolves again, with another kernel too", {
  set.seed(4)
  h <- c(1, 3, 2)
  y <- ts(noisy(), start = 2000, frequency = 12)
  fit <- deconv(y, h)
  expect_identical(predict(fit), fitted(fit))
  expect_equal(predict(fit, h), fitted(fit), tolerance = 1e-12)
  expect_equal(as.vector(predict(fit, c(0, 1))), c(0, as.vector(coef(fit))))
  for (mode in c("same", "causal")) {
    fit <- deconv(as.vector(y), h, mode = mode, boundary = "nearest", method = "ridge", lambda = 1)
    expect_equal(predict(fit, h), fitted(fit), tolerance = 1e-12)
  }
  expect_refused(predict(fit, "a"), "type", "`h` must be")
  expect_error(predict(fit, newdata = 1), "unused argument")
})

test_that("data frames have a row for each value", {
  set.seed(5)
  h <- c(1, 3, 2)
  fit <- deconv(noisy(), h)
  expect_identical(as.data.frame(fit), data.frame(sample = 1:30, x = coef(fit)))
  expect_identical(tidy.deconv(fit), data.frame(sample = 1:30, estimate = coef(fit)))
  tidied <- tidy.deconv(fit, conf.int = TRUE, conf.level = 0.9)
  expect_named(tidied, c("sample", "estimate", "std.error", "conf.low", "conf.high"))
  expect_equal(tidied$std.error, sqrt(diag(vcov(fit))))
  expect_equal(tidied$conf.high, tidied$estimate + qnorm(0.95) * tidied$std.error)
  expect_equal(tidied$conf.low, tidied$estimate - qnorm(0.95) * tidied$std.error)
  expect_identical(
    augment.deconv(fit),
    data.frame(sample = 1:32 + 0, y = fit$y, .fitted = fitted(fit), .resid = residuals(fit))
  )
  glanced <- glance.deconv(fit)
  expect_identical(dim(glanced), c(1L, 8L))
  expect_equal(glanced$sigma, sigma(fit))
  expect_convmat_error(tidy.deconv(fit, conf.level = 2), "value", "`conf.level` must be a number between 0 and 1")
  expect_convmat_error(tidy.deconv(fit, conf.int = NA), "type", "`conf.int` must be TRUE or FALSE")
  # several columns, with dates
  y <- ts(noisy(columns = 2), start = 1990, frequency = 4, names = c("u", "v"))
  fit <- deconv(y, h, method = "ridge", lambda = "gcv")
  found <- as.data.frame(fit)
  expect_identical(found$response, rep(c("u", "v"), each = 30))
  expect_equal(found$time, rep(1990 + 0:29 / 4, 2))
  expect_equal(found$x, c(coef(fit)), ignore_attr = TRUE)
  expect_equal(augment.deconv(fit)$y, c(y))
  glanced <- glance.deconv(fit)
  expect_identical(glanced$response, c("u", "v"))
  expect_equal(glanced$lambda, fit$lambda)
  expect_equal(glanced$df.residual, 32 - fit$edf)
  expect_identical(glanced$rule, fit$rule)
  colnames(y) <- NULL
  expect_identical(unique(as.data.frame(deconv(unclass(y)[, ], h))$response), c("1", "2"))
  for (other in list(deconv(1:5, c(1, 2), method = "division"), deconv(1:5, c(1, 2), method = "richardson-lucy"), deconv(1:5, c(1, 2), positive = TRUE))) {
    expect_identical(dim(glance.deconv(other)), c(1L, 8L))
    expect_length(deviance(other), 1)
  }
})

test_that("signals of other classes are taken as their numbers, and come back as what they are", {
  set.seed(7)
  y <- data.frame(u = noisy(), v = noisy())
  fit <- deconv(y, c(1, 3, 2))
  plain <- deconv(as.matrix(y), c(1, 3, 2))
  expect_equal(deviance(fit), deviance(plain))
  expect_equal(glance.deconv(fit), glance.deconv(plain))
  expect_equal(as.data.frame(fit), as.data.frame(plain))
  expect_equal(augment.deconv(fit), augment.deconv(plain))
  expect_equal(predict(fit, c(1, 2)), as.data.frame(predict(plain, c(1, 2))))
  expect_output(print(summary(fit)), "u ")
  skip_if_not_installed("zoo")
  y <- zoo::zoo(noisy(), 101:132)
  fit <- deconv(y, c(1, 3, 2))
  expect_equal(zoo::index(predict(fit, c(1, 2))), 101:131)
  expect_equal(as.data.frame(fit)$x, as.vector(coef(fit)))
  expect_equal(dim(vcov(fit)), c(30, 30))
})

test_that("a summary is an object, and prints", {
  set.seed(6)
  h <- c(1, 3, 2)
  fit <- deconv(noisy(), h, method = "ridge", lambda = 2, order = 1)
  s <- summary(fit)
  expect_s3_class(s, "summary.deconv", exact = TRUE)
  expect_equal(c(s$residuals), unname(quantile(residuals(fit))))
  expect_identical(s$range, range(coef(fit)))
  expect_output(expect_identical(print(s), s))
  expect_snapshot({
    summary(deconv(conv(c(1, 0, 2, 1), c(1, 2)) + c(0.5, 0, -0.5, 0, 0), c(1, 2)))
    summary(deconv(cbind(a = 1:8 / 2, b = c(NA, 2:8 / 4)), c(2, 1), mode = "causal", method = "ridge", lambda = 1))
    summary(deconv(c(1, 3, 5), c(1, 1), method = "division"))
  })
})

test_that("confint() gives the intervals of tidy(), and those that are asked for", {
  set.seed(8)
  y <- setNames(noisy(), paste0("t", 1:32))
  fit <- deconv(y, c(1, 3, 2), method = "ridge", lambda = 1)
  limits <- confint(fit, level = 0.9)
  width <- qnorm(0.95) * sqrt(diag(vcov(fit)))
  expect_equal(limits, cbind(coef(fit) - width, coef(fit) + width), ignore_attr = TRUE)
  expect_identical(dimnames(limits), list(NULL, c("5 %", "95 %")))
  expect_identical(confint(fit, c(2, 30), level = 0.9), limits[c(2, 30), ])
  fit <- deconv(y, c(9, 3, 2), mode = "same", method = "ridge", lambda = 1)
  expect_identical(confint(fit, c("t3", "t1")), confint(fit)[c("t3", "t1"), ])
  expect_identical(rownames(confint(fit)), names(y))
  expect_equal(confint(deconv(1:3, 2), sigma = 1), 1:3 / 2 + 0.5 * qnorm(0.975) * cbind(rep(-1, 3), 1), ignore_attr = TRUE)
  expect_error(confint(fit, "t99"), "`parm` must be", class = "convmat_error_type")
  expect_error(confint(fit, 99), "`parm` must be an index from 1 to 32", class = "convmat_error_value")
  expect_error(confint(fit, level = 95), "`level` must be", class = "convmat_error_value")
  expect_error(confint(deconv(cbind(y, y), c(1, 3, 2))), "one signal", class = "convmat_error_type")
})

test_that("an image has the numbers of the dense problem, and no covariance", {
  set.seed(9)
  h <- matrix(c(4, 1, 2, 1), 2)
  x <- outer(1:5, 1:4)
  y <- conv_array(x, h) + rnorm(30, sd = 0.1)
  y[3, 2] <- NA
  w <- replace(rep(c(1, 2), 15), 7, 0)
  fit <- deconv(y, h, method = "ridge", lambda = "gcv", weights = w)
  left <- as.vector(y - conv_array(coef(fit), h))
  kept <- w > 0 & !is.na(y)
  expect_equal(deviance(fit), sum((w * left^2)[kept]))
  expect_equal(df.residual(fit), sum(kept) - fit$edf)
  expect_equal(sigma(fit), sqrt(deviance(fit) / df.residual(fit)))
  page <- summary(fit)
  expect_equal(page$residuals, t(quantile(left[kept])), ignore_attr = TRUE)
  expect_identical(page$columns$deviance, deviance(fit))
  expect_output(print(page), "Deconvolution of 6 x 5 values.*x: 5 x 4 values.*edf.*sigma")
  known <- deconv(y, h, method = "ridge", lambda = 1)
  expect_identical(c(df.residual(known), sigma(known)), c(NA_real_, NA_real_))
  expect_equal(deviance(known), sum(residuals(known)^2, na.rm = TRUE))
  expect_output(print(summary(known)), "deviance lambda")
  expect_error(vcov(fit), "not of an image", class = "convmat_error_type")
  expect_error(confint(fit), "not of an image", class = "convmat_error_type")
})
