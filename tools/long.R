# Signals of more than 2^31 samples through R: in pieces, as a stream, and whole. All numbers are whole, so all that
# is looked at must be exact. The kernel by itself is looked at by tests/kernel/long.c.
#
#   Rscript tools/long.R [SAMPLES]
#
# The whole convolution of 2^31 + 10 samples takes 18 GB of memory, those of its result: samples repeat a pattern,
# of which there is one copy. It is left out, and said so, where there is less; SAMPLES are for a shorter one.
# Linux, some minutes.
args <- as.numeric(commandArgs(trailingOnly = TRUE))
library(convmat)
big <- 2^31
failed <- 0

look <- function(ok, ...) {
  cat(sprintf("%s: %s\n", paste0(...), if (ok) "exact" else "WRONG"))
  if (!ok) failed <<- failed + 1
}

# Sample i, from 1, of a signal of any length, as doubles beyond 2^31.
sample_at <- function(i) (i %% 16411) * 7 %% 1009 - 504

# ---- in pieces --------------------------------------------------------------------------------

# F[k] of samples 1 to nx, for a few k, from 0.
exact_at <- function(k, h, nx) {
  vapply(k, function(k) {
    i <- k + 1 - (seq_along(h) - 1)
    inside <- i >= 1 & i <= nx
    sum(h[inside] * sample_at(i[inside]))
  }, 0)
}

in_pieces <- function(nx, nh, size, mode) {
  set.seed(1)
  h <- sample(-99:99, nh, replace = TRUE) + 0
  plan <- conv_chunks(nx, nh, size, mode)
  has <- function(i) which(plan$first <= i & plan$last >= i)
  places <- unique(c(1, nrow(plan) %/% 2, has(big), has(big) + 1, has(2 * big), nrow(plan)))
  places <- places[places <= nrow(plan)]
  begin <- c(full = 0, same = (nh - 1) %/% 2, causal = 0, valid = nh - 1)[[mode]]
  ny <- c(full = nx + nh - 1, same = nx, causal = nx, valid = nx - nh + 1)[[mode]]
  whole <- identical(plan$last[nrow(plan)], ny) && identical(plan$first[-1], plan$last[-nrow(plan)] + 1)
  ok <- vapply(places, function(i) {
    piece <- plan[i, ]
    y <- conv_chunk(sample_at(seq(piece$from, piece$to)), h, piece)
    at <- unique(c(1, 2, big - piece$first + -2:2, 2 * big - piece$first + -2:2, sample(length(y), 50), length(y)))
    at <- at[at >= 1 & at <= length(y)]
    identical(y[at], exact_at(begin + piece$first - 1 + at - 1, h, nx))
  }, NA)
  look(whole && all(ok), sprintf("pieces: %.0f x %d, %s", nx, nh, mode))
}
for (mode in c("full", "same", "causal", "valid")) {
  in_pieces(2^33 + 12345, 1000, 1e6, mode)
  in_pieces(big + 10, 3, 2^20 - 7, mode)
}

# ---- as a stream --------------------------------------------------------------------------------

# Pushed by pieces of so many samples that the pattern of sample_at() begins anew in each: but for the first, all have
# the same outputs.
as_stream <- function(n) {
  h <- c(3, -5, 7)
  each <- 16411 * 1000
  x <- sample_at(seq_len(each))
  s <- conv_stream(h, "full")
  first <- stream_push(s, x)
  usual <- stream_push(s, x)
  ok <- identical(usual, c(exact_at(each + 0:1, h, n), first[-(1:2)])) && identical(first, conv(x, h)[seq_len(each)])
  pushed <- 2 * each
  while (pushed + each <= n) {
    ok <- ok && identical(stream_push(s, x), usual)
    pushed <- pushed + each
  }
  rest <- n - pushed
  y <- if (rest > 0) stream_push(s, x[seq_len(rest)])
  ok <- ok && identical(as.double(y), usual[seq_len(rest)]) && identical(stream_finish(s), exact_at(n + 0:1, h, n))
  look(ok, sprintf("stream: %.0f samples", n))
}
as_stream(if (length(args)) args[1] + 4e7 else big + 10)

# ---- whole ---------------------------------------------------------------------------------------

available <- function() {
  line <- grep("^MemAvailable", readLines("/proc/meminfo"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024
}

compiled <- function() {
  folder <- tempfile("long-")
  dir.create(folder)
  file.copy("tools/long.c", folder)
  made <- system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", file.path(folder, "long.c")), stdout = TRUE)
  library <- file.path(folder, paste0("long", .Platform$dynlib.ext))
  if (!file.exists(library)) stop("tools/long.c does not compile:\n", paste(made, collapse = "\n"))
  dyn.load(library)
}

as_a_whole <- function(n, mode) {
  h <- c(3, -5, 7)
  x <- .Call(long$long_vector, n)
  seconds <- system.time(y <- conv(x, h, mode))[["elapsed"]]
  first <- c(full = 0, same = 1, causal = 0, valid = 2)[[mode]]
  right <- length(y) == n + c(full = 2, same = 0, causal = 0, valid = -2)[[mode]]
  look(
    right && .Call(long$wrong_outputs, y, x, h, first) == 0,
    sprintf("whole: %.0f samples, %s, in %.1f s", n, mode, seconds)
  )
}

# Signal and kernel both longer than 2^31, of which 6 outputs are wanted.
as_both <- function(n) {
  x <- .Call(long$long_vector, n + 5)
  h <- .Call(long$long_vector, n)
  y <- conv(x, h, "valid")
  look(
    length(y) == 6 && .Call(long$wrong_outputs, y, x, h, n - 1) == 0,
    sprintf("whole: %.0f x %.0f, valid", n + 5, n)
  )
}

dll <- compiled()
long <- list(long_vector = getNativeSymbolInfo("long_vector", dll), wrong_outputs = getNativeSymbolInfo("wrong_outputs", dll))
n <- if (length(args)) args[1] else big + 10
if (available() > 8.05 * n + 5e8) {
  for (mode in c("full", "valid")) {
    as_a_whole(n, mode)
    invisible(gc())
  }
  as_both(n)
} else {
  cat(sprintf(
    "whole: not run, as %.0f samples take %.1f GB of memory, and %.1f GB are free\n", n, 8.05e-9 * n + 0.5, available() / 1e9
  ))
}
cat(sprintf("convmat: %d wrong\n", failed))
quit(status = failed > 0)
