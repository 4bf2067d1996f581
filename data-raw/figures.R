# Two pictures in ?conv, of where each output comes from: man/figures/conv-modes.png has
# the kernel under the signal for every output, and which outputs a mode keeps;
# man/figures/conv-boundaries.png what stands outside of the signal. Run from the package's
# folder after installing it.
library(convmat)

x <- letters[1:6]
h <- 1:4
n <- length(x)
m <- length(h)
shade <- c("#E6E1F2", "#CFC6E6", "#B3A5D6", "#9583C4") # of weight 1 to 4
blank <- "white"
paper <- "#F3F3F3"
dark <- "#5E4FA2"

# A cell with its middle at (at, row), rows counted downwards.
cell <- function(at, row, text, fill = blank, border = "grey60", ...) {
  rect(at - 0.5, row - 0.42, at + 0.5, row + 0.42, col = fill, border = border)
  text(at, row, text, ...)
}

# "3a + 2b + 1c", from the weights of x and what they are called.
formula_of <- function(weight, name = x) {
  paste0(weight, name)[weight != 0] |> paste(collapse = " + ")
}

png("man/figures/conv-modes.png", width = 1800, height = 1070, res = 160)
par(mar = rep(0.3, 4), xpd = NA)
plot(NULL, xlim = c(-6.3, 23.2), ylim = c(10.3, -2.4), axes = FALSE, xlab = "", ylab = "", xaxs = "i", yaxs = "i")
A <- conv_matrix(h, n)
text(2.5, -1.95, "The kernel (1, 2, 3, 4), back to front, under the signal", cex = 1.05)
text(-3.7, -1, "signal x", adj = 1, cex = 1.05)
for (at in -3:8) {
  inside <- at >= 0 && at < n
  cell(at, -1, if (inside) x[at + 1] else "0", if (inside) "grey88" else blank,
    if (inside) "grey40" else "grey80", font = if (inside) 2 else 1, col = if (inside) "black" else "grey60")
}
segments(c(-0.5, n - 0.5), -0.5, c(-0.5, n - 0.5), 8.6, lty = 3, col = "grey50")
for (k in 0:8) {
  text(-3.7, k, paste0("F[", k, "]"), adj = 1, cex = 1.05)
  for (i in 0:3) {
    at <- k - i
    inside <- at >= 0 && at < n
    cell(at, k, h[i + 1], if (inside) shade[i + 1] else blank, if (inside) dark else "grey80",
      col = if (inside) "black" else "grey70")
  }
  text(9.3, k, paste("=", formula_of(A[k + 1, ])), adj = 0)
}
modes <- list(
  full = list(0:8, "they touch\nat all"),
  same = list(1:6, "the 2 is\nunder a\nsample"),
  causal = list(0:5, "the 1 is\nunder a\nsample"),
  valid = list(3:5, "all four\nare under\nsamples")
)
for (j in seq_along(modes)) {
  at <- 15.6 + 2.1 * (j - 1)
  keep <- modes[[j]][[1]]
  stopifnot(identical(conv(10^(0:5), h, names(modes)[j]), conv(10^(0:5), h)[keep + 1]))
  text(at, -1, names(modes)[j], font = 2, cex = 1.05)
  for (k in 0:8) {
    kept <- k %in% keep
    rect(at - 0.8, k - 0.42, at + 0.8, k + 0.42, col = if (kept) dark else paper, border = NA)
    if (kept) text(at, k, paste0("y[", k - keep[1] + 1, "]"), col = "white")
  }
  text(at, 8.75, modes[[j]][[2]], adj = c(0.5, 1), cex = 0.9)
}
text(18.75, -1.95, "What each mode keeps, as R counts", cex = 1.05)
text(13.9, 8.75, "It keeps the\nplaces where", adj = c(1, 1), cex = 0.9)
invisible(dev.off())

