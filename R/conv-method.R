#' Which way `conv()` would compute
#'
#' Tells what `conv(x, h, mode)` with `method = "auto"` does with these samples:
#' direct sums, Fourier transforms of blocks, or sums that skip the zeros of a
#' signal or a kernel of mostly zeros. All keep the same promise about each
#' output, so the choice is one of time only. `conv_method(1:100, 1:10)` says "direct".
#'
#' @param x,h Numeric or complex vectors: a signal of n samples and a kernel of
#'   m, at least 1. If one of them is complex, its real part decides.
#' @param mode As in [conv()].
#'
#' @returns A list of class `conv_method` with
#' \describe{
#'   \item{method}{`"direct"`, `"fft"` or `"sparse"`;}
#'   \item{block}{how many samples each Fourier transform takes, NA if there is none;}
#'   \item{skips}{for `"sparse"` whose zeros are skipped, `"x"` or `"h"`; else NA;}
#'   \item{cost}{an estimate of the time in seconds, made on one machine and good
#'     for comparing;}
#'   \item{error_bound}{1e-11: the largest error of an output, relative to the
#'     sum of the moduli of its terms.}
#' }
#'
#' @section Errors:
#' As in [conv()].
#'
#' @section Algorithm and cost:
#' A model of costs is compared for all methods and some twenty lengths of
#' transforms, and zeros of `x` and `h` are counted if there seem to be many. See the
#' section on the algorithm in [conv()].
#'
#' @references Oppenheim, A. V. and Schafer, R. W. (2010) _Discrete-Time Signal
#'   Processing_, 3rd ed., section 8.7 (overlap-save). Pearson.
#'
#' @seealso [conv()]
#' @family convolution
#' @examples
#' conv_method(rnorm(100), rnorm(10))
#' conv_method(rnorm(1e5), rnorm(1e3))
#' conv_method(rnorm(1e5), c(1, numeric(4999), 0.5)) # an echo
#' @export
conv_method <- function(x, h, mode = "full") {
  check_given()
  x <- check_one_signal(x, "x")
  h <- check_kernel(h)
  options <- conv_options(mode, NULL, "zero", "propagate", "auto", length(h))
  if (length(x) == 0L) {
    abort("length", "`x` must have at least one sample, not none.")
  }
  x[!is.finite(x)] <- 0 # as conv() does before it chooses
  as_number <- if (is.complex(x) && is.complex(h)) as.complex else function(z) as.double(Re(z))
  choice <- .Call(ffi_conv_method, as_number(x), as_number(h), options)
  structure(
    list(
      method = c("direct", "fft", "fft", "sparse")[choice[1L]],
      block = if (choice[1L] == 3) choice[2L] else NA_real_,
      skips = if (choice[1L] == 4) c("x", "h")[choice[4L] + 1] else NA_character_,
      cost = choice[3L] * 1e-9,
      error_bound = 1e-11
    ),
    class = "conv_method"
  )
}

#' @rdname conv_method
#' @param ... Not used.
#' @export
print.conv_method <- function(x, ...) {
  how <- switch(x$method,
    direct = "direct sums",
    fft = sprintf("Fourier transforms, in blocks of %s", format_count(x$block)),
    sparse = sprintf("sums that skip the zeros of %s", x$skips)
  )
  cat(sprintf("<conv() by method \"%s\": %s; about %.2g s>\n", x$method, how, x$cost))
  invisible(x)
}
