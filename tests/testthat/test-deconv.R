# The oracle: dense linear algebra on oracle_matrix().
difference_matrix <- function(n, order) {
  D <- diag(n)
  for (i in seq_len(order)) {
    D <- D[-1, , drop = FALSE] - D[-nrow(D), , drop = FALSE]
  }
  D
}

pseudo_inverse <- function(A, tolerance = 1e-13) {
  s <- svd(A)
  kept <- s$d > tolerance * s$d[1]
  s$v[, kept, drop = FALSE] %*% (t(s$u[, kept, drop = FALSE]) / s$d[kept])
}

# The triangle stored as a band, and what `f` makes of it.
whole <- function(band, f = identity) {
  n <- ncol(band)
  A <- matrix(0, n, n)
  for (j in seq_len(n)) {
    i <- seq(max(1, j - nrow(band) + 1), j)
    A[i, j] <- band[nrow(band) + i - j, j]
  }
  f(A)
}

symmetric <- function(band) whole(band, function(A) A + t(A) - diag(diag(A), nrow(A)))

call_case <- function(case, f, ...) do.call(f, c(list(...), case))

deconv_within <- function(bytes, ...) {
  old <- options(convmat.max_bytes = bytes)
  on.exit(options(old))
  deconv(...)
}

quietly_deconv <- function(...) {
  withCallingHandlers(deconv(...), convmat_warning_numeric = function(w) invokeRestart("muffleWarning"))
}

test_that("least squares is that of dense matrices in all modes, or an error where x is not determined", {
  set.seed(11)
  for (n in 1:9) {
    for (m in 1:9) {
      h <- round(rnorm(m), 2)
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        y <- rnorm(nrow(A))
        d <- svd(A)$d
        condition <- d[1] / abs(d[n])
        if (nrow(A) < n || condition > 1e14) {
          e <- tryCatch(call_case(case, deconv, y = y, h = h, n = n), error = identity)
          return(inherits(e, "convmat_error_numeric"))
        }
        if (condition > 1e12) {
          return(TRUE) # between the two
        }
        fit <- call_case(case, quietly_deconv, y = y, h = h, n = n)
        x <- coef(fit)
        truth <- qr.solve(A, y, tol = 1e-15)
        rest <- y - drop(A %*% truth)
        # the bound of an orthogonal method
        slack <- 1e-14 * (condition * sqrt(sum(truth^2)) + condition^2 * sqrt(sum(rest^2)) / d[1])
        ok <- c(
          max(abs(x - truth)) <= 10 * slack,
          max(abs(fitted(fit) + residuals(fit) - y)) <= 1e-14 * max(abs(y)) * 10 * condition,
          fit$edf == n,
          fit$rcond * condition < 10 && fit$rcond * condition > 1 / 10
        )
        all(ok)
      }, info = paste("h =", deparse(h)))
    }
  }
})

test_that("ridge is the solution of the normal equations, with the trace of the dense hat matrix", {
  set.seed(12)
  for (n in c(1:3, 5, 9)) {
    for (m in c(1:3, 5, 9)) {
      h <- rnorm(m)
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        y <- rnorm(nrow(A))
        all(vapply(0:2, function(order) {
          lambda <- 10^runif(1, -3, 2)
          D <- difference_matrix(n, order)
          N <- crossprod(A) + lambda * crossprod(D)
          condition <- kappa(N, exact = TRUE)
          fit <- call_case(case, function(...) {
            tryCatch(quietly_deconv(...), convmat_error_numeric = identity)
          }, y = y, h = h, n = n, method = "ridge", lambda = lambda, order = order)
          if (inherits(fit, "error")) {
            return(condition > 1e13)
          }
          if (condition > 1e10) {
            return(TRUE)
          }
          hat <- A %*% solve(N, t(A), tol = 0)
          truth <- solve(N, crossprod(A, y), tol = 0)
          rss <- sum((y - hat %*% y)^2)
          ny <- length(y)
          score <- if (sum(diag(hat)) < ny * (1 - 1e-6)) ny * rss / (ny - sum(diag(hat)))^2
          slack <- 1e-14 * condition
          max(abs(coef(fit) - truth)) <= slack * max(1, abs(truth)) &&
            max(abs(residuals(fit) - (y - hat %*% y))) <= slack * max(abs(y)) &&
            abs(fit$edf - sum(diag(hat))) <= slack * n &&
            (is.null(score) || abs(fit$gcv / score - 1) <= 1e-6 * max(1, slack * 1e8))
        }, NA))
      }, info = paste("h =", deparse(h)))
    }
  }
})

