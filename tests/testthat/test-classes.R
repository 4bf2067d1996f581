# Each row of the table in ?classes: with the package where it is installed, and without, as its objects are
# kept in files.

# An object of a package that need not be installed, and may stand in no list of ours.
from <- function(package, name) {
  skip_if_not_installed(package)
  getExportedValue(package, name)
}

fake_zoo <- function(x, index = seq_len(NROW(x)), class = "zoo", ...) structure(x, index = index, class = class, ...)
fake_units <- function(x, up, down = character()) {
  structure(x, units = structure(list(numerator = up, denominator = down), class = "symbolic_units"), class = "units")
}

h <- c(1, 10, 100)
days <- as.Date("2024-03-01") + 0:5
trading <- as.Date(c("2024-03-27", "2024-03-28", "2024-04-02", "2024-04-03", "2024-04-04", "2024-04-05"))
x <- c(1, 0, 2, NA, 4, 5)
cases <- list(
  list(), list("same"), list("causal"), list("valid"),
  list("full", origin = 1), list("valid", origin = 2), list("same", origin = 2)
)
run <- function(fun, x, h, case) do.call(fun, c(list(x, h), case))

# ---- time series --------------------------------------------------------------

test_that("zoo: the numbers of a plain signal, at the dates a ts would have", {
  for (case in cases) {
    y <- run(conv, fake_zoo(x, days), h, case)
    plain <- run(conv, x, h, case)
    dates <- stats::time(run(conv, ts(x, start = as.numeric(days[1])), h, case))
    expect_identical(
      attributes(y)[c("index", "class")], list(index = as.Date(as.numeric(dates), "1970-01-01"), class = "zoo")
    )
    expect_identical(conv_values(y), plain)
  }
  y <- conv(fake_zoo(cbind(a = x, b = 1), days), h)
  expect_identical(conv_values(y), conv(cbind(a = x, b = 1), h))
  expect_identical(attr(y, "index"), days[1] + 0:7)
  y <- conv(fake_zoo(1:6, 1:6), h) # an index of integers stays one
  expect_identical(attr(y, "index"), 1:8)
  most <- .Machine$integer.max
  expect_identical(attr(conv(fake_zoo(1:2, most - 1:0), h), "index"), most + c(-1, 0, 1, 2))
  one <- fake_zoo(1, 3L, c("zooreg", "zoo"), frequency = 2)
  expect_identical(attr(conv(one, h), "index"), c(3, 3.5, 4))
  y <- conv(fake_zoo(1:3, c(0L, 3L, 6L)), h, origin = 1)
  expect_identical(attr(y, "index"), seq(-3L, 9L, 3L))
  y <- conv(fake_zoo(1:5, c(0L, 1L, 1L, 2L, 2L)), h, "same") # position counts, whatever the index is
  expect_identical(attr(y, "index"), c(0L, 1L, 1L, 2L, 2L))
  y <- conv(fake_zoo(numeric(0), days[0]), h)
  expect_identical(y, fake_zoo(numeric(0), days[0]))
  expect_identical(conv(fake_zoo(x, letters[1:6]), h, "same"), fake_zoo(conv(x, h, "same"), letters[1:6]))
})

test_that("an index of unequal steps goes by position, and has no full mode", {
  z <- fake_zoo(x, trading)
  for (case in cases[c(2:4, 6:7)]) {
    y <- run(conv, z, h, case)
    expect_identical(conv_values(y), run(conv, x, h, case))
    shift <- if (identical(case[[1L]], "valid")) 2 - if (is.null(case$origin)) 0 else case$origin else 0
    expect_identical(attr(y, "index"), trading[shift + seq_along(y)])
  }
  expect_convmat_error(conv(z, h), "value", "`x` has no index for mode \"full\"")
  expect_convmat_error(conv(fake_zoo(x, letters[1:6]), h), "value", "`x` has no index for mode \"full\"")
  expect_convmat_error(conv(z, 1:9, "valid"), "value", "`x` has no index for mode \"valid\"")
  expect_convmat_error(correlate(z, h, "same"), "value", "`x` has no index for mode \"same\"")
  expect_convmat_error(conv(fake_zoo(1, days[1]), h), "value", "has no index")
  expect_identical(conv(z, 5), fake_zoo(5 * x, trading)) # nothing sticks out
  expect_identical(attr(correlate(z, h, "valid"), "index"), trading[1:4])
  # refused before anything large is allocated
  many <- fake_zoo(numeric(1e6), c(0, 2:1e6))
  expect_lt(peak_bytes(conv(many, h)), 4e7)
})

