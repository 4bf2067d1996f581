# What deconv() returns, printed and drawn.

#' @rdname deconv
#' @param x An object of class `deconv`.
#' @param digits Whole number: significant digits to print.
#' @export
print.deconv <- function(x, digits = 3L, ...) {
  columns <- NCOL(x$y)
  cat(sprintf(
    "Deconvolution of %s values%s by a kernel of %s, mode \"%s\"%s\n\n",
    format_count(NROW(x$y)), if (columns > 1L) sprintf(" in each of %d columns", columns) else "",
    format_count(length(x$h)), x$mode,
    if (x$boundary == "zero") "" else sprintf(", boundary \"%s\"", x$boundary)
  ))
  if (x$method == "division") print_division(x, digits) else print_fit(x, digits)
  invisible(x)
}

print_division <- function(x, digits) {
  cat("Quotient:\n")
  print(stats::coef(x), digits = digits)
  cat("Remainder:\n")
  print(stats::residuals(x), digits = digits)
}

print_fit <- function(x, digits) {
  number <- function(v) vapply(signif(v, digits), format, "", digits = digits)
  # one number, or the range of those of the columns
  span <- function(v) paste(unique(number(range(v))), collapse = " to ")
  found <- stats::coef(x)
  size <- sqrt(colSums(as.matrix(x$residuals)^2) / colSums(as.matrix(x$y)^2))
  penalised <- c("x", "the differences of x", "the second differences of x")[x$order + 1]
  ridge <- x$method == "ridge"
  cat(
    sprintf("x:         %s values from %s to %s\n", format_count(NROW(found)), number(min(found)), number(max(found))),
    "Method:    least squares", if (ridge) c(" with a penalty on ", penalised), "\n",
    if (ridge) {
      c("lambda:    ", span(x$lambda), if (!is.null(x$search)) ", chosen by generalised cross-validation", "\n")
    },
    sprintf("Fit:       %s degrees of freedom for %s values", span(x$edf), format_count(NROW(x$y))),
    if (all(is.finite(size))) sprintf("; residuals are %s %% of y", span(100 * size)), "\n",
    if (all(x$rcond > 0)) {
      sprintf("Condition: relative errors in y may become up to %s times as large in x\n", span(1 / x$rcond))
    },
    "\ncoef() gives x, fitted() gives conv(x, h), residuals() what is left of y.\n",
    sep = ""
  )
}

#' @rdname deconv
#' @param which Which pictures to draw, one above the other: `"x"`, what was found; `"fit"`, `y` as
#'   points and conv(x, h) as a line; `"gcv"`, the score against lambda, where it was searched.
#' @param ... Further arguments of [graphics::matplot()], such as `xlim` or `lwd`.
#' @export
plot.deconv <- function(x, which = c("x", "fit", if (!is.null(x$search)) "gcv"), ...) {
  for (name in which) {
    check_choice(name, c("x", "fit", "gcv"), "which")
  }
  if ("gcv" %in% which && is.null(x$search)) {
    abort("value", "`which` must be \"x\" or \"fit\", since `lambda` was not searched.")
  }
  if (length(which) > 1L) {
    old <- graphics::par(mfrow = c(length(which), 1L), mar = c(3.4, 4.4, 2, 1), mgp = c(2.2, 0.6, 0), font.main = 1)
    on.exit(graphics::par(old))
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

plot_found <- function(x, ..., main = "x, as found", xlab = place_label(x), ylab = "x", type = "l",
                       xlim = range(found_at(x), measured_at(x)), las = 1, lty = 1, lwd = 2,
                       col = deconv_colors(x)) {
  graphics::matplot(found_at(x), as.matrix(stats::coef(x)),
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
  graphics::matlines(at, as.matrix(stats::fitted(x)), lty = lty, lwd = lwd, col = col)
}

plot_search <- function(x) {
  col <- deconv_colors(x)
  graphics::matplot(x$search$lambda, x$search$gcv,
    type = "l", log = "xy", lty = 1, lwd = 2, col = col, las = 1,
    main = "Score of each lambda: the lowest is best", xlab = "lambda", ylab = ""
  )
  graphics::abline(v = x$lambda, lty = 3, col = col)
  graphics::points(x$lambda, x$gcv, pch = 16, col = col)
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
