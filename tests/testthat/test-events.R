test_that("events are a data frame of doubles, with what has length 1 repeated", {
  ev <- events(c(4L, 10L), duration = TRUE, trial_type = c(a = "x", b = "y"))
  expect_s3_class(ev, c("events", "data.frame"), exact = TRUE)
  expect_identical(as.list(ev), list(
    onset = c(4, 10), duration = c(1, 1), amplitude = c(1, 1), trial_type = c("x", "y")
  ))
  expect_identical(attr(ev, "row.names"), 1:2)
  expect_identical(names(events(1)), c("onset", "duration", "amplitude"))
  expect_identical(events(1), events(1, 0, 1, NULL))
  expect_identical(events(5, duration = 1:3)$onset, c(5, 5, 5))
  expect_identical(events(c(a = -1.5, b = 3))$onset, c(-1.5, 3))
  expect_identical(events(matrix(1:3))$onset, c(1, 2, 3))
})

test_that("types stay what they are", {
  type <- factor(c("b", "a"), levels = c("z", "b", "a"))
  expect_identical(events(1:2, trial_type = type)$trial_type, type)
  expect_identical(events(1:2, trial_type = as.ordered(type))$trial_type, as.ordered(type))
  expect_identical(events(1:2, trial_type = "a")$trial_type, c("a", "a"))
  # numbers are labels
  expect_identical(events(1:3, trial_type = c(2L, 1L, 2L))$trial_type, c("2", "1", "2"))
  expect_identical(events(1:3, trial_type = c(0.1, 1e5, 1 / 3))$trial_type, c("0.1", "100000", "0.333333333333333"))
})

test_that("there may be no events", {
  for (ev in list(events(numeric(0)), events(numeric(0), trial_type = factor(levels = "a")))) {
    expect_identical(nrow(ev), 0L)
    expect_identical(ev$duration, numeric(0))
  }
})

test_that("events are a data frame in every other way", {
  ev <- events(c(4, 10, 20), 1:3, trial_type = c("a", "b", "a"))
  expect_s3_class(ev[2:1, ], "events")
  expect_identical(ev[2:1, ]$onset, c(10, 4))
  expect_s3_class(rbind(ev, ev), "events")
  expect_identical(class(as.data.frame(ev)), "data.frame")
  expect_identical(subset(ev, trial_type == "a")$duration, c(1, 3))
})

test_that("columns that are not numbers are refused", {
  skip_on_cran()
  not_numbers <- list(
    NULL, "1", 1i, as.raw(1), list(1), factor(1), Sys.Date(), Sys.time(),
    as.difftime(1, units = "secs"), ts(1:2), data.frame(onset = 1), matrix(1:4, 2), quote(x),
    sum, structure(1, class = "integer64")
  )
  for (bad in not_numbers) {
    expect_convmat_error(events(bad), "type", "`onset` must be a numeric vector")
    expect_convmat_error(events(1, bad), "type", "`duration` must be a numeric vector")
    expect_convmat_error(events(1, 1, bad), "type", "`amplitude` must be a numeric vector")
  }
  for (bad in list(NA, NA_integer_, NaN, Inf, c(1, -Inf))) {
    expect_convmat_error(events(bad), "value", "`onset` must be finite")
    expect_convmat_error(events(1, bad), "value", "`duration` must be finite")
    expect_convmat_error(events(1, 1, bad), "value", "`amplitude` must be finite")
  }
  expect_convmat_error(events(1:2, c(1, -1e-300)), "value", "`duration` must be 0 or more")
  expect_error(events(), "\"onset\" is missing")
})

test_that("types that are not types are refused", {
  for (bad in list(TRUE, NA, list("a"), I("a"), as.Date("2020-01-01"), data.frame("a"))) {
    expect_convmat_error(events(1, trial_type = bad), "type", "`trial_type` must be a character")
  }
  for (bad in list(NA_character_, c("a", NA), factor(c("a", NA)), c(1, NA))) {
    expect_convmat_error(events(1, trial_type = bad), "value", "`trial_type` must not be missing")
  }
})

