# Files through streams: formats, WAV headers, what is broken off.

# A file of bytes, gone when the test is over.
place <- function(bytes = NULL, frame = parent.frame()) {
  path <- tempfile("stream-")
  if (!is.null(bytes)) writeBin(bytes, path)
  do.call(on.exit, list(substitute(unlink(paste0(path, c("", ".stream"))), list(path = path)), add = TRUE), envir = frame)
  path
}

doubles <- function(path) readBin(path, "double", file.size(path) / 8, endian = "little")

pcm <- function(x, bits) to_bytes(x, bits)

wav <- function(x, bits, rate = 48000) {
  c(wav_header(bits, NCOL(x), rate, NROW(x)), pcm(as.vector(if (is.matrix(x)) t(x) else x), bits))
}

test_that("doubles, one signal and several", {
  set.seed(195)
  x <- rnorm(1000)
  h <- rnorm(30)
  from <- place(writeBin(x, raw(), endian = "little"))
  to <- place()
  s <- conv_stream(h)
  expect_identical(withVisible(stream_file(s, from, to, size = 77)), list(value = 1029, visible = FALSE))
  expect_identical(doubles(to), local({
    s <- conv_stream(h)
    c(stream_push(s, x), stream_finish(s))
  }))
  expect_true(s$at$finished)
  expect_false(file.exists(paste0(to, ".stream")))
  s <- conv_stream(h, "same", boundary = "mirror", ncol = 2, block = 64)
  stream_file(s, from, to, size = 10)
  expect_equal(matrix(doubles(to), ncol = 2, byrow = TRUE), conv(matrix(x, ncol = 2, byrow = TRUE), h, "same", boundary = "mirror"))
  # connections, open or not
  stream_file(conv_stream(c(1, 1)), file(from), file(to), size = 100)
  expect_equal(doubles(to), conv(x, c(1, 1)))
  source <- rawConnection(writeBin(x[1:10], raw(), endian = "little"))
  target <- rawConnection(raw(0), "wb")
  stream_file(conv_stream(c(1, 1)), source, target, size = 3)
  expect_equal(readBin(rawConnectionValue(target), "double", 11, endian = "little"), conv(x[1:10], c(1, 1)))
  close(source)
  close(target)
  # nothing in, nothing out
  stream_file(conv_stream(c(1, 1)), place(raw(0)), to)
  expect_identical(file.size(to), 0)
})

test_that("whole numbers of 16, 24 and 32 bits keep every value", {
  for (bits in c(16, 24, 32)) {
    most <- 2^(bits - 1)
    x <- c(-most, -most + 1, -70, -1, 0, 1, 255, 256, 300, most - 1)
    format <- paste0("pcm", bits)
    expect_identical(from_bytes(pcm(x, bits), bits), x / most)
    from <- place(pcm(x, bits))
    to <- place()
    stream_file(conv_stream(1), from, to, format)
    expect_identical(bytes_of(to), bytes_of(from))
    stream_file(conv_stream(1), from, to, format, "double")
    expect_identical(doubles(to), x / most)
    expect_convmat_warning(stream_file(conv_stream(2), from, to, format), "value", "3 of the outputs did not fit")
    expect_identical(from_bytes(bytes_of(to), bits)[c(1:3, 10)], c(-1, -1, -140 / most, (most - 1) / most))
  }
  expect_identical(pcm(c(1, -2), 24), as.raw(c(1, 0, 0, 0xfe, 0xff, 0xff)))
})

test_that("sound: a WAV file through an impulse response of two seconds is conv() within its promise", {
  set.seed(196)
  rate <- 48000
  n <- if (is_extended()) 10 * rate else rate
  x <- round(2^23 * 0.2 * cbind(sin(seq_len(n) / 20), rnorm(n, sd = 0.3)))
  h <- rnorm(2 * rate) * exp(-seq_len(2 * rate) / 8000)
  h <- h / sum(abs(h))
  from <- place(wav(x, 24, rate))
  to <- place()
  sums <- place()
  expect_identical(stream_file(conv_stream(h, ncol = 2), from, to, "wav", size = 1e4), n + 2 * rate - 1)
  stream_file(conv_stream(h, ncol = 2), from, sums, "wav", "double", size = 1e4)
  y <- matrix(doubles(sums), ncol = 2, byrow = TRUE)
  x <- x / 2^23
  for (c in 1:2) {
    expect_true(all(abs(y[, c] - conv(x[, c], h)) <= 2e-11 * conv(abs(x[, c]), abs(h))))
  }
  header <- bytes_of(to)[1:44]
  expect_identical(header, wav_header(24, 2, rate, n + 2 * rate - 1))
  expect_identical(readBin(header[25:28], "integer", endian = "little"), 48000L)
  expect_equal(file.size(to), 44 + 6 * (n + 2 * rate - 1))
  expect_identical(bytes_of(to)[-(1:44)], pcm(round(as.vector(t(y)) * 2^23), 24))
})

