# The definition, one grid point after another. Times closer than 1e-8 steps
# count as equal.
oracle_neural <- function(onset, duration, amplitude, times) {
  step <- (times[length(times)] - times[1]) / (length(times) - 1)
  slack <- 1e-8 * step
  signal <- 0 * times
  covers <- logical(length(onset))
  for (k in seq_along(times)) {
    t <- times[k]
    for (e in seq_along(onset)) {
      on <- if (duration[e] > 0) {
        onset[e] - slack <= t && t < onset[e] + duration[e] - slack
      } else {
        t - slack <= onset[e] && onset[e] < t + step - slack
      }
      signal[k] <- signal[k] + on * amplitude[e]
      covers[e] <- covers[e] || on
    }
  }
  list(signal = signal, covers = covers)
}

# The signal, and the rows that a warning names.
signal_and_rows <- function(ev, times) {
  rows <- integer(0)
  signal <- withCallingHandlers(neural_signal(ev, times), convmat_warning_value = function(w) {
    rows <<- sub(".*Rows: (.*)\\.$", "\\1", conditionMessage(w))
    invokeRestart("muffleWarning")
  })
  list(signal = signal, rows = rows)
}

test_that("the page's neural signal holds", {
  ev <- events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3))
  expected <- rep(0, 40)
  expected[c(4:6, 10) + 1] <- 1
  expected[20 + 1] <- 3
  expect_identical(neural_signal(ev, 0:39), matrix(expected))
})

test_that("the on/off models of a condition file hold at two repetition times", {
  ev <- events(c(10, 20, 24), c(6, 4, 2), c(1, 2, 0.1))
  slow <- rep(0, 16)
  slow[c(5:7, 10:11, 12) + 1] <- c(1, 1, 1, 2, 2, 0.1)
  expect_identical(neural_signal(ev, (0:15) * 2), matrix(slow))
  fast <- rep(0, 30)
  fast[c(10:15, 20:23, 24:25) + 1] <- rep(c(1, 2, 0.1), c(6, 4, 2))
  expect_identical(neural_signal(ev, 0:29), matrix(fast))
})

test_that("every whole number of decimal steps is on its grid point", {
  k <- 0:1000
  decimal <- as.numeric(sprintf("%.1f", k / 10))
  slack <- 1e-8 * 0.1
  # each event has an amplitude of its own, so that none can stand in for another
  mark <- k + 1
  for (times in list(k * 0.1, seq(0, 100, by = 0.1), decimal)) {
    # slightly early counts as on the point, and so does slightly late
    for (shift in c(0, 0.9, -0.9) * slack) {
      expect_identical(neural_signal(events(decimal + shift, 0.1, mark), times), matrix(mark))
      expect_identical(neural_signal(events(decimal + shift, 0, mark), times), matrix(mark))
    }
    # past the tolerance a box starts and ends one point later,
    late <- neural_signal(events(decimal[-1001] + 1.1 * slack, 0.1, mark[-1]), times)
    expect_identical(late, matrix(c(0, mark[-1])))
    # and a spike is in the step before
    early <- neural_signal(events(decimal[-1] - 1.1 * slack, 0, mark[-1]), times)
    expect_identical(early, matrix(c(mark[-1], 0)))
    # a box that ends at every point, just short of it and just past it
    ends <- function(shift) {
      neural_signal(events(0, decimal[-1] + shift), times)[, 1]
    }
    expect_identical(ends(0), c(1000:1, 0))
    expect_identical(ends(0.9 * slack), c(1000:1, 0))
    expect_identical(ends(-0.9 * slack), c(1000:1, 0))
    expect_identical(ends(1.1 * slack), c(1000, 1000:1))
  }
})

