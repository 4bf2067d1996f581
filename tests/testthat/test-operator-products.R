h <- c(1, 10, 100)
A <- conv_operator(h, 4)
D <- conv_matrix(h, 4)

test_that("dense, sparse, operator and conv() are one map on whole numbers, for every case", {
  seed <- 21
  set.seed(seed)
  for (n in 1:9) {
    for (m in 1:9) {
      for (complex in c(FALSE, TRUE)) {
        h <- whole_numbers(m, complex)
        x <- whole_numbers(n, complex)
        expect_all_cases(n, m, info = paste("seed", seed), function(case) {
          D <- build_form(conv_matrix, h, n, case)
          A <- build_form(conv_operator, h, n, case)
          X <- cbind(x, whole_numbers(n))
          Y <- matrix(whole_numbers(2 * nrow(D), complex), ncol = 2)
          dimnames(X) <- NULL
          ok <- identical(dim(A), dim(D)) && identical(A %*% X, D %*% X) &&
            identical(crossprod(A, Y), crossprod(D, Y)) &&
            identical(as.vector(A %*% x), as.vector(do.call(conv, c(list(x, h), case)))) &&
            identical(A[, ], D[, ]) && identical(diag(A), diag(D))
          if (ok && !complex) {
            S <- build_form(conv_matrix, h, n, case, sparse = TRUE)
            ok <- methods::validObject(S) && identical(as.matrix(S), D) && all(S@x != 0)
          }
          ok
        })
      }
    }
  }
})

some_cases <- function(m) {
  cases <- list(list(mode = "full"), list(mode = "valid"), list(mode = "causal"))
  for (boundary in setdiff(linear_boundaries, "extend")) {
    for (origin in unique(c(0, (m - 1) %/% 2, m %/% 2, m - 1))) {
      cases <- c(cases, list(list(mode = "same", origin = origin, boundary = boundary)))
    }
  }
  cases
}

test_that("products keep the promise where magnitudes differ by 1e16", {
  set.seed(22)
  for (size in list(c(200, 31), c(200, 32), c(31, 200), c(129, 128), c(300, 1), c(1, 300), c(257, 301))) {
    n <- size[1]
    m <- size[2]
    for (complex in c(FALSE, TRUE)) {
      h <- wide_numbers(m, complex)
      for (case in some_of(some_cases(m), 3, first = n + complex)) {
        D <- build_form(conv_matrix, h, n, case)
        A <- build_form(conv_operator, h, n, case)
        moduli <- build_form(conv_matrix, Mod(h), n, case) # where places add up, their moduli
        X <- matrix(wide_numbers(3 * n, complex), n)
        Y <- matrix(wide_numbers(3 * nrow(D), complex), nrow(D))
        where <- describe_case(case, n, m)
        expect_true(product_is_right(A %*% X, D %*% X, moduli %*% Mod(X)), where)
        expect_true(product_is_right(crossprod(A, Y), crossprod(D, Y), crossprod(moduli, Mod(Y))), where)
        if (!complex) {
          expect_identical(as.matrix(build_form(conv_matrix, h, n, case, sparse = TRUE)), D)
        }
      }
    }
  }
})

test_that("and where transforms are taken, for every boundary", {
  skip_on_cran()
  set.seed(23)
  n <- 2500
  m <- 700
  h <- wide_numbers(m)
  y <- wide_numbers(n)
  for (boundary in setdiff(linear_boundaries, "extend")) { # whose moduli are no product of |h|
    S <- conv_matrix(h, n, "same", 100, boundary, sparse = TRUE)
    moduli <- conv_matrix(abs(h), n, "same", 100, boundary, sparse = TRUE)
    A <- conv_operator(h, n, "same", 100, boundary)
    expect_true(product_is_right(A %*% y, as.matrix(S %*% y), as.matrix(moduli %*% abs(y))), boundary)
    expect_true(
      product_is_right(
        crossprod(A, y), as.matrix(Matrix::crossprod(S, y)), as.matrix(Matrix::crossprod(moduli, abs(y)))
      ), boundary
    )
  }
})

