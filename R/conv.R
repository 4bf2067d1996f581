#' Convolution of a signal with a kernel
#'
#' Adds up shifted copies of the kernel, each scaled by one sample of the
#' signal: `conv(c(1, 0, 2), c(1, 10, 100))` is 1 10 102 20 200. A matrix is taken
#' as signals side by side, one in each column, and each is convolved by itself;
#' it is not an image: for those there is [conv_array()]. With indices from 0, as in the formulas of the literature, the full
#' convolution of a signal `x` of n samples and a kernel `h` of m samples is
#' \deqn{F_k = \sum_j x_j h_{k-j}, \qquad k = 0, \ldots, n + m - 2,}{F[k] = sum_j x[j] h[k - j],  k = 0, ..., n + m - 2,}
#' where samples outside `x` and `h` count as 0. Every mode is a part of F.
#'
#' @param x The signal: a numeric or complex vector of length n, a matrix with
#'   one signal of n samples in each column, or a time series (`ts`, `mts`).
#'   Objects of zoo, xts, units, Matrix and more, and data frames of numbers,
#'   are taken and given back as what they are, see [classes].
#'   Integer and logical values count as numbers. It may hold missing and
#'   infinite values. Or a table, see below.
#' @param h The kernel: a numeric or complex vector of length m, at least 1,
#'   all of it finite; or a matrix with one kernel in each column, as many as
#'   `x` has signals. One kernel serves all signals, and one signal is
#'   convolved with all kernels. `x` and `h` are never swapped, also where `h`
#'   is the longer.
#' @param mode Which part of F to return:
#'
#'   | mode | values of F, counted from 0 | length |
#'   |---|---|---|
#'   | `"full"` | all | n + m - 1 |
#'   | `"same"` | n values from `origin` on | n |
#'   | `"causal"` | the first n, as for the scans of a run | n |
#'   | `"valid"` | those where the shorter lies inside the longer | max(n, m) - min(n, m) + 1 |
#' @param origin How many kernel samples lie before time zero, a whole number
#'   from 0 to m - 1. The default, for mode `"same"`, is `(m - 1) %/% 2`, the
#'   centre of an odd kernel and the sample left of the centre of an even one,
#'   as in scipy.signal; `m %/% 2` is MATLAB's choice and that of
#'   `stats::filter(sides = 2)`. In modes `"full"` and `"valid"` it moves
#'   nothing but the dates of a time series; in mode `"causal"` it must be 0.
#' @param boundary What stands outside of the signal, here a b c d, in modes
#'   `"same"` and `"causal"`. A long kernel takes as many turns as it needs.
#'
#'   | boundary | before | signal | after |
#'   |---|---|---|---|
#'   | `"zero"` | 0 0 | a b c d | 0 0 |
#'   | `"wrap"` | c d | a b c d | a b |
#'   | `"nearest"` | a a | a b c d | d d |
#'   | `"reflect"` | b a | a b c d | d c |
#'   | `"mirror"` | c b | a b c d | c b |
#'   | `"missing"` | NA NA | a b c d | NA NA |
#'   | `"extend"` | 3a-2b 2a-b | a b c d | 2d-c 3d-2c |
#'
#'   `"missing"` leaves it to `na` what becomes of the ends: NA under `"propagate"`, means of
#'   what is there under `"renormalise"`, sums of it under `"zero"`. `"extend"` goes on in
#'   straight lines, and needs two samples; a sample outside is missing if either of its
#'   sources is. With modes `"full"` and `"valid"` the boundary must be `"zero"`.
#' @param na What to do with missing values in `x`, NA or NaN; infinite values
#'   are not missing.
#'
#'   | na | an output is |
#'   |---|---|
#'   | `"propagate"` | NA where a term of its own sum is NA, whatever else is in it; else NaN or infinite where arithmetic on its own terms makes it so |
#'   | `"zero"` | the sum with 0 for missing samples |
#'   | `"renormalise"` | that sum times sum(h) / the sum of `h` over the samples that are present; NA if that weight is 0 |
#'
#'   For `"renormalise"`, which turns moving averages into averages of what is
#'   there, `h` must be real and not negative, with a positive sum. The zeros of
#'   the `"zero"` boundary count as present, and those of `"missing"` do not; a sample that a
#'   boundary repeats is missing if its source is. A complex sample is missing if either of its
#'   parts is. Outputs that meet no missing sample are the same under all
#'   three, to the last bit.
#' @param method How to compute. `"auto"` takes what is fastest, and keeps the
#'   promise below for every output; `"direct"` takes the sums as they stand;
#'   `"fft"` takes Fourier transforms and leaves out the guard: faster by some
#'   5 to 15 per cent, but the error of each output is relative to the _largest_ values
#'   around. Use it only where small outputs beside large ones do not matter.
#'   [conv_method()] tells what `"auto"` does.
#' @param threads The most threads to use, a whole number; `NULL` for two where the
#'   machine has them. Columns and parts of long signals are shared out among them
#'   where that saves time, from some 10 ms of work on. Results have the same bits
#'   for any number. `options(convmat.threads = 1)` keeps to one. The environment
#'   variables `OMP_THREAD_LIMIT` and, for the default, `OMP_NUM_THREADS = 1` are
#'   respected. Threads end with the call, so forks (`parallel::mclapply()`) may use
#'   them, too.
#'
#' @returns A double vector, complex if `x` or `h` is, of the length in the
#'   table above, in units of `x` times `h`; a matrix with one column for each
#'   pair of signal and kernel if `x` or `h` is a matrix. A signal of length 0
#'   gives a result of length 0 (or 0 rows) in every mode. For the convolution
#'   of two functions of time sampled every `dt`, multiply by `dt`.
#'
#'   Column names are those of `x` or, where one signal meets several kernels,
#'   of `h`. Names and row names stay in modes `"same"` and `"causal"`. Other
#'   attributes are dropped, but for those of a time series, which stays one
#'   with its frequency. It starts at `start(x)` in modes `"same"` and
#'   `"causal"`; at `start(x) - origin * deltat(x)` in mode `"full"`, with 0 for
#'   an `origin` that is not given; and min(n, m) - 1 steps after that in mode
#'   `"valid"`. So mode `"full"` dates each value by the kernel's first sample,
#'   and mode `"same"` by its centre.
#'
#' @section Modes and boundaries in pictures:
#' Where does each output come from? Lay the kernel under the signal, back to front, multiply
#' what stands one above the other, and add up. From left to right, with x = (a, b, c, d, e, f)
#' and h = (1, 2, 3, 4), that gives all of F, which is mode `"full"`. The other modes keep a part of
#' it: `"same"` and `"causal"` one output for each sample, the one where a certain place of
#' the kernel is under that sample. In mode `"same"` it is place `origin`, by default the middle one, here
#' the 2, place 1 counted from 0; in mode `"causal"` the first.
#'
#' \if{html}{\figure{conv-modes.png}{options: width="720" alt="The reversed kernel 4 3 2 1 under the signal a to f at nine places, from F[0] = 1a over F[3] = 4a + 3b + 2c + 1d to F[8] = 4f. Mode full keeps all nine, same F[1] to F[6], causal F[0] to F[5], valid F[3] to F[5]."}}
#' \if{latex}{\figure{conv-modes.png}{options: width=15cm}}
#'
#' Near the ends the kernel sticks out. What it meets there is up to the boundary; equal colours
#' are equal samples.
#'
#' \if{html}{\figure{conv-boundaries.png}{options: width="720" alt="What stands before and after the signal a to f for each boundary, and the first and the last output of mode same: zero 2a + 1b, wrap 4e + 3f + 2a + 1b, nearest 4a + 3a + 2a + 1b, reflect 4b + 3a + 2a + 1b, mirror 4c + 3b + 2a + 1b, missing NA, extend 4(3a-2b) + 3(2a-b) + 2a + 1b."}}
#' \if{latex}{\figure{conv-boundaries.png}{options: width=15cm}}
#'
#' @section Coming from another system:
#' With signal `x`, kernel `h`, `n <- length(x)`, `m <- length(h)`:
#'
#' | there | here |
#' |---|---|
#' | `numpy.convolve(x, h)`, `scipy.signal.convolve(x, h)`, MATLAB `conv(x, h)`, `gsignal::conv(x, h)` | `conv(x, h)` |
#' | `numpy.convolve(x, h, "same")`, n >= m | `conv(x, h, "same")` |
#' | `numpy.convolve(x, h, "same")`, n < m (it swaps them) | `conv(h, x, "same")` |
#' | `numpy.convolve(x, h, "valid")` | `conv(x, h, "valid")` |
#' | `scipy.signal.convolve(x, h, "same")` | `conv(x, h, "same")` |
#' | `scipy.signal.lfilter(h, 1, x)`, MATLAB `filter(h, 1, x)`, `gsignal::filter(h, 1, x)` | `conv(x, h, "causal")` |
#' | `scipy.ndimage.convolve1d(x, h, mode = "constant")`; `"wrap"`, `"nearest"`, `"reflect"` and `"mirror"` as the `boundary` | `conv(x, h, "same", origin = m %/% 2)` |
#' | `numpy.correlate(x, h, "full")`, `scipy.signal.correlate(x, h)` | [`correlate(x, h)`][correlate] |
#' | MATLAB `conv(x, h, "same")`, `gsignal::conv(x, h, "same")` | `conv(x, h, "same", origin = m %/% 2)` |
#' | MATLAB `conv(x, h, "valid")`, `gsignal::conv(x, h, "valid")`, n >= m | `conv(x, h, "valid")` |
#' | MATLAB `cconv(x, h, n)`, n >= m (`gsignal::cconv()` means the same, and is wrong for many n) | `conv(x, h, "causal", boundary = "wrap")` |
#' | `stats::convolve(x, rev(h), type = "open")` | `conv(x, h)` |
#' | `stats::convolve(x, h, type = "open")` | [`correlate(x, h)`][correlate] |
#' | `stats::convolve(x, h, type = "filter")`, n >= m | `correlate(x, h, "valid")` |
#' | `stats::convolve(x, h)` with n = m, circular | `conv(x, rev(h), "same", origin = m - 1, boundary = "wrap")` |
#' | `stats::filter(x, h, sides = 2)` | `conv(x, h, "same", origin = m %/% 2, boundary = "missing")` |
#' | `stats::filter(x, h, sides = 2, circular = TRUE)` | `conv(x, h, "same", origin = m %/% 2, boundary = "wrap")` |
#' | `stats::filter(x, h, sides = 1)` | `conv(x, h, "causal", boundary = "missing")` |
#' | `zoo::rollapply(x, m, mean, partial = TRUE)`, odd m | `conv(x, rep(1, m), "same", boundary = "missing", na = "renormalise") / m` |
#'
#' @section Tables are random variables:
#' If `x` and `h` are one-dimensional [tables][table] whose names are numbers, the names say what the
#' values belong to: `conv(table(c(1, 2, 2)), table(c(10, 20)))`. The result is the table of the sums, with
#' probabilities for probabilities and counts multiplied for counts; nothing is normalised. The supports are filled with
#' 0 where they have gaps, in the largest step that fits both, and the mode must be `"full"`.
#' [conv_power()] is the sum of k draws. Where `x` is a table `h` must be one, and the other way round:
#' `as.table(c("0" = 0.9, "5" = 0.1))` is one, too.
#'
#' @section Errors:
#' `convmat_error_type` if `x` or `h` is anything else than numbers in a
#' vector, matrix or time series (data frames, factors, dates and other classes
#' included), only one of them is a table, the names of a table are no numbers, or `h` is complex where it must be real; `convmat_error_length` if
#' `h` is empty, numbers of columns do not fit, or `x` has one sample where boundary
#' `"extend"` needs two; `convmat_error_value` if `h`
#' is not finite, `origin` is out of range, `boundary` does not go with `mode`,
#' the kernel cannot be renormalised, two time series differ in frequency, two tables
#' have no common step, or an argument has a value that does not exist; `convmat_error_memory` if a
#' result of several columns needs more than `getOption("convmat.max_bytes")`,
#' by default half of the machine's memory.
#'
#' @section Algorithm and accuracy:
#' The promise: each output lies within 1e-11 B of the exact sum, where B is the
#' sum of the moduli of its own terms (plus twice their number, min(n, m), or m with a
#' boundary, times the smallest
#' denormal number), however large other outputs are; a sample of boundary `"extend"` counts
#' by the moduli of its two terms; where B is 0 the output is
#' 0. It holds as long as B is finite: where terms are finite and B is not, as of 1e308 and
#' -1e308 in turn, the output may be infinite or NaN, since terms are not added from left to
#' right. With method `"fft"` each output is infinite or NaN where its own terms make it so, too, but one that lies
#' within the error of that method of the largest number may be on the wrong side of it. Whole numbers give whole numbers, exact
#' while B is at most \eqn{2^{53}}{2^53}. The same call gives the same bits.
#'
#' - _Direct sums_ use the widest vectors of the processor, found at run time, and
#'   are blocked, which keeps them within 3.4e-13 B. The cost is one
#'   multiply-add for each pair of samples that meet: n m of them in mode
#'   `"full"`.
#' - _Fourier transforms_ of overlapping blocks cost a few nanoseconds for each
#'   output, whatever m is: right-angle convolutions (Crandall and Fagin 1994)
#'   by transforms of the package's own. Their error is the same for all outputs of a
#'   block. A bound of it is held against a lower bound of B, which is found from
#'   cells of samples; outputs that are not certain to be right are computed
#'   again. That takes 5 to 15 per cent of the time on ordinary data; on
#'   signals made to fail everywhere it takes as long as direct sums and
#'   transforms together. Where many zeros stand among the samples, B itself is computed, by
#'   transforms of the moduli, which takes as long again. Whole numbers whose error would be above 1/2 are transformed a second
#'   time, by their remainders, which come out exact and settle the last digits;
#'   those of up to four blocks share a transform.
#' - _Signals or kernels of mostly zeros_ (spikes, echoes, seasonal lags) take a
#'   scaled copy of the other for each sample that is not zero.
#'
#' Missing and infinite samples are taken out first and put back afterwards into
#' the outputs they belong to. If `x` and `h` are both complex there is one convolution by
#' transforms of complex numbers, guarded in the same way, or where sums are faster there are four
#' real ones; if only one of them is complex there are two. There is one more for `"renormalise"`
#' where samples are missing. A
#' boundary other than zero needs n + m - 1 samples of memory, missing values n,
#' transforms three blocks.
#'
#' Lengths are counted beyond \eqn{2^{31}}{2^31} throughout. What was tried at such lengths, with whole numbers, for
#' which all that was looked at was exact: `conv()` of \eqn{2^{31} + 10}{2^31 + 10} samples by 3, and of \eqn{2^{31} + 15}{2^31 + 15} by
#' \eqn{2^{31} + 10}{2^31 + 10} in mode `"valid"`; its C code on signals of \eqn{2^{31} + 10}{2^31 + 10} samples in every
#' mode, of \eqn{3 \cdot 2^{31} + 10}{3 2^31 + 10} samples by sums, by transforms and where most of them are zero, and with
#' a kernel of more than \eqn{2^{31}}{2^31} samples; [conv_chunks()] of \eqn{2^{33}}{2^33} samples, and [conv_stream()] of
#' \eqn{2^{31} + 10}{2^31 + 10}. Not tried are boundaries, missing values and complex numbers, which take copies of the
#' signal: a signal of \eqn{2^{31}}{2^31} samples has 17 GB, and so has its result.
#'
#' @references Oppenheim, A. V. and Schafer, R. W. (2010) _Discrete-Time Signal
#'   Processing_, 3rd ed., section 2.3. Pearson.
#'
#'   Higham, N. J. (1993) The accuracy of floating point summation. _SIAM
#'   Journal on Scientific Computing_ 14, 783--799. \doi{10.1137/0914050}
#'
#'   The words for boundaries are those of scipy.ndimage: Virtanen, P. and
#'   others (2020) SciPy 1.0. _Nature Methods_ 17, 261--272.
#'   \doi{10.1038/s41592-019-0686-2}
#'
#'   Crandall, R. and Fagin, B. (1994) Discrete weighted transforms and
#'   large-integer arithmetic. _Mathematics of Computation_ 62, 305--324.
#'   \doi{10.1090/S0025-5718-1994-1185244-1}
#'
#' @section Messages:
#' `convmat_message_columns`, once in a session, where `x` and `h` are matrices of as many columns and `h` is
#' square with 3 rows or more: it may be an image that was meant, for [conv_array()].
#'
#' @seealso [conv_array()] for images and volumes, [conv_matrix()] for the same as a matrix, [correlate()] for the
#'   kernel not reversed, [conv_integral()] for functions of time.
#' @family convolution
#' @examples
#' h <- c(1, 10, 100, 1000)
#' conv(1:3, h)
#' conv(1:3, h, mode = "same")   # starts at the second value of the full one
#' conv(1:3, h, mode = "causal") # starts at the first
#' conv(1:3, h, mode = "valid")
#'
#' # what stands outside of the signal
#' conv(1:6, c(1, 1, 1), mode = "same")
#' conv(1:6, c(1, 1, 1), mode = "same", boundary = "wrap")
#' conv(1:6, c(1, 1, 1) / 3, mode = "same", boundary = "extend")
#'
#' # moving averages: NA at the ends, or the mean of what is there
#' conv(1:6, c(1, 1, 1) / 3, mode = "same", boundary = "missing")
#' conv(1:6, c(1, 1, 1) / 3, mode = "same", boundary = "missing", na = "renormalise")
#'
#' # a missing sample stays where it belongs, or is averaged over
#' x <- c(1, NA, 3, 4, 5)
#' conv(x, c(1, 1, 1) / 3, mode = "same")
#' conv(x, c(1, 1, 1) / 3, mode = "same", na = "renormalise")
#'
#' # a time series stays one: a moving average over 13 months, centred
#' smooth <- conv(nottem, rep(1, 13) / 13, mode = "same", boundary = "nearest")
#' plot(nottem, col = "grey", ylab = "Degrees F")
#' lines(smooth, lwd = 2)
#'
#' # tables are distributions: the sum of two dice
#' die <- prop.table(table(1:6))
#' conv(die, die)
#'
#' # the pictures above as matrices: each row has the weights of one output
#' op <- par(mfrow = c(1, 2))
#' plot_matrix(conv_matrix(1:4, 6, "same"), main = "same")
#' plot_matrix(conv_matrix(1:4, 6, "same", boundary = "wrap"), main = "same, wrap")
#' par(op)
#' @export
conv <- function(x, h, mode = "full", origin = NULL, boundary = "zero", na = "propagate",
                 method = "auto", threads = getOption("convmat.threads")) {
  # The result takes the place of an argument that is NULL: a new variable would take 0.1 us.
  if (nargs() == 2L) {
    origin <- .Call(ffi_conv_two, x, h)
    if (!is.null(origin)) {
      return(origin)
    }
  } else if (missing(threads)) {
    y <- .Call(ffi_conv_plain, x, h, mode, origin, boundary, na, method)
    if (!is.null(y)) {
      return(y)
    }
  }
  conv_any(x, h, mode, origin, boundary, na, method, threads)
}

