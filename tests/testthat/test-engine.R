# The sums behind conv(): every way of computing them, at every instruction set of
# the machine, against the promise of ?conv.

test_that("direct sums agree with long double sums, term by term", {
  set.seed(41)
  at_every_level({
    for (n in c(1:20, 63:66, 511:513, 600)) {
      m <- sample(c(1:40, 63:66, 127:129), 1)
      x <- rnorm(n) * 10^sample(-8:8, n, TRUE)
      h <- rnorm(m)
      k <- sample(n + m - 1, min(n + m - 1, 30))
      exact <- vapply(k, function(k) {
        i <- max(1, k - n + 1):min(m, k)
        sum(h[i] * x[k - i + 1])
      }, 0)
      moduli <- conv_by("direct", abs(x), abs(h))[k]
      expect_true(all(abs(conv_by("direct", x, h)[k] - exact) <= 3.4e-13 * moduli))
    }
  })
})

test_that("all sizes around the edges of vectors, tiles and blocks are exact in whole numbers", {
  set.seed(42)
  at_every_level({
    for (n in c(1:18, 30:34, 61:67, 500, 511:515)) {
      for (m in some_of(c(1:18, 31:33, 63:65, 127:129, 1023:1026), 2, first = n)) {
        x <- sample(-9:9, n, TRUE)
        h <- sample(-9:9, m, TRUE)
        # by another route: the product of polynomials at 2^20 does not fit, so rows
        exact <- numeric(n + m - 1)
        for (i in seq_len(n)) {
          at <- i - 1 + seq_len(m)
          exact[at] <- exact[at] + x[i] * h
        }
        if (!identical(conv_by("direct", x, h), exact)) {
          fail(paste("direct", n, m))
        }
      }
    }
    succeed()
  })
})

hostile_signals <- function(n) {
  list(
    normal = rnorm(n),
    uniform = runif(n),
    walk = cumsum(rnorm(n)),
    sine = sin(seq_len(n) / 7),
    alternating = rep_len(c(1, -1), n),
    decaying = exp(-seq(0, 650, length.out = n)),
    growing = exp(seq(-300, 300, length.out = n)) * rnorm(n),
    huge_one = replace(rnorm(n), n %/% 2, 1e17),
    gap = replace(rnorm(n), n %/% 3 + seq_len(n %/% 3), 0),
    spikes = replace(numeric(n), sample(n, max(1, n %/% 100)), rnorm(max(1, n %/% 100))),
    denormal = rnorm(n) * 1e-310,
    large = rnorm(n) * 1e150,
    mixed = rnorm(n) * 10^runif(n, -150, 150),
    ones = rep(1, n)
  )
}

hostile_kernels <- function(m) {
  list(
    normal = rnorm(m),
    tails = dnorm(seq(-37, 37, length.out = m)),
    decaying = exp(-seq(0, 300, length.out = m)),
    response = hrf(seq(0, 30, length.out = m)),
    one_large = replace(rnorm(m), 1, 1e12)
  )
}

test_that("the promise holds on hostile signals, by every guarded way", {
  set.seed(43)
  for (n in c(1500, 8000)) {
    for (m in c(37, 200, 1009)) {
      signals <- some_of(hostile_signals(n), 2, first = n + m)
      kernels <- hostile_kernels(m)
      for (s in names(signals)) {
        for (k in names(kernels)) {
          x <- signals[[s]]
          h <- kernels[[k]]
          truth <- direct_truth(x, h)
          if (!keeps_promise(conv(x, h), x, h, truth = truth)) {
            fail(paste(s, "of", n, "with", k, "of", m))
          }
          at_every_level({
            if (!keeps_promise(conv_by("guarded", x, h), x, h, truth = truth)) {
              fail(paste(s, "of", n, "with", k, "of", m, "by transforms"))
            }
          })
        }
      }
    }
  }
  succeed()
})

