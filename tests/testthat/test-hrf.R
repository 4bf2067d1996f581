# The models' formulas, written out. Each returns its terms, one in a column.
gamma_density <- function(t, k, b) t^(k - 1) * exp(-t / b) / (b^k * gamma(k))
formulas <- list(
  cohen = function(t) cbind(t^8.6 * exp(-t / 0.547)),
  nipraxis = function(t) cbind(gamma_density(t, 6, 1), -0.35 * gamma_density(t, 12, 1)),
  spm = function(t) cbind(gamma_density(t, 6, 1), -gamma_density(t, 16, 1) / 6),
  glover = function(t) {
    cbind((t / 5.4)^6 * exp(6 - t / 0.9), -0.35 * (t / 10.8)^12 * exp(12 - t / 0.9))
  }
)

# Written without a look at the package's own search: a fine grid, then a
# refinement of each of its best points.
true_peak <- function(model) {
  h <- function(t) hrf(t, model)
  reach <- max(model$shape * model$scale + 12 * sqrt(model$shape) * model$scale)
  grid <- c(0, reach * 10^seq(-9, 0, length.out = 6001), seq(0, reach, length.out = 6001))
  grid <- sort(unique(grid))
  value <- h(grid)
  best <- order(-value)[1:3]
  fine <- vapply(best, function(i) {
    ends <- grid[c(max(i - 1, 1), min(i + 1, length(grid)))]
    stats::optimize(h, ends, maximum = TRUE, tol = 1e-10 * ends[2])$objective
  }, 0)
  max(value, fine)
}

integral <- function(...) {
  part <- function(from, to) stats::integrate(hrf, from, to, ..., rel.tol = 1e-10)$value
  part(0, 5) + part(5, 15) + part(15, Inf)
}

test_that("the models agree with their formulas", {
  t <- c(1e-6, 1e-3, seq(0.01, 60, by = 0.01))
  for (name in names(formulas)) {
    terms <- formulas[[name]](t)
    error <- abs(hrf(t, name) - rowSums(terms)) / rowSums(abs(terms))
    expect_lte(max(error), 1e-13, label = name)
  }
  # a single term has no cancellation
  expect_lte(relative_error(hrf(t), t^8.6 * exp(-t / 0.547)), 1e-13)
})

test_that("power_weight() turns a gamma density into a power times an exponential", {
  t <- c(0.5, 3, 20)
  for (k in c(1, 6, 9.6)) {
    for (b in c(0.547, 2)) {
      y <- power_weight(k, b) * gamma_density(t, k, b)
      expect_lte(relative_error(y, t^(k - 1) * exp(-t / b)), 1e-14)
    }
  }
})

test_that("the published numbers hold", {
  expect_equal(hrf(8.6 * 0.547), 111.8009, tolerance = 1e-6)
  expect_lte(relative_error(hrf(4.7042), (8.6 * 0.547)^8.6 * exp(-8.6)), 1e-13)
  expect_lte(relative_error(integral(), 453.918642245933), 1e-10)
  background <- 0.6 * hrf(seq(0, 27.5, by = 2.5), "nipraxis", "max")
  expect_lte(
    max(abs(background[1:8] - c(
      0, .232180230909, .6, .309042776439, -.006864413026, -.099301013012, -.073929109393,
      -.034891395607
    ))),
    6e-13
  )
})

test_that("every value depends on its own time only, and is 0 before time 0", {
  for (model in c(names(formulas), list(gamma_hrf(1, 2), gamma_hrf(c(1, 3), 1, c(-1, 2))))) {
    t <- c(7, -3, 0.5, 0, 20, -1e-300, 7)
    h <- hrf(t, model)
    expect_identical(h, vapply(t, hrf, 0, model = model))
    expect_identical(h[t < 0], c(0, 0))
    expect_identical(hrf(-0, model), hrf(0, model))
    expect_identical(hrf(c(1e300, -1e300), model), c(0, 0))
  }
  expect_identical(hrf(0, gamma_hrf(1, 2, 3)), 1.5)
  for (normalise in c("peak", "area")) {
    h <- hrf(t, "spm", normalise)
    expect_identical(h, vapply(t, hrf, 0, model = "spm", normalise = normalise))
  }
})

test_that("whatever counts as numbers is taken, and the result is a plain double vector", {
  expect_identical(hrf(1:3), hrf(c(1, 2, 3)))
  expect_identical(hrf(c(TRUE, FALSE)), hrf(c(1, 0)))
  expect_identical(hrf(c(a = 1, b = 2)), hrf(c(1, 2)))
  expect_identical(hrf(matrix(1:3)), hrf(1:3))
  expect_identical(hrf(structure(1:3, note = "x")), hrf(1:3))
  for (normalise in c("none", "peak", "area")) {
    expect_identical(hrf(numeric(0), normalise = normalise), numeric(0))
  }
  expect_identical(hrf(.Machine$integer.max), 0)
})

