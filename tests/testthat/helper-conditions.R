# What the tests of errors, warnings and memory share.

# Runs `code` as a user would: what it defines belongs to the user, not to the
# package. The tests themselves run inside the package's namespace.
as_user <- function(code) eval(substitute(code), new.env(parent = globalenv()))
environment(as_user) <- globalenv()

# `object`, a call of one of our functions, is refused with an error of the given
# kind whose message says `text`, and whose call is that call as it was typed.
expect_convmat_error <- function(object, kind, text) {
  call <- substitute(object)
  class <- c(paste0("convmat_error_", kind), "convmat_error", "error", "condition")
  e <- tryCatch(
    {
      force(object)
      NULL
    },
    convmat_error = identity
  )
  if (identical(class(e), class) && grepl(text, conditionMessage(e), fixed = TRUE) && identical(plain_call(e), call)) {
    return(passed(e))
  }
  said <- function(class, call, text) sprintf("<%s> in %s:\n  %s", paste(class, collapse = "/"), deparse1(call), text)
  testthat::fail(paste(
    c(
      "The error is", if (is.null(e)) "none" else said(class(e), plain_call(e), conditionMessage(e)),
      "and was meant to be", said(class, call, text)
    ),
    collapse = "\n"
  ))
  invisible(e)
}

# As compiled code calls, R adds where the call stands.
plain_call <- function(cnd) {
  call <- conditionCall(cnd)
  attr(call, "srcref") <- NULL
  call
}

# Likewise for a warning. The value of the call is returned.
expect_convmat_warning <- function(object, kind, text) {
  call <- substitute(object)
  class <- c(paste0("convmat_warning_", kind), "convmat_warning", "warning", "condition")
  w <- NULL
  value <- withCallingHandlers(object, convmat_warning = function(cnd) {
    w <<- cnd
    invokeRestart("muffleWarning")
  })
  expect_identical(class(w), class)
  expect_match(conditionMessage(w), text, fixed = TRUE)
  expect_identical(conditionCall(w), call)
  invisible(value)
}
environment(expect_convmat_warning) <- list2env(
  list(expect_identical = expect_identical, expect_match = expect_match),
  parent = globalenv()
)

# Class and message on paper, for snapshots: testthat's own way of printing
# conditions differs between its versions.
show_error <- function(object) {
  show_condition(expect_error(object, class = "convmat_error"))
}

show_warning <- function(object) {
  show_condition(expect_warning(object, class = "convmat_warning"))
}

show_condition <- function(cnd) {
  cat("<", class(cnd)[1L], ">\n", conditionMessage(cnd), "\n", sep = "")
}

# Bytes that R allocates at most at one time, beyond those in use, until `call`
# has failed. By its third run R has compiled the functions it needs.
peak_bytes <- function(call) {
  call <- substitute(call)
  frame <- parent.frame()
  run <- function() expect_error(eval(call, frame), class = "convmat_error")
  run()
  run()
  before <- gc(reset = TRUE)["Vcells", "used"]
  run()
  8 * (most_used() - before)
}

# The most cells of vectors that have been used since the last gc(reset = TRUE). R takes the mark before it collects, so
# that a collection of young objects will do, which takes a hundredth of the time.
most_used <- function() gc(full = FALSE)["Vcells", "max used"]

# The largest difference from `expected`, relative to it.
relative_error <- function(actual, expected) {
  stopifnot(length(actual) == length(expected), length(expected) > 0)
  max(ifelse(actual == expected, 0, abs(actual - expected) / abs(expected)))
}
