#' Convolution of a signal that comes in pieces
#'
#' For signals that are longer than memory, or that are still being measured: a stream takes
#' pieces of a signal, of any sizes, and gives the outputs of `conv(x, h)` as soon as they are
#' known. It keeps only the last samples, some m of them.
#' ```
#' s <- conv_stream(c(1, 10, 100))
#' stream_push(s, c(1, 0)) # 1 10
#' stream_push(s, 2)       # 102
#' stream_finish(s)        # 20 200
#' ```
#' Joined together the outputs are those of one call of [conv()] for the entire signal, and they
#' have the same bits, however it is cut into pieces.
#'
#' @param h The kernel: a numeric or complex vector of length m, all of it finite; or a matrix
#'   with one kernel in each column, as many as the signal has columns, or any number for a single
#'   signal.
#' @param mode `"full"`, `"same"` or `"causal"`, as in [conv()].
#' @param origin,na As in [conv()].
#' @param boundary As in [conv()], but not `"wrap"`, which has the end of the signal before its start.
#' @param ncol How many signals there are side by side, the channels of a recording, say. With
#'   more than 1 pieces are matrices, a signal in each column.
#' @param block How many outputs are computed at a time, a whole number. Outputs are given when
#'   a block is complete, so this is how many samples an output may have to wait; the larger, the less
#'   each costs. `NULL` chooses for speed: 1 for short kernels, else some
#'   65,000 or more, the more the longer `h`; `print()` shows it. With 1 each push gives all outputs that are known.
#'
#' @returns `conv_stream()`: an environment of class `conv_stream`, which pushes change: two names
#'   for it are one stream. It holds R's own data only, so `saveRDS()` keeps it and `readRDS()`
#'   resumes it, also elsewhere.
#'
#'   `stream_push()` and `stream_finish()`: the outputs that have become known, a vector, or a
#'   matrix with a column for each signal or kernel, in units of `x` times `h`; there may be none. They are
#'   complex if `h` is or `x` was. Columns have the names of the first piece that has some, or of `h`.
#'
#'   `summary()`: a list of where the stream stands, among it how many `samples` came in, how many `outputs`
#'   went out of each column, and how many samples are `held`.
#'
#' @section When outputs come:
#' Blocks are counted from the start of the stream: after n samples all outputs are there
#' that need only the first `n %/% block * block` of them. In mode `"same"` an output needs
#' `origin` samples after its own. Boundaries `"nearest"`, `"extend"`, `"reflect"` and `"mirror"` need 1, 2,
#' m - 1 - origin and m - origin samples before there is any output. `stream_finish()` gives the rest: with the end
#' of the signal known, what stands behind it is.
#'
#' With `block = 64`, or 1, and a kernel of 2 s at 48 kHz (96,000 samples) a push of 64 samples takes some
#' 0.3 ms on a server processor with AVX-512; these samples last 1.33 ms. R's garbage collections
#' take longer now and then: see `bench/streams.md` in the sources.
#'
#' @section Errors:
#' `convmat_error_type` if `h` or a piece `x` is anything else than numbers, a piece has another number
#' of columns than `ncol`, or one is complex after others that were not; `convmat_error_length` if `h`
#' is empty, its columns do not fit `ncol`, or the whole signal has one sample where boundary `"extend"`
#' needs two; `convmat_error_value` if an argument has a value that does not exist or go with the
#' others, or the stream has been finished or its fields changed. A push that is refused or interrupted changes nothing.
#'
#' @section Algorithm and accuracy:
#' Each block is one convolution in mode `"valid"` of the `block + m - 1` samples that it needs,
#' by the method that [conv()] would choose. Where that is direct sums, which have the same bits wherever they
#' begin, all blocks of a piece are computed at once. So each output keeps the promise of [conv()]:
#' it lies within 1e-11 of the sum of the moduli of its own terms. On another kind of processor the
#' bits of what is resumed there may differ, within the promise.
#'
#' A stream holds up to 2 (m + block) samples and a piece, for each column. A block costs as much as `conv()` of
#' as many samples.
#'
#' @references Oppenheim, A. V. and Schafer, R. W. (2010) _Discrete-Time Signal Processing_, 3rd
#'   ed., section 8.7 (overlap-save). Pearson.
#'
#'   Gardner, W. G. (1995) Efficient convolution without input-output delay. _Journal of the
#'   Audio Engineering Society_ 43, 127--136. Longer kernels at a low latency would need its
#'   partitions of the kernel, which a stream does not make.
#'
#' @seealso [stream_file()] for files, [conv()] for signals in memory.
#' @family streams
#' @examples
#' # a moving average of measurements that come one by one
#' s <- conv_stream(rep(1, 3) / 3, "same", boundary = "nearest")
#' for (x in c(2, 4, 9, 1)) print(stream_push(s, x))
#' stream_finish(s)
#' conv(c(2, 4, 9, 1), rep(1, 3) / 3, "same", boundary = "nearest")
#'
#' # two channels, and a stream that is kept in a file
#' s <- conv_stream(c(1, 0.5), "causal", ncol = 2, block = 1)
#' stream_push(s, cbind(left = 1:3, right = 4:6))
#' kept <- tempfile()
#' saveRDS(s, kept)
#' resumed <- readRDS(kept)
#' stream_push(resumed, cbind(7, 8))
#' unlink(kept)
#' @export
conv_stream <- function(h, mode = "full", origin = NULL, boundary = "zero", na = "propagate", ncol = 1, block = NULL) {
  check_given()
  h <- check_kernels(h)
  check_choice(mode, setdiff(modes, "valid"), "mode")
  check_stream_boundary(boundary)
  ncol <- check_count(ncol, "ncol", most = .Machine$integer.max)
  check_stream_columns(h, ncol)
  options <- conv_options(mode, origin, boundary, na, "auto", count_samples(h))
  if (na == "renormalise") {
    check_renormalisable(h)
  }
  if (!is.null(block)) {
    block <- check_count(block, "block")
  }
  names <- if (ncol == 1) colnames(h)
  kernels <- count_columns(h)
  m <- count_samples(h)
  attributes(h) <- if (kernels > 1) list(dim = dim(h))
  block <- block %||% best_block(h, m)
  s <- new.env(hash = FALSE, parent = baseenv())
  s$version <- stream_version
  s$h <- h
  s$mode <- mode
  s$origin <- options[["origin"]]
  s$boundary <- boundary
  s$na <- na
  s$na_index <- options[["na"]]
  s$columns <- c(ncol, kernels)
  s$block <- block
  s$direct <- is_direct_stream(h, m, block)
  s$held <- NULL # samples, from the first push on
  s$at <- list(
    n = 0, done = 0, from = 0, nheld = 0, begun = FALSE, finished = FALSE, undefined = NULL, names = names
  )
  structure(s, class = "conv_stream")
}