test_that("the shortest solution is that of the pseudo-inverse", {
  set.seed(13)
  for (n in c(1:4, 6, 9)) {
    for (m in c(1:4, 6, 9)) {
      h <- sample(-2:2, m, TRUE) # with nulls, now and then
      expect_all_cases(n, m, function(case) {
        A <- call_case(case, oracle_matrix, h = h, n = n)
        d <- svd(A)$d / max(svd(A)$d[1], 1e-300)
        if (any(d > 1e-16 & d < 1e-7)) {
          return(TRUE) # whether that is 0 is a matter of taste
        }
        y <- matrix(rnorm(2 * nrow(A)), ncol = 2)
        fit <- call_case(case, quietly_deconv, y = y, h = h, n = n, singular = "minimum_norm")
        plus <- if (any(h != 0)) pseudo_inverse(A) else t(A)
        max(abs(coef(fit) - plus %*% y)) <= 1e-12 * max(plus^2, 1) &&
          abs(fit$edf - sum(d > 1e-13)) < 1e-12
      }, info = paste("h =", deparse(h)))
    }
  }
})

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

test_that("what conv() did is undone, whatever the lengths and the scale", {
  set.seed(16)
  for (n in c(1, 2, 31, 32, 33, 64, 100, 257)) {
    for (m in c(1, 2, 5, 31, 32, 33, 70)) {
      x <- matrix(rnorm(2 * n), n)
      h <- c(2 * m, rnorm(m - 1)) # no nulls
      for (mode in c("full", "same", "causal")) {
        fit <- deconv(conv(x, h, mode, origin = if (mode == "same") 0), h, mode = mode,
          origin = if (mode == "same") 0)
        expect_lte(max(abs(coef(fit) - x)), 1e-13)
        wrapped <- if (mode != "full") conv(x, h, mode, if (mode == "same") 0, "wrap")
        if (!is.null(wrapped)) {
          fit <- deconv(wrapped, h, mode = mode, if (mode == "same") 0, "wrap", n = n)
          expect_lte(max(abs(coef(fit) - x)), 1e-13)
        }
      }
    }
  }
  x <- c(1, -2, 3)
  h <- c(1, 0.25)
  for (a in 2^c(-1070, -1000, -300, 0, 300, 1000)) {
    for (b in 2^c(-1000, -300, 0, 300, 1000)) {
      if (a * b > 0 && max(x) * a * b < Inf && min(x * h[2] * a * b) > -Inf && a * b >= 2^-1000) {
        expect_equal(coef(deconv(conv(x * a, h * b), h * b)), x * a, tolerance = if (a < 1e-300) 1e-3 else 1e-14)
      }
    }
  }
})

test_that("reflections take over where normal equations lose digits", {
  # a double null: the condition is near 1e7 and its square near 1e14
  set.seed(17)
  x <- rnorm(5000)
  h <- c(1, -2, 1)
  y <- conv(x, h)
  fit <- expect_convmat_warning(deconv(y, h), "numeric", "x is ill-conditioned")
  expect_lte(max(abs(coef(fit) - x)), 1e-15 / fit$rcond)
  expect_lt(fit$rcond, 1e-6)
  problem <- deconv_problem(h, 5000, "full", 0, "zero", 0)
  rows <- band_rows(problem, 0)
  R <- .Call(ffi_band_qr, rows$start, rows$values, 5000)
  expect_equal(abs(R[3, ]), abs(.Call(ffi_band_cholesky, normal_band(problem, 0))[3, ]), tolerance = 1e-3)
  # a kernel that leaves nothing at high frequencies: 13 digits are gone
  g <- dnorm(-15:15, sd = 2.6)
  fit <- suppressWarnings(tryCatch(deconv(conv(x[1:200], g), g), error = identity))
  if (!inherits(fit, "error")) {
    expect_lte(max(abs(coef(fit) - x[1:200])), 1e-13 / fit$rcond)
  }
})

