#' Pictures by ggplot2
#'
#' Methods of `ggplot2::autoplot()` for what the package makes: the same pictures as by
#' `plot()`, as objects to which scales, themes and titles can be added. They are
#' there once ggplot2 is installed. `ggplot2::autoplot(hrf_model("spm"))` draws a model.
#'
#' @param object A model made by [gamma_hrf()] or [hrf_model()], a table of [events()],
#'   a [deconv()], or a [conv_operator()] that is real, of which more than 1000 rows or columns
#'   are shown by blocks.
#' @param ... Not used.
#'
#' @returns A ggplot.
#'
#' @section Errors:
#' `convmat_error_type` if the object was changed and is no longer what its class says,
#' or an operator is complex.
#'
#' @section Algorithm and cost:
#' One row of data for each sample, event or cell.
#'
#' @references Wickham, H. (2016) _ggplot2: Elegant Graphics for Data Analysis_, 2nd ed.
#'   Springer. \doi{10.1007/978-3-319-24277-4}
#'
#' @seealso [plot_matrix()]
#' @family pictures
#' @examples
#' if (requireNamespace("ggplot2", quietly = TRUE)) {
#'   library(ggplot2)
#'   autoplot(hrf_model("spm")) + theme_minimal()
#'   autoplot(ds000114_events)
#'   autoplot(conv_operator(c(-1, 2, -1), 20, "same"))
#' }
#' @name autoplot
NULL

utils::globalVariables(".data") # what aes() calls the data

#' @rdname autoplot
#' @method autoplot gamma_hrf
#' @rawNamespace S3method(ggplot2::autoplot, gamma_hrf)
autoplot.gamma_hrf <- function(object, ...) {
  object <- check_gamma_hrf(object)
  time <- seq(0, hrf_end(object), length.out = 501L)
  ggplot2::ggplot(data.frame(time = time, value = gamma_sum(time, object))) +
    ggplot2::aes(x = .data$time, y = .data$value) +
    ggplot2::geom_hline(yintercept = 0, colour = "grey75") +
    ggplot2::geom_line() +
    ggplot2::labs(
      title = sprintf("HRF model \"%s\"", object$name), x = "Time since the event (s)", y = "Response"
    )
}

#' @rdname autoplot
#' @method autoplot events
#' @rawNamespace S3method(ggplot2::autoplot, events)
autoplot.events <- function(object, ...) {
  events <- check_events(complete_events(object))
  type <- if (is.null(events$trial_type)) "events" else as.character(events$trial_type)
  run <- if (is.null(events$run)) "1" else run_text(events$run)
  data <- data.frame(
    onset = events$onset, end = events$onset + events$duration, amplitude = events$amplitude,
    type = rep_len(type, length(events$onset)), run = rep_len(run, length(events$onset))
  )
  picture <- ggplot2::ggplot(data) +
    ggplot2::geom_rect(
      ggplot2::aes(xmin = .data$onset, xmax = .data$end, ymin = 0, ymax = .data$amplitude, fill = .data$type),
      alpha = 0.6
    ) +
    ggplot2::geom_segment( # what has no duration would not be seen
      ggplot2::aes(x = .data$onset, xend = .data$onset, y = 0, yend = .data$amplitude, colour = .data$type)
    ) +
    ggplot2::labs(title = "Events", x = "Time (s)", y = "Amplitude", fill = NULL, colour = NULL)
  if (is.null(events$run)) picture else picture + ggplot2::facet_wrap(ggplot2::vars(.data$run), ncol = 1L)
}

#' @rdname autoplot
#' @method autoplot deconv
#' @rawNamespace S3method(ggplot2::autoplot, deconv)
autoplot.deconv <- function(object, ...) {
  long <- function(at, value, panel) {
    value <- fit_columns(value)
    data.frame(
      at = rep(at, ncol(value)), value = as.double(value), panel = panel,
      column = rep(colnames(value) %||% as.character(seq_len(ncol(value))), each = nrow(value))
    )
  }
  panels <- c("x, as found", "y (points) and conv(x, h) (line)")
  lines <- rbind(
    long(found_at(object), stats::coef(object), panels[1L]),
    long(measured_at(object), stats::fitted(object), panels[2L])
  )
  ggplot2::ggplot(lines) +
    ggplot2::aes(x = .data$at, y = .data$value, colour = .data$column) +
    ggplot2::geom_point(data = long(measured_at(object), object$y, panels[2L]), alpha = 0.45) +
    ggplot2::geom_line() +
    ggplot2::facet_wrap(ggplot2::vars(.data$panel), ncol = 1L, scales = "free_y") +
    ggplot2::labs(x = place_label(object), y = NULL, colour = NULL)
}

#' @rdname autoplot
#' @method autoplot conv_operator
#' @rawNamespace S3method(ggplot2::autoplot, conv_operator)
autoplot.conv_operator <- function(object, ...) {
  if (is.complex(object@h)) {
    abort("type", "`object` must be real to be drawn, not complex.")
  }
  block <- if (max(dim(object)) > 1000) ceiling(max(dim(object)) / 300) else 1
  cells <- if (block > 1) coarse_matrix(object, block) else as.matrix(object)
  scale <- color_scale(cells, NULL, NULL)
  middle <- function(i) (i - 0.5) * block + 0.5
  data <- data.frame(row = middle(c(row(cells))), column = middle(c(col(cells))), value = c(cells))
  ggplot2::ggplot(data) +
    ggplot2::aes(x = .data$column, y = .data$row, fill = .data$value) +
    ggplot2::geom_raster() +
    ggplot2::scale_y_reverse(expand = c(0, 0)) +
    ggplot2::scale_x_continuous(expand = c(0, 0)) +
    ggplot2::scale_fill_gradientn(colours = scale$col, limits = scale$range) +
    ggplot2::labs(x = "Column", y = "Row", fill = NULL)
}
