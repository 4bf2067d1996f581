test_that("the examples of the definition hold", {
  h <- c(1, 10, 100, 1000)
  expect_identical(conv(1:3, h), c(1, 12, 123, 1230, 2300, 3000))
  expect_identical(conv(1:3, h, "same"), c(12, 123, 1230))
  expect_identical(conv(1:3, h, "causal"), c(1, 12, 123))
  expect_identical(conv(1:3, h, "valid"), c(123, 1230))
  expect_identical(conv(1:3, c(1, 1), "same"), c(1, 3, 5))
  expect_identical(conv(1:3, c(1, 1), "same", origin = 1), c(3, 5, 3))
})

test_that("the page's numbers hold", {
  x <- rep(0, 40)
  x[c(5:7, 11, 21)] <- c(1, 1, 1, 1, 3)
  y <- conv(x, hrf(0:19))
  expect_length(y, 59)
  expect_equal(max(y), 329.989009034472, tolerance = 1e-12)
  expect_identical(which.max(y), 26L)
  expect_equal(sum(y), 3177.46034311775, tolerance = 1e-12)
  expect_equal(
    y[6:13],
    c(
      0.1607100346, 10.18246897, 62.82924422, 163.1041864, 263.0733921, 295.219367,
      246.2475837, 172.1143455
    ),
    tolerance = 1e-9
  )
})

test_that("every mode, origin, boundary and length agrees with the oracle, real and complex", {
  seed <- 1
  set.seed(seed)
  for (n in 1:9) {
    for (m in 1:9) {
      x <- complex(real = rnorm(n), imaginary = rnorm(n))
      h <- complex(real = rnorm(m), imaginary = rnorm(m))
      expect_all_cases(n, m, info = paste("seed", seed), function(case) {
        terms <- do.call(oracle_terms, c(list(n, m), case))
        agrees <- function(x, h) {
          within_bound(
            do.call(conv, c(list(x, h), case)),
            oracle_sums(terms, x, h), oracle_sums(terms, Mod(x), Mod(h)), m
          )
        }
        agrees(x, h) && agrees(Re(x), Re(h))
      })
    }
  }
})

test_that("real and complex mix, and a real pair in complex clothes stays real", {
  set.seed(2)
  x <- rnorm(7)
  h <- complex(real = rnorm(4), imaginary = rnorm(4))
  expect_identical(conv(x, h), conv(as.complex(x), h))
  expect_identical(conv(h, x), conv(h, as.complex(x)))
  expect_identical(conv(as.complex(x), Re(h) + 0i), as.complex(conv(x, Re(h))))
  expect_type(conv(x, h), "complex")
})

test_that("lengths up to 12 agree with the oracle exactly for whole numbers", {
  for (n in 1:12) {
    for (m in some_of(1:12, 2, first = n)) {
      x <- (seq_len(n) * 7) %% 11 - 5
      h <- (seq_len(m) * 5) %% 13 - 6
      for (mode in c("full", "same", "causal", "valid")) {
        expect_identical(conv(x, h, mode), oracle_conv(x, h, mode), info = paste(n, m, mode))
      }
    }
  }
})

test_that("whole numbers and logicals count as numbers", {
  expect_identical(conv(1:4, 2L), c(2, 4, 6, 8))
  expect_identical(conv(c(TRUE, FALSE, TRUE), c(TRUE, TRUE)), c(1, 1, 1, 1))
  expect_identical(conv(c(1L, NA), 1), c(1, NA))
  expect_identical(conv(c(TRUE, NA), 1), c(1, NA))
  expect_identical(conv(.Machine$integer.max, 2L), 2 * .Machine$integer.max)
})

