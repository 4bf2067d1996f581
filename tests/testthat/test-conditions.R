error_call <- function(code) deparse1(conditionCall(expect_error(code, class = "convmat_error")))

test_that("an error comes from the user's own call, not from a helper of ours", {
  expect_identical(error_call(as_user(hrf("a"))), "hrf(\"a\")")
  expect_identical(error_call(as_user(events(1:2, duration = 1:3))), "events(1:2, duration = 1:3)")
  # correlate() calls conv()
  expect_identical(error_call(as_user(correlate(1:3, NA))), "correlate(1:3, NA)")
  expect_identical(error_call(as_user(correlate(1:3, 1, na = 7))), "correlate(1:3, 1, na = 7)")
  # a default is evaluated within our call
  expect_identical(error_call(as_user(plot_rows(1:3))), "plot_rows(1:3)")
})

test_that("an error within functions of the user comes from the innermost call of ours", {
  expect_identical(
    error_call(as_user({
      inner <- function(t) hrf(t, "afni")
      outer <- function(t) inner(t + 1)
      outer(3)
    })),
    "hrf(t, \"afni\")"
  )
  expect_identical(error_call(as_user((function(t) hrf(t))("a"))), "hrf(t)")
  expect_identical(error_call(as_user(local(hrf("a")))), "hrf(\"a\")")
  expect_identical(error_call(as_user(eval(quote(hrf("a"))))), "hrf(\"a\")")
  expect_identical(error_call(as_user(tryCatch(hrf("a"), warning = identity))), "hrf(\"a\")")
  expect_identical(
    error_call(as_user(withCallingHandlers(hrf("a"), error = function(e) NULL))), "hrf(\"a\")"
  )
})

test_that("an error through base and stats comes from the call they make", {
  expect_identical(error_call(as_user(lapply("a", hrf))), "FUN(X[[i]], ...)")
  expect_identical(error_call(as_user(lapply("a", function(t) hrf(t)))), "hrf(t)")
  expect_identical(error_call(as_user(sapply(list("a"), function(t) hrf(t)))), "hrf(t)")
  expect_identical(error_call(as_user(vapply("a", function(t) hrf(t), 0))), "hrf(t)")
  expect_identical(error_call(as_user(Map(function(t) hrf(t), "a"))), "hrf(t)")
  expect_identical(error_call(as_user(Reduce(function(a, b) hrf(b), list(1, "a")))), "hrf(b)")
  expect_identical(error_call(as_user(do.call("hrf", list("a")))), "hrf(\"a\")")
  expect_match(error_call(as_user(do.call(hrf, list("a")))), "^\\(function *\\(t, .*\\)\\(\"a\"\\)$")
  expect_identical(
    error_call(as_user(stats::integrate(function(t) hrf(t, "afni"), 0, 1))), "hrf(t, \"afni\")"
  )
  expect_identical(error_call(as_user(stats::integrate(hrf, 0, 1, model = "afni"))), "f(x, ...)")
  expect_identical(error_call(as_user(apply(matrix("a"), 1, function(t) hrf(t)))), "hrf(t)")
})

test_that("an error in a function we call back comes from the call that was given it", {
  expect_identical(
    error_call(as_user({
      f <- function(t) hrf(t, "afni")
      conv_integral(f, dnorm, 1)
    })),
    "conv_integral(f, dnorm, 1)"
  )
  expect_identical(
    error_call(as_user({
      curve <- function(h) conv_integral(dnorm, h, 1)
      lapply(list(function(t) "a"), curve)
    })),
    "conv_integral(dnorm, h, 1)"
  )
})

test_that("an error that such a function catches itself comes from its own call", {
  call <- as_user({
    seen <- NULL
    f <- function(t) {
      tryCatch(hrf("a"), error = function(e) seen <<- conditionCall(e))
      dnorm(t)
    }
    conv_integral(f, dnorm, 1, 0, 1)
    seen
  })
  expect_identical(call, quote(hrf("a")))
})

test_that("errors print like R's own", {
  message <- tryCatch(as_user(hrf("a")), error = function(e) paste(class(e), collapse = " "))
  expect_identical(message, "convmat_error_type convmat_error error condition")
  text <- try(as_user(hrf("a")), silent = TRUE)
  expect_identical(
    as.vector(text), paste0(
      "Error in hrf(\"a\") : `t` must be a numeric vector, not a character vector.\n",
      "  A response that has this name is sampled by `hrf(times, \"a\")`.\n"
    )
  )
})

