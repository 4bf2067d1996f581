# Streams: however a signal is cut, the bits are the same, and the whole is conv() within its promise.

rows <- function(x, i) if (is.matrix(x)) x[i, , drop = FALSE] else x[i]

join <- function(parts) do.call(if (is.matrix(parts[[1L]])) rbind else c, parts)

# All outputs for pieces of the given sizes, the last of which is the rest.
streamed <- function(x, sizes, ..., threads = 1) {
  s <- conv_stream(...)
  ends <- cumsum(sizes)
  ends <- c(0, ends[ends < NROW(x)], NROW(x))
  parts <- lapply(seq_along(ends[-1L]), function(i) {
    stream_push(s, rows(x, ends[i] + seq_len(ends[i + 1L] - ends[i])), threads = threads)
  })
  join(c(parts, list(stream_finish(s, threads = threads))))
}

cuts <- function(n) list(n, rep(1, n), rep(3, n), c(0, 2, 0, n), sample(0:5, n, TRUE), ceiling(n / 2))

stream_cases <- list(
  list(mode = "full"), list(mode = "causal"), list(mode = "same"),
  list(mode = "causal", boundary = "missing"), list(mode = "same", boundary = "missing", na = "renormalise"),
  list(mode = "same", boundary = "nearest"), list(mode = "causal", boundary = "reflect"),
  list(mode = "same", boundary = "mirror"), list(mode = "same", boundary = "extend"),
  list(mode = "causal", boundary = "extend", na = "zero"), list(mode = "same", boundary = "reflect", na = "renormalise"),
  list(mode = "same", boundary = "extend", na = "renormalise"), list(mode = "same", boundary = "mirror", na = "zero")
)

# Within the promise where conv() is finite, and of the same kind elsewhere.
is_conv <- function(y, x, h, case) {
  one <- function(y, x, h) {
    exact <- do.call(conv, c(list(x, h), case))
    moduli <- do.call(conv, c(list(Mod(x), Mod(h)), case))
    if (identical(case$boundary, "extend")) moduli <- oracle_moduli(replace(x, is.na(x), 0), h, case$mode, case$origin, case$boundary)
    ok <- is.finite(exact) & is.finite(moduli)
    identical(is.na(y), is.na(exact)) && identical(is_missing_na(y), is_missing_na(exact)) &&
      identical(typeof(y), typeof(exact)) && length(y) == length(exact) &&
      all(Mod(y - exact)[ok] <= 2e-11 * moduli[ok] + 4 * length(h) * 2^-1074) &&
      all(is.na(exact[!ok]) | y[!ok] == exact[!ok] | is.finite(exact[!ok]))
  }
  if (!is.matrix(y)) {
    return(one(y, as.vector(x), h))
  }
  all(vapply(seq_len(ncol(y)), function(c) {
    one(y[, c], if (is.matrix(x)) x[, min(c, ncol(x))] else x, if (is.matrix(h)) h[, min(c, ncol(h))] else h)
  }, NA))
}

expect_streams <- function(x, h, case, block, info = NULL) {
  case$ncol <- if (is.matrix(x)) ncol(x) else 1
  all <- lapply(cuts(NROW(x)), function(sizes) do.call(streamed, c(list(x, sizes, h, block = block), case)))
  case$ncol <- NULL
  same <- vapply(all, identical, NA, all[[1L]], num.eq = FALSE, single.NA = FALSE)
  ok <- all(same) && is_conv(all[[1L]], x, h, case)
  testthat::expect(ok, paste(
    "n =", NROW(x), "m =", NROW(h), "block =", block, deparse1(case), if (all(same)) "differs from conv()" else
      paste("bits differ for cuts", paste(which(!same), collapse = " ")), info
  ))
}