test_that("correlate() has the value at lag k at sample k", {
  y <- correlate(fake_zoo(x, 1:6), h)
  expect_identical(attr(y, "index"), seq(-1L, 6L))
  expect_identical(conv_values(y), correlate(x, h))
  expect_identical(attr(correlate(fake_zoo(x, 1:6), h, "same"), "index"), 0:5)
})

test_that("zoo of one sample with a frequency, and steps that differ", {
  y <- conv(fake_zoo(2, 2000, c("zooreg", "zoo"), frequency = 4), h)
  expect_identical(attr(y, "index"), c(2000, 2000.25, 2000.5))
  expect_identical(attr(y, "frequency"), 4)
  expect_identical(conv(fake_zoo(x, 1:6), fake_zoo(h, 7:9)), conv(fake_zoo(x, 1:6), h))
  expect_convmat_error(
    conv(fake_zoo(x, 1:6), fake_zoo(h, c(1, 3, 5))), "value",
    "The steps of the index must be the same for `x` and `h`, not 1 and 2."
  )
})

test_that("package zoo agrees", {
  zoo <- from("zoo", "zoo")
  index <- from("zoo", "index")
  coredata <- from("zoo", "coredata")
  y <- conv(zoo(x, days), h)
  expect_identical(coredata(y), conv(x, h))
  expect_identical(index(y), days[1] + 0:7)
  expect_identical(y, zoo(conv(x, h), days[1] + 0:7))
  months <- from("zoo", "as.yearmon")(2000 + 0:11 / 12)
  y <- conv(zoo(1:12, months), h, origin = 1)
  expect_equal(y, zoo(conv(1:12, h), from("zoo", "as.yearmon")(2000 + -1:12 / 12)))
  reg <- from("zoo", "as.zoo")(nottem)
  for (case in cases) {
    back <- stats::as.ts(run(conv, reg, h, case))
    expect_equal(back, run(conv, nottem, h, case))
  }
  # the moving average of zoo itself
  expect_equal(
    from("zoo", "rollapply")(zoo(x, trading), 3, mean, partial = TRUE, na.rm = TRUE),
    conv(zoo(x, trading), c(1, 1, 1), "same", boundary = "missing", na = "renormalise") / 3
  )
})

test_that("xts stays one", {
  xts <- from("xts", "xts")
  for (at in list(days, as.POSIXct("2024-03-01 12:00", tz = "UTC") + 60 * 0:5)) {
    z <- xts(cbind(a = x, b = 1:6), at)
    y <- conv(z, h)
    expect_s3_class(y, c("xts", "zoo"), exact = TRUE)
    expect_equal(y, xts(conv(cbind(a = x, b = 1:6), h), seq(at[1], by = diff(at[1:2]), length.out = 8)))
    expect_equal(conv(z, h, "same"), xts(conv(cbind(a = x, b = 1:6), h, "same"), at))
    y <- conv(z[, 1], h, "valid")
    expect_equal(as.vector(y[at[3]]), sum(rev(h) * x[1:3]))
  }
  expect_equal(dim(conv(xts(x, trading), h, "valid")), c(4L, 1L))
  expect_convmat_error(conv(xts(x, trading), h), "value", "has no index")
  expect_convmat_error(conv(xts(x, days), from("zoo", "zoo")(h, days[1:3])), "type", "not <xts> and <zoo>")
})

# ---- tables -----------------------------------------------------------------------

