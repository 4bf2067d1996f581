# Pictures of operators.

#' @rdname conv_operator
#' @param xlab,ylab Titles of the axes.
#' @export
plot.conv_operator <- function(x, ..., xlab = "Column", ylab = "Row") {
  block <- ceiling(max(dim(x)) / 1000)
  if (block == 1 || is_array_operator(x)) {
    A <- as.matrix(x)
    plot_matrix(if (is.complex(A)) Mod(A) else A, ..., xlab = xlab, ylab = ylab)
    return(invisible(x))
  }
  block <- ceiling(max(dim(x)) / 300) # a thin band must still be seen
  A <- coarse_matrix(x, block)
  plot_matrix(A, ..., xaxt = "n", yaxt = "n", xlab = xlab, ylab = ylab)
  for (side in 1:2) {
    at <- pretty(c(1, dim(x)[3L - side]))
    graphics::axis(side, (at - 0.5) / block + 0.5, format_count(at), lwd = 0, lwd.ticks = 1)
  }
  invisible(x)
}

# One cell for each block of `block` x `block` entries: the one of largest modulus. The
# blocks of a Toeplitz matrix form one again, and a boundary folds them as it does
# entries (but for blocks that meet an edge).
coarse_matrix <- function(A, block) {
  if (A@transposed) {
    return(t(coarse_matrix(t(A), block)))
  }
  m <- length(A@h)
  first <- mode_window(A@n, m, A@mode, A@origin)[["first"]]
  size <- ceiling(dim(A) / block)
  h <- if (is.complex(A@h)) Mod(A@h) else A@h
  largest <- function(below) { # in the blocks that lie `below` the main diagonal
    from <- max(first + (below - 1) * block + 1, 0)
    to <- min(first + (below + 1) * block - 1, m - 1)
    h[from + which.max(abs(h[from:to + 1]))]
  }
  below <- ceiling((1 - block - first) / block):floor((m + block - 2 - first) / block)
  kernel <- vapply(below, largest, 0)
  if (A@boundary != "zero") {
    # the two sources of a straight line lie in one block, and their weights add up to 1
    boundary <- if (A@boundary == "extend") "nearest" else A@boundary
    return(conv_matrix(kernel, size[2L], "same", -below[1L], boundary))
  }
  at <- outer(seq_len(size[1L]), seq_len(size[2L]), "-") - below[1L] + 1
  inside <- at >= 1 & at <= length(kernel)
  cells <- matrix(0, size[1L], size[2L])
  cells[inside] <- kernel[at[inside]]
  cells
}
