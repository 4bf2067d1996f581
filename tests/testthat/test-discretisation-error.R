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

test_that("SPM is on time and its blocks too high, nilearn late by a third of a step", {
  times <- scan_times(173, 2.5)
  textbook <- discretisation_error(ds114_events, times, "spm", dt = 2.5 / 16)
  expect_lt(abs(textbook$lag / textbook$dt + 0.5), 0.005)
  spm <- discretisation_error(ds114_events, times, method = "spm")
  expect_identical(spm$dt, 2.5 / 16)
  expect_lt(abs(spm$lag / spm$dt), 0.005)
  expect_lt(abs(spm$amplitude - 1.0024), 1e-4)
  # the shorter the block the more its extra bin counts
  short <- events(seq(20, by = 48, length.out = 8), 6)
  spm <- discretisation_error(short, scan_times(250, 2), method = "spm", bins = c(16, 32))
  expect_lt(abs(spm$amplitude[1] - 1.016), 1e-3)
  expect_gt(spm$amplitude[1] - 1, 1.5 * (spm$amplitude[2] - 1))
  for (model in c("spm", "glover")) {
    d <- discretisation_error(ds114_events, times, model, method = "nilearn")
    expect_lt(abs(d$lag / d$dt - 0.32), 0.01)
    expect_lt(abs(d$amplitude - 1), 5e-4)
  }
  # an impulse counts for one step there
  d <- discretisation_error(events(c(4.01, 40.03)), scan_times(60, 2), "spm", method = "nilearn")
  expect_equal(d$amplitude, d$dt, tolerance = 1e-3)
})

test_that("schemes refuse what they do not have", {
  two <- bind_runs(events(2, 1), events(2, 1))
  expect_snapshot({
    show_error(discretisation_error(ds114_events, scan_times(9, 2), method = "exact"))
    show_error(discretisation_error(ds114_events, scan_times(9, 2), "cohen", method = "spm"))
    show_error(discretisation_error(ds114_events, scan_times(9, 2), method = "spm", bins = c(4, 16)))
    show_error(discretisation_error(ds114_events, scan_times(9, 2), method = "spm", bins = 2.5))
    show_error(discretisation_error(two, list(scan_times(9, 2), scan_times(9, 3)), method = "spm"))
    show_error(discretisation_error(ds114_events, 1:9, "spm", method = "nilearn"))
  })
})
