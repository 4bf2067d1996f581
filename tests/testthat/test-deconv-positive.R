# The oracle: the active sets of Lawson and Hanson (1974), chapter 23, on dense matrices.
oracle_nnls <- function(A, y) {
  n <- ncol(A)
  x <- numeric(n)
  free <- logical(n)
  repeat {
    slope <- drop(crossprod(A, y - A %*% x))
    slope[free] <- -Inf
    if (all(free) || max(slope) <= 1e-11 * max(abs(crossprod(A, y)), 1e-300)) {
      return(x)
    }
    free[which.max(slope)] <- TRUE
    repeat {
      s <- numeric(n)
      s[free] <- qr.coef(qr(A[, free, drop = FALSE], tol = 1e-14), y)
      s[is.na(s)] <- 0
      if (all(s[free] > 0)) break
      leaving <- free & s <= 0
      along <- min((x / (x - s))[leaving & x > s], 1)
      x <- x + along * (s - x)
      out <- free & x <= 1e-15 * max(x)
      if (!any(out)) out <- leaving
      x[out] <- 0
      free[out] <- FALSE
      if (!any(free)) break
    }
    x <- s * free
  }
}

test_that("non-negative least squares is that of active sets, in every mode and boundary", {
  set.seed(51)
  for (n in c(1, 3, 8)) {
    for (m in c(1, 2, 5, 10)) {
      h <- rnorm(m)
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        y <- rnorm(nrow(A))
        fit <- call_case(case, quietly_deconv, y = y, h = h, n = n, positive = TRUE)
        truth <- oracle_nnls(A, y)
        size <- max(abs(y))
        d <- svd(A)$d
        condition <- if (nrow(A) >= n) d[1] / d[n] else Inf
        all(coef(fit) >= 0) && fit$kkt <= 1e-8 &&
          max(abs(fitted(fit) - A %*% truth)) <= 1e-8 * size &&
          (condition > 1e6 || max(abs(coef(fit) - truth)) <= 1e-8 * max(1, truth))
      }, info = paste("h =", deparse(h)))
    }
  }
})

test_that("with a penalty, weights and columns it is that of the augmented matrix", {
  set.seed(52)
  h <- exp(-(0:9) / 3)
  A <- conv_matrix(h, 30, "causal")
  x <- pmax(rnorm(30), 0)
  y <- cbind(a = drop(A %*% x), b = -drop(A %*% x)) + rnorm(60, sd = 0.1)
  w <- runif(30)
  fit <- deconv(y, h, mode = "causal", method = "ridge", lambda = 0.2, order = 2, positive = TRUE, weights = w)
  B <- rbind(sqrt(w) * A, sqrt(0.2) * difference_matrix(30, 2))
  for (j in 1:2) {
    expect_equal(coef(fit)[, j], oracle_nnls(B, c(sqrt(w) * y[, j], numeric(28))), tolerance = 1e-8)
  }
  expect_identical(colnames(coef(fit)), c("a", "b"))
  chosen <- deconv(y[, 1], h, mode = "causal", method = "ridge", order = 0, positive = TRUE)
  free <- deconv(y[, 1], h, mode = "causal", method = "ridge", order = 0)
  expect_identical(chosen$lambda, free$lambda)
  expect_identical(coef(deconv(-(1:5), c(1, 2), positive = TRUE)), numeric(4))
  expect_identical(coef(deconv(1:5, c(0, 0), positive = TRUE)), numeric(4))
  expect_identical(fit$kkt < 1e-8, c(TRUE, TRUE))
})

test_that("a long signal under a kernel that smooths has a gap that is small", {
  set.seed(53)
  h <- hrf(seq(0, 19), normalise = "area")
  x <- pmax(rnorm(3000), 0)
  y <- conv(x, h)
  y <- y + rnorm(length(y), sd = 0.01 * max(y))
  fit <- deconv(y, h, positive = TRUE)
  expect_lte(fit$gap, 1e-6)
  expect_lte(fit$kkt, 1e-8)
  expect_true(all(coef(fit) >= 0))
})