test_that("the peak is the true maximum", {
  skip_on_cran()
  # a single term peaks at (k - 1) b
  for (shape in c(1, 1 + 1e-6, 1.5, 2, 6, 9.6, 100, 1e4)) {
    for (scale in c(1e-3, 0.547, 1, 1e3, 1e-100, 1e100)) {
      for (weight in c(1e-10, 1, 1e10)) {
        model <- gamma_hrf(shape, scale, weight)
        at <- (shape - 1) * scale
        expect_lte(abs(hrf(at, model, "peak") - 1), 1e-13)
        expect_lte(max(hrf(at * c(0.9, 0.999, 1.001, 1.1), model, "peak")), 1 + 1e-13)
      }
    }
  }
  for (name in names(formulas)) {
    h <- hrf(seq(0, 60, by = 1e-3), name, "peak")
    expect_true(max(h) > 1 - 1e-6 && max(h) <= 1 + 1e-13, label = name)
  }
})

test_that("the peak of several terms is the true maximum", {
  skip_on_cran()
  models <- list(
    gamma_hrf(c(5, 14), 0.9, c(1, -0.3)),
    gamma_hrf(c(1, 6), c(2, 1), c(1, 3)), # two peaks, one at 0
    gamma_hrf(c(1, 6), c(1, 1), c(-1, 1)), # dips first
    gamma_hrf(c(6, 6), c(1e-3, 1e3), c(1, -1)),
    gamma_hrf(c(6, 6), c(1e-3, 1e3), c(1, 1e7)),
    gamma_hrf(c(6, 6), c(1e-3, 1e3), c(-1, 1)),
    gamma_hrf(c(50, 60), 1, c(1, 1)), # flat between two
    gamma_hrf(c(30, 33, 400), 1, c(1, 1, 1.7))
  )
  seed <- 1
  set.seed(seed)
  for (i in 1:40) {
    k <- sample(1:4, 1)
    models <- c(models, list(gamma_hrf(runif(k, 1, 20), 10^runif(k, -1, 1), c(1, rnorm(k - 1)))))
  }
  for (i in seq_along(models)) {
    peak <- true_peak(models[[i]])
    at <- c(0, 1e-7, 0.3, 1, 4, 10, 40)
    error <- abs(hrf(at, models[[i]], "peak") - hrf(at, models[[i]]) / peak)
    bound <- 1e-11 * abs(hrf(at, models[[i]]) / peak)
    expect(all(error <= bound), sprintf("model %d, seed %d: %s", i, seed, deparse1(models[[i]])))
  }
})

test_that("area, maximum and sum are normalised", {
  for (name in names(formulas)) {
    expect_lte(abs(integral(model = name, normalise = "area") - 1), 1e-9, label = name)
    for (t in list(0:30, c(3, 1, 2), 5, seq(-5, 40, by = 0.1))) {
      expect_lte(abs(max(hrf(t, name, "max")) - 1), 1e-15, label = name)
      expect_lte(abs(sum(hrf(t, name, "sum")) - 1), 1e-14, label = name)
    }
  }
  # all of them scale the same function; a negative area turns it over
  t <- 0:20
  for (normalise in c("peak", "area", "max", "sum")) {
    h <- hrf(t, "glover", normalise)
    expect_lte(relative_error(h[-1] / h[6], hrf(t, "glover")[-1] / hrf(5, "glover")), 1e-14)
  }
  upside_down <- gamma_hrf(c(6, 12), 1, c(1, -3))
  expect_identical(hrf(t, upside_down, "area"), hrf(t, upside_down) / -2)
})

test_that("what cannot be normalised is refused", {
  zero <- gamma_hrf(c(6, 12), 1, c(1, -1))
  nothing <- gamma_hrf(c(6, 6), 1, c(1, -1))
  negative <- gamma_hrf(6, 1, -1)
  expect_convmat_error(hrf(1, zero, "area"), "value", "`normalise = \"area\"`")
  expect_convmat_error(hrf(1, nothing, "area"), "value", "area is 0")
  # 0.1 + 0.2 - 0.3 is not 0 in binary
  expect_convmat_error(hrf(1, gamma_hrf(6, 1, c(.1, .2, -.3)), "area"), "value", "area is 0")
  expect_convmat_error(hrf(1, nothing, "peak"), "value", "`normalise = \"peak\"`")
  expect_convmat_error(hrf(1, negative, "peak"), "value", "true peak is not above 0")
  expect_convmat_error(hrf(1:9, negative, "max"), "value", "`normalise = \"max\"`")
  expect_convmat_error(hrf(-1, normalise = "max"), "value", "`normalise = \"max\"`")
  expect_convmat_error(hrf(numeric(0), normalise = "max"), "value", "`normalise = \"max\"`")
  expect_convmat_error(hrf(-1, normalise = "sum"), "value", "`normalise = \"sum\"`")
  expect_convmat_error(hrf(numeric(0), normalise = "sum"), "value", "`normalise = \"sum\"`")
  expect_convmat_error(hrf(1:9, nothing, "sum"), "value", "`normalise = \"sum\"`")
  expect_identical(hrf(1, negative, "area"), -hrf(1, negative))
})

