# conv() beside NumPy and SciPy: one thread each, in turn, in one sitting. Writes
# bench/peers.md. `make bench` installs what is needed and runs it.
library(convmat)
Sys.setenv(OMP_NUM_THREADS = 1, OPENBLAS_NUM_THREADS = 1)
python <- Sys.which(c("/usr/bin/python3", "python3"))[1L]

sizes <- list(
  c(40, 20), c(400, 200), c(4000, 200), c(1e5, 64), c(1e5, 200), c(1e6, 500), c(1e6, 2000),
  c(1e6, 1e5), c(1e6, 1e6), c(999983, 999979)
)
rounds <- 5

ours <- function(n, m, runs) {
  x <- rnorm(n)
  h <- rnorm(m)
  few <- max(1, round(2e-3 / conv_method(x, h)$cost)) # calls between two looks at the clock
  conv(x, h)
  times <- vapply(seq_len(runs), function(i) {
    start <- Sys.time()
    for (j in seq_len(few)) conv(x, h)
    as.numeric(Sys.time() - start, units = "secs") / few
  }, 0)
  median(times) * 1e3
}

theirs <- function(n, m, runs) {
  lines <- strsplit(system2(python, c("bench/peers.py", n, m, runs), stdout = TRUE), " ")
  values <- lines[-length(lines)]
  versions <<- lines[[length(lines)]][-1L]
  setNames(as.numeric(vapply(values, `[`, "", 2L)), vapply(values, `[`, "", 1L))
}

rows <- lapply(sizes, function(size) {
  n <- size[1L]
  m <- size[2L]
  runs <- if (n * m > 1e10) 5 else 15
  a <- numeric(0)
  b <- NULL
  for (r in seq_len(rounds)) {
    a <- c(a, ours(n, m, runs))
    b <- rbind(b, theirs(n, m, runs))
  }
  best <- apply(b, 1L, min)
  ratio <- quantile(best / a, c(0.25, 0.5, 0.75))
  fastest <- names(which.min(apply(b, 2L, median)))
  row <- sprintf(
    "| %s, %s | %.4g | %.4g (%s) | %.2f (%.2f to %.2f) |",
    format(n, big.mark = ","), format(m, big.mark = ","), median(a), median(best), fastest,
    ratio[2L], ratio[1L], ratio[3L]
  )
  cat(row, "\n")
  row
})

cpu <- sub(".*: ", "", grep("model name", readLines("/proc/cpuinfo"), value = TRUE)[1L])
writeLines(c(
  "# conv() beside NumPy and SciPy", "",
  sprintf(
    "Medians in milliseconds, %d rounds in turn, one thread, normal random numbers, full convolution.", rounds
  ),
  sprintf(
    "%s, instructions %s; R %s, numpy %s, scipy %s. Written by `make bench`.",
    cpu, .Call(convmat:::ffi_simd_level, NULL), getRversion(), versions[1L], versions[2L]
  ),
  "The peers are `numpy.convolve`, `scipy.signal.convolve` and `scipy.signal.oaconvolve`; the",
  "fastest of them is named. The ratio is theirs to ours, median and quartiles of the rounds.", "",
  "| n, m | convmat | fastest peer | ratio |", "|---|---|---|---|", unlist(rows)
), "bench/peers.md")
