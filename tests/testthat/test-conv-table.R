# Straight from the definition: every pair of values, their sum and their product.
table_oracle <- function(x, h) {
  sums <- outer(as.numeric(names(x)), as.numeric(names(h)), "+")
  tapply(c(outer(as.vector(x), as.vector(h))), factor(c(signif(sums, 15))), sum)
}

expect_table <- function(found, right) {
  expect_s3_class(found, "table", exact = TRUE)
  expect_type(unclass(found), "double")
  here <- names(found) %in% names(right)
  expect_true(all(names(right) %in% names(found)))
  expect_true(all(found[!here] == 0))
  expect_lte(max(abs(found[names(right)] - right)), 1e-11 * max(abs(right)))
}

as_table <- function(at, p) as.table(stats::setNames(p, at))

test_that("two tables give the table of the sums", {
  die <- prop.table(table(1:6))
  found <- conv(die, die)
  expect_identical(names(found), as.character(2:12))
  expect_table(found, table_oracle(die, die))
  expect_identical(names(dimnames(found)), NULL)
  # counts multiply
  found <- conv(table(c(1, 2, 2)), table(c(10L, 20L, 20L, 20L)))
  expect_identical(c(unclass(found)), c("11" = 1, "12" = 2, "13" = 0, "14" = 0, "15" = 0, "16" = 0, "17" = 0, "18" = 0, "19" = 0, "20" = 0, "21" = 3, "22" = 6))
  # gaps on one side only, negative values, names that are out of order
  expect_identical(c(unclass(conv(as_table(c(5, -5), c(0.25, 0.75)), as_table(0, 1)))), c("-5" = 0.75, "5" = 0.25))
  expect_identical(
    c(unclass(conv(table(c("10", "9", "9")), table(1)))), c("10" = 2, "11" = 1)
  )
  # as xtabs() makes them, and by every method
  x <- xtabs(~v, data.frame(v = c(0, 3, 3)))
  for (method in c("auto", "direct", "fft")) {
    expect_equal(c(unclass(conv(x, x, method = method))), c("0" = 1, "3" = 4, "6" = 4))
  }
  # one value each
  expect_identical(c(unclass(conv(as_table(2.5, 3), as_table(-2.5, 2)))), c("0" = 6))
})

test_that("the step is the largest that fits both supports", {
  step <- function(...) common_step(list(...))
  expect_identical(step(c(0, 10), c(0, 4)), 2)
  expect_identical(step(c(0, 6, 10, 25)), 1)
  expect_identical(step(3, -7), 1)
  expect_identical(step(c(0, 1, 1e7)), 1)
  expect_identical(step(c(0, 2^51), c(0, 3)), 1)
  expect_equal(step(c(0, 1), c(0.25, 1)), 0.25, tolerance = 1e-15)
  expect_equal(step(as.numeric(format((0:4) / 3, digits = 15)), 0:1), 1 / 3, tolerance = 1e-13)
  expect_equal(step(c(0.001 * 0:1000, 1000)), 0.001, tolerance = 1e-12)
  expect_equal(step(1e6 + c(0, 0.2, 0.5)), 0.1, tolerance = 1e-8)
  expect_null(step(c(0, 1, pi)))
  expect_null(step(0:1, c(0, sqrt(2))))
  expect_null(step(c(-1e308, 1e308)))
  set.seed(2)
  for (i in 1:20) expect_null(step(sort(as.numeric(as.character(rnorm(5))))))
})

test_that("random tables are what the definition says, also with steps that are no binary fractions", {
  set.seed(1)
  for (step in c(1, 0.1, 1 / 3, 0.05, 7, 1e-3, 1e4)) {
    for (i in 1:5) {
      draw <- function() {
        at <- sort(sample(-20:20, sample(2:8, 1))) * step
        as_table(format(at, digits = 15, trim = TRUE), runif(length(at)))
      }
      x <- draw()
      h <- draw()
      found <- conv(x, h)
      sums <- round(outer(as.numeric(names(x)), as.numeric(names(h)), "+") / step)
      right <- tapply(c(outer(as.vector(x), as.vector(h))), factor(c(sums)), sum)
      names(found) <- round(as.numeric(names(found)) / step)
      expect_table(found, right)
    }
  }
  third <- conv(as_table(c("0", "0.333333333333333", "0.666666666666667"), rep(1, 3)), as_table(c("0", "1"), c(1, 1)))
  expect_identical(names(third), c("0", "0.333333333333333", "0.666666666666667", "1", "1.33333333333333", "1.66666666666667"))
  expect_identical(names(conv(as_table(c(-0.3, -0.2), c(1, 1)), as_table(c(0.2, 0.3), c(1, 1)))), c("-0.1", "0", "0.1"))
  expect_identical(names(conv(as_table(c(0.5, 1.5), c(1, 1)), as_table(c(1, 2), c(1, 1)))), c("1.5", "2.5", "3.5"))
})

test_that("small probabilities keep their digits", {
  binomial <- function(n) as_table(0:n, dbinom(0:n, n, 0.01))
  found <- conv(binomial(100), binomial(60))
  expect_lte(max(abs(as.vector(found) / dbinom(0:160, 160, 0.01) - 1)), 1e-11)
})

