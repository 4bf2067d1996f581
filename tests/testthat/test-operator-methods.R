h <- c(1, 10, 100)
A <- conv_operator(h, 4)
D <- conv_matrix(h, 4)

test_that("what is needed after library(convmat) alone is exported", {
  wanted <- c(
    "crossprod", "tcrossprod", "diag", "rowSums", "colSums", "rowMeans", "colMeans"
  )
  # R 4.4 made primitives of some, which find methods by themselves
  primitive <- vapply(mget(wanted, baseenv()), is.primitive, NA)
  expect_true(all(wanted[!primitive] %in% getNamespaceExports("convmat")))
  expect_identical(convmat::diag(2), base::diag(2))
  expect_identical(convmat::colSums(D), base::colSums(D))
})

every_kind <- function() {
  set.seed(31)
  list(
    conv_operator(rnorm(5), 7), t(conv_operator(rnorm(5), 7, "valid")), conv_operator(rnorm(3), 2, "valid"),
    conv_operator(rnorm(4), 6, "same", boundary = "mirror"), t(conv_operator(complex(3, rnorm(3), rnorm(3)), 6, "causal")),
    conv_operator(c(0, 0), 3), conv_operator(rnorm(9), 4, "same", boundary = "wrap")
  )
}

test_that("norms, means and vectors are those of the matrix", {
  for (B in every_kind()) {
    M <- as.matrix(B)
    for (type in c("O", "1", "I", "F", "e", "M")) { # before R 4.4 norm() dropped imaginary parts
      expect_equal(norm(B, type), norm(Mod(M), type), tolerance = 1e-14, info = type)
    }
    expect_equal(norm(B, "2"), svd(M)$d[1L], tolerance = 1e-13)
    expect_equal(norm(B), norm(Mod(M)), tolerance = 1e-14)
    expect_equal(mean(B), mean(M), tolerance = 1e-14)
    expect_identical(as.vector(B), as.vector(M))
    expect_identical(isSymmetric(B), isSymmetric(M))
  }
  expect_true(isSymmetric(conv_operator(c(1, 2, 1), 5, "same")))
  expect_equal(norm(conv_operator(c(1e300, 1e300), 5), "F"), 1e300 * sqrt(10))
  expect_equal(norm(conv_operator(1:3, 1e6), "F"), sqrt(14e6))
  expect_convmat_error(norm(A, "x"), "value", "`type` must be one of")
  expect_convmat_error(norm(conv_operator(1, 1e6), "2"), "memory", "matrix needs")
})

test_that("cbind(), rbind() and kronecker() take operators as matrices", {
  M <- Matrix::Matrix(1:12 + 0, 6, 2)
  S <- methods::as(M, "CsparseMatrix")
  unname_matrix <- function(M) unname(as.matrix(M))
  same <- function(bound, exact) expect_identical(unname(bound), unname(exact)) # R names columns "" for S4
  same(cbind(A, 1:6), cbind(D, 1:6))
  same(cbind(A, A, 2), cbind(D, D, 2))
  same(cbind(A), D)
  same(rbind(A), D)
  same(rbind(1:4, A), rbind(1:4, D))
  same(rbind(A, A), rbind(D, D))
  # columns without a name get none
  v <- 1:6
  expect_identical(cbind(A, 1:6), cbind(D, 1:6))
  expect_identical(cbind(1, v, A), cbind(1, v, D))
  expect_identical(rbind(1, A), rbind(1, D))
  expect_identical(colnames(cbind(a = 1:6, A))[1L], "a")
  expect_equal(unname_matrix(cbind(A, M)), cbind(D, as.matrix(M)))
  expect_equal(unname_matrix(cbind(S, A)), cbind(as.matrix(S), D))
  expect_equal(unname_matrix(rbind(A, Matrix::Diagonal(4))), rbind(D, diag(4)))
  expect_identical(kronecker(A, diag(2)), kronecker(D, diag(2)))
  expect_identical(diag(2) %x% A, diag(2) %x% D)
  expect_identical(kronecker(A, A), kronecker(D, D))
  expect_equal(as.matrix(kronecker(M, A)), kronecker(as.matrix(M), D))
  expect_equal(as.matrix(kronecker(A, S)), kronecker(D, as.matrix(S)))
  huge <- conv_operator(1, 1e6)
  # the call is that of cbind2(), which base R's cbind() calls
  expect_error(cbind(huge, 1), "matrix needs", class = "convmat_error_memory")
  expect_convmat_error(kronecker(huge, 1:9), "memory", "The Kronecker product needs")
})

test_that("the summary says what is in it", {
  z <- 1i
  expect_snapshot({
    summary(A)
    summary(conv_operator(c(1, 0, z), 1e6, "same", boundary = "wrap"))
  })
  expect_identical(summary(A)$kernel_sum, 111)
  expect_identical(summary(A)$norm[["O"]], norm(D, "O"))
})

test_that("RSpectra finds singular values", {
  skip_if_not_installed("RSpectra")
  set.seed(32)
  B <- conv_operator(rnorm(9), 60, "same", boundary = "reflect")
  found <- RSpectra::svds(B, 3)
  exact <- svd(as.matrix(B))
  expect_equal(found$d, exact$d[1:3], tolerance = 1e-8)
  expect_equal(abs(colSums(found$u * exact$u[, 1:3])), c(1, 1, 1), tolerance = 1e-6)
  expect_error(RSpectra::svds(B * 1i, 3), "`A` must be real", class = "convmat_error_type")
})

test_that("image() is the picture", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_silent(expect_identical(image(A), A))
})

test_that("a norm that is no text is our error", {
  expect_convmat_error(norm(conv_operator(1:3, 5), "\xff\xfe"), "value", "`type`")
})
