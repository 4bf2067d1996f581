test_that("the reference's numbers hold", {
  y <- regressors(events(4, 5), c(5, 8, 10, 12, 20, 30))[, 1]
  expect_equal(
    y, c(
      .02015901486483, 110.3192053506, 318.4534855421, 392.123519289, 1.513106772445,
      3.48313066382e-06
    ),
    tolerance = 1e-12
  )
  y <- 0.6 * regressors(ds114_events, scan_times(173, 2.5), "nipraxis", "peak")[5:11, 1]
  exact <- c(
    0, .145942763, 1.327313044, 2.538500113, 2.871800795, 2.699544222, 2.472649045
  )
  expect_lte(max(abs(y - exact)), 0.6e-9)
  # upper tails: 5.92e-18 where lower tails differ by 0
  y <- regressors(events(0, 5), 60, gamma_hrf(6, 1))[1, 1]
  expect_equal(y, 5.92e-18, tolerance = 1e-3)
})

test_that("shapes of rows and columns", {
  ev <- events(c(5, 1, 2), 1, trial_type = c("b", "a", "b"))
  X <- regressors(ev, 0:9)
  expect_identical(dim(X), c(10L, 2L))
  expect_identical(colnames(X), c("b", "a"))
  expect_equal(X[, "a"], regressors(events(1, 1), 0:9)[, 1])
  expect_equal(X[, "b"], regressors(events(c(5, 2), 1), 0:9)[, 1])
  X <- regressors(events(1, 1, trial_type = factor("a", c("z", "a"))), 0:3)
  expect_identical(colnames(X), c("z", "a"))
  expect_true(all(X[, "z"] == 0))
  expect_identical(dim(regressors(ev, numeric(0))), c(0L, 2L))
  none <- expect_convmat_warning(regressors(events(numeric(0)), 1:3), "value", "`events` has no rows")
  expect_identical(none, matrix(0, 3, 1))
  expect_null(colnames(regressors(events(1), 1:3)))
  before <- expect_convmat_warning(regressors(ev, -(9:0)), "value", "Every event starts after the last")
  expect_true(all(before == 0))
})

test_that("runs do not bleed and have the same columns", {
  a <- events(c(0, 90), 10, trial_type = c("x", "y"))
  b <- events(5, 10, trial_type = "x")
  both <- bind_runs(a, b)
  t <- list(0:99, seq(0, 50, by = 2))
  X <- regressors(both, t, "spm")
  expect_identical(dim(X), c(126L, 2L))
  expect_identical(X[1:100, ], regressors(a, t[[1]], "spm"))
  expect_identical(X[101:126, "x"], regressors(b, t[[2]], "spm")[, "x"])
  expect_true(all(X[101:126, "y"] == 0))
  expect_identical(event_responses(both, t, "spm") %*% both$amplitude, as.matrix(rowSums(X)))
  sparse <- as.matrix(event_responses(both, t, "spm", sparse = TRUE))
  expect_equal(sparse, event_responses(both, t, "spm"), tolerance = 1e-15)
  # by name, in the order of `times`
  both$run <- c("one", "one", "two")
  named <- regressors(both, list(two = t[[2]], one = t[[1]]), "spm")
  expect_identical(named, X[c(101:126, 1:100), ])
  # FIR and sampled too
  both$onset <- c(1, 2, 3)
  expect_identical(nrow(regressors(both, list(one = 0:3, two = 0:5), "fir", lags = 0:2)), 10L)
  expect_identical(dim(regressors(both, list(one = 0:3, two = 0:5, three = 0:1), "spm",
    method = "sampled", dt = 0.5
  )), c(12L, 2L))
  expect_identical(nrow(discretisation_error(both, list(one = 0:99, two = 0:50))), 2L)
})

test_that("large FIR matrices and neural signals are 0 where nothing was", {
  skip_on_cran()
  # so large that the system's zeros are taken
  times <- seq(0, 6e3, by = 0.05)
  some <- seq(1, length(times), by = 997)
  ev <- events(1:300 * 20, 3)
  X <- regressors(ev, times, "fir", lags = seq(0, 60, by = 1))
  expect_gt(8 * length(X), 2^25)
  expect_identical(c(X[some, ]), c(regressors(ev, times[some], "fir", lags = seq(0, 60, by = 1))))
  y <- neural_signal(events(c(0, 5e4), c(10, 1)), seq(0, 6e4, by = 0.01))
  expect_gt(8 * length(y), 2^25)
  expect_equal(sum(y), 1100)
  expect_identical(range(y), c(0, 1))
})

