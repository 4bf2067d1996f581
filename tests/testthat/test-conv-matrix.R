test_that("matrix times signal is the convolution, for every case, real and complex", {
  seed <- 11
  set.seed(seed)
  for (n in 1:9) {
    for (m in 1:9) {
      x <- complex(real = rnorm(n), imaginary = rnorm(n))
      h <- complex(real = rnorm(m), imaginary = rnorm(m))
      expect_all_cases(n, m, info = paste("seed", seed), function(case) {
        matrix_of <- function(make, h) do.call(make, c(list(h, n), case))
        agrees <- function(x, h) {
          A <- matrix_of(conv_matrix, h)
          exact <- matrix_of(oracle_matrix, h)
          moduli <- matrix_of(oracle_matrix, Mod(h))
          # entries are kernel samples, or where a boundary folds, sums of them
          identical(dim(A), dim(exact)) && within_bound(A, exact, moduli, m) &&
            within_bound(
              as.vector(A %*% x), do.call(conv, c(list(x, h), case)),
              as.vector(moduli %*% Mod(x)), m
            )
        }
        agrees(x, h) && agrees(Re(x), Re(h))
      })
    }
  }
})

test_that("without folding the entries are the kernel's own bits", {
  h <- c(0.1, 0.2, 0.3)
  expect_identical(conv_matrix(h, 2), rbind(c(0.1, 0), c(0.2, 0.1), c(0.3, 0.2), c(0, 0.3)))
  expect_identical(conv_matrix(h, 3, "same"), rbind(c(.2, .1, 0), c(.3, .2, .1), c(0, .3, .2)))
  expect_identical(conv_matrix(1:2 + 1i, 1), matrix(1:2 + 1i))
  expect_identical(
    conv_matrix(1:3, 3, "same", boundary = "wrap"), rbind(c(2, 1, 3), c(3, 2, 1), c(1, 3, 2))
  )
})

test_that("shifted kernels are the transpose of the full matrix", {
  for (n in c(1, 2, 5, 40)) {
    for (m in c(1, 2, 7, 50)) {
      h <- rnorm(m)
      expect_identical(shifted_kernels(h, n), t(conv_matrix(h, n)))
      z <- complex(real = h, imaginary = rev(h))
      expect_identical(shifted_kernels(z, n), t(conv_matrix(z, n)))
    }
  }
})

test_that("shifted scaled kernels have the scaled kernel in each row and sum to the convolution", {
  set.seed(12)
  for (n in c(1, 2, 5, 12)) {
    for (m in c(1, 2, 7, 30)) {
      x <- rnorm(n)
      h <- rnorm(m)
      S <- shifted_scaled_kernels(x, h)
      expect_identical(S, shifted_kernels(h, n) * x)
      expect_equal(colSums(S), conv(x, h), tolerance = 1e-13)
      z <- complex(real = h, imaginary = rev(h))
      expect_equal(colSums(shifted_scaled_kernels(x, z)), conv(x, z), tolerance = 1e-13)
      expect_equal(colSums(shifted_scaled_kernels(z, x)), conv(z, x), tolerance = 1e-13)
    }
  }
})

test_that("the row of a missing sample is missing where the kernel stands, 0 elsewhere", {
  S <- shifted_scaled_kernels(c(1, NA, Inf), c(1, 2))
  expect_identical(S, rbind(c(1, 2, 0, 0), c(0, NA, NA, 0), c(0, 0, Inf, Inf)))
  expect_identical(colSums(S), conv(c(1, NA, Inf), c(1, 2)))
})

test_that("the page's matrices agree with its convolution", {
  x <- rep(0, 40)
  x[c(5:7, 11, 21)] <- c(1, 1, 1, 1, 3)
  h <- hrf(0:19)
  y <- conv(x, h)
  expect_equal(colSums(shifted_scaled_kernels(x, h)), y, tolerance = 1e-12)
  expect_equal(drop(x %*% shifted_kernels(h, 40)), y, tolerance = 1e-12)
  expect_equal(drop(conv_matrix(h, 40) %*% x), y, tolerance = 1e-12)
  # column 25, counted from 0, holds the reversed kernel
  expect_identical(shifted_kernels(h, 40)[7:26, 26], rev(h))
})

test_that("vectors in other clothes are taken, their attributes are not", {
  expect_identical(conv_matrix(c(a = 1, b = 2), 2), conv_matrix(1:2, 2))
  expect_identical(conv_matrix(matrix(1:2), 2), conv_matrix(1:2, 2))
  expect_identical(conv_matrix(ts(1:2), 2), conv_matrix(1:2, 2))
  expect_identical(shifted_kernels(c(a = TRUE), 2), diag(2))
  expect_identical(shifted_scaled_kernels(ts(1:2), c(b = 1)), diag(c(1, 2)))
})

