test_that("scan_times() marks start, middle and SPM's bin", {
  expect_identical(scan_times(3, 2), c(0, 2, 4))
  expect_identical(scan_times(3, 2, "middle"), c(1, 3, 5))
  expect_identical(scan_times(3, 2, 0.5), c(1, 3, 5))
  expect_equal(scan_times(2, 1.6, "spm"), c(0.7, 2.3), tolerance = 1e-15)
  expect_identical(scan_times(0, 1), numeric(0))
})

test_that("a tr above 20 s is a warning", {
  expect_silent(scan_times(2, 20))
  times <- expect_convmat_warning(scan_times(2, 20.1), "value", "Were milliseconds meant?")
  expect_identical(times, c(0, 20.1))
})
