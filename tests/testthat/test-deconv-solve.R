test_that("least squares is that of dense matrices in all modes, or an error where x is not determined", {
  skip_on_cran()
  set.seed(11)
  for (n in 1:9) {
    for (m in 1:9) {
      h <- round(rnorm(m), 2)
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        y <- rnorm(nrow(A))
        d <- svd(A)$d
        condition <- d[1] / abs(d[n])
        if (nrow(A) < n || condition > 1e14) {
          e <- tryCatch(call_case(case, deconv, y = y, h = h, n = n), error = identity)
          return(inherits(e, "convmat_error_numeric"))
        }
        if (condition > 1e12) {
          return(TRUE) # between the two
        }
        fit <- call_case(case, quietly_deconv, y = y, h = h, n = n)
        x <- coef(fit)
        truth <- qr.solve(A, y, tol = 1e-15)
        rest <- y - drop(A %*% truth)
        # the bound of an orthogonal method
        slack <- 1e-14 * (condition * sqrt(sum(truth^2)) + condition^2 * sqrt(sum(rest^2)) / d[1])
        ok <- c(
          max(abs(x - truth)) <= 10 * slack,
          max(abs(fitted(fit) + residuals(fit) - y)) <= 1e-14 * max(abs(y)) * 10 * condition,
          fit$edf == n,
          fit$rcond * condition < 10 && fit$rcond * condition > 1 / 10
        )
        all(ok)
      }, info = paste("h =", deparse(h)))
    }
  }
})

test_that("ridge is the solution of the normal equations, with the trace of the dense hat matrix", {
  skip_on_cran()
  set.seed(12)
  for (n in c(1:3, 5, 9)) {
    for (m in c(1:3, 5, 9)) {
      h <- rnorm(m)
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        y <- rnorm(nrow(A))
        all(vapply(0:2, function(order) {
          lambda <- 10^runif(1, -3, 2)
          D <- difference_matrix(n, order)
          N <- crossprod(A) + lambda * crossprod(D)
          condition <- kappa(N, exact = TRUE)
          fit <- call_case(case, function(...) {
            tryCatch(quietly_deconv(...), convmat_error_numeric = identity)
          }, y = y, h = h, n = n, method = "ridge", lambda = lambda, order = order)
          if (inherits(fit, "error")) {
            return(condition > 1e13)
          }
          if (condition > 1e10) {
            return(TRUE)
          }
          hat <- A %*% solve(N, t(A), tol = 0)
          truth <- solve(N, crossprod(A, y), tol = 0)
          rss <- sum((y - hat %*% y)^2)
          ny <- length(y)
          score <- if (sum(diag(hat)) < ny * (1 - 1e-6)) ny * rss / (ny - sum(diag(hat)))^2
          slack <- 1e-14 * condition
          max(abs(coef(fit) - truth)) <= slack * max(1, abs(truth)) &&
            max(abs(residuals(fit) - (y - hat %*% y))) <= slack * max(abs(y)) &&
            abs(fit$edf - sum(diag(hat))) <= slack * n &&
            (is.null(score) || abs(fit$gcv / score - 1) <= 1e-6 * max(1, slack * 1e8))
        }, NA))
      }, info = paste("h =", deparse(h)))
    }
  }
})

test_that("what conv() did is undone, whatever the lengths and the scale", {
  skip_on_cran()
  set.seed(16)
  for (n in c(1, 2, 31, 32, 33, 64, 100, 257)) {
    for (m in some_of(c(1, 2, 5, 31, 32, 33, 70), 1, first = n)) {
      x <- matrix(rnorm(2 * n), n)
      h <- c(2 * m, rnorm(m - 1)) # no nulls
      for (mode in c("full", "same", "causal")) {
        fit <- deconv(conv(x, h, mode, origin = if (mode == "same") 0), h, mode = mode,
          origin = if (mode == "same") 0)
        expect_lte(max(abs(coef(fit) - x)), 1e-13)
        wrapped <- if (mode != "full") conv(x, h, mode, if (mode == "same") 0, "wrap")
        if (!is.null(wrapped)) {
          fit <- deconv(wrapped, h, mode = mode, if (mode == "same") 0, "wrap", n = n)
          expect_lte(max(abs(coef(fit) - x)), 1e-13)
        }
      }
    }
  }
  x <- c(1, -2, 3)
  h <- c(1, 0.25)
  for (a in 2^c(-1070, -1000, -300, 0, 300, 1000)) {
    for (b in 2^c(-1000, -300, 0, 300, 1000)) {
      if (a * b > 0 && max(x) * a * b < Inf && min(x * h[2] * a * b) > -Inf && a * b >= 2^-1000) {
        expect_equal(coef(deconv(conv(x * a, h * b), h * b)), x * a, tolerance = if (a < 1e-300) 1e-3 else 1e-14)
      }
    }
  }
})

