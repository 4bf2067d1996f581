# Too little memory, unloading, and what a saved session brings back. Each in an R process of its own.
# `make limits`, which sets CONVMAT_REPEATS, tries more sizes.

skip_on_cran()
skip_if_not_installed("callr")

test_that("where memory ends, there is an error, and the next call works", {
  if (Sys.getenv("CONVMAT_REPEATS") == "") skip_if_not_extended()
  skip_on_os(c("windows", "mac")) # which do not know the limit
  skip_if(nzchar(Sys.getenv("ASAN_OPTIONS")), "The address sanitizer needs all addresses")
  # an address space so small that sooner or later each allocation is refused
  script <- tempfile(fileext = ".R")
  on.exit(unlink(script))
  dump <- deparse(function(calls, powers) {
    library(convmat)
    options(convmat.max_bytes = Inf)
    big <- numeric(1e5)
    conv(sin(1:1e5), sin(1:1e4), threads = 2) # threads and plans
    failed <- 0
    for (size in 2^powers) {
      for (call in calls) {
        kind <- tryCatch(
          {
            eval(call, list2env(list(size = size)))
            "none"
          },
          convmat_error = function(e) "ours",
          error = function(e) if (grepl("memory|cannot allocate", conditionMessage(e))) "memory" else stop(e)
        )
        failed <- failed + (kind != "none")
        stopifnot(identical(conv(1:3, c(1, 10)), c(1, 12, 23, 30)))
      }
    }
    cat("failed", failed, "\nall is well\n")
  })
  calls <- list(
    quote(conv(numeric(size) + 1, 1:50)), quote(conv(numeric(size) + 1, sin(1:5000))),
    quote(conv(sin(1:5000), numeric(size) + 1, method = "fft")), quote(conv(complex(size), 1i + 1:3)),
    quote(conv(numeric(size), sin(1:5000), "same", boundary = "wrap", threads = 2)),
    quote(conv(replace(numeric(size), 5, NA), sin(1:5000), na = "propagate")),
    quote(conv_matrix(1:100, ceiling(sqrt(size) * 4))),
    quote(shifted_scaled_kernels(1:100, seq_len(ceiling(size / 10)))),
    quote(regressors(events(1:10), seq(0, size / 10, by = 0.1))),
    quote(event_responses(events(1:30), seq(0, size / 10, by = 0.1), sparse = TRUE)),
    quote(correlation_lags(size, size))
  )
  writeLines(c(
    sprintf(
      ".libPaths(%s)",
      paste(deparse(c(dirname(getNamespaceInfo("convmat", "path")), .libPaths())), collapse = "")
    ),
    "main <-", dump, sprintf(
      "main(%s, %s)", paste(deparse(calls, control = "quoteExpressions"), collapse = "\n"),
      deparse(if (Sys.getenv("CONVMAT_REPEATS") == "") c(18, 22, 25, 27, 30) else c(14, 18, 20, 21:24, 25, 27, 30))
    )
  ), script)
  out <- suppressWarnings(system(
    sprintf("ulimit -v 1000000; %s --vanilla %s 2>&1", shQuote(file.path(R.home("bin"), "Rscript")), shQuote(script)),
    intern = TRUE
  ))
  expect_identical(attr(out, "status"), NULL, info = paste(utils::tail(out, 20), collapse = "\n"))
  expect_identical(out[length(out)], "all is well")
  expect_gt(as.numeric(sub("failed ", "", out[length(out) - 1L])), 10)
})

test_that("results of more than 2^31 values that R has no place for are refused", {
  old <- options(convmat.max_bytes = Inf)
  on.exit(options(old))
  for (n in c(2^31, 2^40, 2^52)) {
    expect_convmat_error(conv_matrix(1:2, n), "memory", "R has no place for a")
    expect_convmat_error(shifted_kernels(1:2, n), "memory", "R has no place for a")
  }
  options(convmat.max_bytes = NULL)
  expect_convmat_error(correlation_lags(2^50, 2^50), "memory", "the lags need")
  expect_convmat_error(scan_times(2^50, 1), "memory", "their times need")
  expect_convmat_error(conv(matrix(1, 1, 1e7), matrix(1, 1e5, 1)), "memory", "the 100,000 x 10,000,000 result needs")
})

test_that("a saved session comes back with its objects at work, and the package can be unloaded and loaded again", {
  image <- tempfile(fileext = ".rda")
  rds <- tempfile(fileext = ".rds")
  on.exit(unlink(c(image, rds)))
  unloads <- !identical(Sys.getenv("R_COVR"), "true") # which counts lines until the end
  made <- in_child(function(image, rds, unloads) {
    library(convmat)
    model <- gamma_hrf(c(6, 12), 1, c(1, -0.3))
    ev <- bind_runs(events(c(1, 5), trial_type = c("a", "b")), events(2, trial_type = "a"))
    method <- conv_method(1:3, 1:2)
    objects <- list(model = model, ev = ev, method = method)
    if (exists("conv_operator")) objects$operator <- conv_operator(c(1, 2, 3), 5)
    use <- list(
      hrf(0:5, model), regressors(ev, list(0:9, 0:9), model), utils::capture.output(print(objects)),
      if (exists("conv_operator")) as.matrix(objects$operator %*% 1:5)
    )
    save(objects, use, file = image)
    saveRDS(objects, rds)
    once <- function() {
      library(convmat)
      y <- c(sum(conv(sin(1:30000), sin(1:3000), threads = 2)), sum(conv(1:3, c(1i, 2))))
      unloadNamespace("convmat")
      if ("convmat" %in% names(getLoadedDLLs())) library.dynam.unload("convmat", find.package("convmat"))
      stopifnot(!("convmat" %in% names(getLoadedDLLs())), !("convmat" %in% loadedNamespaces()))
      y
    }
    if (unloads) first <- once()
    list(use = use, again = if (unloads) vapply(1:5, function(i) identical(once(), first), NA))
  }, list(image, rds, unloads))
  if (unloads) expect_identical(made$again, rep(TRUE, 5))
  # a new session, which has not attached the package
  back <- in_child(function(image, rds) {
    load(image)
    again <- readRDS(rds)
    loadNamespace("convmat")
    printed <- utils::capture.output(print(again))
    library(convmat)
    use <- list(
      hrf(0:5, again$model), regressors(again$ev, list(0:9, 0:9), again$model), printed,
      if (exists("conv_operator")) as.matrix(again$operator %*% 1:5)
    )
    list(identical(objects, again), use)
  }, list(image, rds))
  expect_true(back[[1L]])
  expect_identical(back[[2L]], made$use)
})
