# A headless Chromium, and what it complained of: for tools/site-test.R and tools/explore-test.R.
if (!requireNamespace("chromote", quietly = TRUE) || is.null(chromote::find_chrome())) {
  cat("not run in a browser: there is no chromote or no Chromium\n")
  quit(status = 0)
}
library(chromote)
set_chrome_args(c(
  "--headless", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
  if (Sys.info()[["user"]] == "root") "--no-sandbox"
))

new_browser <- function(width = 1280, height = 900) {
  session <- ChromoteSession$new(width = width, height = height)
  complaints <- new.env()
  complaints$said <- character(0)
  complain <- function(text) complaints$said <- c(complaints$said, text)
  session$Runtime$enable()
  session$Log$enable()
  session$Runtime$exceptionThrown(callback_ = function(event) complain(event$exceptionDetails$text))
  session$Runtime$consoleAPICalled(callback_ = function(event) {
    if (event$type == "error") complain(paste(unlist(lapply(event$args, `[[`, "value")), collapse = " "))
  })
  session$Log$entryAdded(callback_ = function(event) {
    if (event$entry$level == "error") complain(paste(event$entry$text, event$entry$url))
  })
  list(session = session, complaints = complaints)
}

visit <- function(browser, url) {
  loaded <- browser$session$Page$loadEventFired(wait_ = FALSE)
  browser$session$Page$navigate(url, wait_ = FALSE)
  invisible(browser$session$wait_for(loaded))
}

# The value of an expression of JavaScript.
js <- function(browser, code) {
  answer <- browser$session$Runtime$evaluate(code, returnByValue = TRUE, awaitPromise = TRUE)
  if (!is.null(answer$exceptionDetails)) stop(answer$exceptionDetails$exception$description)
  invisible(answer$result$value)
}

resize <- function(browser, width, height = 900) {
  invisible(browser$session$Emulation$setDeviceMetricsOverride(
    width = width, height = height, deviceScaleFactor = 1, mobile = width < 600
  ))
}

screenshot <- function(browser, file, all = TRUE) {
  dir.create(dirname(file), showWarnings = FALSE, recursive = TRUE)
  shot <- browser$session$Page$captureScreenshot(format = "png", captureBeyondViewport = all, timeout_ = 120)
  writeBin(jsonlite::base64_dec(shot$data), file)
}