test_that("a warning comes from the user's own call, and stops nothing", {
  w <- expect_warning(
    as_user({
      f <- function(ev) neural_signal(ev, 0:1)
      f(events(9))
    }),
    class = "convmat_warning"
  )
  expect_identical(
    class(w), c("convmat_warning_value", "convmat_warning", "warning", "condition")
  )
  expect_identical(conditionCall(w), quote(neural_signal(ev, 0:1)))
  signal <- suppressWarnings(neural_signal(events(9), 0:1), classes = "convmat_warning_value")
  expect_identical(signal, matrix(c(0, 0)))
})

test_that("what was given is said in words", {
  said <- function(t) sub(".*, not (.*?)\\.(\n.*)?$", "\\1", conditionMessage(expect_error(hrf(t))), perl = TRUE)
  expect_identical(said(NULL), "NULL")
  expect_identical(said("a"), "a character vector")
  expect_identical(said(1i), "a complex vector")
  expect_identical(said(as.raw(1)), "a raw vector")
  expect_identical(said(list()), "a list")
  expect_identical(said(data.frame(a = 1)), "a data frame")
  expect_identical(said(factor("a")), "a factor")
  expect_identical(said(as.Date("2020-01-01")), "an object of class <Date>")
  expect_identical(said(Sys.time()), "an object of class <POSIXct/POSIXt>")
  expect_identical(said(sum), "a function")
  expect_identical(said(function(t) t), "a function")
  expect_identical(said(matrix(0, 2, 2)), "a numeric matrix")
  expect_identical(said(matrix("a")), "a character matrix")
  expect_identical(said(array(TRUE, c(1, 1, 1))), "a logical array of 3 dimensions")
  expect_identical(said(quote(x)), "an object of type symbol")
  expect_identical(said(globalenv()), "an object of type environment")
  integer_choice <- expect_error(hrf(1, normalise = 1:3))
  expect_match(conditionMessage(integer_choice), "not an integer vector of length 3.", fixed = TRUE)
})

test_that("locations are cut short after five", {
  at <- function(n) {
    t <- rep(NA_real_, n)
    sub(".*Locations: ", "", conditionMessage(expect_error(hrf(c(0, t)))))
  }
  expect_identical(at(1), "2.")
  expect_identical(at(5), "2, 3, 4, 5, 6.")
  expect_identical(at(6), "2, 3, 4, 5, 6 and 1 more.")
  expect_identical(at(1000), "2, 3, 4, 5, 6 and 995 more.")
})

test_that("an error in an argument comes from the argument's own call", {
  expect_identical(error_call(as_user(conv(1:3, hrf("a")))), "hrf(\"a\")")
  expect_identical(error_call(as_user(plot_matrix(conv_matrix(1, 0)))), "conv_matrix(1, 0)")
  expect_identical(
    error_call(as_user({
      f <- function(h) conv(1:3, h)
      f(hrf("a"))
    })),
    "hrf(\"a\")"
  )
})

test_that("integers take the right article", {
  text <- conditionMessage(expect_error(hrf(matrix(1:4, 2))))
  expect_match(text, "not an integer matrix.", fixed = TRUE)
  text <- conditionMessage(expect_error(hrf(array(1L, c(1, 1, 1)))))
  expect_match(text, "not an integer array of 3 dimensions.", fixed = TRUE)
})

test_that("counts have a decimal point, whatever options(OutDec) says", {
  old <- options(OutDec = ",")
  on.exit(options(old))
  expect_silent(expect_identical(format_count(1234567), "1,234,567"))
})

test_that("long values are cut short", {
  text <- conditionMessage(expect_error(hrf(1, strrep("a", 1e5))))
  expect_lt(nchar(text), 300)
})

test_that("snapshots show errors by show_error(), as testthat's own way differs between its versions", {
  lines <- lapply(dir(test_path(), "^test-.*[.]R$", full.names = TRUE), readLines, warn = FALSE)
  expect_identical(grep("expect_snapshot\\(.*error = [A-Z]", unlist(lines), value = TRUE), character(0))
})
