# Least squares fits by hand, one for each output.
fitted_by_hand <- function(x, m, degree, derivative = 0, spacing = 1) {
  n <- length(x)
  half <- (m - 1) / 2
  vapply(seq_len(n), function(i) {
    middle <- min(max(i, half + 1), n - half)
    t <- seq(-half, half)
    coefficients <- qr.coef(qr(outer(t, 0:degree, "^")), x[middle + t])
    powers <- 0:degree
    factor <- vapply(powers, function(p) if (p < derivative) 0 else prod(p - seq_len(derivative) + 1), 0)
    sum(coefficients * factor * (i - middle)^pmax(powers - derivative, 0)) / spacing^derivative
  }, 0)
}

test_that("kernels are those of the tables of 1964", {
  expect_equal(savitzky_golay_kernel(5, 2) * 35, c(-3, 12, 17, 12, -3), tolerance = 1e-14)
  expect_equal(savitzky_golay_kernel(5, 3) * 35, c(-3, 12, 17, 12, -3), tolerance = 1e-14)
  expect_equal(savitzky_golay_kernel(9, 4) * 429, c(15, -55, 30, 135, 179, 135, 30, -55, 15), tolerance = 1e-14)
  expect_equal(savitzky_golay_kernel(5, 2, 1) * 10, c(2, 1, 0, -1, -2), tolerance = 1e-14)
  expect_equal(savitzky_golay_kernel(7, 3, 1, 0.5) * 252 * 0.5, c(-22, 67, 58, 0, -58, -67, 22), tolerance = 1e-14)
  expect_equal(savitzky_golay_kernel(5, 2, 2, 2) * 7 * 4, c(2, -1, -2, -1, 2), tolerance = 1e-14)
  expect_equal(savitzky_golay_kernel(7, 0), rep(1 / 7, 7), tolerance = 1e-15)
  expect_identical(savitzky_golay_kernel(1, 0), 1)
  expect_identical(savitzky_golay_kernel(5, 2, 3), numeric(5))
  expect_equal(savitzky_golay_kernel(5, 4), c(0, 0, 1, 0, 0), tolerance = 1e-14)
})

test_that("kernels are symmetric to the last bit", {
  for (degree in 0:6) {
    for (d in 0:3) {
      h <- savitzky_golay_kernel(31, degree, d)
      expect_identical(h, (-1)^d * rev(h))
    }
  }
})

test_that("every output is that of a fit by hand", {
  skip_on_cran()
  set.seed(3)
  for (m in c(1, 3, 5, 9, 13)) {
    for (n in c(m, m + 1, m + 6)) {
      x <- rnorm(n)
      for (degree in unique(pmin(c(0, 1, 2, 3, 5), m - 1))) {
        for (d in some_of(0:3, 1, first = degree + n)) {
          exact <- fitted_by_hand(x, m, degree, d, 0.5)
          expect_equal(savitzky_golay(x, m, degree, d, 0.5), exact, tolerance = 1e-10, info = paste(m, n, degree, d))
        }
      }
    }
  }
})

test_that("SciPy's numbers hold", {
  # scipy.signal.savgol_filter(x, m, degree, derivative, spacing, mode = "interp") of SciPy 1.10.1
  x <- c(3, -1, 4, 1, -5, 9, 2, -6, 5, 3, 5, -8)
  expect_equal(savitzky_golay(x, 5, 2), c(
    1.485714285714279, 2.6571428571428544, 2.114285714285714, -0.5428571428571434, 0.4857142857142849,
    3.7714285714285705,
    1.9999999999999993, -1.5428571428571431, 0.7999999999999992, 6.085714285714285, 2.5428571428571276,
    -7.285714285714314
  ), tolerance = 1e-13)
  # also what sgolayfilt(x, 3, 7, 1, 0.5) of Octave's signal gives
  expect_equal(savitzky_golay(x, 7, 3, 1, 0.5), c(
    -5.079365079365019, -2.2698412698412493, -0.12698412698413186, 1.3492063492063489, 3.492063492063494,
    -0.6746031746031731,
    -1.9365079365079385, -3.5555555555555567, 8.706349206349211, 3.5873015873015532, -11.19841269841271,
    -35.650793650793595
  ), tolerance = 1e-13)
  expect_equal(savitzky_golay(x, 9, 4, 2, 2), c(
    2.182352369852365, 1.0228729603729576, 0.20080613830613725, -0.2838480963480956, -0.43108974358975183,
    -0.053175990675995044, -0.14903846153846936, 0.5007284382284406, 0.07726301476300801, -0.826971639471652,
    -2.2119755244755472, -4.077748640248676
  ), tolerance = 1e-12)
  # scipy.signal.savgol_coeffs(25, 6, 2)
  half <- c(
    0.011070825767173121, -0.013954460321560702, -0.013200765208813966, -0.0019670192474728725, 0.010124785415421805,
    0.017863625672720332, 0.019316738203411482, 0.014830170131077517, 0.00616258959455479, -0.0042476437691998286,
    -0.013882148430035978, -0.020608930657331062, -0.02301553430050561
  )
  expect_equal(savitzky_golay_kernel(25, 6, 2), c(half, rev(half[-13])), tolerance = 1e-11)
})

