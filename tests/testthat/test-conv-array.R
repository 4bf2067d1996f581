# conv_array() against its definition in plain R.

# One random case: what conv_array() gives for it, by every way there is, is what the definition says.
array_case_holds <- function(rank, sizes, seed, hostile = 0) {
  set.seed(seed)
  nx <- sample(sizes, rank, TRUE)
  nh <- sample(sizes, rank, TRUE)
  case <- random_case(nx, nh)
  na <- sample(c("propagate", "zero", "renormalise"), 1)
  complex <- stats::runif(2) < 0.25 & c(TRUE, na != "renormalise")
  undefined <- na != "propagate" && "extend" %in% case$boundary # see the test on these
  x <- random_array(nx, complex[1], hostile, infinite = !undefined)
  apart <- stats::runif(1) < 0.5
  one <- function(m) {
    own <- as.vector(random_array(m, complex[2]))
    if (na == "renormalise") 0.25 + abs(own) * (seq_len(m) > 1) else own
  }
  list <- lapply(nh, one)
  h <- if (apart) array(Reduce(outer, list), nh) else array(one(prod(nh)), nh)
  exact <- oracle_array(x, h, case, na)
  moduli <- oracle_array_moduli(x, h, case, na)
  right <- function(h, method) {
    y <- conv_array(x, h, case$mode, case$origin, case$boundary, na, method, threads = 1)
    same <- within_bound(as.vector(y), as.vector(exact), as.vector(moduli), prod(nh))
    same && identical(dim(y), dim(exact))
  }
  ok <- c(right(h, "auto"), right(h, "direct"), !apart || right(list, "auto"))
  if (all(ok)) NULL else describe_array_case(case, nx, na = na, seed = seed, hostile = hostile, ok = ok)
}

expect_array_cases <- function(n, rank, sizes, hostile) {
  seeds <- some_of(seq_len(n), 25)
  wrong <- unlist(lapply(seeds, function(seed) array_case_holds(rank, sizes, seed, hostile)))
  testthat::expect(length(wrong) == 0, paste(wrong, collapse = "\n"))
}

test_that("finite arrays of rank 1 to 4, every mode, origin, boundary and parity", {
  for (rank in 1:4) expect_array_cases(c(500, 1000, 500, 100)[rank], rank, 1:(8 - rank), 0)
})

test_that("arrays of eight axes, the most there may be", {
  set.seed(7)
  for (nh in list(rep(2, 8), c(1, 2, 1, 1, 2, 1, 1, 2), c(rep(2, 6), 1, 1))) {
    x <- random_array(c(2, 3, 1, 2, 1, 2, 2, 2))
    h <- array(round(rnorm(prod(nh)), 2), nh)
    case <- list(nh = nh, mode = rep("full", 8), origin = rep(NA, 8), boundary = rep("zero", 8))
    expect_equal(conv_array(x, h), oracle_array(x, h, case), tolerance = 1e-13)
    x[5] <- NA
    expect_equal(conv_array(x, h, na = "zero"), oracle_array(x, h, case, "zero"), tolerance = 1e-13)
  }
})

test_that("missing and infinite samples stay with the outputs that have them as a term", {
  for (rank in 1:4) expect_array_cases(c(500, 1000, 500, 100)[rank], rank, 1:(8 - rank), 0.1)
})

test_that("sizes of some tens", {
  expect_array_cases(20, 2, c(1, 2, 17, 33), 0.002)
  expect_array_cases(10, 3, c(1, 2, 9, 12), 0.002)
})

test_that("a vector has the bits of conv(), and keeps its shape", {
  x <- c(a = 1.5, b = NA, c = -3, d = 1e10)
  h <- c(0.1, 2, -0.3)
  for (mode in modes) expect_identical(conv_array(x, h, mode), conv(x, h, mode))
  expect_identical(conv_array(x, list(h), "same", 0, "wrap"), conv(x, h, "same", 0, "wrap"))
  expect_identical(conv_array(x, list(NULL), "valid", 7, "mirror"), x)
  expect_identical(
    conv_array(array(x, 4, list(letters[1:4])), array(h), "same"),
    array(conv(unname(x), h, "same"), 4, list(letters[1:4]))
  )
  expect_identical(conv_array(ts(1:5), h), conv(ts(1:5), h))
})

test_that("an axis without a kernel stays as it is", {
  x <- random_array(c(5, 4, 3))
  columns <- conv(matrix(x, 5), 1:3, "same", boundary = "wrap")
  y <- conv_array(x, list(1:3, NULL, NULL), c("same", "full", "valid"), c(NA, 9, NA), c("wrap", "mirror", "zero"))
  expect_equal(y, array(columns, dim(x)), tolerance = 1e-14)
  expect_identical(conv_array(x, list(NULL, NULL, NULL)), x)
  expect_equal(conv_array(x, list(NULL, NULL, 2)), 2 * x)
})

