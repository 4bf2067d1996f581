ev <- events(c(0, 30, 60.5), c(10, 0, 5), c(1, 2, 1), c("face", "house", "face"))
ev$rt <- c(0.5, NA, 0.25)

test_that("BIDS files have the columns that are needed, and n/a", {
  path <- tempfile()
  expect_identical(expect_invisible(write_events(ev, path)), path, ignore_attr = TRUE)
  expect_identical(readLines(path), c(
    "onset\tduration\tamplitude\ttrial_type\trt", "0\t10\t1\tface\t0.5", "30\t0\t2\thouse\tn/a", "60.5\t5\t1\tface\t0.25"
  ))
  expect_identical(quiet(path), ev)
  write_events(events(c(1 / 3, 2), trial_type = c("a\tb", "\"c\"")), path)
  expect_identical(readLines(path), c(
    "onset\tduration\ttrial_type", "0.3333333333333333\t0\t\"a\tb\"", "2\t0\t\"\"\"c\"\"\""
  ))
  # amplitudes that stand in a column of the file already
  ev$weight <- ev$amplitude
  expect_silent(write_events(ev, path))
  expect_identical(quiet(path), ev)
  ev$weight <- 3
  expect_message(write_events(ev, path), "use `amplitude = \"amplitude\"`")
  expect_identical(quiet(path, amplitude = "amplitude"), ev)
})

test_that("there is a file for each run and type where that is asked for", {
  folder <- tempfile()
  dir.create(folder)
  both <- bind_runs(ev, ev[1:2, ])
  paths <- write_events(both, file.path(folder, "run-{run}_events.tsv"))
  expect_identical(paths, c(`1` = file.path(folder, "run-1_events.tsv"), `2` = file.path(folder, "run-2_events.tsv")))
  expect_identical(do.call(bind_runs, lapply(unname(paths), quiet)), both)
  expect_message(paths <- write_events(both, file.path(folder, "{trial_type}_{run}.txt"), "fsl"), "no place for `rt`")
  expect_identical(names(paths), c("face 1", "house 1", "face 2", "house 2"))
  expect_identical(read_events(paths[["face 1"]]), events(c(0, 60.5), c(10, 5)))
  both$trial_type <- factor(both$trial_type, c("none", "house", "face"))
  paths <- suppressMessages(write_events(both, file.path(folder, "{trial_type}.1D"), "afni", runs = 3))
  expect_identical(lapply(paths, readLines), list(
    none = c("-1 *", "*", "*"), house = c("30*2", "30*2", "*"), face = c("0:10 60.5:5", "0:10", "*")
  ))
  paths <- suppressMessages(write_events(both[both$run == 1, ], file.path(folder, "{trial_type}.txt"), "fsl"))
  expect_identical(readLines(paths[["none"]]), "0\t0\t0")
})

test_that("AFNI's files have what is married to onsets, and `*` where AFNI needs it", {
  lines <- function(...) {
    path <- tempfile()
    suppressMessages(write_events(..., file = path, format = "afni"))
    readLines(path)
  }
  expect_identical(lines(events(c(5, 7.25))), "5 7.25")
  expect_identical(lines(events(c(5, 7), 0, c(1, -2))), "5*1 7*-2")
  expect_identical(lines(events(c(5, 7), c(0, 2), c(1, -2))), "5*1:0 7*-2:2")
  expect_identical(lines(events(c(5, 7), run = 1:2)), c("5 *", "7"))
  expect_identical(lines(events(c(5, 7), run = c(1, 3))), c("5", "*", "7"))
  expect_identical(lines(events(5), runs = 2), c("5", "*"))
  modulated <- ev[1:2, ]
  modulated$amplitude <- 1
  modulated$rt <- c(0.5, 0.25)
  modulated$trial_type <- NULL
  expect_identical(lines(modulated, modulators = "rt"), "0*0.5:10 30*0.25:0")
  modulated$gain <- c(-3, 4)
  expect_identical(lines(modulated, modulators = c("rt", "gain")), "0*0.5,-3:10 30*0.25,4:0")
})

test_that("connections and compressed files are written", {
  expect_output(write_events(ev, stdout()), "^onset\tduration\tamplitude\ttrial_type\trt\n0\t10")
  path <- tempfile(fileext = ".tsv.gz")
  write_events(ev, path)
  expect_identical(bytes_of(path)[1:2], as.raw(c(0x1f, 0x8b)))
  expect_identical(quiet(path), ev)
  path <- tempfile()
  for (con in list(file(path), file(path, "wb"), file(path, "w"))) {
    open <- isOpen(con)
    write_events(ev, con)
    if (open) close(con)
    expect_identical(quiet(path), ev)
  }
})