test_that("a step holds the events of duration 0 that lie in it", {
  times <- c(10, 12, 14)
  for (onset in c(12, 12 + 1e-3, 13, 14 - 1e-3)) {
    expect_identical(neural_signal(events(onset, 0, 5), times), matrix(c(0, 5, 0)))
  }
  expect_identical(neural_signal(events(c(10, 11, 12), 0, 1:3), times), matrix(c(3, 3, 0)))
  # the last step is [14, 16); times closer than 2e-8 s count as equal
  expect_identical(neural_signal(events(16 - 3e-8, 0), times), matrix(c(0, 0, 1)))
  expect_identical(neural_signal(events(10 - 1e-8, 0), times), matrix(c(1, 0, 0)))
  for (onset in c(16, 16 - 1e-8, 10 - 3e-8, 9, 17, -1e300, 1e300)) {
    expect_convmat_warning(neural_signal(events(onset), times), "value", "Rows: 1.")
    expect_identical(suppressWarnings(neural_signal(events(onset), times)), matrix(c(0, 0, 0)))
  }
})

test_that("a box covers the grid points from its onset to before its end", {
  times <- 10:14
  one <- function(onset, duration) neural_signal(events(onset, duration), times)[, 1]
  expect_identical(one(11, 2), c(0, 1, 1, 0, 0))
  expect_identical(one(10.5, 2), c(0, 1, 1, 0, 0))
  expect_identical(one(10.9, 0.2), c(0, 1, 0, 0, 0))
  expect_identical(one(8, 4), c(1, 1, 0, 0, 0)) # over the start
  expect_identical(one(13, 4), c(0, 0, 0, 1, 1)) # over the end
  expect_identical(one(0, 100), rep(1, 5)) # over both
  expect_identical(one(-1e300, 2e300), rep(1, 5))
  expect_identical(one(9, 1 + 1e-7), c(1, 0, 0, 0, 0))
  for (box in list(c(9, 1), c(5, 2), c(15, 3), c(14.5, 9), c(11.2, 0.5), c(11, 1e-9), c(1e300, 1))) {
    ev <- events(box[1], box[2])
    expect_convmat_warning(neural_signal(ev, times), "value", "cover no grid point or lie off")
    expect_identical(suppressWarnings(neural_signal(ev, times)), matrix(rep(0, 5)))
  }
})

test_that("overlapping events add up, and an amplitude of 0 is no reason to warn", {
  ev <- events(c(0, 1, 1, 2), c(4, 2, 0, 1), c(1, 10, 100, -1000))
  expect_identical(neural_signal(ev, 0:4), matrix(c(1, 111, -989, 1, 0)))
  expect_silent(zero <- neural_signal(events(1, 1, 0), 0:4))
  expect_identical(zero, matrix(rep(0, 5)))
})

test_that("there is one column for each type", {
  ev <- events(c(0, 1, 2), 1, 1:3, c("b", "a", "b"))
  expected <- cbind(b = c(1, 0, 3), a = c(0, 2, 0)) # in order of appearance
  expect_identical(neural_signal(ev, 0:2), expected)
  ev$trial_type <- factor(ev$trial_type, levels = c("none", "a", "b", "nor this"))
  expected <- cbind(none = 0, a = c(0, 2, 0), b = c(1, 0, 3), "nor this" = 0)
  expect_identical(neural_signal(ev, 0:2), expected)
  ev$trial_type <- "same"
  expect_identical(neural_signal(ev, 0:2), cbind(same = c(1, 2, 3)))
  expect_identical(neural_signal(events(0:2, 1, 1:3), 0:2), matrix(c(1, 2, 3)))
})

test_that("without events the signal is 0", {
  expect_identical(neural_signal(events(numeric(0)), 0:2), matrix(c(0, 0, 0)))
  none <- factor(character(0), levels = c("a", "b"))
  expected <- cbind(a = c(0, 0, 0), b = 0)
  expect_identical(neural_signal(events(numeric(0), trial_type = none), 0:2), expected)
  untyped <- neural_signal(events(numeric(0), trial_type = character(0)), 0:2)
  expect_identical(dim(untyped), c(3L, 0L))
})

test_that("a warning names the rows, in the order of the table", {
  ev <- events(c(1, -5, 2, 0.5, 99), c(1, 1, 1, 0.1, 0), trial_type = c("a", "b", "b", "a", "a"))
  expect_convmat_warning(neural_signal(ev, 0:3), "value", "Rows: 2, 4, 5.")
  expect_snapshot({
    show_warning(neural_signal(ev, 0:3))
    show_warning(neural_signal(events(10 + 1:7), 0:1))
  })
})

