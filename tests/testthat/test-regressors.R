models <- c("cohen", "nipraxis", "spm", "glover")

# The sum over gammas of |weight| times its own response, which errors are
# compared with.
moduli <- function(events, times, model) {
  terms <- hrf_models[[model]]
  Reduce(`+`, Map(function(shape, scale, weight) {
    abs(weight) * regressors(events, times, gamma_hrf(shape, scale))
  }, terms$shape, terms$scale, terms$weight))
}

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

test_that("single gammas agree with an oracle of 100 digits to 1e-10, far into the tails", {
  # made by data-raw/oracle-regressors.py
  oracle <- utils::read.csv(test_path("oracle-regressors.csv"))
  expect_gt(nrow(oracle), 300L)
  expect_lt(min(oracle$value), 1e-100)
  value <- mapply(function(shape, scale, onset, duration, t) {
    regressors(events(onset, duration), t, gamma_hrf(shape, scale))
  }, oracle$shape, oracle$scale, oracle$onset, oracle$duration, oracle$t)
  expect_lte(max(abs(value / oracle$value - 1)), 1e-11)
})

test_that("models agree with quadrature by another route", {
  set.seed(3)
  for (model in models) {
    ev <- events(runif(20, 0, 50), c(0, 1e-9, 1e-3, 0.3, 5, 40)[sample(6, 20, TRUE)], rnorm(20))
    t <- runif(7, 0, 120)
    exact <- vapply(t, function(t) {
      sum(ev$amplitude * mapply(function(onset, duration) {
        if (duration == 0) {
          hrf(t - onset, model)
        } else {
          cuts <- sort(unique(c(onset, min(max(t, onset), onset + duration), onset + duration)))
          sum(vapply(seq_along(cuts[-1]), function(i) {
            # by the midpoint's distance, so that tiny boxes keep their digits
            half <- (cuts[i + 1] - cuts[i]) / 2
            half * integrate(
              function(z) hrf(t - cuts[i] - half * (1 + z), model), -1, 1,
              rel.tol = 1e-12, subdivisions = 1000L
            )$value
          }, 0))
        }
      }, ev$onset, ev$duration))
    }, 0)
    size <- moduli(events(ev$onset, ev$duration, abs(ev$amplitude)), t, model)
    expect_true(all(abs(regressors(ev, t, model) - exact) <= 1e-8 * size), info = model)
  }
})

test_that("duration to 0 at fixed area converges to the impulse at first order", {
  t <- c(1, 3, 5, 8, 15, 30)
  for (model in models) {
    impulse <- regressors(events(0, 0, 2), t, model)
    slope <- regressors(events(0, 0, 2), t, model, derivatives = "temporal")[, 2]
    size <- moduli(events(0, 0, 2), t, model)
    for (d in c(1e-3, 1e-6, 1e-9)) {
      box <- regressors(events(0, d, 2 / d), t, model)
      # the box is late by d / 2, and what is left is of second order
      expect_true(all(abs(box - impulse + d / 2 * slope) <= 10 * d^2 * size + 1e-10 * size))
      # about its middle, of second order at once
      centred <- regressors(events(-d / 2, d, 2 / d), t, model)
      expect_true(all(abs(centred - impulse) <= 10 * d^2 * size + 1e-10 * size))
    }
  }
})

test_that("what is skipped is less than 1e-17 of a value, whatever the order", {
  set.seed(4)
  n <- 400
  ev <- events(
    runif(n, -100, 2000), sample(c(0, 1e-6, 0.5, 3, 30, 800), n, TRUE),
    rnorm(n) * 10^runif(n, -6, 6)
  )
  t <- sample(c(runif(100, -150, 3000), ev$onset[1:10], max(ev$onset) + c(100, 300, 600)))
  for (model in list("cohen", "spm", gamma_hrf(c(1, 4), c(30, 0.1), c(1, -2)))) {
    y <- regressors(ev, t, model)[, 1]
    E <- event_responses(ev, t, model)
    size <- drop(abs(E) %*% abs(ev$amplitude))
    expect_true(all(abs(y - drop(E %*% ev$amplitude)) <= 4e-15 * size))
    # rows and events in another order
    expect_identical(regressors(ev, rev(t), model)[, 1], rev(y))
    other <- sample(n)
    expect_true(all(abs(regressors(ev[other, ], t, model)[, 1] - y) <= 4e-15 * size))
  }
  # what was skipped counts for more once two large terms have cancelled
  four <- function(x) rep(x, each = 4)
  ev <- events(four(c(0, 50, 95)), four(c(1000, 1, 1)), four(c(-1, 1, 0)))
  old <- regressors(ev, 100)[1, 1]
  ev$amplitude[9] <- -old / event_responses(ev, 100)[1, 9]
  E <- event_responses(ev, 100)
  y <- regressors(ev, 100)[1, 1]
  expect_lt(abs(y), 1e-12)
  expect_lte(abs(y - sum(E * ev$amplitude)), 1e-15 * sum(abs(E * ev$amplitude)))
  # equal and opposite events cancel, and leave what the small one adds
  pair <- events(c(100, 100, 0), c(5, 5, 5), c(1, -1, 1))
  alone <- events(0, 5)
  expect_identical(regressors(pair, 110), regressors(alone, 110))
  slope <- function(ev) regressors(ev, 110, derivatives = "temporal")[, 2]
  expect_identical(slope(pair), slope(alone))
})

