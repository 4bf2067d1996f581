test_that("the factor by reflections is that of Cholesky, for blocks of rows of all kinds", {
  set.seed(18)
  for (n in c(1, 5, 31, 32, 33, 40, 64, 65, 100)) {
    for (m in some_of(c(1, 2, 3, 16, 31, 32, 33, 34, 40), 3, first = n)) {
      for (case in list(list("full", "zero", 0), list("same", "reflect", 2), list("causal", "wrap", 1))) {
        problem <- deconv_problem(rnorm(m), n, case[[1]], 0, case[[2]], case[[3]])
        rows <- band_rows(problem, 0.5)
        R <- .Call(ffi_band_qr, rows$start, rows$values, n, matrix(0, length(rows$start), 0))[[1]]
        expect_equal(whole(R, crossprod), symmetric(normal_band(problem, 0.5)), tolerance = 1e-12)
        Z <- .Call(ffi_band_inverse, R)
        inverse <- solve(whole(R, crossprod))
        near <- abs(row(inverse) - col(inverse)) < nrow(R)
        expect_equal(symmetric(Z)[near], inverse[near], tolerance = 1e-8)
        expect_equal(.Call(ffi_band_inverse_norm, R) / norm(inverse, "1"), 1, tolerance = 0.7)
      }
    }
  }
})