test_that("any splitting gives the same bits, those of conv() within its promise", {
  set.seed(191)
  turn <- 0
  for (n in c(1, 2, 3, 5, 8, 23)) {
    for (m in c(1, 2, 3, 4, 7, 30)) {
      for (case in stream_cases) {
        turn <- turn + 1
        if (turn %% how_many(1, 5, 15)) next
        if (n == 1 && identical(case$boundary, "extend")) next
        h <- if (identical(case$na, "renormalise")) runif(m) else rnorm(m)
        x <- rnorm(n)
        if (case$mode == "same") case$origin <- sample(m, 1) - 1
        expect_streams(x, h, case, block = sample(c(1, 2, 5, 64), 1))
        x[sample(n, 1)] <- sample(c(NA, NaN, Inf, -Inf, 1e308), 1)
        if (n > 3) x[sample(n, 2)] <- sample(c(Inf, -Inf, NA), 1)
        expect_streams(x, h, case, block = sample(c(1, 2, 5, 64), 1), info = deparse1(x))
      }
    }
  }
})

test_that("lines between infinite samples are undefined at both ends, as in conv()", {
  for (na in c("propagate", "zero", "renormalise")) {
    for (x in list(c(Inf, Inf, 1, 2, Inf, Inf), c(Inf, Inf), c(NA, Inf, 1, -Inf, NaN), c(1, 2, 1e308, -1e308))) {
      for (origin in c(0, 2, 4)) {
        case <- list(mode = "same", origin = origin, boundary = "extend", na = na)
        expect_streams(x, c(1, 0, 2, 0, 1), case, block = 1)
        expect_streams(x, c(0, 0, 2, 0, 0), case, block = 2)
      }
    }
  }
})

test_that("transforms, sums and skipped zeros give the same bits at every level of instructions", {
  set.seed(192)
  x <- rnorm(5000) * 10^runif(5000, -8, 8)
  sizes <- list(5000, rep(64, 100), rep(1000, 5), c(1, 4998, 1), sample(700, 30, TRUE))
  at_every_level({
    for (m in c(9, 100, 700)) {
      h <- rnorm(m)
      for (block in c(1, 64, 1024, 3000)) {
        all <- lapply(sizes, function(sizes) streamed(x, sizes, h, block = block))
        expect_true(all(vapply(all, identical, NA, all[[1L]])), info = paste(m, block))
        expect_true(keeps_promise(all[[1L]], x, h), info = paste(m, block))
      }
    }
  })
  echo <- replace(numeric(3000), c(1, 1000, 3000), c(1, 0.5, 0.2))
  expect_false(conv_stream(echo, block = 500)$direct)
  expect_identical(streamed(x, rep(64, 100), echo, block = 500), streamed(x, 5000, echo, block = 500))
  expect_identical(streamed(x, rep(64, 100), echo, block = 500, threads = 2), streamed(x, 5000, echo, block = 500))
  whole <- sample(-1000:1000, 5000, TRUE)
  expect_identical(streamed(whole, rep(333, 20), 1:700, block = 2048), conv(whole, 1:700))
})

