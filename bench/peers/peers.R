# conv() beside other systems, and beside what the machine can do: one sitting, one
# thread each, in turn, on the same samples. Writes peers.md and peers.png beside this
# file. `make bench` installs what it needs and runs it.
library(convmat)
options(convmat.threads = 1)
# one thread, and the kernels that OpenBLAS has for this processor
Sys.setenv(OMP_NUM_THREADS = 1, OPENBLAS_NUM_THREADS = 1, MKL_NUM_THREADS = 1)
Sys.unsetenv(c("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"))

here <- "bench/peers"
folder <- tempfile("peers")
dir.create(folder)
rounds <- as.integer(Sys.getenv("ROUNDS", "5"))
wanted <- data.frame(
  n = c(40, 400, 4000, 1e5, 1e5, 1e6, 1e6, 1e6, 1e6, 999983),
  m = c(20, 200, 200, 64, 200, 500, 2000, 1e5, 1e6, 999979),
  ratio = c(1.4, 3, 5, 4.5, 7, 5, 5.5, 6, 3, 3)
)

write_samples <- function(...) {
  samples <- list(...)
  for (name in names(samples)) writeBin(as.double(samples[[name]]), file.path(folder, paste0(name, ".bin")))
}

# Lines "peer seconds error" of another system, as numbers named by peer. With `large` glibc
# gives it large pages, which its users have to ask for: see the text of the page below.
versions <- character(0)
outside <- function(command, ..., large = FALSE) {
  env <- if (large) "GLIBC_TUNABLES=glibc.malloc.hugetlb=1" else character(0)
  lines <- strsplit(system2(command, c(...), stdout = TRUE, stderr = FALSE, env = env), " ")
  values <- do.call(rbind, lines[lengths(lines) == 3L])
  last <- values[, 1L] == "versions"
  versions[basename(command)] <<- gsub("_", " ", values[last, 2L])
  values <- values[!last, , drop = FALSE]
  stopifnot(as.numeric(values[, 3L]) < 1e-9) # results agree
  setNames(as.numeric(values[, 2L]), gsub("_", " ", values[, 1L]))
}
python <- function(kind, large = FALSE) {
  outside("/usr/bin/python3", file.path(here, "peers.py"), folder, kind, large = large)
}
octave <- function(large = FALSE) {
  outside("octave-cli", "--norc", file.path(here, "peers.m"), folder, large = large)
}
others <- function(kind, large = FALSE) c(python(kind, large), octave(large))

in_r <- function(kind) {
  outside(file.path(R.home("bin"), "Rscript"), file.path(here, "in-r.R"), folder, kind)
}

# One row for each round: ours first, then the peers by themselves and with large pages.
compare <- function(kind, theirs) {
  rows <- lapply(seq_len(rounds), function(r) {
    c(in_r(kind), theirs(kind), with_large(theirs(kind, TRUE)))
  })
  names <- Reduce(intersect, lapply(rows, names))
  do.call(rbind, lapply(rows, `[`, names))
}
with_large <- function(times) setNames(times, paste0(names(times), large_mark))
large_mark <- ", large pages"

# Of a table of compare(): ours, the fastest peer, and the ratio's median and quartiles.
ratio_to <- function(times, large) {
  marked <- grepl(large_mark, colnames(times), fixed = TRUE)
  others <- times[, marked == large & colnames(times) != "convmat", drop = FALSE]
  ratios <- apply(others, 1L, min) / times[, "convmat"]
  best <- names(which.min(apply(others, 2L, median)))
  list(
    ours = median(times[, "convmat"]), best = sub(large_mark, "", best, fixed = TRUE),
    theirs = median(others[, best]),
    quartiles = quantile(ratios, c(0.5, 0.25, 0.75), names = FALSE)
  )
}

