#' A kernel convolved with itself k times
#'
#' The distribution of the sum of k independent draws, if `h` is the probability of 0, 1, 2, ...;
#' the coefficients of the k-th power of a polynomial; a smoother applied k times.
#' `conv_power(c(1, 1), 3)` is 1 3 3 1.
#'
#' @param h Numeric or complex vector of length m, at least 1: the kernel, all of it finite. Or a
#'   [table] whose names are numbers, as in [conv()].
#' @param k Whole number, 0 or more.
#'
#' @returns A double or complex vector of length k (m - 1) + 1, in units of `h` to the power of k. `k = 0` gives
#'   1, which convolution leaves everything as it is with; `k = 1` gives `h`. A table gives a table, of the values
#'   that a sum of k draws can take.
#'
#' @section Errors:
#' `convmat_error_type` if `h` is neither numbers in a vector nor such a table; `convmat_error_length` if it is empty;
#' `convmat_error_value` if it is not finite, `k` is not a whole number from 0 on, or sums have more digits
#' than numbers can hold; `convmat_error_numeric` if a lower power that this one is made of passes the largest number;
#' `convmat_error_memory` if the result needs more than `getOption("convmat.max_bytes")`.
#'
#' @section Algorithm and accuracy:
#' Squaring, at most 2 log2(k) calls of [conv()]. An error of a factor grows with the power, so that convolutions
#' here are direct sums as long as those take less than some seconds: each value is then well within 1e-11 of
#' that of `conv_power(abs(h), k)`, small ones beside large ones, too.
#'
#' @references Knuth, D. E. (1997) _The Art of Computer Programming_, volume 2, section 4.6.3. Addison-Wesley.
#'
#' @seealso [conv()].
#' @examples
#' # the sum of three dice: probabilities of 3 to 18
#' conv_power(rep(1, 6) / 6, 3)
#' die <- prop.table(table(1:6))
#' conv_power(die, 3)
#'
#' # all digits of small probabilities: 100 throws of a coin
#' p <- conv_power(c(0.9, 0.1), 100)
#' max(abs(p / dbinom(0:100, 100, 0.1) - 1))
#' @export
conv_power <- function(h, k) {
  check_given()
  k <- check_count(k, "k", least = 0)
  if (is_table(h)) {
    return(power_table(h, k))
  }
  h <- as.vector(check_kernel(h))
  check_memory(
    3 * bytes_each(h) * (k * (length(h) - 1) + 1),
    sprintf("The power, of %s values, needs", format_count(k * (length(h) - 1) + 1))
  )
  if (k == 0) {
    return(1)
  }
  out <- NULL
  square <- h
  repeat {
    if (k %% 2 == 1) {
      out <- if (is.null(out)) square else power_product(out, square)
    }
    k <- k %/% 2
    if (k == 0) {
      return(out)
    }
    square <- power_product(square, square)
  }
}

# Up to 4e10 products, some seconds, by direct sums, whose errors are a hundredth of what is promised.
power_product <- function(a, b) {
  if (!all(is.finite(a)) || !all(is.finite(b))) {
    abort(
      "numeric", "`h` is too large: values of a lower power pass the largest number.",
      "Use larger units: the k-th power of `h / u` is that of `h` over u^k."
    )
  }
  if (length(a) < length(b)) {
    return(power_product(b, a))
  }
  conv(a, b, method = if (as.double(length(a)) * length(b) <= 4e10) "direct" else "auto")
}
