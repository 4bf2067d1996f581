# Fails if R CMD check's log holds an error, a warning or a note other than those excused below, or is cut short.
log <- commandArgs(trailingOnly = TRUE)[1]
found <- as.data.frame(tools::check_packages_in_dir_details(logs = log, drop_ok = TRUE))
found <- found[grepl("^(ERROR|WARN|NOTE|FAIL)", found$Status), c("Check", "Status", "Output")]

# "Status: 1 ERROR, 2 NOTEs" ends a whole log; nothing it counts may be missing here.
status <- grep("^Status: ", readLines(log), value = TRUE)
counts <- as.integer(unlist(regmatches(status, gregexpr("[0-9]+", status))))
if (length(status) != 1 || sum(counts) != nrow(found)) stop("R CMD check did not finish, or its log is not understood: ", log)

# Each names one check, and the whole of the output that is excused there.
excused <- data.frame(
  check = "CRAN incoming feasibility",
  output = c(
    "^Maintainer: [^\n]*\n+New submission$", # CRAN does not have convmat yet
    # `check.sh depends` builds no vignettes
    "^Maintainer: [^\n]*\n+Package has a VignetteBuilder field but no prebuilt vignette index[.]$"
  )
)
is_excused <- function(i) {
  found$Status[i] == "NOTE" && any(mapply(grepl, excused$output[excused$check == found$Check[i]], found$Output[i]))
}
bad <- found[!vapply(seq_len(nrow(found)), is_excused, NA), ]
cat(sprintf("\n%s in %s\n%s\n", bad$Status, bad$Check, bad$Output), sep = "")
cat("\nconvmat: R CMD check found", nrow(bad), "problems; its log is", log, "\n")
quit(status = nrow(bad) > 0)