test_that("sizes around the edges of tiles and blocks agree with plain sums", {
  skip_on_cran()
  full <- function(x, h) { # by another route: add up shifted, scaled kernels
    y <- numeric(length(x) + length(h) - 1)
    for (i in seq_along(h)) {
      at <- i - 1 + seq_along(x)
      y[at] <- y[at] + h[i] * x
    }
    y
  }
  set.seed(3)
  for (n in c(1, 2, 511, 512, 513, 1023, 1024, 1025)) {
    for (m in some_of(c(1, 2, 511, 512, 513, 1023, 1024, 1025, 2049), 2, first = n)) {
      x <- sample(-9:9, n, TRUE)
      h <- sample(-9:9, m, TRUE)
      y <- full(x, h)
      expect_identical(conv(x, h), y)
      for (mode in c("same", "causal", "valid")) {
        w <- oracle_window(n, m, mode, NULL)
        expect_identical(conv(x, h, mode), y[w[1] + seq_len(w[2])])
      }
    }
  }
})

test_that("a million terms stay within the bound", {
  # exact: the sum of 0.1 a million times, 0.1 being 3602879701896397 / 2^55
  n <- 1e6
  exact <- 3602879701896397 * n / 2^55
  y <- conv(rep(0.1, n), rep(1, n), "valid")
  expect_lte(abs(y - exact), 1e-11 * exact)
  expect_gt(abs(Reduce(`+`, rep(0.1, n)) - exact), 1e-11 * exact) # a plain sum does not
  # a third level of sums
  n <- 1024^2 + 5
  expect_identical(conv(rep(1, n), rep(1, n), "valid"), n)
})

test_that("small outputs beside huge ones keep their digits", {
  y <- conv(c(1, 1, 1, 1, 1, 1e17), c(1, 1))
  expect_identical(y[1:5], c(1, 2, 2, 2, 2))
  x <- c(rep(0, 100), 10^(9 * (0:9)))
  y <- conv(x, x)
  expect_identical(y[1:200], numeric(200))
  expect_identical(y[201], 1)
})

test_that("an impulse returns the kernel, and a kernel of one sample scales", {
  set.seed(4)
  h <- rnorm(20)
  expect_identical(conv(1, h), h)
  expect_identical(conv(h, 1), h)
  expect_identical(conv(c(0, 0, 1), h), c(0, 0, h))
  expect_identical(conv(h, 4), 4 * h)
})

# ---- missing and infinite values --------------------------------------------

test_that("missing and infinite samples agree with the oracle at all positions", {
  values <- c(2, NA, NaN, Inf, -Inf)
  signals <- unname(t(expand.grid(values, values, values)))
  kernels <- list(3, c(1, 2), c(0, 1, 2), c(1, 0, 3, 1), c(1, -1))
  for (h in kernels) {
    m <- length(h)
    expect_all_cases(3, m, function(case) {
      terms <- do.call(oracle_terms, c(list(3, m), case))
      choices <- c("propagate", "zero", if (all(h >= 0)) "renormalise")
      all(vapply(choices, function(na) {
        y <- do.call(conv, c(list(signals, h, na = na), case))
        exact <- apply(signals, 2, oracle_sums, terms = terms, h = h, na = na)
        within_bound(as.vector(y), as.vector(exact), rep(100, length(y)), m)
      }, NA))
    })
  }
})

test_that("complex signals: a sample is missing if a part is, infinities are C's", {
  parts <- c(1, NA, NaN, Inf, -Inf, 0)
  h <- c(1 + 1i, 0 + 2i, 0)
  terms <- oracle_terms(4, 3)
  missing_part <- function(y) is_missing_na(Re(y)) | is_missing_na(Im(y))
  for (na in c("propagate", "zero")) {
    for (re in parts) {
      for (im in parts) {
        x <- c(1, complex(real = re, imaginary = im), 2, 3)
        y <- conv(x, h, na = na)
        exact <- oracle_sums(terms, x, h, na)
        info <- paste(re, im, na)
        expect_identical(is.na(y), is.na(exact), info = info)
        expect_identical(missing_part(y), missing_part(exact), info = info)
        expect_identical(y[!is.na(exact)], exact[!is.na(exact)], info = info)
      }
    }
  }
  y <- conv(complex(real = NA, imaginary = 1), 1)
  expect_true(is.na(Re(y)) && is.na(Im(y)))
  expect_identical(conv(c(1i, NA, 3i), c(1, 1), "same", na = "renormalise"), c(1i, 2i, 6i))
})

