h <- c(1, 10, 100)
A <- conv_operator(h, 4)
D <- conv_matrix(h, 4)

test_that("plot() draws small matrices as they are, large ones by blocks", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  large <- list(
    conv_operator(hrf(0:29), 1e6), conv_operator(hrf(0:29), 1e6, "valid"),
    t(conv_operator(1:30 * 1i, 1e5, "same", boundary = "wrap"))
  )
  for (B in c(list(A, A * 1i), large)) {
    expect_silent(expect_identical(plot(B, main = "an operator"), B))
  }
})

test_that("a coarse picture has the largest entry of each block, and all zeros", {
  set.seed(30)
  h <- rnorm(23)
  for (case in list(list(mode = "full"), list(mode = "valid"), list(mode = "same", origin = 3))) {
    B <- build_form(conv_operator, h, 60, case)
    M <- as.matrix(B)
    block <- 5
    exact <- outer(seq_len(ceiling(nrow(M) / block)), seq_len(12), Vectorize(function(r, c) {
      part <- M[pmin((r - 1) * block + 1:block, nrow(M)), (c - 1) * block + 1:block]
      part[which.max(abs(part))]
    }))
    whole_blocks <- seq_len(nrow(M) %/% block)
    expect_identical(coarse_matrix(B, block)[whole_blocks, ], exact[whole_blocks, ])
    expect_identical(coarse_matrix(t(B), block)[, whole_blocks], t(exact[whole_blocks, ]))
  }
})