test_that("the sparse matrix is a valid dgCMatrix without stored zeros, and the dense one", {
  set.seed(13)
  kernels <- list(sample(-1:1, 31, replace = TRUE), numeric(4), rep(c(1, -1), 20), rnorm(3))
  for (n in c(1, 5, 60)) {
    for (h in kernels) {
      expect_all_cases(n, min(length(h), 3), function(case) {
        S <- do.call(conv_matrix, c(list(h, n), case, sparse = TRUE))
        identical(class(S), structure("dgCMatrix", package = "Matrix")) && methods::validObject(S) &&
          all(S@x != 0) && identical(as.matrix(S), do.call(conv_matrix, c(list(h, n), case)))
      })
    }
  }
})

test_that("large matrices, whose zeros the system may write, are the same as small ones", {
  skip_on_cran()
  h <- rnorm(7)
  z <- complex(real = h, imaginary = rev(h))
  n <- 2200 # 39 MB; columns of the sparse one hold the band only
  expect_identical(conv_matrix(h, n), as.matrix(conv_matrix(h, n, sparse = TRUE)))
  skip_if_not_extended()
  A <- conv_matrix(h, n, "same", 3, "reflect")
  expect_identical(A, as.matrix(conv_matrix(h, n, "same", 3, "reflect", sparse = TRUE)))
  expect_identical(shifted_kernels(h, n), t(conv_matrix(h, n)))
  A <- conv_matrix(z, n)
  expect_identical(Re(A), conv_matrix(h, n))
  expect_identical(Im(A), conv_matrix(rev(h), n))
  x <- rnorm(n)
  expect_identical(shifted_scaled_kernels(x, h), shifted_kernels(h, n) * x)
})

test_that("many copies of the kernel in one entry are added up without loss", {
  m <- 1e5
  A <- conv_matrix(rep(0.1, m), 1, "same", 5e4, "mirror")
  expect_lte(relative_error(A, m * 0.1), 2^-52)
})

bad_n <- list(0, -1, 2.5, NA, NaN, Inf, 1e12, 2^53, "3", NULL, 1:2, list(3), numeric(0), 3i)

test_that("a bad n is refused by name before anything is allocated", {
  refused <- function() {
    errors <- lapply(bad_n, function(n) {
      list(tryCatch(conv_matrix(1:3, n), error = identity), tryCatch(shifted_kernels(1:3, n), error = identity))
    })
    unlist(errors, recursive = FALSE)
  }
  refused()
  used <- gc(reset = TRUE)["Vcells", "used"]
  errors <- refused()
  most <- most_used()
  expect_lt(8 * (most - used), 1e6) # bytes, of all of them together
  for (e in errors) {
    expect_s3_class(e, "convmat_error")
    expect_match(conditionMessage(e), "`n`", fixed = TRUE)
  }
})

test_that("a matrix of 8 TB is refused at once, with what the other forms would need", {
  skip_on_cran()
  h <- rnorm(1e4)
  expect_lt(peak_bytes(conv_matrix(h, 1e6)), 1e6)
  expect_lt(peak_bytes(conv_matrix(h, 1e6, sparse = TRUE)), 1e6)
  expect_lt(peak_bytes(conv_matrix(h[1:30], 1e8, "same", boundary = "wrap", sparse = TRUE)), 1e6)
  expect_lt(system.time(try(conv_matrix(h, 1e6), silent = TRUE), gcFirst = FALSE)[["elapsed"]], 1)
})

test_that("messages say what is wrong and what to do", {
  expect_snapshot({ # with a limit that every machine has
    options(convmat.max_bytes = 1e10)
    h <- numeric(1e4) + 1
    show_error(conv_matrix(h, 1e6))
    show_error(conv_matrix(h, 1e6, sparse = TRUE))
    show_error(conv_matrix(1:30, 1e6))
    options(convmat.max_bytes = NULL)
  })
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  z <- 1i
  expect_snapshot({
    show_error(conv_matrix(1:3, 0))
    show_error(conv_matrix(1:3, 2.5))
    show_error(conv_matrix(1:3, NA))
    show_error(conv_matrix(1:3, 1e12))
    show_error(conv_matrix(1:3, 1000))
    show_error(conv_matrix(1:3 + 0i, 1000))
    show_error(conv_matrix(1:3, "2"))
    show_error(conv_matrix(1:3, 1:2))
    show_error(conv_matrix(matrix(1, 2, 2), 3))
    show_error(conv_matrix(1:3, 3, "full", boundary = "wrap"))
    show_error(conv_matrix(1:3, 3, "same", origin = 3))
    show_error(conv_matrix(1:3, 1e5, sparse = TRUE))
    show_error(conv_matrix(1:3, 1e5))
    show_error(conv_matrix(1:3, 3e9, sparse = TRUE))
    show_error(conv_matrix(1:3 * z, 3, sparse = TRUE))
    show_error(conv_matrix(1:3, 3, sparse = NA))
    show_error(shifted_kernels(numeric(0), 3))
    show_error(shifted_kernels(1:3, 1000))
    show_error(shifted_scaled_kernels(numeric(0), 1))
    show_error(shifted_scaled_kernels(matrix(1, 2, 2), 1))
    show_error(shifted_scaled_kernels(1:1000, 1:3))
  })
})