# All that conv() can be asked for; ffi_conv_two() and ffi_conv_plain() in C are short
# cuts for plain vectors, and return NULL for anything they do not know, right or wrong.
conv_any <- function(x, h, mode, origin, boundary, na, method, threads) {
  if (missing(x) || missing(h)) check_given() # which is slow
  if (is_table(x) || is_table(h)) { # conv-table.R
    return(conv_tables(x, h, mode, origin, boundary, na, method, threads))
  }
  if (has_class(x) || has_class(h)) {
    return(conv_classed(x, h, mode, origin, boundary, na, method, threads))
  }
  x <- check_samples(x, "x")
  h <- check_kernels(h)
  ncol <- check_columns(x, h)
  options <- conv_options(mode, origin, boundary, na, method, count_samples(h))
  if (na == "renormalise") {
    check_renormalisable(h)
  }
  check_boundary_length(boundary, count_samples(x), "x")
  check_same_frequency(x, h)
  check_threads(threads)
  check_conv_size(x, h, ncol[3L], mode)
  tell_of_images(x, h)
  y <- if (length(x) == 0L) {
    empty_conv(x, h)
  } else {
    .Call(ffi_conv, x, h, ncol, options, threads, progress("Convolving"))
  }
  if (!is.null(attributes(x)) || is.matrix(h)) {
    attributes(y) <- result_attributes(x, h, length(y), ncol[3L], mode, origin) # no copy of y
  }
  y
}