# "| what | ours | fastest (name) | ratio | the same with large pages | aim |"
table_row <- function(what, times, aim) {
  usual <- ratio_to(times, FALSE)
  cells <- vapply(list(usual, ratio_to(times, TRUE)), function(r) {
    sprintf(
      "%s (%s) | **%.2f** (%.2f to %.2f)", milliseconds(r$theirs), r$best, r$quartiles[1L],
      r$quartiles[2L], r$quartiles[3L]
    )
  }, "")
  sprintf("| %s | %s | %s | %s | %s |", what, milliseconds(usual$ours), cells[1L], cells[2L], format(aim))
}
table_head <- function(what) {
  c(
    sprintf("| %s | convmat, ms | fastest peer, ms | ratio | with large pages, ms | ratio | aim |", what),
    "|---|---|---|---|---|---|---|"
  )
}

milliseconds <- function(t) format(signif(t * 1e3, 3), scientific = FALSE, drop0trailing = TRUE)

size_label <- function(n) vapply(n, format, "", big.mark = ",", scientific = FALSE)

# ---- full convolutions -------------------------------------------------------

set.seed(1)
tables <- lapply(seq_len(nrow(wanted)), function(i) {
  x <- rnorm(wanted$n[i])
  h <- rnorm(wanted$m[i])
  write_samples(x = x, h = h, y = conv(x, h))
  times <- compare("full", others)
  cat(table_row(paste(size_label(c(wanted$n[i], wanted$m[i])), collapse = ", "), times, wanted$ratio[i]), "\n")
  times
})
medians <- lapply(tables, function(t) apply(t, 2L, median))
summary_rows <- mapply(
  table_row, paste(size_label(wanted$n), size_label(wanted$m), sep = ", "), tables, wanted$ratio
)

systems <- unique(unlist(lapply(medians, names)))
cells <- vapply(medians, function(t) ifelse(is.na(t[systems]), "", milliseconds(t[systems])), character(length(systems)))
all_rows <- paste0("| ", systems, " | ", apply(cells, 1L, paste, collapse = " | "), " |")

# ---- columns, spikes, and parts of the engine --------------------------------

rows_each <- 200
x <- matrix(rnorm(2e7), rows_each)
h <- rnorm(32)
write_samples(x = x, h = h, y = conv(x, h, "causal"))
writeLines(as.character(rows_each), file.path(folder, "rows.txt"))
columns <- compare("columns", python)
two <- replicate(rounds, {
  times <- in_r("threads")
  times[["one"]] / times[["two"]]
})

x <- replace(numeric(1e6), sample(1e6, 1e4), rnorm(1e4))
h <- rnorm(2000)
write_samples(x = x, h = h, y = conv(x, h))
spikes <- compare("full", python)

# Rows of rounds, columns named.
parts <- function(n, m, kind) {
  write_samples(x = rnorm(n), h = rnorm(m), y = 0)
  do.call(rbind, lapply(seq_len(rounds), function(r) in_r(kind)))
}
pairs <- list(c(1e5, 200), c(1e6, 500), c(1e6, 2000))
guard <- lapply(pairs, function(p) {
  times <- parts(p[1L], p[2L], "guard")
  list(times = apply(times, 2L, median), ratio = median(times[, "auto"] / times[, "unguarded"]))
})
direct <- median(parts(2e5, 2000, "direct"))

program <- file.path(folder, "limits")
stopifnot(system2("cc", c("-O3", "-march=native", file.path(here, "limits.c"), "-o", program)) == 0)
limits <- read.table(text = system2(program, stdout = TRUE), row.names = 1L)
limit <- function(name) limits[name, 1L]

# ---- growth ------------------------------------------------------------------