test_that("columns, kernels and complex numbers", {
  set.seed(193)
  x <- matrix(rnorm(40), 20)
  expect_streams(x, rnorm(5), list(mode = "full"), 4)
  expect_streams(x, matrix(rnorm(6), 3), list(mode = "same", boundary = "mirror"), 1)
  expect_streams(x[, 1], matrix(rnorm(6), 3), list(mode = "causal", boundary = "extend"), 3)
  expect_streams(replace(x, c(1, 2, 21, 40), c(Inf, Inf, NA, Inf)), rnorm(5), list(mode = "same", boundary = "extend", na = "zero"), 3)
  z <- complex(real = rnorm(20), imaginary = rnorm(20))
  expect_streams(z, c(1i, 2, 1), list(mode = "full"), 4)
  expect_streams(z, c(1, 2, 1), list(mode = "same", boundary = "nearest", na = "zero"), 1)
  expect_streams(x[, 1], c(1i, 2, 1), list(mode = "same", boundary = "reflect"), 5)
  expect_streams(replace(z, 3, NA), c(1, 2, 1), list(mode = "same", boundary = "missing"), 5)
  expect_streams(replace(z, c(1, 2, 19, 20), complex(real = Inf, imaginary = 1)), c(1, 2, 1), list(mode = "same", boundary = "extend", na = "zero"), 5)
  expect_streams(cbind(z, 1), c(1, 2, 1), list(mode = "same", boundary = "extend"), 5)

  s <- conv_stream(c(1, 1), ncol = 2)
  expect_identical(stream_push(s, matrix(0, 0, 2)), matrix(0, 0, 2))
  expect_identical(stream_push(s, cbind(a = 1:2, b = 3:4)), cbind(a = c(1, 3), b = c(3, 7)))
  expect_identical(stream_push(s, cbind(1, 1)), cbind(a = 3, b = 5))
  expect_identical(stream_finish(s), cbind(a = 1, b = 1))
  s <- conv_stream(cbind(a = 1:2, b = 3:4))
  expect_identical(stream_push(s, c(x = 1)), cbind(a = 1, b = 3))
  s <- conv_stream(c(1, 1))
  expect_identical(stream_push(s, ts(1:3)), c(1, 3, 5))
  expect_identical(stream_push(s, TRUE), 4)
  s <- conv_stream(c(1, 1))
  stream_push(s, 1i)
  expect_identical(stream_push(s, 1), 1 + 1i)
  expect_identical(stream_finish(s), 1 + 0i)
})

test_that("outputs come when their block is complete", {
  s <- conv_stream(c(1, 10), block = 3)
  expect_identical(lapply(1:7, function(x) stream_push(s, x)), list(
    numeric(0), numeric(0), c(1, 12, 23), numeric(0), numeric(0), c(34, 45, 56), numeric(0)
  ))
  expect_identical(stream_finish(s), c(67, 70))
  s <- conv_stream(c(1, 10, 100), "same", block = 3)
  expect_identical(lapply(1:4, function(x) stream_push(s, x)), list(numeric(0), numeric(0), c(12, 123), numeric(0)))
  expect_identical(stream_finish(s), c(234, 340))
  # what a boundary waits for
  waits <- function(...) {
    s <- conv_stream(...)
    sum(vapply(1:20, function(x) length(stream_push(s, x)) == 0L, NA))
  }
  h <- rep(1, 7)
  for (boundary in c("zero", "missing", "nearest")) expect_identical(waits(h, "causal", boundary = boundary), 0L)
  expect_identical(waits(h, "causal", boundary = "extend"), 1L)
  expect_identical(waits(h, "causal", boundary = "reflect"), 5L)
  expect_identical(waits(h, "causal", boundary = "mirror"), 6L)
  expect_identical(waits(h, "same"), 3L)
  expect_identical(stream_finish(conv_stream(1:3)), numeric(0))
  expect_identical(stream_finish(conv_stream(1i)), complex(0))
})

test_that("a stream is resumed from a file, and two names are one stream", {
  set.seed(194)
  x <- rnorm(400)
  h <- rnorm(50)
  for (block in c(1, 32, 300)) {
    s <- conv_stream(h, "same", boundary = "reflect", block = block)
    first <- stream_push(s, x[1:170])
    path <- tempfile()
    saveRDS(s, path)
    resumed <- readRDS(path)
    unlink(path)
    rest <- c(stream_push(s, x[171:400]), stream_finish(s))
    expect_identical(c(stream_push(resumed, x[171:400]), stream_finish(resumed)), rest)
    expect_identical(c(first, rest), streamed(x, 400, h, "same", boundary = "reflect", block = block))
  }
  s <- conv_stream(1:2)
  t <- s
  stream_push(t, 1)
  expect_identical(stream_push(s, 1), 3)
  # a copy of the fields goes its own way
  stream_push(s, rep(1, 10))
  other <- structure(list2env(as.list.environment(s, all.names = TRUE), parent = baseenv()), class = "conv_stream")
  expect_identical(stream_push(other, 5), 7)
  expect_identical(stream_push(s, 1), 3)
  expect_identical(stream_push(other, 1), 11)
})

