by_pieces <- function(x, h, size, mode = "full", origin = NULL, ...) {
  part <- function(from, to) if (is.matrix(x)) x[from:to, , drop = FALSE] else x[from:to]
  plan <- conv_chunks(NROW(x), NROW(h), size, mode, origin)
  pieces <- lapply(seq_len(nrow(plan)), function(i) conv_chunk(part(plan$from[i], plan$to[i]), h, plan[i, ], ...))
  if (is.matrix(x) || is.matrix(h)) do.call(rbind, pieces) else unlist(pieces)
}

test_that("pieces are the whole, in every mode, origin and length", {
  for (n in c(1, 2, 3, 5, 9)) {
    for (m in c(1, 2, 3, 6)) {
      x <- (seq_len(n) * 7) %% 11 - 5
      h <- (seq_len(m) * 5) %% 13 - 6
      for (size in some_of(c(1, 2, 4, 30), 2, n + m)) {
        for (mode in c("full", "same", "causal", "valid")) {
          expect_identical(by_pieces(x, h, size, mode), conv(x, h, mode), info = paste(n, m, size, mode))
        }
        expect_identical(by_pieces(x, h, size, "same", m - 1), conv(x, h, "same", m - 1))
      }
    }
  }
})

test_that("a plan tells what each piece needs", {
  plan <- conv_chunks(10, 3, 5)
  expect_identical(plan, data.frame(
    first = c(1, 6, 11), last = c(5, 10, 12), from = c(1, 4, 9), to = c(5, 10, 10),
    before = c(2, 0, 0), after = c(0, 0, 2), nh = 3
  ))
  # positions beyond 2^31, and 2^32
  plan <- conv_chunks(1e12, 1000, 1e9, "causal")
  expect_identical(nrow(plan), 1000L)
  expect_identical(plan$from[1000], 999e9 - 998)
  expect_identical(plan$to, plan$last)
  expect_identical(plan$from[-1], plan$first[-1] - 999)
})

test_that("direct sums have the same bits at the edges of tiles and blocks, wherever they are cut", {
  set.seed(5)
  sizes <- c(1, 7, 8, 9, 511, 512, 513, 1023, 1024, 1025)
  for (m in c(1, 5, 9, 15, 16, 17, 100, 1023, 1024, 1025, 2060)) {
    n <- if (m < 20) 1100 else 2100
    x <- rnorm(n) * 10^runif(n, -8, 8)
    h <- rnorm(m)
    for (mode in c("full", "same", "causal", "valid")) {
      whole <- conv(x, h, mode, method = "direct")
      for (size in some_of(sizes[sizes > 9 | m < 10], 5, m)) {
        expect_identical(by_pieces(x, h, size, mode, method = "direct"), whole, info = paste(m, mode, size))
      }
    }
  }
  x <- rnorm(3000) + 1i * rnorm(3000)
  expect_identical(by_pieces(x, h, 700, method = "direct"), conv(x, h, method = "direct"))
})

test_that("else they are within the promise, on signals made to fail, too", {
  set.seed(6)
  x <- rnorm(20000) * 10^runif(20000, -12, 12)
  h <- rnorm(500)
  whole <- conv(x, h)
  bound <- conv(abs(x), abs(h))
  expect_true(all(abs(by_pieces(x, h, 3000) - whole) <= 2e-11 * bound))
})

test_that("missing values stay local under every choice", {
  x <- replace(c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5), c(4, 9), c(NA, Inf))
  x[7] <- NaN
  for (na in c("propagate", "zero", "renormalise")) {
    expect_identical(
      by_pieces(x, c(1, 2, 1), 4, na = na, method = "direct"), conv(x, c(1, 2, 1), na = na, method = "direct")
    )
  }
})

test_that("columns of signals and kernels", {
  x <- cbind(a = 1:9, b = 9:1)
  expect_identical(by_pieces(x, c(1, 2), 4), conv(x, c(1, 2)))
  expect_identical(by_pieces(x, cbind(1:2, 3:4), 4), conv(x, cbind(1:2, 3:4)))
  expect_identical(by_pieces(1:9, cbind(u = 1:2, v = 3:4), 4), conv(1:9, cbind(u = 1:2, v = 3:4)))
  expect_identical(conv_chunk(ts(1:9), ts(1:2), conv_chunks(9, 2, 10)), conv(1:9, 1:2))
  expect_identical(conv_chunk(1:9, 1:2, as.list(conv_chunks(9, 2, 10))), conv(1:9, 1:2))
})

