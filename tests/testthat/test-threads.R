# Threads among other users of threads: forks of processes where an OpenMP library has worked,
# which GNU's OpenMP does not survive. Each in an R process of its own, which a hang ends; to start one takes a second.

skip_on_cran()
skip_if_not_installed("callr")

# What convmat computes in a fork of a process in which `before` has run; then what `after` gives there. Enough work for
# several rounds of threads.
in_fork <- function(before, load_first, after = function() NULL) {
  in_child(function(before, load_first, after) {
    work <- function() sum(convmat::conv(sin(1:200000), cos(1:5000), method = "direct", threads = 2))
    if (load_first) loadNamespace("convmat")
    before()
    jobs <- lapply(1:2, function(i) parallel::mcparallel(work()))
    forked <- parallel::mccollect(jobs, wait = FALSE, timeout = 60)
    while (length(forked) < 2L) {
      more <- parallel::mccollect(jobs, wait = FALSE, timeout = 30)
      if (is.null(more)) break
      forked <- c(forked, more)
    }
    if (length(forked) < 2L) tools::pskill(vapply(jobs, `[[`, 1L, "pid"), tools::SIGKILL)
    list(here = work(), forked = unname(unlist(forked)), after = if (length(forked) == 2L) after())
  }, list(before = before, load_first = load_first, after = after))
}

expect_fork_works <- function(before, load_first = TRUE) {
  answer <- in_fork(before, load_first)
  expect_identical(answer$forked, rep(answer$here, 2))
}

test_that("children convolve after data.table has used threads in their parent", {
  skip_on_os("windows")
  skip_if_not_installed("data.table")
  before <- function() {
    data.table::setDTthreads(2)
    data.table::fsort(runif(1e6))
    data.table::setorderv(data.table::data.table(x = runif(1e6)), "x")
  }
  expect_fork_works(before)
  if (is_extended()) expect_fork_works(before, load_first = FALSE) # as with the library below
})

test_that("children convolve after a library of OpenMP has worked in their parent", {
  skip_on_os("windows")
  folder <- tempfile()
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  source <- file.path(folder, "team.c")
  writeLines(c(
    "#include <omp.h>",
    "void team(int *n)", "{",
    "    int sum = 0;",
    "#pragma omp parallel num_threads(3) reduction(+ : sum)",
    "    sum += 1;",
    "    *n = sum;", "}"
  ), source)
  writeLines(c(
    "PKG_CFLAGS = $(SHLIB_OPENMP_CFLAGS)", "PKG_LIBS = $(SHLIB_OPENMP_CFLAGS)"
  ), file.path(folder, "Makevars"))
  built <- callr::rcmd("SHLIB", c("-o", "team.so", "team.c"), wd = folder)
  skip_if(built$status != 0, "no C compiler, or no OpenMP")
  team <- file.path(folder, "team.so")
  before <- eval(bquote(function() {
    dyn.load(.(team))
    stopifnot(.C("team", 0L)[[1L]] == 3L)
  }))
  if (is_extended()) expect_fork_works(before) # as with data.table
  expect_fork_works(before, load_first = FALSE)
})

test_that("children convolve after their parent has convolved, those of mclapply() and future's multicore, too", {
  skip_on_os("windows")
  before <- function() convmat::conv(sin(1:200000), cos(1:5000), method = "direct", threads = 2)
  after <- function() {
    work <- function(i) convmat::conv(sin(1:200000 + i), cos(1:5000), method = "direct", threads = 2)
    here <- lapply(1:3, work)
    # two at a time, as R CMD check allows, and each item in a process of its own
    forked <- parallel::mclapply(1:3, work, mc.cores = 2, mc.preschedule = FALSE)
    futures <- if (requireNamespace("future", quietly = TRUE)) {
      future::plan("multicore", workers = 2)
      lapply(lapply(1:3, function(i) future::future(work(i))), future::value)
    }
    c(mclapply = identical(forked, here), future = is.null(futures) || identical(futures, here))
  }
  answer <- in_fork(before, TRUE, after)
  expect_identical(answer$forked, rep(answer$here, 2))
  expect_identical(answer$after, c(mclapply = TRUE, future = TRUE))
})

# The most threads that a process of its own has at a time in each of several convolutions, beyond those it had before;
# and how many of them are left.
count_threads <- function(threads, env = character()) {
  folder <- tempfile("threads-")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  child <- callr::r_bg(function(threads, folder) {
    loadNamespace("convmat")
    x <- matrix(sin(1:1e6), ncol = 2)
    tasks <- function() length(dir("/proc/self/task"))
    before <- tasks()
    for (i in seq_along(threads)) {
      # several rounds, of which the first and the last have no more threads than there are free processors
      convmat::conv(x, sin(1:15000), method = "direct", threads = threads[[i]])
      dir.create(file.path(folder, i)) # its threads have ended
    }
    c(before = before, after = tasks())
  }, list(threads, folder), libpath = c(dirname(getNamespaceInfo("convmat", "path")), .libPaths()), env = env)
  on.exit(child$kill(), add = TRUE)
  tasks <- file.path("/proc", child$get_pid(), "task")
  most <- 0 * seq_along(threads)
  end <- Sys.time() + 100
  while (child$is_alive() && Sys.time() < end) {
    done <- length(dir(folder))
    now <- length(dir(tasks))
    if (done < length(most) && length(dir(folder)) == done) most[done + 1] <- max(most[done + 1], now)
    Sys.sleep(0.002)
  }
  seen <- child$get_result()
  list(most = most - seen[["before"]], left = seen[["after"]] - seen[["before"]])
}

test_that("there are as many threads as were asked for, and none is left", {
  skip_on_covr()
  skip_if_not(file.exists("/proc/self/task"), "no /proc")
  expect_identical(count_threads(list(4, 1)), list(most = c(3, 0), left = 0L))
})

test_that("variables of OpenMP limit the number of threads", {
  skip_on_covr()
  skip_if_not(file.exists("/proc/self/task"), "no /proc")
  limits <- c(OMP_THREAD_LIMIT = "2", OMP_NUM_THREADS = "1")
  expect_identical(count_threads(list(4, NULL), limits)$most, c(1, 0))
})
