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
        condition <- d[1] / d[n]
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