test_that("what does not fit is refused", {
  plan <- conv_chunks(10, 3, 5)
  expect_convmat_error(
    conv_chunk(1:6, 1:3, plan[1, ]), "length",
    "`x` must be the samples from `chunk$from` to `chunk$to`, 5 of them, not 6."
  )
  expect_convmat_error(
    conv_chunk(1:5, 1:2, plan[1, ]), "length", "`h` must have 3 samples, for which `chunk` was planned, not 2."
  )
  expect_convmat_error(conv_chunk(1:5, 1:3, plan), "length", "`chunk` must be one row")
  expect_convmat_error(
    conv_chunk(1:5, 1:3, 1), "type", "`chunk` must be a row of what `conv_chunks()` gives, not a numeric vector."
  )
  expect_convmat_error(conv_chunk(1:5, 1:3, transform(plan[1, ], after = 1)), "value", "contradict")
  expect_convmat_error(conv_chunk(1:5, 1:3, transform(plan[1, ], first = NA_real_)), "value", "contradict")
  expect_convmat_error(conv_chunk(1:5, 1:3, plan[1, ], method = "no"), "value", "`method` must be")
  expect_convmat_error(conv_chunks(0, 3, 5), "value", "`nx` must be")
  expect_convmat_error(conv_chunks(10, 3, 0), "value", "`size` must be")
  expect_convmat_error(conv_chunks(1e15, 3, 1), "memory", "`size` is too small")
  expect_convmat_error(conv_chunks(10, 3, 5, "same", 3), "value", "`origin` must be")
})

# Two processes; each reads its samples from a file, and writes its outputs to another.
test_that("worker processes read, convolve and write pieces, and one that fails is tried again", {
  skip_on_cran()
  skip_if_not_installed("callr")
  set.seed(7)
  folder <- tempfile("pieces-")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  x <- rnorm(40000)
  h <- rnorm(300)
  writeBin(x, file.path(folder, "x.bin"))
  plan <- conv_chunks(length(x), length(h), 21000)
  work <- function(folder, h, chunk, fails) {
    con <- file(file.path(folder, "x.bin"), "rb")
    seek(con, 8 * (chunk$from - 1))
    x <- readBin(con, "double", chunk$to - chunk$from + 1)
    close(con)
    y <- convmat::conv_chunk(x, h, chunk, method = "direct")
    path <- file.path(folder, sprintf("y-%.0f.bin", chunk$first))
    part <- paste0(path, ".part")
    writeBin(if (fails) y[1:10] else y, part)
    if (fails) tools::pskill(Sys.getpid(), tools::SIGKILL)
    file.rename(part, path) # a piece is there as a whole, or not at all
    Sys.getpid()
  }
  results <- file.path(folder, sprintf("y-%.0f.bin", plan$first))
  library <- c(dirname(getNamespaceInfo("convmat", "path")), .libPaths())
  run <- function(todo, fails) {
    pids <- integer(0)
    while (length(todo)) {
      now <- utils::head(todo, 2L)
      todo <- setdiff(todo, now)
      jobs <- lapply(now, function(i) {
        callr::r_bg(work, list(folder, h, plan[i, ], i %in% fails), libpath = library)
      })
      for (job in jobs) {
        job$wait()
        pids <- c(pids, tryCatch(job$get_result(), error = function(e) NULL))
      }
    }
    pids
  }
  pids <- run(seq_len(nrow(plan)), fails = 2)
  expect_length(unique(c(pids, Sys.getpid())), nrow(plan))
  expect_identical(which(!file.exists(results)), 2L)
  run(which(!file.exists(results)), fails = NULL)
  y <- unlist(lapply(results, function(file) readBin(file, "double", file.size(file) / 8)))
  expect_identical(y, conv(x, h, method = "direct"))
})
