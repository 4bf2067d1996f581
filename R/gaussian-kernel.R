#' Gaussian kernels by their width
#'
#' Points of a bell curve that sum to 1, for smoothing by [conv()] or [conv_array()].
#' `gaussian_kernel(2, radius = 2)` has 5 points, of which those one from the middle are half as high as it.
#' And
#' `conv_array(volume, gaussian_kernel(6, spacing = c(2, 2, 3)), "same")` smooths a volume with voxels of
#' 2 x 2 x 3 mm by a full width at half maximum of 6 mm.
#'
#' @param fwhm The full width at half maximum, not negative: one number, or one for each axis,
#'   in the unit of `spacing`. 0 does not smooth.
#' @param spacing The distance of neighbouring samples, positive: one number, or one for each
#'   axis. The default counts in samples.
#' @param radius How far from its centre the kernel reaches, not negative: one number, or one for
#'   each axis, in the unit of `spacing`; NULL for 6 standard deviations.
#'
#' @returns For one axis a double vector of odd length \eqn{2r + 1}{2 r + 1}, where r is `radius` /
#'   `spacing` rounded to a whole number, with sum 1: the points
#'   \eqn{\exp(-t^2 / 2 \sigma^2)}{exp(-t^2 / (2 sd^2))} at \eqn{t = -r, \ldots, r}{t = -r, ..., r} times `spacing`,
#'   divided by their sum, where \eqn{\sigma}{sd} = `fwhm` / \eqn{\sqrt{8 \ln 2}}{sqrt(8 ln 2)}; NULL if `fwhm` is 0. If an argument
#'   has several values, a list with one of these for each axis, as [conv_array()] takes it.
#'
#' @section Other software:
#' SPM's `spm_smooth()` also goes to 6 standard deviations, and integrates the curve over each voxel (with linear
#' interpolation), where points are taken here: its kernels are a little wider. `scipy.ndimage.gaussian_filter()` takes points,
#' as here, and cuts at 4 standard deviations: `radius = round(4 * sd)`.
#'
#' @section Errors:
#' `convmat_error_type` if an argument is not numeric; `convmat_error_length` if numbers of values do not
#' fit; `convmat_error_value` if a width or radius is negative or a spacing not positive;
#' `convmat_error_memory` if the kernel would not fit into memory.
#'
#' @section Algorithm and accuracy:
#' The formula as it stands, one exponential for each point. Where a standard deviation is below half the
#' spacing the points are few and their width is not `fwhm` any more: no kernel on that grid has it.
#'
#' @references Worsley, K. J. and others (1996) A unified statistical approach for determining
#'   significant signals in images of cerebral activation. _Human Brain Mapping_ 4, 58--73.
#'   \doi{10.1002/(SICI)1097-0193(1996)4:1<58::AID-HBM4>3.0.CO;2-O}
#'
#' @seealso [conv_array()], [conv()]
#' @family convolution
#' @examples
#' gaussian_kernel(2, radius = 3)
#'
#' smooth <- conv_array(volcano, gaussian_kernel(c(8, 8)), "same", boundary = "reflect")
#' image(smooth, asp = 61 / 87)
#' @export
gaussian_kernel <- function(fwhm, spacing = 1, radius = NULL) {
  check_given()
  given <- list(
    fwhm = check_widths(fwhm, "fwhm", "not be negative", function(v) v >= 0),
    spacing = check_widths(spacing, "spacing", "be positive", function(v) v > 0)
  )
  if (!is.null(radius)) {
    given$radius <- check_widths(radius, "radius", "not be negative", function(v) v >= 0)
  }
  given <- check_common_length(given, least = 1L)
  sd <- given$fwhm / sqrt(8 * log(2))
  reach <- if (is.null(radius)) 6 * sd else given$radius
  r <- round(reach / given$spacing)
  check_memory(max(8 * (2 * r + 1)), "`fwhm` is too large: the kernel needs")
  kernels <- Map(bell, sd, given$spacing, r)
  if (length(kernels) == 1L) kernels[[1L]] else unname(kernels)
}

# Points of a bell curve at r places to both sides, with sum 1.
bell <- function(sd, spacing, r) {
  if (sd == 0) {
    return(NULL)
  }
  points <- exp(-((-r:r) * spacing / sd)^2 / 2)
  points / sum(points)
}

check_widths <- function(x, arg, must, ok) {
  x <- check_numbers(x, arg)
  if (!all(ok(x))) {
    abort("value", sprintf("`%s` must %s, as %s is.", arg, must, show_value(x[!ok(x)][1L])), locations(!ok(x)))
  }
  x
}