test_that("adjoints pass the dot test: <A x, y> is <x, A* y>", {
  set.seed(24)
  for (size in list(c(40, 7), c(40, 8), c(7, 40), c(8, 41), c(1, 5), c(5, 1))) {
    n <- size[1]
    m <- size[2]
    h <- complex(real = rnorm(m), imaginary = rnorm(m))
    for (case in some_cases(m)) {
      A <- build_form(conv_operator, h, n, case)
      x <- complex(real = rnorm(n), imaginary = rnorm(n))
      y <- complex(real = rnorm(nrow(A)), imaginary = rnorm(nrow(A)))
      left <- sum((A %*% x) * Conj(y))
      right <- sum(x * Conj(Conj(t(A)) %*% y))
      bound <- sum((build_form(conv_operator, Mod(h), n, case) %*% Mod(x)) * Mod(y))
      expect_lte(Mod(left - right), 2e-11 * bound)
    }
  }
})

test_that("crossprod(A) and tcrossprod(A) are those of the dense matrix, for every case", {
  set.seed(25)
  for (n in c(1, 2, 5, 6)) {
    for (m in c(1, 2, 5, 8)) {
      for (complex in c(FALSE, TRUE)) {
        h <- whole_numbers(m, complex)
        expect_all_cases(n, m, function(case) {
          D <- build_form(conv_matrix, h, n, case)
          A <- build_form(conv_operator, h, n, case)
          identical(as.matrix(crossprod(A)), crossprod(D)) &&
            identical(as.matrix(tcrossprod(A)), tcrossprod(D)) &&
            identical(as.matrix(crossprod(t(A))), tcrossprod(D)) &&
            identical(as.matrix(tcrossprod(t(A), NULL)), crossprod(D))
        })
      }
    }
  }
})

test_that("crossprod(A) is an operator where it is Toeplitz, else symmetric", {
  is_operator <- function(A) methods::is(A, "conv_operator")
  h <- rnorm(40)
  full <- conv_operator(h, 60)
  valid <- conv_operator(h, 60, "valid")
  wrap <- conv_operator(h, 60, "same", boundary = "wrap")
  same <- conv_operator(h, 60, "same")
  expect_true(is_operator(crossprod(full)))
  expect_true(is_operator(tcrossprod(t(full))))
  expect_true(is_operator(tcrossprod(valid)))
  expect_true(is_operator(crossprod(wrap)))
  expect_true(is_operator(tcrossprod(wrap)))
  expect_false(is_operator(tcrossprod(full)))
  expect_false(is_operator(crossprod(valid)))
  expect_true(isSymmetric(crossprod(same), tol = 0))
  expect_true(isSymmetric(as.matrix(crossprod(full)), tol = 0))
})

# What t(A) y is by the terms of each output, where some are missing or infinite.
oracle_transposed <- function(y, h, n, case) {
  terms <- do.call(oracle_terms, c(list(n, length(h)), case))
  where <- data.frame(
    i = unlist(lapply(terms, `[[`, "i")), c = unlist(lapply(terms, `[[`, "j")),
    r = rep(seq_along(terms) - 1, lengths(lapply(terms, `[[`, "i")))
  )
  turned <- lapply(seq_len(n) - 1, function(c) {
    list(i = where$i[where$c == c], j = where$r[where$c == c])
  })
  oracle_sums(turned, y, h)
}

test_that("missing and infinite values stay where they belong, transposed too", {
  set.seed(26)
  for (size in list(c(9, 4), c(9, 5), c(3, 8), c(1, 4))) {
    n <- size[1]
    m <- size[2]
    for (complex in c(FALSE, TRUE)) {
      h <- whole_numbers(m, complex)
      h[h == 0] <- 1 # 0 times Inf has an order of its own in complex sums
      expect_all_cases(n, m, function(case) {
        A <- build_form(conv_operator, h, n, case)
        D <- build_form(conv_matrix, Mod(h), n, case)
        ok <- TRUE
        for (bad in list(NA, NaN, if (complex) NA else Inf, c(NA, NaN))) {
          x <- whole_numbers(n, complex)
          y <- whole_numbers(nrow(A), complex)
          x[sample(n, min(n, length(bad)))] <- bad[seq_len(min(n, length(bad)))]
          y[sample(nrow(A), min(nrow(A), length(bad)))] <- bad[seq_len(min(nrow(A), length(bad)))]
          ok <- ok && identical(as.vector(A %*% x), as.vector(do.call(conv, c(list(x, h), case))))
          exact <- oracle_transposed(y, h, n, case)
          ok <- ok && within_bound(as.vector(crossprod(A, y)), exact, ifelse(is.na(exact), 0, Mod(exact)), m)
        }
        ok
      })
    }
  }
})

