gamma_density <- function(t, k, b) t^(k - 1) * exp(-t / b) / (b^k * gamma(k))

test_that("a model is the weighted sum of its gamma densities", {
  t <- seq(0, 50, by = 0.1)
  model <- gamma_hrf(c(1, 2.5, 8), c(3, 1, 0.5), c(0.2, -1, 4))
  terms <- cbind(
    0.2 * gamma_density(t, 1, 3), -gamma_density(t, 2.5, 1), 4 * gamma_density(t, 8, 0.5)
  )
  expect_lte(max(abs(hrf(t, model) - rowSums(terms)) / rowSums(abs(terms))), 1e-13)
  expect_identical(hrf(t, gamma_hrf(c(6, 12), 1, c(1, -0.35))), hrf(t, "nipraxis"))
  expect_identical(hrf(t, gamma_hrf(c(6, 16), 1, c(1, -1 / 6))), hrf(t, "spm"))
})

test_that("gamma_hrf() repeats what has length 1 and drops attributes", {
  model <- gamma_hrf(c(a = 6L, b = 12L), TRUE, matrix(c(1, -0.35)), "mine")
  expect_s3_class(model, "gamma_hrf", exact = TRUE)
  expect_identical(
    unclass(model),
    list(shape = c(6, 12), scale = c(1, 1), weight = c(1, -0.35), name = "mine")
  )
  expect_identical(gamma_hrf(6, 1), gamma_hrf(6, 1, 1, "custom"))
  expect_identical(gamma_hrf(6, c(1, 2))$shape, c(6, 6))
  expect_identical(hrf(1:5, model), hrf(1:5, "nipraxis"))
})

test_that("gamma_hrf() refuses what makes no model", {
  for (bad in list(NULL, "a", 1i, list(1), factor(1), Sys.Date(), matrix(1:4, 2), NA_character_)) {
    expect_convmat_error(gamma_hrf(bad, 1), "type", "`shape` must be a numeric vector")
    expect_convmat_error(gamma_hrf(1, bad), "type", "`scale` must be a numeric vector")
    expect_convmat_error(gamma_hrf(1, 1, bad), "type", "`weight` must be a numeric vector")
  }
  for (bad in list(NA, NaN, Inf, c(1, -Inf))) {
    expect_convmat_error(gamma_hrf(bad, 1), "value", "`shape` must be finite")
    expect_convmat_error(gamma_hrf(1, bad), "value", "`scale` must be finite")
    expect_convmat_error(gamma_hrf(1, 1, bad), "value", "`weight` must be finite")
  }
  expect_convmat_error(gamma_hrf(c(2, 0.99), 1), "value", "`shape` must be at least 1")
  expect_convmat_error(gamma_hrf(-1, 1), "value", "`shape` must be at least 1")
  expect_convmat_error(gamma_hrf(1, 0), "value", "`scale` must be above 0")
  expect_convmat_error(gamma_hrf(1, c(1, -1)), "value", "`scale` must be above 0")
  expect_convmat_error(gamma_hrf(numeric(0), 1), "length", "`shape`, `scale` and `weight`")
  expect_convmat_error(gamma_hrf(1:2, 1:3), "length", "`shape` has 2, `scale` has 3")
  expect_convmat_error(gamma_hrf(1:2, 1, 1:3), "length", "`weight` has 3")
  for (bad in list(NULL, 1, NA, NA_character_, c("a", "b"), list("a"), factor("a"))) {
    expect_convmat_error(gamma_hrf(1, 1, 1, bad), "type", "`name` must be a string")
  }
})

test_that("models print", {
  expect_snapshot({
    gamma_hrf(c(6, 12), 1, c(1, -0.35), name = "double")
    gamma_hrf(1, 1000)
  })
  expect_output(value <- withVisible(print(gamma_hrf(6, 1))))
  expect_identical(value, list(value = gamma_hrf(6, 1), visible = FALSE))
})

test_that("a model that the user has changed is checked again", {
  change <- function(...) utils::modifyList(gamma_hrf(c(6, 12), 1, c(1, -0.35)), list(...))
  bad <- change(scale = c(-1, 1))
  expect_convmat_error(hrf(1:3, bad), "value", "`model$scale` must be above 0")
  bad <- change(shape = c("6", "12"))
  expect_convmat_error(hrf(1:3, bad), "type", "`model$shape` must be a numeric vector")
  bad <- change(weight = 1:3)
  expect_convmat_error(hrf(1:3, bad), "length", "`weight` has 3")
  bad <- change(weight = NULL)
  expect_convmat_error(hrf(1:3, bad), "type", "`model$weight`")
})

test_that("methods check a model that the user has changed", {
  pdf(NULL)
  on.exit(dev.off())
  bad <- list(shape = "a", scale = NULL, weight = NA, name = NULL)
  for (part in names(bad)) {
    model <- hrf_model("spm")
    model[part] <- bad[part]
    what <- sprintf("model$%s", part)
    expect_error(print(model), what, class = "convmat_error", fixed = TRUE)
    expect_error(plot(model), what, class = "convmat_error", fixed = TRUE)
    expect_error(summary(model), what, class = "convmat_error", fixed = TRUE)
  }
  expect_convmat_error(hrf(1, structure(1, class = "gamma_hrf")), "type", "`model` must be made by")
  invalid <- "\xff"
  Encoding(invalid) <- "UTF-8"
  expect_convmat_error(gamma_hrf(6, 1, name = invalid), "value", "`name` must be valid in its encoding")
})