test_that("WAV headers with other chunks, and those that cannot be read", {
  samples <- c(1, -2, 300)
  plain <- wav(samples, 16)
  to <- place()
  through <- function(bytes, ...) {
    stream_file(conv_stream(1, ...), place(bytes), to, "wav", "pcm16")
    from_bytes(bytes_of(to), 16) * 2^15
  }
  expect_identical(through(plain), samples)
  # a chunk of odd length before the samples, and one behind
  list <- c(charToRaw("LIST"), number_bytes(3, 4), charToRaw("abc"), raw(1))
  expect_identical(through(c(plain[1:12], list, plain[-(1:12)], list)), samples)
  # programs that write to a pipe do not know the length
  expect_identical(through(replace(plain, 41:44, as.raw(255))), samples)
  extensible <- c(
    plain[1:16], number_bytes(40, 4), number_bytes(65534, 2), plain[23:36], number_bytes(22, 2), number_bytes(16, 2),
    raw(4), number_bytes(1, 2), raw(14), plain[37:50]
  )
  expect_identical(through(extensible), samples)
  odd <- wav(1:3, 24)
  stream_file(conv_stream(1), place(odd), to, "wav")
  expect_identical(bytes_of(to), c(odd, raw(1)))

  from <- place(plain)
  broken <- function(bytes) {
    writeBin(bytes, from)
    stream_file(conv_stream(1), from, to, "wav")
  }
  error <- function(bytes) conditionMessage(expect_error(broken(bytes), class = "convmat_error_file"))
  expect_match(error(raw(0)), "It ends within its header")
  expect_match(error(charToRaw("This is text, not sound.")), "It does not begin as one")
  expect_match(error(plain[1:30]), "It ends within its header")
  expect_match(error(plain[1:48]), "shorter than its header says")
  expect_match(error(replace(plain, 21, as.raw(3))), "not floating point of 16 bits")
  expect_match(error(replace(plain, 35, as.raw(8))), "not whole numbers of 8 bits")
  expect_match(error(replace(plain, 23, as.raw(0))), "it has no channels")
  expect_match(error(plain[-(13:36)]), "does not say how samples are stored")
  expect_match(error(replace(plain, 41, as.raw(5))), "middle of a sample")
  expect_match(error(replace(plain, 17:20, as.raw(255))), "header is damaged")
  expect_match(error(replace(plain, 21:22, as.raw(c(9, 9)))), "not another kind of 16 bits")
  expect_error(wav_header(16, 1, 48000, 2^31), class = "convmat_error_value")
  writeBin(wav(matrix(1:4, 2), 16), from)
  expect_convmat_error(stream_file(conv_stream(1), from, to, "wav"), "length", "`ncol = 2`")
  writeBin(replace(plain, 41:44, as.raw(255)), from)
  expect_convmat_error(stream_file(conv_stream(1), file(from), to, "wav"), "file", "does not say how long it is")
})

test_that("paths are paths, also those that file() has a meaning of its own for", {
  from <- place(writeBin(1:4 + 0, raw(), endian = "little"))
  to <- place()
  for (special in c("file://", "http://")) {
    expect_convmat_error(stream_file(conv_stream(1), from, paste0(special, to)), "file", "cannot be written")
  }
  old <- setwd(tempdir())
  on.exit(setwd(old), add = TRUE)
  on.exit(unlink(file.path(tempdir(), c("stdin", "clipboard"))), add = TRUE)
  stream_file(conv_stream(2), from, "stdin")
  stream_file(conv_stream(2), "stdin", "clipboard")
  expect_identical(doubles("./clipboard"), 4 * (1:4))
})

test_that("a device takes outputs, and has no state", {
  skip_if_not(file.exists("/dev/null") && file.exists("/dev/zero"))
  from <- place(writeBin(c(1, 0, 2), raw(), endian = "little"))
  expect_identical(stream_file(conv_stream(c(1, 10)), from, "/dev/null", every = 0), 4)
  expect_false(file.exists("/dev/null.stream"))
  s <- conv_stream(c(1, 10))
  expect_convmat_error(stream_file(s, from, "/dev/null", resume = TRUE), "value", "paths of files")
  expect_identical(stream_file(s, "/dev/null", place()), 0)
})

test_that("a file is known under another name", {
  skip_if(.Platform$OS.type == "windows")
  from <- place(writeBin(1:4 + 0, raw(), endian = "little"))
  linked <- place()
  skip_if_not(suppressWarnings(file.link(from, linked)))
  expect_convmat_error(stream_file(conv_stream(1), from, linked), "value", "must be different files")
  expect_identical(readBin(from, "double", 5L, endian = "little"), 1:4 + 0)
})

