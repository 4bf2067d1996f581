# What holds for any signal and kernel, tried on random ones. A failure is shrunk by
# hedgehog to a short signal and kernel, which it prints as list(n, kind, seed): draw()
# below makes samples of them.
#
# Bounds: P = 1e-11 B, with B the sum of moduli of an output's own terms, is what each
# value computed by conv() may be off (see ?conv); a property with several of them
# may be off by their sum, and by the rounding of what is done with them here.

skip_if_not_installed("hedgehog")

kinds <- c("digits", "normal", "scales", "sparse", "walk", "tiny", "sine")

draw <- function(kind, n, seed) {
  set.seed(seed)
  switch(kind,
    digits = sample(-9:9, n, TRUE) + 0,
    normal = rnorm(n),
    scales = rnorm(n) * 10^sample(-12:12, n, TRUE),
    sparse = rnorm(n) * (runif(n) < 0.02),
    walk = cumsum(rnorm(n)),
    tiny = rnorm(n) * c(rep(1e-9, n %/% 2), rep(1e9, n - n %/% 2)),
    sine = sin(seq_len(n) / 7)
  )
}

# Lengths around vectors, tiles and blocks, and long enough for transforms; they shrink to 1.
lengths_of <- function(long) {
  hedgehog::gen.choice(hedgehog::gen.int(8), hedgehog::gen.int(70), hedgehog::gen.int(600), hedgehog::gen.int(long))
}

signal <- function(long = 4000, of = kinds) {
  list(n = lengths_of(long), kind = hedgehog::gen.element(of), seed = hedgehog::gen.int(1e6))
}

kernel <- function(of = kinds) signal(2500, of)

# hedgehog draws from R's stream; the seed is fixed, so that a failure comes back.
holds <- function(generators, property, tests = 120) {
  set.seed(81)
  drawn <- function(arg) if (is.list(arg)) draw(arg$kind, arg$n, arg$seed) else arg
  hedgehog::forall(
    generators, function(...) do.call(property, lapply(list(...), drawn)),
    tests = how_many(tests, tests / 3, tests / 8), shrink.limit = 300
  )
}

moduli <- function(x, h, mode = "full") conv_by("direct", abs(x), abs(h), mode)

expect_within <- function(a, b, bound) {
  off <- abs(a - b) > bound * (1 + 1e-9) + 1e-320
  expect(length(a) == length(b) && !any(off), paste("off at", paste(utils::head(which(off)), collapse = ", ")))
}

test_that("all methods keep the promise, and so agree, in every mode", {
  holds(list(x = signal(), h = kernel(), mode = hedgehog::gen.element(modes)), function(x, h, mode) {
    truth <- direct_truth(x, h, mode)
    for (method in c("auto", "guarded", "sparse")) {
      expect(keeps_promise(conv_by(method, x, h, mode), x, h, mode, truth), method)
    }
    expect_identical(conv(x, h, mode), conv_by("auto", x, h, mode))
  })
})

test_that("signal and kernel commute", {
  holds(list(x = signal(), h = kernel()), function(x, h) {
    expect_within(
      conv(x, h), conv(h, x), 2e-11 * moduli(x, h)
    )
  })
})

test_that("convolution is linear", {
  holds(list(x = signal(), h = kernel(), seed = hedgehog::gen.int(1e6)), function(x, h, seed) {
    other <- draw("normal", length(x), seed)
    a <- c(2.5, -1e6, 1e-6)[seed %% 3 + 1]
    bound <- moduli(a * x, h) + moduli(other, h)
    expect_within(
      conv(a * x + other, h),
      a * conv(x, h) + conv(other, h),
      (2e-11 + 4 * .Machine$double.eps) * bound
    )
  })
})

test_that("a signal that comes later gives a result that comes later, with exact zeros before", {
  holds(list(x = signal(), h = kernel(), by = lengths_of(1000)), function(x, h, by) {
    y <- conv(c(numeric(by), x), h)
    expect_true(all(y[seq_len(by)] == 0))
    expect_within(
      y[-seq_len(by)], conv(x, h), 2e-11 * moduli(x, h)
    )
  })
})

test_that("three signals may be bracketed either way", {
  holds(list(x = signal(1500), h = kernel(), g = signal(400)), function(x, h, g) {
    expect_within(
      conv(conv(x, h), g),
      conv(x, conv(h, g)),
      4e-11 * moduli(moduli(x, h), g)
    )
  }, tests = 80)
})

test_that("a signal cut in two gives parts that add up", {
  holds(list(x = signal(), h = kernel(), cut = hedgehog::gen.unif(0, 1)), function(x, h, cut) {
    first <- round(cut * length(x))
    whole <- conv(x, h)
    head <- conv(x[seq_len(first)], h)
    tail <- conv(x[seq_len(length(x) - first) + first], h)
    sum <- numeric(length(whole))
    sum[seq_along(head)] <- head
    at <- first + seq_along(tail)
    sum[at] <- sum[at] + tail
    expect_within(sum, whole, (2e-11 + .Machine$double.eps) * moduli(x, h))
  })
})

