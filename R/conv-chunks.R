#' Long convolutions in pieces, on several processes or machines
#'
#' `conv_chunks()` plans a convolution in pieces: which samples of the signal each piece of the result needs.
#' `conv_chunk()`
#' computes one piece from these samples. Pieces know nothing of each other, so they may be computed
#' anywhere, at any time, and again. `conv_chunks(1e10, 1000, size = 1e8)` is a plan of 101 pieces.
#' The article "Past one machine" on the site does it with processes on a laptop and jobs on a cluster.
#'
#' @param nx,nh Whole numbers, at least 1: how many samples signal and kernel have.
#' @param size Whole number, at least 1: outputs of a piece; the last may have less. A piece takes `size + nh
#'   - 1` samples, so
#'   it should be several times `nh`.
#' @param mode,origin Which part of the convolution is wanted, as in [conv()]. What lies outside of the
#'   signal counts as 0.
#'
#' @returns `conv_chunks()`: a data frame with a row for each piece, of doubles, so that positions may pass
#'   \eqn{2^{31}}{2^31}:
#'
#'   | column | |
#'   |---|---|
#'   | `first`, `last` | which outputs the piece has, counted from 1: `y[first:last]` |
#'   | `from`, `to` | which samples it needs: `x[from:to]` |
#'   | `before`, `after` | how many zeros it needs around them, at the ends of the signal |
#'   | `nh` | the length of the kernel |
#'
#'   `conv_chunk()`: these outputs, a vector or, if `x` or `h` has several columns, a matrix. Put together they are
#'   `conv(x, h, mode, origin)`. They are plain numbers: a piece does not keep the names, dates, class and units that
#'   its `x` has. [conv_restore()] gives the whole result those of the whole signal.
#'
#' @section Errors:
#' `convmat_error_type` if an argument is not numbers, or `chunk` has no such columns; `convmat_error_length` if
#' `x` is not the samples `from` to `to`, `h` has another length than `nh`, or `chunk` is not one row;
#' `convmat_error_value` if an argument has a value
#' that does not exist, or the columns of `chunk` contradict each other; `convmat_error_memory` if there are
#' more pieces than fit into memory. Further
#' those of [conv()].
#'
#' @section Algorithm and accuracy:
#' A piece is `conv(c(zeros, x, zeros), h, "valid")`. With `method = "direct"` and a kernel that is not
#' longer than the signal, all pieces have the bits of one
#' call of [conv()], wherever they are cut, as long as they are computed on the same kind of processor.
#' (Where the kernel is the
#' longer, [conv()] sums in another order.) Else each output keeps the promise of [conv()], but may differ from that of
#' one call in the last digits. Missing and infinite values are local, and so the same.
#'
#' @references Stockham, T. G. (1966) High-speed convolution and correlation. _Proceedings of the AFIPS
#'   Spring Joint Computer
#'   Conference_ 28, 229--233. \doi{10.1145/1464182.1464209}
#'
#' @seealso [conv()]
#' @family convolution
#' @examples
#' x <- c(3, 1, 4, 1, 5, 9, 2, 6)
#' h <- c(1, 10, 100)
#' plan <- conv_chunks(length(x), length(h), size = 4)
#' plan
#' pieces <- lapply(seq_len(nrow(plan)), function(i) {
#'   conv_chunk(x[plan$from[i]:plan$to[i]], h, plan[i, ])
#' })
#' identical(unlist(pieces), conv(x, h))
#'
#' # each piece reads what it needs from a file of doubles
#' file <- tempfile()
#' writeBin(x, file)
#' piece <- function(chunk) {
#'   con <- file(file, "rb")
#'   on.exit(close(con))
#'   seek(con, 8 * (chunk$from - 1))
#'   conv_chunk(readBin(con, "double", chunk$to - chunk$from + 1), h, chunk)
#' }
#' piece(plan[2, ])
#' @export
conv_chunks <- function(nx, nh, size, mode = "full", origin = NULL) {
  check_given()
  nx <- check_count(nx, "nx")
  nh <- check_count(nh, "nh")
  size <- check_count(size, "size")
  check_choice(mode, modes, "mode")
  window <- mode_window(nx, nh, mode, check_origin(origin, mode, nh))
  ny <- window[["length"]]
  count <- ceiling(ny / size)
  check_memory(10 * 8 * count, sprintf("`size` is too small: the %s pieces of the plan need", format_count(count)))
  first <- (seq_len(count) - 1) * size
  last <- pmin(first + size, ny) - 1
  # indices of F, and of the samples that these outputs have as terms; both from 0
  begin <- window[["first"]] + first - (nh - 1)
  end <- window[["first"]] + last
  from <- pmax(begin, 0)
  to <- pmin(end, nx - 1)
  data.frame(
    first = first + 1, last = last + 1, from = from + 1, to = to + 1,
    before = from - begin, after = end - to, nh = nh
  )
}