test_that("random events on random grids agree with the definition", {
  seed <- 20
  set.seed(seed)
  for (case in 1:300) {
    n <- sample(c(2, 3, 5, 20), 1)
    step <- sample(c(0.1, 1 / 3, 0.72, 1, 2.5, 1e-3, 1e3), 1)
    start <- sample(c(0, -10, 0.3, 1e4), 1) * step
    times <- start + step * (seq_len(n) - 1)
    size <- sample(0:6, 1)
    # places in steps: on the grid, between, and inside and outside of the tolerance, but
    # never so close to its edge that rounding decides
    place <- function(from, to, inside, outside) {
      sample(seq(from, to, by = 0.25), size, replace = TRUE) +
        sample(c(0, 0, inside, -inside, outside, -outside), size, replace = TRUE)
    }
    onset <- start + step * place(-4, n + 2, 4e-9, 2.2e-8)
    duration <- step * place(0, 6, 3e-9, 3.5e-8)
    duration[duration < 1e-6 * step] <- 0
    amplitude <- sample(c(-2, 0.5, 1, 4), size, replace = TRUE)
    type <- sample(c("u", "v", "w"), size, replace = TRUE)

    got <- signal_and_rows(events(onset, duration, amplitude, type), times)
    covers <- logical(size)
    expected <- matrix(0, n, length(unique(type)), dimnames = list(NULL, unique(type)))
    for (name in unique(type)) {
      is <- type == name
      one <- oracle_neural(onset[is], duration[is], amplitude[is], times)
      expected[, name] <- one$signal
      covers[is] <- one$covers
    }
    # as the message has them, cut short after five
    rows <- which(!covers)
    rows <- if (length(rows) > 5) {
      paste0(paste(rows[1:5], collapse = ", "), " and ", length(rows) - 5, " more")
    } else if (length(rows)) {
      paste(rows, collapse = ", ")
    } else {
      integer(0)
    }
    same <- identical(unname(got$signal), unname(expected)) &&
      identical(colnames(got$signal), if (size > 0) unique(type)) && identical(got$rows, rows)
    expect(same, sprintf(
      "seed %d, case %d:\n%s", seed, case,
      deparse1(list(times = times, onset = onset, duration = duration, amplitude = amplitude, type = type))
    ))
  }
})

test_that("many events on a long grid are added up", {
  # enough additions that the C code looks for an interrupt
  n <- 30000
  signal <- neural_signal(events(rep(0, 300), n), 0:(n - 1))
  expect_identical(signal, matrix(300, n, 1))
})

test_that("grids may start anywhere, be fine, and be integer", {
  ev <- events(c(-3, 0), c(1, 1))
  expect_identical(neural_signal(ev, -4:1), matrix(c(0, 1, 0, 0, 1, 0)))
  expect_identical(neural_signal(ev, c(a = -3, b = 0)), matrix(c(1, 1)))
  expect_identical(neural_signal(ev, matrix(-3:0)), matrix(c(1, 0, 0, 1)))
  expect_identical(neural_signal(events(2e-300, 1e-300), (0:3) * 1e-300), matrix(c(0, 0, 1, 0)))
  expect_identical(neural_signal(events(2e300, 1e300), (0:3) * 1e300), matrix(c(0, 0, 1, 0)))
  expect_identical(neural_signal(events(1e6 + 1.4, 0.72), 1e6 + (0:3) * 0.72)[, 1], c(0, 0, 1, 0))
  # sums of decimals drift by rounding
  times <- cumsum(c(0, rep(0.1, 5000)))
  expect_identical(sum(neural_signal(events(499.9, 0.1), times)), 1)
  # a time given to six digits
  expect_identical(neural_signal(events(1, 1), c(0, 1, 2 - 1e-7, 3)), matrix(c(0, 1, 0, 0)))
})

