# Ways to reach each part of the engine.

# conv() of plain vectors by one method, also those that only "auto" chooses.
conv_by <- function(method, x, h, mode = "full") {
  index <- c(auto = 0, direct = 1, fft = 2, guarded = 3, sparse = 4)[[method]]
  options <- conv_options(mode, NULL, "zero", "propagate", "auto", length(h))
  options[["method"]] <- index
  number <- function(z) if (is.complex(z)) z else as.double(z)
  .Call(ffi_conv, number(x), number(h), c(1, 1, 1), options, NULL, NULL)
}

# The convolution of complex numbers by four real ones.
complex_direct <- function(x, h) {
  by <- function(a, b) conv_by("direct", a, b)
  complex(
    real = by(Re(x), Re(h)) - by(Im(x), Im(h)), imaginary = by(Re(x), Im(h)) + by(Im(x), Re(h))
  )
}

# Runs `code` at every level of instructions that the machine has.
at_every_level <- function(code) {
  code <- substitute(code)
  frame <- parent.frame()
  old <- .Call(ffi_simd_level, NULL)
  on.exit(.Call(ffi_simd_level, Sys.getenv("CONVMAT_SIMD")))
  for (level in c("base", "avx2", "avx512")) {
    if (.Call(ffi_simd_level, level) == level) eval(code, frame)
  }
}

# The direct sums, and the sums of moduli.
direct_truth <- function(x, h, mode = "full") {
  list(
    exact = conv_by("direct", x, h, mode),
    moduli = conv_by("direct", abs(x), abs(h), mode)
  )
}

# Does y keep the promise? The direct sums are proven to lie within 3.4e-13 B, so
# what lies within 1e-11 B less that of them keeps it.
keeps_promise <- function(y, x, h, mode = "full", truth = direct_truth(x, h, mode)) {
  slack <- (1e-11 - 3.4e-13) * truth$moduli + 2 * min(length(x), length(h)) * 2^-1074
  finite <- is.finite(truth$moduli)
  length(y) == length(truth$exact) && all(abs(y - truth$exact)[finite] <= slack[finite]) &&
    all(y[truth$moduli == 0] == 0)
}
