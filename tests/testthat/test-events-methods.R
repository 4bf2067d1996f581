test_that("`[` keeps the class", {
  ev <- events(c(4, 10, 20), 1:3, trial_type = c("a", "b", "a"))
  expect_identical(ev[2:3, ]$onset, c(10, 20))
  expect_s3_class(ev[ev$onset > 5, ], "events")
  expect_s3_class(ev[, 1:3], "events")
  expect_identical(ev[, "onset"], c(4, 10, 20))
  expect_identical(regressors(ev[c(3, 1), ], 0:30)[, "a"], regressors(ev, 0:30)[, "a"])
})

test_that("c() and rbind() put rows together", {
  a <- events(c(4, 10), 1, trial_type = "a")
  b <- events(1, 2, 3, trial_type = factor("b", c("b", "z")))
  both <- c(a, b)
  expect_s3_class(both, c("events", "data.frame"), exact = TRUE)
  expect_identical(as.list(both), list(
    onset = c(4, 10, 1), duration = c(1, 1, 2), amplitude = c(1, 1, 3),
    trial_type = c("a", "a", "b")
  ))
  expect_identical(attr(both, "row.names"), 1:3)
  expect_identical(rbind(a, b), both)
  expect_identical(levels(c(b, events(2, trial_type = factor("q")))$trial_type), c("b", "z", "q"))
  extra <- a
  extra$rt <- c(0.5, 0.6)
  expect_identical(names(c(extra, a)), names(a))
  expect_identical(c(extra, extra)$rt, c(0.5, 0.6, 0.5, 0.6))
  expect_identical(c(a), a)
})

test_that("as.data.frame() takes the class off", {
  ev <- events(1:2)
  expect_identical(class(as.data.frame(ev)), "data.frame")
  expect_identical(as.list(as.data.frame(ev)), as.list(ev))
})

test_that("plot() draws any events and returns them", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  mar <- graphics::par("mar")
  for (ev in list(
    events(c(4, 10), c(3, 0), c(1, -2)), events(numeric(0)), events(5), ds000114_events,
    bind_runs(ds000114_events, ds000114_events), bind_runs(a = events(1), b = events(2)),
    events(1:3, amplitude = 0), events(1, trial_type = factor("a", c("z", "a")))
  )) {
    expect_identical(plot(ev), ev)
  }
  expect_invisible(plot(ds000114_events, main = "blocks", col = "red", cex.axis = 2))
  expect_identical(graphics::par("mar"), mar)
})

test_that("messages say what is wrong", {
  a <- events(1, trial_type = "a")
  expect_snapshot({
    show_error(c(a, 1))
    show_error(rbind(a, events(1)))
    show_error(events(1, run = 1.5))
    show_error(events(1, run = NA_character_))
    show_error(events(1, run = TRUE))
  })
})
