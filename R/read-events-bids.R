# Fields of a BIDS events file.

# A table of cells: list(columns, names, lines). `columns` are character vectors, and `lines` says
# in which line of the file each row stands.
split_bids <- function(text) {
  fields <- split_fields(text)
  names <- check_names(fields$cells[seq_len(fields$counts[1L])], fields, text)
  check_field_counts(fields$counts, text)
  n <- length(names)
  rows <- length(text$lines) - 1L
  columns <- lapply(seq_len(n), function(i) fields$cells[i + n * seq_len(rows)])
  list(columns = columns, names = names, lines = seq_len(rows) + 1L)
}

# list(cells, counts): the fields of all lines in turn, and how many each line has.
split_fields <- function(text) {
  lines <- text$lines
  open <- endsWith(lines, "\t") # or strsplit() would leave out the empty field at the end
  lines[open] <- paste0(lines[open], "\t")
  fields <- strsplit(lines, "\t", fixed = TRUE)
  cells <- unlist(fields)
  counts <- lengths(fields)
  quoted <- startsWith(cells, "\"")
  if (any(quoted)) {
    open <- quoted & !grepl(quoted_field, cells, perl = TRUE)
    if (any(open)) {
      lines <- unique(rep(seq_along(counts), counts)[open])
      fields[lines] <- lapply(lines, function(line) join_quoted(fields[[line]], line, text))
      cells <- unlist(fields)
      counts <- lengths(fields)
      quoted <- startsWith(cells, "\"")
    }
  }
  spaced <- startsWith(cells, " ") | endsWith(cells, " ")
  if (any(spaced)) cells[spaced] <- trimws(cells[spaced], whitespace = " ")
  if (any(quoted)) cells[quoted] <- unquote(cells[quoted])
  list(cells = cells, counts = counts)
}

# In quotes, which are doubled inside.
quoted_field <- "^\"(?:[^\"]|\"\")*\" *$"

unquote <- function(fields) gsub("\"\"", "\"", sub("\"$", "", sub("^\"", "", fields)), fixed = TRUE)

# A tab in quotes does not end the field: what it took apart is one again.
join_quoted <- function(fields, line, text) {
  out <- character(0)
  while (length(fields) > 0L) {
    n <- 1L
    if (startsWith(fields[1L], "\"")) {
      quotes <- cumsum(nchar(gsub("[^\"]", "", fields)))
      n <- which(quotes %% 2L == 0L)[1L]
      if (is.na(n) || !grepl(quoted_field, paste(fields[seq_len(n)], collapse = "\t"), perl = TRUE)) {
        abort_file(
          text, "a field begins with a quote and does not end with one.",
          line = line, value = text$lines[line]
        )
      }
    }
    out <- c(out, paste(fields[seq_len(n)], collapse = "\t"))
    fields <- fields[-seq_len(n)]
  }
  out
}

check_field_counts <- function(counts, text) {
  wrong <- counts != counts[1L]
  if (!any(wrong)) {
    return(NULL)
  }
  at <- which(wrong)[1L]
  abort_file(
    text, sprintf(
      "a row has %s where line 1 has %s.", count_of(counts[at], "field"), count_of(counts[1L], "name")
    ),
    line = at, more = sum(wrong) - 1L,
    advice = if (all(counts[-1L] == counts[1L] + 1L)) {
      if (all(endsWith(text$lines[-1L], "\t"))) {
        "Every row ends in a tab, which has to go."
      } else {
        "Row names? Write the table without: in R, `write.table(row.names = FALSE)`."
      }
    }
  )
}

check_names <- function(names, fields, text) {
  nameless <- which(names == "")
  if (length(nameless) > 0L) {
    abort_file(
      text, "a column has no name.", line = 1L, column = as.character(nameless[1L]),
      advice = nameless_advice(nameless, length(names), text)
    )
  }
  if (anyDuplicated(names)) {
    abort_file(text, "two columns have one name.", line = 1L, column = names[anyDuplicated(names)])
  }
  if (!("onset" %in% names)) {
    near <- names[tolower(names) %in% c("onset", "onsets")]
    abort_file(
      text, "has no column `onset`.", line = 1L, advice = c(
        describe_columns(names),
        if (length(near)) {
          sprintf("To take `%s`: `as_events(read.delim(file), onset = \"%s\")`.", near[1L], near[1L])
        }
      )
    )
  }
  names
}

nameless_advice <- function(nameless, n, text) {
  if (identical(nameless, n)) {
    rows <- text$lines[-1L]
    if (length(rows) > 0L && all(endsWith(rows, "\t"))) {
      "Every line ends in a tab, which has to go."
    } else {
      "Line 1 ends in a tab, which has to go."
    }
  } else if (nameless[1L] == 1L) {
    paste(
      "Row numbers? Write the table without: in pandas, `to_csv(index = False)`;",
      "in R, `write.table(row.names = FALSE)`."
    )
  } else {
    "Two tabs in line 1 have nothing between them."
  }
}
