constant <- function(value) function(t) rep(value, length(t))
box <- function(from, to) function(t) as.numeric(t >= from & t < to)

test_that("two normal densities make the normal density of summed means and variances", {
  t <- c(-6, -1, 0, 0.3, 2, 10)
  for (mean in list(c(0, 0), c(3, -1), c(-2, 5))) {
    for (sd in list(c(1, 1), c(0.5, 2), c(3, 0.1))) {
      y <- conv_integral(
        function(t) dnorm(t, mean[1], sd[1]), function(t) dnorm(t, mean[2], sd[2]), t,
        breaks = mean
      )
      expect_lte(relative_error(y, dnorm(t, sum(mean), sqrt(sum(sd^2)))), 1e-8)
    }
  }
  expect_lte(relative_error(conv_integral(dnorm, dnorm, t), dnorm(t, sd = sqrt(2))), 1e-8)
})

test_that("two exponential densities make a gamma density", {
  t <- c(1e-3, 0.5, 1, 3, 10, 30)
  expect_lte(relative_error(conv_integral(dexp, dexp, t), dgamma(t, 2)), 1e-8)
  expect_identical(conv_integral(dexp, dexp, c(-2, 0)), c(0, 0))
  # gamma densities of one scale add their shapes
  y <- conv_integral(function(t) dgamma(t, 3), function(t) dgamma(t, 6), t)
  expect_lte(relative_error(y, dgamma(t, 9)), 1e-8)
})

test_that("a box is right when its edges are given as breaks, whichever function it is", {
  t <- c(-5, 99, 100, 100.5, 103, 104, 120, 150)
  expected <- pexp(t - 103, lower.tail = FALSE) - pexp(t - 100, lower.tail = FALSE)
  edges <- c(100, 103)
  y <- conv_integral(box(100, 103), dexp, t, breaks = edges)
  expect_lte(max(abs(y - expected) / pmax(expected, 1e-8)), 1e-8)
  expect_identical(y[1:3], c(0, 0, 0))
  expect_identical(conv_integral(dexp, box(100, 103), t, breaks = edges) > 0, expected > 0)
  y <- conv_integral(dexp, box(100, 103), t, breaks = edges)
  expect_lte(max(abs(y - expected) / pmax(expected, 1e-8)), 1e-8)
  # in any order, and more than once
  again <- conv_integral(box(100, 103), dexp, t, breaks = c(103, 100, 100, 103, 0))
  expect_lte(max(abs(again - expected) / pmax(expected, 1e-8)), 1e-8)
  # two boxes make a triangle
  y <- conv_integral(box(1, 2), box(0, 1), c(0.5, 1.25, 2, 2.5, 4), breaks = c(1, 2))
  expect_lte(max(abs(y - c(0, 0.25, 1, 0.5, 0))), 1e-8)
})

test_that("a box with the HRF is the difference of gamma distributions", {
  t <- c(5, 8, 10, 12, 20, 30)
  y <- conv_integral(box(4, 9), hrf, t, breaks = c(4, 9))
  published <- c(
    .02015901486483, 110.3192053506, 318.4534855421, 392.123519289, 1.513106772445,
    3.48313066382e-06
  )
  expect_lte(relative_error(y, published), 1e-8)
})

test_that("the limits are those of tau", {
  t <- c(-1, 0.5, 4)
  exact <- function(lower, upper) {
    # dnorm(tau) dnorm(t - tau) is a normal density around t/2 with variance 1/2
    dnorm(t, sd = sqrt(2)) *
      (pnorm(upper, t / 2, sqrt(1 / 2)) - pnorm(lower, t / 2, sqrt(1 / 2)))
  }
  for (limits in list(c(-1, 2), c(-Inf, 0.3), c(0.3, Inf), c(1, 2), c(-3, -1), c(-Inf, Inf))) {
    y <- conv_integral(dnorm, dnorm, t, limits[1], limits[2])
    expect_lte(relative_error(y, exact(limits[1], limits[2])), 1e-8)
  }
  # tau is f's own time: f never sees what lies outside
  seen <- numeric(0)
  spy <- function(t) {
    seen <<- c(seen, t)
    dnorm(t)
  }
  conv_integral(spy, dnorm, 7, 1, 2)
  expect_true(length(seen) > 0 && min(seen) >= 1 && max(seen) <= 2)
  for (at in c(-2, 0, 0.5)) {
    expect_identical(conv_integral(dnorm, dnorm, t, at, at), c(0, 0, 0))
  }
  expect_lte(abs(conv_integral(constant(2), constant(3), 1, -1e-300, 3) - 18), 1e-7)
})

