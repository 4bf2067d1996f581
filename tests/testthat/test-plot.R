# Draws on a device that shows nothing, and returns what `code` returns.
on_null_device <- function(code) {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  withVisible(code)
}

# What `code` draws: the arguments of each call of a routine of R's graphics.
drawn <- function(routine, code) {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  grDevices::dev.control("enable")
  force(code)
  calls <- lapply(grDevices::recordPlot()[[1L]], function(call) as.list(call[[2L]]))
  is_routine <- function(call) is.list(call[[1L]]) && identical(call[[1L]]$name, routine)
  lapply(Filter(is_routine, calls), `[`, -1L)
}

# The colours of the cells, as a matrix.
cells <- function(code) as.matrix(drawn("C_raster", code)[[1L]][[1L]])

# The y coordinates of the rows, from top to bottom.
series <- function(code) lapply(drawn("C_plotXY", code)[-1L], function(call) call[[1L]]$y)

luminance <- function(color) colSums(grDevices::col2rgb(color) * c(0.299, 0.587, 0.114))

some <- matrix(c(3, 1, NA, 2, Inf, -4), 2)

test_that("both return the matrix, invisibly", {
  matrices <- list(
    some, matrix(5), matrix(1:6, 2), matrix(c(TRUE, NA), 1), matrix(NA, 2, 2), matrix(0, 3, 4),
    matrix(c(-Inf, NaN), 1), matrix(1e-320 * 1:4, 2), matrix(-1e300 * 1:4, 4),
    matrix(c(0.3, -1, 2, 0), 2, dimnames = list(c("a", "b"), NULL)), matrix(1, 200, 3), matrix(1, 3, 200)
  )
  for (A in matrices) {
    expect_identical(on_null_device(plot_matrix(A)), list(value = A, visible = FALSE))
    expect_identical(on_null_device(plot_rows(A)), list(value = A, visible = FALSE))
  }
})

test_that("a matrix is drawn as it is written, the darker the larger", {
  A <- matrix(c(5, 1, 4, 0, 2, 3), 2)
  colors <- cells(plot_matrix(A))
  expect_identical(dim(colors), dim(A))
  expect_identical(order(-luminance(colors)), order(A))
  # the raster fills its place from the top left cell on: y grows downwards
  raster <- drawn("C_raster", plot_matrix(A))[[1L]]
  window <- drawn("C_plot_window", plot_matrix(A))[[1L]]
  expect_identical(unlist(raster[2:5], use.names = FALSE), c(0.5, 2.5, 3.5, 0.5)) # left, bottom, right, top
  expect_identical(unlist(window[1:2], use.names = FALSE), c(0.5, 3.5, 2.5, 0.5))
})

test_that("the smallest and the largest value have the first and the last colour", {
  palette <- c("#FFFFFF", "#808080", "#000000")
  A <- matrix(c(-2, 0.1, 2, -0.1), 2)
  expect_identical(c(cells(plot_matrix(A, col = palette))), palette[c(1, 2, 3, 2)])
  expect_identical(c(cells(plot_matrix(A == 2, col = palette))), palette[c(1, 1, 3, 1)])
  expect_identical(unique(c(cells(plot_matrix(A, col = "#123456")))), "#123456")
})

test_that("cells that are not finite have a colour of their own, and colours come from the others", {
  colors <- cells(plot_matrix(some, col = c("#FFFFFF", "#808080", "#000000"), na_col = "#FF0000"))
  expect_identical(colors == "#FF0000", !is.finite(some))
  expect_identical(c(colors[is.finite(some)]), c("#000000", "#808080", "#000000", "#FFFFFF"))
  expect_identical(unique(c(cells(plot_matrix(matrix(c(NA, Inf, -Inf, NaN), 2), na_col = 2)))), grDevices::palette()[2L])
  expect_length(unique(c(cells(plot_matrix(matrix(7, 2, 2))))), 1)
})