test_that("a push that is refused changes nothing", {
  s <- conv_stream(c(1, 2, 3), "same", boundary = "mirror")
  stream_push(s, 1:4)
  before <- serialize(as.list.environment(s), NULL)
  for (x in list("a", NULL, list(1), cbind(1, 2), 1i, factor(1), data.frame(a = 1))) {
    expect_error(stream_push(s, x), class = "convmat_error_type")
  }
  expect_error(stream_push(s, 1, threads = "a"), class = "convmat_error")
  expect_identical(serialize(as.list.environment(s), NULL), before)
  s <- conv_stream(c(1, 2, 3), "same", boundary = "extend")
  stream_push(s, 1)
  expect_convmat_error(stream_finish(s), "length", "at least 2 samples")
  expect_identical(c(stream_push(s, 2), stream_finish(s)), conv(1:2, c(1, 2, 3), "same", boundary = "extend"))
  expect_convmat_error(stream_push(s, 1), "value", "has been finished")
  expect_convmat_error(stream_finish(s), "value", "has been finished")
})

test_that("a push that is interrupted changes nothing", {
  skip_on_cran()
  skip_on_os("windows")
  skip_on_covr()
  skip_if(nzchar(Sys.getenv("ASAN_OPTIONS")), "under the address sanitizer sums take minutes")
  skip_if_not_installed("callr")
  answer <- in_child(function() {
    library(convmat)
    x <- sin(seq_len(3e5)^1.3)
    h <- cos(seq_len(2e4)^1.1)
    run <- function(interrupted) {
      s <- conv_stream(h, block = 1)
      cut <- 0
      y <- stream_push(s, x[1:1e4])
      repeat {
        if (cut < interrupted) {
          system(sprintf("(sleep 0.05; kill -INT %d) &", Sys.getpid()))
          n <- s$at$n
          part <- tryCatch(stream_push(s, x[-(1:1e4)]), interrupt = function(e) NULL)
          cut <- cut + 1
          if (is.null(part)) stopifnot(s$at$n == n) else return("too quick")
        } else {
          return(digest(c(y, stream_push(s, x[-(1:1e4)]), stream_finish(s))))
        }
      }
    }
    digest <- function(y) y[seq(1, length(y), by = 97)]
    list(run(0), run(3))
  })
  skip_if(identical(answer[[2L]], "too quick"))
  expect_identical(answer[[2L]], answer[[1L]])
})

test_that("pieces are written in place, and memory stays flat", {
  s <- conv_stream(rep(0.001, 3000), block = 64)
  for (i in 1:200) stream_push(s, numeric(64))
  expect_lte(length(s$held), 3 * (3000 + 64))
  # to look at it any other way than by R's counts would make R copy it
  before <- gc(reset = TRUE)["Vcells", "used"]
  for (i in 1:40) stream_push(s, numeric(64))
  expect_lte(most_used() - before, 40 * 3000 / 2)
  columns <- conv_stream(rep(0.001, 3000), block = 1, ncol = 2)
  for (i in 1:3) stream_push(columns, matrix(0, 64, 2))
  before <- gc(reset = TRUE)["Vcells", "used"]
  for (i in 1:10) stream_push(columns, matrix(0, 64, 2))
  expect_lte(most_used() - before, 10 * 3000)
})

