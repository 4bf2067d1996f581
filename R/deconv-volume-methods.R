# What R's generics for models say of an image or volume that was deconvolved.

#' @rdname deconv_methods
#' @export
predict.deconv_array <- function(object, h = NULL, ...) {
  check_unused(...)
  if (is.null(h)) {
    return(stats::fitted(object))
  }
  x <- stats::coef(object)
  mode <- check_axes(object$mode, length(dim(x)), "mode")
  conv_array(x, h, mode, ifelse(mode == "same", object$origin, NA), object$boundary)
}

#' @rdname deconv_methods
#' @export
nobs.deconv_array <- function(object, ...) object$nobs

#' @rdname deconv_methods
#' @export
deviance.deconv_array <- function(object, ...) {
  squares <- as.vector(object$residuals)^2
  if (!is.null(object$weights)) {
    squares <- (object$weights * squares)[object$weights > 0]
  }
  sum(squares)
}

#' @rdname deconv_methods
#' @export
df.residual.deconv_array <- function(object, ...) object$nobs - object$edf

#' @rdname deconv_methods
#' @export
sigma.deconv_array <- function(object, ...) noise(object)

#' @rdname deconv_methods
#' @export
vcov.deconv_array <- function(object, ...) {
  abort("type", "`vcov()` is that of a signal, not of an image or volume: it would take each pair of values.")
}

#' @rdname deconv_methods
#' @export
confint.deconv_array <- function(object, ...) vcov.deconv_array(object)

#' @rdname deconv_methods
#' @export
as.data.frame.deconv_array <- function(x, ...) {
  found <- stats::coef(x)
  places <- lapply(seq_along(dim(found)), function(a) as.vector(slice.index(found, a)))
  names(places) <- paste0("axis", seq_along(places))
  data.frame(places, x = as.vector(found))
}

#' @rdname deconv_methods
#' @export
summary.deconv_array <- function(object, ...) {
  r <- as.vector(object$residuals)
  if (!is.null(object$weights)) {
    r <- r[object$weights > 0]
  }
  columns <- data.frame(
    nobs = object$nobs, edf = object$edf, df.residual = stats::df.residual(object), sigma = stats::sigma(object),
    deviance = stats::deviance(object), lambda = object$lambda, rule = object$rule %||% NA_character_,
    gap = object$gap, steps = object$steps
  )
  deconv_summary(
    object, array_title(object), describe_axes(dim(object$coefficients)), residual_quantiles(matrix(r)), columns
  )
}
