# Samples as bytes, and WAV headers. A place that is open is a list: place (a path or a connection), con,
# opened (by us), format, bits (0 for doubles), channels, frames (samples a channel; Inf if nobody knows),
# rate, header (bytes before the samples).

sample_formats <- c("double", "pcm16", "pcm24", "pcm32", "wav")

# Bits of a sample; 0 for doubles, NA where a header says so.
bits_of <- function(format) switch(format, double = 0, pcm16 = 16, pcm24 = 24, pcm32 = 32, NA)

sample_bytes <- function(bits) if (bits == 0) 8 else bits / 8

cannot <- function(place, what, why = NULL) {
  name <- if (is.character(place)) place else summary(place)$description
  abort("file", sprintf("%s cannot be %s.", show_string(name), what), why)
}

is_file <- function(path) suppressWarnings(file.exists(path) && !dir.exists(path))

# A path of what keeps what is written: neither a connection nor a device, as /dev/null is.
is_plain_file <- function(place) is.character(place) && !grepl("^/dev/(?!shm/)", one_path(place), perl = TRUE)

or_cannot <- function(code, place, what) {
  tryCatch(code, error = function(e) cannot(place, what), warning = function(w) cannot(place, what))
}

open_place <- function(place, mode, what) {
  if (inherits(place, "connection")) {
    opened <- !isOpen(place)
    if (opened) or_cannot(open(place, mode), place, what)
    return(list(place = place, con = place, opened = opened))
  }
  if (mode == "rb" && !is_file(place)) {
    cannot(place, what, if (suppressWarnings(dir.exists(place))) "It is a folder." else "There is no such file.")
  }
  con <- or_cannot(file(plain_path(place), mode), place, what)
  list(place = place, con = con, opened = TRUE)
}

# To file() these words, and addresses, are no paths.
plain_path <- function(path) {
  special <- grepl("^([A-Za-z]+://|(stdin|clipboard|X11_(primary|secondary|clipboard))$)", path)
  if (special) file.path(".", path) else path
}

# What was open before stays open.
close_place <- function(p) if (p$opened) close(p$con)

# ---- reading ----------------------------------------------------------------------------

open_source <- function(from, format, channels) {
  p <- open_place(from, "rb", "read")
  closed <- TRUE
  on.exit(if (closed) close_place(p))
  p$format <- format
  if (format == "wav") {
    p[c("bits", "channels", "rate", "frames", "header")] <- read_wav_header(p)
    if (p$channels != channels) {
      abort("length", sprintf(
        "`s` must have `ncol = %d`, as many channels as the WAV file, not %s.", p$channels, format_count(channels)
      ))
    }
  } else {
    each <- channels * sample_bytes(bits_of(format))
    frames <- if (is_plain_file(from)) file.size(from) / each else Inf
    if (is.finite(frames) && frames != floor(frames)) ends_early(from)
    p[c("bits", "channels", "rate", "frames", "header")] <- list(bits_of(format), channels, NA, frames, 0)
  }
  closed <- FALSE
  p
}

ends_early <- function(place) cannot(place, "read to its end", "It ends in the middle of a sample.")

skip_frames <- function(p, frames) seek(p$con, p$header + frames * p$channels * sample_bytes(p$bits), rw = "read")

# Up to n samples of each channel: a vector, or a matrix with a channel in each column.
read_frames <- function(p, n) {
  each <- p$channels * sample_bytes(p$bits)
  bytes <- readBin(p$con, "raw", n * each)
  if (length(bytes) %% each != 0 || (is.finite(p$frames) && length(bytes) < n * each)) ends_early(p$place)
  x <- from_bytes(bytes, p$bits)
  if (p$channels > 1) matrix(x, ncol = p$channels, byrow = TRUE) else x
}

from_bytes <- function(bytes, bits) {
  n <- length(bytes) / sample_bytes(bits)
  if (bits == 0) {
    return(readBin(bytes, "double", n, endian = "little"))
  }
  x <- if (bits == 24) {
    b <- matrix(as.integer(bytes), 3L)
    high <- b[3L, ]
    b[1L, ] + 256 * b[2L, ] + 65536 * (high - 256 * (high >= 128))
  } else {
    readBin(bytes, "integer", n, size = bits / 8, endian = "little")
  }
  x[is.na(x)] <- -2^31 # whose bits are R's NA
  x / 2^(bits - 1)
}

# ---- writing ----------------------------------------------------------------------------

open_target <- function(to, format, source, s, saved) {
  if (format == "wav" && source$format != "wav") {
    abort("value", "`to_format` must not be \"wav\" unless `format` is: the rate would be unknown.")
  }
  channels <- max(s$columns)
  bits <- if (format == "wav") source$bits else bits_of(format)
  extra <- if (s$mode == "full") kernel_length(s) - 1 else 0
  frames <- if (source$frames == 0) 0 else source$frames + extra
  header <- if (format == "wav") wav_header(bits, channels, source$rate, frames) else raw(0)
  written <- if (is.null(saved)) 0 else length(header) + saved$at[["written"]] * channels * sample_bytes(bits)
  if (!is.null(saved) && (!identical(saved$format, format) || !is_file(to) || file.size(to) < written)) {
    abort(
      "value", "`to` must be the file of the saved state, with all that had been written.",
      "`resume = FALSE` begins anew."
    )
  }
  p <- open_place(to, if (is.null(saved)) "wb" else "r+b", "written")
  p[c("format", "bits", "channels", "frames", "header")] <- list(format, bits, channels, frames, length(header))
  if (is.null(saved)) write_bytes(p, header) else seek(p$con, written, rw = "write")
  p
}

