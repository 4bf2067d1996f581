# The calls of other systems in the table of ?conv_array, beside those that are said to be the same.
#
#   Rscript bench/arrays/equivalents.R > bench/arrays/equivalents.md
#
# Takes Octave (with octave-image for imfilter()), Python with SciPy (and astropy), R packages terra, imagine and
# spatstat.explore; what is not installed is left out, and said to be.

library(convmat)

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
folder <- tempfile("equivalents")
dir.create(folder)

set.seed(31)
x <- matrix(round(rnorm(20 * 17), 3), 20)
h <- matrix(round(rnorm(15), 3), 3)
k <- matrix(round(rnorm(8), 3), 4)
v <- array(round(rnorm(7 * 6 * 5), 3), c(7, 6, 5))
w <- array(round(rnorm(3 * 2 * 3), 3), c(3, 2, 3))
gaps <- replace(x, c(30, 31, 52, 200), NaN)
m <- dim(k)
for (name in c("x", "h", "k", "gaps")) {
  write.table(
    get(name), file.path(folder, paste0(name, ".txt")),
    na = "NaN", row.names = FALSE, col.names = FALSE
  )
}
for (name in c("v", "w")) {
  write.table(as.vector(get(name)), file.path(folder, paste0(name, ".txt")), row.names = FALSE, col.names = FALSE)
}
system2("/usr/bin/python3", c(file.path(here, "equivalents.py"), folder), env = "OMP_NUM_THREADS=1")
system2("octave-cli", c("--norc", file.path(here, "equivalents.m"), folder))

read_back <- function(name) {
  file <- file.path(folder, paste0(name, ".txt"))
  if (file.exists(file)) scan(file, quiet = TRUE)
}
in_r <- function(package, call) if (requireNamespace(package, quietly = TRUE)) as.vector(call)

cat("# Calls of other systems, and ours\n\n")
cat("Largest difference, over the largest value; whether the same samples are missing.\n\n| there | here | difference |\n|---|---|---|\n")
row <- function(there, theirs, ours) {
  words <- substitute(ours)
  if ("boundary" %in% all.vars(words)) words$boundary <- boundary # of the loop it is in
  words <- gsub("%/%", " %/% ", gsub("[[:space:]]+", " ", paste(deparse(words, width.cutoff = 500L), collapse = " ")))
  result <- if (is.null(theirs)) {
    "not installed"
  } else if (length(theirs) != length(ours) || !identical(is.na(theirs), as.vector(is.na(ours)))) {
    "**another shape, or other samples missing**"
  } else {
    format(max(abs(theirs - as.vector(ours)), na.rm = TRUE) / max(abs(ours), na.rm = TRUE), digits = 2)
  }
  cat(sprintf("| `%s` | `%s` | %s |\n", there, words, result))
}

for (f in c("convolve2d", "fftconvolve", "oaconvolve")) {
  row(sprintf("scipy.signal.%s(x, k)", f), read_back(paste0(f, "-full")), conv_array(x, k))
  row(sprintf("scipy.signal.%s(x, k, \"same\")", f), read_back(paste0(f, "-same")), conv_array(x, k, "same"))
  row(sprintf("scipy.signal.%s(x, k, \"valid\")", f), read_back(paste0(f, "-valid")), conv_array(x, k, "valid"))
}
for (f in c("fftconvolve", "oaconvolve")) {
  row(sprintf("scipy.signal.%s(v, w)", f), read_back(paste0(f, "-volume")), conv_array(v, w))
}
row(
  "scipy.ndimage.convolve(x, k, mode = \"constant\")", read_back("ndimage-constant"),
  conv_array(x, k, "same", origin = m %/% 2)
)
for (boundary in c("wrap", "nearest", "reflect", "mirror")) {
  row(
    sprintf("scipy.ndimage.convolve(x, k, mode = \"%s\")", boundary), read_back(paste0("ndimage-", boundary)),
    conv_array(x, k, "same", origin = m %/% 2, boundary = boundary)
  )
}
row(
  "scipy.ndimage.convolve(v, w, mode = \"mirror\")", read_back("ndimage-volume"),
  conv_array(v, w, "same", origin = dim(w) %/% 2, boundary = "mirror")
)
row("scipy.ndimage.correlate(x, h)", read_back("ndimage-correlate"), correlate_array(x, h, "same", boundary = "reflect"))
sd <- 1.3
bell <- gaussian_kernel(sd * sqrt(8 * log(2)), radius = round(4 * sd))
row(
  "scipy.ndimage.gaussian_filter(x, 1.3)", read_back("gaussian_filter"),
  conv_array(x, list(bell, bell), "same", boundary = "reflect")
)
row("conv2(x, k)", read_back("conv2-full"), conv_array(x, k))
row("conv2(x, k, \"same\")", read_back("conv2-same"), conv_array(x, k, "same", origin = m %/% 2))
row("conv2(x, k, \"valid\")", read_back("conv2-valid"), conv_array(x, k, "valid"))
row("conv2(h(:, 1), k(:, 1), x)", read_back("conv2-apart"), conv_array(x, list(h[, 1], k[, 1])))
row("convn(v, w)", read_back("convn-full"), conv_array(v, w))
row("convn(v, w, \"same\")", read_back("convn-same"), conv_array(v, w, "same", origin = dim(w) %/% 2))
row("convn(v, w, \"valid\")", read_back("convn-valid"), conv_array(v, w, "valid"))
row("imfilter(x, h, \"conv\")", read_back("imfilter-conv"), conv_array(x, h, "same", origin = dim(h) %/% 2))
row("imfilter(x, k, \"conv\"), even sizes", read_back("imfilter-conv-even"), conv_array(x, k, "same", origin = m %/% 2))
row("imfilter(x, h)", read_back("imfilter"), correlate_array(x, h, "same"))
for (edge in c("replicate", "symmetric", "circular")) {
  boundary <- c(replicate = "nearest", symmetric = "reflect", circular = "wrap")[[edge]]
  row(
    sprintf("imfilter(x, h, \"%s\")", edge), read_back(paste0("imfilter-", edge)),
    correlate_array(x, h, "same", boundary = boundary)
  )
}
row(
  "astropy.convolution.convolve(gaps, abs(h))", read_back("astropy"),
  conv_array(gaps, abs(h) / sum(abs(h)), "same", na = "renormalise")
)
row(
  "terra::focal(x, h)", in_r("terra", terra::as.matrix(terra::focal(terra::rast(x), h), wide = TRUE)),
  correlate_array(x, h, "same", boundary = "missing")
)
row(
  "imagine::convolution2D(x, h)", in_r("imagine", imagine::convolution2D(x, h)),
  correlate_array(x, h, "same", boundary = "missing")
)
wide <- gaussian_kernel(sd * sqrt(8 * log(2)), radius = 16)
row(
  "spatstat.explore::blur(x, 1.3, bleed = FALSE)",
  in_r("spatstat.explore", as.matrix(spatstat.explore::blur(spatstat.geom::im(x, 1:17, 1:20), sd, bleed = FALSE))),
  conv_array(x, list(wide, wide), "same")
)
row(
  "spatstat.explore::blur(x, 1.3, normalise = TRUE, bleed = FALSE)",
  in_r("spatstat.explore", as.matrix(spatstat.explore::blur(
    spatstat.geom::im(x, 1:17, 1:20), sd, normalise = TRUE, bleed = FALSE
  ))),
  conv_array(x, list(wide, wide), "same", boundary = "missing", na = "renormalise")
)
cat("\nEBImage, which is on Bioconductor, is not among them.\n")
