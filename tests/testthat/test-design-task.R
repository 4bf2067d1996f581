ev <- events(
  c(2, 12, 25, 33, 48, 60), c(3, 0, 1, 5, 2, 4), c(1, 1, 1, 1, 2, 1),
  rep(c("a", "b"), 3)
)
ev$rt <- c(0.4, 0.7, 0.5, 0.9, 0.8, 0.6)
ev$load <- c(1, 2, 3, 3, 1, 2)
times <- seq(0, 90, by = 2)

test_that("a modulator is multiplied in less its mean over the type", {
  X <- design_matrix(ev, times, "spm", modulators = c("rt", "load"), drift = "none", intercept = FALSE)
  expect_identical(
    colnames(X), c("a", "a_by_rt", "a_by_load", "b", "b_by_rt", "b_by_load")
  )
  E <- event_responses(ev, times, "spm")
  for (type in c("a", "b")) {
    own <- ev$trial_type == type
    expect_equal(X[, type], drop(E[, own] %*% ev$amplitude[own]), tolerance = 1e-14)
    for (name in c("rt", "load")) {
      weight <- (ev[[name]][own] - mean(ev[[name]][own])) * ev$amplitude[own]
      expect_equal(X[, paste0(type, "_by_", name)], drop(E[, own] %*% weight), tolerance = 1e-13)
    }
  }
  X <- design_matrix(ev, times, "spm", "temporal", "rt", drift = "none", intercept = FALSE)
  expect_identical(colnames(X)[1:4], c("a", "a_derivative", "a_by_rt", "a_by_rt_derivative"))
  X <- design_matrix(ev[, 1:3], times, drift = "none", intercept = FALSE)
  expect_identical(colnames(X), "regressor")
})

test_that("a modulator called amplitude takes the amplitudes' place", {
  ev$amplitude[2] <- 3
  X <- design_matrix(ev, times, "spm", modulators = "amplitude", drift = "none", intercept = FALSE)
  E <- event_responses(ev, times, "spm")
  own <- ev$trial_type == "a"
  expect_equal(X[, "a"], rowSums(E[, own]), tolerance = 1e-14)
  weight <- ev$amplitude[own] - mean(ev$amplitude[own])
  expect_equal(X[, "a_by_amplitude"], drop(E[, own] %*% weight), tolerance = 1e-13)
})

test_that("the mean is over all runs, whether they share columns or not", {
  both <- bind_runs(ev[1:3, ], ev[4:6, ])
  for (share in c(TRUE, FALSE)) {
    X <- design_matrix(both, list(times, times), "spm",
      modulators = "rt", share = share, drift = "none", intercept = FALSE
    )
    column <- if (share) "a_by_rt" else "a_by_rt_run_2"
    rt <- ev$rt[ev$trial_type == "a"]
    second <- event_responses(ev[5, ], times, "spm")[, 1] * 2 * (rt[3] - mean(rt))
    expect_equal(X[47:92, column], second, tolerance = 1e-13)
  }
})

test_that("columns are orthogonal in order if asked, over events and over scans", {
  X <- design_matrix(ev, times, "spm", "temporal", c("rt", "load"),
    orthogonalise = TRUE, drift = "none", intercept = FALSE
  )
  own <- crossprod(X[, 1:6])
  expect_lte(max(abs(own[upper.tri(own)])), 1e-14)
  # by hand, with R's own projections
  a <- ev$trial_type == "a"
  E <- event_responses(ev[a, ], times, "spm")
  slope <- vapply(which(a), function(e) {
    regressors(events(ev$onset[e], ev$duration[e]), times, "spm", derivatives = "temporal")[, 2]
  }, numeric(46))
  rt <- residuals(lm(ev$rt[a] ~ 1))
  load <- residuals(lm(ev$load[a] ~ ev$rt[a]))
  weights <- cbind(1, rt, load) * ev$amplitude[a]
  plain <- matrix(0, 46, 6)
  plain[, c(1, 3, 5)] <- E %*% weights
  plain[, c(2, 4, 6)] <- slope %*% weights
  for (i in 2:6) plain[, i] <- lm.fit(plain[, seq_len(i - 1), drop = FALSE], plain[, i])$residuals
  # three events have two directions beside the mean, so `load` follows from `rt` there
  expect_equal(unname(unclass(X)[, 1:4]), plain[, 1:4], tolerance = 1e-10, ignore_attr = TRUE)
})

test_that("SPM's columns made orthogonal are those of SPM", {
  # spm_fMRI_design applies spm_orth to the columns of a type; projections by lm.fit()
  both <- c("temporal", "dispersion")
  t <- scan_times(173, 2.5)
  plain <- regressors(ds114_events, t, "spm", method = "spm", derivatives = both)
  X <- design_matrix(ds114_events, t, "spm", both,
    orthogonalise = TRUE, drift = "none", intercept = FALSE, method = "spm"
  )
  expect_identical(X[, 1], plain[, 1])
  expect_equal(X[, 2], lm.fit(plain[, 1, drop = FALSE], plain[, 2])$residuals, tolerance = 1e-12)
  expect_equal(X[, 3], lm.fit(plain[, 1:2], plain[, 3])$residuals, tolerance = 1e-12)
})

test_that("modulators without effect have no column, with a warning", {
  ev$same <- 5.1
  ev$one <- ifelse(ev$trial_type == "a", 0.1, ev$rt)
  X <- expect_convmat_warning(
    design_matrix(ev, times, modulators = "same"), "value", "`same` has no column for events of type `b`."
  )
  expect_false(any(grepl("same", colnames(X))))
  X <- suppressWarnings(design_matrix(ev, times, modulators = c("one", "rt"), drift = "none"))
  expect_identical(colnames(X), c("a", "a_by_rt", "b", "b_by_one", "b_by_rt", "intercept"))
  # the same twice: orthogonalised the second has none
  X <- suppressWarnings(design_matrix(ev, times,
    modulators = c("one", "rt"), orthogonalise = TRUE, drift = "none"
  ))
  expect_identical(colnames(X), c("a", "a_by_rt", "b", "b_by_one", "intercept"))
  expect_snapshot({
    show_warning(design_matrix(ev[ev$trial_type == "a", ], times, modulators = "same"))
    show_warning(design_matrix(ev[1, 1:6 != 4], times, modulators = c("rt", "load"), orthogonalise = TRUE))
  })
})
