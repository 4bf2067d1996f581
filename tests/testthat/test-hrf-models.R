test_that("hrf_model() gives models by name and refuses other names", {
  expect_identical(hrf_model("spm")$weight, c(1, -1 / 6))
  expect_identical(hrf_model(gamma_hrf(2, 1)), gamma_hrf(2, 1))
  expect_snapshot({
    show_error(hrf_model("fast"))
    show_error(hrf_model(1))
  })
})

# Written out, in the words of their sources.
named <- list(
  gam = function(t) (t / (8.6 * 0.547))^8.6 * exp(8.6 - t / 0.547),
  block4 = function(t) t^4 * exp(-t) / (4^4 * exp(-4)),
  block5 = function(t) t^5 * exp(-t) / (5^5 * exp(-5)),
  spmg1 = function(t) exp(-t) * (t^5 / factorial(5) - t^15 / factorial(15) / 6),
  mion = function(t) {
    16.4486 * (-0.184 / 1.5 * exp(-t / 1.5) + 0.33 / 4.5 * exp(-t / 4.5) + 0.67 / 13.5 * exp(-t / 13.5))
  },
  fsl = function(t) {
    dgamma(t, (6 / 2.449)^2, rate = 6 / 2.449^2) - dgamma(t, (16 / 4)^2, rate = 16 / 4^2) / 6
  },
  fsl_gamma = function(t) dgamma(t, 4, rate = 2 / 3),
  pupil = function(t) (t / 0.93)^10.1 * exp(10.1 - 10.1 * t / 0.93),
  skin_conductance = function(t) exp(-t / 2) - exp(-t / 0.75),
  respiration = function(t) 0.6 * t^2.1 * exp(-t / 1.6) - 0.0023 * t^3.54 * exp(-t / 4.25)
)

test_that("named responses are what their sources write, and their regressors integrals of it", {
  expect_identical(names(hrf_models), c("cohen", "nipraxis", "spm", "glover", names(named)))
  for (name in names(named)) {
    h <- named[[name]]
    t <- c(0.01, 0.3, 1, 4.2, 10, 30)
    scale <- max(abs(h(seq(0, 30, by = 0.1))))
    expect_lte(max(abs(hrf(t, name) - h(t))), 1e-13 * scale, label = name)
    expect_identical(hrf_model(name)$name, name)
    area <- integrate(h, 0, 4, rel.tol = 1e-11)$value + integrate(h, 4, Inf, rel.tol = 1e-11)$value
    expect_equal(sum(hrf_model(name)$weight), area, tolerance = 1e-9, label = name)
    # a box from 1 to 4.5 s
    y <- regressors(events(1, 3.5), c(2, 4.5, 6, 12), name)[, 1]
    by_quadrature <- vapply(c(2, 4.5, 6, 12), function(t) {
      integrate(h, max(0, t - 4.5), t - 1, rel.tol = 1e-11)$value
    }, 0)
    expect_equal(y, by_quadrature, tolerance = 1e-9, label = name)
  }
  # peaks: the sources' own where they give them
  expect_equal(summary(hrf_model("pupil"))$time_to_peak, 0.93, tolerance = 1e-7)
  expect_equal(summary(hrf_model("block5"))$time_to_peak, 5, tolerance = 1e-7)
  for (name in c("gam", "block4", "block5", "pupil")) {
    expect_equal(summary(hrf_model(name))$peak, 1, tolerance = 1e-12)
  }
})

test_that("AFNI's SPMG3 is SPM's response with both derivatives", {
  # basis_spmg1, 2 and 3 in 3dDeconvolve.c, whose constants have 6 to 10 digits
  t <- c(2, 5, 9, 15, 20)
  X <- regressors(events(0), t, "spmg1", derivatives = c("temporal", "dispersion"))
  one <- exp(-t) * (0.0083333333 * t^5 - 1.274527e-13 * t^15)
  two <- exp(-t) * (0.0083333333 * t^4 * (5 - t) - 1.274527e-13 * t^14 * (15 - t))
  three <- 100 * (one - (0.00869011 * t^4.94057 * exp(-t / 1.01) - 1.274527e-13 * t^15 * exp(-t)))
  expect_lte(max(abs(X[, 1] - one)), 1e-7)
  expect_lte(max(abs(X[, 2] - two)), 1e-7)
  # the exponent is off by 2.4e-5, so the wider response by log(20) of that, times 100
  expect_lte(max(abs(X[, 3] - three)), 100 * 2.5e-5 * log(20) * max(one))
})

test_that("models by power and scale, and by mean and standard deviation", {
  two <- gam_hrf(c(6, 12), 0.9, c(1, -0.35), "two")
  t <- seq(0, 40, by = 0.5)
  expect_equal(hrf(t, two), hrf(t, "glover"), tolerance = 1e-13)
  expect_identical(two$name, "two")
  expect_equal(hrf(c(0, 1), gam_hrf(0, 2)), exp(-c(0, 0.5)), tolerance = 1e-14)
  expect_equal(hrf(500, gam_hrf(1000, 0.5)), 1, tolerance = 1e-11)
  expect_equal(hrf(t, mean_sd_hrf(c(6, 16), c(2.449, 4), c(1, -1 / 6))), hrf(t, "fsl"), tolerance = 1e-14)
  m <- mean_sd_hrf(5, 2)
  expect_equal(c(m$shape * m$scale, m$shape * m$scale^2), c(5, 4), tolerance = 1e-14)
  expect_snapshot({
    show_error(gam_hrf(-1, 1))
    show_error(gam_hrf("a", 1))
    show_error(gam_hrf(1:2, 1:3))
    show_error(gam_hrf(1, 0))
    show_error(mean_sd_hrf(1, 2))
    show_error(mean_sd_hrf(6, 0))
    show_error(mean_sd_hrf(6, Inf))
  })
})
