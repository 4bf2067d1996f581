# conv_array() beside SciPy, Octave and R packages: least processor times, one thread, in one sitting.
#
#   Rscript bench/arrays/arrays.R > bench/arrays/arrays.md
#
# R packages that are not installed are left out: terra is r-cran-terra of Debian, imagine is on CRAN.
#
# Sizes and ways are taken in turns, convmat and SciPy one after the other, so that what else the machine
# does meets both. The ratio is the best other time divided by ours.

library(convmat)
options(convmat.threads = 1)

# The least of several processor times, in ms.
least <- function(run, times) {
  min(vapply(seq_len(times), function(i) sum(system.time(run())[1:2]), 0)) * 1e3
}

# Memory that a call takes at its peak, its result included, in MB; Linux tells.
peak <- function(run) {
  status <- function(what) {
    line <- grep(what, readLines("/proc/self/status"), value = TRUE)
    as.double(gsub("[^0-9]", "", line)) / 1024
  }
  gc(FALSE)
  cat("5", file = "/proc/self/clear_refs") # the peak is counted from here on
  before <- status("VmRSS")
  run()
  status("VmHWM") - before
}

here <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
scipy <- function(...) {
  out <- system2("/usr/bin/python3", c(file.path(dirname(here), "arrays.py"), ...), stdout = TRUE, env = "OMP_NUM_THREADS=1")
  parts <- strsplit(out, " ")
  stats::setNames(as.double(vapply(parts, `[`, "", 2)), vapply(parts, `[`, "", 1))
}

octave <- function(m) {
  script <- file.path(dirname(here), "conv2.m")
  out <- system2("octave-cli", c("--norc", script, m), stdout = TRUE, stderr = FALSE, env = "OMP_NUM_THREADS=1")
  c(`Octave conv2` = as.double(sub("conv2 ", "", grep("^conv2 ", out, value = TRUE))))
}

# Transforms of the whole, by fft(), at lengths that it likes.
by_fft <- function(x, h) {
  n <- stats::nextn(dim(x) + dim(h) - 1)
  pad <- function(a) {
    z <- matrix(0, n[1L], n[2L])
    z[seq_len(nrow(a)), seq_len(ncol(a))] <- a
    z
  }
  y <- Re(stats::fft(stats::fft(pad(x)) * stats::fft(pad(h)), inverse = TRUE)) / prod(n)
  y[(nrow(h) - 1) %/% 2 + seq_len(nrow(x)), (ncol(h) - 1) %/% 2 + seq_len(ncol(x))]
}

r_packages <- function(x, h) {
  times <- if (nrow(h) > 31) 1 else 3
  out <- c(`fft()` = least(function() by_fft(x, h), 3))
  if (requireNamespace("terra", quietly = TRUE)) {
    raster <- terra::rast(x)
    out[["terra::focal"]] <- least(function() terra::focal(raster, h, fillvalue = 0, na.policy = "all"), times)
  }
  if (requireNamespace("imagine", quietly = TRUE)) {
    out[["imagine::convolution2D"]] <- least(function() imagine::convolution2D(x, h), times)
  }
  out
}

row <- function(what, ours, others) {
  best <- which.min(others)
  cat(sprintf(
    "| %s | %.1f | %s | %.1f |\n", what, ours,
    paste(sprintf("%s %.1f", names(others), others), collapse = ", "), others[best] / ours
  ))
}

cat("# Arrays: processor times in ms, one thread\n\n")
cat(sprintf("%s, %s; SciPy %s.\n\n", R.version.string, format(Sys.Date()), system2(
  "/usr/bin/python3", c("-c", shQuote("import scipy; print(scipy.__version__)")), stdout = TRUE
)))
cat("| what | convmat | others | ratio |\n|---|---|---|---|\n")

set.seed(1)
in_r <- NULL
x <- matrix(rnorm(1e6), 1000)
for (m in c(3, 7, 15, 31, 101)) {
  h <- matrix(runif(m * m), m)
  ours <- least(function() for (i in 1:5) conv_array(x, h, "same"), 5) / 5
  in_r <- c(in_r, list(list(m = m, ours = ours, others = r_packages(x, h))))
  row(sprintf("1000 x 1000 by %d x %d", m, m), ours, c(scipy("image", m), octave(m)))
}
g <- rep(list(gaussian_kernel(sqrt(8 * log(2)), radius = 4)), 3)
memory <- character(0)
volume <- function(what, x, h, python) {
  run <- function() conv_array(x, h, "same", boundary = "reflect")
  row(sprintf("%s, Gaussian of 9 along three axes", what), least(run, 8), scipy(python))
  memory <<- c(memory, sprintf("%s: %.0f MB, of which the result is %.0f MB.", what, peak(run), 8 * length(x) / 2^20))
}
volume("256^3", array(rnorm(256^3), rep(256, 3)), g, "volume")
volume("64 x 64 x 40 x 300", array(rnorm(64 * 64 * 40 * 300), c(64, 64, 40, 300)), c(g, list(NULL)), "series")
cat("\nMemory at the peak, beside the array:\n\n")
cat(sprintf("- %s\n", memory), sep = "")

cat("\n## R packages\n\n| what | convmat | others | ratio |\n|---|---|---|---|\n")
for (one in in_r) row(sprintf("1000 x 1000 by %d x %d", one$m, one$m), one$ours, one$others)
