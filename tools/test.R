# Runs tests/testthat against the installed convmat, or of it the files whose names match an argument,
# a regular expression of Perl's, in two processes side by side (TESTTHAT_CPUS for more). The last line counts expectations:
# N passed, N failed, N skipped
# where a test that stops with an error counts as one failure. Nothing passed is a failure too.
filter <- c(commandArgs(trailingOnly = TRUE), "")[1] # "" matches all
Sys.setenv(TESTTHAT_MAX_FAILS = "Inf") # or the rest would go uncounted
results <- testthat::test_dir(
  "tests/testthat",
  filter = filter, perl = TRUE,
  package = "convmat", load_package = "installed",
  reporter = if (isatty(stdout())) "progress" else "check", stop_on_failure = FALSE
)
# One list per test_that(), with the condition of each of its expectations.
kinds <- unlist(lapply(results, function(test) lapply(test$results, function(r) class(r)[1])))
count <- function(...) sum(kinds %in% paste0("expectation_", c(...)))
failed <- count("failure", "error")
passed <- count("success")
cat(sprintf("\n%d passed, %d failed, %d skipped\n", passed, failed, count("skip")))
quit(status = failed > 0 || passed == 0)
