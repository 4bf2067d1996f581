# Where on each help page, as text of 80 columns, the first example stands: code that runs as it is and calls
# what the page is about, in its text or in its examples. Lists the pages where it comes later than line 40, a
# screen, and fails if there are any.
suppressPackageStartupMessages(library(convmat))
last <- 40L
grDevices::pdf(NULL)

# All code of a page, in the order in which it is shown.
code_of <- function(rd) {
  tag <- function(x) paste(attr(x, "Rd_tag"), "")
  walk <- function(x) {
    if (tag(x) %in% c("\\usage ", "\\examples ", "\\alias ", "\\keyword ")) return(NULL)
    if (tag(x) %in% c("\\code ", "\\preformatted ")) return(paste(unlist(x), collapse = ""))
    if (is.list(x)) unlist(lapply(x, walk))
  }
  walk(rd)
}

runs <- function(code, topics) {
  calls <- tryCatch(parse(text = code, keep.source = FALSE), error = function(e) NULL)
  if (length(calls) == 0L || !any(all.names(calls) %in% topics) || !any(vapply(calls, is.call, NA))) return(FALSE)
  world <- new.env(parent = globalenv())
  tryCatch(
    {
      utils::capture.output(suppressWarnings(suppressMessages(for (call in as.list(calls)) eval(call, world))))
      TRUE
    },
    error = function(e) FALSE
  )
}

# The line on which `code` begins; the page wraps lines, and may put quotes around it.
line_of <- function(code, text) {
  bare <- function(x) gsub("[[:space:]\u2018\u2019\u201c\u201d'\"]", "", x)
  lines <- bare(text)
  at <- regexpr(substr(bare(code), 1L, 40L), paste(lines, collapse = ""), fixed = TRUE)
  if (at < 0L) NA_integer_ else which(cumsum(nchar(lines)) >= at)[1L]
}

first_example <- function(file) {
  rd <- tools::parse_Rd(file)
  out <- tempfile()
  tools::Rd2txt(rd, out, options = list(underline_titles = FALSE, width = 80L))
  text <- gsub("_\b", "", readLines(out, encoding = "UTF-8"))
  is_topic <- vapply(rd, attr, "", "Rd_tag") %in% c("\\alias", "\\name")
  topics <- sub("-package$|,.*$", "", vapply(rd[is_topic], function(x) paste(unlist(x), collapse = ""), ""))
  topics <- unique(c(topics, sub("^plot[.].*", "plot", topics)))
  if (!any(topics %in% ls("package:convmat"))) topics <- ls("package:convmat") # pages about all, and about formats
  for (code in code_of(rd)) {
    # a block may show what is read from files
    shown <- grepl("\n", code) && any(vapply(paste0(topics, "("), grepl, NA, code, fixed = TRUE))
    if (shown || runs(code, topics)) {
      line <- line_of(code, text)
      if (!is.na(line)) return(line)
    }
  }
  c(grep("^Examples:", text) + 2L, Inf)[1L]
}

pages <- list.files("man", "[.]Rd$", full.names = TRUE)
lines <- vapply(pages, first_example, 0)
for (page in pages[order(-lines)]) cat(sprintf("%4.0f  %s\n", lines[[page]], page))
late <- basename(pages[lines > last])
if (length(late)) cat("convmat: no example within the first", last, "lines of", paste(late, collapse = ", "), "\n")
quit(status = length(late) > 0)