test_that("series are the same slice by slice", {
  x <- random_array(c(40, 30, 5, 60), hostile = 0.001) # more than are taken at once
  h <- random_array(c(3, 2, 1, 1))
  y <- conv_array(x, h, "same", boundary = "mirror")
  one <- conv_array(x[, , 4, 57], h[, , 1, 1], "same", boundary = "mirror")
  expect_identical(y[, , 4, 57], one)
})

test_that("dimnames stay where samples stay, and sizes of nothing are nothing", {
  x <- matrix(1:6, 2, dimnames = list(row = c("a", "b"), col = c("u", "v", "w")))
  h <- matrix(1, 2, 2)
  expect_identical(dimnames(conv_array(x, h, "same")), dimnames(x))
  expect_identical(dimnames(conv_array(x, h, c("full", "causal"))), list(row = NULL, col = c("u", "v", "w")))
  expect_null(dimnames(conv_array(x, h)))
  expect_identical(conv_array(matrix(0, 0, 3), h), matrix(0, 0, 4))
  expect_identical(conv_array(matrix(0, 3, 0), h + 0i, "same"), matrix(0i, 3, 0))
  expect_identical(typeof(conv_array(matrix(TRUE, 2, 2), matrix(1L, 1, 1))), "double")
})

test_that("correlation is convolution with the kernel back to front", {
  x <- random_array(c(6, 5), complex = TRUE)
  h <- random_array(c(3, 2), complex = TRUE)
  expect_identical(correlate_array(x, h, "same"), conv_array(x, Conj(h[3:1, 2:1]), "same"))
  expect_identical(correlate_array(x, list(h[, 1], NULL)), conv_array(x, list(Conj(rev(h[, 1])), NULL)))
  expect_identical(correlate_array(Re(x)[, 1], 1:3), correlate(Re(x)[, 1], 1:3))
})

# The samples of a straight line through Inf and Inf are Inf - Inf, though none of them is missing.
test_that("what is undefined outside makes NaN under every choice for missing values", {
  x <- matrix(1, 4, 4)
  x[1:2, 2] <- Inf
  for (na in na_choices) {
    y <- conv_array(x, matrix(1, 3, 3), "same", boundary = "extend", na = na)
    expect_true(all(is.nan(y[1, 1:3])) && all(is.finite(y[, 4])) && all(y[3, 2:3] == Inf))
  }
  x[1, 2] <- NA # now it is missing
  expect_identical(conv_array(x, matrix(1, 3, 3), "same", boundary = "extend", na = "renormalise")[1, 4], 9)
  expect_identical(conv_array(x, matrix(1, 3, 1), "same", boundary = "extend", na = "renormalise")[1, 2], Inf)
})

test_that("a corner outside of a zero boundary is missing if it is so along another axis", {
  x <- matrix(1:4 + 0, 2)
  h <- matrix(1, 3, 3)
  mixed <- function(h, boundary) conv_array(x, h, "same", boundary = boundary, na = "renormalise")
  expect_equal(mixed(h, c("zero", "missing")), matrix(10 / 6 * 9, 2, 2))
  expect_equal(mixed(h, c("missing", "zero")), matrix(10 / 6 * 9, 2, 2))
  expect_equal(mixed(list(c(1, 1, 1), c(1, 1, 1)), c("zero", "missing")), matrix(10 / 6 * 9, 2, 2))
  expect_equal(
    conv_array(x, h, c("full", "same"), boundary = c("zero", "missing"), na = "renormalise"),
    matrix(c(4, 10, 10, 6) / 6 * 9, 4, 2)
  )
})

