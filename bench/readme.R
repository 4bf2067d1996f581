# Measures the table "What others get wrong" of README.md. Needs python3 with SciPy.
library(convmat)

python <- function(code, ...) {
  files <- vapply(list(...), function(v) {
    f <- tempfile()
    writeBin(as.double(v), f)
    f
  }, "")
  out <- tempfile()
  script <- tempfile(fileext = ".py")
  writeLines(c(
    "import sys, numpy as np, scipy.signal", "x, h = [np.fromfile(f) for f in sys.argv[2:4]]",
    paste("y =", code), "np.asarray(y, float).tofile(sys.argv[1])"
  ), script)
  stopifnot(system2("/usr/bin/python3", c(script, out, files)) == 0)
  readBin(out, "double", 1e7)
}

# 1. small values after a large one: the largest error of an output, relative to the sum of the
# moduli of its own terms
set.seed(1)
x <- rnorm(10000) * c(rep(1e9, 100), rep(1, 9900))
h <- exp(-0:199 / 20)
exact <- conv(x, h, method = "direct")
size <- conv(abs(x), h, method = "direct")
worst <- function(y) max(abs(y - exact) / size)
print(signif(c(
  convmat = worst(conv(x, h)), scipy = worst(python("scipy.signal.fftconvolve(x, h)", x, h)),
  stats = worst(stats::convolve(x, rev(h), type = "open"))
), 2))

# 2. one missing sample: how many of the outputs are lost
x[5000] <- NA
lost <- function(y) sum(is.na(y))
print(c(
  convmat = lost(conv(x, h)), scipy = lost(python("scipy.signal.fftconvolve(x, h)", x, h)),
  stats = lost(stats::convolve(x, rev(h), type = "open"))
))

# 3. predicted responses of blocks, by the methods of other software
scans <- scan_times(173, tr = 2.5)
print(discretisation_error(ds114_events, scans, "spm", method = "nilearn"))
print(discretisation_error(ds114_events, scans, method = "spm"))
print(discretisation_error(ds114_events, scans, "spm", dt = 2.5))
