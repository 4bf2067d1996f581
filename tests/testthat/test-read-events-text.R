header <- "onset\tduration\tWM-W\u00f6rter"
german <- enc2utf8(c(header, "1,625\t4\tja", "6,664\t4\tf\u00fcnf", "11,701\t6\t-0,5"))
plain <- quiet(file_of(chartr(",", ".", german)))

test_that("encodings and decimal commas are read as they are declared", {
  expect_identical(plain$onset, c(1.625, 6.664, 11.701))
  bytes <- iconv(paste0(paste(german, collapse = "\n"), "\n"), "UTF-8", "latin1", toRaw = TRUE)[[1]]
  path <- file_of(bytes = bytes)
  expect_convmat_error(read_events(path), "file", "Line 1.\n  If it is from Windows, it may be in Latin-1: `encoding = \"latin1\"`")
  expect_convmat_error(read_events(path, encoding = "latin1"), "file", "Use `dec = \",\"`")
  ev <- read_events(path, encoding = "latin1", dec = ",")
  expect_identical(ev[1:3], plain[1:3])
  expect_identical(ev[["WM-W\u00f6rter"]], c("ja", "f\u00fcnf", "-0,5"))
  # connections that declare it are believed
  for (con in list(file(path, encoding = "latin1"), gzfile(gz_of(path), encoding = "latin1"), file(path, "r", encoding = "latin1"))) {
    open <- isOpen(con)
    expect_identical(read_events(con, dec = ","), ev)
    if (open) close(con)
  }
  for (encoding in c("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32")) {
    bytes <- iconv(paste0(paste(german, collapse = "\n"), "\n"), "UTF-8", encoding, toRaw = TRUE)[[1]]
    path <- file_of(bytes = bytes)
    expect_identical(read_events(path, encoding = encoding, dec = ","), ev)
    expect_error(read_events(path, dec = ","), "encoding = \"UTF", class = "convmat_error_file")
    con <- file(path, encoding = encoding)
    expect_identical(read_events(con, dec = ","), ev)
  }
  path <- file_of("10 2,5 1", "20 2 0,25")
  expect_identical(read_events(path, dec = ","), events(c(10, 20), c(2.5, 2), c(1, 0.25)))
  expect_convmat_error(read_events(path, encoding = "no such"), "value", "`encoding` must be one that this system knows")
  latin <- file_of(bytes = as.raw(c(0x31, 0xfc)))
  expect_convmat_error(read_events(latin, encoding = "ASCII"), "file", "is not text in ASCII, as `encoding` says")
  expect_convmat_error(read_events(latin, encoding = "EUC-JP"), "file", "is not text in EUC-JP")
  expect_convmat_error(read_events(path, encoding = 1), "type", "`encoding` must be the name of an encoding")
  expect_convmat_error(read_events(path, dec = ";"), "value", "`dec` must be one of")
})

test_that("a carriage return inside a row is named", {
  path <- file_of("onset\tduration\tresponse_time", "12.7\r\tn/a\t0.395", "16.0\r\tn/a\t0.331")
  expect_snapshot(show_file_error("onset\tduration", "12.7\r\t1", "16.0\r\t1"))
  # what the message proposes
  text <- readChar(path, file.size(path))
  repaired <- tempfile()
  cat(gsub("\r", "", text), file = repaired)
  expect_identical(read_events(repaired, missing = "keep")$response_time, c(0.395, 0.331))
  # CRLF at some ends only is fine
  expect_identical(read_events(file_of("onset\tduration\r", "1\t2", "3\t4\r"))$duration, c(2, 4))
})

test_that("gzip files of several members are read, and damage is found", {
  lines <- c("onset\tduration", paste0(1:400, "\t", 400:1))
  cuts <- list(lines[1:3], lines[4:200], lines[201:401])
  parts <- lapply(cuts, function(part) bytes_of(gz_of(file_of(part))))
  empty <- bytes_of(gz_of(file_of(bytes = raw(0)))) # as bgzip ends a file
  path <- file_of(bytes = c(unlist(parts), empty))
  expect_identical(read_events(path), read_events(file_of(lines)))
  con <- gzfile(path)
  expect_identical(read_events(con), read_events(file_of(lines)))
  whole <- unlist(parts)
  for (n in c(length(whole) - 1, length(whole) - 9, length(parts[[1]]) + 5, length(parts[[1]]) + length(parts[[2]]) - 3)) {
    expect_error(read_events(file_of(bytes = whole[seq_len(n)])), "does not come out whole", class = "convmat_error_file")
  }
  expect_error(read_events(file_of(bytes = c(whole, as.raw(1:30)))), "does not come out whole", class = "convmat_error_file")
})

test_that("the limit on bytes holds for what comes out of gzip", {
  path <- gz_of(file_of("onset\tduration", rep("1\t1", 2e5)))
  expect_lt(file.size(path), 1e4)
  old <- options(convmat.max_bytes = 1e6)
  on.exit(options(old))
  expect_convmat_error(read_events(path), "memory", "is too large")
  con <- gzfile(path)
  expect_convmat_error(read_events(con), "memory", "is too large")
  expect_convmat_error(read_events(file_of(rep("1 2 1", 2e5))), "memory", "is too large")
})

test_that("pipes and files without a size are read", {
  skip_on_os("windows")
  path <- file_of("10 2 1", "20 2 1")
  con <- pipe(paste("cat", shQuote(path)))
  expect_identical(read_events(con), events(c(10, 20), 2))
  fifo <- tempfile()
  skip_if(system2("mkfifo", fifo) != 0)
  system2("cat", c(shQuote(path), ">", shQuote(fifo)), wait = FALSE)
  expect_identical(read_events(fifo), events(c(10, 20), 2))
  if (file.exists("/proc/version")) {
    expect_error(read_events("/proc/version"), "no file of events that is known", class = "convmat_error_file")
  }
})

test_that("files of other programs are named", {
  here <- show_file_error
  expect_snapshot({
    here("FileVersion:        2", "ResolutionOfTime:   Volumes")
    here("Scenario -\tlanguage", "Logfile written - 01/01/2020")
    here("onset,duration", "1,2")
    here("onset;duration", "1;2")
    here("onset duration", "1 2")
    here("trial\tOnset", "1\t2")
  })
})
