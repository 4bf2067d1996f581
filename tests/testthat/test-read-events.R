bids <- c(
  "onset\tduration\tweight\ttrial_type",
  paste(seq(10, 430, by = 30), "15.0", "1", c("Finger", "Foot", "Lips"), sep = "\t")
)
columns <- paste(seq(10, 370, by = 60), "30.000000", "1", sep = "\t")

test_that("the two real files read as the package's data", {
  expect_message(ev <- read_events(file_of(bids)), "amplitudes are taken from column `weight`")
  expect_identical(ev$weight, rep(1, 15))
  ev$weight <- NULL
  expect_identical(ev, ds000114_events)
  for (format in c("auto", "fsl", "nipraxis")) {
    expect_silent(ev <- read_events(file_of(columns), format))
    expect_identical(ev, ds114_events)
  }
})

test_that("quotes, n/a, spaces in names, marks, and line ends", {
  lines <- c(
    "onset\tduration\tresponse time\ttrial_type\tnote",
    "-1.5\t0\t0.61\t\"face, \"\"new\"\"\"\tn/a",
    "+2e1\t.5\tn/a\ttwo\twith\u00e9",
    "3.\t1\t1\t6\" gun\t#1 'x'"
  )
  ev <- read_events(file_of(enc2utf8(lines)))
  expect_s3_class(ev, c("events", "data.frame"), exact = TRUE)
  expect_identical(ev$onset, c(-1.5, 20, 3))
  expect_identical(ev$duration, c(0, 0.5, 1))
  expect_identical(ev$amplitude, c(1, 1, 1))
  expect_identical(ev[["response time"]], c(0.61, NA, 1))
  expect_identical(ev$trial_type, c("face, \"new\"", "two", "6\" gun"))
  expect_identical(ev$note, c(NA, "with\u00e9", "#1 'x'"))
  expect_identical(names(ev), c(
    "onset", "duration", "amplitude", "trial_type", "response time", "note"
  ))
  bom <- as.raw(c(0xef, 0xbb, 0xbf))
  for (sep in c("\n", "\r\n", "\r")) {
    raw <- charToRaw(paste0(paste(enc2utf8(lines), collapse = sep), sep))
    expect_identical(read_events(file_of(bytes = raw)), ev)
    expect_identical(read_events(file_of(bytes = c(bom, raw))), ev)
    expect_identical(read_events(file_of(bytes = c(bom, raw, charToRaw(sep)))), ev)
  }
})

test_that("compressed files and connections", {
  path <- file_of(columns)
  gz <- gz_of(path)
  expect_identical(read_events(gz), ds114_events)
  for (con in list(file(path), gzfile(gz), file(gz))) { # opened and closed for us
    expect_identical(read_events(con), ds114_events)
  }
  for (con in list(file(path, "rb"), file(path, "r"), gzfile(gz, "rb"))) { # left open
    expect_identical(read_events(con), ds114_events)
    close(con)
  }
  con <- textConnection(columns)
  expect_identical(read_events(con), ds114_events)
  close(con)
})

test_that("amplitudes", {
  lines <- c("onset\tduration\tamplitude\tweight\trt", "0\t1\t2\t3\t4", "5\t1\t6\t7\tn/a")
  path <- file_of(lines)
  expect_message(ev <- read_events(path), "column `weight`, not from `amplitude`")
  expect_identical(ev$amplitude, c(3, 7))
  expect_identical(ev$amplitude_in_file, c(2, 6))
  expect_message(ev <- read_events(path, amplitude = "amplitude"), "column `amplitude`.")
  expect_identical(ev$amplitude, c(2, 6))
  expect_null(ev$amplitude_in_file)
  expect_silent(ev <- read_events(path, amplitude = 0.5))
  expect_identical(ev$amplitude, c(0.5, 0.5))
  ev <- quiet(path, amplitude = "rt", missing = "drop")
  expect_identical(ev$amplitude, 4)
})

test_that("rows are dropped if asked for, and counted", {
  path <- file_of(
    "onset\tduration\ttrial_type", "0\t1\ta", "n/a\t1\ta", "3\tn/a\tb", "4\t1\tn/a", "5\t1\tb"
  )
  expect_message(ev <- read_events(path, missing = "drop"), "3 rows left out")
  expect_identical(ev$onset, c(0, 5))
  expect_identical(nrow(read_events(file_of("onset\tduration"))), 0L)
})

