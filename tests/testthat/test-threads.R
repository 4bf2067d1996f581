# Threads among other users of threads: forks of processes where an OpenMP library has worked,
# which GNU's OpenMP does not survive. Each in an R process of its own, which a hang ends.

skip_on_cran()
skip_if_not_installed("callr")

# What convmat computes in a fork of a process in which `before` has run. Enough work for
# several rounds of threads.
in_fork <- function(before, load_first) {
  in_child(function(before, load_first) {
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
    list(here = work(), forked = unname(unlist(forked)))
  }, list(before = before, load_first = load_first))
}

expect_fork_works <- function(before, load_first = TRUE) {
  answer <- in_fork(before, load_first)
  expect_identical(answer$forked, rep(answer$here, 2))
}

test_that("children convolve after their parent has convolved", {
  skip_on_os("windows")
  expect_fork_works(function() convmat::conv(sin(1:200000), cos(1:5000), method = "direct", threads = 2))
})

test_that("children convolve after data.table has used threads in their parent", {
  skip_on_os("windows")
  skip_if_not_installed("data.table")
  before <- function() {
    data.table::setDTthreads(2)
    data.table::fsort(runif(1e6))
    data.table::setorderv(data.table::data.table(x = runif(1e6)), "x")
  }
  expect_fork_works(before)
  expect_fork_works(before, load_first = FALSE)
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
  expect_fork_works(before)
  expect_fork_works(before, load_first = FALSE)
})

test_that("mclapply() and future's multicore convolve with threads", {
  skip_on_os("windows")
  answer <- in_child(function() {
    work <- function(i) convmat::conv(sin(1:200000 + i), cos(1:5000), method = "direct", threads = 2)
    here <- lapply(1:3, work)
    # two at a time, as R CMD check allows, and each item in a process of its own
    forked <- parallel::mclapply(1:3, work, mc.cores = 2, mc.preschedule = FALSE)
    futures <- if (requireNamespace("future", quietly = TRUE)) {
      future::plan("multicore", workers = 2)
      lapply(lapply(1:3, function(i) future::future(work(i))), future::value)
    }
    c(mclapply = identical(forked, here), future = is.null(futures) || identical(futures, here))
  })
  expect_identical(answer, c(mclapply = TRUE, future = TRUE))
})

# The most threads that a process of its own has at a time while it convolves, beyond those it
# had before; and how many of them are left.
count_threads <- function(threads, env = character()) {
  child <- callr::r_bg(function(threads) {
    loadNamespace("convmat")
    x <- matrix(sin(1:1e6), ncol = 2)
    tasks <- function() length(dir("/proc/self/task"))
    before <- tasks()
    convmat::conv(x, sin(1:4000), method = "direct", threads = threads)
    c(before = before, after = tasks())
  }, list(threads), libpath = c(dirname(getNamespaceInfo("convmat", "path")), .libPaths()), env = env)
  on.exit(child$kill())
  folder <- file.path("/proc", child$get_pid(), "task")
  most <- 0
  end <- Sys.time() + 100
  while (child$is_alive() && Sys.time() < end) {
    most <- max(most, length(dir(folder)))
    Sys.sleep(0.002)
  }
  seen <- child$get_result()
  c(most = most - seen[["before"]], left = seen[["after"]] - seen[["before"]])
}

test_that("there are as many threads as were asked for, and none is left", {
  skip_on_covr()
  skip_if_not(file.exists("/proc/self/task"), "no /proc")
  expect_identical(count_threads(4), c(most = 3, left = 0))
  expect_identical(count_threads(1), c(most = 0, left = 0))
})

test_that("variables of OpenMP limit the number of threads", {
  skip_on_covr()
  skip_if_not(file.exists("/proc/self/task"), "no /proc")
  expect_identical(count_threads(4, c(OMP_THREAD_LIMIT = "2"))[["most"]], 1)
  expect_identical(count_threads(NULL, c(OMP_NUM_THREADS = "1"))[["most"]], 0)
})