test_that("conv_power() is the sum of k draws", {
  die <- prop.table(table(1:6))
  expect_equal(conv_power(die, 3), conv(conv(die, die), die), tolerance = 1e-14)
  expect_identical(names(conv_power(die, 3)), as.character(3:18))
  expect_identical(c(unclass(conv_power(die, 0))), c("0" = 1))
  expect_identical(conv(conv_power(die, 0), die), conv_power(die, 1))
  expect_identical(c(unclass(conv_power(as_table(c(-1, 1), c(1, 1)), 4))), c("-4" = 1, "-2" = 4, "0" = 6, "2" = 4, "4" = 1))
  expect_identical(names(conv_power(as_table(c(0.1, 0.2), c(1, 1)), 3)), c("0.3", "0.4", "0.5", "0.6"))
})

test_that("a table of nothing gives a table of nothing, but as a kernel it is refused", {
  none <- table(numeric(0))
  found <- conv(none, table(1:2))
  expect_s3_class(found, "table")
  expect_identical(dim(found), 0L)
  expect_convmat_error(conv(table(1:2), none), "length", "`h` must have at least one sample")
  expect_convmat_error(conv_power(none, 2), "length", "`h` must have at least one sample")
})

test_that("missing counts are treated as missing samples", {
  x <- as_table(c(1, 3), c(NA, 1))
  expect_identical(c(unclass(conv(x, as_table(0:1, c(1, 1))))), c("1" = NA, "2" = NA, "3" = 1, "4" = 1))
  expect_identical(c(unclass(conv(x, as_table(0:1, c(1, 1)), na = "zero"))), c("1" = 0, "2" = 0, "3" = 1, "4" = 1))
  expect_convmat_error(conv(table(1), x), "value", "`h` must be finite")
})

test_that("what is no probability function is refused", {
  die <- table(1:6)
  for (bad in list(c(0.5, 0.5), 1L, matrix(1:4, 2), ts(1:3), c("0" = 0.5, "1" = 0.5), table(1:2, 1:2))) {
    expect_convmat_error(conv(die, bad), "type", "`h` must be a table, too, since the other is one, not ")
    expect_convmat_error(conv(bad, die), "type", "`x` must be a table, too, since the other is one, not ")
  }
  for (mode in c("same", "causal", "valid")) {
    expect_convmat_error(conv(die, die, mode), "value", "`mode` must be \"full\" with a table, not ")
  }
  expect_convmat_error(conv(die, die, "Full"), "value", "`mode` must be one of")
  expect_convmat_error(conv(die, die, boundary = "wrap"), "value", "`boundary` must be \"zero\"")
  expect_convmat_error(conv(table(c("a", "1")), die), "type", "names are numbers, its support, not \"a\".")
  expect_convmat_error(conv(die, table(c(1, NA), useNA = "always")), "type", "`h` must be a table whose names are numbers, its support, not NA.")
  expect_convmat_error(conv(structure(1:3, dim = 3L, class = "table"), die), "type", "`x` must be a table whose names are numbers, its support.")
  expect_convmat_error(conv(structure(c("a", "b"), dim = 2L, dimnames = list(1:2), class = "table"), die), "type", "`x` must be a table of numbers, not of character values.")
  expect_convmat_error(conv(as_table(c("1", "1.0"), 1:2), die), "value", "`x` must have each value of its support once; 1 is there again.")
  expect_convmat_error(conv_power(table("a"), 2), "type", "`h` must be a table whose names are numbers")
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  expect_convmat_error(conv(table(c(0, 1, 1e6)), die), "memory", "The result, of 1,000,006 values in steps of 1, needs")
  expect_convmat_error(conv_power(die, 1e6), "memory", "The result, of 5,000,001 values in steps of 1, needs")
})

test_that("supports of 16 digits keep all of them", {
  coin <- as_table(c("1000000000000001", "1000000000000002"), c(1, 1))
  expect_identical(names(conv(coin, coin)), c("2000000000000002", "2000000000000003", "2000000000000004"))
  expect_identical(names(conv_power(coin, 3)), paste0("300000000000000", 3:6))
  expect_convmat_error(conv_power(coin, 10), "value", "`k` must be smaller: sums up to 1e+16, in steps of 1, have")
  near <- as_table(c("10000000000.1", "10000000000.2"), c(1, 1))
  expect_identical(names(conv_power(near, 2)), paste0("20000000000.", 2:4))
  expect_convmat_error(conv_power(near, 1e5), "value", "`k` must be smaller: sums up to 1e+15, in steps of 0.1, have")
})

test_that("messages read well", {
  die <- table(1:6)
  expect_snapshot({
    show_error(conv(die, rep(1, 3) / 3))
    show_error(conv(die, table(c(0, sqrt(2)))))
    show_error(conv(table(c(0, 1, pi)), table(5)))
    show_error(conv(table(c("low", "high")), die))
    show_error(conv(die, die, "same"))
    show_error(conv_power(table(c(1.5, 1.5, 2, exp(1))), 2))
  })
})
