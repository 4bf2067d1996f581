both <- c("temporal", "dispersion")

# Made by compute_regressor() in nilearn.glm.first_level.hemodynamic_models at the tags
# 0.10.4 and 0.11.0, with SciPy 1.10.1 and NumPy 1.24.2: rows 3, 6, ..., 18.
test_that("columns are nilearn's, per version", {
  ev <- events(
    c(-30, -3.3, 4, 9.13, 15, 30.2), c(40, 0, 2, 3.5, 0, 10), c(0.3, 1, 2, -1, 1, 0.5)
  )
  nilearn <- function(model, version) {
    regressors(
      ev, scan_times(20, 2), model,
      method = "nilearn", derivatives = both, version = version
    )[seq(3, 18, by = 3), ]
  }
  rows <- function(...) matrix(c(...), ncol = 3, byrow = TRUE)
  spm <- rows(
    0.305948917143763, -0.00702650872598172, -0.0633764246166922,
    1.11480223553752, 0.000303899896623362, 0.086690443556208,
    -0.494312140382435, -0.145091670838441, -0.293384962242706,
    -0.169313732152643, 0.0732940827042507, 0.128234068712381,
    0.0245614323821673, 0.00469216620326281, 0.0061883456741766,
    0.120134645743605, 0.0813838236575424, -0.0624014314802066
  )
  old <- rows(
    0.306613048130509, -0.00896758355983136, -0.0783388127091138,
    1.36986390003274, 0.00877260110490025, 0.107794278281984,
    -0.946888561344896, -0.166146460871796, -0.307487103406936,
    -0.0288971269400439, 0.11184758999664, 0.165284071359078,
    0.0495763160552043, -0.0176518843482087, -0.0164850233552886,
    0.130469926156254, 0.105654211029024, -0.0882148050708524
  )
  new <- rows(
    0.307801329954543, -0.0103992755200787, -0.0802034715795739,
    1.62922121929139, 0.0027414979876263, 0.141278286519199,
    -1.37176283772075, -0.194797074319168, -0.319733446120866,
    -0.00230801034497338, 0.162806048799548, 0.212465653516376,
    0.0857057303481408, -0.0309539618115232, -0.0327436492694637,
    0.164462863307878, 0.130953373861381, -0.113952256677296
  )
  for (version in c("0.10", "0.10.4", "0.11", "0.12.1")) {
    expect_lte(max(abs(nilearn("spm", version) - spm)), 1e-11)
  }
  expect_lte(max(abs(nilearn("glover", "0.10") - old)), 1e-11)
  expect_lte(max(abs(nilearn("glover", "0.10.4") - old)), 1e-11)
  expect_lte(max(abs(nilearn("glover", "0.11.0") - new)), 1e-11)
  expect_identical(nilearn("glover", "0.14"), nilearn("glover", "0.11"))
})

# Point by point, from the text of nilearn's code.
plain_nilearn <- function(ev, n, tr, oversampling) {
  times <- (seq_len(n) - 1) * tr
  count <- round((n * tr + 24) / tr * oversampling + 1)
  grid <- -24 + (0:(count - 1)) * ((max(times) * (1 + 1 / (n - 1)) + 24) / (count - 1))
  x <- numeric(count)
  for (e in seq_along(ev$onset)) {
    from <- min(sum(grid < ev$onset[e]) + 1, count)
    to <- min(sum(grid < ev$onset[e] + ev$duration[e]) + 1, count)
    if (to == from && to < count) to <- to + 1
    if (to > from) x[from:(to - 1)] <- x[from:(to - 1)] + ev$amplitude[e]
  }
  t <- seq(0, 32, length.out = round(32 / tr * oversampling)) - tr / oversampling
  h <- dgamma(t, 6) - 0.167 * dgamma(t, 16)
  h <- h / sum(h)
  bold <- vapply(seq_along(x), function(i) {
    k <- seq_len(min(i, length(h)))
    sum(h[k] * x[i + 1 - k])
  }, 0)
  approx(grid, bold, times)$y
}

test_that("other TRs and oversamplings follow nilearn's code", {
  set.seed(8)
  for (tr in c(2.5, 0.72)) {
    onset <- c(-26, -24, -3, 0, tr, 10 * tr, round(runif(6, -20, 31 * tr), 2), 29 * tr, 40 * tr)
    for (duration in list(0, c(0, 1.7, 5))) {
      ev <- events(onset, rep_len(duration, 14), round(rnorm(14), 2))
      for (oversampling in c(1, 7, 50)) {
        X <- regressors(
          ev, scan_times(30, tr), "spm",
          method = "nilearn", oversampling = oversampling
        )
        expect_lte(max(abs(X[, 1] - plain_nilearn(ev, 30, tr, oversampling))), 1e-12)
      }
    }
  }
})

test_that("derivatives of a type are orthogonal, and types and runs apart", {
  a <- events(c(2, 9, 20), c(4, 0, 4), trial_type = c("x", "y", "x"))
  b <- events(5, 3, trial_type = "y")
  times <- scan_times(20, 2)
  X <- regressors(
    bind_runs(a, b), list(times, times), "glover",
    method = "nilearn", derivatives = both
  )
  expect_identical(dim(X), c(40L, 6L))
  gram <- crossprod(X[1:20, 1:3])
  expect_lte(max(abs(gram[upper.tri(gram)])), 1e-14)
  y <- regressors(events(9), times, "glover", method = "nilearn", derivatives = both)
  expect_identical(unname(X[1:20, 4:6]), unname(y))
  expect_true(all(X[21:40, 1:3] == 0))
})

test_that("what nilearn does not have is refused", {
  ev <- events(c(2, 9), 1)
  t <- scan_times(9, 2)
  expect_snapshot({
    show_error(regressors(ev, t, method = "nilearn"))
    show_error(regressors(ev, t, 1, method = "nilearn"))
    show_error(regressors(ev, t + 1, "spm", method = "nilearn"))
    show_error(regressors(ev, t, "spm", method = "nilearn", version = "0.9.2"))
    show_error(regressors(ev, t, "spm", method = "nilearn", version = "new"))
    show_error(regressors(ev, t, "spm", method = "nilearn", version = 0.11))
    show_error(regressors(ev, t, "spm", method = "nilearn", oversampling = 0))
    show_error(regressors(ev, t, "spm", method = "nilearn", oversampling = 1e12))
    show_error(regressors(ev, t, "spm", method = "nilearn", bins = 20))
  })
})