test_that("reflections take over where normal equations lose digits", {
  # a double null: the condition is near 1e7 and its square near 1e14
  set.seed(17)
  x <- rnorm(5000)
  h <- c(1, -2, 1)
  y <- conv(x, h)
  fit <- expect_convmat_warning(deconv(y, h), "numeric", "x is ill-conditioned")
  expect_lte(max(abs(coef(fit) - x)), 1e-15 / fit$rcond)
  expect_lt(fit$rcond, 1e-6)
  problem <- deconv_problem(h, 5000, "full", 0, "zero", 0)
  rows <- band_rows(problem, 0)
  R <- band_qr(rows, 5000)
  expect_equal(abs(R[3, ]), abs(.Call(ffi_band_cholesky, normal_band(problem, 0))[3, ]), tolerance = 1e-3)
  # a kernel that leaves nothing at high frequencies: 13 digits are gone
  g <- dnorm(-15:15, sd = 2.6)
  fit <- suppressWarnings(tryCatch(deconv(conv(x[1:200], g), g), error = identity))
  if (!inherits(fit, "error")) {
    expect_lte(max(abs(coef(fit) - x[1:200])), 1e-13 / fit$rcond)
  }
})

test_that("ridge keeps the digits that its matrix has, not those of its square", {
  h <- c(
    1.7471738888883923, 0.69774776519141224, 0.069048697986651864, -0.38117196227427874,
    -0.86124552403782662, 0.49166608802695272, -1.8046173522366489
  )
  y <- c(-5.3170765648345531, -6.5382472666471023)
  fit <- suppressWarnings(deconv(y, h, 8, "valid", method = "ridge", lambda = 86.666188164975907, order = 2))
  B <- rbind(conv_matrix(h, 8, "valid"), sqrt(86.666188164975907) * difference_matrix(8, 2))
  expect_equal(coef(fit), qr.solve(B, c(y, numeric(6))), tolerance = 1e-9)
  expect_equal(coef(fit)[c(1, 8)], c(8588.8783, 8795.3644), tolerance = 1e-8)
})

test_that("weights and missing values are those of weighted rows", {
  set.seed(31)
  for (m in c(1, 3, 6)) {
    h <- rnorm(m)
    n <- 9
    expect_all_cases(n, m, function(case) {
      A <- call_case(case, oracle_matrix, h = h, n = n)
      y <- cbind(rnorm(nrow(A)), rnorm(nrow(A)))
      w <- round(rexp(nrow(A)), 1)
      if (nrow(A) > 2) y[sample(nrow(A), 1), 2] <- NA
      kept <- w > 0 & !is.na(rowSums(y))
      if (!any(kept)) {
        return(TRUE)
      }
      fit <- call_case(case, quietly_deconv, y = y, h = h, n = n, method = "ridge", lambda = 0.3, order = 0, weights = w)
      AW <- (A * w)[kept, , drop = FALSE]
      truth <- solve(crossprod(A[kept, , drop = FALSE], AW) + 0.3 * diag(n), crossprod(AW, y[kept, ]))
      max(abs(coef(fit) - truth)) <= 1e-12 && identical(is.na(residuals(fit)), is.na(y)) &&
        max(abs(fitted(fit) - A %*% truth)) <= 1e-12 && fit$nobs == sum(kept)
    }, info = paste("h =", deparse(h)))
  }
  y <- conv(c(1, 4, 2, 5), c(2, 1))
  y[2] <- NA
  expect_equal(coef(quietly_deconv(y, c(2, 1), weights = c(1, 1, 1e6, 1e-3, 2))), c(1, 4, 2, 5))
  # the scale of weights is that of lambda
  set.seed(32)
  y <- rnorm(12)
  one <- deconv(y, c(1, 2), method = "ridge", lambda = 2, weights = rep(1e-30, 12))
  two <- deconv(y, c(1, 2), method = "ridge", lambda = 2e30)
  expect_equal(coef(one), coef(two), tolerance = 1e-12)
})

test_that("the band of weighted normal equations is that of the matrix", {
  set.seed(33)
  for (n in c(1, 2, 5, 9)) {
    for (m in c(1, 2, 4, 9, 12)) {
      h <- rnorm(m)
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        w <- runif(nrow(A))
        origin <- if (is.null(case$origin)) (if (case$mode == "same") (m - 1) %/% 2 else 0) else case$origin
        boundary <- if (is.null(case$boundary)) "zero" else case$boundary
        problem <- deconv_problem(h, n, case$mode, origin, boundary, 0, w)
        found <- symmetric(normal_band(problem, 0))
        right <- crossprod(A, w * A)
        if (!is.null(problem$turn)) right <- right[problem$turn, problem$turn, drop = FALSE]
        r <- rnorm(nrow(A))
        back <- drop(t(A) %*% (sqrt(w) * r))
        if (!is.null(problem$turn)) back <- back[problem$turn]
        max(abs(found - right)) <= 1e-13 * max(1, abs(right)) &&
          max(abs(problem$transpose(matrix(r)) - back)) <= 1e-13 * max(1, abs(back))
      }, info = paste("h =", deparse(h)))
    }
  }
})
