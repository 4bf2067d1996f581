test_that("event_responses() has a column for each event", {
  ev <- events(c(2, 12, 14, 30), c(3, 0, 1, 5), c(1, 2, 0.5, -1))
  t <- c(7, 3, 100, 20, -5)
  E <- event_responses(ev, t, "spm", "peak")
  expect_identical(dim(E), c(5L, 4L))
  for (e in 1:4) {
    expect_identical(E[, e], regressors(events(ev$onset[e], ev$duration[e]), t, "spm", "peak")[, 1])
  }
  S <- event_responses(ev, t, "spm", "peak", sparse = TRUE)
  expect_s4_class(S, "dgCMatrix")
  expect_true(all(abs(as.matrix(S) - E) <= 1e-17 * rep(apply(abs(E), 2, max), each = 5)))
  expect_lt(length(S@x), sum(E != 0))
  expect_identical(dim(event_responses(events(numeric(0)), t)), c(5L, 0L))
  expect_identical(dim(event_responses(events(numeric(0)), t, sparse = TRUE)), c(5L, 0L))
  expect_identical(dim(event_responses(ev, numeric(0), sparse = TRUE)), c(0L, 4L))
})