test_that("responses are linear in amplitude, move with time, and add up over adjoining boxes", {
  ev <- events(c(3, 10), c(4, 0), c(1, 2))
  t <- c(0, 2, 5, 9, 14.5, 30)
  y <- regressors(ev, t, "spm")
  expect_equal(regressors(events(ev$onset + 64, ev$duration, ev$amplitude), t + 64, "spm"), y,
    tolerance = 1e-14
  )
  ev$amplitude <- -3 * ev$amplitude
  expect_equal(regressors(ev, t, "spm"), -3 * y, tolerance = 1e-15)
  split <- regressors(events(c(3, 4.25), c(1.25, 2.75)), t, "glover")
  expect_equal(regressors(events(3, 4), t, "glover"), split, tolerance = 1e-13)
  # a long box settles at the area
  expect_equal(regressors(events(0, 1000), 900, "spm")[1, 1], 5 / 6, tolerance = 1e-14)
  expect_equal(regressors(events(0, 1000), 900, "cohen", "area")[1, 1], 1, tolerance = 1e-14)
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
  expect_identical(regressors(events(numeric(0)), 1:3), matrix(0, 3, 1))
  expect_null(colnames(regressors(events(1), 1:3)))
  expect_true(all(regressors(ev, -(9:0)) == 0))
})

test_that("shape 1 jumps at the onset, and the density there is not 0", {
  m <- gamma_hrf(1, 2)
  y <- regressors(events(0), c(-1, 0, 2), m)[, 1]
  expect_equal(y, c(0, 0.5, exp(-1) / 2), tolerance = 1e-14)
  y <- regressors(events(0, 3), c(0, 1, 5), m)[, 1]
  expect_equal(y, c(0, -expm1(-0.5), exp(-1) - exp(-2.5)), tolerance = 1e-14)
})

test_that("shapes too large for the polynomials are computed directly", {
  m <- gamma_hrf(c(60, 900), c(0.1, 0.01))
  t <- c(1, 3, 6, 9, 12)
  exact <- pgamma(t, 60, scale = 0.1) + pgamma(t, 900, scale = 0.01) -
    pgamma(t - 2, 60, scale = 0.1) - pgamma(t - 2, 900, scale = 0.01)
  expect_equal(regressors(events(0, 2), t, m)[1:3, 1], exact[1:3], tolerance = 1e-12)
})

test_that("temporal derivatives are those of the regressor", {
  ev <- events(c(0, 7, 9), c(3, 0, 1e-4), c(1, 2, 1e3))
  t <- c(0.5, 2, 3.5, 8, 11, 25)
  e <- 1e-4
  for (model in models) {
    X <- regressors(ev, t, model, derivatives = "temporal")
    expect_identical(colnames(X), c("regressor", "derivative"))
    central <- (regressors(ev, t + e, model) - regressors(ev, t - e, model)) / (2 * e)
    expect_true(all(abs(X[, 2] - central) <= 1e-6 * max(abs(X))), info = model)
  }
  # short boxes do not cancel: the impulse's slope at the middle
  box <- regressors(events(0, 1e-9, 1e9), 5 + 5e-10, derivatives = "temporal")
  impulse <- regressors(events(0), 5, derivatives = "temporal")
  expect_equal(box[, 2], impulse[, 2], tolerance = 1e-9)
})

