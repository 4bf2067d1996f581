# Small files with whatever fault a test is about.

file_of <- function(..., sep = "\n", end = sep, bytes = NULL) {
  path <- tempfile("events-")
  text <- paste0(paste(c(...), collapse = sep), end)
  writeBin(if (is.null(bytes)) charToRaw(text) else bytes, path)
  path
}

gz_of <- function(path) {
  out <- paste0(path, ".gz")
  con <- gzfile(out, "wb")
  writeBin(readBin(path, "raw", file.size(path)), con)
  close(con)
  out
}

bytes_of <- function(path) readBin(path, "raw", file.size(path))

quiet <- function(...) suppressMessages(read_events(...))

# On paper: class and message of the error of reading a file made of `...`, its name put as FILE.
show_file_error <- function(..., args = list(), bytes = NULL) {
  path <- file_of(..., bytes = bytes)
  tryCatch(suppressMessages(do.call(read_events, c(list(path), args))), error = function(e) {
    cat("<", class(e)[1L], ">\n", gsub(path, "FILE", conditionMessage(e), fixed = TRUE), "\n", sep = "")
  })
  invisible()
}
