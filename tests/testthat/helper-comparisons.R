# The expectations that are used most, with the verdicts of testthat's own. Those prepare a report of differences, and
# trace each error back, before they know whether anything is wrong: a quarter of the time of all tests. Here what
# is right is told at once, and what is not goes to testthat's own.

expect_identical <- function(object, expected, info = NULL, label = NULL, expected.label = NULL, ...) {
  if (...length() == 0L && identical(object, expected)) {
    return(passed(object))
  }
  label <- label %||% named(substitute(object))
  expected.label <- expected.label %||% named(substitute(expected))
  testthat::expect_identical(object, expected, info, label, expected.label, ...)
}

# testthat compares means over all numbers with the tolerance; numbers of which each is as close are equal, too.
expect_equal <- function(object, expected, ..., tolerance = testthat::testthat_tolerance(), info = NULL,
                         label = NULL, expected.label = NULL) {
  if (...length() == 0L && (identical(object, expected) || each_is_close(object, expected, tolerance / 2))) {
    return(passed(object))
  }
  label <- label %||% named(substitute(object))
  expected.label <- expected.label %||% named(substitute(expected))
  testthat::expect_equal(
    object, expected, ..., tolerance = tolerance, info = info, label = label, expected.label = expected.label
  )
}

expect_true <- function(object, info = NULL, label = NULL) {
  if (identical(as.vector(object), TRUE)) {
    return(passed(object))
  }
  testthat::expect_true(object, info, label %||% named(substitute(object)))
}

expect_false <- function(object, info = NULL, label = NULL) {
  if (identical(as.vector(object), FALSE)) {
    return(passed(object))
  }
  testthat::expect_false(object, info, label %||% named(substitute(object)))
}

expect_error <- function(object, regexp = NULL, class = NULL, ..., info = NULL, label = NULL) {
  label <- label %||% named(substitute(object))
  cnd <- tryCatch(
    {
      force(object)
      NULL
    },
    error = identity
  )
  if (inherits(cnd, class %||% "error") && (is.null(regexp) || grepl(regexp, conditionMessage(cnd), ...))) {
    return(passed(cnd))
  }
  testthat::expect_error(if (!is.null(cnd)) stop(cnd), regexp, class, ..., info = info, label = label)
}

passed <- function(value) {
  testthat::succeed()
  invisible(value)
}

named <- function(code) paste0("`", paste(deparse(code), collapse = "\n"), "`")

each_is_close <- function(object, expected, tolerance) {
  is.double(object) && is.double(expected) && identical(attributes(object), attributes(expected)) &&
    length(object) == length(expected) && isTRUE(all(abs(object - expected) <= tolerance * abs(expected)))
}
