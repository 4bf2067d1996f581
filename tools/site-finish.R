# What pkgdown leaves to scripts and fonts from elsewhere is taken out of build/site, so that the pages
# are whole without the net: formulas become MathML, and pkgdown/extra.js makes the tables of contents.
pages <- list.files("build/site", "[.]html$", full.names = TRUE, recursive = TRUE)
pages <- grep("^build/site/deps/", pages, value = TRUE, invert = TRUE)
text <- lapply(pages, function(page) paste(readLines(page, encoding = "UTF-8", warn = FALSE), collapse = "\n"))
head_of <- function(page) sub("(?s)<body.*", "", page, perl = TRUE)

drop <- c(
  "(?s)<script[^>]+src=\"(https?:|file:)?//[^>]*>.*?</script>",
  "<link[^>]+href=\"https?://cdn[^>]*>",
  "(?s)<script[^>]+src=\"[^\"]*pkgdown\\.js\"[^>]*>.*?</script>", # search and copy buttons, which need these
  "(?s)<!--\\[if lt IE 9\\]>.*?<!\\[endif\\]-->", "<img src=\"\" class=\"logo\"[^>]*>",
  "(?s)<!-- dynamically load mathjax.*?</script>"
)
icon <- "<link rel=\"icon\" href=\"data:,\">" # or browsers ask for one
text <- lapply(text, function(page) {
  for (pattern in drop) page <- gsub(pattern, "", page, perl = TRUE)
  sub("</head>", paste0(icon, "</head>"), page, fixed = TRUE)
})

# Formulas in the order of the pages, each once.
pattern <- "(?s)\\\\\\(.+?\\\\\\)|\\\\\\[.+?\\\\\\]|\\$\\$.+?\\$\\$"
bodies <- lapply(text, function(page) {
  page <- substring(page, nchar(head_of(page)) + 1L)
  gsub("(?s)<math.*?</math>|<pre.*?</pre>", "", page, perl = TRUE)
})
formulas <- unique(unlist(regmatches(bodies, gregexpr(pattern, bodies, perl = TRUE))))
if (length(formulas)) {
  tex <- substring(formulas, 3L, nchar(formulas) - 2L)
  tex <- gsub("&lt;", "<", gsub("&gt;", ">", gsub("&amp;", "&", tex, fixed = TRUE), fixed = TRUE), fixed = TRUE)
  mark <- ifelse(substring(formulas, 1L, 2L) == "\\(", "$", "$$")
  from <- tempfile(fileext = ".md")
  to <- tempfile(fileext = ".html")
  writeLines(paste0(mark, trimws(gsub("\n", " ", tex)), mark, "\n"), from)
  rmarkdown::pandoc_convert(from, "html", "markdown", to, options = "--mathml")
  math <- paste(readLines(to, encoding = "UTF-8"), collapse = "\n")
  math <- regmatches(math, gregexpr("(?s)<math.+?</math>", math, perl = TRUE))[[1L]]
  stopifnot(length(math) == length(formulas))
}
for (i in seq_along(pages)) {
  head <- head_of(text[[i]])
  body <- substring(text[[i]], nchar(head) + 1L)
  for (j in seq_along(formulas)) body <- gsub(formulas[j], math[j], body, fixed = TRUE)
  writeLines(paste0(head, body), pages[i], useBytes = TRUE)
}
