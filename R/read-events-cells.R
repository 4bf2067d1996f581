# From the text of cells to values.

# In the C locale's notation; with `dec` for the point.
number_pattern <- "^[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?$"

is_number <- function(x, dec = ".") {
  pattern <- if (dec == ".") number_pattern else gsub("[.]", paste0("[", dec, "]"), number_pattern, fixed = TRUE)
  grepl(pattern, x, perl = TRUE)
}

as_number <- function(x, dec = ".") {
  as.double(if (dec == ".") x else chartr(dec, ".", x))
}

parse_column <- function(cells, name, lines, text, dec) {
  if (is.double(cells)) {
    return(cells)
  }
  wrong <- !is_number(cells, dec)
  values <- suppressWarnings(as_number(cells, dec))
  wrong <- wrong | !is.finite(values)
  if (any(wrong)) {
    at <- which(wrong)[1L]
    abort_file(
      text, sprintf("`%s` must be a number.", show_name(name)),
      line = lines[at], column = name, value = cells[at], more = sum(wrong) - 1L,
      advice = number_advice(cells[at], dec)
    )
  }
  values
}

# What to do about a cell that is not a number.
number_advice <- function(value, dec) {
  looks <- function(pattern) grepl(pattern, value)
  if (looks("^ *(NA|NaN|N/A|nan|na|null|None|-|)$")) {
    "BIDS writes missing values as n/a; in R, `write.table(na = \"n/a\")`."
  } else if (dec == "," && looks("^[+-]?[0-9]*[.][0-9]+$")) {
    "It has a decimal point, and `dec` is a comma."
  } else if (looks("^[+-]?[0-9]{1,3}(,[0-9]{3})+$") && dec == ".") {
    "A decimal comma? Use `dec = \",\"`. Commas between thousands have to go."
  } else if (looks("^[+-]?[0-9]{1,3}([,' ][0-9]{3})+([.][0-9]*)?$")) {
    "What separates thousands has to go."
  } else if (looks("^[+-]?[0-9]*,[0-9]+$")) {
    "For decimal commas use `dec = \",\"`."
  } else if (looks("^[0-9]+:[0-9:.]+$")) {
    "Times are in seconds."
  }
}

# A column of which events need nothing: numbers if all that is there are numbers.
convert_column <- function(cells, dec) {
  gaps <- cells == "n/a"
  cells[gaps] <- NA
  present <- if (any(gaps)) cells[!gaps] else cells
  if (all(is_number(present, dec))) {
    values <- as_number(cells, dec)
    if (all(is.finite(values) | gaps)) {
      return(values)
    }
  }
  cells
}

# Types, and labels of runs.
check_labels <- function(cells, name, lines, text) {
  empty <- !is.na(cells) & cells == ""
  if (any(empty)) {
    abort_file(
      text, sprintf("`%s` is empty.", name), line = lines[which(empty)[1L]], column = name, value = "",
      more = sum(empty) - 1L, advice = "BIDS writes missing values as n/a."
    )
  }
  cells
}

run_labels <- function(cells, name, lines, text) {
  gaps <- cells == "n/a" | cells == ""
  if (any(gaps)) {
    at <- which(gaps)[1L]
    abort_file(
      text, "a run is missing.", line = lines[at], column = name, value = cells[at], more = sum(gaps) - 1L
    )
  }
  if (all(grepl("^[+-]?[0-9]{1,9}$", cells))) as.integer(cells) else cells
}
