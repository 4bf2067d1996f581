# Means of what is there, of arrays.

# What is missing may have had most of the weight, so that products too small for all their digits would
# show. So arrays of tiny products are convolved in smaller units, and kernels with an infinite sum in larger ones.
renormalise_arrays <- function(x, nx, h, nh, options, threads) {
  most <- .Call(ffi_largest, x)[1L]
  first <- if (is.list(h)) which(!vapply(h, is.null, NA))[1L] # all others are scaled, see scale_kernels()
  sum <- sum(if (is.list(h)) h[[first]] else h)
  tiny <- most * sum < 2^-500
  unit_x <- if (tiny) tiny_unit(most) else 1
  unit_h <- if (sum == Inf) 2^64 else if (tiny) tiny_unit(sum) else 1
  if (is.list(h)) {
    h[[first]] <- h[[first]] / unit_h
  } else {
    h <- h / unit_h
  }
  y <- convolve_as_given(scale_parts(x, 1 / unit_x), nx, h, nh, options, threads)
  if (!is.null(y)) scale_parts(scale_parts(y, unit_x), unit_h)
}

# A power of 2 near a number below 1.
tiny_unit <- function(v) if (v > 0 && v < 1) 2^max(floor(log2(v)), -1000) else 1

# Complex numbers times a number would have NaN beside infinite parts.
scale_parts <- function(x, by) {
  if (by == 1) {
    x
  } else if (is.complex(x)) {
    complex(real = Re(x) * by, imaginary = Im(x) * by)
  } else {
    x * by
  }
}
