test_that("sampled is the walkthrough's way", {
  ev <- events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3))
  y <- regressors(ev, 0:58, method = "sampled", dt = 1)[, 1]
  page <- conv(neural_signal(ev, 0:58)[, 1], hrf(0:58), "causal")
  expect_lte(max(abs(y - page)), 1e-11)
  # an impulse is a box of one step, as high as its area asks for
  ev <- events(0.3, 0, 2)
  y <- regressors(ev, 0.3 + c(1, 2, 5), "spm", method = "sampled", dt = 0.1)[, 1]
  expect_equal(y, 2 * hrf(c(1, 2, 5), "spm"), tolerance = 1e-12)
  # between grid points on a straight line; before the first event 0
  y <- regressors(ev, c(0, 5.3, 5.35, 5.4), "spm", method = "sampled", dt = 0.1)[, 1]
  expect_equal(y[3], (y[2] + y[4]) / 2, tolerance = 1e-14)
  expect_identical(y[1], 0)
  # normalised by samples
  k <- hrf(seq(0, 100, by = 0.5), "spm")
  y <- function(...) regressors(events(0), 5, "spm", ..., method = "sampled", dt = 0.5)[1, 1]
  expect_equal(y("max"), hrf(5, "spm") / max(k), tolerance = 1e-12)
  expect_equal(y("sum"), hrf(5, "spm") / sum(k), tolerance = 1e-12)
  # it converges to the exact one at first order
  ev <- events(c(0, 7.3), c(2, 5))
  t <- seq(0, 40, by = 0.7)
  off <- vapply(c(0.1, 0.01), function(dt) {
    max(abs(regressors(ev, t, "spm", method = "sampled", dt = dt) - regressors(ev, t, "spm")))
  }, 0)
  expect_lt(off[2], off[1] / 8)
})
