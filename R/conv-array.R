#' Convolution of images, volumes and arrays of any rank
#'
#' The convolution of [conv()] along every axis at once: an image with a kernel that is a
#' small image, a volume with a small volume. `conv()` itself takes a matrix as signals
#' side by side, one in each column. `conv_array(diag(3), matrix(1, 3, 3), "same")` counts the ones in
#' the 3 x 3 cells around each. With indices from 0, for two axes,
#' \deqn{F_{k_1 k_2} = \sum_{j_1, j_2} x_{j_1 j_2} h_{k_1 - j_1, k_2 - j_2},}{F[k1, k2] = sum_(j1, j2) x[j1, j2] h[k1 - j1, k2 - j2],}
#' where samples outside `x` and `h` count as 0, and likewise for more.
#'
#' `correlate_array()` does not reverse the kernel: it is `conv_array()` with `h` back to
#' front along each axis and, if complex, conjugated. That is what many programs for images
#' call a filter.
#'
#' @param x The array: numeric, logical or complex, with 1 to 8 axes. A vector has one. It may
#'   hold missing and infinite values.
#' @param h The kernel: an array of as many axes as `x`, of any size, all of it finite. Or a
#'   list with one kernel, or NULL, for each axis: their outer product, which is computed axis
#'   by axis; NULL leaves an axis as it is, whatever mode, boundary and origin say for it.
#'   [gaussian_kernel()] makes such lists.
#' @param mode,origin,boundary As for [conv()]: one value for all axes, or one for each;
#'   NA in `origin` means the default there. Mode `"valid"` is taken axis by axis, also where
#'   `h` is longer than `x` on some axes and shorter on others.
#' @param na What to do with missing values in `x`, as for [conv()]. The terms of an output
#'   are its products with all samples of `h`, or of the outer product. For `"renormalise"`,
#'   sums and weights are each taken over the whole kernel, and divided once. A
#'   sample is missing if it lies outside along any axis whose boundary is `"missing"`.
#' @param method,threads As for [conv()].
#'
#' @returns A double array, complex if `x` or `h` is, with as many axes as `x`. Along an axis
#'   with n samples and a kernel of m, its length is n + m - 1 in mode `"full"`, n in modes
#'   `"same"` and `"causal"`, max(n, m) - min(n, m) + 1 in mode `"valid"`; 0 if n is 0.
#'   `dimnames` stay on axes of mode `"same"` or `"causal"`, and on those with kernel NULL. For a
#'   vector it is what [conv()] gives, to the last bit.
#'
#' @section Coming from another system:
#' With an image `x`, a kernel `h`, `n <- dim(x)`, `m <- dim(h)`:
#'
#' | there | here |
#' |---|---|
#' | `scipy.signal.convolve2d(x, h)`, `fftconvolve(x, h)`, `oaconvolve(x, h)`, MATLAB `conv2(x, h)`, `convn(x, h)` | `conv_array(x, h)` |
#' | `scipy.signal.convolve2d(x, h, "same")`, `fftconvolve(x, h, "same")` | `conv_array(x, h, "same")` |
#' | MATLAB `conv2(x, h, "same")`, `convn(x, h, "same")` | `conv_array(x, h, "same", origin = m %/% 2)` |
#' | MATLAB `conv2(x, h, "valid")`, `scipy.signal.convolve2d(x, h, "valid")`, n >= m | `conv_array(x, h, "valid")` |
#' | MATLAB `conv2(u, v, x)` | `conv_array(x, list(u, v))` |
#' | MATLAB `imfilter(x, h, "conv")` | `conv_array(x, h, "same", origin = m %/% 2)` |
#' | MATLAB `imfilter(x, h)`, odd m; with `"replicate"`, `"symmetric"`, `"circular"` | `correlate_array(x, h, "same")`; `boundary = "nearest"`, `"reflect"`, `"wrap"` |
#' | `scipy.ndimage.convolve(x, h, mode = "constant")`; `"wrap"`, `"nearest"`, `"reflect"` and `"mirror"` as the `boundary` | `conv_array(x, h, "same", origin = m %/% 2)` |
#' | `scipy.ndimage.correlate(x, h)`, odd m | `correlate_array(x, h, "same", boundary = "reflect")` |
#' | `scipy.ndimage.gaussian_filter(x, sd)` | `conv_array(x, rep(list(gaussian_kernel(sd * sqrt(8 * log(2)), radius = round(4 * sd))), length(n)), "same", boundary = "reflect")` |
#' | `terra::focal(x, h)`, `imagine::convolution2D(x, h)`, odd m (correlations; NA at the edges) | `correlate_array(x, h, "same", boundary = "missing")` |
#' | `spatstat.explore::blur(x, sd, bleed = FALSE)`; with `normalise = TRUE` | `conv_array(x, rep(list(gaussian_kernel(sd * sqrt(8 * log(2)), radius = 12 * sd)), 2), "same")`; with `boundary = "missing"`, `na = "renormalise"` |
#' | `EBImage::filter2(x, h)`, odd m | `conv_array(x, h, "same", boundary = "wrap")` |
#' | astropy's `convolve(x, h)`, odd m (it divides `h` by its sum, and averages over NaN) | `conv_array(x, h / sum(h), "same", na = "renormalise")` |
#'
#' `bench/arrays/equivalents.md` in the sources of the package compares all but that of EBImage, which is from its
#' documentation.
#'
#' @section Errors:
#' `convmat_error_type` if `x` or `h` is anything else than numbers in an array without a
#' class, or `h` is complex where it must be real; `convmat_error_length` if `h` is empty, or has
#' another number of axes than `x`, if `mode`, `origin` or `boundary` has another number of
#' values, or `x` has one sample along an axis where boundary `"extend"` needs two;
#' `convmat_error_value` as for [conv()]; `convmat_error_memory` if the result needs more than
#' `getOption("convmat.max_bytes")`, by default half of the machine's memory.
#'
#' @section Algorithm and accuracy:
#' The promise is that of [conv()], for every output: it lies within 1e-11 B of the exact sum,
#' where B is the sum of the moduli of its own terms, however bright its neighbours are. Whole
#' numbers give whole numbers, exact while B is at most \eqn{2^{53}}{2^53}. The same call gives the same
#' bits, for any number of threads.
#'
#' With zeros after each row, each plane and so on, arrays become signals whose convolution
#' holds that of the arrays (Kronecker's substitution): rows are laid end to end, so far apart
#' that what runs over the end of one meets no output. So the methods of [conv()] serve for
#' arrays: sums that skip the zeros of such a kernel, at one multiply-add for each of its
#' samples, or Fourier transforms of blocks, whichever is faster. Real kernels of up to some 200 samples (fewer without
#' AVX-512) are sums over rows of the array where they lie, with no copy of it. A list of kernels takes one
#' pass along each axis, m1 + m2 + ... multiply-adds an output instead of m1 m2 ...; all passes
#' are direct sums, whose errors together stay far below the promise. Where a partial sum might overflow or
#' lose digits though the whole does not, and where samples are infinite, the outer product
#' is used. A real array `h` that is an outer product, to within 7e-15 of each of its samples (exactly, if they are
#' whole numbers), is found out, and taken so as well where that is faster; not with `method = "direct"`.
#'
#' Boundaries take a copy of the array with m - 1 more samples along each axis. A list of real kernels does not, if all
#' samples are finite.
#' Missing and infinite samples are taken out first, and put back into the outputs that they reach. If `x` and
#' `h` are both complex all this happens four times. Last axes on which the kernel has one
#' sample, as the time of a series of volumes, are taken some slices at a time, and large arrays some outputs at a time
#' along the last axis on which it has more. So memory beside `x` and the result, whatever their size, is some 50 MB, and
#' none where a list of real kernels leaves lengths as they are. It is more where 3 m slices of an array of three
#' axes, with m the kernel's length along the last, are large, and a complex result is there twice.
#'
#' @references Nussbaumer, H. J. (1982) _Fast Fourier Transform and Convolution
#'   Algorithms_, 2nd ed., section 3.3. Springer. \doi{10.1007/978-3-642-81897-4}
#'
#' @seealso [gaussian_kernel()]; [deconv()], which undoes a blur; [conv()] for signals, and for what modes, origins and
#'   boundaries mean.
#' @family convolution
#' @examples
#' x <- matrix(0, 5, 6)
#' x[2, 2] <- 1
#' x[4, 5] <- 10
#' h <- matrix(1:9, 3)
#' conv_array(x, h, "same") # a copy of the kernel around each of the two
#'
#' # edges of a picture: what stands outside matters
#' laplace <- matrix(c(0, 1, 0, 1, -4, 1, 0, 1, 0), 3)
#' edges <- conv_array(volcano, laplace, "same", boundary = "nearest")
#' image(edges, asp = 61 / 87)
#'
#' # a mean over 5 x 5, axis by axis, that leaves out what is missing
#' gaps <- volcano
#' gaps[30:34, 20:24] <- NA
#' box <- rep(1 / 5, 5)
#' smooth <- conv_array(gaps, list(box, box), "same", boundary = "missing", na = "renormalise")
#' anyNA(smooth[-32, ])
#'
#' # 20 volumes smoothed in space, and not in time: voxels of 2 x 2 x 3 mm, 6 mm FWHM
#' series <- array(rnorm(16 * 16 * 10 * 20), c(16, 16, 10, 20))
#' h <- c(gaussian_kernel(6, spacing = c(2, 2, 3), radius = 9), list(NULL))
#' smooth <- conv_array(series, h, "same", boundary = "reflect")
#' dim(smooth)
#' @export
conv_array <- function(x, h, mode = "full", origin = NULL, boundary = "zero", na = "propagate",
                       method = "auto", threads = getOption("convmat.threads")) {
  check_given()
  plain <- open_arrays(x, h)
  if (!is.null(plain)) {
    y <- conv_array(plain$x, plain$h, mode, origin, boundary, na, method, threads)
    return(conv_restore(y, x, h = h))
  }
  x <- check_array(x, "x")
  nx <- array_sizes(x)
  h <- check_array_kernel(h, length(nx))
  nh <- kernel_sizes(h)
  options <- array_options(mode, origin, boundary, na, method, nx, h, nh)
  if (na == "renormalise") {
    for (own in if (is.list(h)) h else list(h)) {
      if (!is.null(own)) check_renormalisable(as.vector(own))
    }
  }
  check_threads(threads)
  kept <- keeps_axis(options, h)
  if (length(nx) == 1L) {
    return(conv_one_axis(x, h, mode, origin, boundary, na, method, threads, kept))
  }
  ny <- check_array_result(x, h, nx, nh, options)
  y <- if (any(nx == 0)) {
    if (has_complex(x) || has_complex(h)) complex(0) else numeric(0)
  } else {
    run <- if (na == "renormalise") renormalise_arrays else convolve_as_given
    apart <- if (is.list(h)) fitting_kernels(h) else separated_kernel(x, h, nh, options)
    y <- if (!is.null(apart)) run(x, nx, apart, nh, options, threads)
    if (is.null(y)) run(x, nx, if (is.list(h)) outer_kernel(h, nh) else h, nh, options, threads) else y
  }
  dim(y) <- ny
  if (!is.null(dimnames(x))) {
    dimnames(y) <- kept_dimnames(dimnames(x), kept)
  }
  y
}

