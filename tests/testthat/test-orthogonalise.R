test_that("columns become orthogonal in order, and the first stays", {
  set.seed(2)
  X <- matrix(rnorm(60), 12)
  Y <- orthogonalise(X)
  expect_identical(Y[, 1], X[, 1])
  gram <- crossprod(Y)
  expect_lte(max(abs(gram[upper.tri(gram)])), 1e-14)
  for (i in 2:5) {
    rest <- lm.fit(X[, seq_len(i - 1), drop = FALSE], X[, i])$residuals
    expect_equal(Y[, i], unname(rest), tolerance = 1e-12)
  }
})

test_that("columns of zeros and those in the span of others are 0", {
  X <- cbind(0, 1:4, 2 * (1:4), 0, c(1, 0, 0, 0))
  Y <- orthogonalise(X)
  expect_identical(Y[, 1:4], cbind(0, 1:4, 0, 0) + 0)
  expect_equal(sum(Y[, 5] * 1:4), 0, tolerance = 1e-15)
  expect_identical(orthogonalise(matrix(1:3 + 0)), matrix(1:3 + 0))
  expect_identical(orthogonalise(matrix(0, 3, 0)), matrix(0, 3, 0))
  # a small column is not taken for rounding
  expect_identical(orthogonalise(cbind(c(1, 0), c(0, 1e-200)))[, 2], c(0, 1e-200))
})
