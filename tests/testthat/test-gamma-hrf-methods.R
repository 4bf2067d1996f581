test_that("summary() finds peak, width and undershoot", {
  s <- summary(hrf_model("cohen"))
  expect_equal(s$time_to_peak, 8.6 * 0.547, tolerance = 1e-7)
  expect_equal(s$peak, 111.8009, tolerance = 1e-6)
  expect_identical(s$time_to_undershoot, NA_real_)
  expect_identical(s$undershoot_ratio, 0)
  expect_equal(s$area, 453.918642245933, tolerance = 1e-13)
  # an exponential: half its height at log(2) scales
  s <- summary(gamma_hrf(1, 2))
  expect_identical(s$time_to_peak, 0)
  expect_equal(s$width, 2 * log(2), tolerance = 1e-9)
  for (model in names(hrf_models)) {
    s <- summary(hrf_model(model))
    t <- seq(0, 40, by = 2e-4)
    h <- hrf(t, model, "peak")
    expect_equal(s$width, diff(range(t[h >= 0.5])), tolerance = 1e-3)
    expect_equal(s$undershoot_ratio, max(0, -h), tolerance = 1e-5)
    if (s$undershoot_ratio > 0) {
      expect_equal(s$time_to_undershoot, t[which.min(h)], tolerance = 1e-3)
    }
  }
  s <- summary(gamma_hrf(2, 1, -1))
  expect_identical(c(s$peak, s$area), c(NA, -1))
  expect_snapshot({
    summary(hrf_model("spm"))
    summary(hrf_model("cohen"))
  })
})
