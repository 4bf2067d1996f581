# man/figures/conv-modes.png, the picture in ?conv: the matrices of the modes and
# of the boundaries, with the kernel's weights as numbers. Run from the package's
# folder after installing it.
library(convmat)

n <- 6
h <- 1:4
shades <- hcl.colors(100, "Purples", rev = TRUE)[5:70]

panel <- function(A, main, first) {
  plot_matrix(A,
    col = shades, zlim = c(0, 9), key = FALSE, axes = FALSE, xlab = "", ylab = ""
  )
  title(main, line = 1.5)
  axis(3, 1:n, 0:(n - 1), tick = FALSE, mgp = c(0, 0.1, 0), col.axis = "grey40")
  axis(2, seq_len(nrow(A)), first + seq_len(nrow(A)) - 1,
    tick = FALSE, mgp = c(0, 0.3, 0), col.axis = "grey40"
  )
  shown <- which(!is.na(A) & A != 0)
  text(col(A)[shown], row(A)[shown], A[shown])
}

# The rows that a mode cuts from the full matrix, in their places.
mode_panel <- function(mode, first, main) {
  A <- conv_matrix(h, n, mode)
  placed <- matrix(NA, n + length(h) - 1, n)
  placed[first + seq_len(nrow(A)), ] <- A
  panel(placed, main, 0)
  rect(0.5, first + 0.5, n + 0.5, first + nrow(A) + 0.5, lwd = 2)
}

png("man/figures/conv-modes.png", width = 1500, height = 900, res = 160)
layout(matrix(c(1:4, 10, 5:9), 2, byrow = TRUE), heights = c(9 + 2, 6 + 2))
par(mar = c(0.5, 1.6, 3.1, 0.5), las = 1, font.main = 1, cex.main = 1.2)
mode_panel("full", 0, "full")
mode_panel("same", 1, "same (origin 1)")
mode_panel("causal", 0, "causal")
mode_panel("valid", 3, "valid")
for (boundary in c("zero", "wrap", "nearest", "reflect", "mirror")) {
  panel(conv_matrix(h, n, "same", boundary = boundary), paste("same,", boundary), 1)
}
par(mar = c(0.5, 0, 2.7, 0))
plot.new()
text(0.05, 0.6, adj = 0, cex = 1.2, paste(
  "Columns:\nsamples of x, 0 to 5", "Rows:\nvalues of F, 0 to 8", "Numbers:\nweights of x in F\nfor h = (1, 2, 3, 4)",
  sep = "\n\n"
))
invisible(dev.off())

# man/figures/walkthrough.png, the figure in the README: what the walkthrough is
# about, in one picture.
x <- neural_signal(events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3)), 0:39)[, 1]
S <- shifted_scaled_kernels(x, hrf(0:19))

png("man/figures/walkthrough.png", width = 1400, height = 1100, res = 180)
par(mfrow = c(2, 1), mar = c(3.5, 4, 2, 4.2), mgp = c(2.3, 0.6, 0), las = 1, font.main = 1)
plot_matrix(S,
  main = "One shifted, scaled response for each second of activity", axes = FALSE,
  xlab = "", ylab = "Time of the activity (s)"
)
axis(1, seq(1, 59, 10), seq(0, 58, 10))
axis(2, seq(1, 40, 10), seq(0, 39, 10))
plot(0:58, colSums(S),
  type = "h", lwd = 3, col = "#5E4FA2", xlim = c(-0.5, 58.5), xaxs = "i", bty = "l",
  main = "Column sums: the predicted BOLD signal", xlab = "Time (s)", ylab = "Predicted BOLD"
)
invisible(dev.off())