test_that("arguments that are wrong are refused", {
  expect_convmat_error(conv_stream(1:3, "valid"), "value", "`mode` must be one of")
  expect_convmat_error(conv_stream(1:3, "same", boundary = "wrap"), "value", "needs the end of the signal")
  expect_convmat_error(conv_stream(1:3, boundary = "nearest"), "value", "`boundary` must be \"zero\" with mode \"full\"")
  expect_convmat_error(conv_stream(1:3, block = 0), "value", "`block` must be a whole number")
  expect_convmat_error(conv_stream(1:3, ncol = 1.5), "value", "`ncol` must be a whole number")
  expect_convmat_error(conv_stream(matrix(1, 2, 3), ncol = 2), "length", "`h` must have 1 column or 2")
  expect_convmat_error(conv_stream(-1, na = "renormalise"), "value", "must not be negative")
  expect_convmat_error(stream_push(1, 2), "type", "`s` must be a stream, not 1.")
  expect_convmat_error(stream_push(conv_stream(1, ncol = 2), 1:4), "type", "`x` must have 2 columns")
  s <- conv_stream(1:3)
  s$version <- 2L
  expect_convmat_error(stream_push(s, 1), "value", "of this version")
})

test_that("blocks are chosen by cost", {
  expect_identical(conv_stream(rep(1, 9))$block, 1)
  expect_true(conv_stream(rep(1, 9))$direct)
  for (m in c(1e3, 2e4, 2e5)) {
    s <- conv_stream(numeric(m) + 1)
    expect_gte(s$block, 65536)
    expect_lte(s$block, max(2^20, 8 * m))
    expect_false(s$direct)
  }
  expect_identical(conv_stream(replace(numeric(3000), c(1, 3000), 1))$block, 65536) # an echo
  expect_true(conv_stream(numeric(96000) + 1, block = 64)$direct)
})

test_that("printing says what a stream is and where it stands", {
  s <- conv_stream(cbind(1:3, 4:6), "same", ncol = 2, block = 4)
  stream_push(s, matrix(1, 1000, 2))
  expect_output(print(s), "kernels: 2 of 3 samples, direct sums in blocks of 4\n  1,000 samples in 2 columns, 999 outputs out", fixed = TRUE)
  s <- conv_stream(numeric(3000) + 1)
  stream_finish(s)
  expect_output(expect_identical(print(s), s), "any method in blocks of [0-9,]+\n  0 samples in, 0 outputs out; finished")
})

test_that("a summary is a list of where a stream stands", {
  s <- conv_stream(c(1, 10, 100), "same", block = 4)
  stream_push(s, 1:9)
  counts <- summary(s)
  expect_identical(unclass(counts)[c("samples", "outputs", "finished", "kernel")], list(samples = 9, outputs = 7, finished = FALSE, kernel = 3))
  expect_output(print(counts), "9 samples in, 7 outputs out, 4 samples held\n  mode \"same\", boundary \"zero\"", fixed = TRUE)
})

test_that("a stream whose fields have been changed is refused", {
  begun <- function() {
    s <- conv_stream(c(2, 1, 3), "same", boundary = "reflect", ncol = 2)
    stream_push(s, cbind(1:5, 0))
    s
  }
  fields <- setdiff(names(begun()), "version")
  for (name in fields) {
    for (value in list("a", NA, -1, 1e9, list())) {
      s <- begun()
      assign(name, value, s)
      changed <- if (name == "block") !identical(value, 1e9) else if (name == "direct") !identical(value, FALSE) else TRUE
      if (changed) expect_convmat_error(stream_push(s, cbind(1, 2)), "value", "its fields have been changed")
    }
  }
  for (name in names(begun()$at)) {
    for (value in list("a", NA, -1, 2, list(1))) {
      s <- begun()
      s$at[[name]] <- value
      if (!(name == "names" && identical(value, "a"))) {
        expect_convmat_error(stream_finish(s), "value", "its fields have been changed")
        expect_error(print(s), class = "convmat_error_value")
      }
    }
  }
  s <- begun()
  rm("held", envir = s)
  expect_error(summary(s), "`object` must be a stream as `conv_stream()` made it", class = "convmat_error_value", fixed = TRUE)
  expect_identical(nrow(stream_finish(begun())), 1L)
})
