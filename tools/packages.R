# For tools/setup.sh, which reads DESCRIPTION, because it must before there is R.
#
#   Rscript tools/packages.R missing               of the lines "name" or "name version" on standard input,
#                                                  prints "missing: name" for what does not load or is too old
#   Rscript tools/packages.R install package...    installs from CRAN into the user's library
args <- commandArgs(trailingOnly = TRUE)

is_missing <- function(name, version = "0") {
  if (name == "R") {
    return(getRversion() < version)
  }
  !suppressPackageStartupMessages(requireNamespace(name, quietly = TRUE)) ||
    packageVersion(name) < version
}

if (args[1] == "missing") {
  for (line in strsplit(trimws(readLines("stdin")), " +")) {
    if (do.call(is_missing, as.list(line))) cat("missing: ", line[1], "\n", sep = "")
  }
} else {
  # R leaves the user's library out of .libPaths() as long as it does not exist.
  library <- strsplit(Sys.getenv("R_LIBS_USER"), .Platform$path.sep, fixed = TRUE)[[1]][1]
  dir.create(library, showWarnings = FALSE, recursive = TRUE)
  .libPaths(c(library, .libPaths()))
  repos <- getOption("repos")
  # Where nobody has chosen a mirror: the first in R's own list, which is there for every place.
  repos[repos == "@CRAN@"] <- getCRANmirrors(local.only = TRUE)$URL[1]
  install.packages(
    args[-1],
    lib = library, repos = repos, Ncpus = getOption("Ncpus", parallel::detectCores())
  )
}
