# Checks that CONTRIBUTING.md's tables name every file of src/ and R/ once, and no file that is not there;
# and that no two files of R/ define objects of the same name.
#
# A name stands in backquotes, with as much of its path as tells it from others. `set-*.c` stands for the files
# that it matches and no row names. A header goes with the .c file of the same name.
all <- list.files(c("src", "R", "tests", "bench", "data-raw", "tools", "vignettes"), recursive = TRUE, full.names = TRUE)
files <- grep("^(src|R)/.*[.]([chR]|in|win)$", all, value = TRUE)
stem <- sub("[.][^.]*$", "", files)
files <- files[!grepl("[.]h$", files) | !stem %in% stem[grepl("[.]c$", files)]]

rows <- grep("^[|]", readLines("CONTRIBUTING.md"), value = TRUE)
names <- gsub("`", "", unlist(regmatches(rows, gregexpr("`[^` ]+`", rows))))
names <- grep("[.]([chR]|in|win)$", names, value = TRUE)
is_pattern <- grepl("*", names, fixed = TRUE)

# The paths that end with a name.
ending <- function(name, paths) {
  grep(paste0("(^|/)", sub("^\\^", "", utils::glob2rx(name))), paths, value = TRUE)
}
gone <- names[lengths(lapply(names, ending, all)) == 0]
found <- lapply(names, ending, files)
several <- names[lengths(found) > 1 & !is_pattern]

named <- unlist(found[lengths(found) == 1])
by_pattern <- setdiff(unlist(found[is_pattern]), named)
problems <- c(
  sprintf("%s is not there", unique(gone)),
  sprintf("%s may be several files", unique(several)),
  sprintf("%s is in no table", setdiff(files, c(named, by_pattern))),
  sprintf("%s is named more than once", unique(named[duplicated(named)]))
)
writeLines(sprintf("convmat: CONTRIBUTING.md: %s", problems))
if (!length(problems)) cat("convmat: CONTRIBUTING.md names every file of src/ and R/ once\n")

# Of two objects with one name the file that R reads later has the last word, without a sign.
defined <- unlist(lapply(list.files("R", "[.]R$", full.names = TRUE), function(file) {
  is_assignment <- function(e) is.call(e) && identical(e[[1L]], as.name("<-")) && is.name(e[[2L]])
  vapply(Filter(is_assignment, as.list(parse(file, keep.source = FALSE))), function(e) as.character(e[[2L]]), "")
}))
twice <- unique(defined[duplicated(defined)])
writeLines(sprintf("convmat: R/ defines %s more than once", twice))
quit(status = length(problems) + length(twice) > 0)
