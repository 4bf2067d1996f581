# The cheat sheet on one page, drawn by the package's own functions. The article draws it; as a
# script it writes cheat-sheet.pdf into the folder given.
library(convmat)

purple <- "#5E4FA2"
shade <- "#EEEBF6"

heading <- function(x, y, text) text(x, y, text, adj = c(0, 0.5), font = 2, cex = 1.1, col = purple)
code <- function(x, y, text, ...) text(x, y, text, adj = c(0, 0.5), family = "mono", cex = 0.72, ...)
note <- function(x, y, text, ...) text(x, y, text, adj = c(0, 0.5), cex = 0.72, ...)

# A small picture of a matrix with its corners at (x, y) and (x + width, y - height).
small_matrix <- function(A, x, y, width, height) {
  op <- par(fig = c(grconvertX(c(x, x + width), to = "ndc"), grconvertY(c(y - height, y), to = "ndc")),
    mar = c(0, 0, 0, 0), new = TRUE)
  plot_matrix(A, key = FALSE, axes = FALSE, xlab = "", ylab = "")
  par(op)
  par(usr = c(0, 100, 0, 140), xpd = NA, mar = rep(0.4, 4), fig = c(0, 1, 0, 1))
}

sheet <- function() {
  par(mar = rep(0.4, 4), xpd = NA)
  plot(
    NULL,
    xlim = c(0, 100), ylim = c(0, 140), axes = FALSE, xlab = "", ylab = "", xaxs = "i", yaxs = "i"
  )
  text(2, 137, "convmat: conv(x, h)", adj = c(0, 0.5), font = 2, cex = 1.8)
  note(46, 137, "x: the signal, n samples.  h: the kernel, m samples.  F: all n + m - 1 sums of shifted, scaled kernels.")

  # ---- modes: the matrix of each, rows are outputs
  heading(2, 131, "Modes: which outputs to keep")
  x <- c(1, 2, 3)
  h <- c(1, 10, 100, 1000)
  modes <- c("full", "same", "causal", "valid")
  keep <- c("all of F", "n, from the kernel's middle", "the first n, as for scans", "no sample outside")
  for (i in 1:4) {
    y <- 126 - 6.2 * (i - 1)
    code(2, y, sprintf("mode = \"%s\"", modes[i]))
    note(21, y, keep[i])
    code(47, y, paste(conv(x, h, modes[i]), collapse = " "))
  }
  code(47, 131, "x = 1 2 3, h = 1 10 100 1000")
  for (i in 1:4) {
    A <- conv_matrix(c(1, 2, 3), 7, modes[i])
    tall <- nrow(A) * 2.4
    left <- 2 + 25 * (i - 1)
    note(left, 100, sprintf("%s: %d x %d", modes[i], nrow(A), ncol(A)))
    small_matrix(A, left, 98, 17, tall)
  }

  # ---- boundaries
  heading(2, 71, "Boundaries: what stands outside (modes same and causal)")
  boundaries <- c("zero", "wrap", "nearest", "reflect", "mirror", "extend", "missing")
  for (i in 1:7) {
    y <- 66.4 - 3.5 * (i - 1)
    # what stands `by` places before 10 or after 13, by a kernel with a single 1
    outside <- function(by, last) {
      k <- replace(numeric(3), if (last) 1 else by + 1, 1)
      z <- conv(10:13, k, "same", if (last) by else 0, boundaries[i])
      if (last) z[4] else z[1]
    }
    shown <- function(value) paste(format(value, width = 2), collapse = " ")
    code(2, y, sprintf("\"%s\"", boundaries[i]))
    code(16, y, shown(c(outside(2, FALSE), outside(1, FALSE))), col = "grey45")
    code(23, y, "10 11 12 13", font = 2)
    code(36, y, shown(c(outside(1, TRUE), outside(2, TRUE))), col = "grey45")
    if (boundaries[i] != "missing") {
      small_matrix(conv_matrix(c(1, 2, 3, 2, 1), 12, "same", boundary = boundaries[i]), 45, y + 1.5, 8, 3)
    }
  }

  # ---- missing values
  heading(58, 71, "Missing values in x")
  x <- c(1, NA, 3, 4, 5)
  third <- c(1, 1, 1) / 3
  for (i in 1:3) {
    na <- c("propagate", "zero", "renormalise")[i]
    y <- 66 - 4.6 * (i - 1)
    code(58, y, sprintf("\"%s\"", na))
    code(76, y, paste(format(round(conv(x, third, "same", na = na), 2), nsmall = 0, trim = TRUE), collapse = " "))
  }
  note(58, 52, "x = 1 NA 3 4 5 with a mean of three, mode same;")
  note(58, 48.6, "renormalise: the mean of what is there")

  # ---- forms
  heading(2, 39, "Forms of the matrix")
  h <- rep(1, 20)
  n <- 1e5
  bytes <- function(b) {
    unit <- floor(log10(b) / 3)
    paste(format(signif(b / 1000^unit, 2)), c("bytes", "kB", "MB", "GB")[unit + 1])
  }
  forms <- list(
    c("conv_matrix(h, n)", "dense", bytes(8 * (n + 19) * n), "any matrix function"),
    c("conv_matrix(h, n, sparse = TRUE)", "sparse", bytes(12 * 20 * n + 4 * (n + 1)), "regression, solvers of Matrix"),
    c("conv_operator(h, n)", "operator", bytes(8 * 20), "products A %*% x, t(A) %*% y, n in the millions"),
    c("conv(x, h)", "no matrix", "0 bytes", "the product itself, fastest")
  )
  note(63, 39, "for m = 20, n = 100,000")
  for (i in seq_along(forms)) {
    y <- 34.4 - 4.2 * (i - 1)
    code(2, y, forms[[i]][1])
    note(42, y, forms[[i]][2])
    note(53, y, forms[[i]][3])
    note(65, y, forms[[i]][4])
  }

  # ---- more
  heading(2, 15.5, "And more")
  more <- list(
    c("correlate(x, h)", "the kernel not flipped"),
    c("deconv(y, h)", "back to the signal"),
    c("conv(x, h, \"same\", m %/% 2)", "the middle of MATLAB and filter()"),
    c("regressors(events, times)", "fMRI: exact, no grid"),
    c("plot_steps(x, h, k)", "single outputs; explore_conv(): a slider"),
    c("?convmat", "the map; ?conv: coming from other systems")
  )
  for (i in seq_along(more)) {
    left <- if (i <= 3) 2 else 54
    y <- 11.5 - 4 * ((i - 1) %% 3)
    code(left, y, more[[i]][1])
    note(left + if (i <= 3) 27 else 22, y, more[[i]][2], col = "grey25")
  }
}

if (sys.nframe() == 0L) {
  cairo_pdf(file.path(commandArgs(TRUE)[1L], "cheat-sheet.pdf"), width = 12, height = 8.67)
  sheet()
  invisible(dev.off())
}
