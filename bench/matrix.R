# The three forms of the convolution matrix beside SciPy and Matrix: one thread each, some
# runs of either in turn, in one sitting. Writes bench/matrix.md. `make bench-matrix`
# installs what is needed and runs it.
library(convmat)
Sys.setenv(OMP_NUM_THREADS = 1, OPENBLAS_NUM_THREADS = 1)
options(convmat.threads = 1)
python <- Sys.which(c("/usr/bin/python3", "python3"))[1L]
set.seed(1)

scipy <- function(task, runs) {
  out <- strsplit(system2(python, c("bench/matrix.py", task, runs), stdout = TRUE), " ")[[1L]]
  versions <<- out[2:3]
  as.numeric(out[1L])
}

# Processor time, which other programs disturb least: all is done by one thread. Of so many
# calls at once, since R counts whole milliseconds; what R collects of the last call counts.
milliseconds <- function(code, runs, calls = 1) {
  code <- substitute(code)
  times <- vapply(seq_len(runs + 1), function(i) {
    start <- proc.time()
    for (k in seq_len(calls)) y <- eval(code, globalenv())
    sum((proc.time() - start)[1:2]) / calls * 1e3
  }, 0)
  median(times[-1L])
}

# Medians of the rounds, and the quartiles of theirs to ours.
in_turn <- function(what, ours, theirs, rounds, peer) {
  times <- vapply(seq_len(rounds), function(i) c(ours(), theirs()), c(0, 0))
  ratio <- quantile(times[2L, ] / times[1L, ], c(0.25, 0.5, 0.75))
  row <- sprintf(
    "| %s | %.3g | %.3g (%s) | %.2f (%.2f to %.2f) |", what,
    median(times[1L, ]), median(times[2L, ]), peer, ratio[2L], ratio[1L], ratio[3L]
  )
  cat(row, "\n")
  row
}

dense <- rnorm(500)
sparse <- rnorm(30)
long <- rnorm(2000)
x <- rnorm(20000)
A <- conv_operator(long, 20000)

band <- function(h, n) { # the same matrix by Matrix
  Matrix::bandSparse(n + length(h) - 1, n, -(seq_along(h) - 1), matrix(h, n, length(h), byrow = TRUE))
}
stopifnot(all.equal(band(sparse, 100), conv_matrix(sparse, 100, sparse = TRUE)))

rows <- c(
  in_turn(
    "dense, n = 5000, m = 500", function() milliseconds(conv_matrix(dense, 5000), 7),
    function() scipy("dense", 7), 9, "`scipy.linalg.convolution_matrix`"
  ),
  in_turn(
    "sparse, n = 1,000,000, m = 30",
    function() milliseconds(conv_matrix(sparse, 1e6, sparse = TRUE), 3),
    function() sum(system.time(band(sparse, 1e6))[1:2]) * 1e3, 3, "`Matrix::bandSparse`"
  ),
  in_turn(
    "operator times vector, n = 20,000, m = 2000", function() milliseconds(A %*% x, 9, 50),
    function() scipy("operator", 21), 9, "`scipy.linalg.matmul_toeplitz`"
  )
)

# The most memory that one product takes at a time beyond what there was before it, its result
# and the plan of its transform included: Linux notes the peak, and forgets it when told.
peak <- "
  library(convmat); options(convmat.threads = 1)
  memory <- function(what) {
    as.numeric(gsub('[^0-9]', '', grep(what, readLines('/proc/self/status'), value = TRUE))) * 1024
  }
  h <- rnorm(2000); x <- rnorm(20000); A <- conv_operator(h, 20000)
  y <- conv_operator(h[1:3], 10) %*% x[1:10]; invisible(gc())
  writeLines('5', '/proc/self/clear_refs'); before <- memory('VmRSS')
  y <- A %*% x
  cat(memory('VmHWM') - before)
"
peak <- as.numeric(system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(peak)), stdout = TRUE))

cpu <- sub(".*: ", "", grep("model name", readLines("/proc/cpuinfo"), value = TRUE)[1L])
writeLines(c(
  "# The three forms of the matrix beside SciPy and Matrix", "",
  "Medians of processor time in milliseconds, rounds in turn, one thread, normal random numbers,",
  "full mode. R's garbage collection is counted.",
  sprintf(
    "%s; R %s, Matrix %s, numpy %s, scipy %s. Written by `make bench-matrix`.", cpu,
    getRversion(), packageVersion("Matrix"), versions[1L], versions[2L]
  ),
  "The ratio is theirs to ours, median and quartiles of the rounds.", "",
  "| what | convmat | peer | ratio |", "|---|---|---|---|", rows, "",
  sprintf(
    "The first product of that operator takes %.1f MB at its peak beyond what was there, its", peak / 1e6
  ),
  "result and the plan of its transform included.", "",
  "Memory, by `object.size()` or, for the dense one, computed:", "",
  "| n, m | dense | sparse | operator |", "|---|---|---|---|",
  vapply(list(c(1e3, 30), c(1e5, 30), c(1e6, 30)), function(size) {
    h <- rnorm(size[2L])
    mb <- function(bytes) {
      format(signif(as.numeric(bytes) / 1e6, 3), big.mark = ",", scientific = FALSE)
    }
    sprintf(
      "| %s, %d | %s MB | %s MB | %s MB |", format(size[1L], big.mark = ",", scientific = FALSE),
      size[2L], mb(8 * size[1L] * (sum(size) - 1)),
      mb(object.size(conv_matrix(h, size[1L], sparse = TRUE))),
      mb(object.size(conv_operator(h, size[1L])))
    )
  }, "")
), "bench/matrix.md")