test_that("many places with one source are added up without loss", {
  m <- 1e5
  h <- rep(0.1, m)
  # all but a few of the places are copies of the first and of the last sample
  A <- conv_operator(h, 2, "same", 5e4, "nearest")
  exact <- c(5e4, 5e4 - 1) * 0.1 # row 1: places up to 0, and those from 1 on
  expect_lte(relative_error(rev(A[1, ]), c(5e4, 5e4) * 0.1), 1e-14)
  expect_identical(A[1, ], conv_matrix(h, 2, "same", 5e4, "nearest")[1, ])
  expect_identical(A[1, ], as.matrix(conv_matrix(h, 2, "same", 5e4, "nearest", sparse = TRUE))[1, ])
  expect_lte(relative_error(crossprod(A, c(1, 0)), A[1, ]), 1e-13)
  expect_lte(relative_error(crossprod(A, c(1, 1)), A[1, ] + A[2, ]), 1e-13)
})

test_that("vectors stand or lie as beside a matrix, and names stay", {
  one <- conv_operator(2, 1)
  row <- conv_operator(1:3, 3, "valid") # 1 x 3
  D1 <- as.matrix(one)
  Drow <- as.matrix(row)
  y <- 1:6
  expect_identical(A %*% 1:4, D %*% 1:4)
  expect_identical(y %*% A, y %*% D)
  expect_identical(one %*% 1:3, D1 %*% 1:3)
  expect_identical(1:3 %*% one, 1:3 %*% D1)
  expect_identical(1:2 %*% row, 1:2 %*% Drow)
  expect_identical(5 %*% row, 5 %*% Drow)
  expect_identical(t(row) %*% 1:2, t(Drow) %*% 1:2)
  expect_identical(crossprod(A, y), crossprod(D, y))
  expect_identical(crossprod(y, A), crossprod(y, D))
  expect_identical(crossprod(row, 1:2), crossprod(Drow, 1:2))
  expect_identical(crossprod(1:2, row), crossprod(t(1:2), Drow)) # base's own refuses this one
  expect_identical(tcrossprod(A, 1:4), D %*% 1:4) # base's own refuse these two
  expect_identical(tcrossprod(1:4, A), 1:4 %*% t(D))
  X <- matrix(1:8, 4, dimnames = list(letters[1:4], c("p", "q")))
  expect_identical(A %*% X, D %*% X)
  expect_identical(t(X) %*% t(A), t(X) %*% t(D))
  expect_identical(crossprod(X, t(A)), crossprod(X, t(D)))
  expect_identical(tcrossprod(A, t(X)), tcrossprod(D, t(X)))
  expect_identical(tcrossprod(t(X), A), tcrossprod(t(X), D))
  expect_identical(A %*% X[, 0], D %*% X[, 0])
  expect_identical(X[, 0, drop = FALSE] |> t() |> tcrossprod(y = A), tcrossprod(t(X[, 0]), D))
  expect_identical(A %*% ts(1:4), D %*% 1:4)
  expect_identical(A %*% c(TRUE, FALSE, TRUE, TRUE), D %*% c(1, 0, 1, 1))
  expect_identical(A %*% (1:4 * 1i), D %*% (1:4 * 1i))
})

test_that("matrices of Matrix and operators may stand on either side", {
  general <- as(as(as(matrix(c(1, 0, 2, 3), 4, 4), "dMatrix"), "generalMatrix"), "CsparseMatrix")
  symmetric <- Matrix::forceSymmetric(general)
  all <- list(
    general, symmetric, as(general, "TsparseMatrix"), as(general, "RsparseMatrix"),
    as(symmetric, "TsparseMatrix"), as(general, "denseMatrix"), as(symmetric, "denseMatrix"),
    as(general, "nMatrix"), as(general, "lMatrix"), Matrix::Diagonal(4, 1:4), as(4:1, "pMatrix"),
    Matrix::triu(general), conv_operator(1:3, 4, "same")
  )
  for (M in all) {
    dense <- as.matrix(M) + 0
    expect_identical(A %*% M, D %*% unname(dense), class(M))
    expect_identical(M %*% t(A), unname(dense) %*% t(D), class(M))
    expect_identical(crossprod(t(A), M), D %*% unname(dense), class(M))
    expect_identical(crossprod(M, t(A)), unname(t(dense)) %*% t(D), class(M))
    expect_identical(tcrossprod(A, M), D %*% unname(t(dense)), class(M))
    expect_identical(tcrossprod(M, A), unname(dense) %*% t(D), class(M))
  }
  v <- as(c(1, 0, 0, 2), "sparseVector")
  expect_identical(A %*% v, D %*% c(1, 0, 0, 2))
  expect_identical(v %*% t(A), c(1, 0, 0, 2) %*% t(D))
})