test_that("dispersion derivatives are the documented difference", {
  ev <- events(c(0, 7), c(3, 0), trial_type = c("a", "b"))
  t <- c(2, 5, 9, 14)
  X <- regressors(ev, t, "spm", derivatives = c("dispersion", "temporal"))
  expect_identical(colnames(X), c(
    "a", "a_derivative", "a_dispersion", "b", "b_derivative", "b_dispersion"
  ))
  wider <- regressors(ev, t, gamma_hrf(c(6 / 1.01, 16), c(1.01, 1), c(1, -1 / 6)))
  expect_equal(
    unname(X[, c(3, 6)]), unname((regressors(ev, t, "spm") - wider) / 0.01),
    tolerance = 1e-11
  )
  scaled <- regressors(ev, t, "spm", "peak", derivatives = "dispersion")
  ratio <- scaled / regressors(ev, t, "spm", derivatives = "dispersion")
  expect_equal(range(ratio, na.rm = TRUE), rep(1 / hrf_peak(hrf_models$spm)[["value"]], 2))
})

test_that("FIR columns count what lies in each bin", {
  ev <- events(c(1, 4.5), 0, c(1, 3))
  X <- regressors(ev, 0:8, "fir", lags = c(0, 2, 4))
  expect_identical(colnames(X), c("lag_0", "lag_2"))
  expect_identical(X[, 1], c(0, 1, 1, 0, 0, 3, 3, 0, 0))
  expect_identical(X[, 2], c(0, 0, 0, 1, 1, 0, 0, 3, 3))
  # decimal times: 0.3 - 0.1 is just below 0.2
  X <- regressors(events(0.1), 0.3, "fir", lags = c(0, 0.2, 0.4))
  expect_identical(X[1, ], c(lag_0 = 0, lag_0.2 = 1))
  # bins of different widths share an edge: a lag is in one of them
  for (off in c(-3, -1.5, -0.7, 0, 1) * 1e-8) {
    X <- regressors(events(0), 2 + off, "fir", lags = c(0, 2, 3))
    expect_identical(sum(X), 1)
  }
  clock <- 1.7e9 # seconds since 1970
  X <- regressors(events(clock + 0.1), clock + 0.3, "fir", lags = c(0, 0.2, 0.4))
  expect_identical(X[1, ], c(lag_0 = 0, lag_0.2 = 1))
  # boxes, against quadrature of the bin
  ev <- events(c(0, 3, 3.2), c(2.5, 0.1, 7), trial_type = c("a", "b", "a"))
  t <- c(-1, 0.7, 2, 3.15, 8, 20)
  X <- regressors(ev, t, "fir", lags = c(-1, 0.5, 6))
  expect_identical(colnames(X), c("a_lag_-1", "a_lag_0.5", "b_lag_-1", "b_lag_0.5"))
  bin <- function(a, b) function(t) as.numeric(t >= a & t < b)
  for (i in 1:2) {
    edges <- c(-1, 0.5, 6)[i + 0:1]
    own <- regressors(ev, t, bin(edges[1], edges[2]), support = edges)
    expect_equal(unname(X[, c(i, i + 2)]), unname(own), tolerance = 1e-12)
  }
  # bins that cover everything add up to the total time of the boxes so far
  X <- regressors(events(c(0, 1), c(2, 0)), c(5, 500), "fir", lags = c(0, 10, 1000))
  expect_identical(rowSums(X), c(3, 3))
})

test_that("a function as model agrees with the closed form", {
  ev <- events(c(0, 5, 9), c(4, 0, 0.01), c(1, -2, 5), c("a", "b", "a"))
  t <- c(1, 3, 5, 6, 12, 30)
  own <- regressors(ev, t, function(t) hrf(t, "spm"), support = c(0, 60))
  expect_equal(own, regressors(ev, t, "spm"), tolerance = 1e-7)
  # one that begins before the event
  one <- function(t) rep(1, length(t))
  own <- regressors(events(0, 2), c(-3, -1, 0, 3), one, support = c(-2, 1))
  expect_equal(own[, 1], c(0, 1, 2, 0))
  # where it is 0 by cancelling, it is 0 to rounding
  wave <- function(t) sin(2 * pi * t)
  expect_lt(max(abs(regressors(events(0, 1), c(3, 5), wave, support = c(0, 9)))), 1e-12)
  # events too early or too late for it
  expect_identical(regressors(events(c(0, 90), 1), 50, wave, support = c(0, 9))[1, 1], 0)
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
  expect_identical(nrow(regressors(both, list(one = 0:3, two = 0:5), "fir", lags = 0:2)), 10L)
  expect_identical(dim(regressors(both, list(one = 0:3, two = 0:5, three = 0:1), "spm",
    method = "sampled", dt = 0.5
  )), c(12L, 2L))
  expect_identical(nrow(discretisation_error(both, list(one = 0:99, two = 0:50))), 2L)
})

