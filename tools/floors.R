# Checks the plan of the kernel's folders: who may include and call whom.
#
#   Rscript tools/floors.R              checks src/
#   Rscript tools/floors.R self-test    plants faults in a copy of src/, each of which must be found
#
# The plan is the two lists below. Includes are read from the files. Calls are read from the symbols of
# the objects, compiled without -flto, so that a function declared by hand is found, too. The list of
# objects in src/Makevars is compared with the folders.

# What a folder may use. `matrix` may use one header of `convolve`, for its forms are convolutions.
may_use <- list(
  base = "base",
  loops = c("base", "loops"),
  convolve = c("base", "loops", "convolve"),
  array = c("base", "loops", "array", "convolve/conv.h", "convolve/samples.h", "convolve/problem.h", "convolve/sparse.h"),
  matrix = c("base", "loops", "matrix", "convolve/conv.h"),
  events = c("base", "loops", "events")
)

# Within `convolve` a method knows neither the other methods nor who chooses and runs it. The choice may know
# the limits of a method, which its header has, but calls nothing there: a choice runs nothing.
methods <- c("convolve/direct", "convolve/sparse", "convolve/overlap")
above <- c("convolve/choice", "convolve/engine", "convolve/missing", "convolve/conv")
forbidden <- c(
  sapply(methods, function(method) c(setdiff(methods, method), above), simplify = FALSE),
  list("convolve/choice" = setdiff(above, "convolve/choice"))
)
forbidden_calls <- list("convolve/choice" = methods)

# Loops have no memory and are not interrupted.
forbidden_in_loops <- "base/env"

r_headers <- "^(R|Rinternals|Rdefines|Rmath|Rversion|Rconfig|S)[.]h$|^R_ext/"

stem <- function(file) sub("[.][^.]*$", "", file)

# May `from`, a file such as "convolve/sparse.c", include `to`?
may_include <- function(from, to) {
  folders <- may_use[[dirname(from)]]
  if (!(dirname(to) %in% folders || stem(to) %in% stem(folders))) return(FALSE)
  !(stem(to) %in% c(forbidden[[stem(from)]], if (dirname(from) == "loops") forbidden_in_loops))
}

may_call <- function(from, to) may_include(from, to) && !(stem(to) %in% forbidden_calls[[stem(from)]])

# Groups of nodes that reach each other; `edges` is a matrix of names, one row an edge.
circles <- function(edges) {
  nodes <- unique(c(edges))
  reach <- matrix(FALSE, length(nodes), length(nodes), dimnames = list(nodes, nodes))
  reach[edges] <- TRUE
  for (k in nodes) reach <- reach | outer(reach[, k], reach[k, ])
  both <- reach & t(reach)
  unique(lapply(nodes[diag(both)], function(node) nodes[both[node, ]]))
}

circle_findings <- function(edges, verb) {
  edges <- edges[edges[, 1] != edges[, 2], , drop = FALSE]
  vapply(circles(edges), function(files) paste(paste(files, collapse = ", "), verb, "each other"), "")
}

# One row an #include of a file of the kernel: the file, and what it includes; "<R.h>" keeps its brackets.
includes <- function(kernel) {
  files <- list.files(kernel, "[.][ch]$", recursive = TRUE)
  rows <- lapply(files, function(file) {
    lines <- grep("^ *# *include ", readLines(file.path(kernel, file)), value = TRUE)
    cbind(rep(file, length(lines)), sub("^ *# *include *\"?(<[^>]*>|[^\"]*).*", "\\1", lines))
  })
  do.call(rbind, rows)
}