test_that("each value depends on its own time only", {
  t <- c(5, -1, 0, 5, 2)
  y <- conv_integral(dnorm, dexp, t)
  expect_identical(y, vapply(t, function(t) conv_integral(dnorm, dexp, t), 0))
  expect_identical(conv_integral(dnorm, dexp, numeric(0)), numeric(0))
  expect_identical(conv_integral(dnorm, dexp, c(a = 5L, b = -1L)), y[1:2])
  expect_identical(conv_integral(dnorm, dexp, matrix(t)), y)
  expect_identical(conv_integral(dnorm, dexp, t, breaks = numeric(0)), y)
})

test_that("functions may return whole numbers, logicals, names and a dim", {
  whole <- function(t) as.integer(t >= 0 & t < 2)
  logical <- function(t) t >= 0 & t < 2
  dressed <- function(t) matrix(as.numeric(t >= 0 & t < 2), 1, dimnames = list("f", t))
  expected <- conv_integral(box(0, 2), dexp, 1:3, breaks = 2)
  for (f in list(whole, logical, dressed)) {
    expect_identical(conv_integral(f, dexp, 1:3, breaks = 2), expected)
  }
  expect_lte(relative_error(conv_integral(exp, dnorm, 0, -20, 20), exp(0.5)), 1e-8)
})

test_that("a convolution may be convolved again", {
  skip_on_cran()
  twice <- function(t) conv_integral(dnorm, dnorm, t)
  y <- conv_integral(dnorm, twice, 1, -8, 8)
  expect_lte(relative_error(y, dnorm(1, sd = sqrt(3))), 1e-8)
})

test_that("an integral that is 0 by symmetry is 0, and one of nothing but zeros is suspicious", {
  odd <- function(t) t * exp(-t^2)
  even <- function(t) exp(-t^2)
  expect_identical(
    expect_convmat_warning(conv_integral(constant(0), dnorm, 1), "numeric", "`f` is 0 wherever"), 0
  )
  expect_convmat_warning(
    conv_integral(box(1, 2), box(0.5001, 0.5002), c(2, 3), -1e8, 1e8), "numeric",
    "`g` is 0 wherever the integral looked, and the result may be wrong at all 2 times."
  )
  expect_lte(abs(conv_integral(odd, even, 0)), 1e-14)
  expect_lte(abs(conv_integral(odd, even, 0, abs_tol = 1e-6)), 1e-6)
  expect_silent(expect_identical(conv_integral(dexp, dexp, -2), 0)) # both are seen
  # a larger tolerance is less work
  calls <- 0
  count <- function(t) {
    calls <<- calls + 1
    sqrt(abs(t - 0.3))
  }
  conv_integral(count, constant(1), 1, 0, 1, rel_tol = 1e-10)
  fine <- calls
  calls <- 0
  conv_integral(count, constant(1), 1, 0, 1, rel_tol = 1e-2)
  expect_lt(calls, fine)
})

test_that("integrable singularities between the points are no obstacle", {
  root <- function(t) 1 / sqrt(abs(t))
  expect_lte(relative_error(conv_integral(root, constant(1), 1, 0, 4), 4), 1e-8)
})

test_that("what does not converge is refused", {
  e <- expect_convmat_error(
    conv_integral(function(t) 1 / t, constant(1), c(2, 3), 0, 1), "numeric",
    "did not converge at t = 2."
  )
  expect_match(conditionMessage(e), "QUADPACK says: ")
  skip_if_not_extended()
  expect_convmat_error(
    conv_integral(sin, constant(1), 1, 0, Inf), "numeric",
    "The integral of `f` and `g` did not converge at t = 1."
  )
})

