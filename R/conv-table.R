# Tables in one dimension as functions of what their names say: the probabilities or counts
# of the values of a random variable. Convolved, they give those of the sum.

is_table <- function(x) inherits(x, "table") && !isS4(x) && length(dim(x)) == 1L

# conv() where `x` or `h` is such a table.
conv_tables <- function(x, h, mode, ...) {
  check_choice(mode, modes, "mode")
  if (mode != "full") {
    abort(
      "value", sprintf("`mode` must be \"full\" with a table, not \"%s\".", mode),
      "The sum of two random variables takes all values of the full convolution."
    )
  }
  x <- check_table(x, "x")
  h <- check_table(h, "h")
  step <- check_step(list(x = x, h = h))
  check_table_size(list(x$at, h$at), step)
  y <- conv_any(fill_gaps(x, step), check_kernel(fill_gaps(h, step)), mode, ...)
  new_table(y, x$at[1L] + h$at[1L], step)
}

# conv_power() of a table; its 0th power is the certain 0.
power_table <- function(h, k) {
  h <- check_table(h, "h")
  step <- check_step(list(h = h))
  check_table_size(list(h$at), step, k)
  check_table_digits(k * h$at, step)
  new_table(conv_power(check_kernel(fill_gaps(h, step)), k), k * h$at[1L], step)
}

# The values of a table in the order of their support: list(at, value), doubles.
check_table <- function(x, arg) {
  if (!is_table(x)) {
    abort(
      "type", sprintf("`%s` must be a table, too, since the other is one, not %s.", arg, describe(x)),
      sprintf(
        "Its names are its support: `as.table(c(\"0\" = 0.5, \"1\" = 0.5))`. Or take the plain numbers: `as.numeric(%s)`.",
        name_given(setdiff(c("x", "h"), arg))
      )
    )
  }
  if (!is.numeric(x) && !is.logical(x)) {
    abort("type", sprintf("`%s` must be a table of numbers, not of %s values.", arg, typeof(x)))
  }
  at <- suppressWarnings(as.numeric(names(x)))
  if (length(at) != length(x) || !all(is.finite(at))) {
    what <- sprintf("`%s` must be a table whose names are numbers, its support", arg)
    wrong <- names(x)[!is.finite(at)]
    abort("type", if (length(wrong) == 0L) paste0(what, ".") else sprintf("%s, not %s.", what, show_string(wrong[1L])))
  }
  if (anyDuplicated(at)) {
    abort("value", sprintf("`%s` must have each value of its support once; %s is there again.", arg, at[duplicated(at)][1L]))
  }
  o <- order(at)
  list(at = at[o], value = as.double(x)[o])
}

# ---- the step ----------------------------------------------------------------

# One that fits all tables, each list(at, value).
check_step <- function(tables) {
  supports <- lapply(tables, `[[`, "at")
  step <- common_step(supports)
  if (is.null(step)) {
    each <- lapply(supports, function(at) common_step(list(at)))
    abort(
      "value", sprintf("%s must have a common step between the values of their support.", and_one(names(tables))),
      sprintf("In `%s` %s.", names(tables), vapply(Map(say_step, supports, each), identity, ""))
    )
  }
  step
}

and_one <- function(names) if (length(names) == 1L) sprintf("`%s`", names) else and(names)

say_step <- function(at, step) {
  number <- function(v) vapply(v, format, "", digits = 15L)
  if (is.null(step)) {
    sprintf("there is none for %s%s", paste(number(utils::head(at, 3L)), collapse = ", "), if (length(at) > 3L) ", ..." else "")
  } else if (length(at) < 2L) {
    sprintf("there is %s alone", number(at))
  } else {
    sprintf("it is %s", number(step))
  }
}

# The largest step of which all distances within a support are multiples, by Euclid's algorithm
# on all of them at once; NULL if there is none. Names have 15 digits, so that a
# distance is uncertain by `e` unless all are whole, and what is left of it by the errors of all it was made from.
common_step <- function(supports) {
  d <- unique(unlist(lapply(supports, function(at) c(at - at[1L], diff(at)))))
  d <- d[!is.na(d) & d > 0]
  if (length(d) == 0L) {
    return(1)
  }
  largest <- max(abs(unlist(supports)), d)
  if (!is.finite(largest)) {
    return(NULL)
  }
  e <- if (largest < 2^52 && all(d == floor(d))) 0 else 4e-15 * largest
  step <- min(d)
  step_error <- e
  repeat {
    times <- round(d / step)
    left <- abs(d - times * step)
    error <- times * step_error + e
    if (any(error > step / 4)) {
      return(NULL)
    }
    if (all(left <= error)) {
      return(max(d) / round(max(d) / step))
    }
    next_one <- which(left == min(left[left > error]))[1L]
    step <- left[next_one]
    step_error <- error[next_one]
  }
}

# ---- between tables and vectors ------------------------------------------------

# Names take some 80 bytes each.
check_table_size <- function(supports, step, k = 1) {
  spans <- vapply(supports, function(at) if (length(at) > 0L) at[length(at)] - at[1L] else 0, 0)
  n <- k * sum(spans) / step + 1
  check_memory(100 * n, sprintf("The result, of %s values in steps of %s, needs", format_count(n), format(step)))
}

# Whole numbers are exact to 2^53; else neighbours must differ in 15 digits.
check_table_digits <- function(at, step) {
  most <- max(abs(at), 0)
  if (most > if (all(c(at, step) == floor(c(at, step)))) 2^53 else 1e14 * step) {
    abort("value", sprintf(
      "`k` must be smaller: sums up to %s, in steps of %s, have more digits than numbers can hold.",
      format(most, digits = 3L), format(step, digits = 3L)
    ))
  }
}

fill_gaps <- function(x, step) {
  if (length(x$at) == 0L) {
    return(numeric(0))
  }
  place <- round((x$at - x$at[1L]) / step) + 1
  y <- numeric(place[length(place)])
  y[place] <- x$value
  y
}

# On the multiples of the step if it starts on one, so that 0 is 0.
new_table <- function(y, start, step) {
  if (length(y) == 0L) {
    return(structure(numeric(0), dim = 0L, dimnames = list(NULL), class = "table"))
  }
  first <- start / step
  if (abs(first - round(first)) < 1e-9) {
    first <- round(first)
  }
  at <- (first + seq_along(y) - 1) * step
  names <- number_labels(at)
  long <- at == floor(at) & signif(at, 15L) != at # whole numbers of 16 digits
  names[long] <- sprintf("%.0f", at[long])
  structure(y, dim = length(y), dimnames = list(names), class = "table")
}
