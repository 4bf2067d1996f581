# Names, dates and shape of what deconv() returns.

dress_signal <- function(x, y, mode, origin, nh) {
  n <- nrow(x)
  keeps_length <- mode %in% c("same", "causal")
  if (!is.matrix(y)) {
    x <- drop_matrix(x)
    if (keeps_length) {
      names(x) <- names(y)
    }
  } else {
    dimnames(x) <- if (keeps_length) dimnames(y) else if (!is.null(colnames(y))) list(NULL, colnames(y))
  }
  if (stats::is.ts(y)) {
    before <- if (mode == "valid") min(n, nh) - 1 else 0
    shift <- if (keeps_length) 0 else (if (is.null(origin)) 0 else as.double(origin)) - before
    attr(x, "tsp") <- new_tsp(y, shift, n)
    class(x) <- ts_class(NCOL(x))
  }
  x
}

dress_like <- function(x, y) {
  if (!is.matrix(y)) {
    x <- drop_matrix(x)
  }
  for (name in c("names", "dimnames", "tsp", "class")) {
    attr(x, name) <- attr(y, name)
  }
  x
}

drop_matrix <- function(x) {
  dim(x) <- NULL
  x
}
