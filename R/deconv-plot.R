# What deconv() returns, drawn.

#' @rdname deconv
#' @param which Which pictures to draw, one above the other: `"x"`, what was found; `"fit"`, `y` as
#'   points and conv(x, h) as a line; `"gcv"`, the score against lambda, where it was searched.
#' @param ... Further arguments of [graphics::matplot()], such as `xlim` or `lwd`; of an image, which is drawn row 1 on
#'   top, those of [plot_matrix()].
#' @export
plot.deconv <- function(x, which = c("x", "fit", if (!is.null(x$search)) "gcv"), ...) {
  for (name in which) {
    check_choice(name, c("x", "fit", "gcv"), "which")
  }
  if ("gcv" %in% which && is.null(x$search)) {
    abort("value", "`which` must be \"x\" or \"fit\", since `lambda` was not searched.")
  }
  if (length(which) > 1L) {
    # taken before mfrow changes the size of text, which margins are counted in
    old <- graphics::par("mfrow", "mar", "mgp", "font.main")
    on.exit(graphics::par(old))
    graphics::par(mfrow = c(length(which), 1L), mar = c(3.4, 4.4, 2, 3), mgp = c(2.2, 0.6, 0), font.main = 1)
  }
  for (name in which) {
    switch(name,
      x = plot_found(x, ...),
      fit = plot_fit(x, ...),
      gcv = plot_search(x)
    )
  }
  invisible(x)
}

#' @rdname deconv
#' @export
plot.deconv_array <- function(x, ...) {
  found <- stats::coef(x)
  if (length(dim(found)) != 2L) {
    abort(
      "type", sprintf("`x` must be an image to be drawn, not an array of %s values.", describe_axes(dim(found))),
      "Draw one slice: `plot_matrix(coef(x)[, , 1])`."
    )
  }
  plot_matrix(found, ...)
  invisible(x)
}

plot_found <- function(x, ..., main = "x, as found", xlab = place_label(x), ylab = "x", type = "l",
                       xlim = range(found_at(x), measured_at(x)), las = 1, lty = 1, lwd = 2,
                       col = deconv_colors(x)) {
  graphics::matplot(found_at(x), fit_columns(stats::coef(x)),
    main = main, xlab = xlab, ylab = ylab, type = type, xlim = xlim, las = las, lty = lty,
    lwd = lwd, col = col, ...
  )
  graphics::abline(h = 0, col = "grey80")
}

plot_fit <- function(x, ..., main = "y (points) and conv(x, h) (line)", xlab = place_label(x),
                     ylab = "y", xlim = range(found_at(x), measured_at(x)), las = 1, lty = 1,
                     lwd = 2, col = deconv_colors(x)) {
  at <- measured_at(x)
  graphics::matplot(at, as.matrix(x$y),
    main = main, xlab = xlab, ylab = ylab, type = "p", pch = 16, cex = 0.7, xlim = xlim,
    las = las, col = grDevices::adjustcolor(col, 0.45), ...
  )
  graphics::matlines(at, fit_columns(stats::fitted(x)), lty = lty, lwd = lwd, col = col)
}

# The score that was gone by, and the degrees of freedom.
plot_search <- function(x) {
  col <- deconv_colors(x)
  rule <- x$rule[1L]
  score <- x$search[[rule]]
  fits <- rule == "gcv" && all(score > 0, na.rm = TRUE) # but for a signal of zeros its scores are positive
  graphics::matplot(x$search$lambda, score,
    type = "l", log = if (fits) "xy" else "x", lty = 1, lwd = 2, col = col, las = 1,
    main = sprintf("Score (%s, the lowest is best) and degrees of freedom (dashed)", rule),
    xlab = "lambda", ylab = ""
  )
  tried <- vapply(x$lambda, function(l) which.min(abs(x$search$lambda - l)), 1L)
  lowest <- score[cbind(tried, seq_along(tried))]
  graphics::abline(v = x$lambda, lty = 3, col = col)
  graphics::points(x$lambda, lowest, pch = 16, col = col)
  # degrees of freedom on an axis of their own, at the right
  limits <- graphics::par("usr")[3:4]
  place <- function(edf) {
    at <- limits[1L] + edf / x$nobs * diff(limits)
    if (fits) 10^at else at
  }
  graphics::lines(x$search$lambda, place(x$search$edf), lty = 2, col = "grey40")
  ticks <- pretty(c(0, x$nobs), 4)
  graphics::axis(4, place(ticks), ticks, las = 1, col.axis = "grey40")
}

deconv_colors <- function(x) grDevices::hcl.colors(NCOL(x$y) + 1L, "Dark 3")[-1L]

# Both on the axis of x, which counts from 1 or has its dates.
found_at <- function(x) {
  found <- stats::coef(x)
  if (stats::is.ts(found)) as.numeric(stats::time(found)) else seq_len(NROW(found))
}

measured_at <- function(x) {
  if (stats::is.ts(x$y)) {
    return(as.numeric(stats::time(x$y)))
  }
  first <- switch(x$mode,
    full = 1 - x$origin,
    valid = min(NROW(stats::coef(x)), length(x$h)) - x$origin,
    1
  )
  first + seq_len(NROW(x$y)) - 1
}

place_label <- function(x) if (stats::is.ts(x$y)) "Time" else "Sample"
