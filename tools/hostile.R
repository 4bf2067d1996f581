# Calls every function of the installed convmat with hostile arguments, N times, from a seed.
#
#   Rscript tools/hostile.R [N [SEED]]
#
# Prints the findings and fails if there are any. If R itself ends, build/hostile-SEED.txt has the call that ended it.
# Several may run side by side, with a seed each.
args <- as.numeric(commandArgs(trailingOnly = TRUE))
n <- if (length(args) > 0) args[1] else 1e5
seed <- if (length(args) > 1) args[2] else as.integer(Sys.time()) %% 1e6
`%||%` <- function(a, b) if (is.null(a)) b else a
library(convmat)
source("tests/testthat/helper-hostile.R")

set.seed(seed)
cat(sprintf("convmat: %s hostile calls from seed %d\n", format(n, big.mark = ",", scientific = FALSE), seed))
dir.create("build", showWarnings = FALSE)
path <- sprintf("build/hostile-%d.txt", seed)
last <- file(path, "w")
found <- run_hostile(
  n,
  before = function(case) {
    seek(last, 0, rw = "write")
    writeLines(show_call(case), last)
    flush(last)
  },
  after = function(call, finding) cat("\n", call, "\n  ", finding, "\n", sep = "")
)
close(last)
unlink(path)
cat(sprintf("\nconvmat: %d findings\n", length(found)))
quit(status = length(found) > 0)
