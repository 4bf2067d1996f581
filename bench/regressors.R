# regressors() beside the oversampled way with NumPy, and its cost by pair: one thread
# each, in turn, in one sitting. Writes bench/regressors.md. Run from the package's folder
# with convmat installed, and NumPy for python3.
library(convmat)
Sys.setenv(OMP_NUM_THREADS = 1, OPENBLAS_NUM_THREADS = 1)
python <- Sys.which(c("/usr/bin/python3", "python3"))[1L]

# Processor time, which other work on the machine changes least: the median of some runs of
# `each` calls, since R tells it in whole milliseconds.
milliseconds <- function(code, runs = 15, each = 1) {
  code <- substitute(code)
  frame <- parent.frame()
  median(vapply(seq_len(runs), function(i) {
    start <- proc.time()
    for (j in seq_len(each)) eval(code, frame)
    sum((proc.time() - start)[1:2]) * 1e3 / each
  }, 0))
}

# 1000 events over 1000 scans at TR 2, double gamma
set.seed(5)
ev <- events(sort(runif(1000, 0, 1990)), runif(1000, 0.2, 5), runif(1000, 0.5, 2))
times <- scan_times(1000, 2)
files <- c(tempfile(), tempfile())
write.csv(as.data.frame(ev), files[1L], row.names = FALSE)
writeLines(sprintf("%.17g", regressors(ev, times, "spm")[, 1]), files[2L])
rounds <- lapply(1:5, function(i) {
  a <- milliseconds(regressors(ev, times, "spm"), each = 20)
  b <- system2(python, c("bench/regressors.py", files, 2, 1000, 15), stdout = TRUE)
  b <- strsplit(b, " ")[[1L]]
  list(ours = a, theirs = as.numeric(b[1L]), error = as.numeric(b[2L]), version = b[3L])
})
get <- function(name) vapply(rounds, `[[`, rounds[[1L]][[name]], name)
ratio <- get("theirs") / get("ours")

# n events, one a second, on n scans at TR 1, three gammas
model <- gamma_hrf(c(6, 16, 3), c(1, 1, 0.9), c(1, -1 / 6, 0.1))
rows <- mapply(function(n, longest) {
  set.seed(1)
  ev <- events(0:(n - 1), runif(n, 0, longest))
  ms <- milliseconds(regressors(ev, 0:(n - 1), model), 3, 5)
  pairs <- length(event_responses(ev, 0:(n - 1), model, sparse = TRUE)@x)
  sprintf(
    "| %s | %s | %s | %.3g | %.3g |", format(n, big.mark = ","), longest,
    format(pairs, big.mark = ","), ms, 1e6 * ms / pairs
  )
}, c(2500, 5000, 10000, 20000, 40000, 10000, 10000), c(20, 20, 20, 20, 20, 100, 400))

# the other section, by bench/read-events.R, stays
old <- readLines("bench/regressors.md")
reading <- old[cumsum(old == "## What reading costs") > 0]

writeLines(c(
  "# What a regressor costs",
  "",
  "Written by bench/regressors.R.",
  "",
  "1000 events of 0.2 to 5 s over 1000 scans at TR 2 s, double gamma, one thread; NumPy",
  sprintf(
    "%s with 50 steps for each scan (build, convolve, sample). Processor time, medians of 5 rounds:",
    rounds[[1L]]$version
  ),
  "",
  "| | ms | largest error, in units of the peak |",
  "|---|---|---|",
  sprintf("| NumPy | %.3g | %.2g |", median(get("theirs")), rounds[[1L]]$error),
  sprintf("| `regressors()` | %.3g | see tests/testthat/test-regressors.R |", median(get("ours"))),
  "",
  sprintf(
    "NumPy takes %.1f (%.1f to %.1f) times as long.",
    median(ratio), min(ratio), max(ratio)
  ),
  "",
  "Events one a second, each up to so many seconds long, three gammas, as many scans at TR 1 s.",
  "A pair is an event and a scan whose value is not negligible:",
  "",
  "| events | longest | pairs | ms | ns for a pair |",
  "|---|---|---|---|---|",
  rows, if (length(reading)) c("", reading)
), "bench/regressors.md")
