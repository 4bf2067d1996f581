test_that("hrf_model() gives models by name and refuses other names", {
  expect_identical(hrf_model("spm")$weight, c(1, -1 / 6))
  expect_identical(hrf_model(gamma_hrf(2, 1)), gamma_hrf(2, 1))
  expect_snapshot({
    show_error(hrf_model("fast"))
    show_error(hrf_model(1))
  })
})