test_that("data frames go column by column", {
  df <- data.frame(a = x, b = 6:1)
  for (case in cases) {
    y <- run(conv, df, h, case)
    expect_identical(y, as.data.frame(run(conv, as.matrix(df), h, case)))
    expect_identical(y$b, run(conv, 6:1, h, case))
  }
  row.names(df) <- letters[1:6]
  expect_identical(row.names(conv(df, h, "same")), letters[1:6])
  expect_identical(row.names(conv(df, h)), as.character(1:8))
  expect_identical(names(conv(data.frame(s = 1:3), cbind(u = 1:2, v = 3))), c("u", "v"))
  expect_identical(conv(data.frame(s = 1:3), cbind(1:2, 3)), data.frame(V1 = conv(1:3, 1:2), V2 = conv(1:3, c(3, 3))))
  expect_identical(conv(1:3, data.frame(u = 1:2, v = 3)), conv(1:3, cbind(u = 1:2, v = 3)))
  expect_identical(conv(df, data.frame(1:2, 3)), conv(df, cbind(1:2, 3)))
  expect_identical(correlate(df, h), as.data.frame(correlate(as.matrix(df), h)))
  expect_identical(dim(conv(data.frame(), h)), c(0L, 0L))
  expect_identical(conv(data.frame(z = c(1i, 2)), 1:2), data.frame(z = conv(c(1i, 2), 1:2)))
  # columns have classes of their own
  own <- data.frame(plain = 1:3)
  own$u <- fake_units(1:3, "m")
  own$i <- structure(c(5e-324, 1e-323, 1.5e-323), class = "integer64") # 1, 2, 3
  y <- conv(own, h)
  expect_identical(as.list(y), list(plain = conv(1:3, h), u = fake_units(conv(1:3, h), "m"), i = conv(1:3, h)))
})

test_that("tables of other things are refused, with the column", {
  df <- data.frame(day = days, v = x)
  expect_convmat_error(
    conv(df, h), "type", "its column \"day\" is an object of class <Date>.\n  Take one of its columns: `df$v`."
  )
  expect_convmat_error(conv(1:3, df), "type", "`h` must be a table of numbers only")
  expect_convmat_error(deconv(df, h), "type", "`y` must be a table of numbers only")
  grouped <- structure(data.frame(a = 1:3), class = c("grouped_df", "tbl_df", "tbl", "data.frame"))
  expect_convmat_error(conv(grouped, h), "type", "Take one of its columns: `grouped$a`")
  expect_convmat_error(conv(events(1:3), h), "type", "a table of events")
})

test_that("tibbles and data.tables stay what they are", {
  fake <- structure(list(a = c(1, 2), b = 3:4), class = c("tbl_df", "tbl", "data.frame"), row.names = 1:2)
  y <- conv(fake, h)
  expect_identical(class(y), class(fake))
  expect_identical(y$b, conv(3:4, h))
  tibble <- from("tibble", "tibble")
  expect_identical(conv(tibble(a = x, b = 1), h), tibble(a = conv(x, h), b = conv(rep(1, 6), h)))
  table <- from("data.table", "data.table")
  expect_equal(conv(table(a = x, b = 1), h, "same"), table(a = conv(x, h, "same"), b = conv(rep(1, 6), h, "same")))
})

test_that("columns of a tsibble are plain", {
  series <- from("tsibble", "tsibble")(day = days, v = x, index = "day")
  series$smooth <- conv(series$v, h, "same")
  expect_s3_class(series, "tbl_ts")
  expect_identical(series$smooth, conv(x, h, "same"))
  expect_convmat_error(conv(series, h), "type", "Take one of its columns: `series$v`")
})

# ---- Matrix -------------------------------------------------------------------------