test_that("zlim fixes what the colours stand for", {
  palette <- c("#FFFFFF", "#808080", "#000000")
  A <- matrix(c(-9, 0, 1, 2, 9, NA), 2)
  colors <- cells(plot_matrix(A, col = palette, zlim = c(0, 2), na_col = NA))
  expect_identical(c(colors), palette[c(1, 1, 2, 3, 3, NA)])
  expect_identical(dim(colors), dim(A))
  nothing <- matrix(NA_real_, 2, 2)
  expect_identical(on_null_device(plot_matrix(nothing, zlim = 0:1))$value, nothing)
  expect_identical(c(cells(plot_matrix(matrix(7), col = palette, zlim = c(0, 1)))), "#000000")

  for (bad in list("a", 1i, list(0, 1), factor(0:1), matrix(1:4, 2))) {
    expect_convmat_error(plot_matrix(some, zlim = bad), "type", "`zlim` must be a numeric vector")
  }
  for (bad in list(c(0, NA), c(0, Inf), c(NaN, 1))) {
    expect_convmat_error(plot_matrix(some, zlim = bad), "value", "`zlim` must be finite")
  }
  for (bad in list(1, 1:3, numeric(0))) {
    expect_convmat_error(plot_matrix(some, zlim = bad), "length", "`zlim` must have 2 values")
  }
  for (bad in list(1:0, c(1, 1))) {
    expect_convmat_error(plot_matrix(some, zlim = bad), "value", "`zlim` must be increasing")
  }
})

test_that("the key shows the ends of the scale, upright where there is room", {
  A <- matrix(c(-1.5, 2.25, 0, 1), 2)
  expect_length(drawn("C_raster", plot_matrix(A, key = FALSE)), 1)
  key <- drawn("C_raster", plot_matrix(A, col = c("#FFFFFF", "#000000")))
  expect_length(key, 2)
  expect_identical(c(as.matrix(key[[2L]][[1L]])), c("#000000", "#FFFFFF")) # dark on top
  said <- function(routine, ...) {
    unlist(lapply(drawn(routine, {
      graphics::par(...)
      plot_matrix(A)
    }), function(call) Filter(is.character, call)))
  }
  expect_setequal(said("C_text", mar = c(5, 4, 4, 5)), c("-2.25", "2.25"))
  expect_setequal(said("C_mtext", mar = c(5, 4, 4, 2)), c("-2.25", "2.25"))
})

test_that("rows are drawn from top to bottom, on one scale, with gaps where values are missing", {
  A <- rbind(c(0, 1, 0), c(0, NA, 2), c(-1, Inf, 0))
  y <- series(plot_rows(A))
  unit <- y[[1]][2] - y[[1]][1]
  expect_gt(unit, 0)
  expect_equal(y[[2]] - y[[2]][1], c(0, NA, 2) * unit)
  expect_equal(y[[3]] - y[[3]][3], c(-1, NA, 0) * unit)
  expect_true(min(y[[1]]) > max(y[[2]], na.rm = TRUE))
  expect_true(min(y[[2]], na.rm = TRUE) > max(y[[3]], na.rm = TRUE))
})

test_that("plot_rows() takes rows in any order, and columns at any place", {
  A <- rbind(c(0, 1), c(0, 2), c(0, 3))
  y <- series(plot_rows(A, c(3, 1, 3)))
  expect_equal(vapply(y, diff, 0) / diff(y[[2]]), c(3, 1, 3))
  at <- drawn("C_plotXY", plot_rows(A, at = c(-2.5, 7)))[[2L]][[1L]]$x
  expect_identical(at, c(-2.5, 7))
  expect_length(series(plot_rows(matrix(0, 25, 2))), 10) # the first ten
  expect_length(series(plot_rows(matrix(0, 25, 2), 1:25)), 25)
  expect_length(series(plot_rows(A, TRUE)), 1)
  # the series differ in colour
  colors <- lapply(drawn("C_plotXY", plot_rows(A, col = 2:3))[-1L], `[[`, 5L)
  expect_identical(colors[[1]], colors[[3]])
  expect_false(identical(colors[[1]], colors[[2]]))
})

test_that("plots take the usual further arguments", {
  dots <- list(
    list(main = "A title"), list(main = quote(x^2)), list(las = 1), list(las = 2),
    list(cex.axis = 0.5), list(xlab = "Time (s)"), list(ylab = ""), list(type = "l"),
    list(type = "s"), list(type = "b"), list(col = c("red", "blue")), list(lwd = 3),
    list(xaxt = "n"), list(axes = FALSE), list(ann = FALSE), list(sub = "s"), list(bty = "n"),
    list(asp = 1), list(cex.lab = 2), list(cex.main = 2), list(col.axis = "red"), list(font.axis = 2),
    list(mgp = c(2, 1, 0)), list(tck = 0.02), list(frame.plot = FALSE), list(panel.first = NULL),
    list(main = "All", las = 2, cex.axis = 0.7, xlab = "x", ylab = "y", type = "o", col = "red")
  )
  model <- gamma_hrf(6, 1)
  for (dot in dots) {
    call <- function(f, x) as.call(c(f, quote(x), lapply(dot, enquote)))
    for (f in list(quote(plot_matrix), quote(plot_rows), quote(plot))) {
      x <- if (identical(f, quote(plot))) model else some
      expect_silent(value <- on_null_device(eval(call(f, x)))$value)
      expect_identical(value, x, label = deparse1(call(f, x)))
    }
  }
})

