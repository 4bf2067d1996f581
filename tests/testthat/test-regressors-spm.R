# SPM's own numbers: spm_get_bf, spm_get_ons and spm_Volterra of spm/spm at 03564157, run
# under Octave 7.3 with 16 bins, read at bin 8; columns canonical, temporal, dispersion.

both <- c("temporal", "dispersion")

test_that("columns are SPM's to 1e-12, events on bins and several durations", {
  ev <- events(c(0, 20, 40, 60, 80, 100), c(2, 4, 6, 2, 1, 10))
  X <- regressors(ev, scan_times(100, 2), "spm", method = "spm", derivatives = both)
  expect_identical(colnames(X), c("regressor", "derivative", "dispersion"))
  spm <- rbind(
    c(0.00050217587163851472, 0.00047389447755106579, -0.0031799053391488416),
    c(0.092998310635958883, 0.070510441300330476, -0.1217566975316505),
    c(0.36823484202280793, 0.11417825367038696, -0.0049839011378065906),
    c(0.40762145436036817, -0.044729033755956875, 0.07392194042305493),
    c(0.24306918060952348, -0.10415405819663978, -0.052524455029318302),
    c(0.092176681223437709, -0.072422350497142435, -0.10069304860792999)
  )
  expect_lte(max(abs(X[1:6, ] - spm)), 1e-12)
  expect_equal(X[[56, 1]], 1.1348437412423864, tolerance = 1e-12)
  expect_equal(unname(colSums(X * 1:100)),
    c(442.93005628736984, -31.353884075365297, -119.19023187446068),
    tolerance = 1e-12
  )
})

test_that("columns are SPM's to 1e-12, blocks of 30 s at TR 2.5", {
  X <- regressors(ds114_events, scan_times(173, 2.5), "spm", method = "spm", derivatives = both)
  expect_true(all(X[1:4, ] == 0))
  spm <- rbind(
    c(0.0015757495406769212, 0.0014869884895357521, -0.0081318598360749176),
    c(0.19900644402148243, 0.12249828306299905, -0.15100110804221883),
    c(0.69762639924884262, 0.16146105254742402, -0.065694837908347903),
    c(1.0320920357954151, 0.043076350546062167, -0.093448200296452649),
    c(1.1388397695708783, -0.041045909545620513, -0.20998313722332712)
  )
  expect_lte(max(abs(X[5:9, ] - spm)), 1e-12)
  expect_lte(max(abs(X[100, ] - c(
    -0.00070234267933211021, 0.0004800868420230714, 0.00046938936300004302
  ))), 1e-12)
  expect_equal(unname(colSums(X)),
    c(84.436621742570537, -4.7587301834866942, -21.91661285963626),
    tolerance = 1e-12
  )
  gram <- crossprod(X)
  expect_equal(unname(gram[upper.tri(gram, TRUE)]), c(
    86.481573198329613, -4.3933115499686366, 1.1950487830503989, -19.589327870598677,
    1.3966909681928046, 5.2056452226265462
  ), tolerance = 1e-12)
})

# Event by event, from the text of SPM's code.
plain_spm <- function(ev, n, tr, bins, bin0) {
  dt <- tr / bins
  x <- numeric(n * bins + 32)
  for (e in seq_along(ev$onset)) {
    from <- max(1, floor(ev$onset[e] / dt + 0.5) + 33)
    to <- max(1, floor(ev$onset[e] / dt + 0.5) + 33 + floor(ev$duration[e] / dt + 0.5) + 1)
    height <- ev$amplitude[e] / if (all(ev$duration == 0)) dt else 1
    for (i in seq_along(x)) if (i >= from && i < to) x[i] <- x[i] + height
  }
  t <- 0:floor(32 / dt) * dt
  h <- dgamma(t, 6) - dgamma(t, 16) / 6
  h <- h / sum(h)
  at <- (seq_len(n) - 1) * bins + bin0 + 32
  vapply(at, function(i) {
    k <- seq_len(min(i, length(h)))
    sum(h[k] * x[i + 1 - k])
  }, 0)
}