test_that("renormalised outputs keep their digits near the smallest numbers", {
  x <- matrix(c(3, 5, NA, 7, 1, 2), 2)
  h <- matrix(c(1, 2, 64, 4, 1, 3, 2, 2, 1), 3)
  mean_of <- function(x, h) conv_array(x, h, "same", boundary = "missing", na = "renormalise")
  exact <- mean_of(x, h)
  expect_equal(mean_of(x * 2^-1060, h * 2^-30) * 2^1000, exact * 2^-90, tolerance = 1e-3)
  expect_equal(mean_of(x * 2^-600, h * 2^-460) * 2^600 * 2^460, exact, tolerance = 1e-3)
  expect_identical(mean_of(x * 2^-700, h), exact * 2^-700)
  expect_identical(mean_of(x, h * 2^-700), exact * 2^-700)
  both <- list(c(1, 64, 3), c(2, 1, 1))
  exact <- mean_of(x, both)
  expect_identical(mean_of(x, list(both[[1]] * 2^-700, both[[2]])), exact * 2^-700)
  expect_identical(mean_of(x * 2^-700, both), exact * 2^-700)
  # what is tiny times what is huge stays as it is
  expect_equal(mean_of(x * 1e-300, h * 1e305), mean_of(x, h) * 1e5, tolerance = 1e-12)
  expect_equal(mean_of(x * 1e305, h * 1e-300), mean_of(x, h) * 1e5, tolerance = 1e-12)
  expect_equal(mean_of(x * 2^-100, h * 0 + 1e308), mean_of(x, h * 0 + 1) * 2^-100 * 1e308, tolerance = 1e-12)
  z <- array(complex(real = x, imaginary = c(1, Inf, 0, 2, 3, 1)), dim(x))
  tiny <- array(complex(real = x * 2^-700, imaginary = Im(z) * 2^-700), dim(x))
  expect_identical(is.infinite(Im(mean_of(tiny, h))), is.infinite(Im(mean_of(z, h))))
})

# In valid mode an image is a signal, and its kernel one with zeros between its columns, which count for nothing.
test_that("renormalised outputs keep their digits where samples and weights are of any size", {
  set.seed(30)
  for (i in seq_len(how_many(200, 40))) {
    n <- sample(2:7, 2, TRUE)
    m <- pmin(n, sample(1:4, 2, TRUE))
    x <- array(10^stats::runif(prod(n), -320, 150) * sample(c(-1, 1, NA), prod(n), TRUE, c(0.4, 0.3, 0.3)), n)
    list <- lapply(m, function(k) 10^stats::runif(k, -160, 70))
    h <- if (i %% 2) outer(list[[1]], list[[2]]) else array(10^stats::runif(prod(m), -320, 150), m)
    spread <- rbind(h, matrix(0, n[1] - m[1], m[2]))
    spread <- as.vector(spread)[seq_len(length(spread) - n[1] + m[1])]
    line <- function(x, na) conv(as.vector(x), spread, "valid", na = na)[as.vector(outer(
      seq_len(n[1] - m[1] + 1), (seq_len(n[2] - m[2] + 1) - 1) * n[1], "+"
    ))]
    exact <- line(x, "renormalise")
    moduli <- line(abs(x), "renormalise")
    for (k in if (i %% 2) list(h, list) else list(h)) {
      y <- as.vector(conv_array(x, k, "valid", na = "renormalise"))
      expect_identical(is.na(y), is.na(exact))
      off <- abs(y - exact) > 2e-11 * moduli + 2 * length(h) * 2^-1074
      expect(!any(off, na.rm = TRUE), sprintf("case %d: %d outputs are off", i, sum(off, na.rm = TRUE)))
    }
  }
})

test_that("kernels whose outer product is infinite are refused", {
  h <- list(c(1e308, 1e308), c(1e308, 0))
  expect_convmat_error(conv_array(matrix(1, 2, 3), h), "value", "`h` must have a finite outer product")
})

test_that("wrong arguments have their errors", {
  x <- matrix(1:12 + 0, 3)
  h <- matrix(1, 2, 2)
  expect_snapshot({
    show_error(conv_array(x, 1:3))
    show_error(conv_array(x, array(1, c(2, 2, 2))))
    show_error(conv_array(x, list(1:3)))
    show_error(conv_array(x, list(1:3, "a")))
    show_error(conv_array(x, list(1:3, list(1))))
    show_error(conv_array(as.data.frame(x), h))
    show_error(conv_array(structure(x, class = "picture"), h))
    show_error(conv_array("a", h))
    show_error(conv_array(array(1, rep(1, 9)), h))
    show_error(conv_array(x, h[0, ]))
    show_error(conv_array(x, h / 0))
    show_error(conv_array(x, h, c("same", "full", "full")))
    show_error(conv_array(x, h, c("same", "fill")))
    show_error(conv_array(x, h, boundary = c("zero", "wrap"), mode = "valid"))
    show_error(conv_array(x, h, "same", origin = c(0, 2)))
    show_error(conv_array(x, h, "same", origin = "left"))
    show_error(conv_array(x[1, , drop = FALSE], h, "same", boundary = "extend"))
    show_error(conv_array(x, -h, "same", na = "renormalise"))
    show_error(conv_array(x, list(1:2, 0), na = "renormalise"))
    show_error(conv_array(x, h, threads = 0))
    show_error(correlate_array(x, h, origin = 1))
    show_error(correlate_array(x, h, "causal"))
  })
  old <- options(convmat.max_bytes = 1000)
  on.exit(options(old))
  expect_error(conv_array(x, matrix(1, 20, 20)), class = "convmat_error_memory")
  expect_error(conv_array(x * Inf, list(1:20, 1:20), "valid"), class = "convmat_error_memory")
})