include_findings <- function(kernel) {
  rows <- includes(kernel)
  rows <- rows[rows[, 1] != "kernel.h", , drop = FALSE]
  from <- rows[, 1]
  to <- rows[, 2]
  ours <- file.exists(file.path(kernel, to))
  beside <- !ours & file.exists(file.path(kernel, dirname(from), to))
  into_kernel <- ours & to != "kernel.h"
  upward <- into_kernel & !mapply(may_include, from, to)
  c(
    sprintf("%s includes %s, which its folder may not use", from, to)[upward],
    sprintf("%s includes kernel.h, which is for the glue", from)[to == "kernel.h"],
    sprintf("%s includes %s, a header of R", from, to)[grepl(r_headers, gsub("[<>]", "", to))],
    sprintf("%s includes %s without its folder", from, to)[beside],
    circle_findings(cbind(from, to)[into_kernel, , drop = FALSE], "include")
  )
}

# Compiles the files into `folder`, as fast as the compiler can, and stops if one fails.
compile <- function(kernel, files, folder) {
  for (place in unique(dirname(file.path(folder, files)))) dir.create(place, FALSE, TRUE)
  status <- parallel::mclapply(files, mc.cores = 2, function(file) {
    object <- file.path(folder, sub("[.]c$", ".o", file))
    flags <- c("-std=gnu2x -O0 -fno-lto -w -I", shQuote(kernel))
    system2("gcc", c(flags, "-c", shQuote(file.path(kernel, file)), "-o", shQuote(object)))
  })
  if (any(unlist(status) != 0)) stop("the kernel does not compile")
}

# One row a symbol of an object: the file, what it is ("U" if it is needed, "T" a function, …), its name.
symbols <- function(folder) {
  objects <- list.files(folder, "[.]o$", recursive = TRUE)
  lines <- system2("nm", c("-A -g", shQuote(file.path(folder, objects))), stdout = TRUE)
  parts <- regmatches(lines, regexec("^(.*)[.]o: *[0-9a-f]* ([A-Za-z]) (.*)$", lines))
  parts <- do.call(rbind, parts)
  data.frame(file = paste0(substring(parts[, 2], nchar(folder) + 2), ".c"), type = parts[, 3], name = parts[, 4])
}

# One row a use: the file that needs a symbol, the file that has it, the symbol.
uses <- function(folder) {
  all <- symbols(folder)
  used <- merge(all[all$type == "U", ], all[all$type != "U", ], by = "name")
  as.matrix(used[c("file.x", "file.y", "name")])
}

symbol_findings <- function(folder) {
  rows <- uses(folder)
  if (nrow(rows) == 0) stop("no symbols were read")
  bad <- !mapply(may_call, rows[, 1], rows[, 2])
  c(
    sprintf("%s calls %s() of %s, which it may not use", rows[, 1], rows[, 3], rows[, 2])[bad],
    circle_findings(rows[, 1:2], "need")
  )
}

# The objects that a Makevars file lists, with what its variables stand for.
listed_objects <- function(file) {
  text <- gsub("\\\\\n", " ", paste(readLines(file), collapse = "\n"))
  lines <- regmatches(text, gregexpr("(?m)^[A-Z_]+ *=.*$", text, perl = TRUE))[[1]]
  values <- setNames(as.list(trimws(sub("^[^=]*=", "", lines))), sub(" *=.*", "", lines))
  value <- values$OBJECTS
  for (name in names(values)) value <- gsub(sprintf("$(%s)", name), values[[name]], value, fixed = TRUE)
  strsplit(trimws(value), " +")[[1]]
}

makevars_findings <- function(src) {
  there <- sub("c$", "o", list.files(src, "[.]c$", recursive = TRUE))
  listed <- listed_objects(file.path(src, "Makevars"))
  c(
    sprintf("Makevars does not list %s", setdiff(there, listed)),
    sprintf("Makevars lists %s, which has no source", setdiff(listed, there)),
    sprintf("Makevars lists %s twice", unique(listed[duplicated(listed)]))
  )
}

findings <- function(src, objects, changed = NULL) {
  kernel <- file.path(src, "kernel")
  sources <- list.files(kernel, "[.]c$", recursive = TRUE)
  unknown <- setdiff(unique(dirname(sources)), names(may_use))
  if (length(unknown)) return(paste("no rule for the folder", unknown))
  if (is.null(changed)) unlink(objects, recursive = TRUE)
  compile(kernel, if (is.null(changed)) sources else changed, objects)
  c(include_findings(kernel), symbol_findings(objects), makevars_findings(src))
}

