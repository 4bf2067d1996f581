test_that("SPM's and nilearn's kernels follow their code", {
  k <- sampled_hrf(2)
  dt <- 2 / 16
  u <- 0:ceiling(32 / dt)
  spm <- dgamma(u, 6, rate = dt) - dgamma(u, 16, rate = dt) / 6
  spm <- spm / sum(spm)
  expect_equal(k$value, spm, tolerance = 1e-13)
  expect_equal(k$value, k$formula, tolerance = 1e-13)
  expect_identical(k$time, u * dt)
  expect_equal(k$value, hrf(seq(0, 32, by = dt), "spm", "sum"), tolerance = 1e-13)

  k <- sampled_hrf(2.5, "nilearn", "glover", oversampling = 20, length = 30)
  dt <- 2.5 / 20
  t <- seq(0, 30, length.out = 240)
  g <- dgamma(t - dt, 6 / 0.9, scale = 0.9) - 0.35 * dgamma(t - dt, 12 / 0.9, scale = 0.9)
  expect_equal(k$value, g / sum(g), tolerance = 1e-13)
  expect_identical(k$time, (0:239) * dt)
  expect_equal(k$formula, hrf(k$time, "glover", "sum"), tolerance = 1e-13)
  expect_identical(nrow(sampled_hrf(2, "nilearn")), 800L)
})

test_that("messages say what is wrong", {
  expect_snapshot({
    show_error(sampled_hrf(0))
    show_error(sampled_hrf(2, "fsl"))
    show_error(sampled_hrf(2, "spm", "glover"))
    show_error(sampled_hrf(2, oversampling = 0.5))
    show_error(sampled_hrf(2, length = Inf))
    show_error(sampled_hrf(100, oversampling = 1))
    show_error(sampled_hrf(32, "nilearn", oversampling = 1))
  })
})