write_bytes <- function(p, bytes) {
  or_cannot(writeBin(bytes, p$con), p$place, "written")
}

# Writes outputs, and returns how many had to be clipped.
write_frames <- function(p, y) {
  if (length(y) == 0L) {
    return(0)
  }
  y <- as.vector(if (is.matrix(y)) t(y) else y)
  if (p$bits == 0) {
    write_bytes(p, writeBin(y, raw(), endian = "little"))
    return(0)
  }
  if (anyNA(y)) {
    abort("value", sprintf(
      "Outputs must not be missing where `to_format` is \"%s\", which has no place for them.", p$format
    ))
  }
  y <- round(y * 2^(p$bits - 1))
  most <- 2^(p$bits - 1) - 1
  clipped <- sum(y > most | y < -most - 1)
  write_bytes(p, to_bytes(pmin(pmax(y, -most - 1), most), p$bits))
  clipped
}

to_bytes <- function(y, bits) {
  if (bits == 24) {
    y <- as.integer(y) # negative ones as two's complement
    return(as.raw(rbind(bitwAnd(y, 255L), bitwAnd(bitwShiftR(y, 8L), 255L), bitwAnd(bitwShiftR(y, 16L), 255L))))
  }
  y[y == -2^31] <- NA # has the bits of this number
  writeBin(as.integer(y), raw(), size = bits / 8, endian = "little")
}

# Whether all is there: a full disk does not always say so.
end_target <- function(p, frames) {
  bytes <- frames * p$channels * sample_bytes(p$bits)
  if (p$format == "wav" && bytes %% 2 == 1) write_bytes(p, raw(1))
  flush(p$con)
  if (is_plain_file(p$place) && file.size(p$place) < p$header + bytes) cannot(p$place, "written to its end")
}

# ---- WAV --------------------------------------------------------------------------------

number_of <- function(bytes) sum(as.integer(bytes) * 256^(seq_along(bytes) - 1))

number_bytes <- function(x, n) as.raw(x %/% 256^(seq_len(n) - 1) %% 256)

# list(bits, channels, rate, frames, header), the connection at the first sample.
read_wav_header <- function(p) {
  at <- 0
  take <- function(n) {
    bytes <- readBin(p$con, "raw", n)
    if (length(bytes) < n) not_wav(p, "It ends within its header.")
    at <<- at + n
    bytes
  }
  start <- take(12)
  if (!identical(start[c(1:4, 9:12)], charToRaw("RIFFWAVE"))) not_wav(p, "It does not begin as one.")
  fmt <- NULL
  repeat {
    head <- take(8)
    size <- number_of(head[5:8])
    if (identical(head[1:4], charToRaw("data"))) break
    if (size > 1e8) not_wav(p, "Its header is damaged.")
    chunk <- take(size + size %% 2)
    if (identical(head[1:4], charToRaw("fmt ")) && size >= 16) fmt <- wav_format(p, chunk)
  }
  if (is.null(fmt)) not_wav(p, "It does not say how samples are stored.")
  c(fmt, frames = wav_frames(p, size, at, fmt$channels * fmt$bits / 8), header = at)
}

not_wav <- function(p, why) cannot(p$place, "read as a WAV file", why)

wav_format <- function(p, chunk) {
  tag <- number_of(chunk[1:2])
  if (tag == 65534 && length(chunk) >= 26L) tag <- number_of(chunk[25:26]) # extensible
  bits <- number_of(chunk[15:16])
  channels <- number_of(chunk[3:4])
  if (channels == 0) not_wav(p, "Its header says that it has no channels.")
  if (tag != 1 || !bits %in% c(16, 24, 32)) {
    kind <- c("1" = "whole numbers", "3" = "floating point", "6" = "A-law", "7" = "mu-law")[number_labels(tag)]
    not_wav(p, sprintf(
      "Its samples must be whole numbers of 16, 24 or 32 bits, not %s of %s bits.",
      if (is.na(kind)) "another kind" else kind, format(bits)
    ))
  }
  list(bits = bits, channels = channels, rate = number_of(chunk[5:8]))
}

# Programs that cannot go back to the header write the largest number, or 0.
wav_frames <- function(p, size, at, each) {
  unknown <- size %in% c(0, 2^32 - 1)
  if (is_plain_file(p$place)) {
    there <- file.size(p$place) - at
    if (unknown) {
      size <- there
    } else if (size > there) {
      not_wav(p, "It is shorter than its header says.")
    }
  } else if (size == 2^32 - 1) {
    not_wav(p, "Its header does not say how long it is.")
  }
  if (size %% each != 0) ends_early(p$place)
  size / each
}

wav_header <- function(bits, channels, rate, frames) {
  bytes <- frames * channels * bits / 8
  if (36 + bytes + bytes %% 2 > 2^32 - 1) {
    abort("value", sprintf(
      "`to_format` must not be \"wav\" for %s samples, which would pass the 4 GB that it has place for.",
      format_count(frames)
    ))
  }
  c(
    charToRaw("RIFF"), number_bytes(36 + bytes + bytes %% 2, 4), charToRaw("WAVEfmt "), number_bytes(16, 4),
    number_bytes(1, 2), number_bytes(channels, 2), number_bytes(rate, 4), number_bytes(rate * channels * bits / 8, 4),
    number_bytes(channels * bits / 8, 2), number_bytes(bits, 2), charToRaw("data"), number_bytes(bytes, 4)
  )
}
