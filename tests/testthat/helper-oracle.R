# Plain R from the definitions in the help pages, written before the code and
# without a look at it: slow, with indices from 0 as in the formulas.

# The sample that stands at place i of a signal of n, walking in one turn at a
# time; NA outside of a zero boundary.
oracle_source <- function(i, n, boundary) {
  if (boundary == "zero") {
    return(if (i < 0 || i >= n) NA else i)
  }
  while (i < 0 || i >= n) {
    i <- switch(boundary,
      wrap = if (i < 0) i + n else i - n,
      nearest = if (i < 0) 0 else n - 1,
      reflect = if (i < 0) -1 - i else 2 * n - 1 - i,
      mirror = if (n == 1) 0 else if (i < 0) -i else 2 * (n - 1) - i
    )
  }
  i
}

# First index into the full convolution, and number of values.
oracle_window <- function(n, m, mode, origin) {
  switch(mode,
    full = c(0, n + m - 1),
    same = c(if (is.null(origin)) (m - 1) %/% 2 else origin, n),
    causal = c(0, n),
    valid = c(min(n, m) - 1, max(n, m) - min(n, m) + 1)
  )
}

# For each output its terms: kernel index i and sample index j, both from 0.
oracle_terms <- function(n, m, mode = "full", origin = NULL, boundary = "zero") {
  window <- oracle_window(n, m, mode, origin)
  lapply(window[1] + seq_len(window[2]) - 1, function(k) {
    i <- seq_len(m) - 1
    j <- vapply(k - i, oracle_source, 0, n = n, boundary = boundary)
    list(i = i[!is.na(j)], j = j[!is.na(j)])
  })
}

# Those that have a matrix.
linear_boundaries <- c("zero", "wrap", "nearest", "reflect", "mirror", "extend")

is_missing_na <- function(x) {
  if (is.complex(x)) is_missing_na(Re(x)) | is_missing_na(Im(x)) else is.na(x) & !is.nan(x)
}

# The signal with all samples that the kernel meets: for "missing" NA outside, for "extend" the
# straight line; NA, if either end of that is.
oracle_extended <- function(x, m, origin, boundary, moduli = FALSE) {
  n <- length(x)
  line <- function(a, b, k) if (is.na(a) || is.na(b)) if (any(is_missing_na(c(a, b)))) NA else NaN else (k + 1) * a - (if (moduli) -k else k) * b
  outside <- function(a, b, k) if (boundary == "missing") NA else line(a, b, k)
  c(
    vapply(rev(seq_len(m - 1 - origin)), function(k) outside(x[1], x[2], k), x[1]), x,
    vapply(seq_len(origin), function(k) outside(x[n], x[n - 1], k), x[1])
  )
}

oracle_conv <- function(x, h, mode = "full", origin = NULL, boundary = "zero",
                        na = "propagate", moduli = FALSE) {
  if (boundary %in% c("missing", "extend")) {
    m <- length(h)
    origin <- oracle_window(length(x), m, mode, origin)[1]
    long <- oracle_extended(x, m, origin, boundary, moduli)
    terms <- lapply(seq_along(x), function(t) list(i = seq_len(m) - 1, j = t + m - 1 - seq_len(m)))
    return(oracle_sums(terms, long, h, na))
  }
  oracle_sums(oracle_terms(length(x), length(h), mode, origin, boundary), x, h, na)
}

oracle_sums <- function(terms, x, h, na = "propagate") {
  # arithmetic does not say whether NaN * NA is NA
  typed <- if (is.complex(c(x, h))) {
    function(v) complex(real = v, imaginary = v)
  } else {
    as.double
  }
  vapply(terms, function(at) {
    sample <- x[at$j + 1]
    product <- sample * h[at$i + 1]
    missing <- is.na(sample)
    if (!any(missing)) {
      return(sum(product))
    }
    if (na == "propagate") {
      return(typed(if (any(is_missing_na(sample))) NA else NaN))
    }
    value <- sum(product[!missing])
    if (na == "renormalise") {
      present <- sum(h[-(at$i[missing] + 1)]) # all of h but what meets missing samples
      value <- if (present > 0) value * sum(h) / present else typed(NA)
    }
    value
  }, typed(0))
}

# The sum of the moduli of each output's terms.
oracle_moduli <- function(x, h, ...) oracle_conv(Mod(x), Mod(h), ..., moduli = TRUE)

# A matrix from the definition: entry (k, j) adds up the kernel samples by which
# sample j enters output k.
oracle_matrix <- function(h, n, mode = "full", origin = NULL, boundary = "zero") {
  terms <- oracle_terms(n, length(h), mode, origin, boundary)
  A <- matrix(h[1] * 0, length(terms), n)
  for (k in seq_along(terms)) {
    for (p in seq_along(terms[[k]]$i)) {
      j <- terms[[k]]$j[p] + 1
      A[k, j] <- A[k, j] + h[terms[[k]]$i[p] + 1]
    }
  }
  A
}

# Is y right: within the documented bound where `exact` is finite, and of the
# same kind (NA, NaN, infinite) elsewhere?
within_bound <- function(y, exact, moduli, m) {
  finite <- is.finite(exact)
  identical(length(y), length(exact)) && identical(typeof(y), typeof(exact)) &&
    identical(is_missing_na(y), is_missing_na(exact)) &&
    identical(is.na(y), is.na(exact)) &&
    all(Mod(y - exact)[finite] <= 1e-11 * moduli[finite] + 2 * m * 2^-1074) &&
    all(is.na(exact[!finite]) | y[!finite] == exact[!finite])
}

all_cases <- function(n, m) {
  cases <- list(list(mode = "full"), list(mode = "valid"), list(mode = "same"))
  for (boundary in c("zero", "wrap", "nearest", "reflect", "mirror")) {
    cases <- c(cases, list(list(mode = "causal", boundary = boundary)))
    for (origin in seq_len(m) - 1) {
      cases <- c(cases, list(list(mode = "same", origin = origin, boundary = boundary)))
    }
  }
  cases
}

# Runs check(case) for every case, or some at the level of a minute; one expectation names those that fail.
expect_all_cases <- function(n, m, check, info = NULL) {
  cases <- some_of(all_cases(n, m), 5, first = n + 3 * m)
  ok <- vapply(cases, check, NA)
  testthat::expect(all(ok), paste(
    c(vapply(cases[!ok], describe_case, "", n = n, m = m), info),
    collapse = "\n"
  ))
}

describe_case <- function(case, n, m) {
  paste0("n = ", n, ", m = ", m, ", ", paste(names(case), case, sep = " = ", collapse = ", "))
}
