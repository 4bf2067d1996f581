# Rows of an FSL three-column file: onset, duration, amplitude.

split_fsl <- function(text) {
  fields <- split_words(text$lines)
  wrong <- lengths(fields) != 3L
  if (any(wrong)) {
    at <- which(wrong)[1L]
    abort_file(
      text, sprintf(
        "a row must have 3 numbers (onset, duration, amplitude), not %s.",
        count_of(length(fields[[at]]), "field")
      ),
      line = at, value = text$lines[at], more = sum(wrong) - 1L,
      advice = if (all(is_number(unlist(fields)))) {
        "If each row has the onsets of a run, as in AFNI, use `format = \"afni\"`."
      }
    )
  }
  cells <- matrix(unlist(fields), 3L)
  list(
    columns = lapply(1:3, function(i) cells[i, ]), names = c("onset", "duration", "amplitude"),
    lines = seq_along(text$lines)
  )
}

split_words <- function(lines) strsplit(trimws(lines, whitespace = "[ \t]"), "[ \t]+")

# Three onsets in each row look like this: the third number is an amplitude in no file we know.
check_not_afni <- function(text) {
  numbers <- suppressWarnings(as.double(unlist(split_words(text$lines))))
  if (length(numbers) != 3L * length(text$lines) || anyNA(numbers)) {
    return(NULL)
  }
  rows <- matrix(numbers, 3L)
  if (all(rows[1L, ] < rows[2L, ] & rows[2L, ] < rows[3L, ])) {
    abort_file(
      text, "may be of FSL's format or of AFNI's: three numbers in each row, always increasing.",
      line = 1L, value = text$lines[1L], advice = c(
        "If they are onset, duration and amplitude, use `format = \"fsl\"`.",
        "If they are the onsets of a run, use `format = \"afni\"`."
      )
    )
  }
}
