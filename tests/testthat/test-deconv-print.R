test_that("it prints what a reader wants to know", {
  set.seed(21)
  h <- c(1, 2, 1)
  y <- conv(sin(0:20 / 3), h) + rep(c(0.1, -0.1), length.out = 23)
  expect_snapshot({
    deconv(y, h)
    deconv(cbind(y, y / 2), h, method = "ridge", lambda = 0.5, order = 1)
    deconv(c(1, 3, 5), c(1, 1), method = "division")
    deconv(c(0, 0, 0), 1)
  })
  fit <- deconv(y, h, method = "ridge", lambda = "gcv", order = 2)
  expect_output(shown <- withVisible(print(fit)), "chosen by generalised cross-validation")
  expect_identical(shown, list(value = fit, visible = FALSE))
})