test_that("sparse columns stay sparse where that pays, and agree with dense ones", {
  set.seed(7)
  n <- 60
  A <- Matrix::rsparsematrix(n, 5, 0.03, dimnames = list(NULL, letters[1:5]))
  A[7, 2] <- NA
  A[9, 3] <- Inf
  for (case in c(cases, list(list("same", boundary = "wrap"), list("same", boundary = "missing")))) {
    y <- run(conv, A, h, case)
    expect_s4_class(y, "dgCMatrix")
    expect_true(methods::validObject(y))
    expect_identical(as.matrix(y), run(conv, as.matrix(A), h, case))
  }
  y <- conv(A, rep(1, 60))
  expect_s4_class(y, "dgeMatrix")
  expect_identical(as.matrix(y), conv(as.matrix(A), rep(1, 60)))
  several <- matrix(1:10, 2)
  expect_identical(as.matrix(conv(A, several)), conv(as.matrix(A), several))
  expect_identical(as.matrix(conv(A[, 1, drop = FALSE], several)), conv(as.matrix(A[, 1, drop = FALSE]), several))
  expect_identical(conv(A, c(1, 1i)), conv(as.matrix(A), c(1, 1i)))
  expect_identical(as.matrix(correlate(A, h)), correlate(as.matrix(A), h))
  expect_identical(as.matrix(conv(A != 0, h)), conv(as.matrix(A != 0), h))
  expect_identical(as.matrix(conv(Matrix::Diagonal(9), h)), conv(diag(9), h))
  expect_convmat_error(conv(1:4, A), "value", "`h` must be finite")
  expect_identical(conv(1:4, A[1:5, 1:2]), conv(1:4, as.matrix(A[1:5, 1:2])))
  expect_identical(dim(conv(A[0, ], h)), c(0L, 5L))
  expect_identical(dim(conv(A[, 0], h)), dim(conv(as.matrix(A[, 0]), h)))
})

test_that("columns are dense some at a time only", {
  skip_on_cran()
  wide <- Matrix::sparseMatrix(c(1, 5e5, 7), c(1, 30, 60), x = 1:3, dims = c(1e6, 150)) # 1.2 GB if dense
  if (is_extended()) {
    before <- gc(reset = TRUE)["Vcells", "used"]
    y <- conv(wide, h, "same")
    expect_lt(8 * (most_used() - before), 4.8e8) # when R collects is its own affair
    expect_s4_class(y, "dgCMatrix")
    expect_identical(y@x, c(10, 100, 2, 20, 200, 3, 30, 300))
  }
  old <- options(convmat.max_bytes = 1e8)
  on.exit(options(old))
  expect_convmat_error(correlate(wide, h), "memory", "`x` is too large: as a dense matrix it needs 1.2 GB")
  expect_convmat_error(conv(Matrix::sparseVector(1, 1, 1e8), h), "memory", "as a dense vector")
})

test_that("dense and sparse vectors of Matrix", {
  A <- Matrix::Matrix(c(2, 1, 5, 4, 3, 7), 3)
  y <- conv(A, h)
  expect_s4_class(y, "dgeMatrix")
  expect_identical(as.matrix(y), conv(as.matrix(A), h))
  v <- Matrix::sparseVector(c(2, NA), c(3, 7), 9)
  y <- conv(v, h, "same")
  expect_s4_class(y, "dsparseVector")
  expect_true(methods::validObject(y))
  expect_identical(as.numeric(y), conv(c(0, 0, 2, 0, 0, 0, NA, 0, 0), h, "same"))
})

# ---- numbers with a class ---------------------------------------------------------------

test_that("units: a plain kernel keeps them", {
  for (case in cases) {
    expect_identical(run(conv, fake_units(x, "m"), h, case), fake_units(run(conv, x, h, case), "m"))
    expect_identical(run(conv, h, fake_units(c(2, 3, 4), "s"), case), fake_units(run(conv, h, c(2, 3, 4), case), "s"))
  }
  M <- cbind(a = x, b = 1)
  expect_identical(conv_values(conv(fake_units(M, "m"), h)), conv(M, h))
  expect_identical(correlate(fake_units(x, "m"), h), fake_units(correlate(x, h), "m"))
})

