design <- function(...) design_matrix(ds000114_events, scan_times(184, 2.5), "spm", ...)

test_that("designs print", {
  X <- design(drift = "none")
  expect_snapshot(print(X, n = 2))
  expect_output(value <- withVisible(print(X)))
  expect_identical(value, list(value = X, visible = FALSE))
  runs <- bind_runs(ds000114_events, ds000114_events)
  Y <- design_matrix(runs, list(scan_times(184, 2.5), scan_times(9, 2.5)), "spm", share = TRUE)
  expect_output(print(Y, n = 0), "<Design: 193 scans in 2 runs, 12 columns (3 of events, 7 drifts, 2 intercepts)>",
    fixed = TRUE
  )
})

test_that("pictures are drawn, return the design, and leave par() as it was", {
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file, 8, 7)
  on.exit({
    grDevices::dev.off()
    unlink(file)
  })
  X <- design("temporal")
  before <- graphics::par("mai")
  for (type in c("design", "correlation")) {
    value <- withVisible(plot(X, type = type, main = "Mine"))
    expect_identical(value, list(value = X, visible = FALSE))
    expect_identical(graphics::par("mai"), before)
  }
})

test_that("correlations are those of cor(), NA where a column is constant", {
  set.seed(4)
  X <- cbind(matrix(rnorm(40), 10), 3)
  R <- correlations(X)
  expect_equal(R[1:4, 1:4], cor(X[, 1:4]))
  expect_true(all(is.na(R[5, ])) && all(is.na(R[, 5])))
  expect_identical(diag(R)[1:4], rep(1, 4))
})

test_that("designs that cannot be drawn are refused", {
  X <- design()
  changed <- X
  attr(changed, "columns") <- NULL
  empty <- design_matrix(events(1), numeric(0))
  only <- design_matrix(events(numeric(0)), 0:9, drift = "none")
  expect_snapshot({
    show_error(plot(X, type = "heat"))
    show_error(plot(X, cex.names = 0))
    show_error(plot(changed))
    show_error(print(changed))
    show_error(plot(empty))
    show_error(plot(only, type = "correlation"))
  })
})