test_that("solutions are those of the package nnls on random problems of every mode and boundary", {
  skip_if_not_installed("nnls")
  settings <- rbind(
    data.frame(mode = c("full", "valid"), boundary = "zero"),
    expand.grid(mode = c("same", "causal"), boundary = linear_boundaries, stringsAsFactors = FALSE)
  )
  kernels <- list(
    random = rnorm, signed = function(m) sin(seq_len(m)), steep = function(m) exp(-(seq_len(m) - 1) / 2),
    smooth = function(m) dgamma(seq_len(m), 5, 1), bell = function(m) dnorm(seq_len(m), (m + 1) / 2, 2)
  )
  draw <- function(run) {
    set.seed(run)
    where <- settings[run %% nrow(settings) + 1, ]
    n <- sample(2:40, 1)
    h <- kernels[[sample(5, 1)]](sample(25, 1))
    A <- conv_matrix(h, n, where$mode, boundary = where$boundary)
    x <- pmax(rnorm(n), 0)
    y <- drop(A %*% x)
    y <- y + rnorm(length(y), sd = sample(c(0, 0.01, 1), 1) * max(abs(y), 0.1))
    order <- sample(0:2, 1) # without a penalty as often as with one
    lambda <- if (run %% 2) 0 else 10^runif(1, -6, 1) * max(abs(h))^2
    weights <- if (run %% 3 == 0) rexp(length(y))
    list(A = A, y = y, h = h, n = n, where = where, lambda = lambda, order = order, weights = weights)
  }
  check <- function(run) {
    case <- draw(run)
    ridge <- case$lambda > 0
    warned <- FALSE
    fit <- withCallingHandlers(
      deconv(
        case$y, case$h, case$n, case$where$mode,
        boundary = case$where$boundary, positive = TRUE, weights = case$weights,
        method = if (ridge) "ridge" else "lsq", lambda = case$lambda, order = if (ridge) case$order else 0
      ),
      convmat_warning_numeric = function(w) {
        warned <<- warned || grepl("was not found", conditionMessage(w))
        invokeRestart("muffleWarning")
      }
    )
    root <- if (is.null(case$weights)) 1 else sqrt(case$weights)
    B <- rbind(root * case$A, sqrt(case$lambda) * difference_matrix(case$n, case$order))
    z <- c(root * case$y, numeric(nrow(B) - length(case$y)))
    truth <- nnls::nnls(B, z)$x
    d <- svd(B, 0, 0)$d
    kkt <- function(x) max(abs(pmin(x * max(1, d[1]^2), crossprod(B, B %*% x - z)))) / max(abs(crossprod(B, z)), 1e-300)
    # a package that does not reach the minimum is no oracle
    oracle <- kkt(truth) <= 1e-8
    known <- oracle && nrow(B) >= case$n && d[1] < 1e6 * d[case$n]
    # what rounding does to any solution
    lost <- if (known) 1e-15 * (d[1] / d[case$n])^2 * sqrt(sum((B %*% truth - z)^2)) / d[1] else 0
    c(
      oracle = oracle, sign = all(coef(fit) >= 0),
      fitted = !oracle || max(abs(B %*% (coef(fit) - truth))) <= 1e-8 * max(abs(z)),
      # nor is a minimum asked for that neither reaches, if there is a warning
      kkt = (kkt(coef(fit)) <= 1e-8 && fit$kkt <= 1e-8) || (!oracle && warned),
      x = !known || max(abs(coef(fit) - truth)) <= 1e-8 * max(1, truth) + 10 * lost
    )
  }
  runs <- some_of(1:500, 19)
  found <- vapply(runs, check, logical(5))
  expect_gte(mean(found["oracle", ]), 0.99)
  for (what in rownames(found)[-1]) {
    expect_identical(runs[!found[what, ]], integer(0), label = paste("the runs with another", what))
  }
})

test_that("a minimum that is not reached brings a warning, an exact fit does not", {
  # an echo that grows: x has no end
  h <- c(-0.09, 0.67, 2.4, 0.06, -0.75)
  set.seed(2)
  y <- rnorm(25)
  fit <- expect_convmat_warning(
    deconv(y, h, mode = "causal", boundary = "nearest", positive = TRUE), "numeric",
    "The best x that is nowhere negative was not found: its sum of squares may be up to "
  )
  expect_gt(fit$gap, 1e-6)
  expect_silent(deconv(conv(c(0, 3, 0, 1), c(1, 2)), c(1, 2), positive = TRUE))
})

test_that("degrees of freedom where x is not determined", {
  # what the penalty leaves free is a straight line, which the kernel takes away
  y <- c(1, 3, 2, 4, 1, 2)
  f <- deconv(y, c(1, -2, 1), mode = "valid", method = "ridge", lambda = 1e-8, order = 2, positive = TRUE)
  expect_true(all(coef(f) >= 0))
  free <- coef(f) > 0
  A <- conv_matrix(c(1, -2, 1), 8, "valid")[, free]
  D <- diff(diag(8), differences = 2)[, free]
  s <- svd(crossprod(A) + 1e-8 * crossprod(D))
  k <- s$d > 1e-10
  hat <- crossprod(A) %*% s$v[, k] %*% (t(s$u[, k]) / s$d[k])
  expect_equal(f$edf, sum(diag(hat)), tolerance = 1e-3)
  expect_output(print(f), "6 degrees of freedom")
})
