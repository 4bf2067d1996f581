test_that("names and dates are those that conv() would turn into those of y", {
  h <- c(1, 3, 1, 0.5)
  x <- ts(c(3, 1, 4, 1, 5, 9, 2, 6), start = c(2001, 3), frequency = 4)
  cases <- list(
    list("full", NULL), list("full", 2), list("same", NULL), list("same", 1), list("causal", NULL)
  )
  for (case in cases) {
    y <- conv(x, h, case[[1]], case[[2]])
    fit <- deconv(y, h, mode = case[[1]], origin = case[[2]])
    expect_equal(coef(fit), x, tolerance = 1e-12)
    expect_equal(fitted(fit), y, tolerance = 1e-12)
    expect_identical(tsp(residuals(fit)), tsp(y))
  }
  y <- conv(x, h, "valid")
  expect_equal(tsp(coef(deconv(y, h, mode = "valid", singular = "minimum_norm"))), tsp(x))
  y <- conv(x, c(h, h, h), "valid") # n < m, and n is not the longer of the two possible
  fit <- deconv(y, c(h, h, h), n = 8, mode = "valid", singular = "minimum_norm")
  expect_equal(tsp(coef(fit)), tsp(x))
  both <- cbind(a = x, b = 2 * x)
  fit <- deconv(conv(both, h), h)
  expect_equal(coef(fit), both, tolerance = 1e-12)
  expect_s3_class(coef(fit), "mts")
  named <- c(u = 1, v = 2, w = 3)
  expect_identical(names(coef(deconv(named, h, mode = "causal"))), names(named))
  expect_null(names(coef(deconv(c(named, 4), h))))
  expect_identical(names(residuals(deconv(c(named, z = 4), h))), c("u", "v", "w", "z"))
  expect_identical(coef(deconv(c(2L, 4L, 0L), c(TRUE, TRUE), method = "division")), c(2, 2))
})
