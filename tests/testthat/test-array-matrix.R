# conv_matrix() of arrays: the map on as.vector(x).

matrix_case_holds <- function(rank, sizes, seed) {
  set.seed(seed)
  nx <- sample(sizes, rank, TRUE)
  nh <- sample(sizes, rank, TRUE)
  case <- random_case(nx, nh)
  case$boundary[case$boundary == "missing"] <- "reflect"
  complex <- stats::runif(1) < 0.25
  x <- random_array(nx)
  h <- random_array(nh, complex)
  y <- as.vector(conv_array(x, h, case$mode, case$origin, case$boundary))
  A <- conv_matrix(h, nx, case$mode, case$origin, case$boundary)
  ok <- isTRUE(all.equal(drop(A %*% as.vector(x)), y, tolerance = 1e-12))
  O <- conv_operator(h, nx, case$mode, case$origin, case$boundary)
  z <- round(stats::rnorm(length(y)), 2)
  close <- function(a, b) isTRUE(all.equal(a, b, tolerance = 1e-12))
  ok <- c(
    ok, identical(dim(O), dim(A)), close(drop(O %*% as.vector(x)), y), close(crossprod(O, z), crossprod(A, z)),
    close(t(O) %*% cbind(z, 2 * z), unname(t(A)) %*% cbind(z, 2 * z)), identical(as.matrix(O), A),
    identical(as.matrix(t(O)), t(A))
  )
  if (!complex) {
    S <- conv_matrix(h, nx, case$mode, case$origin, case$boundary, sparse = TRUE)
    ok <- c(ok, methods::is(S, "dgCMatrix"), identical(unname(as.matrix(S)), A), all(S@x != 0))
  }
  if (all(ok)) NULL else describe_array_case(case, nx, seed = seed, ok = ok)
}

test_that("the matrix times an array is its convolution, in every mode, origin and boundary", {
  for (rank in 2:4) {
    sizes <- seq_len(c(0, 6, 4, 3)[rank])
    wrong <- unlist(lapply(some_of(1:200, 25), function(seed) matrix_case_holds(rank, sizes, seed)))
    expect(length(wrong) == 0, paste(wrong, collapse = "\n"))
  }
})

test_that("the full matrix is doubly block Toeplitz, MATLAB's convmtx2", {
  h <- matrix(1:6 + 0, 2)
  A <- conv_matrix(h, c(4, 3))
  expect_identical(dim(A), c(25L, 12L))
  block <- function(r, c) A[(r - 1) * 5 + 1:5, (c - 1) * 4 + 1:4]
  for (r in 1:5) {
    for (c in 1:3) {
      expect_identical(block(r, c), if (r - c >= 0 && r - c < 3) conv_matrix(h[, r - c + 1], 4) else matrix(0, 5, 4))
    }
  }
  list <- list(c(1, 2), NULL)
  expect_identical(conv_matrix(list, c(4, 3), "same"), kronecker(diag(3), conv_matrix(c(1, 2), 4, "same")))
})

test_that("operators of arrays have the methods of operators", {
  h <- matrix(c(1, 2, 3, 4, 5, 6), 2)
  O <- conv_operator(h, c(4, 3), c("same", "full"), boundary = c("mirror", "zero"))
  A <- as.matrix(O)
  expect_identical(dim(O), c(20L, 12L))
  expect_equal(O[c(1, 7), ], A[c(1, 7), ])
  expect_equal(O[3, 2], A[3, 2])
  expect_equal(t(O)[2, 3], A[3, 2])
  expect_equal(diag(O), diag(A))
  expect_equal(rowSums(O), rowSums(A))
  expect_equal(norm(O, "F"), norm(A, "F"))
  expect_equal(crossprod(O), crossprod(A))
  expect_equal(as.matrix(2 * O), 2 * A)
  expect_equal(as.matrix(O * 1i), A * 1i)
  expect_identical(as(O, "CsparseMatrix"), conv_matrix(h, c(4, 3), c("same", "full"), NULL, c("mirror", "zero"), TRUE))
  expect_identical(as.matrix(conv_operator(list(1:2, NULL), c(4, 3))), conv_matrix(list(1:2, NULL), c(4, 3)))
  expect_snapshot({
    O
    t(conv_operator(h * 1i, c(400, 300)))
    summary(O)
  })
  expect_error(O %*% 1:5, class = "convmat_error_length")
  O@nh <- c(2, 2)
  expect_error(O %*% 1:12, class = "convmat_error_value")
  pdf(NULL)
  on.exit(dev.off())
  expect_s4_class(plot(conv_operator(h, c(4, 3))), "conv_operator")
})

test_that("wrong arguments have their errors", {
  h <- matrix(1, 2, 2)
  i <- 1i # which versions of R show in their own ways
  expect_snapshot({
    show_error(conv_matrix(h, c(3, 3, 3)))
    show_error(conv_matrix(h, c(3, 0)))
    show_error(conv_matrix(h, c(3, NA)))
    show_error(conv_matrix(h, c(3, 4), "same", boundary = "missing"))
    show_error(conv_matrix(h, c(1, 4), "same", boundary = "extend"))
    show_error(conv_matrix(h + i, c(3, 4), sparse = TRUE))
    show_error(conv_matrix(h, c(3, 4), sparse = NA))
    show_error(conv_matrix(list(1, 2, 3), c(3, 4)))
  })
  expect_error(conv_matrix(h, c(1e5, 1e5)), class = "convmat_error_memory")
  expect_error(conv_matrix(h, c(1e5, 1e5), sparse = TRUE), class = "convmat_error_memory")
  old <- options(convmat.max_bytes = 1e5)
  on.exit(options(old))
  expect_error(conv_matrix(h, c(50, 50)), class = "convmat_error_memory")
  expect_error(conv_matrix(h, c(50, 50), sparse = TRUE), class = "convmat_error_memory")
})
