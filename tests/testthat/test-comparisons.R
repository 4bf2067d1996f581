# The expectations of helper-comparisons.R and helper-conditions.R fail where testthat's own do.

skip_on_cran()

fails <- function(code) testthat::expect_failure(code)

test_that("what differs is told", {
  expect_identical(c(a = 1), c(a = 1))
  fails(expect_identical(1, 1L))
  fails(expect_identical(c(a = 1), c(b = 1)))
  fails(expect_identical(NaN, 1))
  expect_equal(1, 1 + 1e-9)
  expect_equal(1L, 1)
  expect_equal(1, 1.05, tolerance = 0.1)
  expect_equal(c(a = 1), 1, ignore_attr = TRUE)
  fails(expect_equal(1, 1 + 1e-7))
  fails(expect_equal(c(1, NA), c(1, 2)))
  fails(expect_equal(c(a = 1), 1))
  fails(expect_equal(1:2, 1))
  expect_true(c(a = TRUE))
  fails(expect_true(NA))
  fails(expect_true(c(TRUE, TRUE)))
  fails(expect_false(TRUE))
  fails(expect_false(NULL))
})

test_that("no error, and another than was meant, are told", {
  expect_error(stop("of these"), "these")
  fails(expect_error(1))
  fails(expect_error(1, class = "convmat_error"))
  expect_error(fails(expect_error(stop("of these"), "those")), "of these")
  expect_error(fails(expect_error(stop("of these"), class = "convmat_error")), "of these")
  expect_convmat_error(conv("a", 1), "type", "`x` must be")
  fails(expect_convmat_error(conv(1, 1), "type", "`x` must be"))
  fails(expect_convmat_error(conv("a", 1), "value", "`x` must be"))
  fails(expect_convmat_error(conv("a", 1), "type", "`h` must be"))
  fails(expect_convmat_error(I(conv("a", 1)), "type", "`x` must be")) # the call is not as it was typed
})
