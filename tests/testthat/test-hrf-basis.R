test_that("tents and splines are 1 at their own knot, 0 at others, and sum to 1", {
  knots <- seq(-2, 13, by = 3)
  t <- seq(-2, 13, by = 0.25)
  for (kind in c("tent", "csplin")) {
    basis <- hrf_basis(kind, -2, 13, 6)
    expect_identical(basis_values(basis, knots), diag(6))
    expect_identical(basis_names(basis)[c(1, 2, 6)], paste0(kind, c("_-2", "_1", "_13")))
    expect_true(all(basis_values(basis, c(-2.1, 13.1, 100)) == 0))
    inner <- t >= 1 & t <= 10
    expect_equal(rowSums(basis_values(basis, t))[inner], rep(1, sum(inner)), tolerance = 1e-14)
  }
  # by other routes: R's own interpolation, and Keys' kernel in its powers
  B <- basis_values(hrf_basis("tent", -2, 13, 6), t)
  for (k in 1:6) expect_equal(B[, k], approx(knots, as.numeric(1:6 == k), t)$y, tolerance = 1e-14)
  keys <- function(x) {
    x <- abs(x)
    ifelse(x < 1, 1.5 * x^3 - 2.5 * x^2 + 1, ifelse(x < 2, -0.5 * x^3 + 2.5 * x^2 - 4 * x + 2, 0))
  }
  B <- basis_values(hrf_basis("csplin", -2, 13, 6), t)
  for (k in 1:6) expect_equal(B[, k], keys((t - knots[k]) / 3), tolerance = 1e-13)
})

test_that("Fourier's functions and SPM's gammas are what their sources write", {
  t <- seq(0, 32, by = 0.5)
  u <- t / 32
  B <- basis_values(hrf_basis("fourier", 0, 32, 5), t)
  plain <- cbind(1, sin(2 * pi * u), cos(2 * pi * u), sin(4 * pi * u), cos(4 * pi * u))
  expect_equal(B, plain, tolerance = 1e-13)
  expect_identical(basis_names(hrf_basis("fourier", n = 5)), c("constant", "sin_1", "cos_1", "sin_2", "cos_2"))
  expect_identical(basis_names(hrf_basis("fourier", n = 1)), "constant")
  G <- basis_values(hrf_basis("gamma", n = 3), t)
  expect_equal(G, cbind(t^3 / 6, t^7 / factorial(7), t^15 / factorial(15)) * exp(-t), tolerance = 1e-13)
})

test_that("regressors are sums of the functions at the times since each event", {
  ev <- events(c(3, 10.5, 12, 50), 0, c(1, 2, -1, 1), c("a", "b", "a", "b"))
  times <- seq(0, 60, by = 1.5)
  for (basis in list(
    hrf_basis("tent", 0, 15, 6), hrf_basis("csplin", -3, 12, 6), hrf_basis("fourier", 0, 16, 3),
    hrf_basis("gamma", n = 2)
  )) {
    X <- regressors(ev, times, basis)
    expect_identical(colnames(X), c(outer(basis_names(basis), c("a", "b"), function(p, t) paste0(t, "_", p))))
    plain <- lapply(c("a", "b"), function(type) {
      Reduce(`+`, lapply(which(ev$trial_type == type), function(e) {
        ev$amplitude[e] * basis_values(basis, times - ev$onset[e])
      }))
    })
    expect_equal(unname(X), do.call(cbind, plain), tolerance = 1e-12)
    E <- event_responses(ev, times, basis)
    expect_identical(colnames(E)[1], paste0("event_1_", basis_names(basis)[1]))
    expect_equal(unname(E[, seq_len(basis$n)]), basis_values(basis, times - 3), tolerance = 1e-12)
    sparse <- event_responses(ev, times, basis, sparse = TRUE)
    expect_equal(as.matrix(sparse), E, tolerance = 1e-14)
    D <- design_matrix(ev, times, basis, drift = "none")
    expect_identical(D[, colnames(X)], X)
  }
  # decimal times are on a knot, though rounded
  X <- regressors(events(0.1), 0.1 + c(0, 0.3, 0.6), hrf_basis("tent", 0, 0.6, 3))
  expect_equal(unname(X), diag(3), tolerance = 1e-12)
})

test_that("gammas go with boxes, the others do not", {
  ev <- events(c(3, 10), c(0, 4))
  X <- regressors(ev, 0:30, hrf_basis("gamma", n = 3))
  for (k in 1:3) expect_identical(X[, k], regressors(ev, 0:30, gamma_hrf(2^(k + 1), 1))[, 1])
  expect_snapshot({
    show_error(regressors(ev, 0:30, hrf_basis("tent")))
    show_error(design_matrix(ev, 0:30, hrf_basis("fourier", n = 5)))
    show_error(event_responses(ev, 0:30, hrf_basis("csplin")))
  })
})

test_that("sets print and are drawn", {
  expect_snapshot({
    hrf_basis("tent", 0, 15, 6)
    hrf_basis("gamma", n = 3)
  })
  pdf(NULL)
  on.exit(dev.off())
  for (kind in c("tent", "csplin", "gamma")) {
    basis <- hrf_basis(kind)
    expect_identical(withVisible(plot(basis)), list(value = basis, visible = FALSE))
  }
})

test_that("messages say what is wrong", {
  ev <- events(1)
  changed <- hrf_basis("tent")
  changed$n <- 1
  expect_snapshot({
    show_error(hrf_basis("box"))
    show_error(hrf_basis("tent", 10, 5))
    show_error(hrf_basis("tent", n = 1))
    show_error(hrf_basis("csplin", n = 3))
    show_error(hrf_basis("fourier", n = 6))
    show_error(hrf_basis("gamma", n = 9))
    show_error(regressors(ev, 0:9, changed))
    show_error(print(structure(1, class = "hrf_basis")))
    show_error(regressors(ev, 0:9, hrf_basis("tent"), "peak"))
    show_error(regressors(ev, 0:9, hrf_basis("tent"), method = "sampled", dt = 1))
    show_error(regressors(ev, 0:9, hrf_basis("tent"), derivatives = "temporal"))
  })
})