test_that("a complete file without a last line end is read; what may be lost is a warning", {
  expect_silent(ev <- read_events(file_of(columns, end = "")))
  expect_identical(ev, ds114_events)
  expect_identical(quiet(file_of(bids, end = "")), quiet(file_of(bids)))
  images <- c("onset\tduration\ttrial_type", paste0(1:20, "\t1\timg", 20:1))
  for (last in c("img", "0.5", "Fo", "a word")) { # complete, whatever the last field looks like
    path <- file_of(images, paste0("21\t1\t", last), end = "")
    ev <- expect_convmat_warning(read_events(path), "file", "the last line has no end")
    expect_identical(ev$trial_type[21], last)
    expect_silent(ev <- read_events(path, unfinished = "accept"))
    expect_silent(read_events(gz_of(path))) # gzip knows that it is complete
    expect_convmat_error(read_events(path, unfinished = "error"), "file", "the last line has no end")
  }
  con <- textConnection(images)
  expect_silent(read_events(con))
  close(con)
})

test_that("damaged files are an error with a line, or read correctly", {
  skip_on_cran()
  seed <- 11
  set.seed(seed)
  right <- list(bids = quiet(file_of(bids)), columns = ds114_events)
  damaged <- list()
  add <- function(whole, bytes, gz = FALSE) {
    damaged[[length(damaged) + 1L]] <<- list(whole = whole, bytes = bytes, gz = gz)
  }
  raw <- list(
    bids = charToRaw(paste0(paste(bids, collapse = "\n"), "\n")),
    columns = charToRaw(paste0(paste(columns, collapse = "\n"), "\n"))
  )
  # truncated everywhere
  for (which in names(raw)) {
    for (n in seq_along(raw[[which]]) - 1L) add(which, raw[[which]][seq_len(n)])
  }
  cells <- function(lines) do.call(rbind, strsplit(lines, "\t"))
  paste_back <- function(cells) {
    charToRaw(paste0(paste(apply(cells, 1, paste, collapse = "\t"), collapse = "\n"), "\n"))
  }
  # wrong types, missing and surplus fields
  words <- c("abc", "1,5", "0x10", "Inf", "NaN", "NA", "", "1e999", "--1", "1 2", "TRUE", "1.2.3")
  for (word in words) {
    for (which in names(raw)) {
      m <- cells(if (which == "bids") bids else columns)
      for (column in 1:3) {
        bad <- m
        bad[sample(2:nrow(m), 1), column] <- word
        add("none", paste_back(bad))
      }
    }
  }
  # missing columns, rows too short or too long, lines twice as one
  for (column in 1:2) add("none", paste_back(cells(bids)[, -column]))
  for (column in 1:3) add("none", paste_back(cells(columns)[, -column]))
  for (i in 1:15) {
    lines <- bids
    row <- sample(2:16, 1)
    lines[row] <- switch(i %% 5 + 1,
      sub("\t[^\t]*$", "", lines[row]),
      paste0(lines[row], "\tmore"), paste0(lines[row], lines[row]), "", sub("\t", " ", lines[row])
    )
    add("none", charToRaw(paste0(paste(lines, collapse = "\n"), "\n")))
  }
  # quotes that do not close, names twice, UTF-16, Latin 1
  add("none", charToRaw(sub("Foot", "\"Foot", paste0(paste(bids, collapse = "\n"), "\n"))))
  add("none", charToRaw(sub("weight", "onset", paste0(paste(bids, collapse = "\n"), "\n"))))
  add("none", c(as.raw(c(0xff, 0xfe)), rbind(raw$bids, as.raw(0))))
  add("none", c(rbind(raw$bids, as.raw(0))))
  add("none", as.raw(sub(0x6f, 0xe9, as.integer(raw$bids)))[seq_along(raw$bids)])
  # binary, and a byte of it among text
  for (i in 1:20) add("none", as.raw(sample(0:255, 300, TRUE)))
  for (i in 1:20) {
    bytes <- raw$bids
    bytes[sample(length(bytes), 1)] <- as.raw(sample(c(0:8, 11:12, 14:31, 128:255), 1))
    add("none", bytes)
  }
  # compressed and cut short, or with a bit changed
  gz <- gz_of(file_of(bids))
  gz <- readBin(gz, "raw", file.size(gz))
  for (n in seq(12, length(gz) - 1, by = 6)) add("bids", gz[seq_len(n)], TRUE)
  for (at in seq(12, length(gz) - 8, by = 6)) {
    bytes <- gz
    bytes[at] <- xor(bytes[at], as.raw(4))
    add("bids", bytes, TRUE)
  }
  expect_gt(length(damaged), 200)
  kinds <- vapply(damaged, function(case) {
    told <- FALSE
    result <- tryCatch(
      withCallingHandlers(
        suppressMessages(read_events(file_of(bytes = case$bytes))),
        convmat_warning_file = function(w) {
          told <<- TRUE
          invokeRestart("muffleWarning")
        }
      ),
      error = identity
    )
    if (inherits(result, "convmat_error_file")) {
      # a name was never there to be found, but all else has its line
      if (grepl("ine [0-9]", conditionMessage(result))) "error" else "no line"
    } else if (inherits(result, "error")) {
      conditionMessage(result)
    } else {
      whole <- right[[case$whole]]
      k <- nrow(result) - told # then the last field is not taken for granted
      if (told && k < 1L) {
        return("told")
      }
      result <- result[seq_len(k), ]
      same <- !is.null(whole) && identical(names(result), names(whole)) &&
        isTRUE(all.equal(result, whole[seq_len(k), ], check.attributes = FALSE, tolerance = 0))
      if (same && !case$gz) "correct" else paste("wrong:", rawToChar(case$bytes))
    }
  }, "")
  expect_identical(setdiff(kinds, c("error", "correct", "told")), character(0), info = paste("seed", seed))
  expect_gt(sum(kinds == "error"), 200)
})