test_that("sizes from 1000 to 1500, primes too, keep the promise in every mode", {
  set.seed(44)
  for (n in some_of(c(1000:1010, 1013, 1021, 1024, 1151, 1279, 1280, 1373, 1499, 1500), 2)) {
    for (m in c(n, 1000, 997, 641, 64)) {
      for (mode in c("full", "same", "causal", "valid")) {
        for (scale in c(0, 300)) {
          x <- rnorm(n) * exp(-seq(0, scale, length.out = n))
          h <- rnorm(m) * exp(seq(-scale, 0, length.out = m))
          y <- conv_by("guarded", x, h, mode)
          if (!keeps_promise(y, x, h, mode)) fail(paste(n, m, mode, scale))
          y <- conv_by("guarded", h, x, mode)
          if (!keeps_promise(y, h, x, mode)) fail(paste(m, n, mode, scale))
        }
      }
    }
  }
  succeed()
})

test_that("200 random signals of random scales keep the promise", {
  for (seed in some_of(1:200, 2)) {
    set.seed(seed)
    n <- sample(300:6000, 1)
    m <- sample(c(sample(20:300, 1), sample(300:6000, 1)), 1)
    x <- rnorm(n) * 10^(rexp(1, 1 / 5) * rnorm(n)) * rbinom(n, 1, runif(1))
    h <- rnorm(m) * 10^(rexp(1, 1 / 3) * rnorm(m))
    x[!is.finite(x)] <- 1
    h[!is.finite(h)] <- 1
    expect_true(keeps_promise(conv_by("guarded", x, h), x, h), info = paste("seed", seed))
  }
})

test_that("two long signals keep the promise, at the ends too", {
  set.seed(45)
  for (n in c(30000, 65521)) {
    x <- rnorm(n)
    h <- rnorm(n)
    expect_true(keeps_promise(conv(x, h), x, h))
    slow <- x * exp(-seq(0, 200, length.out = n))
    expect_true(keeps_promise(conv(slow, h, "causal"), slow, h, "causal"))
  }
})

test_that("scipy issue 22390: powers of 10^9 after zeros, with themselves", {
  x <- c(numeric(10000), 10^(9 * (0:9)))
  for (method in c("auto", "guarded")) {
    y <- conv_by(method, x, x)
    expect_true(keeps_promise(y, x, x))
    expect_identical(y[1:20000], numeric(20000))
    expect_identical(y[20001:20003], c(1, 2e9, 3e18))
  }
  # which an FFT alone does not
  expect_false(keeps_promise(conv_by("fft", x, x), x, x))
})

test_that("whole numbers give whole numbers, exact while the sum of moduli fits", {
  set.seed(46)
  for (largest in c(9, 1e3, 1e6)) {
    x <- round(runif(20000, -largest, largest))
    h <- round(runif(700, -largest, largest))
    y <- conv_by("guarded", x, h)
    expect_identical(y, conv_by("direct", x, h))
    expect_identical(y, round(y))
  }
  # an FFT's error is above 1/2 beside a value as large as this
  x <- sample(-9:9, 20000, TRUE)
  x[c(5000, 15000)] <- c(2e13, -1e13)
  h <- sample(-99:99, 700, TRUE)
  expect_false(identical(round(conv_by("fft", x, h)), conv_by("direct", x, h)))
  expect_identical(conv_by("guarded", x, h), conv_by("direct", x, h))
})

test_that("whole numbers of 24 bits, as of audio, are exact, and take no direct sums", {
  set.seed(461)
  x <- round(rnorm(20000) * 2^21)
  h <- round(rnorm(700) * 2^21)
  moduli <- conv_by("direct", abs(x), abs(h))
  expect_true(max(moduli) < 2^53 && max(moduli) > 2^50)
  expect_identical(conv_by("guarded", x, h), conv_by("direct", x, h))
  z <- complex(real = x, imaginary = rev(x))
  g <- complex(real = h, imaginary = -rev(h)) / 2^8
  g <- complex(real = round(Re(g)), imaginary = round(Im(g)))
  expect_identical(conv(z, g), complex_direct(z, g))
  # beyond 2^53 they stay whole
  y <- conv_by("guarded", x * 2^10, h + 1)
  expect_identical(y, round(y))
  expect_true(keeps_promise(y, x * 2^10, h + 1))
})

