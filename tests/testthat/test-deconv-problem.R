test_that("the factor by reflections is that of Cholesky, for blocks of rows of all kinds", {
  set.seed(18)
  for (n in c(1, 5, 31, 32, 33, 40, 64, 65, 100)) {
    for (m in some_of(c(1, 2, 3, 16, 31, 32, 33, 34, 40), 3, first = n)) {
      for (case in list(list("full", "zero", 0), list("same", "reflect", 2), list("causal", "wrap", 1))) {
        problem <- deconv_problem(rnorm(m), n, case[[1]], 0, case[[2]], case[[3]])
        rows <- band_rows(problem, 0.5)
        R <- band_qr(rows, n)
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

test_that("rows and bands are those of the matrix, in every mode and boundary, with weights", {
  set.seed(56)
  for (n in c(2, 3, 7, 20)) {
    for (m in c(1, 2, 3, 6, 7, 8, 25)) {
      h <- rnorm(m)
      cases <- c(all_cases(n, m), list(list(mode = "causal", boundary = "extend"), list(mode = "same", boundary = "extend")))
      ok <- vapply(some_of(cases, 9, first = n + m), function(case) {
        origin <- if (is.null(case$origin)) (if (case$mode == "same") (m - 1) %/% 2 else 0) else case$origin
        boundary <- if (is.null(case$boundary)) "zero" else case$boundary
        A <- conv_matrix(h, n, case$mode, if (case$mode == "same") origin, boundary)
        w <- if (n %% 2) rexp(nrow(A))
        order <- sample(0:2, 1)
        problem <- deconv_problem(h, n, case$mode, origin, boundary, order, w)
        D <- difference_matrix(n, order)
        if (!is.null(problem$turn)) {
          A <- A[, problem$turn]
          D <- D[, problem$turn, drop = FALSE]
        }
        B <- rbind((if (is.null(w)) 1 else sqrt(w)) * A, sqrt(0.3) * D)
        rows <- band_rows(problem, 0.3)
        found <- 0 * B
        for (r in seq_along(rows$by)) {
          j <- rows$start[r] + seq_len(nrow(rows$values))
          found[rows$by[r], j[j <= n]] <- rows$scale[r] * rows$values[j <= n, rows$which[r] + 1]
        }
        r <- rnorm(nrow(A))
        max(abs(found - B)) <= 1e-14 * max(abs(B)) &&
          max(abs(symmetric(normal_band(problem, 0.3)) - crossprod(B))) <= 1e-13 * max(crossprod(B)) &&
          max(abs(problem$back(matrix(r)) - crossprod(A, r))) <= 1e-13 * max(abs(A)) * sum(abs(r))
      }, NA)
      expect_true(all(ok), info = paste(n, m, paste(which(!ok), collapse = " ")))
    }
  }
})
