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

#' Events of a motor task
#'
#' The blocks of the task "finger, foot, lips" of OpenNeuro data set ds000114, in which
#' volunteers moved one of the three: a type for each. (184 scans, one every 2.5 s, cover them.)
#'
#' @format [events()], a data frame with 15 rows:
#' \describe{
#'   \item{onset}{start of the block, in seconds from the first scan}
#'   \item{duration}{15, in seconds}
#'   \item{amplitude}{1, without unit}
#'   \item{trial_type}{`"Finger"`, `"Foot"` or `"Lips"`}
#' }
#' @source Gorgolewski, K. J. and others (2013) A test-retest fMRI dataset for
#'   motor, language and spatial attention functions. _GigaScience_ 2, 6.
#'   \doi{10.1186/2047-217X-2-6}. OpenNeuro ds000114, file
#'   `task-fingerfootlips_events.tsv` (CC0).
#' @examples
#' scans <- scan_times(184, tr = 2.5)
#' X <- regressors(ds000114_events, scans, "spm")
#' matplot(scans, X, type = "l", lty = 1, xlab = "Time (s)", ylab = "Predicted BOLD")
"ds000114_events"