test_that("NA beside NaN gives NA in any order", {
  for (x in list(c(NA, NaN), c(NaN, NA), c(NaN, 1, NA), c(NA, Inf, NaN))) {
    y <- conv(x, rep(1, length(x)), "valid")
    expect_true(is.na(y) && !is.nan(y))
  }
})

test_that("a missing sample reaches its own outputs only", {
  set.seed(5)
  x <- rnorm(3000)
  h <- rnorm(1100)
  clean <- conv(x, h)
  x[1500] <- NA
  y <- conv(x, h)
  reach <- 1500:(1500 + 1099)
  expect_true(all(is.na(y[reach])))
  expect_false(anyNA(y[-reach]))
  bits <- conv(replace(x, 1500, 0), h)
  expect_identical(y[-reach], bits[-reach])
  expect_equal(y[-reach], clean[-reach], tolerance = 1e-13)
})

test_that("windows without missing values have the same bits under every choice", {
  set.seed(6)
  x <- rnorm(5000)
  x[c(10, 2000:2010, 4999)] <- NA
  x[3000] <- NaN
  for (m in c(3, 50, 1500)) {
    h <- rexp(m)
    for (case in list(
      list(mode = "full"), list(mode = "same"), list(mode = "valid"),
      list(mode = "same", boundary = "reflect"), list(mode = "causal", boundary = "wrap")
    )) {
      y <- lapply(c("propagate", "zero", "renormalise"), function(na) {
        do.call(conv, c(list(x, h, na = na), case))
      })
      whole <- !is.na(y[[1]])
      if (m < 1500) expect_true(any(whole))
      expect_identical(y[[2]][whole], y[[1]][whole])
      expect_identical(y[[3]][whole], y[[1]][whole])
    }
  }
})

test_that("renormalise averages what is there", {
  expect_equal(conv(c(1, NA, 3), rep(1, 3) / 3, "same", na = "renormalise"), c(1 / 2, 2, 3 / 2))
  # the zeros around count as present, repeated samples are missing with their source
  expect_equal(
    conv(c(NA, 3, 3), rep(1, 3), "same", na = "renormalise", boundary = "nearest"), c(9, 9, 9)
  )
  expect_identical(conv(c(NA, NA), c(1, 1), "valid", na = "renormalise"), NA_real_)
  expect_identical(conv(c(NA, 5), c(1, 0), "valid", na = "renormalise"), 5)
  expect_identical(conv(c(5, NA), c(1, 0), "valid", na = "renormalise"), NA_real_)
})

test_that("inputs are not changed", {
  x <- c(1, NA, Inf, 4)
  h <- c(1, 2)
  keep <- list(x + 0, h + 0)
  for (na in c("propagate", "zero", "renormalise")) {
    conv(x, h, "same", boundary = "wrap", na = na)
  }
  expect_identical(list(x, h), keep)
})

# ---- columns, names, time series --------------------------------------------

