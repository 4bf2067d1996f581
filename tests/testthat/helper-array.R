# conv_array() from its definition in plain R: the array is laid out, axis by axis, with all places
# that outputs meet; then each output is a sum over a window of it.

# f() of each fibre along an axis.
along_axis <- function(x, axis, f) {
  d <- dim(x)
  order <- c(axis, seq_along(d)[-axis])
  fibres <- matrix(aperm(x, order), d[axis])
  y <- do.call(cbind, lapply(seq_len(ncol(fibres)), function(i) f(fibres[, i])))
  aperm(array(y, c(nrow(y), d[-axis])), order(order))
}

# The array at all places that outputs meet, and which of them are there at all: those outside of a zero
# boundary are not, unless they are missing along another axis, which is laid out after it.
oracle_laid_out <- function(x, case, moduli) {
  here <- array(TRUE, dim(x))
  for (a in order(case$boundary == "missing")) {
    n <- dim(x)[a]
    m <- case$nh[a]
    window <- oracle_window(n, m, case$mode[a], if (!is.na(case$origin[a])) case$origin[a])
    boundary <- case$boundary[a]
    if (boundary %in% c("missing", "extend")) {
      x <- along_axis(x, a, function(v) oracle_extended(v, m, window[1], boundary, moduli))
      outside <- boundary == "missing" & !seq_len(n + m - 1) %in% (m - 1 - window[1] + seq_len(n))
      here <- along_axis(here, a, function(v) outside | v[1])
    } else {
      places <- window[1] - (m - 1) + seq_len(window[2] + m - 1) - 1
      from <- vapply(places, oracle_source, 0, n = n, boundary = boundary)
      x <- along_axis(x, a, function(v) ifelse(is.na(from), 0, v[from + 1]))
      here <- along_axis(here, a, function(v) v[1] & !is.na(from))
    }
  }
  list(x = x, here = here)
}

# A case has mode, origin (NA for the default) and boundary for each axis, and the sizes of h.
oracle_array <- function(x, h, case, na = "propagate", moduli = FALSE) {
  long <- oracle_laid_out(x, case, moduli)
  d <- dim(long$x)
  ny <- d - case$nh + 1
  step <- cumprod(c(1, d))[seq_along(d)]
  places <- function(n) as.vector(as.matrix(expand.grid(lapply(n, seq_len))) %*% step) - sum(step)
  first <- places(ny) + 1
  within <- places(case$nh)
  back <- rev(as.vector(h))
  terms <- lapply(first, function(at) {
    there <- long$here[at + within]
    list(i = which(there) - 1, j = (at + within - 1)[there])
  })
  array(oracle_sums(terms, as.vector(long$x), back, na), ny)
}

# The sum of the moduli of each output's finite terms, scaled as the output is.
oracle_array_moduli <- function(x, h, case, na = "propagate") {
  size <- Mod(x)
  size[is.infinite(size)] <- 0
  oracle_array(size, Mod(h), case, if (na == "propagate") "zero" else na, moduli = TRUE)
}

# A case drawn at random for arrays of these sizes.
random_case <- function(nx, nh) {
  rank <- length(nx)
  case <- list(nh = nh, mode = sample(c("full", "same", "causal", "valid"), rank, TRUE))
  case$origin <- ifelse(case$mode == "same" & stats::runif(rank) < 0.7, floor(stats::runif(rank, 0, nh)), NA)
  may <- case$mode %in% c("same", "causal")
  any <- sample(c("zero", "wrap", "nearest", "reflect", "mirror", "missing", "extend"), rank, TRUE)
  any[any == "extend" & nx < 2] <- "mirror"
  case$boundary <- ifelse(may, any, "zero")
  case
}

# Samples of which some are missing or infinite, or all are finite.
random_array <- function(n, complex = FALSE, hostile = 0, infinite = TRUE) {
  x <- round(stats::rnorm(prod(n)), 2)
  if (complex) x <- complex(real = x, imaginary = round(stats::rnorm(prod(n)), 2))
  odd <- stats::runif(prod(n)) < hostile
  x[odd] <- sample(c(NA, NaN, if (infinite) c(Inf, -Inf)), sum(odd), TRUE)
  array(x, n)
}

describe_array_case <- function(case, nx, ...) {
  paste(deparse(c(list(nx = nx), case, list(...)), width.cutoff = 500L), collapse = " ")
}
