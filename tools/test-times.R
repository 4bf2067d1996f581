# Processor time of each file of tests/testthat against the installed convmat, with that of the R processes it
# starts, one file after the other in this process, the longest first; the longest tests of each, too.
# Not CRAN's level unless NOT_CRAN is unset; CONVMAT_EXTENDED=true for all.
filter <- c(commandArgs(trailingOnly = TRUE), "")[1]
Sys.setenv(TESTTHAT_PARALLEL = "FALSE")
suppressPackageStartupMessages({
  library(testthat)
  library(convmat)
})
cpu <- function() sum(proc.time()[c(1, 2, 4, 5)], na.rm = TRUE)
files <- list.files("tests/testthat", "^test-.*[.]R$", full.names = TRUE)
files <- files[grepl(filter, sub("^test-(.*)[.]R$", "\\1", basename(files)), perl = TRUE)]
tests <- list()
start <- cpu()
seconds <- vapply(files, function(file) {
  before <- cpu()
  result <- as.data.frame(test_file(
    file,
    package = "convmat", load_package = "installed", reporter = "silent", stop_on_failure = FALSE
  ))
  if (any(result$failed > 0 | result$error)) cat("failed:", basename(file), "\n")
  result$cpu <- result$user + result$system
  tests[[file]] <<- result[result$cpu >= 0.5, c("file", "test", "cpu")]
  cpu() - before
}, 0)
names(seconds) <- basename(names(seconds))
for (file in names(sort(seconds, decreasing = TRUE))) cat(sprintf("%7.1f s  %s\n", seconds[[file]], file))
cat(sprintf("%7.1f s  all of them, and %.1f s before them\n\n", sum(seconds), start))
tests <- do.call(rbind, tests)
for (i in order(-tests$cpu)) cat(sprintf("%7.1f s  %s: %s\n", tests$cpu[i], tests$file[i], tests$test[i]))