test_that("inputs stay as they are", {
  onset <- c(3, 1, 2)
  ev <- events(onset, c(0, 1, 0))
  before <- serialize(list(ev, onset), NULL)
  t <- c(5, 1, 9)
  regressors(ev, t)
  event_responses(ev, t, sparse = TRUE)
  regressors(ev, t, method = "sampled", dt = 0.5)
  expect_identical(serialize(list(ev, onset), NULL), before)
  expect_identical(t, c(5, 1, 9))
})

test_that("messages say what is wrong, where, and what to do", {
  ev <- events(c(0, 5), c(1, 0))
  two <- bind_runs(ev, ev)
  expect_snapshot({
    show_error(regressors(1:3, 0:9))
    show_error(regressors(ev, "a"))
    show_error(regressors(ev, c(1, NA)))
    show_error(regressors(ev, list(0:9)))
    show_error(regressors(ev, 0:9, "bold"))
    show_error(regressors(ev, 0:9, 3))
    show_error(regressors(ev, 0:9, normalise = "max"))
    show_error(regressors(ev, 0:9, normalise = "sum"))
    show_error(regressors(ev, 0:9, method = "magic"))
    show_error(regressors(ev, 0:9, dt = 0.1))
    show_error(regressors(ev, 0:9, method = "sampled"))
    show_error(regressors(ev, 0:9, method = "sampled", dt = -1))
    show_error(regressors(ev, 0:9, method = "sampled", dt = 1e-15))
    show_error(regressors(ev, 0:9, "fir"))
    show_error(regressors(ev, 0:9, "fir", lags = 1))
    show_error(regressors(ev, 0:9, "fir", lags = c(0, 2, 2)))
    show_error(regressors(ev, 0:9, "fir", "peak", lags = c(0, 2)))
    show_error(regressors(ev, 0:9, "fir", lags = c(0, 2), method = "sampled", dt = 1))
    show_error(regressors(ev, 0:9, lags = c(0, 2)))
    show_error(regressors(ev, 0:9, support = c(0, 2)))
    show_error(regressors(ev, 0:9, sin))
    show_error(regressors(ev, 0:9, sin, support = 1))
    show_error(regressors(ev, 0:9, sin, support = c(1, 0)))
    show_error(regressors(ev, 0:9, function(t) "a", support = c(0, 9)))
    show_error(regressors(ev, 0:9, function(t) 1, support = c(0, 9)))
    show_error(regressors(ev, 0:9, function(t) 1 / (t - 5), support = c(0, 9)))
    show_error(regressors(ev, 0:9, function(t) stop("no"), support = c(0, 9)))
    show_error(regressors(ev, 3, function(t) 1 / (t - 2.34567), support = c(0, 9)))
    show_error(regressors(ev, 3, function(t) sin(1 / (t - 2.34567)), support = c(0, 9)))
    show_error(regressors(ev, 0:9, derivatives = 1))
    show_error(regressors(ev, 0:9, derivatives = "spatial"))
    show_error(regressors(ev, 0:9, "fir", lags = 0:2, derivatives = "temporal"))
    show_error(regressors(ev, 0:9, gamma_hrf(1, 1), derivatives = "dispersion"))
    show_error(regressors(two, 0:9))
    show_error(regressors(two, list(0:9)))
    show_error(regressors(two, list()))
    show_error(regressors(two, list(a = 0:9, a = 0:9)))
    show_error(regressors(two, list(0:9, "a")))
    show_error(regressors(bind_runs(a = ev, b = ev), list(0:9, 0:9)))
    show_error(neural_signal(two, 0:9))
    show_error(event_responses(ev, 0:9, "fir"))
    show_error(event_responses(ev, 0:9, normalise = "sum"))
    show_error(event_responses(ev, 0:9, sparse = NA))
    show_error(discretisation_error(ev, 0:9, dt = 0))
    show_error(scan_times(-1, 2))
    show_error(scan_times(3, 0))
    show_error(scan_times(3, 2, 1.5))
    show_error(scan_times(3, 2, "end"))
  })
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  many <- events(seq_len(1e4))
  expect_snapshot({
    show_error(event_responses(many, 0:999))
    show_error(regressors(many, seq(0, 1e4, by = 0.01)))
    show_error(scan_times(1e9, 2))
  })
  expect_snapshot(show_warning(regressors(events(c(0, 0.6), 0.3), 0:9, method = "sampled", dt = 0.5)))
})
