test_that("rows that may be of either format are an error that asks", {
  lines <- c("17.3 24.0 66.0", "11.0 30.6 49.2", "19.4 28.7 53.8")
  path <- file_of(lines)
  expect_snapshot(show_file_error(lines))
  expect_identical(read_events(path, "fsl"), events(c(17.3, 11, 19.4), c(24, 30.6, 28.7), c(66, 49.2, 53.8)))
  ev <- quiet(path, "afni")
  expect_identical(ev$onset, c(17.3, 24, 66, 11, 30.6, 49.2, 19.4, 28.7, 53.8))
  expect_identical(ev$run, rep(1:3, each = 3))
  # one row that does not increase, as files of three columns have, and there is nothing to ask
  expect_identical(read_events(file_of(lines, "60 5 1"))$duration, c(24, 30.6, 28.7, 5))
})

test_that("rows of other lengths say what they may be", {
  here <- show_file_error
  expect_snapshot({
    here("10 20 1", "30 40")
    here("32 46 242", "46 60 130 144")
    here("10 20 a", "1 2")
    here("10 20 n/a")
  })
  expect_convmat_error(read_events(file_of("1 2 1"), "fsl", trial_type = "kind"), "value", "`trial_type` must not name")
  expect_convmat_error(read_events(file_of("1 2 1"), run_lengths = 5), "value", "`run_lengths` must be NULL")
})
