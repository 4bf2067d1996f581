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

  k <- sampled_hrf(2.5, "nilearn", "glover", oversampling = 20, length = 30, version = "0.10")
  dt <- 2.5 / 20
  t <- seq(0, 30, length.out = 240)
  g <- dgamma(t - dt, 6 / 0.9, scale = 0.9) - 0.35 * dgamma(t - dt, 12 / 0.9, scale = 0.9)
  expect_equal(k$value, g / sum(g), tolerance = 1e-13)
  expect_identical(k$time, (0:239) * dt)
  expect_equal(k$formula, hrf(k$time, "glover", "sum"), tolerance = 1e-13)
  expect_identical(nrow(sampled_hrf(2, "nilearn")), 800L)
})

test_that("nilearn's Glover kernel is that of its version", {
  # glover_hrf(2.0, 1) of nilearn 0.10.4 and 0.11.0, with SciPy 1.10.1
  old <- c(
    0, 1.6142212817956573e-07, 0.14159345137393739, 0.56481994508437772,
    0.46489361550936209, 0.12927406411833356, -0.068203087642148122, -0.10419183079294517,
    -0.071643206356566014, -0.035493628120569019, -0.014210535387872026
  )
  new <- c(
    0, 2.0175105578873406e-07, 0.17696469137639811, 0.70466829150682853,
    0.56556767352364554, 0.11440396231277797, -0.15175760741776209, -0.18763649744083394,
    -0.12480858005447897, -0.061235561767052082, -0.024429732626040184
  )
  kernel <- function(...) sampled_hrf(2, "nilearn", "glover", 1, ...)$value
  expect_lte(max(abs(kernel(version = "0.10.4")[1:11] - old)), 1e-12)
  expect_lte(max(abs(kernel()[1:11] - new)), 1e-12)
  expect_lte(max(abs(kernel(version = "0.13")[1:11] - new)), 1e-12)
  expect_length(kernel(), 16L)
  spm <- function(version) sampled_hrf(2, "nilearn", "spm", version = version)
  expect_identical(spm("0.10"), spm("0.11"))
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
    show_error(sampled_hrf(2, "nilearn", version = "0.9"))
    show_error(sampled_hrf(2, "nilearn", version = 0.11))
  })
})
