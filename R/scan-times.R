#' The times of scans
#'
#' The times, in seconds, that stand for the scans of a run. Scan k, counted from 0,
#' takes from k tr to (k + 1) tr; `reference` says which moment of it counts.
#' `scan_times(4, tr = 2.5)` is 0 2.5 5 7.5.
#'
#' @param n A whole number: how many scans.
#' @param tr A number above 0: seconds from one scan to the next.
#' @param reference Which part of a scan has passed at its time, from 0 to 1; or
#'   `"start"` for 0, `"middle"` for 0.5, or `"spm"` for 7/16.
#'
#' @returns A double vector of `n` times in seconds, `(k + reference) * tr` for k = 0,
#'   ..., n - 1. Events that start with the first scan have onset 0.
#'
#' @section Which one:
#' `"start"` is right if slices were not corrected for time or were moved to the
#' first one; it is the default of nilearn (`slice_time_ref = 0`). `"middle"` is right
#' after a correction to the middle of the scan, as fMRIPrep makes by
#' default. SPM reads its regressors at bin `fMRI_T0` of `fMRI_T`, counted from 1,
#' which by default is the 8th of 16: (8 - 1)/16 of a scan after its start, hence
#' `"spm"`. For other settings use `(T0 - 1) / T`.
#'
#' @section Warnings:
#' `convmat_warning_value` if `tr` is above 20 s, which may be meant as milliseconds.
#'
#' @section Errors:
#' `convmat_error_type`, `convmat_error_length` or `convmat_error_value` if an
#' argument is not one number in its range or, for `reference`, one of the names.
#'
#' @section Algorithm and cost:
#' One multiplication for each scan.
#'
#' @references Sladky, R. and others (2011) Slice-timing effects and their correction in
#'   functional MRI. _NeuroImage_ 58, 588--594.
#'   \doi{10.1016/j.neuroimage.2011.06.078}
#'
#' @seealso [regressors()]
#' @family events
#' @examples
#' scan_times(4, tr = 2.5)
#' scan_times(4, tr = 2.5, reference = "middle")
#' @export
scan_times <- function(n, tr, reference = 0) {
  check_given()
  n <- check_count(n, "n", least = 0)
  tr <- check_number(tr, "tr", "a number above 0", function(v) v > 0 && v < Inf)
  if (is.character(reference)) {
    named <- c(start = 0, middle = 0.5, spm = 7 / 16)
    reference <- named[[check_choice(reference, names(named), "reference")]]
  }
  reference <- check_number(
    reference, "reference", "a number from 0 to 1",
    function(v) v >= 0 && v <= 1
  )
  if (tr > 20) {
    warn("value", sprintf("`tr` is %s seconds. Were milliseconds meant?", format_count(tr)))
  }
  check_memory(8 * n, "Too many scans: their times need")
  (seq_len(n) - 1 + reference) * tr
}
