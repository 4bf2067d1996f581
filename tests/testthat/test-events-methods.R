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
  # data frames, too
  expect_identical(rbind(a, as.data.frame(b)), both)
  expect_identical(rbind(a, data.frame(onset = 1, duration = 2, amplitude = 3, trial_type = "b")), both)
  gaps <- as_events(data.frame(onset = 1:2, duration = c(NA, 1), trial_type = "a"), missing = "keep")
  expect_identical(c(gaps, a)$duration, c(NA, 1, 1, 1))
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

test_that("a long table prints its ends and what is in it", {
  set.seed(7)
  ev <- events(0:999 / 2, 1, trial_type = sample(c("face", "house", "scrambled"), 1000, TRUE), run = rep(1:2, 500))
  ev$onset[c(2, 500)] <- NA
  expect_snapshot({
    print(ev, n = 7)
    print(ev[c("onset", "duration")], n = 4)
  })
  expect_length(utils::capture.output(print(ev)), 25) # 20 rows, a title, names, "...", counts
  expect_length(utils::capture.output(print(ev[1:20, ])), 22)
  expect_length(utils::capture.output(print(ev, n = Inf)), 1002)
  for (i in 1:12) ev[[paste0("a_column_with_a_long_name_", i)]] <- i
  wide <- utils::capture.output(print(ev, n = 6)) # several parts
  expect_identical(sum(wide == "..."), sum(grepl("^999", wide)))
  expect_gt(sum(wide == "..."), 1)
  expect_error(print(ev, n = 1), "`n` must be a number, at least 2", class = "convmat_error_value")
  expect_output(print(events(0:29, trial_type = as.character(1:30)), n = 2), "24 more")
})

test_that("events with missing values print, and the others are drawn", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  ev <- as_events(data.frame(onset = c(1, NA), duration = c(NA, 1)), missing = "keep")
  expect_output(print(ev), "<2 events, 1 to 1 s, 2 with missing values>", fixed = TRUE)
  expect_warning(plot(ev), "Rows: 1, 2.", class = "convmat_warning_value")
  plot(ds000114_events, ylim = c(1, 3), ylab = "Types")
  expect_identical(graphics::par("usr")[3:4], c(1, 3))
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