test_that("what cannot be done is refused", {
  from <- place(writeBin(1:4 + 0, raw(), endian = "little"))
  to <- place()
  s <- conv_stream(1)
  expect_convmat_error(stream_file(s, from, to, "flac"), "value", "`format` must be one of")
  expect_convmat_error(stream_file(s, 1, to), "type", "`from` must be a path or a connection")
  expect_convmat_error(stream_file(s, from, from), "value", "must be different files")
  expect_convmat_error(stream_file(s, from, to, to_format = "wav"), "value", "the rate would be unknown")
  expect_convmat_error(stream_file(s, from, to, resume = TRUE, every = -1), "value", "`every` must be")
  con <- file(from)
  expect_convmat_error(stream_file(s, con, to, resume = TRUE), "value", "unless `from` and `to` are paths")
  close(con)
  expect_convmat_error(stream_file(s, tempfile(), to), "file", "There is no such file")
  expect_convmat_error(stream_file(s, from, file.path(tempfile(), "a")), "file", "cannot be written")
  expect_silent(try(stream_file(s, strrep("long", 1e4), to), silent = TRUE))
  expect_convmat_error(stream_file(s, tempdir(), to, resume = TRUE), "file", "It is a folder")
  expect_convmat_error(stream_file(conv_stream(1i), from, to), "type", "real kernel")
  expect_identical(s$at$n, 0)
  expect_convmat_error(stream_file(conv_stream(1, ncol = 3), from, to), "file", "middle of a sample")
  stream_push(s, 1)
  expect_convmat_error(stream_file(s, from, to), "value", "must be a new stream")
  text <- textConnection("a")
  expect_convmat_error(stream_file(conv_stream(1), text, to), "value", "binary data")
  close(text)
  missing <- conv_stream(c(1, 1), "causal", boundary = "missing")
  expect_convmat_error(stream_file(missing, from, to, to_format = "pcm16"), "value", "must not be missing")
  short <- file(from, "rb")
  readBin(short, "raw", 3)
  expect_convmat_error(stream_file(conv_stream(1), short, to), "file", "middle of a sample")
  close(short)
})

test_that("what was broken off is resumed, with the same bits", {
  set.seed(197)
  x <- rnorm(5000)
  from <- place(writeBin(x, raw(), endian = "little"))
  to <- place()
  whole <- place()
  new <- function() conv_stream(sin(1:200), "same", boundary = "reflect", block = 128)
  loud <- function(...) suppressWarnings(stream_file(...))
  loud(new(), from, whole, to_format = "pcm24")
  # an error in the middle: a sample is missing, and the file is put right afterwards
  writeBin(replace(x, 2600, NaN), from, endian = "little")
  expect_error(stream_file(new(), from, to, to_format = "pcm24", size = 300, every = 0), class = "convmat_error_value")
  writeBin(x, from, endian = "little")
  expect_true(file.exists(paste0(to, ".stream")))
  other <- conv_stream(1:3)
  expect_convmat_error(stream_file(other, from, to, to_format = "pcm24", resume = TRUE), "value", "the same stream and the same file")
  expect_convmat_error(stream_file(new(), from, to, resume = TRUE), "value", "the file of the saved state")
  loud(new(), from, to, to_format = "pcm24", resume = TRUE)
  expect_identical(bytes_of(to), bytes_of(whole))
  expect_false(file.exists(paste0(to, ".stream")))
  # no state: from the beginning
  loud(new(), from, to, to_format = "pcm24", resume = TRUE)
  expect_identical(bytes_of(to), bytes_of(whole))
})

test_that("a process that was killed is resumed, with the same bits", {
  skip_on_cran()
  skip_on_os("windows")
  skip_if_not_installed("callr")
  from <- place(writeBin(sin(seq_len(2e5)^1.2), raw(), endian = "little"))
  to <- place()
  whole <- place()
  run <- function(from, to, resume = FALSE) {
    s <- convmat::conv_stream(cos(seq_len(2e4)), block = 2048)
    convmat::stream_file(s, from, to, size = 2048, resume = resume, every = 0, threads = 1)
  }
  run(from, whole)
  library <- dirname(getNamespaceInfo("convmat", "path"))
  child <- callr::r_bg(run, list(from, to), libpath = c(library, .libPaths()))
  while (child$is_alive() && !(file.exists(paste0(to, ".stream")) && file.size(to) > 1e5)) Sys.sleep(0.01)
  child$kill()
  skip_if(!file.exists(paste0(to, ".stream")), "it was too quick")
  expect_lt(file.size(to), file.size(whole))
  run(from, to, resume = TRUE)
  expect_identical(bytes_of(to), bytes_of(whole))
})

test_that("progress is shown where the length is known", {
  from <- place(writeBin(numeric(100), raw(), endian = "little"))
  source <- open_source(from, "double", 1)
  target <- open_target(place(), "double", source, conv_stream(1), NULL)
  seen <- numeric(0)
  tick <- structure(function(done) seen <<- c(seen, done), after = 0)
  run_file(conv_stream(1), source, target, 10, NULL, Inf, NULL, tick)
  close_place(source)
  close_place(target)
  expect_gt(length(seen), 0)
  expect_true(all(diff(seen) > 0) && all(seen <= 1))
})
