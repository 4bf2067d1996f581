# What a step shows is held against the definition, and its sum against conv().

silent <- function(code) {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  code
}

# The samples that stand outside of x, by the rule for each boundary.
beyond <- function(x, place, boundary) {
  n <- length(x)
  if (boundary == "missing") {
    return(ifelse(place >= 0 & place < n, x[pmin(pmax(place, 0), n - 1) + 1], NA))
  }
  if (boundary == "extend") {
    return(vapply(place, function(p) {
      if (p < 0) (1 - p) * x[1] + p * x[2] else if (p < n) x[p + 1] else (p - n + 2) * x[n] - (p - n + 1) * x[n - 1]
    }, 0))
  }
  index <- switch(boundary,
    zero = ifelse(place >= 0 & place < n, place, NA),
    wrap = place %% n,
    nearest = pmin(pmax(place, 0), n - 1),
    reflect = {
      p <- place %% (2 * n)
      ifelse(p < n, p, 2 * n - 1 - p)
    },
    mirror = if (n == 1) 0 * place else {
      p <- place %% (2 * n - 2)
      ifelse(p < n, p, 2 * n - 2 - p)
    }
  )
  ifelse(is.na(index), 0, x[index + 1])
}

test_that("a step is the flipped kernel on the signal, and sums to the output", {
  skip_on_cran()
  set.seed(1)
  for (size in list(c(5, 3), c(3, 5), c(1, 4), c(6, 1), c(2, 7))) {
    x <- round(rnorm(size[1]), 2)
    if (length(x) > 2) x[2] <- NA
    h <- round(rnorm(size[2]), 2)
    for (mode in modes) {
      for (boundary in if (mode %in% c("same", "causal")) some_of(boundaries, 3, first = sum(size)) else "zero") {
        if (boundary == "extend" && length(x) == 1) next # no line through one sample
        y <- conv(x, h, mode, boundary = boundary)
        steps <- silent(plot_steps(x, h, seq_along(y), mode, boundary = boundary))
        first <- mode_window(length(x), length(h), mode)[["first"]]
        for (k in seq_along(y)) {
          step <- steps[[k]]
          expect_identical(step$place, first + k - 1 - (length(h) - 1):0)
          expect_identical(step$kernel, rev(h))
          expect_equal(step$signal, beyond(x, step$place, boundary))
          expect_equal(step$sum, y[k])
        }
      }
    }
  }
})


test_that("a kernel much longer than the signal is no more work than to draw it", {
  x <- c(2, NA, -1)
  for (boundary in c("wrap", "reflect", "extend")) {
    draw <- function() silent(plot_steps(x, sin(1:20000), 2, "same", boundary = boundary))[[1]]
    taken <- system.time(step <- draw(), gcFirst = FALSE)
    expect_equal(step$signal, beyond(x, step$place, boundary))
    expect_lt(taken[["user.self"]], 1) # a convolution for each place takes several
  }
})
test_that("times go by start and dt, and the layout of the device comes back", {
  step <- silent(plot_steps(1:4, c(1, 2), 2, start = 10, dt = 0.5))[[1L]]
  expect_identical(step$place, c(10, 10.5))
  silent({
    graphics::par(mfrow = c(1, 2), mar = 1:4)
    plot_steps(1:4, 1, 1)
    expect_identical(graphics::par("mfrow", "mar"), list(mfrow = 1:2, mar = 1:4 + 0))
  })
})

test_that("bad arguments are refused by name", {
  expect_convmat_error(plot_steps(1:3, 1:2, 5), "value", "`k` must be whole numbers from 1 to 4")
  expect_convmat_error(plot_steps(1:3, 1:2, numeric(0)), "length", "`k` must name")
  expect_convmat_error(plot_steps(1i, 1, 1), "type", "`x` must be real")
  expect_convmat_error(plot_steps(numeric(0), 1, 1), "length", "`x` must have at least one")
  expect_convmat_error(plot_steps(1:3, NA, 1), "value", "`h` must be finite")
  expect_convmat_error(plot_steps(1:3, 1, 1, dt = 0), "value", "`dt` must be a number above 0")
})

test_that("the pictures stay as they were looked at", {
  skip_if_not_installed("vdiffr")
  neural <- neural_signal(events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3)), 0:39)[, 1]
  vdiffr::expect_doppelganger("three steps", function() plot_steps(neural, hrf(0:19), c(11, 16, 26)))
  vdiffr::expect_doppelganger("steps at an edge", function() {
    plot_steps(c(3, 5, 4, 6, 8), c(1, 2, 1) / 4, c(1, 5), "same", boundary = "wrap")
  })
  vdiffr::expect_doppelganger("rows", function() plot_rows(shifted_kernels(hrf(0:19), 40), 1:5))
})

test_that("margins are the same after pictures, in whatever order", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  before <- graphics::par("mar", "mai", "cex", "mfrow", "mgp", "las")
  design <- design_matrix(events(c(1, 5), 2), 0:9)
  for (i in 1:2) {
    plot(design)
    plot(design, type = "correlation")
    plot_steps(1:4, c(1, 10, 100), 1:2)
    plot_steps(1:4, c(1, 10, 100), 1)
    expect_equal(graphics::par("mar", "mai", "cex", "mfrow", "mgp", "las"), before)
  }
  graphics::par(mai = before$mai)
  plot_steps(1:4, c(1, 10, 100), 1:2)
  expect_equal(graphics::par("mar", "mai", "cex", "mfrow", "mgp", "las"), before)
})
