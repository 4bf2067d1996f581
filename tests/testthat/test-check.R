test_that("convmat.max_bytes sets the largest result", {
  old <- options(convmat.max_bytes = 8 * 3 * 5)
  on.exit(options(old))
  expect_identical(dim(conv_matrix(1:3, 3)), c(5L, 3L))
  expect_convmat_error(conv_matrix(1:3, 4), "memory", "`n` is too large: the 6 x 4 matrix needs")
  expect_convmat_error(shifted_kernels(1:4, 3), "memory", "`n` is too large")
  expect_convmat_error(shifted_scaled_kernels(1:4, 1:3), "memory", "the limit is 120 bytes")
  expect_convmat_error(correlation_lags(100, 100), "memory", "`nx` and `nh` are too large")
  options(convmat.max_bytes = Inf)
  expect_identical(dim(conv_matrix(1:3, 100)), c(102L, 100L))
  options(convmat.max_bytes = 960L)
  expect_identical(dim(conv_matrix(1, 10)), c(10L, 10L))
})

test_that("by default the limit is half of the machine's memory", {
  old <- options(convmat.max_bytes = NULL)
  on.exit(options(old))
  expect_convmat_error(conv_matrix(1, 2e9), "memory", "2,000,000,000 x 2,000,000,000 matrix needs 32 EB")
  expect_identical(dim(conv_matrix(1, 10)), c(10L, 10L))
})

test_that("a bad convmat.max_bytes is named", {
  old <- options(convmat.max_bytes = NULL)
  on.exit(options(old))
  name <- "`options(convmat.max_bytes)` must be a number of bytes"
  for (bad in list("1 GB", list(1), 1i, factor(1), as.difftime(1, units = "secs"), sum)) {
    options(convmat.max_bytes = bad)
    expect_convmat_error(conv_matrix(1, 2), "type", name)
  }
  for (bad in list(numeric(0), 1:2)) {
    options(convmat.max_bytes = bad)
    expect_convmat_error(conv_matrix(1, 2), "length", name)
  }
  for (bad in list(0, -1, NA, NaN, NA_integer_, -Inf)) {
    options(convmat.max_bytes = bad)
    expect_convmat_error(conv_matrix(1, 2), "value", name)
  }
})

test_that("counts are whole numbers within range", {
  for (bad in list("4", NULL, list(4), 1i, factor(4), Sys.Date(), as.difftime(4, units = "secs"), sum)) {
    expect_convmat_error(conv_matrix(1:3, bad), "type", "`n` must be a whole number, at least 1")
  }
  for (bad in list(numeric(0), 1:2)) {
    expect_convmat_error(conv_matrix(1:3, bad), "length", "`n` must be a whole number, at least 1")
  }
  for (bad in list(0, -1, 2.5, 1 - 1e-9, NA, NaN, -Inf, FALSE)) {
    expect_convmat_error(conv_matrix(1:3, bad), "value", "`n` must be a whole number, at least 1")
  }
  for (bad in list(Inf, 2^53, 1e300)) {
    expect_convmat_error(conv_matrix(1:3, bad), "value", "`n` must be a whole number from 1 to 4,503,599,627,370,496, not")
  }
  for (bad in list(-1, 3, 0.5, NA)) {
    expect_convmat_error(
      conv_matrix(1:3, 4, "same", bad), "value", "`origin` must be a whole number from 0 to 2"
    )
  }
  expect_identical(conv_matrix(1:3, TRUE), matrix(c(1, 2, 3)))
  expect_identical(conv_matrix(1:3, c(n = 1L)), matrix(c(1, 2, 3)))
  expect_identical(conv_matrix(1:3, matrix(1)), matrix(c(1, 2, 3)))
})

test_that("choices are single strings, spelt out", {
  for (bad in list(NULL, 1, NA, TRUE, list("full"), factor("full"), quote(full))) {
    expect_convmat_error(conv_matrix(1, 1, bad), "type", "`mode` must be one of \"full\"")
  }
  for (bad in list("FULL", "f", "", "full ", NA_character_, character(0), c("full", "same"))) {
    expect_convmat_error(conv_matrix(1, 1, bad), "value", "`mode` must be one of \"full\"")
  }
})

test_that("a refusal allocates next to nothing", {
  skip_on_cran()
  skip_on_covr() # which allocates to count lines
  limit <- 1e6
  ev <- events(1)
  A <- matrix(0, 1, 1)
  expect_lte(peak_bytes(hrf(NA)), limit)
  expect_lte(peak_bytes(neural_signal(ev, c(0, 1, 3))), limit)
  expect_lte(peak_bytes(plot_rows(A, 1e12)), limit)
  expect_lte(peak_bytes(conv_matrix(1, 1e12)), limit)
  expect_lte(peak_bytes(correlation_lags(1e12, 1e12)), limit)
})

test_that("messages read well", {
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  expect_snapshot({
    show_error(conv_matrix(1, 1000))
    show_error(conv_matrix(1, 3e+09))
    show_error(conv_matrix(1, 1e+12))
    show_error(conv_matrix(1, 2.5))
    show_error(conv_matrix(1, "4"))
    show_error(conv_matrix(1, 1:2))
    show_error(conv_matrix(1:3, 4, "same", 3))
    show_error(conv_matrix(1, 4, "middle"))
    show_error(conv_matrix(1, 4, 1))
    options(convmat.max_bytes = "1 GB")
    show_error(conv_matrix(1, 4))
  })
})

test_that("long strings that are not valid in their encoding are shown too", {
  expect_convmat_error(conv(1, 1, strrep("\xff", 100)), "value", "\\xff")
  long <- "\xe9t\xe9"
  Encoding(long) <- "UTF-8"
  expect_convmat_error(conv(1, 1, na = strrep(long, 50)), "value", "`na` must be one of")
})