test_that("units are multiplied, and divided by deconv()", {
  set <- from("units", "set_units")
  of <- function(x, unit) set(x, unit, mode = "standard")
  expect_identical(conv(of(x, "m"), of(h, "s")), of(conv(x, h), "m*s"))
  expect_identical(correlate(of(x, "m"), of(h, "1/s")), of(correlate(x, h), "m/s"))
  y <- conv(of(1:3, "km"), of(h, "1/m")) # reduced to a number by units itself
  expect_equal(y, of(1, "km") * of(1, "1/m") * conv(1:3, h))
  expect_equal(set(conv(of(1:3, "km"), of(h, "kg")), "m*g", mode = "standard"), of(1e6 * conv(1:3, h), "m*g"))
  fit <- deconv(of(conv(1:4, h), "m*s"), of(h, "s"))
  expect_equal(coef(fit), of(1:4, "m"))
  expect_equal(fitted(fit), of(conv(1:4, h), "m*s"))
  expect_equal(residuals(fit), of(numeric(6), "m*s"), tolerance = 1e-9)
  expect_equal(coef(deconv(conv(1:4, h), of(h, "s"))), 1:4 / of(1, "s")) # "1/s" has another form in units 1.0
  expect_equal(coef(deconv(of(conv(1:4, h), "m"), h)), of(1:4, "m"))
})

# The whole numbers of bit64 by their bits, from halves.
fake_integer64 <- function(high, low) {
  half <- function(v) ifelse(v >= 2^31, v - 2^32, v)
  low <- half(low)
  words <- as.integer(ifelse(low == -2^31, NA, low))
  raw <- writeBin(as.vector(rbind(words, as.integer(high))), raw(), endian = "little")
  structure(readBin(raw, "double", length(high), endian = "little"), class = "integer64")
}

test_that("integer64 is exact up to 2^53, and refused beyond", {
  big <- fake_integer64(c(0, -1, 2^21, 2^21 - 1, -2^21, 0, NA), c(1, 2^32 - 1, 0, 2^32 - 1, 0, 2^31, 0))
  values <- c(1, -1, 2^53, 2^53 - 1, -2^53, 2^31, NA)
  expect_identical(conv_values(big), values)
  expect_identical(conv(big, 1), values)
  large <- list(
    fake_integer64(c(0, 2^21), c(7, 1)), fake_integer64(c(0, -2^21 - 1), c(7, 2^32 - 1)),
    fake_integer64(c(0, 2^30), c(7, 0))
  )
  for (beyond in large) {
    expect_convmat_error(
      conv(beyond, 1), "value",
      "`x` must be at most 2^53 in size, beyond which doubles have gaps.\n  Locations: 2."
    )
  }
  expect_convmat_error(conv(1:3, beyond), "value", "`h` must be at most 2^53")
  expect_convmat_error(deconv(beyond, 1), "value", "`y` must be at most 2^53")
  many <- rep(big[1:5], 250000) # more than are read at a time
  class(many) <- "integer64"
  expect_identical(conv_values(many), rep(values[1:5], 250000))
  as_integer64 <- from("bit64", "as.integer64")
  expect_identical(conv(as_integer64(c("9007199254740992", "-3", NA)), 1), c(2^53, -3, NA))
  expect_identical(conv(as_integer64(1:4), as_integer64(1:2)), conv(1:4, 1:2))
  expect_convmat_error(conv(as_integer64("9007199254740993"), 1), "value", "beyond which doubles have gaps")
})

test_that("labelled numbers lose their labels, and values named missing are missing", {
  fake <- structure(
    c(1, 2, 99, 8), labels = c(no = 1), label = "answer", class = c("haven_labelled", "vctrs_vctr", "double")
  )
  expect_identical(conv(fake, h), conv(c(1, 2, 99, 8), h))
  attributes(fake)[c("na_values", "na_range")] <- list(99, c(7, Inf))
  class(fake) <- c("haven_labelled_spss", class(fake))
  expect_identical(conv(fake, h), conv(c(1, 2, NA, NA), h))
  labelled <- from("haven", "labelled")
  expect_identical(conv(labelled(1:4, c(no = 1L), "answer"), h), conv(1:4, h))
  spss <- from("haven", "labelled_spss")(c(1, NA, 9), c(no = 1), na_values = 9)
  expect_identical(conv(spss, h, "same", na = "zero"), conv(c(1, NA, NA), h, "same", na = "zero"))
  expect_convmat_error(conv(labelled(c("a", "b")), h), "type", "haven_labelled")
})

