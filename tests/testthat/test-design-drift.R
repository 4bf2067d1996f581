test_that("cosines are the discrete cosine transform's, as many as SPM and nilearn take", {
  t <- scan_times(173, 2.5)
  X <- drift_columns("cosine", t, NULL)
  expect_identical(colnames(X), paste0("cosine_", 1:6)) # 2 * 173 * 2.5 / 128 = 6.76
  i <- 0:172
  for (k in 1:6) {
    expect_equal(X[, k], sqrt(2 / 173) * cos(pi * (2 * i + 1) * k / (2 * 173)), tolerance = 1e-13)
  }
  expect_equal(unname(crossprod(cbind(1 / sqrt(173), X))), diag(7), tolerance = 1e-13)
  # whole numbers are not lost to rounding: 2 * 100 * 2 * 0.0725 = 29
  expect_identical(ncol(drift_columns("cosine", scan_times(100, 2), 0.0725)), 29L)
  expect_identical(ncol(drift_columns("cosine", scan_times(64, 1), NULL)), 1L)
  expect_identical(ncol(drift_columns("cosine", scan_times(63, 1), NULL)), 0L)
  expect_identical(ncol(drift_columns("cosine", 0:4, 0.9)), 4L) # no more than fit
})

test_that("Legendre's polynomials are those of AFNI's -polort A", {
  X <- drift_columns("legendre", scan_times(173, 2.5), NULL)
  expect_identical(colnames(X), paste0("legendre_", 1:3)) # 1 + floor(432.5 / 150)
  x <- seq(-1, 1, length.out = 173)
  expect_equal(X[, 1], x)
  expect_equal(X[, 2], (3 * x^2 - 1) / 2, tolerance = 1e-14)
  expect_equal(X[, 3], (5 * x^3 - 3 * x) / 2, tolerance = 1e-14)
  x4 <- legendre_columns(50, 4)[, 4]
  x <- seq(-1, 1, length.out = 50)
  expect_equal(x4, (35 * x^4 - 30 * x^2 + 3) / 8, tolerance = 1e-13)
  expect_identical(ncol(drift_columns("legendre", 0:1, NULL)), 1L)
})

test_that("no drift, and runs too short for any", {
  expect_identical(drift_columns("none", 0:9, NULL), matrix(0, 10, 0))
  expect_identical(drift_columns("cosine", 5, NULL), matrix(0, 1, 0))
  expect_identical(drift_columns("legendre", numeric(0), NULL), matrix(0, 0, 0))
})

test_that("drifts that would not fit into memory are refused before they are made", {
  for (drift in c("cosine", "legendre")) {
    expect_convmat_error(
      design_matrix(events(1), scan_times(1e6, 1), drift = drift, high_pass = 0.4), "memory", "the drifts need a 1,000,000 x"
    )
  }
})