test_that("times that are not a grid are refused", {
  ev <- events(1)
  not_numbers <- list(
    NULL, "1", 1i, as.raw(1), list(1, 2), factor(1:2), Sys.Date() + 0:1, ts(1:3), matrix(1:4, 2),
    data.frame(1:2), as.difftime(1:2, units = "secs"), quote(x), sum
  )
  for (bad in not_numbers) {
    expect_convmat_error(neural_signal(ev, bad), "type", "`times` must be a numeric vector")
  }
  for (bad in list(c(0, NA), c(NaN, 1), c(0, Inf), NA, c(-Inf, 0, 1), c(0L, NA))) {
    expect_convmat_error(neural_signal(ev, bad), "value", "`times` must be finite")
  }
  for (bad in list(numeric(0), 1, TRUE)) {
    expect_convmat_error(neural_signal(ev, bad), "length", "`times` must have at least 2 values")
  }
  uneven <- list(
    c(0, 1, 3), c(0, 2, 3), 3:1, c(1, 1), c(0, 0, 0), c(0, 1, 1), c(0, 1, 2, 1), c(1, 0),
    c(0, 1, 2 + 1e-4, 3), c(0, 1, 2, 3 + 1e-5), (0:9)^1.0001, c(0, 1, 2, 1e300), c(0, 1e-300, 3e-300)
  )
  for (bad in uneven) {
    expect_convmat_error(neural_signal(ev, bad), "value", "`times` must increase by equal steps")
  }
  expect_error(neural_signal(ev), "\"times\" is missing")
})

test_that("only what events() makes is taken for events", {
  not_events <- list(
    NULL, 1, "a", list(onset = 1, duration = 1, amplitude = 1),
    matrix(1), sum, Sys.Date()
  )
  for (bad in not_events) {
    expect_convmat_error(neural_signal(bad, 0:3), "type", "`events` must be made by `events()`")
  }
  fake <- structure(1, class = "events")
  expect_convmat_error(neural_signal(fake, 0:3), "type", "`events` must be made by `events()`")
  fake <- structure(list(), class = c("events", "data.frame"))
  expect_convmat_error(neural_signal(fake, 0:3), "type", "`events` has lost its column `onset`")
  frame <- data.frame(duration = 1, onset = 1:2)
  expect_identical(neural_signal(frame, 0:3), neural_signal(events(1:2, 1), 0:3))
})

test_that("columns that the user has changed are checked again", {
  change <- function(...) utils::modifyList(events(0:1, 1, trial_type = c("a", "b")), list(...))
  ok <- change(onset = c(1L, 2L))
  expect_identical(neural_signal(ok, 0:2), cbind(a = c(0, 1, 0), b = c(0, 0, 1)))

  bad <- change(onset = c(NA, 1))
  expect_convmat_error(neural_signal(bad, 0:2), "value", "`events$onset` must be finite")
  bad <- change(duration = c(-1, -1))
  expect_convmat_error(neural_signal(bad, 0:2), "value", "`events$duration` must be 0 or more")
  bad <- change(amplitude = c("1", "2"))
  expect_convmat_error(neural_signal(bad, 0:2), "type", "`events$amplitude` must be a numeric")
  bad <- change(onset = as.Date("2020-01-01") + 0:1)
  expect_convmat_error(neural_signal(bad, 0:2), "type", "`events$onset` must be a numeric")
  bad <- change(trial_type = c(TRUE, FALSE))
  expect_convmat_error(neural_signal(bad, 0:2), "type", "`events$trial_type` must be a character")
  bad <- change(trial_type = c("a", NA))
  expect_convmat_error(neural_signal(bad, 0:2), "value", "`events$trial_type` must not be missing")

  for (name in c("onset", "duration", "amplitude")) {
    bad <- change()
    bad[[name]] <- NULL
    text <- sprintf("`events` has lost its column `%s`", name)
    expect_convmat_error(neural_signal(bad, 0:2), "type", text)
  }
  bad <- change()["trial_type"]
  expect_convmat_error(neural_signal(bad, 0:2), "type", "lost its column `onset`")
})

