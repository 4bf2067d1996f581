#' Convolve a file, piece by piece
#'
#' Reads a signal from a file or a connection, pushes it through a stream, and writes the outputs to
#' another, in constant memory: for recordings that are longer than memory, and for sound.
#' What has been broken off, even by a kill, can be resumed, with the same bits in the end.
#' ```
#' stream_file(conv_stream(h, ncol = 2), "dry.wav", "wet.wav", "wav")
#' ```
#'
#' @param s A new stream, made by [conv_stream()]: its `ncol` is the number of channels.
#' @param from,to Paths, or connections for binary data, which are opened and closed
#'   if they are not open. A file `to` that exists is overwritten.
#' @param format,to_format How samples are stored in `from` and `to`, always with the least byte first and,
#'   with several channels, a sample of each in turn:
#'
#'   | format | samples |
#'   |---|---|
#'   | `"double"` | R's doubles, 8 bytes each |
#'   | `"pcm16"`, `"pcm24"`, `"pcm32"` | whole numbers of 16, 24 or 32 bits, without a header |
#'   | `"wav"` | a WAV file of such numbers; the result has as many bits and the same rate |
#'
#'   Whole numbers of b bits stand for samples from -1 to 1: they are divided by \eqn{2^{b-1}}{2^(b-1)}, and outputs are
#'   multiplied by it and rounded.
#' @param size How many samples of each channel are read at a time, a whole number; rounded up to whole
#'   blocks of the stream.
#' @param resume `TRUE` goes on where a call that was broken off has saved its state, if it has; `FALSE` begins
#'   anew.
#' @param every Seconds between two saves of the state, in the file `to` with `.stream` added to its name. It goes away in the end.
#'   0 saves after each piece, `Inf` never. Connections and devices such as `/dev/null` have no state.
#' @param threads As in [conv()].
#'
#' @returns The number of outputs written for each channel, invisibly. The stream is finished then.
#'
#' @section Errors:
#' `convmat_error_file` if a file cannot be read or written, is not what `format` says, or ends in the middle of a sample;
#' `convmat_error_value` if an argument has a value that does not exist or go with the others, the saved state is of another
#' stream or file, or an output is missing where `to_format` has no place for that; `convmat_error_type` if an argument is not of the kind
#' described; `convmat_error_length` if a WAV file has another number of channels than the stream.
#'
#' A warning of class `convmat_warning_value` says how many outputs did not fit between -1 and 1 and are now
#' the ends of that range.
#'
#' @section Algorithm and cost:
#' Pieces go through [stream_push()]. The state has the stream and the positions in both files; it is written
#' beside the old one, then renamed, so it is always complete. Outputs that were
#' written after it are written again, the same. It outlives the end of the process; should the machine fail, the file `to` may
#' be shorter than the state says, which is an error.
#'
#' @references IBM and Microsoft (1991) _Multimedia Programming Interface and Data Specifications 1.0_, chapter 3 (WAVE).
#'
#' @seealso [conv_stream()]
#' @family streams
#' @examples
#' from <- tempfile()
#' to <- tempfile()
#' writeBin(c(1, 0, 2), from, endian = "little")
#' stream_file(conv_stream(c(1, 10, 100)), from, to)
#' readBin(to, "double", 10, endian = "little")
#' unlink(c(from, to))
#' @export
stream_file <- function(s, from, to, format = "double", to_format = format, size = 1e6, resume = FALSE, every = 10,
                        threads = getOption("convmat.threads")) {
  check_given()
  check_file_stream(s)
  check_place(from, "from")
  check_place(to, "to")
  check_choice(format, sample_formats, "format")
  check_choice(to_format, sample_formats, "to_format")
  size <- ceiling(check_count(size, "size", most = 2^27) / s$block) * s$block
  check_flag(resume, "resume")
  every <- check_number(every, "every", "a number of seconds, at least 0", function(x) x >= 0)
  check_threads(threads)
  check_places(from, to, resume)
  source <- open_source(from, format, s$columns[1L])
  on.exit(close_place(source))
  saved <- if (resume) saved_state(s, source, to)
  if (is.null(saved)) {
    check_new(s)
  } else {
    resume_stream(s, saved)
    skip_frames(source, saved$read)
  }
  target <- open_target(to, to_format, source, s, saved)
  on.exit(close_place(target), add = TRUE)
  if (is_plain_file(from) && is_plain_file(to)) forget_state(to, saved)
  run_file(s, source, target, size, saved, every, threads, progress("Filtering"))
}