# ---- the promise ---------------------------------------------------------------------------

# Images made to fail: a few enormous samples, or rows, columns or blocks of very different size.
hostile_images <- function(n) {
  x <- matrix(stats::rnorm(prod(n)), n[1])
  spot <- x
  spot[n[1] %/% 2, n[2] %/% 3] <- 1e16
  stripes <- x
  stripes[, seq(1, n[2], by = 3)] <- 0
  block <- kronecker(matrix(stats::runif(16, -12, 12), 4), matrix(1, ceiling(n[1] / 4), ceiling(n[2] / 4)))
  list(
    plain = x, spot = spot, stripes = stripes,
    rows = x * 10^stats::runif(n[1], -12, 12), columns = t(t(x) * 10^stats::runif(n[2], -12, 12)),
    blocks = x * 10^block[seq_len(n[1]), seq_len(n[2])],
    denormal = x * 2^-1060, zeros = x * 0
  )
}

test_that("every single output keeps the promise at every level of instructions", {
  set.seed(20)
  n <- if (is_extended()) c(200, 160) else c(120, 110)
  images <- hostile_images(n)
  kernels <- list(
    small = matrix(stats::rnorm(9), 3), large = matrix(stats::rnorm(31 * 33), 31),
    bell = tcrossprod(stats::dnorm(seq(-5, 5, length.out = 21)))
  )
  for (name in names(images)) {
    for (h in kernels) {
      x <- images[[name]]
      truth <- conv_array(x, h, "same", method = "direct")
      moduli <- conv_array(abs(x), abs(h), "same", method = "direct")
      at_every_level({
        y <- conv_array(x, h, "same")
        off <- abs(y - truth) > (1e-11 - 3.4e-13) * moduli + 2 * length(h) * 2^-1074
        size <- paste(dim(h), collapse = " x ")
        expect(!any(off) && all(y[moduli == 0] == 0), sprintf("%s by %s: %d off", name, size, sum(off)))
      })
    }
  }
})

# The guard knows the sums of moduli there: the kernel of an image is mostly zeros as one of a signal.
test_that("transforms with a kernel of mostly zeros keep the promise", {
  set.seed(25)
  n <- 20000
  h <- replace(numeric(3000), sample(3000, 300), stats::rnorm(300))
  x <- stats::rnorm(n)
  signals <- list(
    x, replace(x, 7000, 1e16), x * 10^stats::runif(n, -12, 12), replace(x, 5000:12000, 0), x * 2^-1040, x * 1e290,
    round(100 * x), replace(round(100 * x), 10, 2^60)
  )
  at_every_level(for (x in signals) {
    whole <- all(x == round(x))
    k <- if (whole) round(10 * h) else h
    y <- conv_by("guarded", x, k)
    exact <- conv_by("sparse", k, x)
    moduli <- conv_by("sparse", abs(k), abs(x))
    expect_true(all(abs(y - exact) <= (1e-11 - 1e-12) * moduli + 600 * 2^-1074) && all(y[moduli == 0] == 0))
    if (whole) expect_identical(y[moduli <= 2^53], exact[moduli <= 2^53])
  })
})

test_that("one kernel for each axis keeps the promise, also where a partial sum would not", {
  set.seed(21)
  images <- hostile_images(c(60, 50))
  u <- stats::rnorm(9)
  v <- stats::rnorm(7)
  for (x in images) {
    moduli <- conv_array(abs(x), abs(u %o% v), "same", method = "direct")
    off <- abs(conv_array(x, list(u, v), "same") - conv_array(x, u %o% v, "same", method = "direct"))
    expect_true(all(off <= (1e-11 - 3.4e-13) * moduli + 2 * 63 * 2^-1074))
  }
  x <- matrix(c(1, 2, 3, 4), 2)
  expect_equal(conv_array(x * 1e300, list(1e100, 1e-100)), x * 1e300)
  expect_equal(conv_array(x * 1e-300, list(1e-100, 1e100)), x * 1e-300)
h <- list(c(1, 2^-1074), c(2^1000, 1)) # the small one would be lost
  expect_identical(conv_array(x, h), conv_array(x, outer(h[[1]], h[[2]])))
})

