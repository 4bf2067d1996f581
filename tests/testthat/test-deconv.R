# The oracle: dense linear algebra on oracle_matrix().
difference_matrix <- function(n, order) {
  D <- diag(n)
  for (i in seq_len(order)) {
    D <- D[-1, , drop = FALSE] - D[-nrow(D), , drop = FALSE]
  }
  D
}

pseudo_inverse <- function(A, tolerance = 1e-13) {
  s <- svd(A)
  kept <- s$d > tolerance * s$d[1]
  s$v[, kept, drop = FALSE] %*% (t(s$u[, kept, drop = FALSE]) / s$d[kept])
}

# Lengths of y that each mode makes.
result_length <- function(n, m, mode) oracle_window(n, m, mode, NULL)[2]

call_case <- function(case, f, ...) do.call(f, c(list(...), case))

quietly_deconv <- function(...) {
  withCallingHandlers(deconv(...), convmat_warning_numeric = function(w) invokeRestart("muffleWarning"))
}

test_that("least squares is that of dense matrices in all modes, or an error where x is not determined", {
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
  set.seed(12)
  for (n in c(1:6, 9)) {
    for (m in c(1:5, 8, 9)) {
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

test_that("the shortest solution is that of the pseudo-inverse", {
  set.seed(13)
  for (n in 1:9) {
    for (m in 1:9) {
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
