test_that("ds114_events are the seven blocks of the run", {
  expect_s3_class(ds114_events, c("events", "data.frame"), exact = TRUE)
  expect_identical(
    ds114_events,
    events(onset = c(10, 70, 130, 190, 250, 310, 370), duration = 30, amplitude = 1)
  )
})

test_that("on 173 scans, the blocks are on for 12 scans each", {
  neural <- neural_signal(ds114_events, (0:172) * 2.5)
  expect_identical(dim(neural), c(173L, 1L))
  on <- c(outer(4:15, 24 * (0:6), `+`)) # from 0: 10 s is scan 4
  expect_identical(which(neural[, 1] == 1) - 1, on)
  expect_identical(sum(neural), 84)
})
