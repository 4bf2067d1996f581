# convmat and R's other packages for peers.R: times and errors on the samples in a folder, in a
# process of their own as for every other system, since the memory that a process has had before is
# quicker than new memory.
#
#   Rscript in-r.R FOLDER KIND
#
# KIND is "full", "columns" (see peers.py), "guard" (by methods "auto" and "fft", in turn), "direct"
# or "threads". Each line printed is "name seconds error", the error relative to the largest output.
library(convmat)
options(convmat.threads = 1)
folder <- commandArgs(TRUE)[1L]
kind <- commandArgs(TRUE)[2L]

samples <- function(name) {
  file <- file.path(folder, paste0(name, ".bin"))
  readBin(file, "double", file.size(file) / 8)
}
x <- samples("x")
h <- samples("h")
y <- samples("y")
if (kind %in% c("columns", "threads")) {
  x <- matrix(x, as.integer(readLines(file.path(folder, "rows.txt"))))
}
n <- as.numeric(length(x))
m <- as.numeric(length(h))

# Seconds of some calls of f(), each.
clock <- function(f, few) {
  start <- Sys.time()
  for (j in seq_len(few)) f()
  as.numeric(Sys.time() - start, units = "secs") / few
}

# How many calls take 2 ms, after R has compiled f() and collected, and takes memory it has had
# before: half a second or half a gigabyte of results.
enough <- function(f) {
  once <- min(clock(f, 1L), clock(f, 1L))
  warm <- min(0.5 / once, max(0.1 / once, 5e8 / (8 * (n + m))))
  if (warm >= 1) once <- clock(f, ceiling(warm))
  max(1, round(2e-3 / once))
}

# Median seconds of calls of each function, in turn.
seconds <- function(...) {
  fs <- list(...)
  few <- vapply(fs, enough, 0)
  once <- sum(mapply(clock, fs, few))
  times <- replicate(max(1, min(15, round(0.3 / once))), mapply(clock, fs, few))
  apply(matrix(times, length(fs)), 1L, median)
}

tell <- function(peers) {
  for (peer in names(peers)) {
    f <- peers[[peer]]
    error <- max(abs(as.numeric(f()) - y)) / max(abs(y))
    cat(gsub(" ", "_", peer), seconds(f), error, "\n")
  }
}

delayedAssign("padded", c(x, numeric(m - 1))) # where it is needed
delayedAssign("before", c(numeric(m - 1), padded))
few_terms <- n * m < 1e8
switch(kind,
  full = tell(c(
    list("convmat" = function() conv(x, h)),
    if (n + m < 3e5) list("stats::convolve" = function() stats::convolve(x, rev(h), type = "open")),
    if (few_terms) {
      list(
        "stats::filter" = function() stats::filter(before, h, sides = 1)[-seq_len(m - 1)],
        "gsignal::conv" = function() gsignal::conv(x, h),
        "pracma::conv" = function() pracma::conv(x, h)
      )
    },
    if (n * m < 1e10) list("gsignal::fftfilt" = function() gsignal::fftfilt(h, padded))
  )),
  columns = tell(list("convmat" = function() conv(x, h, "causal"))),
  guard = cat(paste(c("unguarded", "auto"), seconds(
    function() conv(x, h, method = "fft"), function() conv(x, h)
  ), 0), sep = "\n"),
  direct = cat("direct", seconds(function() conv(x, h, method = "direct")), 0),
  threads = cat(paste(c("one", "two"), seconds(
    function() conv(x, h, "causal", threads = 1), function() conv(x, h, "causal", threads = 2)
  ), 0), sep = "\n")
)
cat("\nversions", sprintf("R_%s;_gsignal_%s,_pracma_%s", getRversion(), packageVersion("gsignal"), packageVersion("pracma")), 0)
