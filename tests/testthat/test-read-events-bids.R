test_that("quoted fields may hold tabs, quotes and outer spaces; others lose those", {
  ev <- read_events(file_of(
    "onset\tduration\ttrial_type\tnote",
    "0\t1\t\"a\tb\"\t\"x\"",
    " 1 \t1\t c \t\" d \"",
    "2\t\"1\"\t\"say \"\"hi\"\"\tnow\"\t\"\"",
    "3\t1\t6\" gun\ty\""
  ))
  expect_identical(ev$onset, c(0, 1, 2, 3))
  expect_identical(ev$trial_type, c("a\tb", "c", "say \"hi\"\tnow", "6\" gun"))
  expect_identical(ev$note, c("x", " d ", "", "y\""))
  # as write.table() quotes them
  df <- data.frame(onset = 1:2, duration = 0, trial_type = c("one", "\"two\" 3"))
  path <- tempfile()
  write.table(df, path, sep = "\t", row.names = FALSE, qmethod = "double")
  expect_identical(read_events(path)$trial_type, df$trial_type)
})

test_that("tables with names that are wrong say what to do", {
  here <- show_file_error
  expect_snapshot({
    # a tab at the end of line 1, and of every line
    here("onset\tduration\t")
    here("onset\tduration\ttrial_type\t", "0.0\t1.0\ta\t", "5.0\t1.0\tb\t")
    here("onset\tduration", "0\t1\t", "5\t1\t")
    # an index without a name, and row names
    here("\tonset\tduration", "0\t0.0\t1.0", "1\t5.0\t1.0")
    here("onset\tduration", "1\t0.0\t1.0", "2\t5.0\t1.0")
    here("\"onset\"\t\"duration\"", "\"1\"\t0\t1")
    here("onset\tduration\t\ttrial_type", "0\t1\t2\ta")
    here("Onset\tduration", "1\t2", args = list("bids"))
    here("onset\tduration", "1\t2", args = list(duration = "length"))
    here("onset\tduration", "1\t2", args = list(trial_type = "kind"))
    here(paste(c("onset", letters), collapse = "\t"), "1")
  })
})

test_that("rows without a duration or a type are kept, left out, or filled", {
  lines <- c(
    "onset\tduration\ttrial_type\tduration_in_file", "0\t4\ta\tx", "5\tn/a\tb\ty", "9\tn/a\tn/a\tz"
  )
  path <- file_of(lines)
  expect_convmat_error(read_events(path), "file", "`duration` is missing.\n  Line 3, column `duration`")
  kept <- read_events(path, missing = "keep")
  expect_identical(kept$duration, c(4, NA, NA))
  expect_identical(kept$trial_type, c("a", "b", NA))
  expect_s3_class(kept, "events")
  expect_convmat_error(regressors(kept, 0:20), "value", "Rows: 2, 3.")
  expect_message(dropped <- read_events(path, missing = "drop"), "2 rows left out")
  expect_identical(dropped, read_events(file_of(lines[1:2])))
  expect_message(filled <- read_events(path, duration = 0, trial_type = NULL), "durations are 0 for all events")
  expect_identical(as.list(filled), list(
    onset = c(0, 5, 9), duration = c(0, 0, 0), amplitude = c(1, 1, 1),
    duration_in_file_in_file = c(4, NA, NA), trial_type_in_file = c("a", "b", NA),
    duration_in_file = c("x", "y", "z")
  ))
  path <- file_of(lines[c(1, 3, 4)])
  expect_message(expect_convmat_warning(read_events(path, missing = "drop"), "value", "no event is left"))
})

test_that("columns of the file do not become ours by accident", {
  path <- file_of(
    "onset\tduration\ttrial_type\trun\tvolume", "0.5\t4\trest\t2\t200", "10.5\t4\ttone\t2\t205"
  )
  expect_silent(ev <- read_events(path))
  expect_identical(names(ev), c("onset", "duration", "amplitude", "trial_type", "run_in_file", "volume"))
  expect_identical(dim(regressors(ev, scan_times(60, 2))), c(60L, 2L))
  ev <- read_events(path, run = "run")
  expect_identical(ev$run, c(2L, 2L))
  expect_identical(dim(regressors(ev, list(`2` = scan_times(60, 2)))), c(60L, 2L))
  runs <- read_events(file_of("onset\tduration\tsession", "1\t1\tpre", "2\t1\tpost"), run = "session")
  expect_identical(runs$run, c("pre", "post"))
  expect_convmat_error(read_events(path, run = "session"), "file", "has no column `session`, which `run` asks for")
})

test_that("a column that may have the types is named, and taken if asked for", {
  lines <- c(
    "onset\tduration\tevent_type\tcolour", "9.98\t9.5\tstimulus\tred", "29.98\t9.5\tpress\tred",
    "49.98\tn/a\tstimulus\tred"
  )
  path <- file_of(lines)
  expect_message(
    expect_convmat_error(read_events(path), "file", "use `duration = 0`"),
    "Column `event_type` may have the types: `trial_type = \"event_type\"`", fixed = TRUE
  )
  ev <- quiet(path, trial_type = "event_type", duration = 0)
  expect_identical(ev$trial_type, c("stimulus", "press", "stimulus"))
  expect_identical(ev$event_type, ev$trial_type)
  expect_identical(ev$duration, c(0, 0, 0))
  expect_silent(ev <- read_events(path, trial_type = NULL, missing = "keep"))
  expect_null(ev$trial_type)
  # nothing to name where it has one value only, or nothing plays the part
  expect_silent(read_events(file_of("onset\tduration\ttask", "1\t1\trest", "2\t1\trest")))
  expect_silent(read_events(file_of("onset\tduration\trt", "1\t1\t2", "2\t1\t3")))
})

test_that("a file without durations is read with a number, or another column", {
  path <- file_of("onset\tlength", "1\t2", "5\t3")
  expect_convmat_error(read_events(path), "file", "for impulses, `duration = 0`")
  expect_identical(read_events(path, duration = 0)$duration, c(0, 0))
  expect_identical(read_events(path, duration = "length")$duration, c(2, 3))
  expect_convmat_error(read_events(path, duration = -1), "value", "`duration` must be 0 or more")
})

test_that("random tables are read as they were meant", {
  skip_on_cran()
  seed <- 31
  set.seed(seed)
  field <- function(x) {
    need <- grepl("\t", x, fixed = TRUE) | startsWith(x, "\"") | x != trimws(x)
    ifelse(need | runif(length(x)) < 0.2, paste0("\"", gsub("\"", "\"\"", x, fixed = TRUE), "\""), x)
  }
  letters <- c("a", "B", " ", "\t", "\"", "'", "\\", "\u00e9", "#", ",", "1")
  for (case in 1:60) {
    n <- sample(c(1, 2, 9), 1)
    word <- function() {
      replicate(n, paste(c("w", sample(letters, sample(0:5, 1), TRUE)), collapse = ""))
    }
    df <- data.frame(onset = round(runif(n, -5, 99), 3), duration = round(runif(n), 2), trial_type = word(), note = word())
    df$note <- ifelse(runif(n) < 0.3, paste0("\"", df$note), df$note)
    df <- df[sample(4)]
    lines <- c(paste(names(df), collapse = "\t"), do.call(paste, c(lapply(df, function(x) field(as.character(x))), sep = "\t")))
    ev <- read_events(file_of(enc2utf8(lines)))
    for (name in names(df)) expect_identical(ev[[name]], df[[name]], info = paste("seed", seed, "case", case))
  }
})