test_that("lengths must agree", {
  expect_convmat_error(events(1:3, 1:2), "length", "`onset` has 3, `duration` has 2")
  expect_convmat_error(events(1, 1:2, 1:3), "length", "`duration` has 2, `amplitude` has 3")
  expect_convmat_error(events(1:3, trial_type = c("a", "b")), "length", "`trial_type` has 2")
  expect_convmat_error(events(1:2, numeric(0)), "length", "`duration` has 0")
  expect_convmat_error(events(1:2, trial_type = character(0)), "length", "`trial_type` has 0")
})

test_that("events print", {
  expect_snapshot({
    events(4, 3, trial_type = "a")
    ev <- events(c(4, 10, 20.5), c(3, 0, 1), c(1, 1, 3), c("face", "house", "face"))
    ev
    ev[3:2, ]
    ev[, c("onset", "duration")]
    ev[, c("amplitude", "trial_type")]
    print(ev, row.names = FALSE)
  })
  expect_output(value <- withVisible(print(events(1))))
  expect_identical(value, list(value = events(1), visible = FALSE))
})

test_that("messages read well", {
  expect_snapshot({
    show_error(events("4"))
    show_error(events(c(1, NA, Inf)))
    show_error(events(1:7, -1))
    show_error(events(1:4, c(1, -1, 0, -0.5)))
    show_error(events(1:3, 1:2))
    show_error(events(1, trial_type = TRUE))
    show_error(events(data.frame(onset = 1)))
    show_error(events(1:3, trial_type = c("a", NA, "b")))
  })
})

test_that("no events, and events without their columns, print", {
  expect_output(print(events(numeric(0))), "<0 events>", fixed = TRUE)
  expect_output(print(events(numeric(0), trial_type = character(0))), "<0 events>", fixed = TRUE)
  ev <- events(c(4, 10, 20.5), c(3, 0, 1), trial_type = c("face", "house", "face"))
  expect_output(print(ev[0, ]), "<0 events>", fixed = TRUE)
  expect_output(print(ev["onset"]), "<3 events>", fixed = TRUE)
  for (bad in list(c("a", "b", "c"), factor(1:3), list(1, 2, 3))) {
    changed <- ev
    changed$onset <- bad
    expect_output(print(changed), "<3 events", fixed = TRUE)
  }
})

test_that("a missing level is a missing type", {
  type <- addNA(factor(c("a", NA)))
  expect_convmat_error(events(1:2, trial_type = type), "value", "`trial_type` must not be missing")
})

test_that("names that are made of numbers do not depend on how numbers are printed", {
  made <- function() {
    ev <- events(c(0, 5), trial_type = c(1.5, 1e5), run = c(1, 1e5))
    types <- events(c(0, 5), c(2.5, 1), trial_type = c(1.5, 2.5))
    runs <- list(0:9, 0:9)
    names(runs) <- c("1", "100000")
    folder <- tempfile()
    dir.create(folder)
    files <- file.path(folder, c("a_{run}.tsv", "b.1D"))
    write_events(ev, files[1L])
    write_events(events(c(1.5, 2, 1), 2.5, run = c(1, 2, 2)), files[2L], "afni")
    list(
      colnames(regressors(ev, runs)), colnames(event_responses(ev, runs)), colnames(design_matrix(ev, runs)),
      colnames(regressors(types, 0:9, model = "fir", lags = c(0, 2.5, 5))),
      colnames(regressors(events(0), 0:9, model = hrf_basis("gamma", n = 2))),
      names(conv(as.table(c("0.5" = 0.5, "1" = 0.5)), as.table(c("100000" = 1)))),
      names(conv_power(as.table(c("0.5" = 1)), 3)),
      bind_runs(a = ev, b = events(1, trial_type = "c", run = "d"))$trial_type,
      rbind(ev, events(1, trial_type = "c", run = "d"))$run,
      colnames(confint(deconv(c(1, 3, 2), 1:2))),
      dir(folder), readLines(files[2L])
    )
  }
  plain <- made()
  expect_identical(plain[[1]], c("1.5", "100000"))
  expect_identical(plain[[4]], c("1.5_lag_0", "1.5_lag_2.5", "2.5_lag_0", "2.5_lag_2.5"))
  expect_identical(plain[[6]], c("100000.5", "100001"))
  expect_identical(plain[[12]], c("1.5:2.5", "2:2.5 1:2.5"))
  for (how in list(list(OutDec = ","), list(scipen = -10), list(scipen = 100, digits = 3))) {
    old <- options(how)
    expect_identical(made(), plain)
    options(old)
  }
})
