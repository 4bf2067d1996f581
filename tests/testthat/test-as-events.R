log <- data.frame(
  time = c(1.5, 9), kind = c("face", "house"), rt = c(0.61, NA), duration = c(2, 3), run = 1:2
)

test_that("columns are taken by name, or a number for every row", {
  ev <- as_events(log, onset = "time", trial_type = "kind")
  expect_s3_class(ev, c("events", "data.frame"), exact = TRUE)
  expect_identical(as.list(ev), list(
    onset = c(1.5, 9), duration = c(2, 3), amplitude = c(1, 1), trial_type = c("face", "house"),
    run = 1:2, time = c(1.5, 9), kind = c("face", "house"), rt = c(0.61, NA)
  ))
  ev <- as_events(log, "time", 0.5, "rt", "rt", NULL, missing = "drop")
  expect_identical(names(ev), c(
    "onset", "duration", "amplitude", "trial_type", "time", "kind", "rt", "duration_in_df", "run_in_df"
  ))
  expect_identical(ev$duration, 0.5)
  expect_identical(ev$amplitude, 0.61)
  expect_identical(ev$trial_type, "0.61")
  expect_identical(ev$duration_in_df, 2)
})

test_that("events stay what they are, in any kind of data frame", {
  ev <- bind_runs(events(c(4, 1), 0:1, c(-1, 2), c("b", "a")), events(3, trial_type = factor("b")))
  ev$rt <- c(0.5, NA, 0.1)
  ev$list <- list(1, "a", NULL)
  expect_identical(as_events(ev), ev)
  plain <- as.data.frame(ev)
  expect_identical(as_events(plain), ev)
  expect_identical(as_events(plain[7:1])[names(ev)], ev)
  # what a package's own data frames are, by class; the packages themselves are tried below
  for (class in list(c("tbl_df", "tbl"), "data.table", c("grouped_df", "tbl_df", "tbl"))) {
    other <- structure(plain, class = c(class, "data.frame"))
    expect_identical(as_events(other), ev)
  }
  expect_identical(as_events(ev[0, ])$onset, numeric(0))
})

test_that("what R and other packages make of events is taken as it is", {
  ev <- events(c(0, 30, 60), c(10, 10, 0), trial_type = c("face", "house", "face"))
  same <- list(
    transform(ev, onset = onset + 0), within(ev, more <- 1),
    merge(ev, data.frame(trial_type = c("face", "house"), size = 1:2)), rbind(ev[1, ], as.data.frame(ev)[2:3, ])
  )
  added <- function(package, make) if (requireNamespace(package, quietly = TRUE)) list(make(asNamespace(package)))
  same <- c(
    same, added("tibble", function(p) p$as_tibble(ev)),
    added("data.table", function(p) p$as.data.table(ev)),
    added("dplyr", function(p) p$mutate(ev, onset = onset + 0)),
    added("dplyr", function(p) p$ungroup(p$mutate(p$group_by(ev, trial_type), k = 1)))
  )
  times <- 0:100
  for (table in same) {
    expect_identical(regressors(table, times)[, c("face", "house")], regressors(ev, times))
    expect_identical(neural_signal(table, times)[, c("face", "house")], neural_signal(ev, times))
    back <- as_events(table)
    expect_s3_class(back, "events")
    expect_setequal(back$onset, ev$onset)
  }
})

test_that("rows with missing values are an error, left out, or kept", {
  df <- data.frame(
    onset = c(1, NA, 3, 4), duration = c(NA, 1, 1, 1), trial_type = c("a", "b", NA, "b")
  )
  expect_convmat_error(as_events(df), "value", "`df$onset` must be finite")
  expect_message(ev <- as_events(df, missing = "drop"), "3 rows left out", class = "convmat_message")
  expect_identical(ev, events(4, 1, trial_type = "b"))
  kept <- as_events(df, missing = "keep")
  expect_identical(kept$onset, df$onset)
  expect_identical(kept$trial_type, df$trial_type)
  expect_convmat_error(regressors(kept, 0:9), "value", "Rows: 2.")
  expect_convmat_error(neural_signal(kept, 0:9), "value", "Rows: 2.")
  expect_convmat_error(event_responses(kept, 0:9), "value", "Rows: 2.")
  kept$onset[2] <- kept$duration[1] <- 0
  expect_convmat_error(regressors(kept, 0:9), "value", "`events$trial_type` must not be missing")
  expect_message(expect_convmat_warning(as_events(df[1, ], missing = "drop"), "value", "no event is left"))
})

test_that("names of ours in a table are only taken where that is meant", {
  df <- data.frame(onset = 1, duration = 2, amplitude = 5, amplitude_in_df = 6, trial_type = "a", run = 9)
  ev <- as_events(df, duration = 0, amplitude = 1, trial_type = NULL, run = NULL)
  expect_identical(as.list(ev), list(
    onset = 1, duration = 0, amplitude = 1, duration_in_df = 2, amplitude_in_df_in_df = 5,
    amplitude_in_df = 6, trial_type_in_df = "a", run_in_df = 9
  ))
})

test_that("SPM's lists of conditions are read", {
  spm <- list(names = c("b", "a", "none"), onsets = list(c(0, 30), 15, numeric(0)), durations = list(10, 5, 0))
  ev <- as_events(spm)
  type <- factor(c("b", "b", "a"), c("b", "a", "none"))
  expect_identical(ev, events(c(0, 30, 15), c(10, 10, 5), trial_type = type))
  expect_identical(as_events(list(names = "x", onsets = list(1:3), durations = list(1:3))), events(1:3, 1:3, trial_type = factor(rep("x", 3))))
  # as files of MATLAB are read: lists of lists and matrices of one row
  expect_identical(
    as_events(list(names = list("x"), onsets = list(matrix(1:3, 1)), durations = list(matrix(0)))),
    events(1:3, trial_type = factor(rep("x", 3)))
  )
  expect_convmat_error(as_events(list(names = "x", onsets = list(1), durations = list())), "length", "They have 1, 1 and 0")
  expect_convmat_error(as_events(list(names = "x", onsets = list(1:3), durations = list(1:2))), "length", "or one, not 2")
  expect_convmat_error(as_events(list(names = c("x", "x"), onsets = list(1, 2), durations = list(1, 2))), "value", "different")
  expect_convmat_error(as_events(list(names = "x", onsets = list("1"), durations = list(1))), "type", "`df$onsets[[1]]`")
})

test_that("messages say what is wrong, and what to do", {
  expect_snapshot({
    show_error(as_events(1))
    show_error(as_events(list(1, 2)))
    show_error(as_events(log))
    show_error(as_events(data.frame(onset = 1, length = 2)))
    show_error(regressors(data.frame(onset = 1, length = 2), 0:3))
    show_error(as_events(log, onset = 1))
    show_error(as_events(log, onset = "time", duration = c("a", "b")))
    show_error(as_events(log, onset = "time", duration = -1))
    show_error(as_events(log, onset = "time", trial_type = "type"))
    show_error(as_events(log, onset = "kind"))
    show_error(as_events(log, onset = "time", amplitude = "rt"))
    show_error(as_events(log, onset = "time", missing = "leave"))
    show_error(regressors(as_events(log, "time", "rt", missing = "keep"), 0:3))
    show_error(events(log))
  })
})
