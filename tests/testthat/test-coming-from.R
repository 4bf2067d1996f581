# The table "Coming from another system" in ?conv, row by row. The values of
# numpy 1.24.2, scipy 1.10.1, Octave 7.3 (for MATLAB) and gsignal 0.3-7 were
# written down from those systems; stats is asked itself.

x <- c(3, 1, 4, 1, 5, 9, 2)
odd <- c(2, 7, 1)
even <- c(2, 7, 1, 8)

test_that("numpy", {
  expect_identical(conv(x, odd), c(6, 23, 18, 31, 21, 54, 72, 23, 2))
  expect_identical(conv(x, even), c(6, 23, 18, 55, 29, 86, 80, 63, 74, 16))
  expect_identical(conv(x, odd, "same"), c(23, 18, 31, 21, 54, 72, 23))
  expect_identical(conv(x, even, "same"), c(23, 18, 55, 29, 86, 80, 63))
  # numpy.convolve(even, x, "same"), n < m
  expect_identical(conv(x, even, "same"), c(23, 18, 55, 29, 86, 80, 63))
  expect_identical(conv(x, odd, "valid"), c(18, 31, 21, 54, 72))
  expect_identical(conv(even, x, "valid"), c(55, 29, 86, 80))
  expect_identical(correlate(x, odd), c(3, 22, 17, 31, 20, 46, 75, 32, 4))
  expect_identical(correlate(x, even), c(24, 11, 54, 25, 71, 92, 62, 75, 32, 4))
})

test_that("scipy", {
  expect_identical(conv(x, even, "same"), c(23, 18, 55, 29, 86, 80, 63))
  expect_identical(conv(odd, x, "same"), c(31, 21, 54))
  expect_identical(conv(even, x, "same"), c(55, 29, 86, 80))
  expect_identical(conv(x, odd, "causal"), c(6, 23, 18, 31, 21, 54, 72))
  expect_identical(conv(x, even, "causal"), c(6, 23, 18, 55, 29, 86, 80))
  ndimage <- list(
    zero = list(c(23, 18, 31, 21, 54, 72, 23), c(18, 55, 29, 86, 80, 63, 74)),
    wrap = list(c(25, 18, 31, 21, 54, 72, 29), c(34, 55, 29, 86, 80, 69, 97)),
    nearest = list(c(26, 18, 31, 21, 54, 72, 27), c(42, 55, 29, 86, 80, 67, 92)),
    reflect = list(c(26, 18, 31, 21, 54, 72, 27), c(42, 55, 29, 86, 80, 67, 106)),
    mirror = list(c(24, 18, 31, 21, 54, 72, 41), c(26, 55, 29, 86, 80, 81, 147))
  )
  for (boundary in names(ndimage)) {
    for (i in 1:2) {
      h <- list(odd, even)[[i]]
      y <- conv(x, h, "same", origin = length(h) %/% 2, boundary = boundary)
      expect_identical(y, ndimage[[boundary]][[i]], info = paste(boundary, i))
    }
  }
})

test_that("MATLAB and gsignal", {
  matlab_same <- function(x, h) conv(x, h, "same", origin = length(h) %/% 2)
  expect_identical(matlab_same(x, odd), c(23, 18, 31, 21, 54, 72, 23))
  expect_identical(matlab_same(x, even), c(18, 55, 29, 86, 80, 63, 74))
  expect_identical(conv(x, even, "valid"), c(55, 29, 86, 80))
  cconv <- function(x, h) conv(x, h, "causal", boundary = "wrap")
  expect_identical(cconv(x, odd), c(29, 25, 18, 31, 21, 54, 72))
  expect_identical(cconv(x, even), c(69, 97, 34, 55, 29, 86, 80))
  expect_identical(cconv(1:7, c(1, 1, 1)), c(14, 10, 6, 9, 12, 15, 18)) # gsignal's own is wrong here
})

test_that("stats::convolve", {
  for (h in list(odd, even, 2)) {
    m <- length(h)
    expect_equal(conv(x, h), stats::convolve(x, rev(h), type = "open"))
    expect_equal(correlate(x, h), stats::convolve(x, h, type = "open"))
    if (m > 1) { # with one it returns what it should not
      expect_equal(correlate(x, h, "valid"), stats::convolve(x, h, type = "filter"))
    }
  }
  h <- rev(x)^2
  expect_equal(
    conv(x, rev(h), "same", origin = length(h) - 1, boundary = "wrap"), stats::convolve(x, h)
  )
})

test_that("stats::filter", {
  for (h in list(odd, even, 2)) {
    m <- length(h)
    expect_equal(
      conv(x, h, "same", origin = m %/% 2, boundary = "missing"),
      as.numeric(stats::filter(x, h, sides = 2))
    )
    expect_equal(
      conv(x, h, "same", origin = m %/% 2, boundary = "wrap"),
      as.numeric(stats::filter(x, h, sides = 2, circular = TRUE))
    )
    expect_equal(
      conv(x, h, "causal", boundary = "missing"), as.numeric(stats::filter(x, h, sides = 1))
    )
  }
})

test_that("zoo", {
  # zoo::rollapply(x, 3, mean, partial = TRUE), zoo 1.8-11
  y <- conv(x, rep(1, 3), "same", boundary = "missing", na = "renormalise") / 3
  expect_equal(y, c(2, 8 / 3, 2, 10 / 3, 5, 16 / 3, 5.5))
})
