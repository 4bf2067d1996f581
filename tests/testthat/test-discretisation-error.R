test_that("discretisation_error() finds the lead of half a step", {
  d <- discretisation_error(ds114_events, scan_times(173, 2.5), "nipraxis", dt = c(0.5, 0.1))
  expect_named(d, c("dt", "lag", "amplitude", "error"))
  expect_equal(d$lag, -c(0.25, 0.05), tolerance = 1e-3)
  expect_equal(d$amplitude, c(1, 1), tolerance = 1e-3)
  expect_gt(d$error[1], d$error[2])
  # an impulse is late by nothing, or by what the grid moves it
  ev <- events(c(0, 7.25), 0, trial_type = c("on", "off"))
  d <- discretisation_error(ev, seq(0, 60, by = 0.5), "spm", dt = 0.5)
  expect_identical(d$trial_type, c("on", "off"))
  expect_lt(abs(d$lag[1]), 1e-6)
  expect_equal(d$lag[2], -0.25, tolerance = 1e-2)
  expect_identical(
    discretisation_error(events(0, 1, trial_type = factor("a", c("a", "b"))), 0:9)$lag[2], NA_real_
  )
})

test_that("discretisation_error() lives with responses that can be moved out of sight", {
  gone <- compare_column(c(1, 2), function(by) if (by < 0) c(0, 0) else c(1, 2), c(1, 2), 1)
  expect_identical(gone$error, 0)
  expect_equal(gone$amplitude, 1)
})

test_that("discretisation_error() lives with a regressor of one time, and one that overflows", {
  ev <- events(c(1, 4), c(0, 2))
  expect_silent(d <- discretisation_error(ev, 3, dt = c(1, 0.5)))
  expect_true(all(is.finite(d$error)))
  ev <- events(c(1, 1), 1, 1e308)
  expect_silent(d <- discretisation_error(ev, 0:20, "spm", dt = 0.5))
  huge <- events(c(1, 1.5), 0, 1e307)
  expect_silent(d <- discretisation_error(huge, 0:20, dt = 0.5))
  expect_identical(d$lag, NA_real_)
})