test_that("a title, an axis title and a colour reach the picture", {
  texts <- function(code) unlist(lapply(drawn("C_title", code), Filter, f = is.character))
  for (f in list(plot_matrix, plot_rows)) {
    expect_true(all(c("M", "X", "Y") %in% texts(f(some, main = "M", xlab = "X", ylab = "Y"))))
    expect_true(all(c("Column", "Row") %in% texts(f(some))))
  }
  model <- gamma_hrf(6, 1, name = "mine")
  expect_true(all(c("M", "X", "Y") %in% texts(plot(model, main = "M", xlab = "X", ylab = "Y"))))
  expect_true(any(grepl("HRF model \"mine\"", texts(plot(model)))))
  expect_true("Time since the event (s)" %in% texts(plot(model)))
})

test_that("a model is drawn over the time it takes to die away", {
  for (model in list(gamma_hrf(6, 1), gamma_hrf(c(6, 16), 1, c(1, -1)), gamma_hrf(1, 1e-3))) {
    expect_identical(on_null_device(plot(model)), list(value = model, visible = FALSE))
    curve <- drawn("C_plotXY", plot(model))[[1L]][[1L]]
    expect_identical(curve$y, hrf(curve$x, model))
    expect_identical(curve$x[1], 0)
    expect_lt(abs(utils::tail(curve$y, 1)), 1e-6 * max(abs(curve$y)))
  }
})

test_that("a figure region is filled, so that several fit on a page", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  graphics::par(mfrow = c(2, 2))
  plot_matrix(some)
  expect_identical(graphics::par("mfg")[1:2], c(1L, 1L))
  plot_rows(some)
  expect_identical(graphics::par("mfg")[1:2], c(1L, 2L))
  plot(gamma_hrf(6, 1))
  expect_identical(graphics::par("mfg")[1:2], c(2L, 1L))
})

test_that("what is not a matrix of numbers is refused", {
  bad <- list(
    NULL, 1:3, "a", list(1), matrix("a"), matrix(1i), matrix(list(1)), matrix(as.raw(1)),
    data.frame(a = 1), array(1, c(1, 1, 1)), ts(matrix(1:4, 2)), table(1:2, 1:2), factor(1), sum,
    quote(x), structure(matrix(1), class = "mine")
  )
  for (A in bad) {
    expect_convmat_error(plot_matrix(A), "type", "`A` must be a numeric matrix, not ")
    expect_convmat_error(plot_rows(A), "type", "`A` must be a numeric matrix, not ")
  }
  for (A in list(matrix(0, 0, 3), matrix(0, 3, 0), matrix(0, 0, 0))) {
    expect_convmat_error(plot_matrix(A), "length", "`A` must have at least one row and one column")
    expect_convmat_error(plot_rows(A), "length", "`A` must have at least one row and one column")
  }
})

test_that("rows and places that do not fit the matrix are refused", {
  for (bad in list(NULL, "1", 1i, list(1), factor(1), ts(1:2), matrix(1:2, 1))) {
    expect_convmat_error(plot_rows(some, bad), "type", "`rows` must be a numeric vector")
    expect_convmat_error(plot_rows(some, at = bad), "type", "`at` must be a numeric vector")
  }
  expect_convmat_error(plot_rows(some, numeric(0)), "length", "`rows` must name at least one row")
  for (bad in list(0, 3, -1, 1.5, c(1, 3), FALSE, 1e12)) {
    expect_convmat_error(plot_rows(some, bad), "value", "`rows` must be whole numbers from 1 to 2")
  }
  for (bad in list(NA, Inf, c(1, NaN))) {
    expect_convmat_error(plot_rows(some, bad), "value", "`rows` must be finite")
  }
  for (bad in list(1, 1:2, 1:4, numeric(0))) {
    expect_convmat_error(plot_rows(some, at = bad), "length", "`at` must have 3 values")
  }
  for (bad in list(c(1, NA, 3), c(1, 2, Inf))) {
    expect_convmat_error(plot_rows(some, at = bad), "value", "`at` must be finite")
  }
})