test_that("whole numbers are exact", {
  set.seed(22)
  x <- matrix(sample(-2^20:2^20, 12000, TRUE), 120)
  h <- matrix(sample(-1000:1000, 35 * 35, TRUE), 35)
  y <- conv_array(x, h)
  expect_identical(y, round(y))
  expect_identical(y, conv_array(x, h, method = "direct"))
  expect_identical(conv_array(x, list(1:3, -5:5)), conv_array(x, outer(1:3, -5:5), method = "direct"))
})

test_that("kernels of more samples than one sum may have", {
  set.seed(23)
  x <- matrix(stats::rnorm(150 * 150), 150)
  h <- matrix(stats::rnorm(140 * 140), 140)
  y <- conv_array(x, h, "valid", method = "direct")
  exact <- vapply(0:120, function(t) sum(x[t %/% 11 + 1:140, t %% 11 + 1:140] * h[140:1, 140:1]), 0)
  expect_true(all(abs(t(y) - exact) <= 1e-11 * sum(abs(x)) * max(abs(h))))
  expect_equal(conv_array(x, h, "valid"), y, tolerance = 1e-11)
  z <- conv_array(x * 1i, h, "valid", method = "direct")
  expect_identical(z, y * 1i)
})

test_that("threads do not change a bit, and products that overflow are infinite", {
  set.seed(24)
  x <- matrix(stats::rnorm(300 * 400), 300)
  h <- matrix(stats::rnorm(20 * 20), 20)
  expect_identical(conv_array(x, h, threads = 2), conv_array(x, h, threads = 1))
  v <- array(stats::rnorm(130 * 70 * 60), c(130, 70, 60))
  k <- list(h[, 1], h[1:9, 2], h[1:5, 3])
  y <- conv_array(v, k, c("same", "valid", "full"), threads = 2)
  expect_identical(y, conv_array(v, k, c("same", "valid", "full"), threads = 1))
  expect_equal(y[65, , ], conv_array(v, outer_kernel(k, lengths(k)), c("same", "valid", "full"))[65, , ])
  expect_identical(conv_array(v + 1i, k, threads = 2), conv_array(v + 1i, k, threads = 1))
  x[100, 100] <- 1e308
  y <- conv_array(x, 10 * sign(h), "valid")
  expect_identical(sum(is.infinite(y)), 400L)
})

test_that("beside the array and the result it takes less than 64 MB and six times the kernel", {
  skip_if_not_extended()
  skip_on_covr()
  skip_if_not_installed("callr")
  skip_if_not(file.exists("/proc/self/clear_refs"), "no /proc")
  skip_if(nzchar(Sys.getenv("ASAN_OPTIONS")), "The address sanitizer keeps memory")
  extra <- in_child(function() {
    status <- function(what) {
      as.double(gsub("[^0-9]", "", grep(what, readLines("/proc/self/status"), value = TRUE))) / 1024
    }
    peak <- function(x, h, ...) {
      convmat::conv_array(array(1, rep(9, length(dim(x)))), h, ...) # R compiles what it needs
      gc(FALSE)
      cat("5", file = "/proc/self/clear_refs") # the peak is counted from here on
      before <- status("VmRSS")
      y <- convmat::conv_array(x, h, ...)
      status("VmHWM") - before - 8 * length(y) / 2^20
    }
    bell <- rep(list(convmat::gaussian_kernel(sqrt(8 * log(2)), radius = 4)), 3)
    x <- array(sin(1:190^3), rep(190, 3)) # 55 MB
    gaps <- replace(x, c(7, 3e6, 190^3), NA)
    image <- matrix(sin(1:2600^2), 2600) # 54 MB
    holes <- replace(image, c(7, 3e6, 2600^2), NA)
    h <- matrix(1 + cos(1:31^2), 31)
    c(
      plain = peak(x, bell, "same", boundary = "reflect"),
      full = peak(x, bell), valid = peak(x, bell, "valid"),
      missing = peak(gaps, bell, "same", boundary = "reflect"),
      means = peak(gaps, bell, "same", boundary = "missing", na = "renormalise"),
      transforms = peak(image, h, "same", boundary = "wrap"), direct = peak(image, h[1:5, 1:5]),
      holes = peak(holes, h, "same"), mended = peak(holes, h, "same", boundary = "missing", na = "renormalise")
    )
  })
  expect_true(all(extra < 64), info = paste(names(extra), round(extra), collapse = ", "))
  expect_lt(extra[["plain"]], 8)
})

