test_that("a power is the convolution with itself, from the unit on", {
  set.seed(1)
  for (h in list(c(1, -2, 3), 5, c(0, 1i, 2), rnorm(7))) {
    right <- 1
    for (k in 0:9) {
      found <- conv_power(h, k)
      expect_length(found, k * (length(h) - 1) + 1)
      expect_lte(max(abs(found - right)), 1e-13 * max(abs(right)))
      right <- conv(right, h)
    }
  }
  expect_identical(conv_power(c(1, 1), 10), choose(10, 0:10))
  expect_identical(conv_power(c(a = 1, b = 2), 1), c(1, 2))
})

test_that("small probabilities keep their digits", {
  n <- 2^14
  p <- conv_power(c(0.7, 0.3), n)
  right <- dbinom(0:n, n, 0.3)
  some <- right > 1e-290
  expect_gt(sum(some), 3000)
  # dbinom() itself is right to some 1e-12 here
  expect_lte(max(abs(p[some] / right[some] - 1)), 1e-11)
})

test_that("powers that pass the largest number are infinite, or say why there is none", {
  expect_identical(conv_power(1e200, 2), Inf)
  expect_identical(conv_power(c(1, 1e200), 2), c(1, 2e200, Inf))
  for (k in 3:6) {
    expect_convmat_error(conv_power(c(1, 1e200), k), "numeric", "values of a lower power pass the largest number")
  }
  for (k in 0:1) expect_identical(conv_power(TRUE, k), 1)
})

test_that("what is not a kernel or a whole number is refused", {
  expect_convmat_error(conv_power("a", 2), "type", "`h` must be")
  expect_convmat_error(conv_power(numeric(0), 2), "length", "`h` must have at least one sample")
  expect_convmat_error(conv_power(c(1, NA), 2), "value", "`h` must be finite")
  for (k in list(-1, 1.5, NA, Inf)) expect_convmat_error(conv_power(1:2, k), "value", "`k` must be a whole number")
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  expect_convmat_error(conv_power(1:2, 1e9), "memory", "The power, of 1,000,000,001 values, needs")
})