# Numbers of columns of x, of h and of the result.
check_columns <- function(x, h) {
  nx <- count_columns(x)
  nh <- count_columns(h)
  if (nx != nh && nx != 1L && nh != 1L) {
    abort(
      "length",
      sprintf("`h` must have 1 column or %d, as many as `x`, not %d.", nx, nh),
      if (nh > 1L) "Signals stand side by side here. For an image and a kernel of two axes: `conv_array(x, h)`."
    )
  }
  as.double(c(nx, nh, if (nx == 1L) nh else nx))
}

# An image and a kernel may have the same number of columns by chance. Says so once in a session, to whom may
# have meant that.
told <- new.env(parent = emptyenv())

tell_of_images <- function(x, h) {
  like_images <- is.matrix(x) && is.matrix(h) && !stats::is.ts(x) && !stats::is.ts(h) &&
    ncol(x) == ncol(h) && nrow(h) == ncol(h) && nrow(h) >= 3L
  if (like_images && is.null(told$of_images)) {
    told$of_images <- TRUE
    inform(
      "`conv()` convolves each column of `x` with the same column of `h`. ",
      "For an image and a kernel of two axes use `conv_array()`.",
      class = "convmat_message_columns"
    )
  }
}

check_renormalisable <- function(h) {
  if (is.complex(h)) {
    abort("type", "`h` must be real with `na = \"renormalise\"`, not complex.")
  }
  negative <- h < 0
  if (any(negative)) {
    abort(
      "value", "`h` must not be negative with `na = \"renormalise\"`.",
      locations(negative)
    )
  }
  if (any(colSums(as.matrix(h)) == 0)) {
    abort("value", "`h` must have a positive sum with `na = \"renormalise\"`, not 0.")
  }
}

