# What one does with a table of events: print, plot, bind, take the class off.

#' @rdname events
#' @param n How many rows to print, at least 2. Of a longer table the first and the last
#'   ones are shown, and how many events there are of each type in each run.
#' @export
print.events <- function(x, n = 20, ...) {
  n <- check_number(n, "n", "a number, at least 2", function(n) n >= 2)
  cat(sprintf("<%s%s>\n", count_of(nrow(x), "event"), events_span(x)))
  if (nrow(x) > n) {
    print_ends(x, n, ...)
  } else if (nrow(x) > 0L) {
    print(as.data.frame(x), ...)
  }
  invisible(x)
}

# ", 10 to 400 s, 3 types" where the table still has those columns.
events_span <- function(x) {
  ends <- if (is.numeric(x[["onset"]]) && is.numeric(x[["duration"]])) {
    finite_range(c(x$onset, x$onset + x$duration))
  }
  gaps <- sum(incomplete_rows(x))
  types <- length(unique(x[["trial_type"]]))
  paste0(c(
    if (length(ends)) sprintf(", %s to %s s", format(ends[1L]), format(ends[2L])),
    if (types > 0L) paste0(", ", count_of(types, "type")),
    if (gaps > 0L) sprintf(", %s with missing values", format_count(gaps))
  ), collapse = "")
}

finite_range <- function(x) if (any(is.finite(x))) range(x, finite = TRUE)

print_ends <- function(x, n, ...) {
  head <- ceiling(n / 2)
  rows <- c(seq_len(head), nrow(x) - rev(seq_len(floor(n) - head)) + 1)
  shown <- as.data.frame(x)[rows, , drop = FALSE]
  row.names(shown) <- format_count(rows)
  text <- utils::capture.output(print(shown, ...))
  # a table too wide for the console comes in several parts, each with a line of names
  part <- length(rows) + 1L
  if (length(text) %% part == 0L) {
    for (end in rev(seq(1L + head, length(text), by = part))) text <- append(text, "...", end)
  }
  writeLines(text)
  print_counts(x)
}

# "trial_type: face (120), house (118)"; the most frequent types, and the runs in their order.
print_counts <- function(x) {
  counts <- function(name) {
    found <- if (is.atomic(x[[name]])) table(x[[name]])
    if (name == "trial_type") found <- sort(found, decreasing = TRUE)
    shown <- utils::head(found, 6L)
    more <- length(found) - 6L
    parts <- sprintf("%s (%s)", names(shown), format_count(as.vector(shown)))
    if (length(found) > 0L) {
      paste(c(parts, if (more > 0L) sprintf("%d more", more)), collapse = ", ")
    }
  }
  for (name in c("trial_type", "run")) {
    text <- counts(name)
    if (!is.null(text)) writeLines(strwrap(paste0(name, ": ", text), exdent = 2L))
  }
}

#' @rdname events
#' @export
as.data.frame.events <- function(x, ...) {
  class(x) <- "data.frame"
  x
}

#' @rdname events
#' @export
c.events <- function(...) bind_events(unname(list(...)))

#' @rdname events
#' @export
rbind.events <- function(...) bind_events(unname(list(...)))

#' @rdname events
#' @param col Colours, one for each type.
#' @param xlim Two times: the first and the last to show. `NULL` for those of the events.
#' @param ylim Two numbers: the lower and the upper end of what is shown of the lanes, which
#'   count from 0 at the bottom. `NULL` for all.
#' @param main,xlab,ylab Title, and titles of the axes.
#' @export
plot.events <- function(x, ..., col = NULL, xlim = NULL, ylim = NULL, main = "Events",
                        xlab = "Time (s)", ylab = "") {
  events <- check_events(complete_events(x))
  type <- event_types(events)
  lanes <- event_lanes(events, type)
  n <- nlevels(lanes)
  of <- if (is.null(col)) event_colours(nlevels(type)) else rep_len(col, nlevels(type))
  span <- range(events$onset, events$onset + events$duration, if (length(events$onset) == 0L) 0:1)
  graphics::plot(
    NULL,
    xlim = xlim %||% span, ylim = ylim %||% c(0, max(n, 1)),
    yaxt = "n", yaxs = "i", bty = "n", xlab = xlab, ylab = ylab, main = main, ...
  )
  # lanes from top to bottom; amplitudes fill 0.65 of one, upwards or downwards
  reach <- range(0, events$amplitude)
  scale <- 0.65 / max(reach[2L] - reach[1L], .Machine$double.xmin)
  zero <- n - seq_len(n) + 0.05 - scale * reach[1L]
  graphics::abline(h = zero, col = "grey80")
  floor <- zero[as.integer(lanes)]
  draw_events(events, floor, floor + scale * events$amplitude, of[as.integer(type)])
  graphics::text(
    graphics::par("usr")[1L], n - seq_len(n) + 0.95, levels(lanes),
    adj = c(0, 1), cex = 0.9
  )
  invisible(x)
}

# Those that can be drawn; a warning tells of the others.
complete_events <- function(x) {
  gone <- incomplete_rows(x)
  if (any(gone)) {
    warn("value", "Events with missing values are not drawn.", locations(gone, "Rows"))
  }
  x[!gone, ]
}

# Boxes and spikes.
draw_events <- function(events, floor, top, col) {
  end <- events$onset + events$duration
  box <- events$duration > 0
  if (any(box)) {
    graphics::rect(
      events$onset[box], floor[box], end[box], top[box],
      col = grDevices::adjustcolor(col[box], 0.5), border = col[box]
    )
  }
  if (!all(box)) {
    graphics::segments(events$onset[!box], floor[!box], y1 = top[!box], col = col[!box], lwd = 2)
    graphics::points(events$onset[!box], top[!box], pch = 19, cex = 0.6, col = col[!box])
  }
}

# A lane for each type or, in each run, for each.
event_lanes <- function(events, type) {
  if (is.null(events$trial_type)) {
    levels(type) <- ""
  }
  if (is.null(events$run)) {
    return(type)
  }
  run <- if (is.factor(events$run)) events$run else factor(events$run)
  lanes <- interaction(type, run, lex.order = FALSE, sep = "\r")
  parts <- strsplit(levels(lanes), "\r", fixed = TRUE)
  levels(lanes) <- vapply(parts, function(p) trimws(sprintf("%s run %s", p[1L], p[2L])), "")
  lanes
}

event_colours <- function(n) rep_len(grDevices::palette.colors(9L, "Okabe-Ito")[-1L], n)
