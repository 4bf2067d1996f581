# How much faster two worker processes are than one: regressors, fits, smoothing and deconvolution of 200 simulated
# subjects, read from files and written to files by the workers, see tools/pieces.R.
#
#   Rscript bench/workers.R [SUBJECTS [REPEATS]]
#
# Takes turns; the best of each counts. Convmat is the one of R_LIBS, as in `make`.
args <- commandArgs(TRUE)
subjects <- if (length(args)) as.integer(args[1L]) else 200L
repeats <- if (length(args) > 1L) as.integer(args[2L]) else 3L
groups <- 20L
folder <- tempfile("workers-")
dir.create(folder)
pieces <- normalizePath("tools/pieces.R")
status <- system2(file.path(R.home("bin"), "Rscript"), c(pieces, "make", folder, "1e4", subjects, groups))
stopifnot(status == 0)

seconds <- function(workers) {
  unlink(file.path(folder, "subjects-*.rds"))
  cluster <- parallel::makePSOCKcluster(workers)
  on.exit(parallel::stopCluster(cluster))
  parallel::clusterCall(cluster, function(file) { # with its own functions, and no more threads than workers
    Sys.setenv(OMP_NUM_THREADS = 1, OPENBLAS_NUM_THREADS = 1)
    sys.source(file, globalenv())
    NULL
  }, pieces)
  took <- system.time(parallel::clusterApplyLB(cluster, seq_len(groups), function(task, folder) {
    save_whole(subjects_of(folder, task), result_file(folder, "subjects", task))
    NULL
  }, folder))[["elapsed"]]
  stopifnot(length(list.files(folder, "^subjects-[0-9]+[.]rds$")) == groups)
  took
}

took <- vapply(seq_len(repeats), function(i) c(seconds(1L), seconds(2L)), c(0, 0))
best <- apply(took, 1L, min)
cat(sprintf(
  "%d subjects: %.1f s with one worker, %.1f s with two, %.2f times as fast\n",
  subjects, best[1L], best[2L], best[1L] / best[2L]
))
unlink(folder, recursive = TRUE)