test_that("a function that breaks its promises is named, with the time it broke them at", {
  fails <- function(t) stop("no data here")
  expect_convmat_error(
    conv_integral(fails, dnorm, 1), "value",
    "`f` failed when the integral at t = 1 asked for it: no data here"
  )
  expect_convmat_error(
    conv_integral(dnorm, fails, c(2, 1)), "value",
    "`g` failed when the integral at t = 2 asked for it: no data here"
  )
  expect_convmat_error(
    conv_integral(function(a, b) a + b, dnorm, 1), "value", "`f` failed"
  )
  skip_on_cran()
  for (bad in some_of(list("a", 1i, list(1), factor(1), NULL, Sys.Date(), as.raw(1), data.frame(1)), 1)) {
    f <- function(t) rep(bad, length(t))
    expect_convmat_error(conv_integral(f, dnorm, 1), "type", "`f` must return numbers, not ")
    expect_convmat_error(conv_integral(dnorm, f, 1), "type", "`g` must return numbers, not ")
  }
  for (f in some_of(list(function(t) 1, function(t) t[-1], function(t) c(t, t), function(t) numeric(0)), 1)) {
    expect_convmat_error(conv_integral(f, dnorm, 1), "length", "`f` must return as many values")
    expect_convmat_error(conv_integral(dnorm, f, 1), "length", "`g` must return as many values")
  }
  for (bad in some_of(list(NA, NA_integer_, NaN, Inf, -Inf), 1)) {
    f <- function(t) ifelse(t > 2, bad, 1)
    expect_convmat_error(conv_integral(f, dnorm, 1, 0, 9), "value", "`f` must be finite wherever")
    expect_convmat_error(conv_integral(dnorm, f, 9, 0, 9), "value", "`g` must be finite wherever")
  }
})

test_that("warnings of the functions reach the user", {
  suppress_all_but_first <- function(code) {
    seen <- 0
    withCallingHandlers(code, warning = function(w) {
      seen <<- seen + 1
      if (seen > 1) invokeRestart("muffleWarning")
    })
  }
  f <- function(t) {
    warning("extrapolated")
    dnorm(t)
  }
  expect_warning(suppress_all_but_first(conv_integral(f, dnorm, 1, 0, 1)), "extrapolated")
})

test_that("arguments out of range are refused", {
  for (bad in list(NULL, 1, "dnorm", quote(dnorm), list(dnorm), TRUE)) {
    expect_convmat_error(conv_integral(bad, dnorm, 1), "type", "`f` must be a function")
    expect_convmat_error(conv_integral(dnorm, bad, 1), "type", "`g` must be a function")
  }
  not_numbers <- list("1", 1i, list(1), factor(1), Sys.Date(), sum)
  for (bad in c(not_numbers, list(NULL, ts(1:3), matrix(1:4, 2)))) {
    expect_convmat_error(conv_integral(dnorm, dnorm, bad), "type", "`t` must be a numeric vector")
  }
  for (bad in c(not_numbers, list(ts(1:3), matrix(1:4, 2)))) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, breaks = bad), "type", "`breaks` must be")
  }
  for (bad in list(NA, NaN, Inf, c(1, -Inf))) {
    expect_convmat_error(conv_integral(dnorm, dnorm, bad), "value", "`t` must be finite")
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, breaks = bad), "value", "`breaks` must be")
  }
  for (bad in c(not_numbers, list(NULL))) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, bad), "type", "`lower` must be a number")
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, 0, bad), "type", "`upper` must be a number")
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, rel_tol = bad), "type", "`rel_tol` must be")
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, abs_tol = bad), "type", "`abs_tol` must be")
  }
  for (bad in list(numeric(0), 1:2)) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, bad), "length", "`lower` must be a number")
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, 0, bad), "length", "`upper` must be")
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, rel_tol = bad), "length", "`rel_tol`")
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, abs_tol = bad), "length", "`abs_tol`")
  }
  for (bad in list(NA, NaN, Inf)) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, bad), "value", "`lower` must be a number")
  }
  for (bad in list(NA, NaN, -Inf)) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, 0, bad), "value", "`upper` must be a number")
  }
  expect_convmat_error(conv_integral(dnorm, dnorm, 1, 2, 1), "value", "`lower` must not be above")
  for (bad in list(NA, NaN, 0, -1, 1, 2, Inf, 1e-15)) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, rel_tol = bad), "value", "`rel_tol` must be")
  }
  for (bad in list(NA, NaN, -1e-300, Inf)) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, abs_tol = bad), "value", "`abs_tol` must be")
  }
  # also when there is no time to compute
  expect_convmat_error(conv_integral(dnorm, 1, numeric(0)), "type", "`g` must be a function")
})