test_that("what was written is read again as it was, in each format", {
  skip_if_not_installed("hedgehog")
  number <- function(n) {
    round(stats::rnorm(n), sample(0:3, 1)) * 10^sample(c(-300, -5, 0, 0, 0, 2, 300), n, TRUE) * sample(c(1, 1 / 3), n, TRUE)
  }
  word <- function(n) {
    one <- function() paste(sample(c("a", "B", " ", "\t", "\"", "\\", "'", "#", ",", "\u00e9", "\u4e2d", "*"), sample(6, 1), TRUE), collapse = "")
    paste0("x", replicate(n, one()), sample(c("", " ", "\t"), n, TRUE))
  }
  draw <- function(n, seed) {
    set.seed(seed)
    events(number(n), abs(number(n)), if (seed %% 3) number(n) else 1)
  }
  back <- function(format, ev, ...) {
    path <- tempfile()
    on.exit(unlink(path))
    suppressMessages(write_events(ev, path, format))
    suppressMessages(read_events(path, format, ...))
  }
  set.seed(91)
  hedgehog::forall(list(n = hedgehog::gen.int(12), seed = hedgehog::gen.int(1e6)), function(n, seed) {
    ev <- draw(n, seed)
    expect_identical(back("fsl", ev), ev)
    # AFNI's: from 0 on, and in the order of numbered runs
    ev$onset <- abs(ev$onset)
    expect_identical(back("afni", ev), ev)
    if (n > 1) {
      ev$run <- sort(c(2L, sample(1:4, n - 1L, TRUE)))
      expect_identical(back("afni", ev), ev)
    }
    ev <- draw(n, seed)
    typed <- seed %% 2 == 0
    if (typed) ev$trial_type <- word(n)
    ev$run <- NULL
    if (seed %% 5 == 0) ev$run <- if (typed) rep(7L, n) else rep(word(1), n)
    ev[[word(1)]] <- sample(c(number(1), NA, 1), n, TRUE)
    ev[[paste0(word(1), "2")]] <- c("text", sample(c(word(1), "", NA), n - 1, TRUE))
    gaps <- ev
    if (typed) gaps$trial_type[1] <- NA
    gaps$onset[n] <- gaps$duration[1] <- NA
    for (one in list(ev, gaps, ev[0, 1:3])) {
      row.names(one) <- NULL
      run <- if (!is.null(one$run)) "run"
      # a column without a value may be of numbers or of text
      again <- back("bids", one, missing = "keep", run = run)
      expect_identical(names(again), names(one))
      for (name in names(one)) {
        if (!all(is.na(one[[name]]))) expect_identical(again[[name]], one[[name]])
      }
      expect_s3_class(again, c("events", "data.frame"), exact = TRUE)
    }
  }, tests = how_many(60, 20, 8))
})

test_that("what a format has no place for is an error, and nothing is written", {
  folder <- tempfile()
  dir.create(folder)
  path <- file.path(folder, "file")
  plain <- events(1:2)
  with <- function(name, value) {
    plain[[name]] <- value
    plain
  }
  expect_snapshot({
    show_error(write_events(ev, path, "fsl"))
    show_error(write_events(ev, path, "afni"))
    show_error(write_events(bind_runs(plain, plain), path))
    show_error(write_events(plain, file.path(folder, "{trial_type}"), "fsl"))
    show_error(write_events(ev, file.path(folder, "{trial_type}")))
    show_error(write_events(ev, file.path(folder, "{run}"), "afni"))
    show_error(write_events(with("trial_type", c("a/b", "c")), file.path(folder, "{trial_type}"), "fsl"))
    show_error(write_events(with("trial_type", c("n/a", "c")), path))
    show_error(write_events(with("trial_type", c("a\nb", "c")), path))
    show_error(write_events(with("rt", c(1, Inf)), path))
    show_error(write_events(with("rt", list(1, 2)), path))
    show_error(write_events(with("onset", c(-1, 2)), path, "afni"))
    show_error(write_events(with("onset", c(NA, 2)), path, "afni"))
    show_error(write_events(with("duration", c(NA, 2)), path, "fsl"))
    show_error(write_events(with("run", c("a", "b")), path, "afni"))
    show_error(write_events(plain, path, runs = 3))
    show_error(write_events(with("run", 1:2), path, "afni", runs = 1))
    show_error(write_events(plain, path, "afni", modulators = "rt"))
    show_error(write_events(events(1, 0, 2), path, "afni", modulators = "amplitude"))
    show_error(write_events(plain, 1))
    show_error(write_events(1, path))
    show_error(write_events(plain, path, "spm"))
  })
  expect_identical(list.files(folder), character(0))
  expect_convmat_error(write_events(plain, file.path(folder, "none", "file")), "file", "cannot be written")
})
