# CRAN checks without the suggested packages, too
if (requireNamespace("testthat", quietly = TRUE)) {
  library(testthat)
  library(convmat)

  # CRAN counts the processors' time, of which each process takes some to start
  if (Sys.getenv("NOT_CRAN") == "") Sys.setenv(TESTTHAT_PARALLEL = "FALSE")

  test_check("convmat")
}
