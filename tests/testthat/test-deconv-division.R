test_that("noise does not grow where long division lets it explode", {
  set.seed(14)
  x <- rnorm(60)
  h <- c(1, 2)
  y <- conv(x, h) + 1e-12 * rnorm(61)
  expect_lte(max(abs(coef(deconv(y, h)) - x)), 1e-10)
  expect_gte(max(abs(coef(deconv(y, h, method = "division")) - x)), 1e3)
})

test_that("long division is that of polynomials", {
  # x^3 - 2 x^2 - 4 = (x - 3) (x^2 + x + 3) + 5
  fit <- deconv(c(1, -2, 0, -4), c(1, -3), method = "division")
  expect_identical(coef(fit), c(1, 1, 3))
  expect_identical(residuals(fit), c(0, 0, 0, 5))
  set.seed(15)
  for (m in 1:5) {
    h <- c(sample(c(-1, 1), 1), sample(-3:3, m - 1, TRUE))
    x <- matrix(sample(-9:9, 14, TRUE), 7)
    rest <- rbind(matrix(0, 7, 2), matrix(sample(-9:9, 2 * (m - 1), TRUE), m - 1, 2))
    fit <- deconv(conv(x, h) + rest, h, method = "division")
    expect_identical(coef(fit), x + 0)
    expect_identical(residuals(fit), rest + 0)
  }
})

test_that("long division of whole numbers is exact", {
  skip_on_cran()
  fit <- deconv(conv(1:3, c(10, 3)), c(10, 3), method = "division")
  expect_identical(coef(fit), c(1, 2, 3))
  expect_identical(residuals(fit), numeric(4))
  expect_identical(coef(deconv(conv(1:40, c(3, 7)), c(3, 7), method = "division")), 1:40 + 0)
  set.seed(29)
  for (i in 1:200) {
    h <- sample(-9:9, sample(1:6, 1), TRUE)
    h[1] <- sample(c(-9:-1, 1:9), 1)
    x <- sample(-9:9, sample(1:9, 1), TRUE) + 0
    fit <- deconv(conv(x, h), h, method = "division")
    expect_identical(coef(fit), x)
    expect_true(all(residuals(fit) == 0))
  }
})
