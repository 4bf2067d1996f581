# conv_array() beside SciPy and R packages: least processor times, one thread, in one sitting.
#
#   Rscript bench/arrays/arrays.R > bench/arrays/arrays.md
#
# Sizes and ways are taken in turns, convmat and SciPy one after the other, so that what else the machine
# does meets both. The ratio is the best other time divided by ours.

library(convmat)
options(convmat.threads = 1)

# The least of several processor times, in ms.
least <- function(run, times) {
  min(vapply(seq_len(times), function(i) sum(system.time(run())[1:2]), 0)) * 1e3
}

here <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
scipy <- function(...) {
  out <- system2("/usr/bin/python3", c(file.path(dirname(here), "arrays.py"), ...), stdout = TRUE, env = "OMP_NUM_THREADS=1")
  parts <- strsplit(out, " ")
  stats::setNames(as.double(vapply(parts, `[`, "", 2)), vapply(parts, `[`, "", 1))
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
x <- matrix(rnorm(1e6), 1000)
for (m in c(3, 7, 15, 31, 101)) {
  h <- matrix(runif(m * m), m)
  ours <- least(function() for (i in 1:5) conv_array(x, h, "same"), 5) / 5
  row(sprintf("1000 x 1000 by %d x %d", m, m), ours, scipy("image", m))
}
g <- rep(list(gaussian_kernel(sqrt(8 * log(2)), radius = 4)), 3)
x <- array(rnorm(256^3), rep(256, 3))
row("256^3, Gaussian of 9 along three axes", least(function() conv_array(x, g, "same", boundary = "reflect"), 3), scipy("volume"))
x <- array(rnorm(64 * 64 * 40 * 300), c(64, 64, 40, 300))
row(
  "64 x 64 x 40 x 300, Gaussian of 9 along three axes",
  least(function() conv_array(x, c(g, list(NULL)), "same", boundary = "reflect"), 3), scipy("series")
)