# Streams of other versions have other fields.
stream_version <- 1L

check_stream_boundary <- function(boundary) {
  check_choice(boundary, boundaries, "boundary")
  if (boundary == "wrap") {
    abort(
      "value", "`boundary` must not be \"wrap\" for a stream: the first output needs the end of the signal.",
      "Convolve the entire signal: `conv(x, h, mode, boundary = \"wrap\")`."
    )
  }
}

check_stream_columns <- function(h, ncol) {
  if (count_columns(h) != 1 && ncol != 1 && count_columns(h) != ncol) {
    abort("length", sprintf(
      "`h` must have 1 column or %s, as many as the signal, not %s.", format_count(ncol), format_count(count_columns(h))
    ))
  }
}

# ---- blocks ---------------------------------------------------------------------------

# Blocks of about so many outputs, which fit the caches, cost little more than longer ones.
usual_block <- 65536
# But each block transforms the kernel once more, half as much work as one of its steps; so it has 6 steps, unless
# it would have more outputs than these (bench/streams.md).
steps_a_block <- 6
longest_block <- 2^20

best_block <- function(h, m) {
  if (is_direct_stream(h, m, usual_block)) {
    return(1)
  }
  how <- method_for(h, m, max(4 * usual_block, 4 * m))
  if (is.na(how$block)) {
    return(usual_block)
  }
  step <- how$block - m + 1 # new outputs of a transform
  step * max(1, min(ceiling(max(usual_block / step, steps_a_block)), longest_block %/% step))
}

# Whether blocks are direct sums: by their length, unless the kernel is mostly zeros.
is_direct_stream <- function(h, m, block) {
  block == 1 || (block < 2^24 && method_for(h, m, block + m - 1)$method == "direct")
}

# What conv() would choose for n samples without zeros, and the first kernel.
method_for <- function(h, m, n) conv_method(rep(1, n), as.vector(h)[seq_len(m)], "valid")

# ---- printing -------------------------------------------------------------------------

