# The columns of a design that come from events: responses, and those modulated.

# A column of `table` for each modulator, as a matrix with their names.
modulator_values <- function(modulators, table) {
  n <- length(table$onset)
  if (is.null(modulators) || identical(modulators, character(0))) {
    return(matrix(0, n, 0L))
  }
  if (!is.character(modulators) || is.object(modulators)) {
    abort("type", sprintf(
      "`modulators` must be NULL or names of columns of `events`, not %s.", describe(modulators)
    ))
  }
  lost <- !(modulators %in% names(table))
  if (any(lost)) {
    abort(
      "value", sprintf("`events` has no column %s.", show_string(modulators[lost][1L])),
      describe_columns(names(table))
    )
  }
  if (anyDuplicated(modulators)) {
    abort("value", "`modulators` must be different.", locations(duplicated(modulators)))
  }
  values <- lapply(modulators, function(name) {
    check_design_column(
      table[[name]], paste0("events$", name), "Rows", " to modulate responses",
      "Give these rows a value, or a type of their own."
    )
  })
  matrix(unlist(values), n, length(modulators), dimnames = list(NULL, modulators))
}

# A column of numbers for a design; its rows are events or scans, as `rows` says.
check_design_column <- function(column, arg, rows, purpose = "", advice) {
  if (is.object(column) || !(is.numeric(column) || is.logical(column)) || !is.null(dim(column))) {
    abort("type", sprintf("`%s` must be numeric%s, not %s.", arg, purpose, describe(column)))
  }
  if (!all(is.finite(column))) {
    abort(
      "value", sprintf("`%s` must be finite, without NA, NaN or Inf.", arg),
      locations(!is.finite(column), rows), advice
    )
  }
  as.double(column)
}

# The same events once more for each modulator, as types of their own: `a`, `a_by_rt`, ....
# `values` is centred already; orthogonalised it is in the order of its columns. What has
# no effect then is left out. Returns the events, and the type that each new type is of.
modulated_events <- function(events, values, orthogonalise) {
  type <- event_types(events)
  if (is.null(events$trial_type)) {
    levels(type) <- "regressor"
  }
  ends <- c("", if (ncol(values)) paste0("_by_", colnames(values)))
  parts <- lapply(levels(droplevels(type)), function(level) {
    at <- which(type == level)
    weight <- cbind(rep(1, length(at)), values[at, , drop = FALSE])
    if (orthogonalise) {
      weight <- orthogonalise(weight)
    }
    keep <- colSums(weight != 0) > 0
    if (!all(keep)) {
      warn_no_effect(colnames(weight)[!keep], level, orthogonalise)
    }
    weight <- weight[, keep, drop = FALSE]
    rows <- rep(at, ncol(weight))
    names <- paste0(level, ends[keep])
    list(
      onset = events$onset[rows], duration = events$duration[rows],
      amplitude = events$amplitude[rows] * as.vector(weight),
      trial_type = rep(names, each = length(at)), run = run_text(events$run)[rows],
      names = names, of = rep(level, length(names))
    )
  })
  joined <- function(name) unlist(lapply(parts, `[[`, name))
  names <- joined("names")
  check_different(names)
  columns <- lapply(c(onset = "onset", duration = "duration", amplitude = "amplitude"), joined)
  columns$trial_type <- factor(joined("trial_type"), names)
  if (!is.null(events$run)) {
    columns$run <- joined("run")
  }
  list(events = new_events(columns), of = joined("of"))
}

warn_no_effect <- function(modulators, type, orthogonalise) {
  warn(
    "value",
    sprintf(
      "%s no column for %s.",
      if (length(modulators) > 1L) paste(and(modulators), "have") else sprintf("`%s` has", modulators),
      if (type == "regressor") "these events" else sprintf("events of type `%s`", type)
    ),
    "It is the same for all of them",
    if (orthogonalise) "or follows from the modulators before it."
  )
}

check_different <- function(names) {
  if (anyDuplicated(names)) {
    abort(
      "value", sprintf("Two columns would be called `%s`.", names[duplicated(names)][1L]),
      "Columns are named after types, modulators and confounds: rename one of them."
    )
  }
}

# Each modulator less its mean over the events of the type, in all runs; 0 where it is the
# same for all of them.
centre_modulators <- function(values, type) {
  for (j in seq_len(ncol(values))) {
    mean <- stats::ave(values[, j], as.integer(type))
    size <- stats::ave(abs(values[, j]), as.integer(type), FUN = max)
    centred <- values[, j] - mean
    spread <- stats::ave(abs(centred), as.integer(type), FUN = max)
    values[, j] <- ifelse(spread > 1e-13 * size, centred, 0)
  }
  values
}

# The columns of one run, or of all runs together if `events` has a column `run`. Those of
# a type follow each other; made orthogonal they are in that order.
task_columns <- function(events, values, times, orthogonalise, ...) {
  if (length(events$onset) == 0L) {
    return(matrix(0, sum(lengths(times)), 0L))
  }
  modulated <- modulated_events(events, values, orthogonalise)
  X <- regressors(modulated$events, times, ...)
  if (orthogonalise) {
    of <- rep(modulated$of, each = ncol(X) / length(modulated$of))
    for (type in unique(of)) {
      X[, of == type] <- orthogonalise(X[, of == type, drop = FALSE])
    }
  }
  X
}
