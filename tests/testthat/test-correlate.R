oracle_correlate <- function(x, h) {
  n <- length(x)
  m <- length(h)
  lags <- -(m - 1):(n - 1)
  values <- vapply(lags, function(k) {
    i <- seq_len(m) - 1
    inside <- i + k >= 0 & i + k < n
    sum((x[(i + k)[inside] + 1] * Conj(h[inside])))
  }, x[1] * h[1])
  list(lags = lags, values = values)
}

test_that("values and lags agree with the definition in every mode and parity", {
  set.seed(21)
  for (n in 1:9) {
    for (m in 1:9) {
      x <- complex(real = rnorm(n), imaginary = rnorm(n))
      h <- complex(real = rnorm(m), imaginary = rnorm(m))
      for (part in list(identity, Re)) {
        exact <- oracle_correlate(part(x), part(h))
        ok <- vapply(c("full", "same", "valid"), function(mode) {
          y <- correlate(part(x), part(h), mode)
          lags <- correlation_lags(n, m, mode)
          at <- match(lags, exact$lags)
          is.integer(lags) && length(y) == length(lags) && !anyNA(at) &&
            all(Mod(y - exact$values[at]) <= 1e-13) &&
            identical(y, conv(part(x), rev(Conj(part(h))), mode))
        }, NA)
        expect_true(all(ok), info = paste(n, m))
      }
    }
  }
})

test_that("lags are those of the modes' windows", {
  expect_identical(correlation_lags(5, 3), -2:4)
  expect_identical(correlation_lags(5, 3, "same"), -1:3)
  expect_identical(correlation_lags(5, 4, "same"), -2:2) # scipy is off by one here
  expect_identical(correlation_lags(5, 3, "valid"), 0:2)
  expect_identical(correlation_lags(3, 5, "valid"), -2:0)
  expect_identical(correlation_lags(0, 3), integer(0))
})

test_that("the lag of the largest value is the delay", {
  set.seed(22)
  h <- rnorm(50)
  x <- c(numeric(17), h, numeric(10))
  lags <- correlation_lags(length(x), length(h))
  expect_identical(lags[which.max(correlate(x, h))], 17L)
})

test_that("a time series has c[k] at start + k deltat", {
  h <- c(1, 3, -2, 1)
  x <- ts(c(numeric(6), h, numeric(5)), start = 100, frequency = 2)
  for (mode in c("full", "same", "valid")) {
    y <- correlate(x, h, mode)
    expect_s3_class(y, "ts")
    expect_equal(as.vector(time(y)), 100 + correlation_lags(length(x), 4, mode) / 2)
    expect_equal(time(y)[which.max(y)], 100 + 6 / 2)
  }
  Y <- correlate(ts(cbind(a = 1:5, b = 5:1)), cbind(h = c(1, 2)))
  expect_identical(tsp(Y), c(0, 5, 1))
  expect_identical(colnames(Y), c("a", "b"))
})

test_that("columns, and arguments of conv(), are passed on", {
  X <- matrix(c(1, NA, 3, 4, 5, 6), 3, 2)
  H <- cbind(c(1, 2), c(3, 4))
  y <- correlate(X, H, "same", boundary = "nearest", na = "zero")
  expect_identical(y[, 1], conv(X[, 1], c(2, 1), "same", boundary = "nearest", na = "zero"))
  expect_identical(y[, 2], conv(X[, 2], c(4, 3), "same", boundary = "nearest", na = "zero"))
})

test_that("bad arguments are refused by name", {
  expect_snapshot({
    show_error(correlate(1:3, 1, "causal"))
    show_error(correlate(1:3, 1:2, "same", origin = 1))
    show_error(correlate(list(), 1))
    show_error(correlate(1:3, NA))
    show_error(correlate(ts(1:3, frequency = 4), ts(1:2, frequency = 12)))
    show_error(correlate(1:3, 1:2, na = "omit"))
    show_error(correlation_lags(-1, 3))
    show_error(correlation_lags(3, 0))
    show_error(correlation_lags(2.5, 1))
    show_error(correlation_lags(NA, 1))
    show_error(correlation_lags(3, 1, "causal"))
  })
  expect_error(correlation_lags(1e14, 1), "`nx` and `nh`", class = "convmat_error_memory")
})
