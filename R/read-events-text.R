# From a path or a connection to lines of text: bytes, gzip, encodings, line ends.
# Whatever is not understood is an error that says where.

# list(name, lines, ended): lines without their ends, none blank after the last;
# `ended` is FALSE if the last has no end and may thus have lost something.
read_text <- function(file, encoding = "UTF-8") {
  text <- list(name = if (inherits(file, "connection")) summary(file)$description else file)
  if (inherits(file, "connection")) {
    found <- connection_bytes(file, text, encoding)
  } else {
    if (!is.character(file) || length(file) != 1L || is.na(file)) {
      abort("type", sprintf("`file` must be a path or a connection, not %s.", show_value(file)))
    }
    found <- list(bytes = path_bytes(file, text))
  }
  bytes <- gunzip(found$bytes, text)
  whole <- isTRUE(found$whole) || !identical(bytes, found$bytes) # gzip checks that nothing is lost
  split_lines(check_encoded(bytes, text, if (isTRUE(found$encoded)) "UTF-8" else encoding), text, whole)
}

# What is wrong in the file, where, in how many more places, and what to do.
abort_file <- function(text, what, line = NULL, column = NULL, value = NULL, more = 0L, advice = NULL) {
  place <- c(
    if (!is.null(line)) sprintf("line %s", format_count(line)),
    if (!is.null(column)) sprintf("column `%s`", show_name(column)),
    if (!is.null(value)) sprintf("value %s", show_field(value))
  )
  abort(
    "file", sprintf("%s: %s", text$name, what),
    if (length(place)) {
      paste0(
        toupper(substr(place[1L], 1L, 1L)), substring(paste(place, collapse = ", "), 2L), ".",
        if (more > 0L) sprintf(" And %s more.", format_count(more))
      )
    },
    advice
  )
}

show_name <- function(name) if (nchar(name) > 40L) paste0(substr(name, 1L, 37L), "...") else name

show_field <- function(value) encodeString(show_name(value), quote = "\"")

# ---- bytes ----------------------------------------------------------------------------

path_bytes <- function(path, text) {
  if (!isTRUE(suppressWarnings(file.exists(path)))) { # of paths too long to be one
    abort_file(text, "there is no such file.")
  }
  if (dir.exists(path)) {
    abort_file(text, "is a folder, not a file.")
  }
  tryCatch(
    suppressWarnings({
      con <- file(path, "rb", raw = TRUE) # as it is; pipes and /proc, too, whose size is not known
      on.exit(close(con))
      all_bytes(con, text)
    }),
    error = function(e) {
      if (inherits(e, "convmat_error")) stop(e)
      abort_file(text, "cannot be opened.")
    }
  )
}

# The bytes of a connection, which is closed and so is no more unless it was open.
# `encoded` if the connection itself has made UTF-8 of them, `whole` if nothing can be missing.
connection_bytes <- function(con, text, encoding) {
  class <- class(con)[1L]
  path <- summary(con)$description
  tryCatch(suppressWarnings({
    if (isOpen(con)) {
      if (summary(con)$text == "text") text_bytes(con, text) else list(bytes = all_bytes(con, text))
    } else if (class %in% c("file", "gzfile") && file.exists(path)) {
      on.exit(close(con))
      bytes <- path_bytes(path, text)
      if (encoding == "UTF-8" && !is_utf8(gunzip(bytes, text))) {
        open(con, "rt") # the encoding that the connection declares is seen in this mode only
        text_bytes(con, text)
      } else {
        list(bytes = bytes)
      }
    } else {
      open(con, "rb")
      on.exit(close(con))
      list(bytes = all_bytes(con, text))
    }
  }), error = function(e) {
    if (inherits(e, "convmat_error")) stop(e)
    abort_file(text, sprintf("cannot be read: %s", conditionMessage(e)))
  })
}

