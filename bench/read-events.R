# read_events() beside read.delim(), in turn, in one sitting. Writes the last section of
# bench/regressors.md. Run from the package's folder with convmat installed.
library(convmat)

seconds <- function(code) system.time(code)[["elapsed"]]

rows <- function(n) {
  set.seed(1)
  path <- tempfile(fileext = "_events.tsv")
  df <- data.frame(
    onset = round(cumsum(runif(n, 1, 3)), 3), duration = round(runif(n), 2),
    trial_type = sample(c("face", "house", "word"), n, TRUE), response_time = round(runif(n), 4)
  )
  write.table(df, path, sep = "\t", quote = FALSE, row.names = FALSE)
  path
}

columns <- function(k) {
  path <- tempfile(fileext = "_events.tsv")
  line <- function(first, rest) paste(c(first, rest), collapse = "\t")
  writeLines(c(
    line(c("onset", "duration"), paste0("column_", seq_len(k))),
    rep(line(c("1.5", "2"), rep("0.5", k)), 3)
  ), path)
  path
}

compare <- function(path, rounds = 7) {
  stopifnot(identical(read.delim(path)$onset, read_events(path)$onset))
  times <- vapply(seq_len(rounds), function(i) {
    c(seconds(read.delim(path)), seconds(read_events(path)))
  }, c(0, 0))
  sprintf(
    "%.3g | %.3g | %.2g | %.2g", min(times[1L, ]), min(times[2L, ]), min(times[2L, ]) / min(times[1L, ]),
    median(times[2L, ] / times[1L, ])
  )
}

table <- function(what, sizes, make, rounds) {
  c(
    sprintf("| %s | `read.delim()`, s | `read_events()`, s | ratio of these | median of the rounds' ratios |", what),
    "|---|---|---|---|---|",
    vapply(sizes, function(n) {
      sprintf("| %s | %s |", format(n, big.mark = ",", scientific = FALSE), compare(make(n), rounds))
    }, "")
  )
}

old <- readLines("bench/regressors.md")
writeLines(c(
  old[cumsum(old == "## What reading costs") == 0],
  "## What reading costs",
  "",
  "Written by bench/read-events.R. Smallest of 7 rounds, each of both in turn; a BIDS file of four columns:",
  "",
  table("rows", c(1e3, 1e4, 1e5), rows, 7),
  "",
  "Three rows of so many columns, 3 rounds:",
  "",
  table("columns", c(1e4, 2e4, 4e4), columns, 3)
), "bench/regressors.md")