# man/figures/conv-boundaries.png
png("man/figures/conv-boundaries.png", width = 1800, height = 1060, res = 160)
par(mar = rep(0.3, 4), xpd = NA)
plot(NULL, xlim = c(-7.2, 19.9), ylim = c(8.75, -1.5), axes = FALSE, xlab = "", ylab = "", xaxs = "i", yaxs = "i")
colour <- adjustcolor(hcl.colors(n, "Spectral"), 0.75)
outside <- list(
  zero = c("0", "0", "0", "0", "0", "0"), wrap = c("d", "e", "f", "a", "b", "c"),
  nearest = c("a", "a", "a", "f", "f", "f"), reflect = c("c", "b", "a", "f", "e", "d"),
  mirror = c("d", "c", "b", "e", "d", "c"), missing = rep("NA", 6),
  extend = c("4a-3b", "3a-2b", "2a-b", "2f-e", "3f-2e", "4f-3e")
)
text(-4, -0.9, "boundary", font = 2, adj = 1)
text(-2, -0.9, "before")
text(2.5, -0.9, "the signal")
text(7, -0.9, "after")
text(9.2, -0.9, "first output, y[1]", adj = 0)
text(15, -0.9, "last output, y[6]", adj = 0)
# The weight of a letter in "3a-2b".
line_weight <- function(terms, letter) {
  number <- function(pattern, sign) {
    found <- regmatches(terms, regexec(pattern, terms))
    vapply(found, function(f) if (length(f)) sign * (if (f[2] == "") 1 else as.numeric(f[2])) else 0, 0)
  }
  ifelse(grepl("-", terms), number(sprintf("^([0-9]*)%s-", letter), 1) + number(sprintf("-([0-9]*)%s$", letter), -1), 0)
}
for (r in seq_along(outside)) {
  name <- names(outside)[r]
  row <- r - 1
  text(-4, row, name, font = 2, adj = 1)
  long <- c(outside[[r]][1:3], x, outside[[r]][4:6])
  for (at in -3:8) {
    here <- long[at + 4]
    inside <- at >= 0 && at < n
    source <- match(here, x)
    cell(at, row, here, if (is.na(source)) blank else colour[source], if (inside) "grey30" else "grey75",
      font = if (inside) 2 else 1, col = if (is.na(source)) "grey40" else "black",
      cex = if (nchar(here) > 2) 0.62 else 1)
  }
  rect(-0.5, row - 0.42, n - 0.5, row + 0.42, lwd = 2)
  if (name == "missing") {
    text(9.2, row, "= NA, or what na makes of the samples there are", adj = 0, cex = 0.85)
    next
  }
  A <- conv_matrix(h, n, "same", boundary = name)
  # in the order of the kernel's places, one term for each
  term <- function(first) {
    under <- long[first + 4:1 + 3] # what the weights 1 to 4 meet
    coefficients <- function(letter) ifelse(under == letter, 1, line_weight(under, letter))
    value <- vapply(x, function(letter) sum(h * coefficients(letter)), 0)
    stopifnot(identical(unname(value), A[if (first == -2) 1 else n, ]))
    shown <- ifelse(nchar(under) > 1, sprintf("(%s)", under), under)
    paste("=", paste0(rev(h), rev(shown))[rev(under) != "0"] |> paste(collapse = " + "))
  }
  size <- if (name == "extend") 0.8 else 1
  text(9.2, row, term(-2), adj = 0, cex = size)
  text(15, row, term(3), adj = 0, cex = size)
}
for (output in c(1, n)) {
  row <- 7.2 + (output > 1)
  text(-4, row, sprintf("kernel of y[%d]", output), adj = 1)
  for (i in 0:3) {
    cell(output - i, row, h[i + 1], shade[i + 1], dark)
  }
}
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

# A third of the size in the installed package: 128 colours are enough; white stays white. By ImageMagick, on
# speed.png too, which bench/peers/peers.R draws.
for (file in file.path("man/figures", c("conv-modes.png", "conv-boundaries.png", "walkthrough.png", "speed.png"))) {
  system2("convert", c(
    file, "+dither", "-colors 128", "-fuzz 1.5% -fill white -opaque white", "-define png:compression-level=9",
    "-define png:compression-filter=0", paste0("PNG8:", file)
  ))
}