test_that("polynomials up to the degree come back, and their derivatives, at high degrees too", {
  legendre <- function(t, k) { # values, first and second derivative
    p <- list(cbind(1, t), cbind(0, 1 + 0 * t), cbind(0, 0 * t))
    for (j in seq_len(k - 1)) {
      new <- lapply(0:2, function(d) {
        below <- if (d > 0) d * p[[d]][, j + 1] else 0
        ((2 * j + 1) * (t * p[[d + 1]][, j + 1] + below) - j * p[[d + 1]][, j]) / (j + 1)
      })
      p <- Map(cbind, p, new)
    }
    lapply(p, function(v) v[, k + 1])
  }
  for (case in c(list(c(11, 4), c(101, 12), c(401, 30)), if (!is_on_cran()) list(c(1001, 40)))) {
    m <- case[1]
    t <- seq(-1, 1, length.out = m)
    exact <- legendre(t, case[2])
    dt <- 2 / (m - 1)
    for (d in 0:2) {
      y <- savitzky_golay(exact[[1]], m, case[2], d, dt)
      expect_lt(max(abs(y - exact[[d + 1]])) / max(abs(exact[[d + 1]])), 1e-11)
    }
  }
})

test_that("columns, dates, names and classes stay", {
  x <- cbind(a = c(1, 5, 2, 8, 3, 9, 4), b = 7:1)
  y <- savitzky_golay(x, 5, 2)
  expect_identical(dimnames(y), dimnames(x))
  expect_identical(y[, "a"], savitzky_golay(x[, "a"], 5, 2))
  s <- ts(x, start = 2000, frequency = 4)
  expect_identical(savitzky_golay(s, 5, 2), ts(y, start = 2000, frequency = 4))
  expect_identical(savitzky_golay(s[, 1], 5, 2), ts(y[, 1], start = 2000, frequency = 4))
  expect_identical(
    savitzky_golay(c(u = 1, v = 2, w = 4), 3, 1), c(u = 1, v = 2, w = 4) * 0 + savitzky_golay(c(1, 2, 4), 3, 1)
  )
  expect_identical(savitzky_golay(as.data.frame(x), 5, 2), as.data.frame(y))
  z <- structure(x, index = c(1, 2, 4, 8, 9, 10, 20), class = "zoo")
  expect_identical(savitzky_golay(z, 5, 2), structure(y, index = attr(z, "index"), class = "zoo"))
  expect_equal(savitzky_golay(x[, 1] + 2i * x[, 2], 5, 2), y[, 1] + 2i * y[, 2], tolerance = 1e-14)
  expect_identical(savitzky_golay(numeric(0), 5, 2), numeric(0))
  expect_identical(dim(savitzky_golay(x[0, ], 5, 2)), c(0L, 2L))
  expect_identical(dim(savitzky_golay(x[, 0], 5, 2)), c(7L, 0L))
  expect_identical(savitzky_golay(1:9, 3, 1), savitzky_golay(1:9 + 0, 3, 1))
})

test_that("a missing sample stays where its stretches are", {
  x <- c(1, 5, 2, 8, 3, 9, 4, 6, 7, 1, 0)
  for (i in seq_along(x)) {
    gap <- replace(x, i, NA)
    y <- savitzky_golay(gap, 5, 2)
    middle <- pmin(pmax(seq_along(x), 3), 9)
    expect_identical(is.na(y), abs(middle - i) <= 2)
    expect_identical(y[!is.na(y)], savitzky_golay(x, 5, 2)[!is.na(y)])
  }
})

test_that("the inner outputs are those of conv() with the kernel", {
  x <- sin(1:50)
  inner <- 6:45
  expect_identical(savitzky_golay(x, 11, 3, 1)[inner], conv(x, savitzky_golay_kernel(11, 3, 1), "valid"))
})

test_that("what makes no sense is refused", {
  x <- 1:9
  expect_convmat_error(savitzky_golay(x, 4, 2), "value", "`m` must be odd, so that a stretch has a middle, not 4.")
  expect_convmat_error(savitzky_golay(x, 11, 2), "length", "`x` must have at least `m` samples, 11, not 9.")
  expect_convmat_error(savitzky_golay(x, 5, 5), "value", "`degree` must be a whole number from 0 to 4, not 5.")
  expect_convmat_error(savitzky_golay(x, 5, 2, -1), "value", "`derivative` must be")
  expect_convmat_error(savitzky_golay(x, 5, 2, 1, 0), "value", "`spacing` must be a positive number, not 0.")
  expect_convmat_error(savitzky_golay(x, 5, 2, 2, 1e-200), "value", "weights of this derivative are infinite")
  expect_convmat_error(savitzky_golay(factor(x), 5, 2), "type", "`x` must be")
  expect_convmat_error(savitzky_golay_kernel(6, 2), "value", "`m` must be odd")
  expect_convmat_error(savitzky_golay_kernel(1e6 + 1, 1e6), "memory", "`m` and `degree` are too large")
  expect_error(savitzky_golay(x), "\"m\" is missing")
})