check_same_frequency <- function(x, h) {
  if (stats::is.ts(x) && stats::is.ts(h)) {
    f <- c(stats::frequency(x), stats::frequency(h))
    if (abs(f[1L] - f[2L]) > getOption("ts.eps", 1e-5) * f[1L]) {
      abort(
        "value",
        sprintf(
          "`x` and `h` must have the same frequency, not %s and %s.",
          format(f[1L]), format(f[2L])
        ),
        "Use `as.numeric(h)` for a kernel without dates."
      )
    }
  }
}

# One signal with many kernels, or the other way round, is larger than both.
check_conv_size <- function(x, h, ncol, mode) {
  if (length(x) > 0L && ncol > 1) {
    nrow <- mode_window(count_samples(x), count_samples(h), mode)[["length"]]
    check_memory(
      max(bytes_each(x), bytes_each(h)) * nrow * ncol,
      sprintf(
        "`x` and `h` are too large: the %s x %s result needs",
        format_count(nrow), format_count(ncol)
      ),
      "Take fewer columns at a time."
    )
  }
}

check_threads <- function(threads) {
  if (!is.null(threads)) check_count(threads, "threads", most = 1024)
}

empty_conv <- function(x, h) if (is.complex(x) || is.complex(h)) complex(0) else numeric(0)