# The most memory in use beyond what there was, which Linux notes and forgets when told, and the
# time of later calls, when a virtual machine has had that much memory before.
program <- file.path(folder, "growth.R")
writeLines('
  library(convmat)
  options(convmat.threads = 1)
  status <- function(what) {
    line <- grep(what, readLines("/proc/self/status"), value = TRUE)
    as.numeric(gsub("[^0-9]", "", line)) * 1024
  }
  n <- as.numeric(commandArgs(TRUE))
  x <- numeric(n)
  for (i in seq_len(n / 1e6)) x[(i - 1) * 1e6 + seq_len(1e6)] <- rnorm(1e6)
  h <- rnorm(1000)
  invisible(gc())
  writeLines("5", "/proc/self/clear_refs")
  before <- status("VmRSS")
  y <- conv(x, h)
  extra <- status("VmHWM") - before - 8 * length(y)
  rm(y)
  invisible(gc())
  time <- function(h) {
    median(replicate(3, {
      y <- NULL
      gc()
      system.time(y <- conv(x, h), gcFirst = FALSE)[["elapsed"]]
    }))
  }
  cat(time(h), time(1), extra)
', program)
growth <- lapply(c(1e6, 1e7, 1e8), function(n) {
  run <- system2(file.path(R.home("bin"), "Rscript"), c(program, format(n, scientific = FALSE)), stdout = TRUE)
  as.numeric(strsplit(run, " ")[[1L]])
})
sizes <- c(1e6, 1e7, 1e8)
growth_rows <- sprintf(
  "| %s | %.2f | %.2f | %.0f |", size_label(sizes), vapply(growth, `[`, 0, 1L) / sizes * 1e9,
  vapply(growth, `[`, 0, 2L) / sizes * 1e9, vapply(growth, `[`, 0, 3L) / 1e6
)

# ---- pffft, measured apart ---------------------------------------------------

# Only repeated here, as the page says.
pffft <- c(
  "## Beside pffft, measured apart",
  "",
  "pffft is the strongest foreign code we know for this, but a library of transforms without a call like `conv()`,",
  "so `make bench` does not run it. Measured by hand on 2026-11-28, on the machine above: pffft",
  "(github.com/marton78/pffft, commit a4b0359) in doubles, by `gcc -O3 -march=native`, which gives it vectors of 4, as it has",
  "no AVX-512; overlap-save around it in C, with the transform of the kernel and the copies into and out of its blocks.",
  "Ours is called from C, too: no R, one thread, results and scratch memory that both have used before. All block lengths of",
  "both in turn in one process, the best of each, processor time, other processes running: medians of 400 and of 25 or 40",
  "rounds, and of these the median of three runs.",
  "",
  "| n, m | pffft, ms | unguarded, ms | ratio (aim 1.3) | guarded, ms | ratio | all of conv() in C, ms | ratio |",
  "|---|---|---|---|---|---|---|---|",
  "| 100,000, 200 | 0.248 (blocks of 1024) | 0.173 (2048) | **1.41** | 0.211 (2048) | **1.16** | 0.223 | **1.11** |",
  "| 1,000,000, 500 | 4.32 (1280) | 2.07 (6144) | **2.06** | 2.4 (6144) | **1.82** | 2.42 | **1.79** |",
  ""
)

# ---- the page ----------------------------------------------------------------

cpu <- sub(".*: ", "", grep("model name", readLines("/proc/cpuinfo"), value = TRUE)[1L])
writeLines(c(
  "# conv() beside other systems", "",
  "Written by `make bench`: one sitting, one thread each, all systems in turn on the same samples",
  sprintf("(normal random numbers), %d rounds, medians. Results agreed to 1e-9 of the largest output.", rounds), "",
  sprintf(
    "%s, instructions %s. %s; %s; %s.", cpu, .Call(convmat:::ffi_simd_level, NULL),
    versions[["Rscript"]], versions[["python3"]], versions[["octave-cli"]]
  ), "",
  "## Full convolution", "",
  "The ratio is the fastest peer's time to ours, median and quartiles of the rounds. The first touch of a",
  sprintf("small page takes %.1f us on this machine, which burdens whoever asks for", limit("touch") * 1e6),
  "new memory; convmat asks for large pages. So that this is not all that is compared, there is a second",
  "ratio, for which the peers run with large pages, too (`GLIBC_TUNABLES=glibc.malloc.hugetlb=1`).", "",
  table_head("n, m"), summary_rows, "",
  "All of them, in milliseconds (those that would take too long are left out):", "",
  paste0("| n, m | ", paste(size_label(wanted$n), size_label(wanted$m), sep = ", ", collapse = " | "), " |"),
  paste0("|---|", strrep("---|", nrow(wanted))), all_rows, "",
  "![Time against the number of multiply-adds of the definition](peers.png)", "",
  "(The faster of a peer's two times.)", "",
  pffft,
  "## Columns and spikes", "",
  table_head(""),
  table_row("100,000 columns of 200 by 32, causal", columns, 3),
  table_row("1,000,000 samples, 1 % of them not 0, by 2000", spikes, 8), "",
  sprintf("Two threads on these columns: %.2f times as fast as one (aim 1.7).", median(two)), "",
  "## Beside the machine's limits", "",
  sprintf(
    "Peak %.1f thousand million multiply-adds a second; direct sums at m = 2000 make %.1f, %.0f %% of it (aim 70).",
    limit("multiply-adds") * 1e-9, 2e5 * 2000 / direct * 1e-9, 100 * 2e5 * 2000 / direct / limit("multiply-adds")
  ),
  sprintf("Copying memory: %.1f GB a second, read and written.", limit("bandwidth") * 1e-9), "",
  "The guard makes every output accurate; `method = \"fft\"` leaves it out.", "",
  "| n, m | unguarded, ms | \"auto\", ms | guard (aim 1.25) |", "|---|---|---|---|",
  sprintf(
    "| %s | %s | %s | %.2f |", vapply(pairs, function(p) paste(size_label(p), collapse = ", "), ""),
    milliseconds(vapply(guard, function(g) g$times[1L], 0)), milliseconds(vapply(guard, function(g) g$times[2L], 0)),
    vapply(guard, `[[`, 0, "ratio")
  ), "",
  "## Growth", "",
  "m = 1000, in a new process each: the peak of the process beyond signal and result in a first call; then",
  "the median of three calls, each with its result in new memory, and the same for a kernel of one sample,",
  "which is little but that memory.", "",
  "| n | ns a sample | m = 1 | other memory, MB |", "|---|---|---|---|", growth_rows
), file.path(here, "peers.md"))

grDevices::png(file.path(here, "peers.png"), 1500, 1000, res = 150)
graphics::par(mar = c(4.2, 4.5, 1, 13), las = 1)
work <- wanted$n * wanted$m
systems <- systems[!grepl(large_mark, systems, fixed = TRUE)]
times <- vapply(medians, function(t) {
  pmin(t[systems], t[paste0(systems, large_mark)], na.rm = TRUE)
}, numeric(length(systems))) * 1e3
graphics::plot(
  NULL, xlim = range(work), ylim = range(times, na.rm = TRUE), log = "xy", xaxt = "n", yaxt = "n",
  xlab = "multiply-adds of the definition, n m", ylab = "milliseconds"
)
powers <- function(side, by) {
  at <- 10^seq(-4, 13, by)
  graphics::axis(side, at, parse(text = sprintf("10^%d", round(log10(at)))))
}
powers(1, 2)
powers(2, 1)
colours <- c("black", grDevices::hcl.colors(length(systems) - 1L, "Dark 3"))
for (s in rev(seq_along(systems))) {
  graphics::lines(work[order(work)], times[s, order(work)], type = "b", pch = s - 1L, col = colours[s], lwd = if (s == 1L) 3 else 1.2)
}
usr <- 10^graphics::par("usr")[c(2, 4)]
graphics::legend(usr[1L] * 2, usr[2L], systems, col = colours, pch = seq_along(systems) - 1L, lwd = c(3, rep(1.2, length(systems) - 1L)), xpd = NA, bty = "n", cex = 0.8)
invisible(grDevices::dev.off())
# A third of the bytes, where ImageMagick is there: the package has it, too.
if (nzchar(Sys.which("convert"))) {
  picture <- shQuote(file.path(here, "peers.png"))
  system2("convert", c(picture, "+dither", "-colors", "128", paste0("PNG8:", picture)))
}
# README shows it; bench/ is not in the built package.
invisible(file.copy(file.path(here, "peers.png"), file.path(here, "../../man/figures/speed.png"), overwrite = TRUE))
