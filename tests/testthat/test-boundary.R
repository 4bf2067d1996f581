# What stands outside of the signal: the boundaries "missing" and "extend"; the others are in
# test-conv.R with every case.

test_that("what is missing outside agrees with the oracle, under every choice for it", {
  skip_on_cran()
  set.seed(61)
  for (n in 1:6) {
    for (m in 1:8) {
      h <- round(runif(m, 0, 9)) + 1
      for (x in some_of(list(rnorm(n), replace(rnorm(n), sample(n, 1), NA), replace(rnorm(n), 1, NaN)), 1, first = m)) {
        for (origin in some_of(seq_len(m) - 1, 3, first = n + m)) {
          for (na in na_choices) {
            arguments <- list(x, h, "same", origin, "missing", na)
            expect_true(
              within_bound(do.call(conv, arguments), do.call(oracle_conv, arguments), rep(1e3, n), m),
              info = paste(n, m, origin, na)
            )
          }
        }
      }
    }
  }
  expect_identical(conv(1:3, 1:2, "causal", boundary = "missing"), c(NA, 4, 7))
  expect_identical(conv(1:3, 1:2, "same", boundary = "missing", na = "zero"), conv(1:3, 1:2, "same"))
  expect_identical(
    conv(1:3 + 1i, c(1, 1i), "same", boundary = "missing"),
    replace(conv(1:3 + 1i, c(1, 1i), "causal"), 1, NA_complex_) # c(NA, 1i) has no imaginary NA from R 4.4 on
  )
})

test_that("a straight line goes on outside, for every mode, origin and length", {
  set.seed(62)
  for (n in 2:6) {
    for (m in 1:8) {
      x <- complex(real = rnorm(n), imaginary = rnorm(n))
      h <- complex(real = rnorm(m), imaginary = rnorm(m))
      for (origin in some_of(seq_len(m) - 1, 2, first = n + m)) {
        arguments <- list("same", origin, "extend")
        agrees <- function(x, h) {
          y <- do.call(conv, c(list(x, h), arguments))
          moduli <- do.call(oracle_moduli, c(list(x, h), arguments))
          A <- do.call(conv_matrix, c(list(h, n), arguments))
          B <- do.call(conv_operator, c(list(h, n), arguments))
          within_bound(y, do.call(oracle_conv, c(list(x, h), arguments)), moduli, m) &&
            within_bound(as.vector(A %*% x), y, moduli, m) &&
            within_bound(as.vector(B %*% x), y, moduli, m) &&
            isTRUE(all.equal(crossprod(B, x), crossprod(A, x), tolerance = 1e-13)) &&
            isTRUE(all.equal(as.matrix(B), A, tolerance = 1e-15)) && identical(B[seq_len(n), seq_len(n)], A) &&
            isTRUE(all.equal(rowSums(B), rowSums(A), tolerance = 1e-13)) &&
            isTRUE(all.equal(colSums(B), colSums(A), tolerance = 1e-13)) &&
            (is.complex(h) || identical(as.matrix(do.call(conv_matrix, c(list(h, n), arguments, sparse = TRUE))), A))
        }
        expect_true(agrees(Re(x), Re(h)) && agrees(x, h), info = paste(n, m, origin))
      }
    }
  }
  # a line stays one
  line <- 3 - 2 * (1:20)
  expect_identical(conv(line, c(1, 2, 1) / 4, "same", boundary = "extend"), line)
  expect_identical(
    conv(c(1, 4, 9), c(1, 10, 100, 1000), "causal", boundary = "extend"),
    c(sum(c(1, -2, -5, -8) * 10^(0:3)), sum(c(4, 1, -2, -5) * 10^(0:3)), sum(c(9, 4, 1, -2) * 10^(0:3)))
  )
})