#' @rdname conv_stream
#' @param ... Not used.
#' @export
print.conv_stream <- function(x, ...) {
  check_stream(x, "x")
  at <- x$at
  kernels <- x$columns[2L]
  cat(sprintf(
    "<conv_stream> mode \"%s\"%s, boundary \"%s\", na \"%s\"\n",
    x$mode, if (x$mode == "same") sprintf(", origin %s", format_count(x$origin)) else "", x$boundary, x$na
  ))
  cat(sprintf(
    "  kernel%s of %s samples, %s in blocks of %s\n",
    if (kernels > 1) sprintf("s: %s", format_count(kernels)) else "", format_count(length(x$h) / kernels),
    if (x$direct) "direct sums" else "any method", format_count(x$block)
  ))
  cat(sprintf(
    "  %s samples in%s, %s outputs out%s\n", format_count(at$n),
    if (x$columns[1L] > 1) sprintf(" %s columns", format_count(x$columns[1L])) else "", format_count(at$done),
    if (at$finished) "; finished" else ""
  ))
  invisible(x)
}

#' @rdname conv_stream
#' @param object A stream.
#' @export
summary.conv_stream <- function(object, ...) {
  check_stream(object, "object")
  at <- object$at
  structure(
    list(
      samples = at$n, outputs = at$done, held = at$nheld, finished = at$finished, mode = object$mode,
      boundary = object$boundary, na = object$na, kernel = length(object$h) / object$columns[2L], block = object$block
    ),
    class = "summary.conv_stream"
  )
}

#' @export
print.summary.conv_stream <- function(x, ...) {
  cat(sprintf(
    "<conv_stream> %s samples in, %s outputs out, %s samples held%s\n", format_count(x$samples), format_count(x$outputs),
    format_count(x$held), if (x$finished) "; finished" else ""
  ))
  cat(sprintf(
    "  mode \"%s\", boundary \"%s\", na \"%s\", kernel of %s samples, blocks of %s\n",
    x$mode, x$boundary, x$na, format_count(x$kernel), format_count(x$block)
  ))
  invisible(x)
}

check_stream <- function(s, arg = "s") {
  if (!inherits(s, "conv_stream") || !is.environment(s)) {
    abort("type", sprintf("`%s` must be a stream, not %s.", arg, show_value(s)), "`conv_stream(h)` makes one.")
  }
  if (!identical(s$version, stream_version)) {
    abort(
      "value", sprintf("`%s` must be a stream of this version of convmat.", arg),
      sprintf("Its format has number %s, not %d.", show_value(s$version), stream_version)
    )
  }
  if (!is_sound_stream(s)) {
    abort(
      "value", sprintf("`%s` must be a stream as `conv_stream()` made it; its fields have been changed.", arg),
      "Make another by `conv_stream()`."
    )
  }
}

# Whether the fields are of the kinds, and hold as many samples, as conv_stream() and pushes leave them. Not a word
# on single samples, and written for speed, as each push asks.
is_sound_stream <- function(s) {
  h <- s$h
  at <- s$at
  if (!is.list(at) || length(s$columns) != 2L) {
    return(FALSE)
  }
  single <- list(
    s$origin, s$block, s$na_index, at$n, at$done, at$from, at[["nheld"]],
    s$direct, at$begun, at$finished, s$mode, s$boundary, s$na
  )
  if (any(lengths(single) != 1L)) {
    return(FALSE)
  }
  counts <- do.call(c, c(list(s$columns), single[1:7])) # a list if one of them is
  flags <- do.call(c, single[8:10])
  words <- do.call(c, single[11:13])
  is.double(counts) && isTRUE(all(counts >= 0 & counts == floor(counts) & counts < Inf)) &&
    is.logical(flags) && !anyNA(flags) &&
    is.character(words) && !anyNA(match(words[1L], modes)) && !anyNA(match(words[2L], boundaries)) &&
    isTRUE(match(words[3L], na_choices) == counts[5L] + 1) &&
    (is.double(h) || is.complex(h)) && length(h) > 0L && counts[1L] >= 1 && counts[2L] >= 1 && counts[4L] >= 1 &&
    length(h) %% counts[2L] == 0 && counts[3L] < length(h) / counts[2L] && has_its_samples(s, at, s$held)
}

# See the top of stream-push.R for what a stream holds.
has_its_samples <- function(s, at, held) {
  nheld <- if (at$finished) 0 else if (at$begun) at$n + length_before(s) - max(at$done - 1, 0) else at$n
  columns <- s$columns[1L]
  fits <- if (is.null(held)) nheld == 0 else {
    (is.double(held) || is.complex(held)) && (columns == 1 || (is.matrix(held) && ncol(held) == columns)) &&
      at$from + nheld <= length(held) / columns
  }
  fits && at$nheld == nheld && (is.null(at[["undefined"]]) || (is.list(at$undefined) && length(at$undefined) == columns)) &&
    (is.null(at[["names"]]) || is.character(at$names))
}