test_that("multiples are operators", {
  for (B in list(2 * A, A * 2, A / 0.5, 2L * A, -A * -2)) {
    expect_s4_class(B, "conv_operator")
    expect_identical(as.matrix(B), 2 * D)
  }
  expect_identical(as.matrix(+A), D)
  expect_identical(as.matrix(1i * A), 1i * D)
  expect_identical(as.matrix(Conj(t(1i * A))), Conj(t(1i * D)))
  expect_identical(Conj(A), A)
  expect_identical(as.matrix(A / 3), D / 3)
})

test_that("what overflows is refused in words about the product", {
  big <- conv_operator(c(1e200, 1), 3)
  expect_convmat_error(crossprod(big), "value", "The product of this operator with itself is too large")
  expect_convmat_error(tcrossprod(conv_operator(c(1e200, 1), 3, "same", boundary = "wrap")), "value", "too large")
  expect_identical(as.matrix(crossprod(conv_operator(c(9e153, 9e153), 2))), crossprod(conv_matrix(c(9e153, 9e153), 2)))
  large <- conv_operator(1.3e154, 2) # whose square has room, but not twice
  expect_identical(as.matrix(crossprod(large)), diag(1.3e154^2, 2))
})

# ---- in the hands of others --------------------------------------------------

test_that("an eigen solver works with it, given as a function", {
  skip_if_not_installed("RSpectra")
  set.seed(27)
  B <- conv_operator(rnorm(9), 60, "same", boundary = "mirror")
  found <- RSpectra::svds(
    function(x, args) as.vector(args %*% x),
    Atrans = function(x, args) as.vector(crossprod(args, x)),
    k = 4, dim = dim(B), args = B
  )
  expect_equal(found$d, svd(as.matrix(B))$d[1:4], tolerance = 1e-8)
  G <- crossprod(conv_operator(rnorm(9), 60))
  found <- RSpectra::eigs_sym(function(x, args) as.vector(args %*% x), k = 3, n = 60, args = G)
  expect_equal(found$values, eigen(as.matrix(G))$values[1:3], tolerance = 1e-8)
})

# The method of conjugate gradients for t(A) A x = t(A) y, in a few lines: no package on
# CRAN that solves linear systems by iteration takes a function for the matrix.
cgls <- function(A, y, steps) {
  x <- numeric(ncol(A))
  r <- y
  s <- p <- as.vector(crossprod(A, r))
  for (i in seq_len(steps)) {
    q <- as.vector(A %*% p)
    step <- sum(s^2) / sum(q^2)
    x <- x + step * p
    r <- r - step * q
    old <- sum(s^2)
    s <- as.vector(crossprod(A, r))
    p <- s + sum(s^2) / old * p
  }
  x
}

test_that("conjugate gradients work with it", {
  set.seed(28)
  x <- rnorm(2000)
  for (boundary in linear_boundaries) {
    B <- conv_operator(c(1, 4, 1) / 6, 2000, "same", boundary = boundary)
    expect_equal(cgls(B, as.vector(B %*% x), 80), x, tolerance = 1e-8, info = boundary)
  }
})

test_that("products need no more memory than a few signals", {
  skip_on_cran()
  set.seed(29)
  h <- rnorm(2000)
  x <- rnorm(20000)
  for (boundary in c("zero", "nearest")) {
    B <- conv_operator(h, 20000, "same", boundary = boundary)
    run <- function() {
      B %*% x
      crossprod(B, x)
    }
    run()
    run() # R has compiled what it needs
    before <- gc(reset = TRUE)["Vcells", "used"]
    run()
    expect_lt(8 * (most_used() - before), 10e6)
  }
})