test_that("arrays of units, whole numbers and Matrix are opened, too; series and tables are not", {
  A <- array(1:24, 2:4)
  k <- array(1:8, c(2, 2, 2))
  expect_identical(conv_array(fake_units(A, "m"), k), fake_units(conv_array(A, k), "m"))
  expect_identical(conv_array(A, fake_units(k, "s"), "same"), fake_units(conv_array(A, k, "same"), "s"))
  expect_identical(correlate_array(fake_units(A, "m"), k), fake_units(correlate_array(A, k), "m"))
  expect_identical(conv_array(fake_units(A, "m"), list(1:2, NULL, 2)), fake_units(conv_array(A, list(1:2, NULL, 2)), "m"))
  M <- Matrix::sparseMatrix(c(1, 9), c(2, 7), x = c(1, 5), dims = c(9, 8))
  y <- conv_array(M, diag(2))
  expect_s4_class(y, "dgCMatrix")
  expect_identical(as.matrix(y), conv_array(as.matrix(M), diag(2)))
  whole <- structure(fake_integer64(rep(0, 6), 1:6), dim = 2:3)
  expect_identical(conv_array(whole, diag(2)), conv_array(matrix(1:6, 2), diag(2)))
  expect_error(conv_array(data.frame(a = 1:3), matrix(1)), class = "convmat_error_type")
  expect_error(conv_array(fake_zoo(matrix(1:6, 3), 1:3), matrix(1)), class = "convmat_error_type")
  expect_error(conv_array(fake_units(A, "m"), M), "not <units> and <dgCMatrix>", class = "convmat_error_type")
})

# ---- what holds for all -------------------------------------------------------------------

test_that("two different classes are refused, and both are named", {
  z <- fake_zoo(x, 1:6)
  expect_convmat_error(
    conv(z, fake_units(1, "m")), "type",
    "`x` and `h` must be of one class, or one of them plain, not <zoo> and <units>."
  )
  expect_convmat_error(conv(z, ts(1:3)), "type", "not <zoo> and <ts>.")
  expect_convmat_error(conv(ts(1:3), z), "type", "not <ts> and <zoo>.")
  expect_convmat_error(correlate(z, data.frame(a = 1)), "type", "not <zoo> and <data.frame>.")
  expect_convmat_error(deconv(z, fake_units(1, "m")), "type", "`y` and `h` must be of one class")
  expect_convmat_error(conv(z, factor(1)), "type", "`h` must be a numeric or complex vector, not a factor.")
  expect_convmat_error(
    conv(factor(1), z), "type", "`x` must be a numeric or complex vector, matrix or time series, not a factor."
  )
  expect_convmat_error(conv(z, h, "Same"), "value", "Did you mean \"same\"?")
  expect_convmat_error(conv(z, h, "same", origin = 3), "value", "`origin` must be")
  expect_convmat_error(conv(z, h, "same", boundary = "none"), "value", "`boundary` must be")
  expect_convmat_error(correlate(z, h, origin = 1), "value", "`origin` has no meaning")
})

test_that("options reach the numbers: boundary, missing values, threads", {
  z <- fake_zoo(x, trading)
  expect_identical(
    conv_values(
      conv(z, h, "same", origin = 2, boundary = "reflect", na = "renormalise", method = "direct", threads = 1)
    ),
    conv(x, h, "same", origin = 2, boundary = "reflect", na = "renormalise", method = "direct")
  )
})