test_that("matrices are convolved column by column", {
  set.seed(7)
  X <- matrix(rnorm(15), 5, 3, dimnames = list(letters[1:5], LETTERS[1:3]))
  H <- matrix(rnorm(6), 2, 3, dimnames = list(NULL, c("p", "q", "r")))
  for (mode in c("full", "same", "causal", "valid")) {
    one <- conv(X, H[, 1], mode)
    each <- conv(X, H, mode)
    many <- conv(X[, 1], H, mode)
    for (j in 1:3) {
      expect_identical(unname(one[, j]), conv(unname(X[, j]), H[, 1], mode))
      expect_identical(unname(each[, j]), conv(unname(X[, j]), H[, j], mode))
      expect_identical(unname(many[, j]), conv(unname(X[, 1]), H[, j], mode))
    }
    keeps <- mode %in% c("same", "causal")
    expect_identical(dimnames(one), list(if (keeps) letters[1:5], LETTERS[1:3]))
    expect_identical(dimnames(each), dimnames(one))
    expect_identical(dimnames(many), list(if (keeps) letters[1:5], c("p", "q", "r")))
  }
  Z <- matrix(complex(real = rnorm(15), imaginary = rnorm(15)), 5, 3)
  z <- conv(Z, H)
  for (j in 1:3) expect_identical(z[, j], conv(Z[, j], H[, j]))
})

test_that("one column stays a matrix, whichever argument has it", {
  expect_identical(conv(matrix(1:3), 2), matrix(c(2, 4, 6)))
  expect_identical(conv(1:3, matrix(2)), matrix(c(2, 4, 6)))
  expect_identical(
    conv(matrix(1:3, dimnames = list(NULL, "a")), matrix(2, dimnames = list(NULL, "b"))),
    matrix(c(2, 4, 6), dimnames = list(NULL, "a"))
  )
  expect_identical(
    conv(matrix(1:3), matrix(2, dimnames = list(NULL, "b"))),
    matrix(c(2, 4, 6), dimnames = list(NULL, "b"))
  )
})

test_that("names stay where the length does, other attributes go", {
  x <- structure(c(a = 1, b = 2, c = 3), comment = "gone")
  expect_identical(conv(x, c(1, 1), "same"), c(a = 1, b = 3, c = 5))
  expect_identical(conv(x, c(1, 1), "causal"), c(a = 1, b = 3, c = 5))
  expect_identical(conv(x, 2), c(2, 4, 6))
  expect_identical(conv(x, c(1, 1), "valid"), c(3, 5))
  expect_identical(conv(1:2, c(u = 1, v = 1)), c(1, 3, 2))
  expect_identical(conv(array(1:3, 3, list(c("a", "b", "c"))), 1, "same"), c(a = 1, b = 2, c = 3))
})

test_that("empty signals give empty results in every mode", {
  for (mode in c("full", "same", "causal", "valid")) {
    expect_identical(conv(numeric(0), 1:3, mode), numeric(0))
    expect_identical(conv(numeric(0), 1i, mode), complex(0))
    expect_identical(conv(matrix(0, 0, 2), 1:3, mode), matrix(0, 0, 2))
    expect_identical(conv(numeric(0), matrix(1, 2, 3), mode), matrix(0, 0, 3))
    expect_identical(conv(matrix(0, 0, 2), c(1i, 1), mode), matrix(0i, 0, 2))
  }
  expect_identical(conv(matrix(0, 4, 0), 1:3), matrix(0, 6, 0))
  expect_identical(conv(matrix(0, 4, 0), 1:3, "valid"), matrix(0, 2, 0))
  expect_identical(conv(matrix(0, 0, 0), 1:3), matrix(0, 0, 0))
  expect_identical(
    conv(matrix(0, 0, 2, dimnames = list(NULL, c("a", "b"))), 1, "same"),
    matrix(0, 0, 2, dimnames = list(NULL, c("a", "b")))
  )
})

