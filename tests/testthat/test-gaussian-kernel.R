test_that("points of a bell curve, with sum 1 and the width that was asked for", {
  h <- gaussian_kernel(4, radius = 8)
  expect_length(h, 17)
  expect_equal(sum(h), 1, tolerance = 1e-15)
  expect_equal(h[c(7, 11)] / h[9], c(0.5, 0.5), tolerance = 1e-14) # 2 from the centre
  expect_identical(h, rev(h))
  expect_length(gaussian_kernel(2), 2 * round(12 / sqrt(8 * log(2))) + 1)
  expect_equal(gaussian_kernel(6, 3), gaussian_kernel(2), tolerance = 1e-14)
  expect_null(gaussian_kernel(0))
  expect_identical(gaussian_kernel(2, radius = 0), 1)
  expect_identical(gaussian_kernel(1e-320), 1)
})

test_that("several axes make a list", {
  expect_identical(gaussian_kernel(6, c(2, 2, 4)), list(gaussian_kernel(3), gaussian_kernel(3), gaussian_kernel(1.5)))
  expect_identical(gaussian_kernel(c(2, 0)), list(gaussian_kernel(2), NULL))
})

test_that("wrong arguments have their errors", {
  expect_snapshot({
    show_error(gaussian_kernel("6"))
    show_error(gaussian_kernel(c(2, -1)))
    show_error(gaussian_kernel(2, 0))
    show_error(gaussian_kernel(2, radius = -1))
    show_error(gaussian_kernel(1:2, 1:3))
    show_error(gaussian_kernel(numeric(0)))
    show_error(gaussian_kernel(Inf))
  })
  expect_error(gaussian_kernel(1e300, 1e-300), class = "convmat_error_memory")
})

test_that("sizes beyond all units are short", {
  expect_convmat_error(gaussian_kernel(1e300), "memory", "the kernel needs 4.1e+283 EB, and the limit is")
})
