# The error of each output of conv(), NumPy, SciPy and stats::convolve() on the same random and hostile
# cases, against exact sums. Writes bench/numerics.md and vignettes/articles/numerics.csv. `make numerics`
# installs what is needed and runs it; Rscript bench/numerics.R [CASES [SEED]].
library(convmat)
python <- Sys.which(c("/usr/bin/python3", "python3"))[1L]
args <- as.numeric(commandArgs(trailingOnly = TRUE))
ncase <- if (length(args) > 0) args[1] else 1e5
set.seed(if (length(args) > 1) args[2] else 1)
folder <- tempfile("numerics-")
dir.create(folder)

# Powers of two stay far from the ends of the range of doubles, so that no sum over- or underflows.
draw <- list(
  normal = function(n) rnorm(n),
  uniform = function(n) runif(n),
  walk = function(n) cumsum(rnorm(n)),
  sine = function(n) sin(seq_len(n) / runif(1, 1, 20)),
  alternating = function(n) rep_len(c(1, -1), n) * (1 + runif(n) * 1e-6),
  differences = function(n) diff(c(0, sin(seq_len(n) / 50))),
  scales = function(n) rnorm(n) * 2^sample(-40:40, n, TRUE),
  decay = function(n) rnorm(n) * 2^(-60 * seq_len(n) / n),
  growth = function(n) rnorm(n) * 2^(60 * seq_len(n) / n),
  step = function(n) rnorm(n) * ifelse(seq_len(n) <= sample.int(n, 1), 2^-30, 2^30),
  spike = function(n) replace(rnorm(n), sample.int(n, 1), 2^50),
  gap = function(n) rnorm(n) * (abs(seq_len(n) / n - runif(1)) > 0.2),
  sparse = function(n) rnorm(n) * (runif(n) < 0.05),
  zeros_first = function(n) replace(10^(9 * seq_len(n) / n), seq_len(n %/% 2), 0), # scipy issue 22390
  quarters = function(n) sample(-40:40, n, TRUE) / 4
)
sizes <- c(small = 0.85, medium = 0.13, large = 0.02)
most <- c(small = 40, medium = 400, large = 4000)

ours <- list(
  `convmat::conv` = function(x, h) conv(x, h),
  `convmat::conv, method = "direct"` = function(x, h) conv(x, h, method = "direct"),
  `convmat::conv, method = "fft"` = function(x, h) conv(x, h, method = "fft"),
  `stats::convolve` = function(x, h) stats::convolve(x, rev(h), type = "open")
)
theirs <- c("numpy.convolve", "scipy.signal.convolve", "scipy.signal.fftconvolve", "scipy.signal.oaconvolve")
everyone <- c(names(ours)[1:3], theirs, names(ours)[4])

# worst error relative to the sum of moduli, by size; outputs that are not 0 where no term is; cases off by more than 1e-11
worst <- matrix(0, length(everyone), length(sizes), dimnames = list(everyone, names(sizes)))
ghosts <- missed <- setNames(numeric(length(everyone)), everyone)
outputs <- 0

one_batch <- function(ncase) {
  size <- sample(names(sizes), ncase, TRUE, sizes)
  cases <- lapply(size, function(size) {
    n <- sample.int(most[[size]], 2)
    list(x = draw[[sample.int(length(draw), 1)]](n[1]), h = draw[[sample.int(length(draw), 1)]](n[2]))
  })
  con <- file(file.path(folder, "cases.bin"), "wb")
  for (case in cases) {
    writeBin(c(length(case$x), length(case$h)), con)
    writeBin(c(case$x, case$h), con)
  }
  close(con)
  versions <<- strsplit(system2(python, c("bench/numerics.py", folder), stdout = TRUE), " ")[[1]][-1]
  at <- rep(seq_along(cases), vapply(cases, function(case) length(case$x) + length(case$h) - 1, 0))
  read <- function(name) readBin(file.path(folder, paste0(name, ".bin")), "double", length(at))
  exact <- read("exact")
  rest <- read("rest")
  moduli <- read("moduli")
  outputs <<- outputs + length(at)
  for (name in everyone) {
    y <- if (name %in% theirs) read(name) else unlist(lapply(cases, function(case) ours[[name]](case$x, case$h)))
    stopifnot(length(y) == length(at))
    error <- abs((y - exact) - rest) / moduli
    none <- moduli == 0
    ghosts[name] <<- ghosts[name] + sum(y[none] != 0)
    error[none] <- 0
    by_case <- vapply(split(error, at), max, 0)
    missed[name] <<- missed[name] + sum(by_case > 1e-11)
    by_size <- tapply(by_case, factor(size, names(sizes)), max)
    worst[name, ] <<- pmax(worst[name, ], by_size, na.rm = TRUE)
  }
}
left <- ncase
while (left > 0) {
  one_batch(min(left, 2000))
  left <- left - 2000
  cat(".")
}
unlink(folder, recursive = TRUE)

table <- data.frame(
  method = everyone, worst, worst = apply(worst, 1, max), missed = missed / ncase, ghosts = ghosts,
  row.names = NULL
)
print(table)
made <- sprintf(
  "%s cases with %s outputs; R %s, numpy %s, scipy %s, instructions %s", format(ncase, big.mark = ",", scientific = FALSE),
  format(outputs, big.mark = ",", scientific = FALSE), getRversion(), versions[1], versions[2], .Call(convmat:::ffi_simd_level, NULL)
)
con <- file("vignettes/articles/numerics.csv", "w")
writeLines(paste("#", made), con)
write.csv(format(table, digits = 3), con, row.names = FALSE, quote = 1)
close(con)
writeLines(c(
  "# The error of each output", "",
  sprintf("Full convolutions, %s. Written by `make numerics`.", made),
  "Lengths are random, up to 40 (85% of the cases), 400 (13%) and 4,000 (2%); signals and kernels of",
  sprintf("%d kinds: %s.", length(draw), paste(gsub("_", " ", names(draw)), collapse = ", ")),
  "The exact sums come from whole numbers of any length. An error is that of one output divided by the",
  "sum of the moduli of its own terms; where all terms are 0, an output that is not counts as a ghost.", "",
  "| method | up to 40 | up to 400 | up to 4,000 | worst | cases above 1e-11 | ghosts |", "|---|---|---|---|---|---|---|",
  sprintf(
    "| `%s` | %.2g | %.2g | %.2g | %.2g | %.2f%% | %s |", table$method, table$small, table$medium, table$large,
    table$worst, 100 * table$missed, format(table$ghosts, big.mark = ",", scientific = FALSE, trim = TRUE)
  )
), "bench/numerics.md")
stopifnot(table$worst[1] <= 1e-11, table$ghosts[1] == 0)
