# AFNI's timing files: a row for each run, with the onsets of its events, or `*` for none. What
# belongs to an event is joined to its onset: 30*5 has amplitude 5, 30:12 lasts 12 s, and
# 30*5,3:12 has two amplitudes and a duration.

# Its four parts: all, onset, amplitudes, duration.
afni_event <- function() {
  number <- gsub("[$^]", "", number_pattern)
  sprintf("^(%1$s)(?:[*](%1$s(?:,%1$s)*))?(?::(%1$s))?$", number)
}

# Is it one, for certain?
is_afni <- function(text) {
  words <- unlist(split_words(text$lines[!startsWith(trimws(text$lines), "#")]))
  events <- words[words != "*"]
  all(grepl(afni_event(), events, perl = TRUE)) && (length(events) < length(words) || any(!is_number(events)))
}

# The same table as of other files, with `run`, which is NULL if there is one run.
split_afni <- function(text, run_lengths) {
  lines <- which(!startsWith(trimws(text$lines), "#"))
  words <- split_words(text$lines[lines])
  row <- rep(seq_along(lines), lengths(words))
  words <- unlist(words)
  event <- words != "*"
  parts <- afni_parts(words[event], lines[row[event]], text)
  table <- list(columns = unname(parts), names = names(parts), lines = lines[row[event]])
  if (is.null(run_lengths)) {
    check_local(row, event, length(lines), text)
    if (length(lines) > 1L) table$run <- row[event]
    return(leave_out(table, as.double(parts$onset) < 0, text))
  }
  if (length(lines) > 1L && anyDuplicated(row[event])) {
    at <- lines[row[event][anyDuplicated(row[event])]]
    abort_file(
      text, "a row has several onsets, so each row is a run.", line = at,
      advice = "`run_lengths` is for onsets that count from the first scan of the first run; leave it out."
    )
  }
  table <- leave_out(table, as.double(parts$onset) < 0, text)
  global_times(table, text, run_lengths)
}

# A list of character vectors: onset, duration, and amplitude, or if there are several modulator_1, ....
afni_parts <- function(events, lines, text) {
  found <- regmatches(events, regexec(afni_event(), events, perl = TRUE))
  wrong <- lengths(found) == 0L
  if (any(wrong)) {
    at <- which(wrong)[1L]
    abort_file(
      text, "an event must be an onset, with *amplitude and :duration if it has them.",
      line = lines[at], value = events[at], more = sum(wrong) - 1L,
      advice = number_advice(events[at], ".")
    )
  }
  found <- matrix(as.character(unlist(found)), 4L)
  amplitudes <- strsplit(found[3L, ], ",", fixed = TRUE)
  shape <- paste(lengths(amplitudes), found[4L, ] != "")
  if (any(shape != shape[1L])) {
    at <- which(shape != shape[1L])[1L]
    abort_file(
      text, "all events must have the same parts, an amplitude or a duration or not.",
      line = lines[at], value = events[at]
    )
  }
  parts <- list(onset = found[2L, ])
  if (any(found[4L, ] != "")) parts$duration <- found[4L, ]
  k <- if (length(amplitudes)) length(amplitudes[[1L]]) else 0L
  if (k > 0L) {
    values <- matrix(unlist(amplitudes), k)
    parts[if (k == 1L) "amplitude" else paste0("modulator_", seq_len(k))] <- lapply(
      seq_len(k), function(i) values[i, ]
    )
  }
  parts
}

# AFNI takes a file with one onset in each row for global times unless it has a `*`.
check_local <- function(row, event, rows, text) {
  if (rows > 1L && all(event) && !anyDuplicated(row)) {
    abort_file(
      text, "has one onset in each row: of one event in each run, or all counted from the first run?",
      line = 1L, advice = c(
        "If each row is a run, write ` *` after the first onset, as AFNI wants it too.",
        "If they count from the first scan of the first run, use `run_lengths`."
      )
    )
  }
}

# AFNI ignores onsets below 0: they fill the place of events where there is none.
leave_out <- function(table, gone, text) {
  if (any(gone)) {
    inform(sprintf("%s: %s below 0 left out, as AFNI does.", text$name, count_of(sum(gone), "onset")))
    table$columns <- lapply(table$columns, `[`, !gone)
    table$lines <- table$lines[!gone]
    table$run <- table$run[!gone]
  }
  table
}

# Onsets that count from the first run become those of each run.
global_times <- function(table, text, run_lengths) {
  onset <- as.double(table$columns[[1L]])
  ends <- cumsum(run_lengths)
  late <- onset >= ends[length(ends)]
  if (any(late)) {
    at <- which(late)[1L]
    abort_file(
      text, sprintf("an onset lies after the last run, which ends at %s s.", format(ends[length(ends)])),
      line = table$lines[at], value = table$columns[[1L]][at],
      more = sum(late) - 1L, advice = "`run_lengths` are in seconds: scans times TR."
    )
  }
  run <- findInterval(onset, ends) + 1L
  table$columns[[1L]] <- onset - c(0, ends)[run]
  if (length(run_lengths) > 1L) table$run <- run
  table
}
