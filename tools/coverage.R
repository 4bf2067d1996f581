# Prints the R and C lines of the package in a folder that its tests do not run, and fails if there are any.
path <- commandArgs(trailingOnly = TRUE)[1]
Sys.setenv(TESTTHAT_PARALLEL = "FALSE") # the counts of processes that are stopped would be lost
options(covr.rstudio_source_markers = FALSE) # which wants another package
coverage <- covr::package_coverage(path, type = "tests", quiet = TRUE)
print(coverage)
missed <- covr::zero_coverage(coverage)
for (i in seq_len(nrow(missed))) cat(missed$filename[i], ":", missed$line[i], " is not run\n", sep = "")
quit(status = nrow(missed) > 0)