test_that("messages say what is wrong, where, and what to do", {
  here <- show_file_error
  expect_snapshot({
    here("onset\tduration", "1\tabc", "x\t2")
    here("onset\tduration", "1\t-2")
    here("onset\tduration", paste0(strrep("1", 50), "a\t0"))
    here("onset\tduration", "1\tn/a", "2\t1", "n/a\tn/a")
    here("onset\tduration\tweight", "1\t1\tn/a")
    here("onset\tduration\ttrial_type", "1\t1\t")
    here("Onset\tduration", "1\t2")
    here("onset\tend", "1\t2")
    here("onset\tonset\tduration", "1\t2\t3")
    here("onset\t\tduration", "1\t2\t3")
    here("onset\tduration", "1\t2\t3", "1")
    here("onset\tduration\ttrial_type", "1\t2\t\"a", "2\t2\tb\"")
    here("onset\tduration", "", "1\t2")
    here("onset\tduration", "1\t2\r3\t4")
    here("1 2 3", "4 5")
    here("1 2 3", "4 5 n/a")
    here("time,length", "1,2")
    here("")
    here("\001")
    here("\xff")
    here(bytes = as.raw(c(0xff, 0xfe, 0x6f)))
    here(bytes = as.raw(c(0x1f, 0x8b, 0x6f)))
    here(bytes = raw(0))
  })
  folder <- tempdir()
  show <- function(e) gsub(folder, "FOLDER", conditionMessage(e), fixed = TRUE)
  expect_snapshot({
    cat(show(tryCatch(read_events(folder), convmat_error_file = identity)))
    cat(show(tryCatch(read_events(file.path(folder, "none.tsv")), convmat_error_file = identity)))
  })
  path <- file_of(bids)
  expect_snapshot({
    show_error(read_events(1))
    show_error(read_events(c("a", "b")))
    show_error(read_events("a", "csv"))
    show_error(read_events("a", amplitude = c("a", "b")))
    show_error(read_events("a", amplitude = Inf))
    show_error(read_events("a", missing = "leave"))
    show_error(read_events("a", unfinished = "yes"))
  })
  expect_convmat_error(read_events(path, amplitude = "rt"), "file", "has no column `rt`")
  expect_convmat_error(read_events("none.tsv"), "file", "there is no such file")
  con <- file("none.tsv")
  expect_convmat_error(read_events(con), "file", "cannot be read")
  close(con)
})