test_that("rows taken, put in order and added, and further columns, change nothing else", {
  ev <- events(c(2, 0), 1, 1:2)
  expect_identical(neural_signal(ev[2:1, ], 0:2), neural_signal(ev, 0:2))
  expect_identical(neural_signal(rbind(ev, ev), 0:2), 2 * neural_signal(ev, 0:2))
  expect_identical(neural_signal(ev[0, ], 0:2), matrix(c(0, 0, 0)))
  ev$response_time <- c("0.3", "n/a")
  expect_identical(neural_signal(ev, 0:2), matrix(c(2, 0, 1)))
})

test_that("inputs are unchanged", {
  ev <- events(c(2, 0), 1, 1:2, c("a", "b"))
  times <- c(a = 0, b = 1, c = 2)
  before <- serialize(list(ev, times), NULL)
  neural_signal(ev, times)
  expect_identical(serialize(list(ev, times), NULL), before)
})

test_that("messages read well", {
  expect_snapshot({
    show_error(neural_signal(data.frame(onset = 1), 0:3))
    show_error(neural_signal(events(1)[, 1:2], 0:3))
    show_error(neural_signal(events(1), 0))
    show_error(neural_signal(events(1), c(0, 1, 2, 4, 5, 7)))
    show_error(neural_signal(events(1), 5:1))
    show_error(neural_signal(events(1), c(0, NA, 2)))
    ev <- events(1:2)
    ev$onset[2] <- NA
    show_error(neural_signal(ev, 0:3))
  })
})

test_that("grids too wide for a double are refused", {
  wide <- c(-1.7e308, 1.7e308)
  expect_convmat_error(neural_signal(events(1), wide), "value", "`times`")
})

test_that("far from 0, times must still increase", {
  for (bad in list(1e16 + c(0, 4, 2, 6), 1e16 + c(0, 0, 4), 1e9 + c(0, 2, 1, 3) * 1e-6)) {
    expect_convmat_error(neural_signal(events(1), bad), "value", "`times` must increase by equal")
  }
})

test_that("a drift in the steps is located", {
  drift <- cumsum(c(0, rep(1, 500), rep(1 + 9e-7, 500)))
  e <- expect_convmat_error(neural_signal(events(1), drift), "value", "`times` must increase")
  expect_no_match(conditionMessage(e), "Locations: .", fixed = TRUE)
})

test_that("times of a clock that counts from 1970 are on their grid points", {
  for (step in c(0.1, 0.72, 2.5)) {
    times <- 1.7e9 + (0:200) * step
    mark <- 1:201
    expect_identical(neural_signal(events(times, 0, mark), times), matrix(as.numeric(mark)))
    expect_identical(
      neural_signal(events(times[-201], diff(times), mark[-201]), times),
      matrix(c(mark[-201], 0))
    )
  }
})

test_that("a signal larger than memory is refused", {
  old <- options(convmat.max_bytes = 8 * 100 * 3 - 1)
  on.exit(options(old))
  ev <- events(1:3, trial_type = c("a", "b", "c"))
  expect_convmat_error(neural_signal(ev, 0:99), "memory", "`times`")
  options(convmat.max_bytes = 8 * 100 * 3)
  expect_identical(dim(neural_signal(ev, 0:99)), c(100L, 3L))
})

test_that("a column whose name begins like trial_type is not the type", {
  ev <- events(0:1, 1, 1:2)
  ev$trial_type_before <- c("u", "v")
  expect_identical(neural_signal(ev, 0:2), matrix(c(1, 2, 0)))
})

test_that("further columns may be matrices, data frames and lists", {
  for (more in list(matrix(1:6, 2), data.frame(a = 1:2, b = 1:2, c = 1:2), list(1, 2:3))) {
    ev <- events(0:1, 1, 1:2)
    ev$more <- more
    expect_identical(neural_signal(ev, 0:2), matrix(c(1, 2, 0)))
  }
})

test_that("a grid finer than doubles can divide by covers what it should", {
  expect_identical(neural_signal(events(-1, 2), (0:3) * 1e-310), matrix(rep(1, 4)))
})