# NULL if h is a list, and the promise would not be kept axis by axis.
convolve_as_given <- function(x, nx, h, nh, options, threads) {
  .Call(ffi_conv_array, x, nx, h, nh, options, threads, progress("Convolving"))
}

# A vector, as conv() does it.
conv_one_axis <- function(x, h, mode, origin, boundary, na, method, threads, kept) {
  if (is.list(h)) {
    h <- h[[1L]]
  }
  if (is.null(h)) { # the signal as it is
    h <- 1
    mode <- "causal"
    origin <- NULL
    boundary <- "zero"
  }
  if (is.null(dim(x))) {
    return(conv(x, h, mode, one_origin(origin), boundary, na, method, threads))
  }
  y <- conv(as.vector(x), as.vector(h), mode, one_origin(origin), boundary, na, method, threads)
  array(y, length(y), if (!is.null(dimnames(x))) kept_dimnames(dimnames(x), kept))
}

one_origin <- function(origin) if (is.null(origin) || is.na(origin)) NULL else origin

#' @rdname conv_array
#' @param ... Further arguments of `conv_array()`: `boundary`, `na`, `method`, `threads`; but
#'   not `origin`.
#' @export
correlate_array <- function(x, h, mode = "full", ...) {
  check_given()
  plain <- open_arrays(x, h)
  if (!is.null(plain)) {
    return(conv_restore(correlate_array(plain$x, plain$h, mode, ...), x, h = h))
  }
  x <- check_array(x, "x")
  h <- check_array_kernel(h, length(array_sizes(x)))
  correlations <- setdiff(modes, "causal")
  if (!is.character(mode)) check_choice(mode, correlations, "mode")
  for (one in check_axes(mode, length(array_sizes(x)), "mode")) check_choice(one, correlations, "mode")
  if ("origin" %in% ...names()) {
    abort("value", "`origin` has no meaning for a correlation, whose lags are fixed.")
  }
  conv_array(x, reverse_axes(h), mode, origin = NULL, ...)
}

# The kernel back to front along each axis, conjugated.
reverse_axes <- function(h) {
  if (is.list(h)) {
    return(lapply(h, function(own) if (!is.null(own)) reverse_axes(as.vector(own))))
  }
  back <- rev(h) # of an array in R's order that is back to front along all axes
  array(if (is.complex(h)) Conj(back) else back, array_sizes(h))
}
