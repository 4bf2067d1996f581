#' Events of a real fMRI run
#'
#' The task blocks of one run of subject 9 in OpenNeuro data set ds000114: 173
#' scans, one every 2.5 s.
#'
#' @format [events()], a data frame with 7 rows:
#' \describe{
#'   \item{onset}{start of the block, in seconds from the first scan}
#'   \item{duration}{30, in seconds}
#'   \item{amplitude}{1, without unit}
#' }
#' @source Gorgolewski, K. J. and others (2013) A test-retest fMRI dataset for
#'   motor, language and spatial attention functions. _GigaScience_ 2, 6.
#'   \doi{10.1186/2047-217X-2-6}. OpenNeuro ds000114, through the condition
#'   file `ds114_sub009_t2r1_cond.txt` of nipraxis-data (public domain).
#' @examples
#' scans <- (0:172) * 2.5
#' neural <- neural_signal(ds114_events, scans)[, 1]
#' bold <- conv(neural, hrf(seq(0, 27.5, by = 2.5), "nipraxis"), mode = "causal")
#' plot(scans, bold, type = "l", xlab = "Time (s)", ylab = "Predicted BOLD")
"ds114_events"
