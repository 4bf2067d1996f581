# What one does with a table of events: print, plot, bind, take the class off.

#' @rdname events
#' @export
print.events <- function(x, ...) {
  cat(sprintf("<%d event%s%s>\n", nrow(x), if (nrow(x) == 1L) "" else "s", events_span(x)))
  if (nrow(x) > 0L) {
    NextMethod()
  }
  invisible(x)
}

# ", 10 to 400 s, 3 types" where the table still has those columns.
events_span <- function(x) {
  span <- if (nrow(x) > 0L && is.numeric(x[["onset"]]) && is.numeric(x[["duration"]])) {
    sprintf(", %s to %s s", format(min(x$onset)), format(max(x$onset + x$duration)))
  }
  types <- length(unique(x[["trial_type"]]))
  paste0(c(span, if (types > 0L) sprintf(", %d type%s", types, if (types == 1L) "" else "s")), collapse = "")
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
#' @param main,xlab Title, and title of the time axis.
#' @export
plot.events <- function(x, ..., col = NULL, xlim = NULL, main = "Events", xlab = "Time (s)") {
  events <- check_events(x)
  type <- event_types(events)
  lanes <- event_lanes(events, type)
  n <- nlevels(lanes)
  of <- if (is.null(col)) event_colours(nlevels(type)) else rep_len(col, nlevels(type))
  span <- range(events$onset, events$onset + events$duration, if (nrow(x) == 0L) 0:1)
  graphics::plot(
    NULL,
    xlim = xlim %||% span, ylim = c(0, max(n, 1)),
    yaxt = "n", yaxs = "i", bty = "n", xlab = xlab, ylab = "", main = main, ...
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
