# What deconv() returns, printed.

#' @rdname deconv
#' @param x An object of class `deconv`.
#' @param digits Whole number: significant digits to print.
#' @export
print.deconv <- function(x, digits = 3L, ...) {
  cat(deconv_title(x), "\n\n", sep = "")
  if (x$method == "division") print_division(x, digits) else print_fit(x, digits)
  invisible(x)
}

deconv_title <- function(x) {
  columns <- NCOL(x$y)
  sprintf(
    "Deconvolution of %s values%s by a kernel of %s, mode \"%s\"%s",
    format_count(NROW(x$y)), if (columns > 1L) sprintf(" in each of %d columns", columns) else "",
    format_count(length(x$h)), x$mode,
    if (x$boundary == "zero") "" else sprintf(", boundary \"%s\"", x$boundary)
  )
}

# How x was found, and under what.
deconv_method_words <- function(x) {
  how <- switch(x$method,
    division = "long division", `richardson-lucy` = sprintf("Richardson-Lucy, %s steps", format_count(x$steps)),
    "least squares"
  )
  penalised <- c("x", "the differences of x", "the second differences of x")[x$order + 1]
  paste0(
    "Method:    ", how, if (x$positive) ", nowhere negative",
    if (x$method == "ridge") paste(" with a penalty on", penalised)
  )
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
  found <- fit_columns(stats::coef(x))
  size <- sqrt(colSums(fit_columns(x$residuals)^2, na.rm = TRUE) / colSums(as.matrix(x$y)^2, na.rm = TRUE))
  ridge <- x$method == "ridge"
  lucy <- x$method == "richardson-lucy"
  cat(
    sprintf("x:         %s values from %s to %s\n", format_count(NROW(found)), number(min(found)), number(max(found))),
    deconv_method_words(x), "\n",
    if (ridge) {
      c("lambda:    ", span(x$lambda), if (!is.null(x$search)) sprintf(", chosen by %s", and_rules(x$rule)), "\n")
    },
    sprintf(
      "Fit:       %s for %s values", if (lucy) paste("deviance", span(x$deviance)) else paste(span(x$edf), "degrees of freedom"),
      format_count(x$nobs)
    ),
    if (all(is.finite(size))) sprintf("; residuals are %s %% of y", span(100 * size)), "\n",
    if (isTRUE(all(x$rcond > 0))) {
      sprintf("Condition: relative errors in y may become up to %s times as large in x\n", span(1 / x$rcond))
    },
    "\ncoef() gives x, fitted() gives conv(x, h), residuals() what is left of y.\n",
    sep = ""
  )
}

and_rules <- function(rule) {
  words <- c(gcv = "generalised cross-validation", reml = "restricted likelihood")
  paste(words[unique(rule)], collapse = " or ")
}

array_title <- function(x) {
  sprintf("Deconvolution of %s values by a kernel of %s", describe_axes(dim(x$y)), describe_axes(kernel_sizes(x$h)))
}

#' @rdname deconv
#' @export
print.deconv_array <- function(x, digits = 3L, ...) {
  number <- function(v) format(signif(v, digits), digits = digits)
  size <- sqrt(sum(x$residuals^2, na.rm = TRUE) / sum(x$y^2, na.rm = TRUE))
  cat(
    array_title(x), "\n\n",
    sprintf(
      "x:         %s values from %s to %s\n", describe_axes(dim(x$coefficients)), number(min(x$coefficients)),
      number(max(x$coefficients))
    ),
    deconv_method_words(x), "\n",
    sprintf(
      "lambda:    %s%s\n", number(x$lambda), if (is.null(x$search)) "" else paste(", chosen by", and_rules(x$rule))
    ),
    sprintf("Minimum:   within %s of x, after %s steps\n", number(x$gap), format_count(x$steps)),
    if (!is.na(x$edf)) sprintf("Fit:       %s degrees of freedom for %s values\n", number(x$edf), format_count(x$nobs)),
    if (is.finite(size)) sprintf("Residuals: %s %% of y\n", number(100 * size)),
    "\ncoef() gives x, fitted() gives conv_array(x, h), residuals() what is left of y.\n",
    sep = ""
  )
  invisible(x)
}