test_that("large arrays, which are convolved some columns at a time, are sums of what their outputs meet", {
  skip_if_not_extended()
  set.seed(31)
  x <- matrix(round(stats::rnorm(1400 * 1000), 2), 1400)
  h <- matrix(stats::rnorm(30), 6)
  x[sample(length(x), 9)] <- c(NA, NaN, Inf)
  x[1400, 1000] <- NA
  sum_of <- function(long, h) {
    y <- 0
    for (i in seq_len(6)) {
      for (j in seq_len(5)) y <- y + h[i, j] * long[7 - i + 0:1399, 6 - j + 0:999]
    }
    y
  }
  for (boundary in c("zero", "missing", "wrap", "reflect", "extend")) {
    case <- list(nh = dim(h), mode = rep("same", 2), origin = c(NA, NA), boundary = rep(boundary, 2))
    laid <- oracle_laid_out(x, case, FALSE)
    long <- replace(laid$x, !laid$here & !is.na(laid$x), 0)
    truth <- sum_of(long, h)
    there <- replace(abs(long), !is.finite(long), 0)
    for (method in c("auto", "direct")) {
      y <- conv_array(x, h, "same", boundary = boundary, method = method)
      expect_identical(is.na(y), is.na(truth), info = boundary)
      finite <- is.finite(truth)
      expect_identical(y[!finite & !is.na(truth)], truth[!finite & !is.na(truth)])
      expect_true(all(abs(y - truth)[finite] <= 1e-11 * sum_of(there, abs(h))[finite]), info = boundary)
    }
  }
})

test_that("the mode of a correlation is words", {
  x <- matrix(1:12, 3)
  for (bad in list(function(x) NULL, NULL, 1, list("same"), quote(f(x)))) {
    expect_convmat_error(correlate_array(x, matrix(1:4, 2), bad), "type", "`mode` must be one of")
  }
})

# Made by SciPy 1.10.1, Octave 7.3.0 (image 2.14.0), astropy 5.2.1, terra 1.7-3, imagine 2.1.4 and
# spatstat.explore 3.0-6; images column by column. bench/arrays/equivalents.R runs them.
test_that("the equivalents in the help are what other systems compute", {
  x <- matrix(c(0, 2, 4, 6, 7, 9, 0, 2, 3, 5, 7, 9, 10, 1, 3, 5, 6, 8, 10, 1), 4)
  h <- matrix(c(1, 0, 2, 2, -1, 0, 0, 3, 1), 3)
  k <- matrix(c(1, 3, 2, 5), 2)
  m <- dim(k)
  is <- function(y, ...) expect_identical(as.vector(y), c(...))
  # scipy.signal.convolve2d(x, k), conv2(x, k)
  is(
    conv_array(x, k), 0, 2, 10, 18, 18, 7, 34, 45, 34, 36, 17, 67, 67, 34, 37, 16, 56, 45, 67, 60, 26, 78, 45, 56, 28,
    12, 46, 60, 52, 5
  )
  # scipy.signal.convolve2d(x, k, "same"), (x, h, "valid")
  is(conv_array(x, k, "same"), 0, 2, 10, 18, 7, 34, 45, 34, 17, 67, 67, 34, 16, 56, 45, 67, 26, 78, 45, 56)
  is(conv_array(x, h, "valid"), 10, 37, 66, 27, 45, 50)
  # conv2(x, k, "same"), (x, k, "valid"), (u, v, x); scipy.ndimage.convolve(x, k, mode = "constant")
  centre <- c(34, 45, 34, 36, 67, 67, 34, 37, 56, 45, 67, 60, 78, 45, 56, 28, 46, 60, 52, 5)
  is(conv_array(x, k, "same", origin = m %/% 2), centre)
  is(conv_array(x, k, "valid"), 34, 45, 34, 67, 67, 34, 56, 45, 67, 78, 45, 56)
  is(
    conv_array(x, list(c(1, 2, 3), c(1, -1))), 0, 2, 8, 20, 24, 18, 7, 21, 31, 9, -20, -12, -4, -12, -13, 9, 35, 21, 7,
    10, 9, -24, -20, -12, -4, -1, 9, 31, 13, -12, -6, -20, -44, -45, -32, -3
  )
  # scipy.ndimage.convolve(x, k, mode = boundary)
  convolve <- function(boundary) conv_array(x, k, "same", m %/% 2, boundary)
  is(convolve("wrap"), 34, 45, 34, 43, 67, 67, 34, 54, 56, 45, 67, 76, 78, 45, 56, 54, 48, 70, 70, 35)
  is(convolve("nearest"), 34, 45, 34, 50, 67, 67, 34, 50, 56, 45, 67, 83, 78, 45, 56, 39, 72, 94, 83, 11)
  is(convolve("reflect"), 34, 45, 34, 50, 67, 67, 34, 50, 56, 45, 67, 83, 78, 45, 56, 39, 72, 94, 83, 11)
  is(convolve("mirror"), 34, 45, 34, 44, 67, 67, 34, 44, 56, 45, 67, 77, 78, 45, 56, 44, 77, 66, 66, 43)
  # scipy.ndimage.correlate(x, h)
  is(
    correlate_array(x, h, "same", boundary = "reflect"),
    34, 33, 16, 26, 25, 35, 62, 50, 59, 14, 30, 29, 49, 70, 53, 30, 44, 54, 48, 36
  )
  # scipy.ndimage.gaussian_filter(x, 0.8)
  bell <- gaussian_kernel(0.8 * sqrt(8 * log(2)), radius = round(4 * 0.8))
  expect_equal(
    conv_array(x, list(bell, bell), "same", boundary = "reflect")[, c(1, 5)],
    matrix(c(
      2.3514420907304387, 3.175027039603232, 3.710182388520761, 4.535972558952649,
      6.77167831080366, 6.736186659009531, 6.193161317307414, 3.7722112679935975
    ), 4),
    tolerance = 1e-13
  )
})