test_that("blocks that share remainders are exact at all edges, whatever is beside them", {
  set.seed(463)
  h <- round(rnorm(200) * 2^21)
  outputs <- conv_method(rnorm(1e5), h)$block - 199
  edges <- outer(c(-1, 0, 1), (1:6) * outputs - 199, "+")
  for (n in some_of(edges, 3)) {
    x <- round(rnorm(n) * 2^21)
    expect_identical(conv_by("guarded", x, h), conv_by("direct", x, h))
  }
  # the largest of 24 bits, all of one sign, beside silence and beside 16 bits
  x <- rep(c(2^23 - 1, 0, 1, 2^23 - 1, -2^23), each = 1.5 * outputs)
  x[x == 1] <- round(rnorm(sum(x == 1)) * 2^13)
  h <- rep(2^23 - 1, 100)
  expect_identical(conv_by("guarded", x, h), conv_by("direct", x, h))
  # columns, of which one is not whole at its end, by one thread and by two
  x <- cbind(x, rev(x), x + rep(c(0, 0.5), c(length(x) - 1, 1)))
  y <- conv(x, h, threads = 1)
  expect_identical(conv(x, h, threads = 2), y)
  expect_identical(unname(y[, 1:2]), cbind(conv_by("direct", x[, 1], h), conv_by("direct", x[, 2], h)))
  expect_true(keeps_promise(y[, 3], x[, 3], h))
  # a missing value takes nothing from the others
  at <- round(2.2 * outputs)
  expect_identical(conv(replace(x[, 1], at, NA), h)[-(at + 0:99)], conv(replace(x[, 1], at, 0), h)[-(at + 0:99)])
})

test_that("complex signals keep the promise for the moduli of their terms", {
  set.seed(462)
  n <- 3000
  m <- 400
  signals <- hostile_signals(n)
  kernels <- hostile_kernels(m)
  for (k in names(kernels)) {
    for (s in some_of(names(signals), 1, first = match(k, names(kernels)))) {
      x <- complex(real = signals[[s]], imaginary = sample(signals, 1)[[1]])
      h <- complex(real = kernels[[k]], imaginary = rev(sample(kernels, 1)[[1]]))
      moduli <- conv_by("direct", Mod(x), Mod(h))
      exact <- complex_direct(x, h)
      good <- is.finite(moduli) & is.finite(exact)
      at_every_level({
        for (method in c("auto", "guarded")) {
          off <- Mod(conv_by(method, x, h) - exact)[good]
          slack <- (1e-11 - 7e-13) * moduli[good] + 4 * m * 2^-1074
          if (!all(off <= slack)) fail(paste(s, k, method))
        }
      })
    }
  }
  succeed()
  expect_identical(conv_method(x, h)$method, "fft")
  expect_true(conv_method(rnorm(1e4) + 1i * rnorm(1e4), rnorm(300) + 1i)$block >= 600)
  # a part that is 0 stays 0
  y <- conv(complex(real = Re(x), imaginary = 0), complex(real = Re(h), imaginary = 0))
  expect_identical(Im(y), numeric(n + m - 1))
  # sums for short ones, and the same whichever is called the kernel
  expect_equal(conv(x[1:9], h[1:4]), complex_direct(x[1:9], h[1:4]), tolerance = 1e-12)
  expect_equal(conv(h, x), conv(x, h), tolerance = 1e-9)
})

test_that("missing and infinite samples stay local on the FFT's path", {
  set.seed(47)
  x <- rnorm(50000)
  h <- rnorm(800)
  holes <- c(1, 20000, 49999)
  x[holes] <- c(NA, Inf, NaN)
  y <- conv(x, h)
  reach <- lapply(holes, function(j) j + 0:799)
  expect_true(all(is.na(y[reach[[1]]]) & !is.nan(y[reach[[1]]])))
  expect_identical(y[reach[[2]]], Inf * h)
  expect_true(all(is.nan(y[reach[[3]]])))
  rest <- setdiff(seq_along(y), unlist(reach))
  expect_identical(y[rest], conv(replace(x, holes, 0), h)[rest])
})

test_that("zeros of x are skipped where that pays, and exact zeros stay", {
  set.seed(48)
  x <- numeric(1e5)
  x[sample(1e5, 300)] <- rnorm(300)
  h <- rnorm(3000)
  expect_identical(conv_method(x, h)$method, "sparse")
  y <- conv(x, h)
  expect_true(keeps_promise(y, x, h))
  for (mode in c("same", "causal", "valid")) {
    expect_true(keeps_promise(conv_by("sparse", x, h, mode), x, h, mode))
  }
  x[5e4:6e4] <- rnorm(1e4 + 1)
  expect_true(keeps_promise(conv(x, h), x, h))
  # too many terms for sums one after the other
  x <- rep(c(1, 0), 2e4)
  expect_identical(conv_method(x, rnorm(4e4))$method, "fft")
})