test_that("an impulse at a known date peaks where the definition says", {
  kernel <- c(1, 5, 2, 1) # its largest sample is number 1, from 0
  impulse <- function(n) ts(replace(numeric(n), 8, 1), start = c(2001, 3), frequency = 12)
  x <- impulse(20)
  date <- time(x)[8]
  peak <- function(y) time(y)[which.max(y)]
  dt <- 1 / 12
  expect_equal(peak(conv(x, kernel)), date + dt)
  expect_equal(peak(conv(x, kernel, "causal")), date + dt)
  expect_equal(peak(conv(x, kernel, "valid")), date + dt)
  expect_equal(peak(conv(x, kernel, "same")), date) # centre 1 is the largest
  for (origin in 0:3) {
    expect_equal(peak(conv(x, kernel, "same", origin)), date + (1 - origin) * dt)
    expect_equal(peak(conv(x, kernel, "full", origin)), date + (1 - origin) * dt)
    expect_equal(peak(conv(x, kernel, "valid", origin)), date + (1 - origin) * dt)
  }
  # the kernel longer than the signal
  long <- replace(numeric(30), 15, 1) # peak at 14, from 0
  expect_equal(peak(conv(x, long)), date + 14 * dt)
  expect_equal(peak(conv(x, long, "valid")), date + 14 * dt)
})

test_that("time series stay time series", {
  x <- ts(c(1, 2, 3, 4, 5), start = 2000, frequency = 4)
  for (mode in c("full", "same", "causal", "valid")) {
    y <- conv(x, c(1, 1, 1), mode)
    expect_s3_class(y, "ts")
    expect_identical(frequency(y), 4)
    expect_identical(as.vector(y), conv(1:5, c(1, 1, 1), mode))
    start <- switch(mode, valid = 2000.5, 2000)
    expect_equal(tsp(y), c(start, start + (length(y) - 1) / 4, 4))
  }
  X <- ts(cbind(a = 1:5, b = 5:1), start = c(2000, 2), frequency = 4)
  Y <- conv(X, c(1, 1), "same")
  expect_identical(attributes(Y)[names(attributes(X))], attributes(X))
  expect_identical(as.vector(Y[, "b"]), conv(5:1, c(1, 1), "same"))
  many <- conv(x, cbind(u = c(1, 1), v = c(1, -1)))
  expect_s3_class(many, "mts")
  expect_identical(colnames(many), c("u", "v"))
  column <- conv(ts(matrix(1:3), start = 5), 1)
  expect_identical(tsp(column), c(5, 7, 1))
  expect_identical(dim(column), c(3L, 1L))
  # a kernel may be one, if its frequency fits; its dates do not matter
  expect_identical(conv(x, ts(c(1, 1), start = 7, frequency = 4)), conv(x, c(1, 1)))
  expect_identical(conv(1:5, ts(c(1, 1))), conv(1:5, c(1, 1)))
})

# ---- refusals ---------------------------------------------------------------

not_numbers <- list(
  NULL, "1", as.raw(1), list(1), data.frame(a = "1"), quote(a), sum, factor(1), Sys.Date(),
  as.difftime(1, units = "secs"), array(1, c(1, 1, 1)),
  structure(1, class = c("zoo")), structure(1, class = "ts"), new.env(), 1 ~ 2,
  structure(ts(1:3), class = c("mine", "ts"))
)

test_that("anything else than numbers is refused by name, and nothing changes", {
  for (bad in not_numbers) {
    expect_error(conv(bad, 1), "^`x` must be", class = "convmat_error_type")
    expect_error(conv(1, bad), "^`h` must be", class = "convmat_error_type")
    expect_error(correlate(bad, 1), "^`x` must be", class = "convmat_error_type")
    expect_error(correlate(1, bad), "^`h` must be", class = "convmat_error_type")
    expect_error(conv_matrix(bad, 1), "^`h` must be", class = "convmat_error_type")
    expect_error(shifted_kernels(bad, 1), "^`h` must be", class = "convmat_error_type")
    expect_error(shifted_scaled_kernels(1, bad), "^`h` must be", class = "convmat_error_type")
    expect_error(shifted_scaled_kernels(bad, 1), "^`x` must be", class = "convmat_error_type")
  }
})