test_that("refusals leave no device open", {
  before <- grDevices::dev.list()
  try(plot_matrix(1), silent = TRUE)
  try(plot_rows(some, 9), silent = TRUE)
  expect_identical(grDevices::dev.list(), before)
})

test_that("messages read well", {
  expect_snapshot({
    show_error(plot_matrix(1:3))
    show_error(plot_matrix(data.frame(a = 1)))
    show_error(plot_rows(matrix(0, 0, 3)))
    show_error(plot_rows(matrix(0, 2, 3), c(1, 4, 2.5)))
    show_error(plot_rows(matrix(0, 2, 3), at = 1:2))
  })
})

test_that("part of a picture can be asked for", {
  for (f in list(plot_matrix, plot_rows)) {
    expect_silent(on_null_device(f(some, xlim = c(0, 2))))
    expect_silent(on_null_device(f(some, ylim = c(0, 2))))
  }
})

test_that("colours may be numbers of the palette, and there must be one", {
  expect_silent(on_null_device(plot_matrix(some, col = 1:8)))
  expect_convmat_error(plot_rows(some, col = NULL), "length", "`col`")
  none <- character(0)
  expect_convmat_error(plot_matrix(some, col = none), "length", "`col`")
  expect_convmat_error(plot_matrix(some, na_col = none), "length", "`na_col`")
  expect_convmat_error(plot_rows(some, col = none), "length", "`col`")
})

test_that("colours, titles and the key are checked before anything is drawn", {
  for (bad in list(list(1, "a"), quote(a), sum, factor("red"), TRUE, 1i)) {
    expect_convmat_error(plot_matrix(some, col = bad), "type", "`col` must be colours")
  }
  for (bad in list("no such colour", c("red", "#12"), -1, 1e308, Inf, "\xff")) {
    expect_convmat_error(plot_matrix(some, col = bad), "value", "`col` must be colours")
    expect_convmat_error(plot_rows(some, col = bad), "value", "`col` must be colours")
  }
  expect_silent(on_null_device(plot_matrix(some, col = c("red", NA))))
  for (plot in list(plot_matrix, plot_rows)) {
    for (bad in list(list("a"), sum, new.env(), TRUE, as.Date("2020-01-01"))) {
      expect_convmat_error(plot(some, xlab = bad), "type", "`xlab` must be a string or an expression")
      expect_convmat_error(plot(some, ylab = bad), "type", "`ylab` must be a string or an expression")
    }
    invalid <- "\xff\xfe"
    Encoding(invalid) <- "UTF-8"
    expect_convmat_error(plot(some, ylab = invalid), "value", "It is \"\\xff\\xfe\".")
    expect_silent(on_null_device(plot(some, xlab = NULL, ylab = quote(x[i]^2))))
    expect_silent(on_null_device(plot(some, xlab = expression(alpha), ylab = 2)))
  }
  for (bad in list(NULL, NA, 1, "TRUE", c(TRUE, TRUE))) {
    expect_convmat_error(plot_matrix(some, key = bad), "type", "`key` must be TRUE or FALSE")
  }
})

test_that("what is for lines reaches the lines, and what is for axes both axes", {
  plain <- drawn("C_plotXY", plot_rows(some))[[2L]]
  dashed <- drawn("C_plotXY", plot_rows(some, lty = 2))[[2L]]
  expect_false(identical(plain[[4L]], dashed[[4L]]))
  sizes <- lapply(drawn("C_axis", plot_rows(some, cex.axis = 2)), `[[`, "cex.axis")
  sizes <- Filter(Negate(is.null), sizes)
  expect_true(length(sizes) >= 2 && all(unlist(sizes) == 2))
})

test_that("bars stand on the line of their own row", {
  bars <- drawn("C_plotXY", plot_rows(some, type = "h"))[-1L]
  expect_false(any(vapply(bars, function(call) identical(call[[2L]], "h"), NA)))
})

test_that("the widest range of values has its colours", {
  expect_false(anyNA(cells(plot_matrix(matrix(c(-1.7e308, 0, 1.7e308), 1)))))
})

