# What a design can tell: variance inflation, and the efficiency of contrasts.

#' Variance inflation of a design's columns
#'
#' By which factor the variance of a column's coefficient is larger than it would be
#' if the other columns told nothing about it: 1 / (1 - R^2), where R^2 is the share of
#' the column's variance that the others explain.
#' `variance_inflation(cbind(1, a = c(1, 2, 3), b = c(1, 2, 4)))` is 28 for both.
#'
#' @param X A design, made by [design_matrix()], or a numeric matrix with n rows and p
#'   named or unnamed columns.
#'
#' @returns A double vector of length p with the names of the columns: 1 for a column that is
#'   uncorrelated with the others, `Inf` for one that follows from them, NA for
#'   intercepts (in a plain matrix: constant columns) and for columns of zeros. Variance is
#'   taken about the mean, within each run, if there is an intercept, and about 0 otherwise.
#'
#' @section Errors:
#' `convmat_error_type` if `X` is not a numeric matrix; `convmat_error_value` if it is
#' not finite.
#'
#' @section Algorithm and cost:
#' One QR decomposition of the columns scaled to length 1, in O(n p^2). A column counts as
#' following from others if less than 1e-10 of its length is left beside them.
#'
#' @references Marquardt, D. W. (1970) Generalized inverses, ridge regression, biased
#'   linear estimation, and nonlinear estimation. _Technometrics_ 12, 591--612.
#'   \doi{10.1080/00401706.1970.10488699}
#'
#' @seealso [contrast_efficiency()], [design_matrix()]
#' @examples
#' scans <- scan_times(184, tr = 2.5)
#' X <- design_matrix(ds000114_events, scans, "spm")
#' round(variance_inflation(X), 2)
#' @export
variance_inflation <- function(X) {
  check_given()
  intercept <- is_intercept(X)
  X <- check_plain_matrix(X, "X")
  if (nrow(X) == 0L) {
    return(stats::setNames(rep(NA_real_, ncol(X)), colnames(X)))
  }
  zero <- colSums(X != 0) == 0
  # its own length beside the intercepts, and beside all others
  about <- rest_lengths(X, intercept)
  inflation <- (about / rest_lengths(X, rep(TRUE, ncol(X))))^2
  inflation[about == 0] <- Inf
  inflation[intercept | zero] <- NA
  stats::setNames(pmax(inflation, 1), colnames(X))
}

is_intercept <- function(X) {
  columns <- attr(X, "columns")
  if (inherits(X, "design_matrix") && is.data.frame(columns) && nrow(columns) == NCOL(X)) {
    return(columns$kind == "intercept")
  }
  if (!is.matrix(X) || !is.numeric(X) || nrow(X) == 0L) {
    return(rep(FALSE, NCOL(X)))
  }
  colSums(X != rep(X[1L, ], each = nrow(X))) == 0 & X[1L, ] != 0
}

check_plain_matrix <- function(X, arg) {
  known <- !is.object(X) || inherits(X, "design_matrix")
  if (!known || !is.matrix(X) || !(is.numeric(X) || is.logical(X))) {
    abort("type", sprintf("`%s` must be a numeric matrix, not %s.", arg, describe(X)))
  }
  check_finite(X, arg)
  matrix(as.double(X), nrow(X), ncol(X), dimnames = list(NULL, colnames(X)))
}

# For each column the length of what is left of it beside the columns `others` (and not
# itself), in units of its own length.
rest_lengths <- function(X, others) {
  basis <- design_qr(X[, others, drop = FALSE])
  rest <- numeric(ncol(X))
  rest[others] <- basis$rest
  size <- sqrt(colSums(X^2))
  for (j in which(!others & size > 0)) {
    left <- sqrt(sum(qr.resid(basis$qr, X[, j])^2)) / size[j]
    rest[j] <- if (left > 1e-10) left else 0
  }
  rest
}

# A QR decomposition of the columns scaled to length 1. `rest`: how much of each is left
# beside the others. If the rank is not full, that is 0 for all columns in a relation, and
# the others may do without those that follow from the rest.
design_qr <- function(X) {
  if (nrow(X) == 0L) X <- matrix(0, 1L, ncol(X)) # a row of zeros says as little, and is known to qr()
  size <- sqrt(colSums(X^2))
  unit <- X / rep(ifelse(size > 0, size, 1), each = nrow(X))
  qr <- qr(unit, tol = 1e-10)
  p <- ncol(X)
  r <- qr$rank
  rest <- numeric(p)
  kept <- qr$pivot[seq_len(r)]
  R <- qr.R(qr)
  inverse <- if (r > 0L) backsolve(R[seq_len(r), seq_len(r), drop = FALSE], diag(r)) else matrix(0, 0L, 0L)
  rest[kept] <- 1 / sqrt(rowSums(inverse^2))
  relation <- inverse %*% R[seq_len(r), r + seq_len(p - r), drop = FALSE]
  rest[kept[rowSums(abs(relation)) > 1e-8]] <- 0
  list(qr = qr, rest = rest, size = size, kept = kept, inverse = inverse, relation = relation)
}

