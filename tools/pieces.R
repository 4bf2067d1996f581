# Work for several processes, as in the article "Past one machine": pieces of a long signal, and subjects with
# regressors, fits, smoothing and deconvolution. Each reads its data from files and writes a file.
#
#   Rscript tools/pieces.R make FOLDER SAMPLES SUBJECTS TASKS   the data, and a plan
#   Rscript tools/pieces.R signal FOLDER TASK                   one piece
#   Rscript tools/pieces.R subjects FOLDER TASK                 some of the subjects
#   Rscript tools/pieces.R missing FOLDER                       tasks without a result: "signal 3"
#   Rscript tools/pieces.R compare FOLDER                       all results, with those of this one process
library(convmat)

make_data <- function(folder, samples, subjects, tasks) {
  set.seed(1)
  con <- file(file.path(folder, "x.bin"), "wb")
  for (from in seq(1, samples, by = 1e7)) writeBin(stats::rnorm(min(1e7, samples - from + 1)), con)
  close(con)
  h <- exp(-(0:999) / 100) * stats::rnorm(1000)
  plan <- conv_chunks(samples, length(h), ceiling(samples / tasks), "causal")
  subject_task <- rep(seq_len(tasks), length.out = subjects)
  saveRDS(list(h = h, plan = plan, subject_task = subject_task, tasks = tasks), file.path(folder, "plan.rds"))
  times <- scan_times(300, 2)
  for (s in seq_len(subjects)) {
    e <- events(sort(stats::runif(60, 0, 560)), 1, trial_type = sample(c("face", "house"), 60, TRUE))
    write_events(e, file.path(folder, sprintf("sub-%03d_events.tsv", s)))
    bold <- regressors(e, times) %*% matrix(stats::rnorm(2 * 400), 2) + stats::rnorm(300 * 400, sd = 200)
    writeBin(as.vector(bold), file.path(folder, sprintf("sub-%03d_bold.bin", s)))
  }
}

plan_of <- function(folder) readRDS(file.path(folder, "plan.rds"))

result_file <- function(folder, what, task) file.path(folder, sprintf("%s-%d.rds", what, task))

# A result is there as a whole, or not at all.
save_whole <- function(value, file) {
  part <- paste0(file, ".part-", Sys.getpid())
  saveRDS(value, part, compress = FALSE)
  file.rename(part, file)
}

signal_piece <- function(folder, task) {
  p <- plan_of(folder)
  chunk <- p$plan[task, ]
  con <- file(file.path(folder, "x.bin"), "rb")
  on.exit(close(con))
  seek(con, 8 * (chunk$from - 1))
  conv_chunk(readBin(con, "double", chunk$to - chunk$from + 1), p$h, chunk, method = "direct", threads = 1)
}

subject <- function(folder, s) {
  e <- read_events(file.path(folder, sprintf("sub-%03d_events.tsv", s)))
  bold <- matrix(readBin(file.path(folder, sprintf("sub-%03d_bold.bin", s)), "double", 300 * 400), 300)
  smooth <- conv(bold, c(1, 4, 6, 4, 1) / 16, "same", boundary = "reflect", threads = 1)
  X <- design_matrix(e, scan_times(300, 2), "spm", "temporal")
  list(
    coefficients = qr.coef(qr(unclass(X)), smooth)[1:2, ],
    smooth = colMeans(smooth^2),
    behind = stats::coef(deconv(smooth[, 1:4], hrf(seq(0, 30, by = 2)), mode = "causal", method = "ridge", order = 2))
  )
}

subjects_of <- function(folder, task) {
  lapply(which(plan_of(folder)$subject_task == task), function(s) subject(folder, s))
}

work <- list(signal = signal_piece, subjects = subjects_of)

missing_tasks <- function(folder) {
  tasks <- seq_len(plan_of(folder)$tasks)
  for (what in names(work)) {
    todo <- tasks[!file.exists(result_file(folder, what, tasks))]
    if (length(todo)) cat(sprintf("%s %d\n", what, todo), sep = "")
  }
}

# In one process; the signal is one call.
compare <- function(folder) {
  p <- plan_of(folder)
  tasks <- seq_len(p$tasks)
  samples <- p$plan$to[p$tasks]
  x <- readBin(file.path(folder, "x.bin"), "double", samples)
  whole <- conv(x, p$h, "causal", method = "direct")
  same <- vapply(tasks, function(task) {
    identical(readRDS(result_file(folder, "signal", task)), whole[p$plan$first[task]:p$plan$last[task]])
  }, NA)
  cat(sprintf("convmat: %d of %d pieces of %.0f samples have the bits of one call\n", sum(same), length(same), samples))
  alike <- vapply(tasks, function(task) {
    identical(readRDS(result_file(folder, "subjects", task)), subjects_of(folder, task))
  }, NA)
  cat(sprintf("convmat: %d of %d groups of subjects have the bits of one process\n", sum(alike), length(alike)))
  quit(status = !all(same, alike))
}

args <- commandArgs(TRUE)
if (length(args)) {
  task <- as.integer(args[3L])
  switch(args[1L],
    make = make_data(args[2L], as.numeric(args[3L]), as.integer(args[4L]), as.integer(args[5L])),
    signal = , subjects = save_whole(work[[args[1L]]](args[2L], task), result_file(args[2L], args[1L], task)),
    missing = missing_tasks(args[2L]),
    compare = compare(args[2L])
  )
}
