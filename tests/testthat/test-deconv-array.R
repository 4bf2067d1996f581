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

# ---- the choice of lambda ------------------------------------------------------------------------

# A problem, its dense matrix, and what the scores are made of by the normal equations.
lambda_case <- function(weights = NULL, n = c(11, 9)) {
  set.seed(32)
  h <- gaussian_kernel(2, c(1, 1), radius = 3)
  A <- conv_operator(h, n, c("same", "full"), boundary = c("reflect", "zero"))
  y <- stats::rnorm(nrow(A))
  p <- array_search_problem(A, y, weights, 0)
  K <- p$root * as.matrix(p$A)
  exact <- function(lambda, z = p$z) {
    smooth <- K %*% solve(crossprod(K) + lambda * diag(ncol(K)), t(K))
    rest <- z - smooth %*% z
    c(
      rss = sum(rest^2), pss = sum(z * rest), edf = sum(diag(smooth)),
      log_det = 2 * sum(log(diag(chol(crossprod(K) / lambda + diag(ncol(K))))))
    )
  }
  list(A = A, y = y, p = p, exact = exact)
}

test_that("the scores are those of the normal equations, from singular values and from steps", {
  for (weights in list(NULL, rep(c(2, 1, 0), 55))) {
    case <- lambda_case(weights)
    p <- case$p
    signs <- fixed_signs(length(p$z), 1) * (p$root > 0)
    dense <- dense_measures(p)
    steps <- list(
      fit = measure_of(more_steps(p, start_steps(p, p$z), 300), sum(p$z^2)),
      trace = measure_of(more_steps(p, start_steps(p, signs), 300), sum(signs^2)), free = 0
    )
    for (lambda in if (is_on_cran()) 0.1 else c(1e-3, 0.1, 10)) {
      exact <- case$exact(lambda)
      reml <- p$rows * log(exact[["pss"]]) + exact[["log_det"]]
      s <- array_scores(p, dense, lambda)
      expect_equal(unlist(s[c("rss", "pss", "edf")]), exact[c("rss", "pss", "edf")], tolerance = 1e-9)
      expect_equal(s$reml, reml, tolerance = 1e-9)
      left <- p$rows - 1.4 * s$edf
      expect_equal(s$gcv, if (left > 0) p$rows * s$rss / left^2 else NA_real_)
      s <- array_scores(p, steps, lambda)
      expect_equal(unlist(s[c("rss", "pss")]), exact[c("rss", "pss")], tolerance = 1e-7)
      expect_equal(s$edf, sum(signs^2) - case$exact(lambda, signs)[["pss"]], tolerance = 1e-7)
    }
  }
  expect_identical(sum(fixed_signs(1e4, 3)), sum(sign(fixed_signs(1e4, 3))))
  expect_lt(abs(sum(fixed_signs(1e5, 3))), 1500)
})

test_that("lambda found by steps is that found by singular values, and units do not matter", {
  case <- lambda_case(n = c(22, 18)) # the smaller, the more vectors of random signs are taken
  for (rule in if (is_extended()) lambda_rules else "auto") { # which takes "reml" here, and "gcv" for `found`
    dense <- array_lambda(case$A, case$y, NULL, 0, rule)
    steps <- array_lambda(case$A, case$y, NULL, 0, rule, array_steps)
    expect_lt(abs(log(dense$lambda / steps$lambda)), 0.7)
    expect_identical(dense$rule, steps$rule)
  }
  h <- gaussian_kernel(4, c(1, 1))
  seen <- conv_array(volcano, h, "same", boundary = "mirror") + stats::rnorm(length(volcano))
  fit <- function(y, h, ...) deconv(y, h, mode = "same", boundary = "mirror", method = "ridge", ...)
  if (!is_on_cran()) {
    found <- fit(seen, h)
    expect_output(print(found), "chosen by generalised cross-validation.*degrees of freedom for 5,307 values")
    expect_named(found$search, c("lambda", "edf", "gcv", "reml"))
    expect_equal(found$gcv, 5307 * sum(residuals(found)^2) / (5307 - found$edf)^2, tolerance = 1e-2)
    A <- conv_operator(h, dim(seen), "same", boundary = "mirror")
    large <- array_lambda(A, as.vector(seen), NULL, 0, "gcv", c(20, 40)) # too few steps for a smaller one
    expect_gt(large$lambda, found$lambda / 3)
  }
  small <- seen[1:12, 1:10]
  one <- fit(small, matrix(1:6 / 21, 3), lambda = "gcv")
  two <- fit(small * 2^300, matrix(1:6 / 21, 3) * 2^-200, weights = rep(2^100, 120), lambda = "gcv")
  expect_equal(two$lambda, one$lambda * 2^-300, tolerance = 1e-9)
  expect_equal(coef(two), coef(one) * 2^500, tolerance = 1e-7)
  expect_equal(two$gcv, one$gcv * 2^700, tolerance = 1e-7)
  expect_silent(zero <- fit(small * 0, matrix(1:6 / 21, 3)))
  expect_identical(coef(zero), small * 0)
  gaps <- replace(small, 3:5, NA)
  for (rule in lambda_rules) {
    expect_gt(suppressWarnings(fit(gaps, matrix(1:6 / 21, 3), lambda = rule))$lambda, 0) # it is mostly noise
  }
})

