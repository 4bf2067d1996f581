# deconv() of images and volumes against the dense normal equations.

# One random case, with and without weights.
deconv_case <- function(rank, sizes, seed) {
  set.seed(seed)
  n <- sample(sizes, rank, TRUE)
  nh <- sample(sizes, rank, TRUE)
  case <- random_case(n, nh)
  case$boundary[case$boundary == "missing"] <- "nearest" # has no matrix
  list <- lapply(nh, stats::rnorm)
  h <- if (seed %% 2) list else random_array(nh)
  A <- conv_matrix(h, n, case$mode, case$origin, case$boundary)
  ny <- array_operator_sizes(conv_operator(h, n, case$mode, case$origin, case$boundary))
  y <- array(stats::rnorm(prod(ny)), ny)
  lambda <- 10^stats::runif(1, -3, 1)
  weights <- if (stats::runif(1) < 0.5) array(stats::runif(prod(ny)) * (stats::runif(prod(ny)) > 0.1), ny)
  if (!is.null(weights)) weights[1] <- 1
  w <- if (is.null(weights)) rep(1, prod(ny)) else as.vector(weights)
  found <- deconv(
    y, h, if ("valid" %in% case$mode) n, case$mode, case$origin, case$boundary, "ridge", lambda, weights = weights
  )
  dense <- solve(crossprod(A * sqrt(w)) + lambda * diag(prod(n)), crossprod(A, w * as.vector(y)))
  off <- sqrt(sum((as.vector(coef(found)) - dense)^2)) <= 1e-8 * sqrt(sum(dense^2))
  fits <- isTRUE(all.equal(as.vector(fitted(found)), as.vector(A %*% dense), tolerance = 1e-7))
  ok <- off && fits && identical(dim(coef(found)), as.integer(n)) && found$gap <= 1e-8
  if (ok) NULL else describe_array_case(case, n, seed = seed)
}

test_that("x is that of the dense normal equations, in ranks 2 to 4, every mode, origin and boundary", {
  for (rank in 2:4) {
    wrong <- unlist(lapply(some_of(seq_len(150), 10), function(seed) deconv_case(rank, 2:(8 - rank), seed)))
    testthat::expect(length(wrong) == 0, paste(wrong, collapse = "\n"))
  }
})

test_that("a blurred volcano is deblurred", {
  set.seed(28)
  blur <- gaussian_kernel(4, c(1, 1))
  noise <- stats::rnorm(length(volcano), sd = 0.1)
  rms <- function(x) sqrt(mean((x - volcano)^2))
  for (boundary in c("reflect", "wrap")) {
    seen <- conv_array(volcano, blur, "same", boundary = boundary) + noise
    found <- deconv(seen, blur, mode = "same", boundary = boundary, method = "ridge", lambda = 1e-3)
    expect_lt(rms(coef(found)), 0.65 * rms(seen))
    expect_lte(found$gap, 1e-10)
  }
  # where ends wrap, by the discrete Fourier transform
  spectrum <- stats::fft(conv_array(replace(volcano * 0, 1, 1), blur, "same", boundary = "wrap"))
  x <- Re(stats::fft(Conj(spectrum) * stats::fft(seen) / (Mod(spectrum)^2 + 1e-3), inverse = TRUE)) / length(seen)
  expect_equal(coef(found), x, tolerance = 1e-9)
})

test_that("missing values are left out one by one, names stay, and sizes do not matter", {
  set.seed(29)
  y <- matrix(stats::rnorm(30), 5, dimnames = list(letters[1:5], NULL))
  h <- matrix(stats::rnorm(6), 2)
  gaps <- replace(y, c(3, 17), NA)
  found <- deconv(gaps, h, mode = c("same", "full"), method = "ridge", lambda = 0.3)
  there <- replace(y * 0 + 1, c(3, 17), 0)
  zero <- deconv(y, h, mode = c("same", "full"), method = "ridge", lambda = 0.3, weights = there)
  expect_identical(coef(found), coef(zero))
  expect_identical(dimnames(coef(found)), list(letters[1:5], NULL))
  expect_identical(dim(coef(found)), c(5L, 4L))
  expect_identical(is.na(residuals(found)), is.na(gaps))
  expect_identical(nobs(found), 28L)
  expect_equal(fitted(found), conv_array(coef(found), h, c("same", "full")), ignore_attr = TRUE)
  one <- coef(deconv(y, h, method = "ridge", lambda = 1))
  scaled <- deconv(y * 2^600, h * 2^-300, method = "ridge", lambda = 2^-600, weights = rep(1, 30))
  expect_identical(coef(scaled), one * 2^900)
  heavy <- deconv(y * 2^600, h, method = "ridge", lambda = 2^400, weights = rep(2^400, 30))
  expect_identical(coef(heavy), one * 2^600)
  expect_identical(coef(deconv(y * 0, h, method = "ridge", lambda = 1)), matrix(0, 4, 4))
  expect_error(deconv(y * 2^1000, h * 2^-600, method = "ridge", lambda = 2^-1070), class = "convmat_error_numeric")
})