test_that("the equivalents in the help are what other filters compute", {
  x <- matrix(c(0, 2, 4, 6, 7, 9, 0, 2, 3, 5, 7, 9, 10, 1, 3, 5, 6, 8, 10, 1), 4)
  h <- matrix(c(1, 0, 2, 2, -1, 0, 0, 3, 1), 3)
  is <- function(y, ...) expect_identical(as.vector(y), c(...))
  # imfilter(x, h), (x, h, "replicate"), (x, h, "circular"), (x, k, "conv")
  is(correlate_array(x, h, "same"), 30, 25, 2, 8, 11, 35, 62, 29, 46, 14, 30, 20, 26, 70, 53, 11, -4, 20, 17, 22)
  filter <- function(boundary) correlate_array(x, h, "same", boundary = boundary)
  is(filter("nearest"), 34, 33, 16, 26, 25, 35, 62, 50, 59, 14, 30, 29, 49, 70, 53, 30, 44, 54, 48, 36)
  is(filter("wrap"), 59, 51, 12, 37, 21, 35, 62, 32, 66, 14, 30, 44, 45, 70, 53, 23, 5, 30, 35, 60)
  is(
    conv_array(x, matrix(c(1, 3, 2, 5), 2), "same", origin = c(1, 1)),
    34, 45, 34, 36, 67, 67, 34, 37, 56, 45, 67, 60, 78, 45, 56, 28, 46, 60, 52, 5
  )
  # terra::focal(rast(x), h), imagine::convolution2D(x, h)
  is(filter("missing"), NA, NA, NA, NA, NA, 35, 62, NA, NA, 14, 30, NA, NA, 70, 53, NA, NA, NA, NA, NA)
  # spatstat.explore::blur(im(x), 0.8, normalise = TRUE, bleed = FALSE)
  bell <- gaussian_kernel(0.8 * sqrt(8 * log(2)), radius = 12 * 0.8)
  expect_equal(
    conv_array(x, list(bell, bell), "same", boundary = "missing", na = "renormalise")[, c(1, 5)],
    matrix(c(
      2.8541131331206802, 3.4529414006239358, 3.6370456971208536, 4.2385155811651485,
      6.7358240415319139, 6.4870060593723782, 6.0504269219300442, 4.1742973581558971
    ), 4),
    tolerance = 1e-13
  )
  # astropy's convolve(x, h)
  h <- abs(h)
  expect_equal(
    as.vector(conv_array(replace(x, 11, NA), h / sum(h), "same", na = "renormalise")),
    c(1.3, 2.4, 3.6, 0.6, 3, 7 / 3, 3.7, 3, 3.5, 7.75, 34 / 9, 2.1, 2.9, 4.7, 5, 52 / 9, 5.2, 4.1, 2.2, 1.9),
    tolerance = 1e-13
  )
})

# ---- kernels that are found to be an outer product ------------------------------------------------

