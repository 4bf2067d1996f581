# Streams: speed against one call of conv(), latency of short pushes, memory over a long signal.
#
#   Rscript bench/streams.R speed
#   Rscript bench/streams.R latency
#   Rscript bench/streams.R memory 1000      # as many pushes of 1e6 samples
#
# Results are in bench/streams.md.
library(convmat)

wanted <- commandArgs(TRUE)

processor <- function() sum(proc.time()[1:2])

# Pushes of 1e6 samples and calls of conv() in turns, in processor time.
speed <- function() {
  set.seed(1)
  x <- rnorm(1e6)
  cat("| m | block | conv() of 1e6 (ms) | push of 1e6 (ms) | speed, of one call |\n|---|---|---|---|---|\n")
  for (m in c(30, 1000, 20000)) {
    h <- rnorm(m)
    for (block in list(NULL, 2^14, 2^16, 2^18, 2^20)) {
      s <- conv_stream(h, "causal", block = block)
      y <- stream_push(s, x)
      each <- vapply(1:15, function(i) {
        t0 <- processor()
        for (k in 1:16) y <- conv(x, h, "causal", threads = 1)
        t1 <- processor()
        for (k in 1:16) y <- stream_push(s, x, threads = 1)
        c(t1 - t0, processor() - t1) / 16 * 1000
      }, c(0, 0))
      cat(sprintf(
        "| %d | %s%s | %.2f | %.2f | %.0f %% |\n", m, if (is.null(block)) "NULL: " else "", format(s$block, big.mark = ","),
        min(each[1, ]), min(each[2, ]), 100 * median(each[1, ]) / median(each[2, ])
      ))
    }
  }
}

# 64 samples at a time, 2 s of impulse response at 48 kHz.
latency <- function() {
  set.seed(2)
  h <- rnorm(96000) * exp(-seq_len(96000) / 16000)
  cat("| block | pushes | median (ms) | 99 % (ms) | 99.9 % | longest | within 1.33 ms |\n|---|---|---|---|---|---|---|\n")
  for (block in c(1, 64)) {
    s <- conv_stream(h, block = block)
    y <- stream_push(s, rnorm(96000))
    x <- lapply(1:200, function(i) rnorm(64))
    n <- 22500 # as many as 30 s have
    taken <- numeric(n)
    for (i in seq_len(n)) {
      t0 <- Sys.time()
      y <- stream_push(s, x[[i %% 200 + 1]], threads = 1)
      taken[i] <- Sys.time() - t0
    }
    ms <- 1000 * taken
    q <- quantile(ms, c(0.5, 0.99, 0.999, 1))
    cat(sprintf("| %d | %d | %.3f | %.3f | %.3f | %.2f | %.2f %% |\n", block, n, q[1], q[2], q[3], q[4], 100 * mean(ms <= 64 / 48)))
  }
}

# Resident memory, in MB above that of R with the package before.
memory <- function(pushes) {
  resident <- function() 4096 * scan("/proc/self/statm", quiet = TRUE)[2L] / 1e6
  set.seed(3)
  h <- rnorm(1000)
  invisible(gc())
  before <- resident()
  s <- conv_stream(h, "causal")
  high <- 0
  out <- 0
  start <- processor()
  for (i in seq_len(pushes)) {
    y <- stream_push(s, sin(i + seq_len(1e6))) # the samples are new each time
    out <- out + length(y)
    high <- max(high, resident() - before)
    if (i %in% c(1, 10, 30, 100, 300, 1000)) cat(sprintf("after %4d pushes: %.0f MB above R's own, at most %.0f\n", i, resident() - before, high))
  }
  out <- out + length(stream_finish(s))
  cat(sprintf("%s samples in, %s outputs, %.0f s of the processor\n", format(1e6 * pushes, big.mark = ","), format(out, big.mark = ","), processor() - start))
}

if ("speed" %in% wanted) speed()
if ("latency" %in% wanted) latency()
if ("memory" %in% wanted) memory(as.numeric(wanted[match("memory", wanted) + 1L]))
