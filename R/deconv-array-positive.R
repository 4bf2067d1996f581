# deconv(positive = TRUE) of images and volumes: minimise |z - K x|^2 / 2 + lambda |x|^2 / 2 with x >= 0, by projected
# gradients and conjugate gradients in turns.
#
# Steps along the slope, cut off at 0, find which samples are 0; conjugate gradients find the others as if there were no
# sign, again cut off at 0 as far along as the sum falls. No eigenvalue is below lambda, so the slope without what
# points below 0, over lambda, bounds the distance from the minimum.
#
# More, J. J. and Toraldo, G. (1991) SIAM Journal on Optimization 1, 93-113.

positive_array <- function(p, x, most) {
  at <- positive_point(p, pmax(x, 0))
  steps <- 0
  narrow <- 0.1
  while (steps < most && at$gap > array_tolerance) {
    zeros <- at$x == 0
    slid <- slide_to_zeros(p, at, min(8, most - steps))
    inner <- free_descent(p, slid$at, narrow, most - steps)
    to <- cut_off_step(p, slid$at, inner$step)
    steps <- steps + slid$steps + inner$steps + 1
    stays <- identical(to$x == 0, zeros)
    if (to$gap >= at$gap && stays && narrow < 1e-6) break # rounding
    narrow <- if (stays) narrow / 100 else 0.1
    at <- to
  }
  list(x = at$x, steps = steps, gap = function(x) at$gap)
}

# The sum to minimise, its slope, and of that what may still be gone along.
positive_point <- function(p, x) {
  rest <- p$root * (p$y - array_product(p$A, x))
  slope <- p$lambda * x - transposed_array_product(p$A, p$root * rest)
  open <- ifelse(x > 0, slope, pmin(slope, 0))
  size <- sqrt(sum(open^2))
  list(
    x = x, value = (sum(rest^2) + p$lambda * sum(x^2)) / 2, slope = slope, open = open,
    gap = if (size == 0) 0 else size / (p$lambda * sqrt(sum(x^2)))
  )
}

# The curvature of the sum along a direction.
positive_curvature <- function(p, along) sum((p$root * array_product(p$A, along))^2) + p$lambda * sum(along^2)

# Steps along the slope until the zeros stay the same.
slide_to_zeros <- function(p, at, most) {
  for (steps in seq_len(most)) {
    curvature <- positive_curvature(p, at$open)
    if (curvature == 0) break
    to <- cut_off_step(p, at, -at$open * (sum(at$open^2) / curvature))
    same <- identical(to$x == 0, at$x == 0)
    at <- to
    if (same) break
  }
  list(at = at, steps = 2 * steps)
}

# At x + step, cut off at 0, or at half, a quarter, ... of the step where the sum would not fall.
cut_off_step <- function(p, at, step) {
  for (half in 0:30) {
    to <- positive_point(p, pmax(at$x + step * 2^-half, 0))
    if (to$value <= at$value * (1 + 1e-14)) break
  }
  to
}

# Conjugate gradients over the samples that are not 0, until the slope there is `narrow` of what it was, or small enough.
free_descent <- function(p, at, narrow, most) {
  free <- at$x > 0
  rest <- ifelse(free, -at$slope, 0)
  step <- numeric(length(rest))
  along <- rest
  size <- sum(rest^2)
  enough <- max(narrow * sqrt(size), 0.3 * array_tolerance * p$lambda * sqrt(sum(at$x^2)))
  steps <- 0
  while (steps < most && sqrt(size) > enough) {
    steps <- steps + 1
    image <- transposed_array_product(p$A, p$root^2 * array_product(p$A, along)) + p$lambda * along
    image[!free] <- 0
    stride <- size / sum(along * image)
    step <- step + stride * along
    rest <- rest - stride * image
    next_size <- sum(rest^2)
    along <- rest + next_size / size * along
    size <- next_size
  }
  list(step = step, steps = steps)
}
