# What is shown of a model: print(), plot() and summary().

#' @rdname gamma_hrf
#' @export
print.gamma_hrf <- function(x, ...) {
  x <- check_gamma_hrf(x)
  peak <- hrf_peak(x)
  cat(sprintf("<HRF model \"%s\": weighted gamma densities>\n", x$name))
  print(data.frame(weight = x$weight, shape = x$shape, "scale (s)" = x$scale, check.names = FALSE), ...)
  cat(sprintf(
    "peak %s at %s s, area %s\n",
    format(peak[["value"]], digits = 4L), format(peak[["time"]], digits = 3L),
    format(sum(x$weight), digits = 4L)
  ))
  invisible(x)
}

#' @rdname gamma_hrf
#' @export
plot.gamma_hrf <- function(x, ...) {
  x <- check_gamma_hrf(x)
  t <- seq(0, hrf_end(x), length.out = 501L)
  draw <- function(..., type = "l", lwd = 2, main = sprintf("HRF model \"%s\"", x$name),
                   xlab = "Time since the event (s)", ylab = "Response") {
    graphics::plot(t, gamma_sum(t, x),
      type = type, lwd = lwd, main = main, xlab = xlab, ylab = ylab, ...
    )
  }
  draw(...)
  graphics::abline(h = 0, col = "grey")
  invisible(x)
}

#' @rdname gamma_hrf
#' @param object A model.
#' @export
summary.gamma_hrf <- function(object, ...) {
  object <- check_gamma_hrf(object)
  top <- hrf_peak(object)
  shape <- if (top[["value"]] > 0) hrf_shape(object, top)
  structure(
    list(
      name = object$name,
      time_to_peak = if (is.null(shape)) NA_real_ else top[["time"]],
      peak = if (is.null(shape)) NA_real_ else top[["value"]],
      width = if (is.null(shape)) NA_real_ else shape$width,
      time_to_undershoot = if (is.null(shape)) NA_real_ else shape$trough,
      undershoot_ratio = if (is.null(shape)) NA_real_ else shape$ratio,
      area = sum(object$weight)
    ),
    class = "summary.gamma_hrf"
  )
}

# Full width at half maximum, and the lowest point after the peak, if below 0. A
# term is never narrower than a few hundredths of its own reach.
hrf_shape <- function(model, top) {
  f <- function(t) gamma_sum(t, model)
  reach <- stats::qgamma(1e-9, model$shape, scale = model$scale, lower.tail = FALSE)
  grid <- unlist(lapply(reach, function(r) seq(0, r, length.out = 513L)))
  grid <- sort(unique(c(top[["time"]], grid)))
  h <- f(grid)
  half <- function(t) f(t) - top[["value"]] / 2
  at <- match(top[["time"]], grid)
  left <- max(0L, which(h[seq_len(at)] < top[["value"]] / 2))
  right <- at - 1L + which(h[at:length(grid)] < top[["value"]] / 2)[1L]
  cross <- function(i) stats::uniroot(half, grid[c(i, i + 1L)], tol = 1e-10)$root
  from <- if (left == 0L) 0 else cross(left)
  after <- seq(at, length(grid))
  low <- after[which.min(h[after])]
  lowest <- stats::optimize(f, grid[pmin(pmax(low + c(-1L, 1L), at), length(grid))], tol = 1e-8)
  dips <- lowest$objective < 0
  list(
    width = cross(right - 1L) - from,
    trough = if (dips) lowest$minimum else NA_real_,
    ratio = if (dips) -lowest$objective / top[["value"]] else 0
  )
}

#' @rdname gamma_hrf
#' @export
print.summary.gamma_hrf <- function(x, ...) {
  show <- function(value) format(value, digits = 4L)
  dip <- if (is.na(x$time_to_undershoot)) {
    "no undershoot"
  } else {
    sprintf(
      "undershoot %s of the peak, lowest at %s s",
      show(x$undershoot_ratio), show(x$time_to_undershoot)
    )
  }
  cat(
    sprintf("HRF model \"%s\"\n", x$name),
    sprintf("  peak %s at %s s\n", show(x$peak), show(x$time_to_peak)),
    sprintf("  %s s wide at half the peak\n", show(x$width)),
    sprintf("  %s\n", dip),
    sprintf("  area %s\n", show(x$area)),
    sep = ""
  )
  invisible(x)
}