test_that("a signal without noise to speak of is not taken for smooth", {
  set.seed(33)
  x <- matrix(stats::rnorm(400), 20)
  y <- conv_array(x, matrix(c(5, 1, 1, 1), 2), "same") + stats::rnorm(400, sd = 1e-3)
  found <- suppressWarnings(deconv(y, matrix(c(5, 1, 1, 1), 2), mode = "same", method = "ridge"))
  expect_identical(found$rule, "reml")
  expect_lt(sqrt(mean((coef(found) - x)^2)), 0.3)
})

test_that("there is a warning where the choice of lambda does not settle", {
  case <- lambda_case()
  expect_warning(
    search_array_lambda(case$A, case$y, NULL, 0, "gcv", steps = 2), "still changes",
    class = "convmat_warning_numeric"
  )
})

# ---- where all axes wrap -------------------------------------------------------------------------

test_that("penalties on differences that wrap are those of the normal equations", {
  set.seed(34)
  n <- c(7, 6)
  h <- list(c(1, 2, 1), c(3, 1))
  y <- matrix(stats::rnorm(42), 7)
  A <- conv_matrix(h, n, "same", boundary = "wrap")
  around <- function(n, order) Reduce(`%*%`, rep(list(diag(n) - diag(n)[c(2:n, 1), ]), order), diag(n))
  for (order in 0:2) {
    P <- if (order == 0) {
      diag(42)
    } else {
      crossprod(kronecker(diag(6), around(7, order))) + crossprod(kronecker(around(6, order), diag(7)))
    }
    for (lambda in c(1e-2, 3)) {
      found <- deconv(y, h, mode = "same", boundary = "wrap", method = "ridge", lambda = lambda, order = order)
      M <- crossprod(A) + lambda * P
      expect_equal(as.vector(coef(found)), drop(solve(M, crossprod(A, as.vector(y)))), tolerance = 1e-9)
      expect_lte(found$gap, 1e-10)
      p <- array_search_problem(conv_operator(h, n, "same", boundary = "wrap"), as.vector(y), NULL, order)
      s <- array_scores(p, wrap_measures(p), lambda / p$unit_h^2)
      rest <- sum(residuals(found)^2)
      expect_equal(s$edf, sum(diag(solve(M, crossprod(A)))), tolerance = 1e-9)
      expect_equal(s$rss * p$unit_y^2, rest, tolerance = 1e-9)
      x <- as.vector(coef(found))
      expect_equal(s$pss * p$unit_y^2, rest + lambda * sum(x * (P %*% x)), tolerance = 1e-9)
    }
  }
  h <- gaussian_kernel(4, c(1, 1))
  seen <- conv_array(volcano, h, "same", boundary = "wrap") + stats::rnorm(length(volcano))
  found <- deconv(seen, h, mode = "same", boundary = "wrap", method = "ridge", order = 1)
  expect_lt(sqrt(mean((coef(found) - volcano)^2)), 0.8 * sqrt(mean((seen - volcano)^2)))
  ridge <- function(y, h, ...) deconv(y, h, mode = "same", boundary = "wrap", method = "ridge", ...)
  expect_silent(along <- ridge(y, list(1, NULL), lambda = 1, order = 1)) # a kernel of one sample: along all axes
  expect_lt(stats::var(as.vector(coef(along))), stats::var(as.vector(y)))
  expect_error(ridge(y, matrix(c(1, -1, -1, 1), 2), order = 1, lambda = 1), class = "convmat_error_numeric")
  expect_error(ridge(y, h, order = 1, positive = TRUE), class = "convmat_error_value")
  expect_error(ridge(replace(y, 3, NA), h, order = 1), class = "convmat_error_value")
  expect_error(ridge(y, list(0, NULL)), class = "convmat_error_numeric")
})