test_that("messages say what is wrong, where, and what to do", {
  expect_snapshot({
    show_error(conv(list(1, 2), 1))
    show_error(conv(data.frame(a = "1"), 1))
    show_error(conv(factor(1:2), 1))
    show_error(conv(Sys.Date(), 1))
    show_error(conv(1:3, "a"))
    show_error(conv(array(1, c(1, 1, 1)), 1))
    show_error(conv(1:3, NULL))
    show_error(conv(1:3, numeric(0)))
    show_error(conv(1:3, c(1, NA, 3, Inf)))
    show_error(conv(1:3, rep(NaN, 9)))
    show_error(conv(1:3, 1i * NA))
    show_error(conv(matrix(0, 3, 2), matrix(1, 2, 3)))
    show_error(conv(1:3, 1, mode = "Full"))
    show_error(conv(1:3, 1, mode = c("full", "same")))
    show_error(conv(1:3, 1, mode = NULL))
    show_error(conv(1:3, 1:2, origin = 2))
    show_error(conv(1:3, 1:2, origin = 0.5))
    show_error(conv(1:3, 1:2, origin = -1))
    show_error(conv(1:3, 1:2, origin = NA))
    show_error(conv(1:3, 1:2, origin = "0"))
    show_error(conv(1:3, 1:2, origin = 0:1))
    show_error(conv(1:3, 1:2, "causal", origin = 1))
    show_error(conv(1:3, 1:2, boundary = "wrap"))
    show_error(conv(1:3, 1:2, "valid", boundary = "mirror"))
    show_error(conv(1:3, 1:2, "same", boundary = "periodic"))
    show_error(conv(1:3, 1:2, na = "omit"))
    show_error(conv(1:3, c(1, -1), na = "renormalise"))
    show_error(conv(1:3, c(0, 0), na = "renormalise"))
    show_error(conv(1:3, 1i, na = "renormalise"))
    show_error(conv(ts(1:3, frequency = 4), ts(1, frequency = 12)))
    show_error(conv(1:3, 1, method = "magic"))
    show_error(conv(1:3, 1, threads = 0))
    show_error(conv(1:3, 1, threads = "two"))
  })
})

test_that("causal takes an origin of 0, and arguments are what R's rules make of them", {
  expect_identical(conv(1:3, 1:2, "causal", 0), conv(1:3, 1:2, "causal"))
  expect_identical(conv(1:3, 1, threads = 2), c(1, 2, 3))
  expect_identical(conv(1:3, 1, method = "direct"), c(1, 2, 3))
  expect_error(conv(1:3, 1, bounds = "zero"), "unused argument")
})

test_that("a product that overflows is an infinite term, by every method at every level", {
  at_every_level({
    expect_identical(conv(c(1e200, -1e200), c(1e200, 1e200)), c(Inf, NaN, -Inf))
    # no other term takes it back
    expect_identical(conv(c(1.2, -1), c(1.7e308, 1.7e308))[2], Inf)
    expect_identical(conv(c(-1, 1.2), c(1.7e308, 1.7e308))[2], Inf)
    # R's %*% may fuse products and sums, which hides the overflow of a product: so each product by itself
    A <- conv_matrix(c(1e200, 1e200), 2)
    expect_identical(A[, 1] * 1e200 + A[, 2] * -1e200, conv(c(1e200, -1e200), c(1e200, 1e200)))
  })
  set.seed(51)
  x <- rnorm(50000)
  x[20000:30000] <- x[20000:30000] * 1e200
  h <- rnorm(3000) * 1e120
  expect_identical(conv_method(x, h)$method, "fft")
  for (method in c("auto", "direct", "fft")) {
    y <- conv(x, h, method = method)
    k <- c(22000, 25000, 30000) # outputs with terms Inf and -Inf
    for (i in k) {
      terms <- x[i - 0:2999] * h
      stopifnot(any(terms == Inf), any(terms == -Inf))
    }
    expect_true(all(is.nan(y[k])), info = method)
    expect_true(all(is.finite(y[c(1:19999, 34000:52999)])), info = method)
  }
  # one product in all: conv() by Fourier transforms only says what is infinite
  x <- replace(rnorm(50000), 25000, 1e308)
  h <- replace(rnorm(3000), 1500, 1e308)
  y <- conv(x, h, method = "fft")
  expect_identical(abs(y[26499]), Inf)
  expect_false(anyNA(y[-26499][abs(conv(abs(x), abs(h))[-26499]) < Inf]))
})