test_that("missing and infinite samples of a straight line are as its two ends have them", {
  h <- c(1, 1, 1)
  extended <- function(x, ...) conv(x, h, "same", boundary = "extend", ...)
  expect_identical(extended(c(NA, 2, 3, 4)), c(NA, NA, 9, 12))
  expect_identical(extended(c(1, NaN, 3, 4)), c(NaN, NaN, NaN, 12))
  expect_identical(extended(c(NA, 2, 3, 4), na = "zero"), c(2, 5, 9, 12))
  expect_identical(extended(c(NA, 2, 3, 4), na = "renormalise"), c(6, 7.5, 9, 12))
  expect_identical(extended(c(Inf, 2, 3, 4)), c(Inf, Inf, 9, 12))
  # Inf - Inf is NaN, and not missing
  expect_identical(extended(c(Inf, Inf, 3, 4)), c(NaN, Inf, Inf, 12))
  expect_identical(extended(c(Inf, Inf, 3, 4), na = "zero"), c(NaN, Inf, Inf, 12))
  expect_identical(extended(c(1, 2, Inf, Inf), na = "renormalise"), c(3, Inf, Inf, NaN))
  expect_identical(extended(c(-Inf, Inf, 3, 4), na = "zero"), c(NaN, NaN, Inf, 12))
  # without any weight an output is NA, whatever stands where the kernel is 0
  expect_identical(
    conv(c(NA, Inf, Inf), c(0, 0, 0, 1), "same", 3, "extend", "renormalise"), c(NA, NaN, NaN)
  )
})

test_that("stats::filter() and partial means are the boundary of what is missing", {
  x <- c(3, 1, 4, 1, 5, 9, 2)
  for (h in list(c(2, 7, 1), c(2, 7, 1, 8), 2, 1:7)) {
    m <- length(h)
    expect_equal(
      conv(x, h, "same", origin = m %/% 2, boundary = "missing"),
      as.numeric(stats::filter(x, h, sides = 2))
    )
    expect_equal(conv(x, h, "causal", boundary = "missing"), as.numeric(stats::filter(x, h, sides = 1)))
  }
  for (m in c(1, 3, 5, 9, 21)) {
    partial <- vapply(seq_along(x), function(i) mean(x[max(1, i - m %/% 2):min(7, i + m %/% 2)]), 0)
    expect_equal(conv(x, rep(1, m), "same", boundary = "missing", na = "renormalise") / m, partial)
  }
})

test_that("columns and time series have their boundaries, by transforms and threads, too", {
  set.seed(63)
  x <- matrix(rnorm(3e5), ncol = 3)
  h <- rnorm(3000)^2
  for (boundary in c("missing", "extend")) {
    y <- conv(x, h, "same", boundary = boundary, na = "renormalise")
    expect_identical(y[, 2], conv(x[, 2], h, "same", boundary = boundary, na = "renormalise", threads = 1))
    t <- c(1, 777, 5e4, 1e5)
    long <- oracle_extended(x[, 2], 3000, 1499, boundary)
    weights <- if (boundary == "missing") conv(rep(1, 1e5), h, "same") / sum(h) else rep(1, 1e5)
    expect_equal(
      y[t, 2], vapply(t, function(t) sum(long[t + 0:2999] * rev(h), na.rm = TRUE), 0) / weights[t],
      tolerance = 1e-11
    )
  }
  s <- ts(c(1, 3, 2, 5), start = 2001, frequency = 4)
  expect_identical(conv(s, c(1, 1), "causal", boundary = "missing"), ts(c(NA, 4, 5, 7), start = 2001, frequency = 4))
})

test_that("a line needs two samples, and what is missing has no matrix", {
  expect_convmat_error(conv(1, 1:2, "same", boundary = "extend"), "length", "`x`")
  expect_convmat_error(conv(matrix(1:2, 1), 1:2, "same", boundary = "extend"), "length", "`x`")
  expect_convmat_error(conv_matrix(1:2, 1, "same", boundary = "extend"), "length", "`n`")
  expect_convmat_error(conv_operator(1:2, 1, "same", boundary = "extend"), "length", "`n`")
  expect_convmat_error(conv_matrix(1:2, 4, "same", boundary = "missing"), "value", "`boundary`")
  expect_convmat_error(conv_operator(1:2, 4, "same", boundary = "missing"), "value", "\"zero\"")
  expect_convmat_error(conv(1:4, 1:2, boundary = "missing"), "value", "`boundary`")
  expect_identical(conv(numeric(0), 1:2, "same", boundary = "extend"), numeric(0))
})