test_that("the factor by reflections is that of Cholesky, for blocks of rows of all kinds", {
  set.seed(18)
  for (n in c(1, 5, 31, 32, 33, 40, 64, 65, 100)) {
    for (m in c(1, 2, 3, 16, 31, 32, 33, 34, 40)) {
      for (case in list(list("full", "zero", 0), list("same", "reflect", 2), list("causal", "wrap", 1))) {
        problem <- deconv_problem(rnorm(m), n, case[[1]], 0, case[[2]], case[[3]])
        rows <- band_rows(problem, 0.5)
        R <- .Call(ffi_band_qr, rows$start, rows$values, n)
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

test_that("lambda by cross-validation has the lowest score of a fine grid", {
  set.seed(19)
  for (order in 0:2) {
    x <- cumsum(rnorm(80)) * (order > 0) + rnorm(80) * (order == 0)
    h <- exp(-(0:11) / 4)
    y <- conv(x, h) + rnorm(91)
    fit <- deconv(y, h, method = "ridge", lambda = "gcv", order = order)
    scores <- vapply(10^seq(-8, 8, by = 0.1), function(lambda) {
      deconv(y, h, method = "ridge", lambda = lambda, order = order)$gcv
    }, 0)
    expect_lte(fit$gcv, min(scores) * (1 + 1e-4))
    expect_identical(fit$gcv, min(fit$search$gcv))
    given <- deconv(y, h, method = "ridge", lambda = fit$lambda, order = order)
    expect_equal(coef(given), coef(fit), tolerance = 1e-12)
  }
})

test_that("each column has a lambda of its own, and columns do not mix", {
  set.seed(20)
  h <- c(1, 2, 3, 2, 1)
  x <- cbind(sin(0:49 / 5), a = 1e6 * cos(0:49 / 3), 0)
  y <- conv(x, h) + cbind(rnorm(54, sd = 0.1), rnorm(54, sd = 1e4), rnorm(54, sd = 1e-9))
  all <- deconv(y, h, method = "ridge", lambda = "gcv", order = 2)
  each <- lapply(1:3, function(j) deconv(y[, j], h, method = "ridge", lambda = "gcv", order = 2))
  expect_equal(all$lambda, vapply(each, `[[`, 0, "lambda"), tolerance = 0.01)
  expect_equal(all$gcv, vapply(each, `[[`, 0, "gcv"), tolerance = 1e-4)
  expect_equal(all$edf, vapply(each, `[[`, 0, "edf"), tolerance = 0.01)
  expect_identical(dim(all$search$gcv), c(nrow(all$search), 3L))
  for (method in c("lsq", "division")) {
    all <- deconv(y, h, method = method)
    for (j in 1:3) {
      expect_equal(coef(all)[, j], coef(deconv(y[, j], h, method = method)), tolerance = 1e-13)
    }
    expect_identical(colnames(coef(all)), c("", "a", ""))
    expect_identical(dimnames(residuals(all)), dimnames(y))
  }
})

test_that("without noise the search goes down as far as that helps", {
  h <- c(1, 4, 6, 4, 1) / 16 # a null of order 4
  x <- sin(0:99 / 7)
  fit <- deconv(conv(x, h), h, method = "ridge", lambda = "gcv", order = 0)
  expect_lt(fit$lambda, 1e-12)
  expect_lte(max(abs(coef(fit) - x)), 1e-4)
})

test_that("a weight is polished only where that helps, and scores may be missing", {
  score <- function(lambda) if (lambda > 1) NA_real_ else (log10(lambda) + 0.2)^2
  expect_equal(log10(polish_weight(1, 0.04, score)), -0.2, tolerance = 0.05)
  expect_identical(polish_weight(1, -1, score), 1)
})

test_that("names and dates are those that conv() would turn into those of y", {
  h <- c(1, 3, 1, 0.5)
  x <- ts(c(3, 1, 4, 1, 5, 9, 2, 6), start = c(2001, 3), frequency = 4)
  cases <- list(
    list("full", NULL), list("full", 2), list("same", NULL), list("same", 1), list("causal", NULL)
  )
  for (case in cases) {
    y <- conv(x, h, case[[1]], case[[2]])
    fit <- deconv(y, h, mode = case[[1]], origin = case[[2]])
    expect_equal(coef(fit), x, tolerance = 1e-12)
    expect_equal(fitted(fit), y, tolerance = 1e-12)
    expect_identical(tsp(residuals(fit)), tsp(y))
  }
  y <- conv(x, h, "valid")
  expect_equal(tsp(coef(deconv(y, h, mode = "valid", singular = "minimum_norm"))), tsp(x))
  y <- conv(x, c(h, h, h), "valid") # n < m, and n is not the longer of the two possible
  fit <- deconv(y, c(h, h, h), n = 8, mode = "valid", singular = "minimum_norm")
  expect_equal(tsp(coef(fit)), tsp(x))
  both <- cbind(a = x, b = 2 * x)
  fit <- deconv(conv(both, h), h)
  expect_equal(coef(fit), both, tolerance = 1e-12)
  expect_s3_class(coef(fit), "mts")
  named <- c(u = 1, v = 2, w = 3)
  expect_identical(names(coef(deconv(named, h, mode = "causal"))), names(named))
  expect_null(names(coef(deconv(c(named, 4), h))))
  expect_identical(names(residuals(deconv(c(named, z = 4), h))), c("u", "v", "w", "z"))
  expect_identical(coef(deconv(c(2L, 4L, 0L), c(TRUE, TRUE), method = "division")), c(2, 2))
})

test_that("what is singular to the last bit is refused, or has the shortest solution", {
  expect_convmat_error(
    deconv(1:4, c(1, 1), mode = "same", boundary = "wrap"), "numeric", "x is not determined"
  )
  expect_convmat_error(deconv(1:4, c(1, 1), mode = "valid"), "numeric", "4 values of `y` for 5 of x")
  expect_convmat_error(deconv(1:4, c(0, 0)), "numeric", "x is not determined")
  expect_convmat_error(
    deconv(1:6, c(1, -1), method = "ridge", lambda = 1, order = 1, mode = "same", boundary = "nearest"),
    "numeric", "The penalty does not see"
  )
  expect_convmat_error(deconv(1:6, c(0, 0), method = "ridge", lambda = "gcv"), "numeric", "0 everywhere")
  expect_convmat_error(
    deconv(1:6, c(1, -1), method = "ridge", lambda = "gcv", order = 1, mode = "same", boundary = "nearest"),
    "numeric", "The penalty does not see"
  )
  A <- conv_matrix(c(1, -1), 6, "same", boundary = "nearest")
  D <- difference_matrix(6, 1)
  fit <- deconv(1:6, c(1, -1), method = "ridge", lambda = 4, order = 1, mode = "same",
    boundary = "nearest", singular = "minimum_norm")
  expect_equal(coef(fit), drop(pseudo_inverse(rbind(A, 2 * D)) %*% c(1:6, numeric(5))))
  expect_equal(fit$edf, sum(diag(A %*% pseudo_inverse(rbind(A, 2 * D))[, 1:6])))
  # of all sizes, also where normal equations might not notice
  for (n in c(4, 16, 64, 250)) {
    for (h in list(c(1, 1), c(1, 2, 1), c(1, 0, 1), c(1, -1), rep(1, 4))) {
      y <- rnorm(n)
      for (singular in c("error", "minimum_norm")) {
        call <- quote(deconv(y, h, mode = "causal", boundary = "wrap", singular = singular))
        nulls <- any(abs(fft(oracle_conv(c(1, numeric(n - 1)), h, "causal", boundary = "wrap"))) < 1e-14)
        if (singular == "error" && nulls) {
          expect_error(eval(call), class = "convmat_error_numeric")
        } else if (nulls) {
          A <- conv_matrix(h, n, "causal", boundary = "wrap")
          expect_lte(max(abs(coef(suppressWarnings(eval(call))) - pseudo_inverse(A) %*% y)), 1e-9)
        }
      }
    }
  }
  expect_identical(coef(deconv(1:4, c(0, 0), singular = "minimum_norm")), numeric(3))
})

test_that("errors say what to do", {
  h <- c(1, 2)
  expect_snapshot({
    show_error(deconv("a", h))
    show_error(deconv(1i, h))
    show_error(deconv(1:3, 1i))
    show_error(deconv(1:3, matrix(1:4, 2)))
    show_error(deconv(numeric(0), h))
    show_error(deconv(1:3, numeric(0)))
    show_error(deconv(c(1, NA, Inf, 2), h))
    show_error(deconv(1:3, c(1, NaN)))
    show_error(deconv(1, h))
    show_error(deconv(1:3, h, n = 3))
    show_error(deconv(1:3, h, n = 3, mode = "same", origin = 2))
    show_error(deconv(1:3, 1:5, n = 2, mode = "valid"))
    show_error(deconv(1:3, h, mode = "circular"))
    show_error(deconv(1:3, h, boundary = "wrap"))
    show_error(deconv(1:3, h, method = "wiener"))
    show_error(deconv(1:3, h, lambda = 1))
    show_error(deconv(1:3, h, order = 1))
    show_error(deconv(1:3, h, method = "division", order = 2))
    show_error(deconv(1:3, h, method = "ridge"))
    show_error(deconv(1:3, h, method = "ridge", lambda = -1))
    show_error(deconv(1:3, h, method = "ridge", lambda = Inf))
    show_error(deconv(1:3, h, method = "ridge", lambda = 1:2))
    show_error(deconv(1:3, h, method = "ridge", lambda = "aic"))
    show_error(deconv(1:3, h, method = "ridge", lambda = 1, order = 3))
    show_error(deconv(1:3, h, singular = "ignore"))
    show_error(deconv(1:3, h, mode = "same", method = "division"))
    show_error(deconv(1:3, c(0, 1), method = "division"))
    show_error(deconv(rep(1, 700), c(0.1, 1), method = "division"))
    show_error(deconv(1:4, c(1, 1), mode = "valid"))
    show_error(deconv(1:4, c(1, 1), mode = "same", boundary = "wrap"))
    show_error(deconv(c(1e300, 1e300), 1e-300, mode = "same"))
    show_warning(deconv(c(1, 2, 1), c(0.01, 1), mode = "causal"))
    show_warning(deconv(conv(1:900, c(1, -2, 1)), c(1, -2, 1), method = "ridge", lambda = 1e-12))
  })
  expect_error(deconv_within(1e6, numeric(1e5), numeric(50) + 1), class = "convmat_error_memory")
})

test_that("it prints what a reader wants to know", {
  set.seed(21)
  h <- c(1, 2, 1)
  y <- conv(sin(0:20 / 3), h) + rep(c(0.1, -0.1), length.out = 23)
  expect_snapshot({
    deconv(y, h)
    deconv(cbind(y, y / 2), h, method = "ridge", lambda = 0.5, order = 1)
    deconv(c(1, 3, 5), c(1, 1), method = "division")
    deconv(c(0, 0, 0), 1)
  })
  fit <- deconv(y, h, method = "ridge", lambda = "gcv", order = 2)
  expect_output(shown <- withVisible(print(fit)), "chosen by generalised cross-validation")
  expect_identical(shown, list(value = fit, visible = FALSE))
})

test_that("plot() draws x, y with its fit, and the search", {
  h <- c(1, 2, 1)
  y <- conv(sin(0:20 / 3), h) + 0.1 * cos(0:22)
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  before <- graphics::par(c("mfrow", "mar", "mgp"))
  searched <- deconv(y, h, method = "ridge", lambda = "gcv", order = 2)
  plain <- deconv(ts(cbind(y, y)), h, n = 21)
  for (fit in list(
    searched, plain, deconv(y, h, mode = "same"), deconv(y, h, mode = "valid", singular = "minimum_norm")
  )) {
    expect_identical(withVisible(plot(fit)), list(value = fit, visible = FALSE))
    plot(fit, "x", col = 2, main = "mine", type = "h")
    plot(fit, which = c("fit", "x"), xlim = c(0, 5))
  }
  expect_identical(graphics::par(c("mfrow", "mar", "mgp")), before)
  expect_error(plot(plain, "gcv"), "was not searched", class = "convmat_error_value")
  expect_error(plot(plain, "residuals"), "must be one of", class = "convmat_error_value")
})

test_that("the axes of x and y agree", {
  h <- c(0, 0, 1, 0.1)
  x <- c(0, 1, 0, 0, 2, 0)
  peak <- function(v) which.max(as.numeric(v))
  fit <- deconv(conv(x, h), h)
  expect_identical(measured_at(fit)[peak(fit$y)] - found_at(fit)[peak(coef(fit))], 2)
  fit <- deconv(conv(x, h), h, origin = 2) # the kernel's peak is at time zero
  expect_identical(measured_at(fit)[peak(fit$y)] - found_at(fit)[peak(coef(fit))], 0)
  fit <- deconv(conv(c(x, 0, 0), h, "valid"), h, mode = "valid", singular = "minimum_norm")
  expect_identical(measured_at(fit), 4:8 + 0)
})

test_that("cross-validation comes near to the best lambda", {
  t <- 0:199
  truth <- 1.5 * exp(-(t - 40)^2 / 72) + (t >= 80 & t < 120) + 0.6 * exp(-(t - 160)^2 / 32)
  h <- hrf(0:19, normalise = "area")
  rms <- function(fit) sqrt(mean((coef(fit) - truth)^2))
  ratio <- vapply(1:20, function(seed) {
    set.seed(seed)
    y <- conv(truth, h) + rnorm(219, sd = 0.03)
    error <- function(power) rms(deconv(y, h, method = "ridge", lambda = 10^power, order = 1))
    best <- min(vapply(seq(-3, 1, by = 0.25), error, 0))
    rms(deconv(y, h, method = "ridge", lambda = "gcv", order = 1)) / best
  }, 0)
  expect_lte(median(ratio), 1.2)
  expect_lte(quantile(ratio, 0.9), 1.5)
})
