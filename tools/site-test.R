# Opens each page of build/site in a headless Chromium: every internal link leads to a page and a
# place that are there, the console has no error, and no page is wider than a telephone.
# Screenshots at two widths go to build/site-pictures, to be looked at; none with SITE_PICTURES=no.
source("tools/browser.R")
root <- normalizePath("build/site")
pictures <- "build/site-pictures"
unlink(pictures, recursive = TRUE)
with_pictures <- Sys.getenv("SITE_PICTURES") != "no"
widths <- c(desktop = 1280, telephone = 390)

server <- httpuv::startServer("127.0.0.1", httpuv::randomPort(), list(
  staticPaths = list("/" = httpuv::staticPath(root, indexhtml = TRUE))
))
base <- sprintf("http://127.0.0.1:%d/", server$getPort())
browser <- new_browser()
problems <- character(0)
problem <- function(...) problems <<- c(problems, paste0(...))

# Ids of a page, for links to a place on it.
ids <- new.env()
queue <- "index.html"
seen <- character(0)
wanted <- list()
while (length(queue)) {
  page <- queue[1L]
  queue <- queue[-1L]
  seen <- c(seen, page)
  browser$complaints$said <- character(0)
  resize(browser, widths[["desktop"]])
  visit(browser, paste0(base, page))
  found <- js(browser, "({
    links: [...document.querySelectorAll('a[href]')].map(a => a.href),
    sources: [...document.querySelectorAll('img')].map(i => [i.src, i.naturalWidth]),
    ids: [...document.querySelectorAll('[id]')].map(e => e.id)
  })")
  ids[[page]] <- unlist(found$ids)
  for (image in found$sources) {
    if (image[[2L]] == 0) problem(page, ": no image ", image[[1L]])
  }
  for (width in names(widths)) {
    resize(browser, widths[[width]])
    # after it has been laid out and painted
    js(browser, "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
    wide <- js(browser, "document.documentElement.scrollWidth") - widths[[width]]
    if (wide > 0) problem(page, ": ", wide, " pixels wider than a ", width)
    if (with_pictures) screenshot(browser, file.path(pictures, width, sub("html$", "png", gsub("/", "_", page))))
  }
  if (length(browser$complaints$said)) problem(page, ": console: ", browser$complaints$said)
  ours <- unique(unlist(found$links))
  ours <- ours[startsWith(ours, base)]
  for (link in substring(ours, nchar(base) + 1L)) {
    parts <- strsplit(link, "#", fixed = TRUE)[[1L]]
    target <- if (length(parts) == 0L || parts[1L] == "") "index.html" else sub("/$", "/index.html", parts[1L])
    if (!file.exists(file.path(root, target))) {
      problem(page, ": no ", link)
    } else {
      if (length(parts) > 1L) wanted[[length(wanted) + 1L]] <- c(page, target, utils::URLdecode(parts[2L]))
      if (grepl("[.]html$", target) && !target %in% c(seen, queue)) queue <- c(queue, target)
    }
  }
}
for (place in wanted) {
  if (grepl("[.]html$", place[2L]) && !place[3L] %in% ids[[place[2L]]]) {
    problem(place[1L], ": no place ", place[2L], "#", place[3L])
  }
}
httpuv::stopServer(server)
invisible(browser$session$close())

pages <- list.files(root, "[.]html$", recursive = TRUE)
pages <- setdiff(pages, c("404.html", grep("^deps/", pages, value = TRUE)))
is_redirect <- function(f) any(grepl("http-equiv=\"refresh\"", readLines(f, 20L, warn = FALSE)))
redirects <- pages[vapply(file.path(root, pages), is_redirect, NA)]
for (page in setdiff(pages, c(seen, redirects))) problem(page, ": no link leads here")
cat(sprintf("%d pages, %d links to places, %s\n", length(seen), length(wanted), if (with_pictures) paste("pictures in", pictures) else "no pictures"))
if (length(problems)) {
  cat(unique(problems), sep = "\n")
  quit(status = 1)
}
