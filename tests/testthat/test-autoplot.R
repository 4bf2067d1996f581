skip_if_not_installed("ggplot2")

data_of <- function(picture, layer = 1L) ggplot2::layer_data(picture, layer)

test_that("a model's curve is its formula", {
  curve <- data_of(ggplot2::autoplot(hrf_model("spm")), 2L)
  expect_equal(curve$y, hrf(curve$x, "spm"))
})

test_that("events are boxes and spikes, in a panel for each run", {
  boxes <- data_of(ggplot2::autoplot(events(c(1, 5), c(2, 0), c(1, -3))))
  expect_equal(boxes[c("xmin", "xmax")], data.frame(xmin = c(1, 5), xmax = c(3, 5)))
  expect_equal(boxes$ymax - boxes$ymin, c(1, -3), ignore_attr = TRUE)
  runs <- data_of(ggplot2::autoplot(bind_runs(events(1:3), events(2))))
  expect_equal(as.integer(table(runs$PANEL)), c(3, 1))
})

test_that("cells of an operator are its entries, the largest of a block where it is large", {
  A <- conv_operator(c(-1, 2, 5), 6, "same")
  cells <- ggplot2::autoplot(A)$data
  expect_identical(cells$value, as.matrix(A)[cbind(cells$row, cells$column)])
  large <- ggplot2::autoplot(conv_operator(1:5, 3000))$data
  expect_lte(nrow(large), 301 * 301)
  expect_identical(max(large$value), 5)
  expect_error(ggplot2::autoplot(conv_operator(1i, 3)), class = "convmat_error_type")
})

test_that("a deconvolution shows what was found and how it fits", {
  fit <- deconv(conv(c(1, 4, 2), c(1, 2)), c(1, 2))
  picture <- ggplot2::autoplot(fit)
  lines <- data_of(picture, 2L)
  expect_equal(lines$y[lines$PANEL == 1], as.numeric(coef(fit)))
  expect_equal(lines$y[lines$PANEL == 2], as.numeric(fitted(fit)))
  expect_equal(data_of(picture)$y, as.numeric(fit$y))
})
