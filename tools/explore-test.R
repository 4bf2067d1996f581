# Drives explore_conv() in a headless Chromium: the slider, the modes, the boundaries and what is
# typed must give what conv() gives. Pictures go to build/site-pictures, to be looked at.
source("tools/browser.R")
library(convmat)

port <- httpuv::randomPort()
app <- callr::r_bg(function(port) {
  options(shiny.port = port, shiny.host = "127.0.0.1", shiny.launch.browser = FALSE)
  print(convmat::explore_conv())
}, list(port), supervise = TRUE)
base <- sprintf("http://127.0.0.1:%d/", port)
for (i in 1:100) {
  up <- tryCatch({
    close(url(base, open = "r"))
    TRUE
  }, error = function(e) FALSE, warning = function(w) FALSE)
  if (up) break
  if (!app$is_alive()) stop("the application ended: ", app$read_error())
  Sys.sleep(0.2)
}

browser <- new_browser(1280, 900)
resize(browser, 1280)
visit(browser, base)

said <- function() js(browser, "(document.getElementById('said') || {}).innerText || ''")
# Waits until the page says `text`.
expect_said <- function(text) {
  for (i in 1:150) {
    if (identical(said(), text)) {
      cat("ok  ", text, "\n")
      return(invisible())
    }
    Sys.sleep(0.1)
  }
  screenshot(browser, "build/site-pictures/explore-failed.png")
  stop("the page says \"", said(), "\", not \"", text, "\"", call. = FALSE)
}
output_of <- function(y, k) sprintf("y[%d] = %s", k, format(y[k], digits = 6))

set_slider <- function(k) {
  js(browser, sprintf("$('#k').data('ionRangeSlider').update({from: %d}); $('#k').trigger('change'); 0", k))
}
choose <- function(id, value) {
  js(browser, sprintf("document.getElementById('%s').selectize.setValue('%s'); 0", id, value))
}
type_in <- function(id, text) {
  js(browser, sprintf("$('#%s').val('%s').trigger('input').trigger('change'); 0", id, text))
}
plots_drawn <- function() {
  for (i in 1:150) {
    drawn <- js(
      browser,
      "[...document.querySelectorAll('#steps img, #matrix img')].filter(i => i.naturalWidth > 0).length"
    )
    if (drawn == 2) return(invisible())
    Sys.sleep(0.1)
  }
  stop("the pictures are not drawn")
}

# the walkthrough's own signal and kernel
x <- neural_signal(events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3)), 0:39)[, 1]
h <- as.numeric(vapply(hrf(0:19), format, "", digits = 6)) # as the page shows it
expect_said(output_of(conv(x, h), 1))
set_slider(26)
expect_said(output_of(conv(x, h), 26))
plots_drawn()
Sys.sleep(1)
screenshot(browser, "build/site-pictures/explore-walkthrough.png")

# one's own, every mode and boundary
type_in("x", "3, 5, NA, 6, 8")
type_in("h", "1 2 4")
x <- c(3, 5, NA, 6, 8)
h <- c(1, 2, 4)
for (mode in c("full", "same", "causal", "valid")) {
  choose("mode", mode)
  boundaries <- if (mode %in% c("same", "causal")) {
    c("zero", "wrap", "nearest", "reflect", "mirror", "missing", "extend")
  } else {
    "zero"
  }
  for (boundary in boundaries) {
    choose("boundary", boundary)
    y <- conv(x, h, mode, boundary = boundary)
    for (k in unique(c(1, length(y)))) {
      set_slider(k)
      expect_said(output_of(y, k))
    }
  }
}
choose("mode", "same")
choose("boundary", "wrap")
set_slider(1)
plots_drawn()
Sys.sleep(1)
screenshot(browser, "build/site-pictures/explore-own.png")
resize(browser, 390)
Sys.sleep(1.5)
screenshot(browser, "build/site-pictures/explore-telephone.png")

# mistakes are said, and mended
type_in("x", "3, five")
expect_said("`x` must be numbers with commas between; \"five\" is none.")
type_in("x", "3, 5")
expect_said(output_of(conv(c(3, 5), h, "same", boundary = "wrap"), 1))

invisible(browser$session$close())
invisible(app$kill())
said <- grep("strftime-min.js", browser$complaints$said, value = TRUE, invert = TRUE) # not in Debian's shiny
if (length(said)) {
  cat("console:", said, sep = "\n")
  quit(status = 1)
}
cat("explore_conv() does what conv() does\n")
