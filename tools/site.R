# Makes the site in build/site from a copy of the package, with the benchmark report as an article.
# convmat is the one in the first library of R_LIBS.
stage <- "build/site-stage"
unlink(c(stage, "build/site"), recursive = TRUE)
dir.create(stage, recursive = TRUE)
files <- c(
  "DESCRIPTION", "NAMESPACE", "NEWS.md", "README.md", "CONTRIBUTING.md", "_pkgdown.yml", "pkgdown", "R",
  "man", "vignettes", "data", "bench"
)
invisible(file.copy(files, stage, recursive = TRUE))

# The report is Markdown; what it links to lies beside it.
report <- readLines("bench/peers/peers.md")
header <- c("---", 'title: "Speed beside other systems"', "---", "")
writeLines(c(header, report[-1L]), file.path(stage, "vignettes/articles/speed.Rmd"))
invisible(file.copy("bench/peers/peers.png", file.path(stage, "vignettes/articles")))

# The site is the same on a machine without a network: packages that are not installed have no link.
options(pkgdown.internet = FALSE)
none <- data.frame(Package = character(0), URL = character(0))
utils::assignInNamespace("CRAN_urls", function() none, "downlit")
pkgdown::build_site(
  stage,
  override = list(destination = file.path(getwd(), "build/site")),
  preview = FALSE, devel = FALSE, new_process = FALSE, install = FALSE
)
source("tools/site-finish.R")
rscript <- file.path(R.home("bin"), "Rscript")
if (system2(rscript, c("vignettes/articles/cheat-sheet.R", "build/site/articles")) != 0) {
  stop("the cheat sheet cannot be drawn")
}
cat("convmat: the site is", file.path(getwd(), "build/site/index.html"), "\n")