#' @rdname conv_chunks
#' @param x The samples `chunk$from` to `chunk$to` of the signal, and no others: a numeric or complex vector, or a
#'   matrix with one signal in each column.
#' @param h The kernel, or a matrix with one in each column, as in [conv()].
#' @param chunk One row of what `conv_chunks()` gives.
#' @param na,method,threads As in [conv()].
#' @export
conv_chunk <- function(x, h, chunk, na = "propagate", method = "auto", threads = getOption("convmat.threads")) {
  check_given()
  values <- plain_samples(x, "x")
  h <- plain_kernels(h)
  chunk <- check_chunk(chunk)
  n <- count_samples(values)
  if (n != chunk[["to"]] - chunk[["from"]] + 1) {
    abort("length", sprintf(
      "`x` must be the samples from `chunk$from` to `chunk$to`, %s of them, not %s.",
      format_count(chunk[["to"]] - chunk[["from"]] + 1), format_count(n)
    ))
  }
  if (count_samples(h) != chunk[["nh"]]) {
    abort("length", sprintf(
      "`h` must have %s samples, for which `chunk` was planned, not %s.",
      format_count(chunk[["nh"]]), format_count(count_samples(h))
    ))
  }
  x <- matrix(values, n, count_columns(values), dimnames = if (is.matrix(values)) list(NULL, colnames(values)))
  zeros <- function(n) matrix(0, n, ncol(x))
  if (chunk[["before"]] + chunk[["after"]] > 0) {
    x <- rbind(zeros(chunk[["before"]]), x, zeros(chunk[["after"]]))
  }
  if (!is.matrix(values) && !is.matrix(h)) {
    x <- drop_matrix(x)
  }
  conv(x, h, "valid", na = na, method = method, threads = threads)
}

# A row of conv_chunks(), as a vector of numbers.
check_chunk <- function(chunk) {
  columns <- c("first", "last", "from", "to", "before", "after", "nh")
  known <- is.list(chunk) && all(columns %in% names(chunk)) &&
    all(vapply(unclass(chunk)[columns], function(v) is.numeric(v) && !is.object(v), NA))
  if (!known) {
    abort("type", sprintf("`chunk` must be a row of what `conv_chunks()` gives, not %s.", describe(chunk)))
  }
  chunk <- unclass(chunk)[columns]
  if (any(lengths(chunk) != 1L)) {
    abort("length", "`chunk` must be one row of what `conv_chunks()` gives.", "The i-th of a plan: `plan[i, ]`.")
  }
  chunk <- vapply(chunk, as.double, 0)
  whole <- all(is.finite(chunk)) && all(chunk == floor(chunk)) && all(chunk >= c(1, 1, 1, 1, 0, 0, 1))
  n <- chunk[["to"]] - chunk[["from"]] + 1
  if (!whole || n < 1 || sum(chunk[c("before", "after")], n) != chunk[["last"]] - chunk[["first"]] + chunk[["nh"]]) {
    abort("value", "`chunk` must be a row of what `conv_chunks()` gives, and its numbers contradict each other.")
  }
  chunk
}