text_bytes <- function(con, text) {
  ended <- TRUE
  lines <- withCallingHandlers(readLines(con), warning = function(w) {
    if (grepl("incomplete", conditionMessage(w))) ended <<- FALSE
    if (grepl("nul", conditionMessage(w))) abort_file(text, "is not text: it has a byte of value 0.", line = 1L)
    invokeRestart("muffleWarning")
  })
  string <- paste(enc2utf8(lines), collapse = "\n")
  list(
    bytes = charToRaw(paste0(string, if (ended && length(lines)) "\n")),
    encoded = validUTF8(string), whole = inherits(con, "textConnection")
  )
}

is_utf8 <- function(bytes) !any(bytes == as.raw(0L)) && validUTF8(rawToChar(bytes))

# The limit on memory holds for what has been read so far.
all_bytes <- function(con, text) {
  parts <- list()
  total <- 0
  size <- 2^16
  while (length(part <- readBin(con, "raw", size)) > 0L) {
    parts[[length(parts) + 1L]] <- part
    total <- total + length(part)
    check_memory(20 * total, sprintf("%s is too large: to read it needs more than", text$name))
    size <- min(2 * size, 2^24)
  }
  unlist(parts) %||% raw(0)
}

# ---- gzip -----------------------------------------------------------------------------------

# Decompressed, if need be, with a check that nothing is missing. A file may be several compressed
# ones in a row, as bgzip writes it; each ends with the length of what it holds.
gunzip <- function(bytes, text) {
  at <- gzip_starts(bytes)
  if (length(at) == 0L || at[1L] != 1L) {
    return(bytes)
  }
  damaged <- function() {
    abort_file(text, "is damaged: what gzip compressed does not come out whole.", line = 1L)
  }
  parts <- list()
  from <- 1L
  failed <- 0L
  for (end in c(at[-1L] - 1L, length(bytes))) {
    part <- gunzip_one(bytes[from:end], text)
    if (is.null(part)) {
      # compressed data may happen to look like the start of another file, but not time after time
      failed <- failed + 1L
      if (failed > 4L) damaged()
      next
    }
    parts[[length(parts) + 1L]] <- part
    from <- end + 1L
    failed <- 0L
    check_memory(20 * sum(lengths(parts)), sprintf("%s is too large: to read it needs more than", text$name))
  }
  if (from <= length(bytes)) damaged()
  unlist(parts) %||% raw(0)
}

gzip_starts <- function(bytes) {
  n <- length(bytes)
  if (n < 3L || !identical(bytes[1:2], as.raw(c(0x1f, 0x8b)))) {
    return(if (n == 2L && identical(bytes, as.raw(c(0x1f, 0x8b)))) 1L)
  }
  i <- which(bytes == as.raw(0x1f))
  unique(c(1L, i[i < n - 2L & bytes[pmin(i + 1L, n)] == as.raw(0x8b) & bytes[pmin(i + 2L, n)] == as.raw(8L)]))
}

# NULL if it does not come out whole.
gunzip_one <- function(bytes, text) {
  n <- length(bytes)
  if (n < 18L) {
    return(NULL)
  }
  # not memDecompress(), which takes ever more memory where something is missing
  path <- tempfile("events-", fileext = ".gz")
  writeBin(bytes, path)
  con <- gzfile(path, "rb")
  on.exit({
    close(con)
    unlink(path)
  })
  plain <- tryCatch(
    all_bytes(con, text),
    error = function(e) if (inherits(e, "convmat_error_memory")) stop(e), warning = function(w) NULL
  )
  size <- sum(as.integer(bytes[n - 3:0]) * 256^(0:3)) # modulo 2^32
  if (!is.null(plain) && length(plain) %% 2^32 == size) plain
}

# ---- text ---------------------------------------------------------------------------------------

# Bytes in UTF-8, without a mark.
check_encoded <- function(bytes, text, encoding) {
  starts <- function(...) {
    mark <- as.raw(c(...))
    length(bytes) >= length(mark) && identical(bytes[seq_along(mark)], mark)
  }
  if (encoding != "UTF-8") {
    bytes <- convert_bytes(bytes, text, encoding)
  } else if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)) {
    abort_file(text, "is in UTF-32.", line = 1L, advice = "Use `encoding = \"UTF-32\"`, or save it as UTF-8.")
  } else if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) {
    abort_file(text, "is in UTF-16.", line = 1L, advice = "Use `encoding = \"UTF-16\"`, or save it as UTF-8.")
  }
  if (starts(0xef, 0xbb, 0xbf)) bytes[-(1:3)] else bytes
}