# Each fault is planted in a copy of src/, and must be the one thing that is found in it.
faults <- list(
  "an upward include" = list(
    file = "kernel/base/window.c", lines = '#include "matrix/band.h"', found = "^base/window.c includes matrix/band.h"
  ),
  "a header of R" = list(file = "kernel/events/fir.c", lines = "#include <Rmath.h>", found = "a header of R$"),
  "a header for the glue" = list(file = "kernel/matrix/band.c", lines = '#include "kernel.h"', found = "is for the glue$"),
  "a header without its folder" = list(
    file = "kernel/matrix/band.c", lines = '#include "band.h"', found = "without its folder$"
  ),
  "a call from a method to the choice" = list(
    file = "kernel/convolve/sparse.c", calls = "kernel/convolve/choice.c",
    found = "^convolve/sparse.c calls .* of convolve/choice.c"
  ),
  "a call from the choice to a method" = list(
    file = "kernel/convolve/choice.c", calls = "kernel/convolve/sparse.c",
    found = "^convolve/choice.c calls .* of convolve/sparse.c"
  ),
  "a call from a loop to memory" = list(
    file = "kernel/loops/choose.c", calls = "kernel/base/env.c", found = "^loops/choose.c calls .* of base/env.c"
  ),
  "two files that need each other" = list(
    file = "kernel/convolve/transform.c", calls = "kernel/convolve/overlap.c",
    found = "convolve/transform.c.*convolve/overlap.c.* need each other$|convolve/overlap.c.*convolve/transform.c.* need each other$"
  ),
  "an object that is missing" = list(
    file = "Makevars", without = "kernel/convolve/sparse.o", found = "^Makevars does not list kernel/convolve/sparse.o$"
  )
)

# The first function of a file that others may call.
a_function <- function(objects, file) {
  all <- symbols(objects)
  all$name[all$type == "T" & all$file == sub("^kernel/", "", file)][1]
}

plant <- function(fault, src, objects) {
  file <- file.path(src, fault$file)
  lines <- readLines(file)
  if (!is.null(fault$without)) {
    lines <- sub(fault$without, "", lines, fixed = TRUE)
  } else if (!is.null(fault$calls)) {
    name <- a_function(objects, fault$calls)
    # by another name, as a header that is included may declare it
    lines <- c(
      lines, sprintf("extern char planted[] __asm__(\"%s\");", name),
      "char *plant(void);", "char *plant(void) { return planted; }"
    )
  } else {
    lines <- c(fault$lines, lines)
  }
  writeLines(lines, file)
}

self_test <- function(src, objects) {
  missed <- 0
  before <- findings(src, objects)
  for (name in names(faults)) {
    fault <- faults[[name]]
    copy <- file.path(tempfile("floors"))
    dir.create(copy)
    file.copy(c(src, objects), copy, recursive = TRUE)
    there <- file.path(copy, c(basename(src), basename(objects)))
    plant(fault, there[1], there[2])
    # an include that is not there need not compile: no object depends on it
    changed <- if (is.null(fault$calls)) character(0) else sub("^kernel/", "", fault$file)
    found <- setdiff(findings(there[1], there[2], changed), before)
    ok <- any(grepl(fault$found, found))
    cat("convmat:", if (ok) "found" else "MISSED", name, "\n")
    missed <- missed + !ok
    unlink(copy, recursive = TRUE)
  }
  if (missed) stop(missed, " of ", length(faults), " planted faults were missed")
  cat("convmat: all", length(faults), "planted faults were found\n")
}

objects <- "build/floors"
if (identical(commandArgs(trailingOnly = TRUE), "self-test")) {
  self_test("src", objects)
} else {
  found <- findings("src", objects)
  writeLines(sprintf("convmat: %s", found))
  if (!length(found)) cat("convmat: every file of the kernel uses only what its floor may use\n")
  quit(status = length(found) > 0)
}
