test_that("a row is a run, and `*` a run without events", {
  lines <- c("32 46 242", "* *", "46 60 130 144 298", "158", "* *", "60 102 242", "158 256", "228")
  path <- file_of(lines)
  for (format in c("auto", "afni")) {
    expect_message(ev <- read_events(path, format), "no durations; they are taken as 0")
    expect_identical(as.list(ev), list(
      onset = c(32, 46, 242, 46, 60, 130, 144, 298, 158, 60, 102, 242, 158, 256, 228),
      duration = numeric(15), amplitude = rep(1, 15), run = rep(c(1L, 3L, 4L, 6L, 7L, 8L), c(3, 5, 1, 3, 2, 1))
    ))
  }
  expect_silent(ev <- read_events(path, duration = 15))
  expect_identical(ev$duration, rep(15, 15))
  X <- regressors(ev, rep(list(scan_times(150, 2)), 8))
  expect_identical(dim(X), c(1200L, 1L))
  expect_true(all(X[151:300] == 0) && all(X[601:750] == 0))
  one <- quiet(file_of("# made by hand", "5 10.5 1e2"), "afni")
  expect_identical(as.list(one), list(onset = c(5, 10.5, 100), duration = c(0, 0, 0), amplitude = c(1, 1, 1)))
})

test_that("amplitudes and durations are joined to onsets", {
  ev <- read_events(file_of("30*5:12 60*-2.5:1", "*", "10*0:.5"))
  expect_identical(as.list(ev), list(
    onset = c(30, 60, 10), duration = c(12, 1, 0.5), amplitude = c(5, -2.5, 0), run = c(1L, 1L, 3L)
  ))
  ev <- read_events(file_of("30:12 60:1"))
  expect_identical(as.list(ev), list(onset = c(30, 60), duration = c(12, 1), amplitude = c(1, 1)))
  ev <- quiet(file_of("30*5 60*1"))
  expect_identical(ev$amplitude, c(5, 1))
  path <- file_of("33.7*9,-2,3:4 40*1,2,3:5")
  expect_message(ev <- read_events(path), "several amplitudes, now columns `modulator_1`, `modulator_2`, `modulator_3`")
  expect_identical(as.list(ev), list(
    onset = c(33.7, 40), duration = c(4, 5), amplitude = c(1, 1), modulator_1 = c(9, 1), modulator_2 = c(-2, 2),
    modulator_3 = c(3, 3)
  ))
  expect_identical(quiet(path, amplitude = "modulator_2")$amplitude, c(-2, 2))
  expect_message(ev <- read_events(file_of("30:12 60:1"), duration = 2), "those of the file are in `duration_in_file`")
  expect_identical(ev$duration_in_file, c(12, 1))
})

test_that("global times become those of each run", {
  path <- file_of("10", "65", "299.5", "300", "420")
  ev <- quiet(path, "afni", run_lengths = c(60, 240, 150))
  expect_identical(ev$onset, c(10, 5, 239.5, 0, 120))
  expect_identical(ev$run, c(1L, 2L, 2L, 3L, 3L))
  row <- quiet(file_of("10 65 299.5 300 420"), "afni", run_lengths = c(60, 240, 150))
  expect_identical(row, ev)
  expect_null(quiet(path, "afni", run_lengths = 500)$run)
  expect_identical(
    regressors(ev, list(scan_times(30, 2), scan_times(120, 2), scan_times(75, 2)))[31:150],
    regressors(events(c(65, 299.5) - 60), scan_times(120, 2))[, 1]
  )
  # `*` makes local times of a column, as in AFNI
  expect_identical(quiet(file_of("10 *", "65", "2"), "afni")$run, 1:3)
})

test_that("onsets below 0 are left out, as AFNI does", {
  expect_message(
    expect_message(ev <- read_events(file_of("-1 5", "-1"), "afni"), "2 onsets below 0 left out"), "durations"
  )
  expect_identical(ev$onset, 5)
  expect_identical(ev$run, 1L)
  none <- quiet(file_of("-1*37", "*"))
  expect_identical(nrow(none), 0L)
})

test_that("files that are not AFNI's say why", {
  here <- function(..., args = list()) show_file_error(..., args = c("afni", args))
  expect_snapshot({
    here("10 20", "30*5 40")
    here("10*1,2 20*1")
    here("10 2O")
    here("10*2:")
    here("10,5 20")
    here("10", "20", "5")
    here("10 20", "30", args = list(run_lengths = c(60, 60)))
    here("10", "200", args = list(run_lengths = c(60, 60)))
  })
  path <- file_of("10 20")
  expect_convmat_error(read_events(path, "afni", dec = ","), "value", "`dec` must be")
  expect_convmat_error(read_events(path, "afni", run_lengths = c(1, 0)), "value", "`run_lengths` must be above 0")
  expect_convmat_error(read_events(path, "afni", run_lengths = "a"), "type", "`run_lengths` must be a numeric vector")
  expect_convmat_error(read_events(path, "afni", run_lengths = numeric(0)), "length", "`run_lengths` must have")
})
