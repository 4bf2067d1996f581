# ?convmat is the map: it names every export, data set, vignette, option and class of error.

map_text <- function() {
  db <- tools::Rd_db("convmat")
  name <- "convmat-package.Rd"
  rd <- if (name %in% names(db)) db[[name]] else { # installed without help, in a checkout
    path <- test_path("../../man", name)
    skip_if_not(file.exists(path), "no help pages")
    tools::parse_Rd(path)
  }
  file <- tempfile()
  on.exit(unlink(file))
  tools::Rd2txt(rd, file, fragment = FALSE, options = list(underline_titles = FALSE))
  gsub("_\b", "", readLines(file, encoding = "UTF-8"))
}

test_that("?convmat lists what there is", {
  text <- map_text()
  all <- paste(text, collapse = " ")
  expect_lte(max(nchar(text)), 80)

  exports <- Filter(function(name) {
    is.function(get(name, asNamespace("convmat"))) && !methods::isGeneric(name)
  }, getNamespaceExports("convmat"))
  data <- utils::data(package = "convmat")$results[, "Item"]
  for (name in c(paste0(exports, "()"), data)) expect_match(all, name, fixed = TRUE)

  code <- unlist(lapply(as.list(asNamespace("convmat"), all.names = TRUE), function(f) if (is.function(f)) deparse(f)))
  found <- function(pattern) unique(unlist(regmatches(code, gregexpr(pattern, code, perl = TRUE))))
  options <- found("(?<=getOption\\(\")convmat\\.[a-z_]+")
  expect_gt(length(options), 2)
  kinds <- paste0("convmat_error_", found("(?<=abort\\(\")[a-z]+"))
  expect_gt(length(kinds), 3)
  for (name in c(options, kinds)) expect_match(all, name, fixed = TRUE)

  vignettes <- test_path("../../vignettes")
  if (dir.exists(vignettes)) {
    for (file in list.files(vignettes, "[.]Rmd$")) {
      expect_match(all, tools::file_path_sans_ext(file), fixed = TRUE)
    }
  }
})

test_that("every help page and article has its place on the site", {
  index <- test_path("../../_pkgdown.yml")
  skip_if_not(file.exists(index), "no checkout")
  words <- unlist(strsplit(readLines(index), "[][ ,]+"))
  for (page in list.files(test_path("../../man"), "[.]Rd$", full.names = TRUE)) {
    lines <- readLines(page, encoding = "UTF-8")
    topics <- sub("^.(alias|name)[{](.*)[}]$", "\\2", grep("^.(alias|name)[{]", lines, value = TRUE))
    expect_true(any(topics %in% words), label = paste(basename(page), "is listed in _pkgdown.yml, which"))
  }
  articles <- list.files(test_path("../../vignettes"), "[.]Rmd$", recursive = TRUE)
  for (name in tools::file_path_sans_ext(articles)) {
    expect_true(name %in% words, label = paste(name, "is listed in _pkgdown.yml, which"))
  }
})