test_that("renormalise gives NA where no weight is present by method fft too", {
  x <- rep(c(10, NA, 20), c(1000, 1500, 2500))
  h <- rep(1, 500) / 500
  y <- conv(x, h, "same", na = "renormalise", method = "fft")
  expect_identical(is.na(y), is.na(conv(x, h, "same", na = "renormalise")))
  expect_true(all(is.na(conv(
    rep(NA, 5000), h, "same", boundary = "wrap", na = "renormalise", method = "fft"
  ))))
})

test_that("renormalise loses no digits where samples, weights or products are near the smallest numbers", {
  # all that is present has weights d, 2d, ..., 5d beside 1; means of whole numbers are known
  for (d in 2^c(0, -30, -500, -1000, -1070)) {
    for (unit in 2^c(0, -60, -500, -1000, -1060)) {
      h <- c(1, d * 1:5)
      total <- sum(h)
      x <- c(3, -1, 4, 1, 5, NA, 9, 2, 6, 5)
      weights <- 5:1
      mean <- sum(weights * x[1:5]) / 15
      for (method in c("auto", "direct")) {
        y <- conv(x * unit, h, "valid", na = "renormalise", method = method)
        expect_lte(abs(y[1] - mean * total * unit), 1e-14 * mean * total * unit + 2^-1073)
      }
      z <- conv(complex(real = x, imaginary = 2 * x) * unit, h, "valid", na = "renormalise")
      expect_lte(Mod(z[1] - mean * total * unit * (1 + 2i)), 3e-14 * mean * total * unit + 2^-1072)
      # zeros outside of the signal are present
      y <- conv(c(7 * unit, NA), h, "causal", na = "renormalise")
      expect_lte(abs(y[2] - 7 / 15 * total * unit), 1e-14 * total * unit + 2^-1073)
    }
  }
  # large weights on the smallest samples
  y <- conv(c(NA, 1, 2) * 2^-1074, rep(2^600, 3), "valid", na = "renormalise")
  expect_identical(y, 4.5 * 2^-474)
  expect_identical(conv(c(NA, 0, 0), c(1, 1e-320, 1e-320), "valid", na = "renormalise"), 0)
  expect_identical(conv(c(NA, 1e-320, Inf), c(1e-320, 1, 1), "valid", na = "renormalise"), Inf)
  # transforms
  set.seed(5)
  x <- rnorm(6000)
  gaps <- replace(x, 2000:2999, NA)
  h <- c(rep(1, 800), rep(2^-900, 400))
  right <- conv(gaps, h, "valid", na = "renormalise")
  moduli <- conv(abs(gaps), h, "valid", na = "renormalise")
  for (method in c("auto", "direct")) {
    y <- conv(gaps * 2^-170, h, "valid", na = "renormalise", method = method) * 2^170
    expect_true(all(abs(y - right) <= 2e-11 * moduli))
  }
})

test_that("with a boundary an output has as many terms as the kernel, each off by the smallest number", {
  for (method in c("auto", "direct")) {
    y <- conv(2^-540, rep(0.3 * 2^-534, 1000), "same", boundary = "nearest", method = method)
    expect_lte(abs(y / 2^-1074 - 300), 2 * 1000)
  }
})

test_that("a result larger than memory is refused before it is allocated", {
  expect_convmat_error(conv(numeric(1e6) + 1, matrix(1, 1, 1e5)), "memory", "800 GB")
  expect_convmat_error(conv(matrix(1i, 1, 1e5), numeric(1e6) + 1), "memory", "1,000,000 x 100,000")
  expect_convmat_error(correlate(numeric(1e6) + 1, matrix(1, 1, 1e5)), "memory", "800 GB")
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  expect_convmat_error(conv(numeric(1e3) + 1, matrix(1, 1, 1e3)), "memory", "8 MB")
})