test_that("an impulse is the identity", {
  holds(list(x = signal(), m = lengths_of(1000), seed = hedgehog::gen.int(1e6)), function(x, m, seed) {
    values <- replace(x, seed %% length(x) + 1, c(NA, Inf, NaN, 1)[seed %% 4 + 1])
    expect_identical(conv(values, 1), values)
    origin <- seed %% m
    impulse <- replace(numeric(m), origin + 1, 1)
    y <- conv(x, impulse, "same", origin)
    expect_within(y, x, 1e-11 * abs(x))
  })
})

test_that("powers of two scale exactly, by every method", {
  # but for whole numbers, whose sums by transforms are made whole
  broken <- setdiff(kinds, "digits")
  methods <- c("auto", "direct", "fft")
  holds(
    list(
      x = signal(of = broken), h = kernel(broken),
      power = hedgehog::gen.element(-150:150), method = hedgehog::gen.element(methods)
    ),
    function(x, h, power, method) {
      y <- conv(x, h, method = method)
      expect_identical(conv(x * 2^power, h, method = method), y * 2^power)
      expect_identical(conv(x, h * 2^power, method = method), y * 2^power)
    }
  )
})

test_that("the number of threads changes no bit", {
  holds(list(x = signal(20000), h = kernel(), columns = hedgehog::gen.int(3)), function(x, h, columns) {
    X <- matrix(x, length(x), columns)
    y <- conv(X, h, threads = 1)
    expect_identical(conv(X, h, threads = 2), y)
    expect_identical(conv(X, h, threads = 3), y)
    expect_identical(conv(X, h), y)
    expect_identical(conv(X[, 1], h), y[, 1])
  }, tests = 60)
})

test_that("a matrix and a function are the same map, and a correlation its transpose", {
  small <- hedgehog::gen.int(40)
  holds(
    list(
      n = small, m = small, kind = hedgehog::gen.element(kinds), seed = hedgehog::gen.int(1e6),
      mode = hedgehog::gen.element(modes), boundary = hedgehog::gen.element(linear_boundaries)
    ),
    function(n, m, kind, seed, mode, boundary) {
      x <- draw(kind, n, seed)
      h <- draw(kind, m, seed + 1)
      if (mode %in% c("full", "valid") || (boundary == "extend" && n == 1)) boundary <- "zero"
      A <- conv_matrix(h, n, mode, boundary = boundary)
      B <- drop(abs(A) %*% abs(x))
      rounding <- (n + m) * .Machine$double.eps
      # entries of A are sums too where a boundary folds the kernel
      # or continues a line, whose terms may cancel
      folded <- if (boundary == "extend") {
        oracle_moduli(x, h, mode, boundary = boundary)
      } else {
        drop(conv_matrix(abs(h), n, mode, boundary = boundary) %*% abs(x))
      }
      expect_within(drop(A %*% x), conv(x, h, mode, boundary = boundary), (1e-11 + rounding) * folded)
      # <A x, y> = <x, t(A) y>
      y <- draw("normal", n + m - 1, seed + 2)
      there <- sum(conv(x, h) * y)
      back <- sum(x * correlate(y, h, "valid")[seq_len(n)])
      expect_within(there, back, (2e-11 + rounding) * sum(moduli(x, h) * abs(y)))
    }
  )
})

test_that("time series keep their dates, and names stay where the length does", {
  holds(
    list(
      n = hedgehog::gen.int(60), m = hedgehog::gen.int(60), start = hedgehog::gen.unif(-2000, 2000),
      frequency = hedgehog::gen.element(c(1, 4, 12, 0.4, 1 / 7)), mode = hedgehog::gen.element(modes),
      columns = hedgehog::gen.int(3), seed = hedgehog::gen.int(1e6)
    ),
    function(n, m, start, frequency, mode, columns, seed) {
      names <- letters[seq_len(columns)]
      values <- matrix(draw("normal", n * columns, seed), n, columns, dimnames = list(NULL, names))
      h <- draw("normal", m, seed + 1)
      origin <- if (mode != "causal") seed %% m
      x <- ts(values, start = start, frequency = frequency)
      y <- conv(x, h, mode, origin)
      shift <- switch(mode, full = -origin, valid = min(n, m) - 1 - origin, 0)
      expect_equal(tsp(y)[c(1, 3)], c(start + shift / frequency, frequency), tolerance = 1e-12)
      expect_identical(colnames(y), names)
      expect_identical(c(unclass(y)), c(conv(values, h, mode, origin)))
      named <- structure(values[, 1], names = paste0("t", seq_len(n)))
      kept <- names(conv(named, h, mode, origin))
      expect_identical(kept, if (mode %in% c("same", "causal")) names(named))
    }
  )
})
