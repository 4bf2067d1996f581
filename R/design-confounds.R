# Confounds of a design: columns given by the user, a row for each scan.

# A list with the confounds of each run as a matrix, or NULL if there are none.
check_confounds <- function(confounds, runs) {
  if (is.null(confounds)) {
    return(NULL)
  }
  scans <- lengths(runs)
  if (is.data.frame(confounds) || is.matrix(confounds)) {
    all <- check_confound_table(confounds, "confounds", sum(scans))
    run <- rep(seq_along(scans), scans)
    return(lapply(seq_along(scans), function(r) all[run == r, , drop = FALSE]))
  }
  if (!is.list(confounds) || is.object(confounds) || length(runs) == 1L && is.null(names(runs))) {
    abort("type", sprintf(
      "`confounds` must be a data frame%s, not %s.",
      if (length(runs) > 1L) " or a list of one for each run" else "", describe(confounds)
    ))
  }
  confounds <- confounds_by_run(confounds, names(runs))
  Map(
    function(table, n, run) check_confound_table(table, sprintf("confounds[[\"%s\"]]", run), n),
    unname(confounds), scans, names(runs)
  )
}

confounds_by_run <- function(confounds, runs) {
  if (length(confounds) != length(runs)) {
    abort("length", sprintf(
      "`confounds` must have a data frame for each of %d runs, not %d.", length(runs), length(confounds)
    ))
  }
  if (is.null(names(confounds))) {
    return(confounds)
  }
  lost <- !(runs %in% names(confounds))
  if (any(lost)) {
    abort("value", sprintf("`confounds` has no entry for run %s.", runs[lost][1L]))
  }
  confounds[runs]
}

check_confound_table <- function(table, arg, n) {
  if (!is.data.frame(table) && !(is.matrix(table) && is.numeric(table) && !is.object(table))) {
    abort("type", sprintf("`%s` must be a data frame, not %s.", arg, describe(table)))
  }
  if (nrow(table) != n) {
    abort("length", sprintf("`%s` must have a row for each of %d scans, not %d.", arg, n, nrow(table)))
  }
  names <- colnames(table) %||% paste0("confound_", seq_len(ncol(table)))
  if (!all_different(names)) {
    abort("value", sprintf("Columns of `%s` must have different names.", arg))
  }
  check_encoding(names, sprintf("names(%s)", arg))
  columns <- lapply(seq_along(names), function(i) {
    column <- if (is.data.frame(table)) unclass(table)[[i]] else table[, i]
    check_design_column(
      column, sprintf("%s$%s", arg, names[i]), "Scans",
      advice = "Give these scans a value; for differences from the scan before, 0 for the first."
    )
  })
  matrix(as.double(unlist(columns)), n, length(names), dimnames = list(NULL, names))
}