test_that("one column of a kernel is still a kernel for columns", {
  y <- cbind(c(1, 3, 5, 4, 4), 1)
  expect_s3_class(deconv(y, matrix(c(1, 2))), "deconv", exact = TRUE)
  expect_s3_class(deconv(y, c(1, 2)), "deconv", exact = TRUE)
})

test_that("there is a warning where x is not converged", {
  A <- conv_operator(gaussian_kernel(3, c(1, 1)), c(12, 12), "same")
  y <- sin(1:144)
  expect_warning(array_ridge(A, y, 1e-4, NULL, most = 5), class = "convmat_warning_numeric")
  expect_silent(array_ridge(A, y, 1e-4, NULL))
})

test_that("arrays have errors of their own, and a print", {
  y <- outer(1:5, 1:6)
  h <- matrix(1:4, 2)
  ridge <- function(y, h, ..., lambda = 1) deconv(y, h, ..., method = "ridge", lambda = lambda)
  i <- 1i # which versions of R show in their own ways
  expect_snapshot({
    show_error(deconv(y, h))
    show_error(deconv(y, h, method = "division"))
    show_error(deconv(y, h, method = "ridge"))
    show_error(ridge(y, h, lambda = "gcv"))
    show_error(ridge(y, array(1, c(2, 2, 2))))
    show_error(ridge(array(1, c(3, 3, 3)), 1:2))
    show_error(ridge(y, list(1:2)))
    show_error(ridge(y, h + i))
    show_error(ridge(y + i, h))
    show_error(ridge(y / 0, h))
    show_error(ridge(y[0, ], h))
    show_error(ridge(y, h, order = 1))
    show_error(ridge(y, h, positive = TRUE))
    show_error(ridge(y, h, singular = "minimum_norm"))
    show_error(ridge(y, h, iterations = 9))
    show_error(ridge(y, h, n = 4))
    show_error(ridge(y, h, n = c(4, 6)))
    show_error(ridge(y, matrix(1, 9, 2)))
    show_error(ridge(y, h, weights = 1:3))
    show_error(ridge(y, h, mode = "same", boundary = "missing"))
  })
  expect_output(print(ridge(y, h)), "5 x 6 values by a kernel of 2 x 2.*4 x 5 values from 0.318 to 6.89.*lambda: +1\\n")
  expect_output(print(ridge(y, list(1:2, NULL))), "a kernel of 2 x 1.*residuals are [0-9.]+ % of y")
})

test_that("where rounding would make the steps grow without end, they stop", {
  h <- array(c(3, 2, -3, 2, 3, -3, 0, -2, 3, 1, 2, 2, -3, 2, -2, -3, -2, 3, 1, 0, 1, 0, 1, 0), c(4, 2, 3))
  set.seed(1153) # the numbers before those of x and y
  pick <- function(v, k = 1) v[sample.int(length(v), k, TRUE)]
  m <- list(pick(2:3), sample.int(5, 3, TRUE), sample.int(4, 3, TRUE))
  pick(list(rnorm(24), rexp(24), sample(-3:3, 24, TRUE)))
  pick(1:5)
  pick(1:4)
  x <- array(rnorm(12), c(1, 3, 4))
  y <- conv_array(x, h * 1e-8)
  y <- y + 0.1 * rnorm(length(y))
  f <- suppressWarnings(deconv(y, h * 1e-8, method = "ridge", lambda = 1e-20))
  expect_lt(max(abs(coef(f))), 1e9)
})
