h <- c(1, 10, 100)
A <- conv_operator(h, 4)
D <- conv_matrix(h, 4)

test_that("the shape is that of a matrix", {
  expect_identical(dim(A), dim(D))
  expect_identical(c(nrow(A), ncol(A)), dim(D))
  expect_identical(length(A), length(D))
  expect_null(dimnames(A))
  expect_identical(t(t(A)), A)
  expect_identical(as.matrix(t(A)), t(D))
  expect_identical(as(A, "matrix"), D)
  expect_identical(dim(conv_operator(1, 3e9)), c(3e9, 3e9))
  expect_identical(length(conv_operator(1, 3e9)), 9e18)
  expect_lt(object.size(conv_operator(1:10, 1e9)), 5000)
})

test_that("printing says what it is", {
  z <- 1i
  expect_snapshot({
    A
    t(A) * z
    conv_operator(1, 1)
    conv_operator(numeric(1e4), 1e6, "same", boundary = "reflect")
    crossprod(A)
  })
})

test_that("an operator whose slots have been changed is refused by every use of it", {
  skip_on_cran()
  changed <- list(
    h = list(c(1, NA), numeric(0), 1:3, "a", list(1), c(a = 1), matrix(1:4 + 0, 2), factor(1)),
    n = list(0, -1, 2.5, NA_real_, 1:2 + 0, Inf, 2^60, numeric(0)),
    mode = list("a", character(0), NA_character_, c("full", "full")),
    origin = list(1e9, -1, 0.5, NaN, numeric(0), c(0, 0)),
    boundary = list("wrap", "extend", NA_character_, character(0)),
    transposed = list(NA, logical(0), c(TRUE, FALSE))
  )
  uses <- list(
    product = function(A) A %*% c(1, 2, 3, 4), transposed = function(A) crossprod(A, 1:6 + 0), gram = crossprod,
    tgram = tcrossprod, left = function(A) 1:6 %*% A, dim = dim, length = length, t = t, Conj = Conj, show = show,
    multiple = function(A) 2 * A, minus = function(A) -A, entry = function(A) A[1, 1], place = function(A) A[1], diag = diag,
    rowSums = rowSums, colMeans = colMeans, matrix = as.matrix, sparse = function(A) as(A, "CsparseMatrix"),
    vector = as.vector, norm = norm, mean = mean, summary = summary, plot = plot, image = image,
    cbind = function(A) cbind(A, 1), kronecker = function(A) kronecker(A, 1), symmetric = isSymmetric
  )
  for (slot in names(changed)) {
    for (value in changed[[slot]]) {
      B <- A
      attr(B, slot) <- value
      expect_error(methods::validObject(B))
      for (use in names(uses)) {
        error <- tryCatch(utils::capture.output(uses[[use]](B)), error = identity)
        expect(inherits(error, "convmat_error"), sprintf("%s with another %s: %s", use, slot, deparse(value)[1L]))
      }
    }
  }
  A@origin <- 1e9
  expect_snapshot(show_error(crossprod(A, 1:6)))
})

test_that("words may have a class or names, as everywhere", {
  plain <- conv_operator(c(1, 10, 100), 4, "same", boundary = "wrap")
  expect_identical(conv_operator(c(1, 10, 100), 4, I("same"), boundary = noquote("wrap")), plain)
  expect_identical(conv_operator(c(1, 10, 100), 4, c(a = "same"), boundary = c(b = "wrap")), plain)
  expect_s3_class(deconv(c(1, 2, 1), c(1, 1), mode = I("full")), "deconv")
})

test_that("messages say what is wrong and what to do", {
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  big <- conv_operator(1:3, 1e5, "same")
  z <- 1i
  expect_snapshot({
    show_error(conv_operator(list(1), 3))
    show_error(conv_operator(1:3, 2.5))
    show_error(conv_operator(c(1, NA), 3))
    show_error(conv_operator(1:3, 3, "causal", origin = 1))
    show_error(A %*% 1:5)
    show_error(1:5 %*% A)
    show_error(A %*% diag(5))
    show_error(diag(5) %*% A)
    show_error(crossprod(A, diag(5)))
    show_error(tcrossprod(A, matrix(1, 2, 3)))
    show_error(A %*% list(1, 2, 3, 4))
    show_error(A %*% data.frame(a = 1:4))
    show_error(A %*% letters[1:4])
    show_error(big %*% matrix(0, 1e5, 2))
    show_error(A + 1)
    show_error(1 / A)
    show_error(A * 1:2)
    show_error(A * A)
    show_error(A * "2")
    show_error(A / 0)
    show_error(A[7, 1])
    show_error(A["a", 1])
    show_error(A[c(1, NA)])
    show_error(as.matrix(big))
    show_error(as.matrix(big * z))
    show_error(as(big, "CsparseMatrix"))
    show_error(crossprod(big))
    show_error(big[1:1000, 1:1000])
  })
})

test_that("errors are raised from the user's call", {
  expect_convmat_error(A %*% 1:5, "length", "`y` must have 4 values")
  expect_convmat_error(crossprod(A, 1:5), "length", "`y` must have 6 values")
  expect_convmat_error(A[7, ], "value", "`i` must be an index from 1 to 6")
  expect_convmat_error(A + 1, "type", "only be multiplied")
})

test_that("tables of methods do not bring those of other packages with them", {
  ns <- asNamespace("convmat")
  tables <- grep("^[.]__T__", ls(ns, all.names = TRUE), value = TRUE)
  expect_true(".__T__%*%:base" %in% tables)
  for (name in tables) expect_identical(parent.env(ns[[name]]), baseenv(), info = name)
})