test_that("hrf() refuses what is not times, a model or a normalisation", {
  not_numbers <- list(
    NULL, "a", 1i, as.raw(1), list(1), factor(1), Sys.Date(), as.difftime(1, units = "secs"),
    ts(1:3), data.frame(t = 1), matrix(1:4, 2), array(1, c(1, 1, 1)), quote(t), sum, I(1),
    structure(1, class = "integer64")
  )
  for (t in not_numbers) {
    expect_convmat_error(hrf(t), "type", "`t` must be a numeric vector, not ")
    if (!is.character(t)) {
      expect_convmat_error(hrf(1, t), "type", "`model` must be a name")
      expect_convmat_error(hrf(1, normalise = t), "type", "`normalise` must be one of")
    }
  }
  for (t in list(NA, NA_integer_, NA_real_, NaN, Inf, -Inf, c(1, NA))) {
    expect_convmat_error(hrf(t), "value", "`t` must be finite")
  }
  for (name in list("afni", "", "SPM", "coh", NA_character_, character(0), c("cohen", "spm"))) {
    expect_convmat_error(hrf(1, name), "value", "`model` must be one of \"cohen\"")
    expect_convmat_error(hrf(1, normalise = name), "value", "`normalise` must be one of \"none\"")
  }
  expect_error(hrf(), "\"t\" is missing")
})

test_that("messages read well", {
  expect_snapshot({
    show_error(hrf("4 s"))
    show_error(hrf(c(1, NA, 3, NaN)))
    show_error(hrf(1, "afni"))
    show_error(hrf(1, 7))
    show_error(hrf(1, normalise = "height"))
    show_error(hrf(1, gamma_hrf(6, 1, -1, "dip"), "peak"))
    show_error(gamma_hrf(c(2, 0.5, 0), 1))
    show_error(gamma_hrf(1:2, 1:3))
    show_error(gamma_hrf(numeric(0), 1))
    show_error(gamma_hrf(6, 1, name = 1))
  })
})

test_that("a model of tiny scale has a peak", {
  expect_equal(hrf_peak(gamma_hrf(1, 1e-300))[["value"]], 1e300)
  expect_output(print(gamma_hrf(6, 1e-300)), "peak")
})

test_that("peaks in a tail, next to 0, and as high as another are found", {
  t <- c(0, 1, 5, 30)
  models <- list(
    # all quantiles but the first 0.25 % lie where this is negative
    gamma_hrf(c(35.0065366751514, 38.2523666822817), c(6.10206512287877, 5.15961692043556),
      c(-1.15750488785885, 0.496621993348566)),
    gamma_hrf(c(1.5, 2), 1, c(1, -1000)), # peaks at 3e-7 s
    gamma_hrf(c(5, 8, 2000), 1, c(1, 1, 31.454))
  )
  # the last: two peaks, of which the one off the grid is higher by 1e-5
  hump <- true_peak(gamma_hrf(c(5, 8), 1))
  models[[3]]$weight[3] <- hump / stats::dgamma(1999, 2000) * (1 - 1e-5 / 2)
  for (i in seq_along(models)) {
    at <- stats::optimize(
      hrf, list(c(100, 130), c(1e-7, 1e-6), c(3, 8))[[i]],
      model = models[[i]], maximum = TRUE, tol = 1e-12
    )$maximum
    expect_lte(abs(hrf(at, models[[i]], "peak") - 1), 1e-11)
  }
})

test_that("a peak or an area too large for a double is refused, not made 0 or NaN", {
  expect_convmat_error(hrf(0, gamma_hrf(1, 1e-310), "peak"), "value", "`normalise = \"peak\"`")
  e <- expect_convmat_error(
    hrf(1, gamma_hrf(c(2, 3), 1, 1e308), "area"), "value", "`normalise = \"area\"`"
  )
  expect_no_match(conditionMessage(e), "area is 0")
  expect_silent(try(hrf(1, gamma_hrf(1e300, 1), "peak"), silent = TRUE))
})