#' Efficiency of contrasts
#'
#' How precisely a design can estimate a contrast of its coefficients: for a contrast c the
#' value 1 / (c (X'X)^-1 c'), and for several rows C together 1 / trace(C (X'X)^-1 C').
#' Its inverse, times the variance of the noise, is the variance of the estimate.
#' So efficiency compares designs with each other, for the same contrast and scaling.
#' `contrast_efficiency(diag(2), c(1, -1))` is 1/2.
#'
#' @inheritParams variance_inflation
#' @param contrasts A named numeric vector: weights of columns, 0 for those not named; a
#'   vector of p weights without names; a matrix with such weights in each row, taken
#'   together; or a list of these.
#'
#' @returns One double for a vector or a matrix, and for a list one for each entry, with its
#'   names. 0 if the design cannot estimate the contrast, or a part of it.
#'
#' @section Errors:
#' As in [variance_inflation()]; `convmat_error_type` if a contrast is not numeric;
#' `convmat_error_length` if it has no names and not p weights; `convmat_error_value` if a
#' name is not that of a column, or all weights of a row are 0.
#'
#' @section Algorithm and cost:
#' One QR decomposition of the columns scaled to length 1, in O(n p^2).
#'
#' @references Dale, A. M. (1999) Optimal experimental design for event-related fMRI.
#'   _Human Brain Mapping_ 8, 109--114.
#'   \doi{10.1002/(SICI)1097-0193(1999)8:2/3<109::AID-HBM7>3.0.CO;2-W}
#'
#' @seealso [variance_inflation()], [design_matrix()]
#' @examples
#' scans <- scan_times(184, tr = 2.5)
#' efficiency <- function(ev) {
#'   X <- design_matrix(ev, scans, "spm", normalise = "peak")
#'   contrast_efficiency(X, list(fingers = c(Finger = 1), against = c(Finger = 1, Foot = -1)))
#' }
#' efficiency(ds000114_events)
#'
#' # the same blocks, half as long
#' shorter <- ds000114_events
#' shorter$duration <- shorter$duration / 2
#' efficiency(shorter)
#' @export
contrast_efficiency <- function(X, contrasts) {
  check_given()
  X <- check_plain_matrix(X, "X")
  one <- !is.list(contrasts) || is.object(contrasts)
  listed <- if (one) list(contrasts) else contrasts
  names <- if (one) "contrasts" else sprintf("contrasts[[%d]]", seq_along(listed))
  listed <- Map(function(weights, arg) check_contrast(weights, arg, X), listed, names)
  basis <- design_qr(X)
  values <- vapply(listed, function(C) efficiency_of(C, basis), 0)
  if (one) values[[1L]] else stats::setNames(values, names(contrasts))
}

# Columns of length 0 have no coefficient.
efficiency_of <- function(C, basis) {
  C <- C / rep(ifelse(basis$size > 0, basis$size, 1), each = nrow(C))
  kept <- C[, basis$kept, drop = FALSE]
  others <- C[, setdiff(basis$qr$pivot, basis$kept), drop = FALSE]
  # can be estimated if it is a combination of rows of the design
  off <- others - kept %*% basis$relation
  if (any(abs(off) > 1e-8 * max(abs(C)))) {
    return(0)
  }
  1 / sum((kept %*% basis$inverse)^2)
}

# A matrix with a weight for each column of X, one contrast in each row.
check_contrast <- function(weights, arg, X) {
  plain <- !is.object(weights) && (is.numeric(weights) || is.logical(weights))
  if (!plain || length(dim(weights)) > 2L || length(dim(weights)) == 1L) {
    abort("type", sprintf("`%s` must be numeric, a vector or a matrix, not %s.", arg, describe(weights)))
  }
  check_finite(weights, arg)
  names <- if (is.matrix(weights)) colnames(weights) else names(weights)
  rows <- if (is.matrix(weights)) weights else matrix(weights, 1L)
  if (is.null(names)) {
    if (ncol(rows) != ncol(X)) {
      abort(
        "length", sprintf("`%s` must have %d weights, or names, not %d.", arg, ncol(X), ncol(rows)),
        "`X` has as many columns."
      )
    }
    C <- matrix(as.double(rows), nrow(rows), ncol(rows))
  } else {
    lost <- !(names %in% colnames(X)) | duplicated(names)
    if (any(lost)) {
      abort(
        "value", sprintf("`%s` names %s, which is not a column of `X`, or does so twice.", arg, show_string(names[lost][1L])),
        describe_columns(colnames(X))
      )
    }
    C <- matrix(0, nrow(rows), ncol(X))
    C[, match(names, colnames(X))] <- rows
  }
  if (nrow(C) == 0L || any(rowSums(C != 0) == 0)) {
    abort("value", sprintf("`%s` must have a weight that is not 0%s.", arg, if (nrow(C) > 1L) " in each row" else ""))
  }
  C
}
