models <- c("cohen", "nipraxis", "spm", "glover")

# The sum over gammas of |weight| times its own response, which errors are
# compared with.
moduli <- function(events, times, model) {
  terms <- hrf_models[[model]]
  Reduce(`+`, Map(function(shape, scale, weight) {
    abs(weight) * regressors(events, times, gamma_hrf(shape, scale))
  }, terms$shape, terms$scale, terms$weight))
}

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

test_that("large shapes keep 1e-10 for boxes of every width, and larger ones are refused", {
  # made by data-raw/oracle-large-shapes.py
  oracle <- utils::read.csv(test_path("oracle-large-shapes.csv"))
  expect_equal(range(oracle$shape), c(100, 1e8))
  value <- mapply(function(shape, duration, t) {
    regressors(events(0, duration), t, gamma_hrf(shape, 1))
  }, oracle$shape, oracle$duration, oracle$t)
  expect_lte(max(abs(value / oracle$value - 1)), 1e-10)
  expect_convmat_error(gamma_hrf(1.1e8, 1), "value", "1e8")
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
  leaf <- function(x) rep(x, each = 8) # of the tree of events
  ev <- events(leaf(c(0, 50, 95)), leaf(c(1000, 1, 1)), leaf(c(-1, 1, 0)))
  old <- regressors(ev, 100)[1, 1]
  ev$amplitude[17] <- -old / event_responses(ev, 100)[1, 17]
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

test_that("a regressor is infinite only where it overflows, and never NaN", {
  one <- gamma_hrf(1, 1)
  sum_of <- function(amplitude) regressors(events(rep(0, length(amplitude)), 100, amplitude), 50, one)[1, 1]
  huge <- 1.7e308
  expect_identical(regressors(events(0, 0, 1e308), 5)[1, 1], Inf)
  expect_identical(regressors(events(0, 0, -1e308), 5)[1, 1], -Inf)
  expect_identical(sum_of(c(huge, huge)), Inf)
  expect_identical(sum_of(c(-huge, -huge, -huge)), -Inf)
  # terms that overflow and cancel, in any order
  expect_identical(sum_of(c(huge, huge, -huge)), huge)
  expect_identical(sum_of(c(-huge, huge, huge)), huge)
  expect_identical(sum_of(c(huge, huge, -huge, -huge)), 0)
  expect_identical(regressors(events(c(0, 0), 0, c(1e308, -1e308)), 5)[1, 1], 0)
  # terms of the model, and a response that overflows before its amplitude is counted
  pair <- gamma_hrf(1, 0.1, c(huge, -0.99 * huge))
  expect_equal(event_responses(events(0), 0.05, pair)[1, 1], 0.1 * huge * exp(-0.5), tolerance = 1e-13)
  expect_equal(
    regressors(events(0, 0, 1e-10), 5e-300, gamma_hrf(6, 1e-300, 1e10))[1, 1],
    dgamma(5, 6) * 1e300,
    tolerance = 1e-13
  )
  expect_equal(
    regressors(events(0, 0, 1e-300), 5, gamma_hrf(6, 1, c(huge, huge)))[1, 1],
    2 * (huge * 1e-300) * dgamma(5, 6),
    tolerance = 1e-13
  )
})

test_that("times whose difference overflows, and the smallest and largest scales", {
  long <- events(-1.7e308, c(0, 1.7e308))
  expect_identical(regressors(long[2, ], 1.7e308)[1, 1], 0)
  expect_equal(
    regressors(long[2, ], 1.7e308, gamma_hrf(1, 1e308))[1, 1], exp(-1.7) - exp(-3.4),
    tolerance = 1e-13
  )
  expect_equal(
    regressors(long[1, ], 1.7e308, gamma_hrf(2, 1e308, 1e10))[1, 1], 3.4 * exp(-3.4) * 1e-298,
    tolerance = 1e-13
  )
  for (scale in c(1e-300, 1e-200, 1e200, 1e300)) {
    m <- gamma_hrf(6, scale)
    box <- regressors(events(0, 3 * scale), 5 * scale, m, derivatives = "temporal")
    expect_equal(box[1], pgamma(5, 6) - pgamma(2, 6), tolerance = 1e-13)
    expect_equal(box[2], (dgamma(5, 6) - dgamma(2, 6)) / scale, tolerance = 1e-13)
    impulse <- regressors(events(0), 3 * scale, m, derivatives = "temporal")
    expect_equal(impulse[1], dgamma(3, 6) / scale, tolerance = 1e-13)
    expect_equal(impulse[2], dgamma(3, 6) * (5 / 3 - 1) / scale / scale, tolerance = 1e-13)
  }
  # a slope near 0, where the density underflows before it does
  slope <- function(t, shape) regressors(events(0), t, gamma_hrf(shape, 1), derivatives = "temporal")[2]
  expect_equal(slope(1e-200, 2.6), 1.6 * 1e-200^0.6 / gamma(2.6), tolerance = 1e-12)
  expect_equal(slope(1e-310, 1), -1)
  expect_identical(slope(1e-310, 9.6), 0)
  # a box that ended just now, seen from a long way off its start
  edge <- regressors(events(0, 1e300), 1e300 * (1 + 2^-52), gamma_hrf(1, 1e284), derivatives = "temporal")
  expect_equal(edge[2], -exp(-1e16 * 2^-52) / 1e284, tolerance = 1e-12)
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