test_that("a kernel that is an outer product is found out, and no other", {
  set.seed(26)
  apart <- function(h) axis_kernels(h, array_sizes(h))
  for (nh in list(c(5, 7), c(4, 1, 6), c(3, 4, 5), c(2, 3, 2, 4))) {
    h <- outer_kernel(lapply(nh, stats::rnorm), nh)
    k <- apart(h)
    expect_identical(vapply(k, is.null, NA), nh == 1)
    expect_true(all(abs(outer_kernel(k, nh) - h) <= separable_tolerance * abs(h)))
    wrong <- h
    wrong[2] <- h[2] * (1 + 1e-14)
    expect_null(apart(wrong))
    wrong[2] <- 0
    expect_null(apart(wrong))
    whole <- outer_kernel(lapply(nh, function(n) c(6, sample(-9:9, n - 1, TRUE))), nh) # 0 among them, common divisors
    k <- apart(whole)
    expect_identical(outer_kernel(k, nh), whole)
    expect_true(all(unlist(k) == round(unlist(k))))
    whole[1] <- whole[1] + 1
    expect_null(apart(whole))
  }
  zeros <- outer(c(0, 1.5, 0, 2.5), c(3.1, 0, 1)) # whole rows and columns
  expect_identical(outer_kernel(apart(zeros), 4:3), zeros)
  zeros[1, 1] <- 1e-30
  expect_null(apart(zeros))
  expect_null(apart(matrix(0, 3, 3)))
  expect_null(apart(diag(3)))
  expect_null(apart(outer(1:3, 1:3) * 2^40)) # so large that products of whole numbers might be rounded
  expect_null(apart(outer(c(1.5, 2^-60), c(1, 2^-60)))) # too small
  expect_identical(outer_kernel(apart(matrix(-7, 2, 2)), c(2, 2)), matrix(-7, 2, 2))
  r <- -7:7
  bell <- outer(r, r, function(i, j) exp(-(i^2 + j^2) / 12.5)) # each sample by an exponential of its own
  expect_false(is.null(apart(bell / sum(bell))))
  expect_null(separated_kernel(matrix(0, 300, 300), bell + 0i, c(15, 15), list(c(method = 0))))
})

test_that("kernels found to be an outer product keep the promise, whole numbers and what is missing", {
  set.seed(27)
  images <- hostile_images(c(180, 170))
  bell <- outer(-7:7, -7:7, function(i, j) exp(-(i^2 + j^2) / 12.5))
  rough <- stats::rnorm(15) %o% c(stats::rnorm(6), 0, 0, stats::rnorm(5))
  for (h in list(bell, rough)) {
    options <- array_options("same", NULL, "zero", "propagate", "auto", c(180, 170), h, dim(h))
    expect_type(separated_kernel(images$plain, h, dim(h), options), "list") # as it is meant
    for (x in images) {
      for (boundary in some_of(c("zero", "extend"), 2)) {
        truth <- conv_array(x, h, "same", boundary = boundary, method = "direct")
        case <- list(nh = dim(h), mode = rep("same", 2), origin = c(NA, NA), boundary = rep(boundary, 2))
        moduli <- if (boundary == "zero") {
          conv_array(abs(x), abs(h), "same", method = "direct")
        } else {
          conv_array(oracle_laid_out(abs(x), case, TRUE)$x, abs(h), "valid", method = "direct")
        }
        at_every_level({
          y <- conv_array(x, h, "same", boundary = boundary)
          expect_true(all(abs(y - truth) <= (1e-11 - 3.4e-13) * moduli + 2 * length(h) * 2^-1074))
          expect_true(all(y[moduli == 0] == 0))
        })
      }
    }
  }
  options <- array_options("same", NULL, "zero", "propagate", "auto", c(180, 170), bell, dim(bell))
  dots <- replace(images$zeros, 1:9 * 3000, 1)
  expect_null(separated_kernel(dots, bell, dim(bell), options)) # sums over the dots are faster
  x <- images$plain
  x[sample(length(x), 40)] <- NA
  h <- replace(bell, abs(row(bell) - 8) == 3, 0) # rows of zeros, over which NA is missing all the same
  for (na in na_choices) {
    y <- conv_array(x, h, c("same", "full"), na = na)
    z <- conv_array(x, h, c("same", "full"), na = na, method = "direct")
    expect_identical(is.na(y), is.na(z))
    expect_equal(y, z, tolerance = 1e-13)
  }
  x[60, 60] <- Inf
  expect_identical(conv_array(x, h) == Inf, conv_array(x, h, method = "direct") == Inf)
  x <- matrix(sample(-2^30:2^30, 30600, TRUE), 180)
  h <- outer(c(6, sample(-9:9, 8, TRUE)), c(10, sample(-9:9, 10, TRUE)))
  expect_identical(conv_array(x, h), conv_array(x, h, method = "direct"))
  large <- x * 2^980 # a partial sum of which might overflow
  expect_identical(conv_array(large, h, method = "direct"), conv_array(large, h))
})
