# What a beginner's mistakes say, to be read one by one: arguments swapped, units, classes,
# misspellings. A message must say what to do next.

say <- function(call) {
  world <- list2env(list(
    df = data.frame(word = "a", volts = c(1, 2), amps = 3), numbers = data.frame(a = 1:2, b = 3:4),
    run = events(c(0, 10), 5), kernel = c(1, 2, 1), operator = conv_operator(1:3, 5),
    fit = deconv(c(1, 3, 5, 3), c(1, 1))
  ), parent = globalenv())
  cnd <- tryCatch(eval(call, world), condition = identity)
  expect_s3_class(cnd, "condition")
  cat("> ", deparse1(call), "\n", sep = "")
  cat(if (inherits(cnd, "warning")) "Warning" else "Error", " in ", deparse1(conditionCall(cnd)), "\n", sep = "")
  cat("  ", gsub("\n", "\n  ", conditionMessage(cnd)), "\n\n", sep = "")
}

say_all <- function(calls) for (call in as.list(calls)[-1L]) say(call)

test_that("arguments left out or in the wrong order", {
  expect_snapshot(say_all(quote({
    conv(kernel)
    conv_matrix(kernel)
    regressors(run)
    hrf()
    conv_matrix(5, kernel)
    scan_times(2.5, 173)
    neural_signal(0:30, run)
    regressors(0:30, run)
    deconv(kernel, 1:10)
  })))
})

test_that("another kind of object", {
  expect_snapshot(say_all(quote({
    conv(df, kernel)
    shifted_scaled_kernels(numbers, kernel)
    conv(factor(c("1", "2")), kernel)
    conv(factor(c("low", "high")), kernel)
    conv(c("1", "2"), kernel)
    conv(list(1, 2), kernel)
    conv(array(1, c(2, 2, 2)), kernel)
    conv(as.Date("2024-01-01"), kernel)
    shifted_scaled_kernels(structure(1:3, index = 1:3, class = "zoo"), kernel)
    conv(structure(1:3, index = c(1, 2, 4), class = "zoo"), kernel)
    conv(structure(1:3, index = 1:3, class = "zoo"), structure(1, units = "s", class = "units"))
    conv(table(c(1, 1, 2)), kernel)
    shifted_scaled_kernels(Matrix::Matrix(1:4, 2), kernel)
    conv(Matrix::Matrix(1:4, 2), numbers)
    conv(1:10, hrf)
    conv(1:10, "spm")
    conv(1:10, hrf_model("spm"))
    conv(run, kernel)
    conv(operator, 1:5)
    conv(fit, kernel)
    events(df)
    as_events(df)
    regressors("events.tsv", 0:30)
    regressors(df, 0:30)
    regressors(run, 0:30, kernel)
    conv_integral(kernel, hrf, 1)
    plot_matrix(kernel)
  })))
})

test_that("words and names misspelt", {
  expect_snapshot(say_all(quote({
    conv(1:10, kernel, "Same")
    conv(1:10, kernel, "open")
    conv(1:10, kernel, "same", boundary = "symmetric")
    conv(1:10, kernel, na = "renormalize")
    conv(1:10, kernel, na = TRUE)
    hrf(0:20, "SPM")
    hrf(0:20, normalize = "peak")
    hrf(0:20, "spm", "peek")
    hrf(0:20, "spm", "peak", 3)
    regressors(run, 0:30, normalize = "peak")
  })))
})

test_that("values and units", {
  expect_snapshot(say_all(quote({
    conv(1:10, c(1, NA))
    conv(1:10, kernel, origin = 3)
    conv(1:10, kernel, "valid", boundary = "wrap")
    events(1:3, -1)
    scan_times(173, 2500)
    regressors(events(c(10000, 20000)), 0:30)
    neural_signal(run, c(0, 1, 3))
    regressors(run, 0:30, method = "sampled")
  })))
})

test_that("every function says which argument is missing, from the user's own call", {
  world <- new.env(parent = globalenv())
  for (name in getNamespaceExports("convmat")) {
    fun <- getExportedValue("convmat", name)
    if (!is.function(fun) || methods::isGeneric(name)) next
    needed <- required_arguments(fun)
    for (i in seq_along(needed)) {
      given <- stats::setNames(rep(list(1), i - 1L), needed[seq_len(i - 1L)])
      call <- as.call(c(as.name(name), given))
      e <- tryCatch(eval(call, world), error = identity)
      label <- paste0(name, "() without `", needed[i], "`; its first line should be check_given()")
      expect_match(conditionMessage(e), needed[i], fixed = TRUE, label = label)
      expect_identical(conditionCall(e), call, label = label)
    }
  }
})
