# Errors and warnings: their classes, and the call they are raised from.

abort <- function(kind, ..., call = user_call()) {
  stop(errorCondition(
    paste(c(...), collapse = "\n  "),
    class = c(paste0("convmat_error_", kind), "convmat_error"),
    call = call
  ))
}

warn <- function(kind, ..., call = user_call()) {
  warning(warningCondition(
    paste(c(...), collapse = "\n  "),
    class = c(paste0("convmat_warning_", kind), "convmat_warning"),
    call = call
  ))
}

inform <- function(..., class = NULL) {
  message(structure(
    class = c(class, "convmat_message", "message", "condition"),
    list(message = paste0(..., "\n"), call = NULL)
  ))
}

# The call by which the user entered the package. From the innermost call to its
# caller, and so on, that is the last function of ours before one of the user's;
# base and stats may stand in between, since `lapply()` and `integrate()` call us
# back. Callers, not frames: in conv(x, hrf("a")), hrf() is evaluated within
# conv(), but it is the user who calls it.
user_call <- function() {
  i <- user_frame()
  if (i > 0L) sys.call(i)
}

# The number of that call's frame; 0 if there is none.
user_frame <- function() {
  ours <- topenv()
  passed <- list(ours, baseenv(), .BaseNamespaceEnv, asNamespace("stats"))
  entered <- 0L
  i <- sys.parent()
  while (i > 0L) {
    home <- topenv(environment(sys.function(i)) %||% baseenv())
    if (identical(home, ours)) {
      entered <- i
    } else if (!any(vapply(passed, identical, NA, home))) {
      break
    }
    i <- sys.parents()[i]
  }
  entered
}

`%||%` <- function(a, b) if (is.null(a)) b else a

# ---- words for messages ------------------------------------------------------

# What an object is, as a user would say it: "a list", "a factor".
describe <- function(x) {
  if (is.null(x)) {
    "NULL"
  } else if (inherits(x, "events")) {
    "a table of events"
  } else if (is.data.frame(x)) {
    "a data frame"
  } else if (is.factor(x)) {
    "a factor"
  } else if (is.object(x)) {
    sprintf("an object of class <%s>", paste(class(x), collapse = "/"))
  } else if (is.function(x)) {
    "a function"
  } else if (length(dim(x)) == 2L) {
    sprintf("%s matrix", type_word(x))
  } else if (!is.null(dim(x))) {
    sprintf("%s array of %d dimensions", type_word(x), length(dim(x)))
  } else if (typeof(x) == "list") {
    "a list"
  } else if (is.atomic(x)) {
    sprintf("%s vector", type_word(x))
  } else {
    sprintf("an object of type %s", typeof(x))
  }
}

# With its article.
type_word <- function(x) {
  switch(typeof(x), double = "a numeric", integer = "an integer", paste("a", typeof(x)))
}

# "Locations: 4, 9." for where `bad` is TRUE, cut short after five.
locations <- function(bad, what = "Locations") {
  at <- which(bad)
  shown <- paste(utils::head(at, 5L), collapse = ", ")
  more <- length(at) - 5L
  if (more > 0L) {
    sprintf("%s: %s and %d more.", what, shown, more)
  } else {
    sprintf("%s: %s.", what, shown)
  }
}

# One value as it would be typed, cut short; anything else is described.
show_value <- function(x) {
  if (is.atomic(x) && length(x) == 1L && !is.object(x)) {
    if (is.character(x)) show_string(x) else format(x, digits = 15L)
  } else if (is.atomic(x) && !is.object(x) && is.null(dim(x)) && !is.null(x)) {
    sprintf("%s of length %s", describe(x), format_count(length(x)))
  } else {
    describe(x)
  }
}

show_string <- function(x) {
  if (is.na(x) || nchar(x, "bytes") <= 60L) {
    return(encodeString(x, quote = "\""))
  }
  # encoded first: there are no parts of a string that is not valid
  paste0(substr(encodeString(x, quote = "\""), 1L, 51L), "\"...")
}

# In numbers of messages the decimal mark is a point, whatever options(OutDec) says.
format_count <- function(n) {
  format(n, big.mark = ",", decimal.mark = ".", scientific = FALSE, trim = TRUE)
}

format_bytes <- function(bytes) {
  units <- c("bytes", "kB", "MB", "GB", "TB", "PB", "EB")
  power <- min(max(floor(log10(bytes) / 3), 0), length(units) - 1)
  size <- signif(bytes / 1000^power, 2)
  paste(format(size, scientific = size >= 1e6, decimal.mark = "."), units[power + 1])
}