test_that("sampled is the walkthrough's way", {
  ev <- events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3))
  y <- regressors(ev, 0:58, method = "sampled", dt = 1)[, 1]
  page <- conv(neural_signal(ev, 0:58)[, 1], hrf(0:58), "causal")
  expect_lte(max(abs(y - page)), 1e-11)
  # an impulse is a box of one step, as high as its area asks for
  ev <- events(0.3, 0, 2)
  y <- regressors(ev, 0.3 + c(1, 2, 5), "spm", method = "sampled", dt = 0.1)[, 1]
  expect_equal(y, 2 * hrf(c(1, 2, 5), "spm"), tolerance = 1e-12)
  # between grid points on a straight line; before the first event 0
  y <- regressors(ev, c(0, 5.3, 5.35, 5.4), "spm", method = "sampled", dt = 0.1)[, 1]
  expect_equal(y[3], (y[2] + y[4]) / 2, tolerance = 1e-14)
  expect_identical(y[1], 0)
  # normalised by samples
  k <- hrf(seq(0, 100, by = 0.5), "spm")
  y <- function(...) regressors(events(0), 5, "spm", ..., method = "sampled", dt = 0.5)[1, 1]
  expect_equal(y("max"), hrf(5, "spm") / max(k), tolerance = 1e-12)
  expect_equal(y("sum"), hrf(5, "spm") / sum(k), tolerance = 1e-12)
  # it converges to the exact one at first order
  ev <- events(c(0, 7.3), c(2, 5))
  t <- seq(0, 40, by = 0.7)
  off <- vapply(c(0.1, 0.01), function(dt) {
    max(abs(regressors(ev, t, "spm", method = "sampled", dt = dt) - regressors(ev, t, "spm")))
  }, 0)
  expect_lt(off[2], off[1] / 8)
})

test_that("discretisation_error() finds the lead of half a step", {
  d <- discretisation_error(ds114_events, scan_times(173, 2.5), "nipraxis", dt = c(0.5, 0.1))
  expect_named(d, c("dt", "lag", "amplitude", "error"))
  expect_equal(d$lag, -c(0.25, 0.05), tolerance = 1e-3)
  expect_equal(d$amplitude, c(1, 1), tolerance = 1e-3)
  expect_gt(d$error[1], d$error[2])
  # an impulse is late by nothing, or by what the grid moves it
  ev <- events(c(0, 7.25), 0, trial_type = c("on", "off"))
  d <- discretisation_error(ev, seq(0, 60, by = 0.5), "spm", dt = 0.5)
  expect_identical(d$trial_type, c("on", "off"))
  expect_lt(abs(d$lag[1]), 1e-6)
  expect_equal(d$lag[2], -0.25, tolerance = 1e-2)
  expect_identical(
    discretisation_error(events(0, 1, trial_type = factor("a", c("a", "b"))), 0:9)$lag[2], NA_real_
  )
})

test_that("large FIR matrices and neural signals are 0 where nothing was", {
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

test_that("discretisation_error() lives with responses that can be moved out of sight", {
  gone <- compare_column(c(1, 2), function(by) if (by < 0) c(0, 0) else c(1, 2), c(1, 2), 1)
  expect_identical(gone$error, 0)
  expect_equal(gone$amplitude, 1)
})

test_that("discretisation_error() lives with a regressor of one time, and one that overflows", {
  ev <- events(c(1, 4), c(0, 2))
  expect_silent(d <- discretisation_error(ev, 3, dt = c(1, 0.5)))
  expect_true(all(is.finite(d$error)))
  ev <- events(c(1, 1), 1, 1e308)
  expect_silent(d <- discretisation_error(ev, 0:20, "spm", dt = 0.5))
  huge <- events(c(1, 1.5), 0, 1e307)
  expect_silent(d <- discretisation_error(huge, 0:20, dt = 0.5))
  expect_identical(d$lag, NA_real_)
})

test_that("scan_times() marks start, middle and SPM's bin", {
  expect_identical(scan_times(3, 2), c(0, 2, 4))
  expect_identical(scan_times(3, 2, "middle"), c(1, 3, 5))
  expect_identical(scan_times(3, 2, 0.5), c(1, 3, 5))
  expect_equal(scan_times(2, 1.6, "spm"), c(0.7, 2.3), tolerance = 1e-15)
  expect_identical(scan_times(0, 1), numeric(0))
})

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
