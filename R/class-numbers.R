# Vectors of numbers with a class: units, integer64 of bit64, and labelled ones of haven.

# Without a class; names and shape stay.
bare <- function(x) {
  kept <- attributes(x)
  x <- unclass(x)
  attributes(x) <- kept[intersect(names(kept), c("dim", "dimnames", "names"))]
  x
}

#' @export
conv_values.units <- function(x, ...) {
  if (inherits(attr(x, "units"), "symbolic_units")) bare(x) else x
}

#' @export
conv_restore.units <- function(y, x, h = NULL, ...) with_units(y, x, h)

# y in the units of x times those of h, of which either may have none.
with_units <- function(y, x, h) {
  has_units <- c(inherits(x, "units"), inherits(h, "units"))
  of <- function(u) structure(1, units = attr(u, "units"), class = "units")
  unit <- if (all(has_units)) {
    need_units()
    of(x) * of(h)
  } else {
    of(if (has_units[1L]) x else h)
  }
  factor <- as.vector(unclass(unit))
  if (factor != 1) {
    y <- y * factor
  }
  attr(y, "units") <- attr(unit, "units")
  class(y) <- "units"
  y
}

# One over the units of h, for what is divided by it; without units, h as it is.
over_units <- function(h) {
  if (!inherits(h, "units")) {
    return(h)
  }
  need_units()
  1 / structure(1, units = attr(h, "units"), class = "units")
}

need_units <- function(installed = requireNamespace("units", quietly = TRUE)) {
  if (!installed) {
    abort(
      "package", "The units of `h` cannot be multiplied: package units is not installed.",
      "Take its plain numbers: `as.vector(unclass(h))`."
    )
  }
}

# bit64 keeps the 64 bits of a whole number in those of a double. Read as two halves, they are exact up to 2^53.
#' @export
conv_values.integer64 <- function(x, arg = "x", ...) {
  if (!is.double(x)) {
    return(x)
  }
  y <- bare(x)
  at_once <- 1e6
  beyond <- integer(0)
  for (from in seq(1, by = at_once, length.out = ceiling(length(y) / at_once))) {
    i <- from:min(from + at_once - 1, length(y))
    words <- readBin(writeBin(as.vector(y[i]), raw(), endian = "little"), "integer", 2L * length(i), endian = "little")
    low <- words[c(TRUE, FALSE)]
    high <- words[c(FALSE, TRUE)]
    low <- ifelse(is.na(low), 2^31, ifelse(low < 0, low + 2^32, low)) # NA: the bits of -2^31
    missing <- is.na(high) & low == 0
    value <- ifelse(is.na(high), -2^31, high) * 2^32 + low
    beyond <- c(beyond, i[!missing & (abs(value) > 2^53 | (abs(value) == 2^53 & low != 0))])
    y[i] <- ifelse(missing, NA_real_, value)
  }
  if (length(beyond)) {
    abort(
      "value", sprintf("`%s` must be at most 2^53 in size, beyond which doubles have gaps.", arg),
      locations(replace(logical(length(y)), beyond, TRUE))
    )
  }
  y
}

#' @export
conv_values.haven_labelled <- function(x, ...) {
  y <- bare(x)
  if (!is.numeric(y)) {
    return(x)
  }
  own <- attr(x, "na_values") # missing values that the user has named, as SPSS has them
  range <- attr(x, "na_range")
  gone <- if (is.numeric(own)) y %in% own else logical(length(y))
  if (is.numeric(range) && length(range) == 2L) {
    gone <- gone | (!is.na(y) & y >= range[1L] & y <= range[2L])
  }
  y[gone] <- NA
  y
}
