test_that("plot() draws x, y with its fit, and the search", {
  h <- c(1, 2, 1)
  y <- conv(sin(0:20 / 3), h) + 0.1 * cos(0:22)
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  before <- graphics::par(c("mfrow", "mar", "mgp"))
  searched <- deconv(y, h, method = "ridge", lambda = "gcv", order = 2)
  plain <- deconv(ts(cbind(y, y)), h, n = 21)
  for (fit in list(
    searched, plain, deconv(y, h, mode = "same"), deconv(y, h, mode = "valid", singular = "minimum_norm")
  )) {
    expect_identical(withVisible(plot(fit)), list(value = fit, visible = FALSE))
    plot(fit, "x", col = 2, main = "mine", type = "h")
    plot(fit, which = c("fit", "x"), xlim = c(0, 5))
  }
  expect_identical(graphics::par(c("mfrow", "mar", "mgp")), before)
  expect_error(plot(plain, "gcv"), "was not searched", class = "convmat_error_value")
  expect_error(plot(plain, "residuals"), "must be one of", class = "convmat_error_value")
})

test_that("the axes of x and y agree", {
  h <- c(0, 0, 1, 0.1)
  x <- c(0, 1, 0, 0, 2, 0)
  peak <- function(v) which.max(as.numeric(v))
  fit <- deconv(conv(x, h), h)
  expect_identical(measured_at(fit)[peak(fit$y)] - found_at(fit)[peak(coef(fit))], 2)
  fit <- deconv(conv(x, h), h, origin = 2) # the kernel's peak is at time zero
  expect_identical(measured_at(fit)[peak(fit$y)] - found_at(fit)[peak(coef(fit))], 0)
  fit <- deconv(conv(c(x, 0, 0), h, "valid"), h, mode = "valid", singular = "minimum_norm")
  expect_identical(measured_at(fit), 4:8 + 0)
})

test_that("plot() leaves margins as they were", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  fit <- deconv(c(1, 3, 5, 4, 4), c(1, 2))
  plot(fit, "x")
  before <- graphics::par("mai", "mfrow", "mgp")
  plot(fit)
  expect_equal(graphics::par("mai", "mfrow", "mgp"), before)
})

test_that("a signal of zeros has a plot of its scores, which are 0", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  fit <- suppressWarnings(deconv(numeric(9), c(1, 2, 1), method = "ridge", lambda = "gcv"))
  expect_silent(plot(fit))
})

test_that("an image is drawn as a matrix, a volume is refused", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  fit <- deconv(outer(1:4, 1:3), matrix(1:4, 2), method = "ridge", lambda = 1)
  expect_identical(withVisible(plot(fit, main = "x")), list(value = fit, visible = FALSE))
  fit <- deconv(array(1:24, 2:4), list(1:2, NULL, NULL), method = "ridge", lambda = 1)
  expect_error(plot(fit), "must be an image.*slice", class = "convmat_error_type")
})