test_that("zeros of the kernel are skipped as those of the signal are", {
  x <- sin(1:20000)
  echo <- c(1, numeric(4998), 0.5)
  expect_identical(conv_method(x, echo)[c("method", "skips")], list(method = "sparse", skips = "h"))
  expect_identical(conv_method(echo, x)[c("method", "skips")], list(method = "sparse", skips = "x"))
  expect_output(print(conv_method(x, echo)), "skip the zeros of h", fixed = TRUE)
  y <- conv(x, echo)
  expect_identical(y, conv(echo, x))
  expect_identical(y, c(x, numeric(4999)) + 0.5 * c(numeric(4999), x))
  both <- cbind(x, rev(x))
  expect_identical(conv(both, echo), unname(cbind(y, conv(rev(x), echo))), ignore_attr = TRUE)
  expect_identical(conv(replace(x, 7, NA), echo)[c(7, 5006)], c(NA_real_, NA_real_))
})

test_that("conv_method() tells what auto does", {
  expect_identical(conv_method(rnorm(10), rnorm(3))$method, "direct")
  long <- conv_method(rnorm(1e5), rnorm(1000))
  expect_identical(long$method, "fft")
  expect_true(long$block >= 2000)
  expect_true(long$cost > 0 && long$error_bound == 1e-11)
  expect_output(print(long), "blocks of")
  expect_output(print(conv_method(1:3, 1)), "direct")
  expect_convmat_error(conv_method("a", 1), "type", "`x`")
  expect_convmat_error(conv_method(1, NULL), "type", "`h`")
  expect_convmat_error(conv_method(1, 1, "most"), "value", "`mode`")
  expect_convmat_error(conv_method(numeric(0), 1), "length", "`x`")
  expect_identical(conv_method(1i * 1:3, c(1i, NA_real_ * 0)[1])$method, "direct")
})

test_that("fft does what it says, and so do large and tiny scales", {
  set.seed(49)
  x <- rnorm(5000)
  h <- rnorm(700)
  expect_equal(conv(x, h, method = "fft"), conv(x, h, method = "direct"), tolerance = 1e-13)
  for (e in c(-1070, -900, 0, 900)) {
    y <- conv(x * 2^e, h, method = "fft")
    expect_true(all(abs(y / 2^e - conv(x, h)) < 1e-8 | e < -1000))
  }
  # powers of two pass through exactly
  expect_identical(conv_by("guarded", x * 2^500, h * 2^-300), conv_by("guarded", x, h) * 2^200)
})

test_that("the same call gives the same bits, whatever came before", {
  set.seed(50)
  x <- rnorm(30000)
  h <- rnorm(900)
  first <- conv(x, h)
  for (m in 300 + 170 * (1:30)) conv(x[1:9000], rnorm(m)) # more plans than the cache holds
  expect_identical(conv(x, h), first)
})

test_that("plain vectors take the short way with the same result", {
  x <- c(1, NA, 3, 4)
  h <- c(1, 2)
  for (mode in c("full", "same", "causal", "valid")) {
    for (na in c("propagate", "zero")) {
      expect_identical(conv(x, h, mode, na = na), conv(x, h, mode, na = na, threads = 1))
    }
  }
  expect_identical(conv(c(a = 1, b = 2), 1, "same"), c(a = 1, b = 2))
  expect_identical(conv(structure(c(1, 2), comment = "x"), 1, "same"), c(1, 2))
  expect_convmat_error(conv(c(1, 2), c(1, NA)), "value", "`h`")
  large <- conv(rep(c(1, 2, 3), 2e5), c(1, 1), "causal") # in large pages
  expect_identical(large, c(1, rep(c(3, 5, 4), 2e5)[-6e5]))
  expect_identical(conv(large + 0i, 2), 2 * large + 0i)
})