convert_bytes <- function(bytes, text, encoding) {
  converted <- tryCatch(
    iconv(list(bytes), encoding, "UTF-8", toRaw = TRUE)[[1L]],
    error = function(e) {
      abort(
        "value", sprintf("`encoding` must be one that this system knows, not %s.", show_value(encoding)),
        "`iconvlist()` names them."
      )
    }
  )
  # what cannot be converted comes back as it is
  if (is.null(converted) || identical(converted, bytes) && any(bytes > as.raw(127L) | bytes == as.raw(0L))) {
    abort_file(text, sprintf("is not text in %s, as `encoding` says.", encoding), line = 1L)
  }
  converted
}

split_lines <- function(bytes, text, whole) {
  if (length(bytes) == 0L) {
    abort_file(text, "is empty.", line = 1L)
  }
  bytes <- check_bytes(bytes, text)
  ended <- bytes[length(bytes)] == as.raw(10L)
  lines <- strsplit(rawToChar(bytes), "\n", fixed = TRUE, useBytes = TRUE)[[1L]]
  if (any(bytes > as.raw(127L))) {
    lines <- mark_utf8(lines, text)
  }
  blank <- !grepl("[^ \t]", lines, perl = TRUE)
  last <- max(0L, which(!blank))
  if (last == 0L) {
    abort_file(text, "is empty.", line = 1L)
  }
  if (any(blank[seq_len(last)])) {
    abort_file(
      text, "has a blank line before the last row.", line = which(blank)[1L], advice = "Take it out."
    )
  }
  c(text, list(lines = lines[seq_len(last)], ended = whole || ended || last < length(lines)))
}

mark_utf8 <- function(lines, text) {
  Encoding(lines) <- "UTF-8"
  invalid <- !validUTF8(lines)
  if (any(invalid)) {
    abort_file(
      text, "is not text in UTF-8.", line = which(invalid)[1L],
      advice = "If it is from Windows, it may be in Latin-1: `encoding = \"latin1\"`."
    )
  }
  lines
}

# No bytes but those of text; lines end in LF, which CRLF or, in a file without LF, CR becomes.
check_bytes <- function(bytes, text) {
  count <- tabulate(as.integer(bytes) + 1L, 256L)
  if (count[14L] > 0L) {
    cr <- bytes == as.raw(13L)
    if (count[11L] == 0L) {
      bytes[cr] <- as.raw(10L)
    } else {
      lf <- bytes == as.raw(10L)
      alone <- which(cr & !c(lf[-1L], FALSE))
      if (length(alone) > 0L) {
        abort_file(
          text, "has a carriage return inside a row.", line = sum(lf[seq_len(alone[1L])]) + 1L,
          more = length(alone) - 1L, advice = c(
            "Without them, as a new file: `text <- readChar(file, file.size(file))`,",
            "`cat(gsub(\"\\r\", \"\", text), file = \"repaired.tsv\")`."
          )
        )
      }
      bytes <- bytes[!cr]
    }
  }
  if (any(count[c(1:9, 12:13, 15:32, 128L)] > 0L)) {
    bad <- bytes < as.raw(32L) & bytes != as.raw(9L) & bytes != as.raw(10L) | bytes == as.raw(127L)
    at <- which(bad)[1L]
    abort_file(
      text, sprintf("is not text: it has a byte of value %d.", as.integer(bytes[at])),
      line = sum(bytes[seq_len(at)] == as.raw(10L)) + 1L,
      advice = if (count[1L] > length(bytes) / 8) "It may be in UTF-16: `encoding = \"UTF-16LE\"`, or save it as UTF-8."
    )
  }
  bytes
}
