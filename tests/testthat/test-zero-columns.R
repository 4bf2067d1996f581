test_that("regressors that are 0 at every time are a warning that says why it may be so", {
  scans <- scan_times(100, 2)
  late <- events(c(12, 30) * 1000, 2000)
  expect_snapshot({
    show_warning(regressors(late, scans))
    show_warning(regressors(events(c(5, 12000), 1, trial_type = c("a", "b")), scans))
    show_warning(regressors(events(-500, 1), scans, "fir", lags = c(0, 5, 10)))
    show_warning(regressors(events(12:20 * 1e3, 1, trial_type = letters[12:20]), c(scans, 12500)))
    show_warning(regressors(events(numeric(0)), scans))
    show_warning(regressors(bind_runs(late, late), list(scans, scans)))
  })
  X <- expect_convmat_warning(regressors(late, scans, derivatives = "temporal"), "value", "Are both in seconds?")
  expect_true(all(X == 0))
})

test_that("columns with a value, without events or without an amplitude are none", {
  scans <- scan_times(10, 2)
  expect_silent(regressors(events(c(1, 500), 1), scans))
  expect_silent(regressors(events(1, 0, 0), scans))
  expect_silent(regressors(events(1, trial_type = factor("a", c("a", "b"))), scans))
  expect_silent(regressors(events(-1, 0), scans, "fir", lags = c(0, 4, 500, 600))) # some bins
  expect_silent(regressors(events(500), numeric(0)))
  expect_silent(regressors(events(500), 3)) # a value, not a design
  expect_silent(regressors(bind_runs(events(1), events(500)), list(scans, scans)))
  expect_silent(regressors(events(numeric(0), trial_type = character(0)), scans))
})
