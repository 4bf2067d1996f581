test_that("a function as model agrees with the closed form", {
  ev <- events(c(0, 5, 9), c(4, 0, 0.01), c(1, -2, 5), c("a", "b", "a"))
  t <- c(1, 3, 5, 6, 12, 30)
  own <- regressors(ev, t, function(t) hrf(t, "spm"), support = c(0, 60))
  expect_equal(own, regressors(ev, t, "spm"), tolerance = 1e-7)
  # one that begins before the event
  one <- function(t) rep(1, length(t))
  own <- regressors(events(0, 2), c(-3, -1, 0, 3), one, support = c(-2, 1))
  expect_equal(own[, 1], c(0, 1, 2, 0))
  # where it is 0 by cancelling, it is 0 to rounding
  wave <- function(t) sin(2 * pi * t)
  expect_lt(max(abs(regressors(events(0, 1), c(3, 5), wave, support = c(0, 9)))), 1e-12)
  # events too early or too late for it
  expect_identical(regressors(events(c(0, 90), 1), 50, wave, support = c(0, 9))[1, 1], 0)
})
