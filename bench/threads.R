# Two threads beside one, in turn in one process, on a machine that is idle but for 0, 1, 2, ...
# other processes that are always busy.
#
#   Rscript bench/threads.R [pairs] [busy...]

library(convmat)

args <- as.integer(commandArgs(trailingOnly = TRUE))
pairs <- if (length(args) > 0L) args[1L] else 30L
busy <- if (length(args) > 1L) args[-1L] else c(0L, 2L)

set.seed(1)
x <- rnorm(1e7)
cases <- list(
  "1e6 by 500" = list(x[1:1e6], x[1:500]),
  "1e6 by 500, sums" = list(x[1:1e6], x[1:500], method = "direct"),
  "1e7 by 2000" = list(x, x[1:2000]),
  "1000 columns of 1000 by 100" = list(matrix(x[1:1e6], 1000), x[1:100]),
  "50000 by 500, sums" = list(x[1:50000], x[1:500], method = "direct"),
  "1000 x 1000 by 31 x 31" = list(matrix(x[1:1e6], 1000), matrix(x[1:961], 31)),
  "200^3, Gaussian of 9" = list(
    array(x[1:8e6], rep(200, 3)), rep(list(gaussian_kernel(sqrt(8 * log(2)), radius = 4)), 3),
    "same", boundary = "reflect"
  )
)

seconds <- function(case, threads) {
  start <- proc.time()[["elapsed"]]
  h <- case[[2L]]
  do.call(if (is.list(h) || is.matrix(h)) conv_array else conv, c(case, threads = threads))
  proc.time()[["elapsed"]] - start
}

# Calls are repeated for a quarter of a second: the system gives processors out for some milliseconds at a time,
# so that the time of one short call beside busy processes is mostly chance.
measure <- function(case) {
  often <- ceiling(0.25 / max(seconds(case, 1), 0.001))
  run <- function(threads) sum(vapply(seq_len(often), function(i) seconds(case, threads), 0)) / often
  both <- vapply(seq_len(pairs), function(i) if (i %% 2) c(run(1), run(2)) else rev(c(run(2), run(1))), c(0, 0))
  c(one = stats::median(both[1L, ]), ratio = stats::median(both[2L, ] / both[1L, ]))
}

cat(sprintf("convmat: %d processors, %d pairs\n", parallel::detectCores(), pairs))
for (others in busy) {
  jobs <- lapply(seq_len(others), function(i) parallel::mcparallel(repeat NULL, silent = TRUE))
  for (name in names(cases)) {
    found <- measure(cases[[name]])
    cat(sprintf(
      "%d busy, %-28s one thread %6.1f ms, two take %.2f times as long\n",
      others, name, 1000 * found[["one"]], found[["ratio"]]
    ))
  }
  tools::pskill(vapply(jobs, `[[`, 1L, "pid"), tools::SIGKILL)
}
