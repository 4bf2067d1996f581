# The visible code of each vignette and article, and README's session, run as they stand when they
# are pasted into a fresh R session; README's output is compared, too. Lines of visible code have
# at most 80 characters.
problems <- character(0)
problem <- function(...) problems <<- c(problems, paste0(...))

# ---- chunks that a reader sees ---------------------------------------------------
visible_code <- function(file) {
  lines <- readLines(file, encoding = "UTF-8")
  code <- character(0)
  inside <- FALSE
  for (line in lines) {
    if (grepl("^```\\{r", line)) {
      inside <- !grepl("include = FALSE|echo = FALSE|eval = FALSE|purl = FALSE", line)
    } else if (startsWith(line, "```")) {
      inside <- FALSE
    } else if (inside) {
      code <- c(code, line)
    }
  }
  code
}

files <- list.files("vignettes", "[.]Rmd$", recursive = TRUE, full.names = TRUE)
chosen <- commandArgs(TRUE)
if (length(chosen)) files <- grep(chosen[1L], files, value = TRUE)
for (file in files) {
  code <- visible_code(file)
  for (line in code[nchar(code) > 80L]) problem(file, ": a line of ", nchar(line), " characters: ", line)
  script <- tempfile(fileext = ".R")
  before <- c("options(warn = 1)", "pdf(NULL)", sprintf("setwd(%s)", deparse(dirname(file))))
  writeLines(c(before, code), script, useBytes = TRUE)
  log <- tempfile()
  status <- system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = log, stderr = log)
  if (status != 0) problem(file, ": ", paste(utils::tail(readLines(log), 5L), collapse = "\n  "))
  cat(if (status == 0) "ok  " else "FAIL", file, "\n")
}

# ---- README ------------------------------------------------------------------------
if (length(chosen) == 0L || chosen[1L] == "README") {
  lines <- readLines("README.md", encoding = "UTF-8")
  start <- which(lines == "```r")
  for (s in start) {
    block <- lines[(s + 1L):(s + which(lines[-seq_len(s)] == "```")[1L] - 1L)]
    said <- startsWith(block, "#>")
    # each run of output belongs to the expressions before it
    group <- cumsum(c(TRUE, said[-length(said)] & !said[-1L]))
    world <- new.env(parent = globalenv())
    for (part in split(seq_along(block), group)) {
      code <- block[part][!said[part]]
      expected <- sub("^#> ?", "", block[part][said[part]])
      actual <- utils::capture.output(tryCatch(
        for (e in as.list(parse(text = code))) {
          value <- withVisible(eval(e, world))
          if (value$visible) print(value$value)
        },
        error = function(e) {
          cat("Error in ", deparse1(conditionCall(e)), " : ", conditionMessage(e), "\n", sep = "")
        }
      ))
      if (length(expected) && !identical(actual, expected)) {
        problem("README.md: after ", paste(code[nzchar(code)], collapse = "; "), ":\n", paste(actual, collapse = "\n"))
      }
    }
  }
  cat("README.md compared\n")
}
if (length(problems)) {
  cat(problems, sep = "\n")
  quit(status = 1)
}
