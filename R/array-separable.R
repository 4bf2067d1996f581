# Kernels of arrays that are an outer product of one kernel for each axis: lists of those, and arrays of which
# conv_array() finds out that they are such a product. It takes a pass along each axis, where that is faster.

# By how much an entry may differ from the product, relative to itself. What h was computed by leaves some units in the
# last place: products of rounded factors a few, an exponential of a sum as many as its exponent. It adds
# to the error of each output at most this part of the sum of the moduli of its terms.
separable_tolerance <- 32 * .Machine$double.eps

# The kernels whose outer product is h, as fitting_kernels() gives them, if that is faster; else NULL.
separated_kernel <- function(x, h, nh, options) {
  may <- options[[1L]][["method"]] == 0 && !is.complex(h)
  if (!may || !are_passes_faster(array_sizes(x), nh) || is_mostly_zero(x)) {
    return(NULL)
  }
  apart <- axis_kernels(h, nh)
  if (!is.null(apart)) fitting_kernels(apart)
}

# By times of images of 60 x 60 to 1000 x 1000 and volumes of 100^3, with one thread: passes go over memory more
# often, to look for them takes some 0.1 ms, and with long kernels transforms are faster.
are_passes_faster <- function(n, nh) {
  long <- nh[nh > 1]
  length(long) > 1L && prod(n) >= 3e4 && prod(long) > 3 * sum(long) && sum(long) <= 300
}

# By about a thousand samples: sums that skip the zeros of x are faster then.
is_mostly_zero <- function(x) {
  some <- x[seq.int(1, length(x), by = max(1, length(x) %/% 1009))]
  sum(some == 0, na.rm = TRUE) > 0.9 * length(some)
}

# One kernel, or NULL, for each axis, or NULL if there are none. Only where samples of h are so far from the largest
# and the smallest numbers that products of them are, too. A whole-number h must be the exact product of whole
# numbers: then outputs are exact as far as they are with h.
axis_kernels <- function(h, nh) {
  size <- abs(h)
  peak <- which.max(size)
  whole <- all(h == round(h))
  if (size[peak] == 0 || size[peak] > 2^(if (whole) 31 else 100) || min(size[size > 0]) < 2^-100) {
    return(NULL)
  }
  fibres <- fibres_through(h, nh, peak)
  apart <- if (whole) whole_factors(fibres, h[peak]) else c(fibres[1L], lapply(fibres[-1L], `/`, h[peak]))
  if (is.null(apart) || any(abs(Reduce(outer, apart) - h) > size * (if (whole) 0 else separable_tolerance))) {
    return(NULL)
  }
  long <- which(nh > 1)
  first <- long[1L] # takes the factors of axes with one sample
  apart[[first]] <- apart[[first]] * prod(unlist(apart[nh == 1]))
  apart[nh == 1] <- list(NULL)
  apart
}

# The samples of h along each axis that share their other places with sample `peak`.
fibres_through <- function(h, nh, peak) {
  step <- cumprod(c(1, nh))
  lapply(seq_along(nh), function(a) {
    own <- (peak - 1) %/% step[a] %% nh[a]
    as.vector(h)[peak + (seq_len(nh[a]) - 1 - own) * step[a]]
  })
}

# Fibres through a sample of value `peak` as whole numbers whose product is `peak` there; NULL if there are none.
whole_factors <- function(fibres, peak) {
  divisors <- vapply(fibres, function(own) Reduce(common_divisor, abs(own)), 0)
  there <- prod(peak / divisors)
  if (peak %% there != 0) {
    return(NULL)
  }
  apart <- Map(`/`, fibres, divisors)
  apart[[1L]] <- apart[[1L]] * (peak / there)
  apart
}

common_divisor <- function(a, b) {
  while (b > 0) {
    rest <- a %% b
    a <- b
    b <- rest
  }
  a
}

# ---- one kernel for each axis ----------------------------------------------------------

# A list of kernels for passes axis by axis, or NULL where only their outer product keeps the promise.
# Products of x with some of the kernels must neither overflow, which C looks after, nor lose digits where the
# product with all of them does not. So all kernels but the first are scaled by powers of 2 to a largest
# modulus from 1/2 to 1, and then underflow costs no more than in the whole sum.
fitting_kernels <- function(h) {
  if (all(vapply(h, is.null, NA))) {
    h[[1L]] <- 1 # the array as it is
  }
  scale_kernels(h)
}

# NULL if that would lose digits.
scale_kernels <- function(h) {
  given <- which(!vapply(h, is.null, NA))
  first <- given[1L]
  total <- 0
  for (a in given[-1L]) {
    power <- floor(log2(max(abs(Re(h[[a]])), abs(Im(h[[a]]))))) + 1
    if (power > 500 || power < -500 || any(h[[a]] / 2^power * 2^power != h[[a]])) {
      return(NULL)
    }
    h[[a]] <- h[[a]] / 2^power
    total <- total + power
  }
  scaled <- h[[first]] * 2^total
  if (abs(total) > 500 || any(!is.finite(scaled)) || any(scaled / 2^total != h[[first]])) {
    return(NULL)
  }
  h[[first]] <- scaled
  h
}

# The outer product of all kernels.
outer_kernel <- function(h, nh) {
  check_memory(
    (if (has_complex(h)) 16 else 8) * prod(nh),
    sprintf("`h` is too large: the %s kernel needs", paste(format_count(nh), collapse = " x "))
  )
  h[vapply(h, is.null, NA)] <- list(1)
  product <- array(Reduce(outer, h), nh)
  if (!all(is.finite(product))) {
    abort("value", "`h` must have a finite outer product: its kernels are too large together.", "Scale one of them.")
  }
  product
}