# From the first piece, or the one after the saved state, to the end.
run_file <- function(s, source, target, size, saved, every, threads, tick) {
  at <- saved$at %||% c(read = 0, written = 0, clipped = 0)
  keeps <- is_plain_file(source$place) && is_plain_file(target$place)
  seen <- proc.time()[["elapsed"]]
  show <- seen + (attr(tick, "after") %||% 2) # as ffi_new_ticker() does
  write <- function(y) {
    clipped <- write_frames(target, y)
    at + c(0, NROW(y), clipped)
  }
  repeat {
    x <- read_frames(source, min(size, source$frames - at[["read"]]))
    if (NROW(x) == 0L) break
    at <- write(stream_push(s, x, threads)) + c(NROW(x), 0, 0)
    now <- proc.time()[["elapsed"]]
    if (keeps && now - seen >= every) {
      save_state(s, source, target, at)
      seen <- now
    }
    if (!is.null(tick) && is.finite(source$frames) && now >= show) {
      tick(at[["read"]] / source$frames)
      show <- now + 0.2
    }
  }
  at <- write(stream_finish(s, threads))
  end_target(target, at[["written"]])
  if (keeps) unlink(state_path(target$place))
  if (at[["clipped"]] > 0) {
    warn("value", sprintf(
      "%s of the outputs did not fit between -1 and 1, and are now the ends of that range.",
      format_count(at[["clipped"]])
    ), "Scale `h`, or write doubles: `to_format = \"double\"`.")
  }
  invisible(at[["written"]])
}

# ---- checks ---------------------------------------------------------------------------

check_file_stream <- function(s) {
  check_stream(s)
  if (is.complex(s$h)) {
    abort("type", "`s` must have a real kernel: files have no place for complex numbers.")
  }
}

check_new <- function(s) {
  if (s$at$n > 0 || s$at$finished) {
    abort("value", "`s` must be a new stream, without samples.", "`conv_stream()` makes one.")
  }
}

check_place <- function(place, arg) {
  is_path <- is.character(place) && length(place) == 1L && !is.na(place) && nzchar(place)
  if (!is_path && !inherits(place, "connection")) {
    abort("type", sprintf("`%s` must be a path or a connection, not %s.", arg, show_value(place)))
  }
  check_encoding(if (is.character(place)) place, arg)
  if (inherits(place, "connection") && isOpen(place) && summary(place)$text != "binary") {
    abort("value", sprintf("`%s` must be a connection for binary data: open it with mode \"rb\" or \"wb\".", arg))
  }
}

check_places <- function(from, to, resume) {
  paths <- is.character(from) && is.character(to)
  if (resume && !(is_plain_file(from) && is_plain_file(to))) {
    abort("value", "`resume` must be FALSE unless `from` and `to` are paths of files.")
  }
  if (paths && is_one_file(one_path(from), one_path(to))) {
    abort("value", "`from` and `to` must be different files.")
  }
}

# R warns of paths that are too long; they are refused when they are opened.
is_one_file <- function(a, b) a == b || .Call(ffi_same_file, a, b)

one_path <- function(path) suppressWarnings(normalizePath(path, mustWork = FALSE))

# ---- the state ------------------------------------------------------------------------

state_path <- function(to) paste0(to, ".stream")

# What must be the same for a state to fit: the stream, and the file that is read.
stream_definition <- function(s) {
  mget(c("version", "h", "mode", "origin", "boundary", "na", "columns", "block", "direct"), envir = s)
}

save_state <- function(s, source, target, at) {
  flush(target$con)
  path <- state_path(target$place)
  part <- paste0(path, ".part")
  state <- list(stream = as.list.environment(s), at = at, source = source_identity(source), format = target$format)
  or_cannot(saveRDS(state, part, compress = FALSE), part, "written")
  if (!file.rename(part, path)) cannot(path, "written")
}

source_identity <- function(source) list(format = source$format, frames = source$frames)

saved_state <- function(s, source, to) {
  path <- state_path(to)
  if (!is_file(path)) {
    return(NULL)
  }
  saved <- tryCatch(readRDS(path), error = function(e) NULL, warning = function(w) NULL)
  fits <- is.list(saved) && all(c("stream", "at", "source", "format") %in% names(saved)) &&
    identical(saved$stream[names(stream_definition(s))], stream_definition(s)) &&
    identical(saved$source, source_identity(source))
  if (!fits) {
    abort(
      "value", sprintf("The state in %s must be that of the same stream and the same file.", show_string(path)),
      "`resume = FALSE` begins anew."
    )
  }
  list(stream = saved$stream, at = saved$at, format = saved$format, read = saved$at[["read"]])
}

resume_stream <- function(s, saved) {
  suspendInterrupts({
    s$held <- saved$stream$held
    s$at <- saved$stream$at
  })
}

# A state of an earlier call must not be met by a later one.
forget_state <- function(to, saved) if (is.null(saved)) unlink(state_path(to))
