X <- design_matrix(ds000114_events, scan_times(184, 2.5), "spm", "temporal")

test_that("variance inflation is that of regressions on the other columns", {
  v <- variance_inflation(X)
  expect_named(v, colnames(X))
  expect_identical(v[["intercept"]], NA_real_)
  others <- seq_len(ncol(X) - 1)
  plain <- vapply(others, function(j) 1 / (1 - summary(lm(X[, j] ~ X[, setdiff(others, j)]))$r.squared), 0)
  expect_equal(unname(v[others]), plain, tolerance = 1e-12)
  # scale does not matter
  expect_equal(variance_inflation(X[, ] * rep(10^(1:14 - 7), each = 184)), v, tolerance = 1e-10)
  # without an intercept about 0
  without <- X[, others]
  plain <- vapply(others, function(j) {
    1 / (1 - summary(lm(without[, j] ~ 0 + without[, -j]))$r.squared)
  }, 0)
  expect_equal(unname(variance_inflation(without)), plain, tolerance = 1e-12)
  # runs: about each run's mean
  runs <- bind_runs(ds000114_events, ds000114_events)
  t <- list(scan_times(184, 2.5), scan_times(184, 2.5))
  both <- variance_inflation(design_matrix(runs, t, "spm", "temporal"))
  expect_equal(both[["Foot_run_2"]], v[["Foot"]], tolerance = 1e-12)
})

test_that("columns that follow from others have infinite inflation", {
  set.seed(9)
  A <- matrix(rnorm(60), 20, dimnames = list(NULL, c("a", "b", "c")))
  v <- variance_inflation(cbind(1, A, ab = A[, 1] - 2 * A[, 2], none = 0))
  expect_identical(unname(v[c(1, 2, 3, 5, 6)]), c(NA, Inf, Inf, Inf, NA))
  expect_equal(v[["c"]], variance_inflation(cbind(1, A))[["c"]], tolerance = 1e-12)
  expect_identical(variance_inflation(matrix(1:3, 3)), c(1))
  expect_identical(variance_inflation(matrix(0, 3, 0)), numeric(0))
  expect_identical(variance_inflation(matrix(0, 0, 3)), rep(NA_real_, 3))
  # one that follows from the intercepts of runs
  two <- cbind(r = rep(1:0, each = 4), s = rep(0:1, each = 4), x = rep(c(3, 5), each = 4))
  expect_identical(variance_inflation(two)[["x"]], Inf)
})

test_that("efficiency is by the inverse of the cross product", {
  inverse <- solve(crossprod(X))
  C <- rbind(c(1, 0, -1, 0, 0, 0), c(0, 0, 1, 0, -1, 0))
  colnames(C) <- colnames(X)[1:6]
  full <- unname(cbind(C, matrix(0, 2, 8)))
  e <- contrast_efficiency(X, list(one = c(Finger = 1), two = C, all = full, last = full[2, ]))
  expect_named(e, c("one", "two", "all", "last"))
  expect_equal(e[["one"]], 1 / inverse["Finger", "Finger"], tolerance = 1e-12)
  expect_equal(e[["two"]], 1 / sum(diag(full %*% inverse %*% t(full))), tolerance = 1e-12)
  expect_identical(e[["all"]], e[["two"]])
  expect_equal(e[["last"]], drop(1 / (full[2, ] %*% inverse %*% full[2, ])), tolerance = 1e-12)
  expect_identical(contrast_efficiency(X, c(Finger = 1)), e[["one"]])
})

test_that("what cannot be estimated has efficiency 0", {
  A <- cbind(a = rep(1:0, 5), b = rep(0:1, 5), one = 1)
  expect_identical(contrast_efficiency(A, list(c(a = 1), c(one = 1))), c(0, 0))
  # differences can: 1 / (1/5 + 1/5)
  expect_equal(contrast_efficiency(A, c(a = 1, b = -1)), 2.5, tolerance = 1e-12)
  expect_equal(contrast_efficiency(A, c(a = 1, one = 1)), 5, tolerance = 1e-12)
  expect_identical(contrast_efficiency(A, rbind(c(1, -1, 0), c(1, 0, 0))), 0)
  expect_identical(contrast_efficiency(cbind(a = 1:3, z = 0), c(z = 1)), 0)
  expect_equal(contrast_efficiency(cbind(a = 1:3, z = 0), c(a = 1)), 14, tolerance = 1e-14)
  expect_identical(contrast_efficiency(matrix(0, 0, 3), 1:3), 0) # no scans at all
  expect_identical(variance_inflation(matrix(0, 0, 2)), c(NA_real_, NA_real_))
})

test_that("messages say what is wrong", {
  expect_snapshot({
    show_error(variance_inflation(1:3))
    show_error(variance_inflation(data.frame(a = 1)))
    show_error(variance_inflation(matrix(c(1, NA), 1)))
    show_error(contrast_efficiency(X, c(1, -1)))
    show_error(contrast_efficiency(X, c(Finger = 1, Hand = -1)))
    show_error(contrast_efficiency(X, c(Finger = 1, Finger = -1)))
    show_error(contrast_efficiency(X, list(c(Finger = 1), "Finger")))
    show_error(contrast_efficiency(X, c(Finger = 0)))
    show_error(contrast_efficiency(X, c(Finger = NaN)))
  })
})