test_that("values of both signs have 0 in the middle", {
  palette <- c("#FFFFFF", "#808080", "#000000")
  expect_identical(c(cells(plot_matrix(matrix(c(-1, 0, 9), 1), col = palette))), palette[c(2, 2, 3)])
  expect_identical(c(cells(plot_matrix(matrix(c(-9, 0, 1), 1), col = palette))), palette[c(1, 2, 2)])
  colors <- c(cells(plot_matrix(matrix(c(-3, 0, 3), 1))))
  hue <- grDevices::col2rgb(colors)
  expect_gt(hue["green", 1], hue["red", 1]) # negative
  expect_equal(diff(range(hue[, 2])), 0) # grey
  expect_gt(hue["red", 3], hue["green", 3]) # positive
})

test_that("operators and sparse matrices are drawn as the matrices they are", {
  h <- c(1, -2, 3)
  A <- conv_matrix(h, 5)
  S <- conv_matrix(h, 5, sparse = TRUE)
  O <- conv_operator(h, 5)
  expect_identical(cells(plot_matrix(S)), cells(plot_matrix(A)))
  expect_identical(cells(plot_matrix(O)), cells(plot_matrix(A)))
  expect_identical(series(plot_rows(O, 2:4)), series(plot_rows(A, 2:4)))
  expect_identical(series(plot_rows(S, 2:4)), series(plot_rows(A, 2:4)))
  expect_identical(cells(plot_matrix(Matrix::Diagonal(4))), cells(plot_matrix(diag(4))))
  expect_identical(cells(plot_matrix(S > 0)), cells(plot_matrix(A > 0)))
  expect_identical(on_null_device(plot_matrix(O)), list(value = O, visible = FALSE))
  expect_convmat_error(plot_rows(conv_operator(1i, 5)), "type", "`A` must be a real matrix")
})

test_that("each cell of a coarse picture is the entry of largest modulus", {
  set.seed(5)
  S <- Matrix::sparseMatrix(i = sample(1:1500, 900), j = sample(1:1100, 900), x = rnorm(900), dims = c(1500, 1100))
  block <- 7
  part <- function(n) (seq_len(n) - 1) %/% block
  dense <- as.matrix(S)
  expected <- vapply(split(seq_len(1100), part(1100)), function(j) {
    vapply(split(seq_len(1500), part(1500)), function(i) {
      values <- dense[i, j]
      values[which.max(abs(values))]
    }, 0)
  }, numeric(215))
  expect_identical(coarse_sparse(S, block), unname(expected))
  expect_identical(dim(cells(plot_matrix(S))), c(300L, 220L))
})

test_that("ticks are whole numbers, or names", {
  ticks <- function(code) { # without the axes of plot() itself, which xaxt = "n" leaves out
    calls <- Filter(function(call) !is.null(call[[2L]]), drawn("C_axis", code))
    lapply(calls, function(call) list(at = call[[2L]], labels = call[[3L]]))
  }
  expect_identical(ticks(plot_matrix(diag(3)))[[1L]], list(at = c(1, 2, 3), labels = c("1", "2", "3")))
  A <- matrix(1:6, 2, dimnames = list(NULL, c("a", "word that is far too long", "c")))
  axes <- ticks(plot_matrix(A))
  expect_identical(axes[[1L]]$labels, c("a", "word that...", "c"))
  expect_identical(axes[[2L]]$labels, c("1", "2"))
  expect_length(ticks(plot_matrix(A, axes = FALSE)), 0)
  expect_length(ticks(plot_matrix(A, xaxt = "n")), 1)
})

test_that("what cannot be drawn is told how it could", {
  expect_convmat_error(plot_matrix(1:3), "type", "As a matrix of one row: `matrix(A, 1)`.")
  expect_convmat_error(plot_matrix(matrix(1i)), "type", "`Mod(A)`")
  expect_convmat_error(plot_matrix(data.frame(a = 1)), "type", "`as.matrix(A)`")
})

test_that("plot_rows() refuses places that R cannot draw", {
  expect_convmat_error(plot_rows(diag(2), at = c(-1e308, 1e308)), "value", "`at` must be at most 1e300 in size")
  expect_silent(on_null_device(plot_rows(diag(2), at = c(-1e300, 1e300))))
})

test_that("rows of a matrix that is not there are drawn only if they fit into memory", {
  A <- conv_operator(1:3, 2^40)
  expect_convmat_error(plot_rows(A), "memory", "The rows need")
  expect_convmat_error(plot_rows(A, 1.5), "value", "`rows` must be whole numbers from 1 to 1,099,511,627,778")
})