test_that("messages read well", {
  expect_snapshot({
    show_error(conv_integral("dnorm", dnorm, 0))
    show_error(conv_integral(function(t) stop("boo"), dnorm, 1.5))
    show_error(conv_integral(dnorm, function(t) 1, 0, 0, 1))
    show_error(conv_integral(dnorm, function(t) "a", 0))
    show_error(conv_integral(function(t) ifelse(t > -1, NA, 1), dnorm, 0, 0.5, 1.5))
    show_error(conv_integral(dnorm, dnorm, 0, 3, 1))
    show_error(conv_integral(dnorm, dnorm, 0, c(1, 2)))
    show_error(conv_integral(dnorm, dnorm, 0, rel_tol = 0))
    show_error(conv_integral(dnorm, dnorm, 0, abs_tol = -1))
  })
})

test_that("an integral that diverges is refused, whatever its estimate", {
  expect_convmat_error(
    conv_integral(constant(1), constant(1), 1), "numeric", "did not converge at t = 1"
  )
  expect_convmat_error(
    conv_integral(constant(1), constant(1), 1, -1, Inf), "numeric", "did not converge at t = 1"
  )
  expect_convmat_error(
    conv_integral(abs, constant(1), 1, -1, Inf), "numeric", "did not converge at t = 1"
  )
  expect_convmat_error(
    conv_integral(constant(1), constant(1), 1, 0, Inf, abs_tol = 1), "numeric", "did not converge"
  )
  expect_convmat_error(
    conv_integral(function(t) 1 / t^2, constant(1), 1, 0, 4), "numeric", "did not converge at t = 1"
  )
})

test_that("a product or an integral too large for a double is refused", {
  large <- constant(1e200)
  expect_convmat_error(conv_integral(large, large, 1, 0, 1), "value", "`f` and `g`")
  expect_convmat_error(conv_integral(constant(1e300), constant(1), 1, 0, 1e10), "numeric", "t = 1")
})

test_that("peaks are found, or the breaks and peaks that are given suffice", {
  # revenue less cost
  y <- conv_integral(function(x) dnorm(x, 170, 7), function(x) dnorm(x, -160, 7), 10)
  expect_lte(relative_error(y, dnorm(10, 10, sqrt(98))), 1e-8)
  f <- function(x) dnorm(x, 100, 1e-3)
  g <- function(x) dnorm(x, 200, 1e-3)
  right <- dnorm(300.002, 300, sqrt(2) * 1e-3)
  expect_lte(relative_error(conv_integral(f, g, 300.002), right), 1e-8)
  expect_lte(relative_error(conv_integral(f, g, 300.002, breaks = c(100, 200)), right), 1e-8)
  peaks <- data.frame(at = c(100, 200), width = 1e-3)
  expect_lte(relative_error(conv_integral(f, g, 300.002, peaks = peaks), right), 1e-8)
  # far out
  y <- conv_integral(function(x) dnorm(x, 1e6), dnorm, 1e6 + 1:2)
  expect_lte(relative_error(y, dnorm(1:2, sd = sqrt(2))), 1e-8)
  y <- conv_integral(function(x) dnorm(x, 1e6), box(0, 3), 1e6 + 3)
  expect_lte(relative_error(y, diff(pnorm(c(0, 3)))), 1e-8)
})

# Random sums of independent variables: value, truth, and whether there was a warning.
random_sums <- function(n, draw, hint) {
  position <- function() stats::runif(1, -200, 200)
  width <- function() 10^stats::runif(1, -3, 2)
  vapply(seq_len(n), function(i) {
    p <- draw(position, width)
    warned <- FALSE
    y <- withCallingHandlers(
      do.call(conv_integral, c(p[c("f", "g", "t")], hint(p))),
      convmat_warning_numeric = function(w) {
        warned <<- TRUE
        invokeRestart("muffleWarning")
      }
    )
    c(wrong = !(abs(y - p$true) <= 1e-6 * abs(p$true)), warned = warned)
  }, c(NA, NA))
}