test_that("deconv() gives x, fit and residuals the class of y", {
  y <- fake_zoo(conv(1:6, h), as.Date("2024-03-01") + 0:7)
  fit <- deconv(y, h)
  expect_equal(coef(fit), fake_zoo(1:6, as.Date("2024-03-01") + 0:5), tolerance = 1e-9)
  expect_identical(attributes(fitted(fit)), attributes(y))
  expect_identical(attributes(residuals(fit)), attributes(y))
  expect_output(print(fit), "Deconvolution of 8 values")
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_identical(plot(fit), fit)
  same <- deconv(fake_zoo(x[-4], trading[-4]), 2:1, mode = "causal")
  expect_identical(attr(coef(same), "index"), trading[-4])
  expect_convmat_error(
    deconv(fake_zoo(x[-4], trading[-4]), 2:1, mode = "valid"), "value", "`y` has no index for mode \"valid\""
  )
  df <- data.frame(a = conv(1:3, h), b = conv(3:1, h))
  expect_equal(coef(deconv(df, h)), data.frame(a = 1:3, b = 3:1), tolerance = 1e-9)
  expect_output(print(deconv(df, h)), "in each of 2 columns")
  sparse <- deconv(Matrix::Matrix(as.matrix(df), sparse = TRUE), h)
  expect_equal(as.matrix(coef(sparse)), cbind(a = 1:3, b = 3:1), tolerance = 1e-9)
})

test_that("a damaged object is refused", {
  expect_convmat_error(conv(fake_zoo(1:3, 1:2), h), "type", "`x` must be a numeric or complex vector")
  expect_convmat_error(conv(1:3, structure(1:3, class = "xts")), "type", "`h` must be a numeric or complex vector")
  expect_convmat_error(conv(fake_zoo(c("a", "b")), h), "type", "not a character vector")
  expect_convmat_error(conv(structure(1:3, class = "units"), h), "type", "<units>")
  expect_convmat_error(conv(structure(1:3, class = "integer64"), h), "type", "<integer64>")
  expect_convmat_error(
    conv(structure(list(a = 1:2), class = "data.frame", row.names = 1:3), h), "type", "a data frame"
  )
})

test_that("without package units two units are an error", {
  expect_error(need_units(FALSE), "package units is not installed", class = "convmat_error_package")
})

test_that("a class of one's own", {
  as_user({
    purse <- function(amount, currency) structure(list(amount = amount, currency = currency), class = "purse")
    assign("conv_values.purse", function(x, ...) x$amount, globalenv())
    y <- conv(c(1, 2), purse(c(3, 4), "EUR"))
    testthat::expect_identical(y, conv(c(1, 2), c(3, 4)))
    testthat::expect_identical(conv(purse(1:2, "EUR"), 2), c(2, 4)) # no method to restore it
    assign("conv_restore.purse", function(y, x, ...) purse(y, x$currency), globalenv())
    testthat::expect_identical(conv(purse(1:2, "EUR"), 2), purse(c(2, 4), "EUR"))
    seen <- NULL
    assign("conv_restore.purse", function(y, x, ...) seen <<- list(...), globalenv())
    conv(purse(1:5, "EUR"), 1:2, "valid")
    testthat::expect_identical(seen, list(h = 1:2, shift = 1, mode = "valid"))
    rm("conv_values.purse", "conv_restore.purse", envir = globalenv())
  })
})

test_that("the generics by themselves", {
  expect_identical(conv_values(1:3), 1:3)
  expect_identical(conv_values(factor(1)), factor(1))
  expect_identical(conv_restore(1:3, 4:6), 1:3)
  expect_identical(conv_restore(1:3, fake_zoo(1:6, 1:6), shift = 2), fake_zoo(1:3, 3:5))
  expect_error(conv_values(), "missing, with no default")
})

test_that("a result may be dated far from its signal", {
  skip_if_not_installed("zoo")
  far <- conv_restore(1:3 + 0, zoo::zoo(1:3), shift = .Machine$integer.max)
  expect_identical(attr(far, "index"), 2^31 + 0:2)
  expect_silent(conv_restore(1:3 + 0, zoo::zoo(1:3), shift = -1e308))
})
