# What the compiled package refers to, and how it is built: everything resolved when linking, types
# that agree between files, no entry of R that is not API, no output or exit of C's own, nothing exported
# but what R calls when loading. For a package in a folder, which it compiles.
path <- commandArgs(trailingOnly = TRUE)[1]
problems <- character(0)
note <- function(...) problems <<- c(problems, paste0(...))

makevars <- normalizePath(file.path(path, "..", "makevars"), mustWork = FALSE)
writeLines(c(
  "CC = gcc -flto=auto -fno-fat-lto-objects",
  "CFLAGS = -O2 -g -Wall -Werror=lto-type-mismatch",
  "LDFLAGS = -Wl,-z,defs -Werror=lto-type-mismatch"
), makevars)
library <- file.path(dirname(makevars), "library")
dir.create(library, showWarnings = FALSE)
log <- suppressWarnings(system2(
  file.path(R.home("bin"), "R"), c("CMD", "INSTALL", "--no-docs", paste0("--library=", library), path),
  env = paste0("R_MAKEVARS_USER=", makevars), stdout = TRUE, stderr = TRUE
))
if (!is.null(attr(log, "status"))) {
  writeLines(log)
  stop("it does not link with -Wl,-z,defs and -flto")
}
shared <- file.path(library, "convmat", "libs", paste0("convmat", .Platform$dynlib.ext))
symbols <- function(which) {
  sub("@.*", "", sub("^.* ", "", system2("nm", c("-D", which, shQuote(shared)), stdout = TRUE)))
}

used <- symbols("--undefined-only")
# R's own list, which grows with its versions, and what versions from 4.5 on object to
not_api <- c(
  tools:::nonAPI, "ATTRIB", "SET_ATTRIB", "OBJECT", "SET_OBJECT", "SET_TYPEOF", "SETLENGTH", "SET_TRUELENGTH",
  "TRUELENGTH", "NAMED", "SET_NAMED", "LEVELS", "SETLEVELS", "STRING_PTR", "VECTOR_PTR", "DATAPTR", "Rf_findVar",
  "Rf_findVarInFrame3", "ENCLOS", "SET_ENCLOS", "FRAME", "HASHTAB", "BODY", "FORMALS", "CLOENV", "SET_CLOENV", "PRVALUE",
  "PRCODE", "PRENV", "IS_S4_OBJECT", "SET_S4_OBJECT", "UNSET_S4_OBJECT", "IS_LATIN1", "Rf_isValidString", "R_nchar",
  "Rf_GetOption", "fft_factor", "fft_work", "Rf_allocSExp", "SET_GROWABLE_BIT", "IS_GROWABLE", "R_CheckStack"
)
of_c <- c(
  "abort", "exit", "_exit", "__assert_fail", "printf", "puts", "putchar", "fprintf", "vprintf", "vfprintf", "sprintf",
  "vsprintf", "__printf_chk", "__fprintf_chk", "__sprintf_chk", "stdout", "stderr", "rand", "srand", "random", "drand48", "strcpy", "gets"
)
bad <- intersect(used, c(not_api, of_c))
if (length(bad)) note("uses ", paste(bad, collapse = ", "))
exported <- setdiff(symbols("--defined-only"), c("R_init_convmat", "R_unload_convmat"))
if (length(exported)) note("exports ", paste(exported, collapse = ", "))
# Transforms are our own: FFTW, which the package once took, is neither linked nor called; nor is any
# other library but R's and the compiler's.
linked <- sub("^.*\\[(.*)\\].*$", "\\1", grep("NEEDED", system2("readelf", c("-d", shQuote(shared)), stdout = TRUE), value = TRUE))
loaded <- trimws(sub(" =>.*$", "", system2("ldd", shQuote(shared), stdout = TRUE)))
strange <- c(
  grep("fftw", c(loaded, used), value = TRUE, ignore.case = TRUE),
  grep("^(lib(R|Rblas|Rlapack|blas|lapack|gfortran|quadmath|c|m|pthread|gcc_s)|ld-linux.*)[.]so", linked, value = TRUE, invert = TRUE)
)
if (length(strange)) note("refers to ", paste(unique(strange), collapse = ", "))
cat("convmat links", paste(linked, collapse = ", "), "and nothing of FFTW\n")
cat("convmat uses", length(used), "symbols of other libraries\n")

in_package <- function(check) {
  old <- setwd(path)
  on.exit(setwd(old))
  utils::capture.output(found <- check(), type = "output")
  as.character(unlist(found))
}
makes <- in_package(function() {
  found <- unclass(tools:::.check_make_vars("src", "Makevars"))
  found[setdiff(names(found), "paths")]
})
if (length(makes)) note("Makevars: ", paste(makes, collapse = ", "))
pragmas <- in_package(function() tools:::.check_pragmas("."))
if (length(pragmas)) note("pragmas: ", paste(pragmas, collapse = ", "))

writeLines(paste("convmat:", problems))
if (!length(problems)) cat("convmat: symbols, types and flags are in order\n")
quit(status = length(problems) > 0)