# ---- nowhere negative ----------------------------------------------------------------------------

test_that("x that is nowhere negative fulfils the conditions of a minimum", {
  for (seed in some_of(1:60, 10)) {
    set.seed(seed)
    n <- sample(2:8, 2)
    nh <- sample(1:4, 2, TRUE)
    case <- random_case(n, nh)
    case$boundary[case$boundary == "missing"] <- "wrap"
    h <- lapply(nh, stats::rnorm)
    A <- conv_matrix(h, n, case$mode, case$origin, case$boundary)
    ny <- array_operator_sizes(conv_operator(h, n, case$mode, case$origin, case$boundary))
    y <- array(stats::rnorm(prod(ny)), ny)
    w <- if (seed %% 3 == 0) stats::runif(prod(ny))
    lambda <- 10^stats::runif(1, -3, 0)
    found <- deconv(
      y, h, if ("valid" %in% case$mode) n, case$mode, case$origin, case$boundary, "ridge", lambda,
      weights = w, positive = TRUE
    )
    x <- as.vector(coef(found))
    v <- if (is.null(w)) 1 else w
    slope <- drop(lambda * x - crossprod(A, v * (as.vector(y) - drop(A %*% x))))
    small <- 1e-8 * (max(abs(crossprod(A, v * as.vector(y)))) + lambda * max(x))
    ok <- all(x >= 0) && all(slope >= -small) && all(abs(slope[x > 0]) <= small) && found$gap <= 1e-8
    expect(ok, paste("positive:", describe_array_case(case, n, seed = seed)))
  }
  expect_output(print(found), "nowhere negative")
  found <- deconv(-volcano[1:5, 1:4], matrix(1:4, 2), method = "ridge", lambda = 1, positive = TRUE)
  expect_identical(coef(found), matrix(0, 4, 3))
})

test_that("predictions and data frames of arrays", {
  set.seed(35)
  y <- matrix(stats::rnorm(30), 5)
  h <- matrix(1:6, 3)
  found <- deconv(y, h, mode = c("same", "full"), origin = c(0, NA), method = "ridge", lambda = 1)
  expect_identical(predict(found), fitted(found))
  expect_equal(predict(found, h), fitted(found))
  expect_equal(predict(found, 2 * h), 2 * fitted(found))
  expect_error(predict(found, h, 3), "unused argument")
  table <- as.data.frame(found)
  expect_named(table, c("axis1", "axis2", "x"))
  expect_identical(table$x[table$axis1 == 2 & table$axis2 == 4], coef(found)[2, 4])
})

test_that("arrays have errors of their own, and a print", {
  y <- outer(1:5, 1:6)
  h <- matrix(1:4, 2)
  ridge <- function(y, h, ..., lambda = 1) deconv(y, h, ..., method = "ridge", lambda = lambda)
  i <- 1i # which versions of R show in their own ways
  expect_snapshot({
    show_error(deconv(y, h))
    show_error(deconv(y, h, method = "division"))
    show_error(ridge(y, h, lambda = "cv"))
    show_error(ridge(y, h, lambda = 0))
    show_error(ridge(y, array(1, c(2, 2, 2))))
    show_error(ridge(array(1, c(3, 3, 3)), 1:2))
    show_error(ridge(y, list(1:2)))
    show_error(ridge(y, h + i))
    show_error(ridge(y + i, h))
    show_error(ridge(y / 0, h))
    show_error(ridge(y[0, ], h))
    show_error(ridge(y, h, order = 1))
    show_error(ridge(y, h, positive = 1))
    show_error(ridge(y, h, singular = "minimum_norm"))
    show_error(ridge(y, h, iterations = 9))
    show_error(ridge(y, h, n = 4))
    show_error(ridge(y, h, n = c(4, 6)))
    show_error(ridge(y, matrix(1, 9, 2)))
    show_error(ridge(y, h, weights = 1:3))
    show_error(ridge(y, h, mode = "same", boundary = "missing"))
  })
  expect_output(print(ridge(y, h)), "5 x 6 values by a kernel of 2 x 2.*4 x 5 values from 0.318 to 6.89.*lambda: +1\\n")
  expect_output(print(ridge(y, list(1:2, NULL))), "a kernel of 2 x 1.*Residuals: [0-9.]+ % of y")
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