test_that("columns at once are columns one by one, to the last bit, whatever is in them", {
  set.seed(50)
  for (size in list(c(60, 20, 12), c(700, 30, 40), c(3000, 400, 14))) {
    x <- matrix(rnorm(size[1] * size[3]), size[1])
    x[, 2] <- round(x[, 2] * 100)
    x[5, 3] <- NA
    x[6, 4] <- -Inf
    x[, 5] <- 0
    x[7, 5] <- 1
    x[, 6] <- x[, 6] * 1e300
    x[, 7] <- x[, 7] * 1e-300
    x[8, 8] <- NaN
    x[, 10:11] <- x[, 10:11] * 1e-305 # beside ordinary ones only
    x[, 12] <- x[, 12] * rep(c(0, 1, 1, 0), length.out = size[1])
    h <- round(rnorm(size[2]) * 100)
    for (mode in modes) {
      apart <- lapply(seq_len(ncol(x)), function(c) conv(x[, c], h, mode))
      expect_identical(lapply(seq_len(ncol(x)), function(c) conv(x, h, mode)[, c]), apart)
    }
    expect_identical(conv(x, h, "same", boundary = "wrap")[, 6], conv(x[, 6], h, "same", boundary = "wrap"))
    y <- conv(x[, 2], h)
    expect_identical(y, round(y))
  }
})

test_that("threads change no bit, and are there where they are worth while", {
  skip_on_cran()
  set.seed(51)
  cases <- list(
    columns = list(matrix(rnorm(4e6), 200), rnorm(100), "causal"),
    blocks = list(rnorm(2e6), rnorm(700), "full"),
    tiles = list(rnorm(3e5), rnorm(1500), "full", method = "direct"),
    spikes = list(replace(numeric(2e6), sample(2e6, 1e4), rnorm(1e4)), rnorm(20000), "same"),
    complex = list(complex(real = rnorm(5e5), imaginary = rnorm(5e5)), rnorm(2000), "same")
  )
  for (case in cases) {
    one <- do.call(conv, c(case, threads = 1))
    expect_identical(do.call(conv, c(case, threads = 2)), one)
    if (is_extended()) expect_identical(do.call(conv, c(case, threads = 3)), one)
  }
})

test_that("progress is told from 0 to 1, and shown by a bar that goes away", {
  expect_null(progress("Convolving", looks = FALSE))
  told <- numeric(0)
  tick <- structure(function(done) told <<- c(told, done), after = 0)
  options <- conv_options("full", NULL, "zero", "propagate", "direct", 3000)
  x <- matrix(rnorm(3e6), ncol = 3)
  .Call(ffi_conv, x, rnorm(3000), c(3, 1, 3), options, 1, tick)
  expect_true(length(told) > 1)
  expect_true(all(told > 0 & told <= 1) && all(diff(told) > 0))
  bars <- function() {
    tick <- progress("Convolving", looks = TRUE)
    tick(0.1)
    tick(0.6)
    cli::cli_progress_num()
  }
  expect_identical(bars(), 1L)
  expect_identical(cli::cli_progress_num(), 0L)
})

test_that("a call inside a call, and one that was left, do not spoil the memory of others", {
  set.seed(463)
  x <- matrix(rnorm(30000), ncol = 3)
  h <- rnorm(600)
  options <- conv_options("full", NULL, "zero", "propagate", "direct", 3000)
  long <- rnorm(1e6)
  kernel <- rnorm(3000)
  alone <- conv(x, h)
  inside <- list()
  tick <- structure(function(done) inside[[length(inside) + 1]] <<- conv(x, h), after = 0)
  y <- .Call(ffi_conv, long, kernel, c(1, 1, 1), options, 1, tick)
  expect_true(length(inside) > 0)
  for (one in inside) expect_identical(one, alone)
  expect_identical(y, conv(long, kernel, method = "direct"))
  leave <- structure(function(done) stop("left"), after = 0)
  for (i in 1:3) {
    expect_error(.Call(ffi_conv, long, kernel, c(1, 1, 1), options, 1, leave), "left")
    expect_identical(conv(x, h), alone)
    expect_identical(conv(x[, 1], h), alone[, 1])
  }
  # what does not fit comes from R
  wide <- conv(long, kernel[1:2000], "same", boundary = "wrap")
  expect_identical(wide, conv(long, kernel[1:2000], "same", boundary = "wrap", threads = 1))
})
