test_that("bind_runs() numbers or names them", {
  a <- events(c(4, 10), 1)
  b <- events(1, 2)
  expect_identical(bind_runs(a, b)$run, c(1L, 1L, 2L))
  expect_identical(bind_runs(list(a, b)), bind_runs(a, b))
  expect_identical(bind_runs(x = a, w = b)$run, factor(c("x", "x", "w"), c("x", "w")))
  expect_identical(names(c(bind_runs(a), b)), c("onset", "duration", "amplitude"))
  expect_identical(events(1:2, run = c("r", "s"))$run, c("r", "s"))
  ev <- events(1:2, run = c(1L, 3L))
  expect_identical(nrow(regressors(ev, list(0:1, 0:2, 0:3))), 9L)
})

test_that("messages say what is wrong", {
  a <- events(1, trial_type = "a")
  expect_snapshot({
    show_error(bind_runs())
    show_error(bind_runs(a, 1))
    show_error(bind_runs(x = a, a))
    show_error(bind_runs(x = a, x = a))
  })
})
