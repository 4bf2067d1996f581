# Other packages' C: a small one, made here from the files in client/, is compiled against the installed
# convmat and run in a session of its own.

skip_on_cran()
skip_on_os("windows")
skip_if_not_installed("callr")

# Installs it; the library it is in.
install_client <- function(frame = parent.frame()) {
  folder <- tempfile("client-")
  package <- file.path(folder, "convclient")
  do.call(on.exit, list(substitute(unlink(folder, recursive = TRUE), list(folder = folder)), add = TRUE), envir = frame)
  for (sub in c("R", "src")) dir.create(file.path(package, sub), recursive = TRUE)
  dir.create(file.path(folder, "library"))
  here <- function(name) test_path("client", name)
  file.copy(here(c("DESCRIPTION", "NAMESPACE")), package)
  file.copy(here("client.R"), file.path(package, "R"))
  file.copy(here("client.c"), file.path(package, "src"))
  libraries <- c(dirname(getNamespaceInfo("convmat", "path")), .libPaths())
  out <- suppressWarnings(system2(
    file.path(R.home("bin"), "R"),
    c("CMD", "INSTALL", "--no-docs", "--no-byte-compile", "--no-test-load", "-l", shQuote(file.path(folder, "library")), shQuote(package)),
    stdout = TRUE, stderr = TRUE, env = c("R_TESTS=", paste0("R_LIBS=", paste(libraries, collapse = .Platform$path.sep)))
  ))
  if (!is.null(attr(out, "status"))) stop(paste(out, collapse = "\n"))
  file.path(folder, "library")
}

test_that("a package uses convmat from C", {
  include <- system.file("include", "convmat.h", package = "convmat")
  skip_if(include == "", "convmat is not installed")
  library <- install_client()
  answer <- in_child(function(library) {
    # a package of this test, which no DESCRIPTION can name
    do.call("library", list("convclient", lib.loc = library, character.only = TRUE))
    set.seed(198)
    x <- replace(rnorm(500), c(7, 300), c(NA, Inf))
    h <- rnorm(31)
    words <- list(
      mode = c("full", "same", "causal", "valid"),
      boundary = c("zero", "wrap", "nearest", "reflect", "mirror", "missing", "extend"), na = c("propagate", "zero", "renormalise")
    )
    same <- logical(0)
    for (mode in 1:4) {
      for (boundary in if (mode %in% 2:3) 1:7 else 1) {
        for (na in 1:3) {
          k <- if (na == 3) abs(h) else h
          origin <- if (mode == 2) 20 else 0
          same <- c(same, identical(
            client_conv(x, k, mode - 1L, origin, boundary - 1L, na - 1L),
            convmat::conv(x, k, words$mode[mode], if (mode == 2) origin, words$boundary[boundary], words$na[na])
          ))
        }
      }
    }
    long <- rnorm(3e4)
    status <- c(
      no_kernel = client_conv(1, numeric(0), 0L, 0, 0L, 0L), line = client_conv(1, h, 1L, 0, 6L, 0L),
      mode = client_conv(1, h, 4L, 0, 0L, 0L), mode = client_conv(1, h, -1L, 0, 0L, 0L),
      boundary = client_conv(1, h, 1L, 0, 7L, 0L), boundary = client_conv(1, h, 0L, 0, 1L, 0L), na = client_conv(1, h, 0L, 0, 0L, 3L),
      origin = client_conv(1, h, 1L, 31, 0L, 0L), causal = client_conv(1, h, 2L, 1, 0L, 0L), threads = client_conv(1, h, 0L, 0, 0L, 0L, 0L),
      finite = client_conv(1, c(1, NA), 0L, 0, 0L, 0L), negative = client_conv(1, -1, 0L, 0, 0L, 2L), sum = client_conv(1, 0, 0L, 0, 0L, 2L)
    )
    times <- seq(0, 30, by = 0.7)
    events <- list(c(0, 2, 2, 9), c(0, 1, 5, 0), c(1, -2, 1, 3))
    model <- list(c(6, 16), c(1, 1), c(1, -1 / 6))
    ev <- convmat::events(events[[1]], events[[2]], events[[3]])
    regressor <- client_regressor(events, times, model)
    put <- function(list, i, value) replace(list, i, list(value))
    refused <- c(
      client_regressor(put(events, 1, c(2, 0, 2, 9)), times, model), client_regressor(put(events, 2, c(0, -1, 5, 0)), times, model),
      client_regressor(put(events, 3, c(0, NA, 5, 0)), times, model), client_regressor(events, NaN, model),
      client_regressor(events, times, put(model, 1, c(0.5, 6))), client_regressor(events, times, put(model, 2, c(0, 1))),
      client_regressor(events, times, put(model, 3, c(1, Inf))), client_regressor(events, times, list(numeric(0), numeric(0), numeric(0)))
    )
    interrupted <- vapply(1:3, function(i) {
      system(sprintf("(sleep 0.2; kill -INT %d) &", Sys.getpid()))
      tryCatch(client_for_ever(sin(1:1e6), cos(1:5e4)), interrupt = function(e) TRUE)
    }, NA)
    list(
      version = client_version(), lengths = c(client_length(5, 3, 0L), client_length(5, 3, 3L), client_length(0, 3, 0L), client_length(5, 3, 9L)),
      same = all(same), cases = length(same), empty = client_conv(numeric(0), h, 0L, 0, 0L, 0L),
      threads = identical(client_conv(long, long, 0L, 0, 0L, 0L, 2L), convmat::conv(long, long)), status = status,
      smooth = all.equal(client_smooth(1:9 + 0, c(1, 2, 1)), {
        once <- convmat::conv(1:9, c(1, 2, 1), "same", boundary = "nearest")
        convmat::conv(once, c(1, 2, 1), "same", boundary = "nearest")
      }),
      memory = client_memory(x, h), regressor = identical(regressor, convmat::regressors(ev, times, "spm")[, 1]),
      refused = refused, interrupted = interrupted, after = client_conv(1:3 + 0, c(1, 10), 0L, 0, 0L, 0L)
    )
  }, list(library))
  expect_identical(answer$version, 1L)
  expect_identical(answer$lengths, c(7, 3, 0, 0))
  expect_true(answer$same)
  expect_identical(answer$cases, 48L)
  expect_identical(answer$empty, numeric(0))
  expect_true(answer$threads)
  expect_identical(unname(answer$status), rep(c(1L, 2L, 3L), c(2, 8, 3)))
  expect_true(answer$smooth)
  expect_true(answer$memory)
  expect_true(answer$regressor)
  expect_identical(answer$refused, c(4L, 4L, 4L, 4L, 5L, 5L, 5L, 1L))
  expect_identical(answer$interrupted, rep(TRUE, 3))
  expect_identical(answer$after, c(1, 12, 23, 30))
})
