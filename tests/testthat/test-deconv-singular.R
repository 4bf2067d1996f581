test_that("the shortest solution is that of the pseudo-inverse", {
  set.seed(13)
  for (n in c(1:4, 6, 9)) {
    for (m in c(1:4, 6, 9)) {
      h <- sample(-2:2, m, TRUE) # with nulls, now and then
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        d <- svd(A)$d / max(svd(A)$d[1], 1e-300)
        if (any(d > 1e-16 & d < 1e-7)) {
          return(TRUE) # whether that is 0 is a matter of taste
        }
        y <- matrix(rnorm(2 * nrow(A)), ncol = 2)
        fit <- call_case(case, quietly_deconv, y = y, h = h, n = n, singular = "minimum_norm")
        plus <- if (any(h != 0)) pseudo_inverse(A) else t(A)
        max(abs(coef(fit) - plus %*% y)) <= 1e-12 * max(plus^2, 1) &&
          abs(fit$edf - sum(d > 1e-13)) < 1e-12
      }, info = paste("h =", deparse(h)))
    }
  }
})

test_that("what is singular to the last bit is refused, or has the shortest solution", {
  skip_on_cran()
  expect_convmat_error(
    deconv(1:4, c(1, 1), mode = "same", boundary = "wrap"), "numeric", "x is not determined"
  )
  expect_convmat_error(deconv(1:4, c(1, 1), mode = "valid"), "numeric", "4 values of `y` for 5 of x")
  expect_convmat_error(deconv(1:4, c(0, 0)), "numeric", "x is not determined")
  expect_convmat_error(
    deconv(1:6, c(1, -1), method = "ridge", lambda = 1, order = 1, mode = "same", boundary = "nearest"),
    "numeric", "The penalty does not see"
  )
  expect_convmat_error(deconv(1:6, c(0, 0), method = "ridge", lambda = "gcv"), "numeric", "0 everywhere")
  expect_convmat_error(
    deconv(1:6, c(1, -1), method = "ridge", lambda = "gcv", order = 1, mode = "same", boundary = "nearest"),
    "numeric", "The penalty does not see"
  )
  A <- conv_matrix(c(1, -1), 6, "same", boundary = "nearest")
  D <- difference_matrix(6, 1)
  fit <- deconv(1:6, c(1, -1), method = "ridge", lambda = 4, order = 1, mode = "same",
    boundary = "nearest", singular = "minimum_norm")
  expect_equal(coef(fit), drop(pseudo_inverse(rbind(A, 2 * D)) %*% c(1:6, numeric(5))))
  expect_equal(fit$edf, sum(diag(A %*% pseudo_inverse(rbind(A, 2 * D))[, 1:6])))
  # of all sizes, also where normal equations might not notice
  for (n in c(4, 16, 64, 250)) {
    for (h in list(c(1, 1), c(1, 2, 1), c(1, 0, 1), c(1, -1), rep(1, 4))) {
      y <- rnorm(n)
      for (singular in c("error", "minimum_norm")) {
        call <- quote(deconv(y, h, mode = "causal", boundary = "wrap", singular = singular))
        nulls <- any(abs(fft(oracle_conv(c(1, numeric(n - 1)), h, "causal", boundary = "wrap"))) < 1e-14)
        if (singular == "error" && nulls) {
          expect_error(eval(call), class = "convmat_error_numeric")
        } else if (nulls) {
          A <- conv_matrix(h, n, "causal", boundary = "wrap")
          expect_lte(max(abs(coef(suppressWarnings(eval(call))) - pseudo_inverse(A) %*% y)), 1e-9)
        }
      }
    }
  }
  expect_identical(coef(deconv(1:4, c(0, 0), singular = "minimum_norm")), numeric(3))
})

test_that("the shortest solution of mode valid is as exact as a singular value decomposition", {
  set.seed(30)
  h <- dnorm(-8:8, sd = 1.4)
  A <- conv_matrix(h, 60, "valid")
  y <- drop(A %*% rnorm(60))
  fit <- suppressWarnings(deconv(y, h, mode = "valid", singular = "minimum_norm"))
  truth <- drop(pseudo_inverse(A, 1e-15) %*% y)
  condition <- kappa(A, exact = TRUE)
  expect_gt(condition, 1e3)
  expect_lte(max(abs(coef(fit) - truth)), 1e-15 * 60 * condition * max(abs(truth)))
})