test_that("early onsets, impulses, amplitudes and other bins follow SPM's code", {
  set.seed(6)
  for (tr in c(2, 0.72)) {
    onset <- round(c(-20, -1.3, 0, runif(6, -2, 40 * tr + 5)), 2)
    for (duration in list(0, c(0, 1, 3.3), 7)) {
      ev <- events(onset, rep_len(duration, 9), round(rnorm(9), 2))
      for (bins in c(16, 20)) {
        X <- regressors(ev, scan_times(40, tr), method = "spm", bins = bins, bin0 = 3)
        expect_lte(max(abs(X[, 1] - plain_spm(ev, 40, tr, bins, 3))), 1e-13 / tr * bins)
      }
    }
  }
  # a bin's middle goes to the next bin
  expect_identical(round_half_up(c(-1.5, -0.5, 0.5, 1.5, 0.49999999999999994)), c(-2, -1, 1, 2, 0))
})

test_that("types and runs are computed for themselves", {
  a <- events(c(2, 9, 20), c(4, 0, 4), trial_type = c("x", "y", "x"))
  b <- events(5, 3, trial_type = "y")
  times <- scan_times(20, 2)
  X <- regressors(bind_runs(a, b), list(times, times), method = "spm", derivatives = "temporal")
  expect_identical(dim(X), c(40L, 4L))
  expect_identical(colnames(X), c("x", "x_derivative", "y", "y_derivative"))
  # y has impulses only in the first run, and is scaled there
  y <- regressors(events(9), times, method = "spm", derivatives = "temporal")
  expect_identical(unname(X[1:20, 3:4]), unname(y))
  expect_true(all(X[21:40, 1:2] == 0))
  expect_identical(unname(X[21:40, 3]), regressors(events(5, 3), times, method = "spm")[, 1])
  none <- regressors(events(numeric(0), trial_type = factor(character(0))), times, method = "spm")
  expect_identical(dim(none), c(20L, 0L))
})

test_that("what SPM does not have is refused", {
  ev <- events(c(2, 9), 1)
  expect_snapshot({
    show_error(regressors(ev, scan_times(9, 2), "cohen", method = "spm"))
    show_error(regressors(ev, scan_times(9, 2), hrf_model("spm"), method = "spm"))
    show_error(regressors(ev, scan_times(9, 2), normalise = "peak", method = "spm"))
    show_error(regressors(ev, scan_times(9, 2, "spm"), method = "spm"))
    show_error(regressors(ev, 0, method = "spm"))
    show_error(regressors(ev, scan_times(9, 2), method = "spm", bin0 = 17))
    show_error(regressors(ev, scan_times(9, 2), method = "spm", bins = 1.5))
    show_error(regressors(ev, scan_times(9, 2), method = "spm", derivatives = "dispersion"))
    show_error(regressors(ev, scan_times(9, 2), method = "spm", oversampling = 40))
    show_error(regressors(ev, scan_times(9, 2), bins = 20))
    show_error(regressors(ev, scan_times(9, 2), method = "spm", bins = 2^31))
  })
})

test_that("`normalise` is a word, for the packages' ways, too", {
  ev <- events(0, 1)
  for (bad in list(Matrix::Diagonal(3), 1, NULL, c("none", "none"))) {
    for (method in c("spm", "nilearn")) {
      model <- if (method == "spm") "spm" else "glover"
      kind <- if (is.character(bad)) "value" else "type"
      expect_convmat_error(regressors(ev, scan_times(9, 2), model, bad, method), kind, "`normalise` must be")
      expect_convmat_error(
        discretisation_error(ev, scan_times(9, 2), model, bad, method = method), kind, "`normalise` must be"
      )
    }
  }
})

test_that("how numbers are printed changes nothing", {
  made <- function() regressors(events(c(3, 40), c(5, 2), c(1, 0.5)), scan_times(60, 2.5), "spm", method = "spm")
  plain <- made()
  old <- options(OutDec = ",", scipen = -10)
  on.exit(options(old))
  expect_identical(made(), plain)
})