draw_normals <- function(position, width) {
  m <- c(position(), position())
  s <- c(width(), width())
  t <- sum(m) + stats::rnorm(1) * sqrt(sum(s^2))
  list(
    f = function(x) dnorm(x, m[1], s[1]), g = function(x) dnorm(x, m[2], s[2]), t = t,
    true = dnorm(t, sum(m), sqrt(sum(s^2))), at = m, width = s, breaks = m
  )
}

draw_uniforms <- function(position, width) {
  a <- c(position(), position())
  w <- c(width(), width())
  t <- sum(a) + sum(w) * stats::runif(1, 0.05, 0.95)
  overlap <- min(a[1] + w[1], t - a[2]) - max(a[1], t - a[2] - w[2])
  list(
    f = function(x) dunif(x, a[1], a[1] + w[1]), g = function(x) dunif(x, a[2], a[2] + w[2]), t = t,
    true = max(0, overlap) / prod(w), at = a + w / 2, width = w, breaks = c(a, a + w)
  )
}

draw_both <- function(position, width) {
  a <- c(position(), position())
  w <- c(width(), width())
  t <- sum(a) + w[2] * stats::runif(1) + stats::rnorm(1) * w[1]
  list(
    f = function(x) dnorm(x, a[1], w[1]), g = function(x) dunif(x, a[2], a[2] + w[2]), t = t,
    true = (pnorm(t - a[2], a[1], w[1]) - pnorm(t - a[2] - w[2], a[1], w[1])) / w[2],
    at = a + c(0, w[2] / 2), width = w, breaks = c(a, a[2] + w[2])
  )
}

# No wrong value without a warning, and at most 2 % warnings among right ones; none of either where peaks are
# given. 180 sums of two normals, 120 of two uniforms, 120 of one of each at the extended level, a twentieth else.
test_that("sums of random variables are right, or there is a warning", {
  skip_on_cran()
  set.seed(41)
  cases <- list(list(draw_normals, 180), list(draw_uniforms, 120), list(draw_both, 120))
  hints <- list(
    none = function(p) list(), breaks = function(p) list(breaks = p$breaks),
    peaks = function(p) list(peaks = data.frame(at = p$at, width = p$width))
  )
  for (case in cases) {
    for (hint in names(hints)) {
      r <- random_sums(how_many(case[[2]], case[[2]] / 20), case[[1]], hints[[hint]])
      expect_identical(sum(r["wrong", ] & !r["warned", ]), 0L, label = hint)
      expect_lte(sum(!r["wrong", ] & r["warned", ]), 0.02 * sum(!r["wrong", ]), label = hint)
      if (hint == "peaks") expect_identical(sum(r), 0L)
    }
  }
})

test_that("what the search misses and the quadrature comes upon is found after all", {
  # each twice: narrower than the finest grid, beside one that is seen
  box_sum <- function(at, width, t) {
    f <- function(x) dunif(x, at[1] - width[1] / 2, at[1] + width[1] / 2)
    g <- function(x) dunif(x, at[2] - width[2] / 2, at[2] + width[2] / 2)
    conv_integral(f, g, t)
  }
  y <- expect_silent(box_sum(c(100.8465, -179.2516), c(0.001297395, 0.02874429), -78.39874))
  expect_lte(relative_error(y, 1 / 0.02874429), 1e-8)
  # QUADPACK takes the edges of this one for a divergence
  y <- expect_silent(box_sum(c(-113.6253, -143.6242), c(0.09513623, 0.001006459), -257.2634))
  expect_lte(relative_error(y, 1 / 0.09513623), 1e-8)
})

test_that("peaks are a data frame of places and widths", {
  for (bad in list(1, list(at = 1, width = 1), data.frame(at = 1), "a")) {
    expect_convmat_error(conv_integral(dnorm, dnorm, 1, peaks = bad), "type", "`peaks` must be a data frame")
  }
  expect_convmat_error(
    conv_integral(dnorm, dnorm, 1, peaks = data.frame(at = c(1, NA), width = 1)), "value", "`peaks$at`"
  )
  expect_convmat_error(
    conv_integral(dnorm, dnorm, 1, peaks = data.frame(at = 1:2, width = c(1, 0))), "value", "`peaks$width`"
  )
})
