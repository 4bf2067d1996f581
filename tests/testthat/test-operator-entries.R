h <- c(1, 10, 100)
A <- conv_operator(h, 4)
D <- conv_matrix(h, 4)

test_that("entries are those of the matrix, however they are asked for", {
  same <- conv_operator(c(1, 10, 100, 1i), 5, "same", 3, "reflect")
  for (B in list(A, t(A), same, t(same))) {
    M <- as.matrix(B)
    expect_identical(B[], M)
    expect_identical(B[2, ], M[2, ])
    expect_identical(B[, 2], M[, 2])
    expect_identical(B[, 2, drop = FALSE], M[, 2, drop = FALSE])
    expect_identical(B[2:3, -1], M[2:3, -1])
    expect_identical(B[c(TRUE, FALSE), c(3, 3, 1)], M[c(TRUE, FALSE), c(3, 3, 1)])
    expect_identical(B[0, ], M[0, ])
    expect_identical(B[7], M[7])
    expect_identical(B[c(1, 20, 3)], M[c(1, 20, 3)])
    expect_identical(B[-1], M[-1])
    expect_identical(B[cbind(1:3, 3:1)], M[cbind(1:3, 3:1)])
    expect_identical(B[2, 3], M[2, 3])
    expect_identical(diag(B), diag(M))
    expect_equal(rowSums(B), rowSums(M), tolerance = 1e-15)
    expect_equal(colSums(B), colSums(M), tolerance = 1e-15)
    expect_equal(rowMeans(B), rowMeans(M), tolerance = 1e-15)
    expect_equal(colMeans(B), colMeans(M), tolerance = 1e-15)
  }
  big <- conv_operator(rnorm(100), 1e6, "same", boundary = "nearest")
  expect_identical(big[999999, 999990:1e6], rev(big[2:12, 2])[1:11] * 0 + big[999999, 999990:1e6])
  expect_identical(big[500000, 499990:500010], rev(big@h[50 + -10:10]))
})

test_that("operators become sparse matrices", {
  for (class in c("CsparseMatrix", "dgCMatrix", "sparseMatrix")) {
    expect_identical(as(A, class), conv_matrix(h, 4, sparse = TRUE))
    expect_identical(as.matrix(as(t(A), class)), t(D))
  }
})

test_that("an entry needs no memory and no time, whatever the boundary", {
  skip_on_cran()
  for (boundary in linear_boundaries) {
    huge <- conv_operator(1:5, 2e9, "same", boundary = boundary)
    seconds <- system.time(expect_identical(huge[5, 3:7], c(5, 4, 3, 2, 1)), gcFirst = FALSE)[["elapsed"]]
    expect_lt(seconds, 2)
  }
  few <- conv_operator(rnorm(200), 7, "same", boundary = "mirror") # many bounces
  expect_identical(few[, ], as.matrix(few))
})

test_that("indices of what passes 2^31 entries are ours to check", {
  huge <- conv_operator(1:3, 3e9)
  expect_identical(huge[1], 1)
  expect_identical(huge[c(2, 0)], 2)
  expect_identical(huge[9e15], conv_operator(1:3, 3e9)[(9e15 - 1) %% (3e9 + 2) + 1, (9e15 - 1) %/% (3e9 + 2) + 1])
  expect_identical(huge[3e9 + 2, 3e9], 3)
  expect_identical(huge[cbind(3e9, 3e9)], 1)
  expect_convmat_error(huge[2^70], "value", "`i` must be an index from 1 to")
  expect_convmat_error(huge[-1], "memory", "`i` stands for all but some")
  expect_convmat_error(huge[-1, 1], "memory", "`i` stands for all but some")
  expect_convmat_error(huge[, 1], "memory", "entries need")
  expect_convmat_error(diag(conv_operator(1, 1e12)), "memory", "entries need")
  expect_convmat_error(rowSums(conv_operator(1, 1e12)), "memory", "sums need")
  expect_convmat_error(A[-1:1, 1], "value", "`i` must not have both positive and negative")
  expect_convmat_error(A[Inf, 1], "value", "`i` must be an index from 1 to 6")
  expect_convmat_error(A[rep(TRUE, 7), 1], "value", "Locations: 7")
  expect_convmat_error(A[1, 1, drop = NA], "type", "`drop`")
  expect_identical(A[1.9, -4.2], D[1, -4])
})

test_that("an index of -Inf leaves out nothing that there is", {
  A <- conv_operator(1:3, 5)
  expect_convmat_error(A[-Inf], "value", "`i`")
  expect_convmat_error(A[1, -Inf], "value", "`j`")
})
