# Matrices and numbers for the tests of operators.

build_form <- function(make, h, n, case, ...) do.call(make, c(list(h, n), case, list(...)))

# Both kinds of sizes have a matrix beside: the dense one and its moduli.
whole_numbers <- function(n, complex = FALSE) {
  part <- function() sample(-9:9, n, replace = TRUE) + 0
  if (complex) complex(real = part(), imaginary = part()) else part()
}

wide_numbers <- function(n, complex = FALSE) {
  part <- function() rnorm(n) * 10^runif(n, -8, 8)
  if (complex) complex(real = part(), imaginary = part()) else part()
}

# The promise of conv(), less the error of the matrix product that is compared with.
product_is_right <- function(y, exact, moduli) {
  identical(dim(y), dim(exact)) && typeof(y) == typeof(exact) &&
    all(Mod(y - exact) <= (1e-11 - 1e-13) * moduli + 2^-1000)
}