test_that("a bad option is the same error for whole numbers and for doubles", {
  old <- options(convmat.threads = "x")
  on.exit(options(old))
  expect_convmat_error(conv(1:3, 1), "type", "`threads`")
  expect_convmat_error(conv(c(1, 2, 3), 1), "type", "`threads`")
  options(convmat.threads = c(1, 2))
  expect_convmat_error(conv(c(1, 2, 3), 1), "length", "`threads`")
})

test_that("a number of threads may come from the option", {
  old <- options(convmat.threads = 1)
  on.exit(options(old))
  expect_identical(conv(c(1, 2, 3), 2), c(2, 4, 6))
  options(convmat.threads = 3L)
  expect_identical(conv(c(1, 2, 3), 2), c(2, 4, 6))
})

test_that("columns by one thread are those by two, whatever the method", {
  x <- matrix(c(1, 2, 3, 4, 5, 6), 2)
  for (method in c("auto", "direct", "fft")) {
    y <- conv(x, c(1, 10), method = method, threads = 1)
    expect_equal(y, matrix(c(1, 12, 20, 3, 34, 40, 5, 56, 60), 3))
    expect_identical(y, conv(x, c(1, 10), method = method, threads = 2))
  }
})

test_that("a class of matrix is a matrix", {
  x <- structure(matrix(1:4, 2), class = c("matrix", "array"))
  expect_identical(conv(x, 1), matrix(c(1, 2, 3, 4), 2))
})

test_that("one infinity among many missing samples stays right and quick", {
  x <- rep(c(1, NA), 2000)
  x[2001] <- Inf
  y <- conv(x, c(1, 1, 1), na = "zero")
  expect_identical(which(!is.finite(y)), 2001:2003)
  expect_identical(y[2000:2004], c(1, Inf, Inf, Inf, 1))
})

test_that("dates that do not tell steps apart are refused in our words", {
  far <- ts(1, start = 1e16, frequency = 12)
  expect_convmat_error(conv(far, c(1, 2, 3)), "value", "The dates of the time series, from 1e")
  near <- ts(1:3, start = 1e9, frequency = 12)
  expect_identical(tsp(conv(near, c(1, 2, 3), "same")), tsp(near))
})

test_that("where the moduli of terms overflow in sum, only outputs with those terms are in doubt", {
  for (m in c(4, 20, 64, 700)) {
    x <- c(1:3000, rep(c(1e308, -1e308), 500), 1:3000)
    for (method in c("auto", "direct")) {
      y <- conv(x, rep(1, m), "valid", method = method)
      sure <- c(seq_len(3000 - m + 1), 4001 + seq_len(3000 - m) - 1)
      exact <- vapply(sure, function(k) sum(x[k:(k + m - 1)]), 0)
      expect_identical(y[sure], exact, info = paste(method, m))
      expect_true(all(is.nan(y[-sure]) | is.infinite(y[-sure]) | abs(y[-sure]) <= 1.1e308), info = paste(method, m))
    }
  }
})

test_that("what may have been meant as an image is said once in a session", {
  told <- asNamespace("convmat")$told
  old <- told$of_images
  on.exit(told$of_images <- old)
  told$of_images <- NULL
  x <- matrix(1:12 + 0, 4)
  expect_no_message(conv(x, matrix(1:2, 2, 3)))
  expect_no_message(conv(ts(x), matrix(1, 3, 3)))
  expect_no_message(conv(x[, 1:2], matrix(1, 2, 2)))
  expect_message(conv(x, matrix(1, 3, 3)), "conv_array", class = "convmat_message_columns")
  expect_no_message(conv(x, matrix(1, 3, 3)))
})
