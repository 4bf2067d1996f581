# The compiled routines, called past R/: what does not fit is an error, and nothing is read past an end.

call <- function(routine, ...) .Call(getNamespace("convmat")[[routine]], ...)
refused <- function(routine, ...) expect_error(call(routine, ...), "convmat: |can only be applied", info = routine)

options_of <- function(mode = 0, origin = 0, boundary = 0, na = 0, method = 0) c(mode, origin, boundary, na, method)
h <- c(1, 10, 100)
x <- c(1, 2, 3, 4)
one <- c(1, 1, 1)
events <- list(c(0, 1), c(1, 1), c(1, 1))
model <- list(6, 1, 1)
band <- matrix(c(0, 2, 1, 2, 1, 2), 2)

test_that("options are those there are", {
  bad <- list(
    options_of(mode = 4), options_of(mode = -1), options_of(mode = 0.5), options_of(origin = 3), options_of(origin = -1),
    options_of(origin = NaN), options_of(origin = 1e300), options_of(boundary = 7), options_of(na = 3), options_of(method = 5),
    options_of(method = NA), numeric(0), numeric(4), 0:4, "a", NULL, list(0, 0, 0, 0, 0)
  )
  for (options in bad) {
    refused("ffi_conv", x, h, one, options, 1, NULL)
    refused("ffi_conv_matrix", h, 4, options)
    refused("ffi_sparse_matrix", h, 4, options)
    refused("ffi_sparse_array_matrix", h, 4, 3, list(options))
    refused("ffi_entries", h, 4, options, 0, 0, FALSE)
    refused("ffi_fold", numeric(6), 4, 3, options)
    refused("ffi_conv_method", x, h, options)
  }
  for (mode in list(4L, -1L, NA_integer_, "a", integer(0))) refused("ffi_mode_window", mode, 4, 3, 0)
})

test_that("sizes are whole numbers that memory could have", {
  for (n in list(-1, 0.5, NA_real_, NaN, Inf, 2^53, numeric(0), c(1, 2), "1", NULL, 0)) {
    refused("ffi_conv_matrix", h, n, options_of())
    refused("ffi_shifted_kernels", h, n)
    refused("ffi_sparse_matrix", h, n, options_of())
    refused("ffi_sparse_array_matrix", h, n, 3, list(options_of()))
    refused("ffi_entries", h, n, options_of(), 0, 0, FALSE)
    refused("ffi_fold", numeric(6), n, 3, options_of())
    if (!identical(n, 0)) {
      refused("ffi_neural_signal", 0, 1, 1, 0, 1, 1e-8, n)
      refused("ffi_mode_window", 0L, n, 3, 0)
      refused("ffi_band_qr", 0, 0, 1, matrix(1, 2, 1), n, matrix(0, 1, 0))
      refused("ffi_band_gram", 1, 1, 0, n, NULL, 1, numeric(0), numeric(0))
    }
  }
  refused("ffi_conv_matrix", h, 1, options_of(mode = 1, boundary = 6))
})

test_that("samples are numbers, and there are some", {
  for (bad in list(numeric(0), 1:3, "a", NULL, list(1, 2))) {
    refused("ffi_conv", bad, h, one, options_of(), 1, NULL)
    refused("ffi_conv", x, bad, one, options_of(), 1, NULL)
    refused("ffi_conv_matrix", bad, 4, options_of())
    refused("ffi_shifted_kernels", bad, 4)
    refused("ffi_shifted_scaled_kernels", bad, h)
    refused("ffi_shifted_scaled_kernels", x, bad)
    refused("ffi_conv_method", x, bad, options_of())
    refused("ffi_fold", bad, 4, 3, options_of())
    expect_null(call("ffi_conv_two", bad, h)) # left to R/
    expect_null(call("ffi_conv_plain", x, bad, "full", NULL, "zero", "propagate", "auto"))
  }
  refused("ffi_shifted_scaled_kernels", x, h + 0i)
  refused("ffi_conv_method", x, h + 0i, options_of())
  refused("ffi_sparse_matrix", h + 0i, 4, options_of())
  for (bad in list(h + 0i, 1:3, c(1, 2), NULL)) refused("ffi_sparse_array_matrix", bad, 4, 3, list(options_of()))
  refused("ffi_sparse_array_matrix", h, c(2^16, 2^16), c(3, 1), list(options_of(), options_of()))
})

test_that("columns, indices and groups fit", {
  for (columns in list(c(3, 1, 3), c(1, 2, 2), c(0, 1, 1), c(2, 1, 3), c(5, 1, 5), c(1, 1), c(NaN, 1, 1), 1:3, "a")) {
    refused("ffi_conv", x, h, columns, options_of(), 1, NULL)
  }
  for (at in list(-1, 6, NA_real_, 1e18, 0L, "a")) {
    refused("ffi_entries", h, 4, options_of(), at, 0, FALSE)
    if (!identical(at, 6)) refused("ffi_entries", h, 6, options_of(), 0, at, FALSE)
  }
  refused("ffi_entries", h, 4, options_of(), c(0, 1), 0, TRUE)
  refused("ffi_fold", numeric(7), 4, 3, options_of(mode = 1))
  for (first in list(c(0, 3), c(2, 0), c(-1, 2), c(0, NaN), numeric(0), 0:2, "a")) {
    refused("ffi_regressors", events, first, 0, model, 0L)
    refused("ffi_fir", events, first, 0, c(0, 1))
  }
  refused("ffi_fir", events, c(0, 2), 0, 1)
})

test_that("events, models and bands are whole", {
  for (bad in list(list(0, 1), list(0, c(1, 1), 1), list(0, 1, "a"), list(), 0, NULL, list(0L, 1L, 1L))) {
    refused("ffi_regressors", bad, c(0, 1), 0, model, 0L)
    refused("ffi_event_responses", bad, 0, model)
    refused("ffi_sparse_responses", bad, 0, model)
    refused("ffi_fir", bad, c(0, 1), 0, c(0, 1))
    refused("ffi_regressors", events, c(0, 2), 0, bad, 0L)
    refused("ffi_event_responses", events, 0, bad)
  }
  for (bad in list(0, numeric(0), 0:1, "a", NULL)) refused("ffi_on_grid", bad, 1)
  refused("ffi_neural_signal", c(0, 1), 1, 1, 0, 1, 1e-8, 5)
  refused("ffi_neural_signal", 0, 1, numeric(0), 0, 1, 1e-8, 5)
  for (bad in list(1, matrix(1L), matrix(numeric(0), 2, 0), "a", NULL)) {
    refused("ffi_band_cholesky", bad)
    refused("ffi_band_norm", bad)
    refused("ffi_band_inverse", bad)
    refused("ffi_band_inverse_norm", bad)
    refused("ffi_band_solve", bad, 1)
    refused("ffi_band_sum", bad, band, 1)
    refused("ffi_band_qr", 0, 0, 1, bad, 3, matrix(0, 1, 0))
  }
  refused("ffi_band_solve", band, c(1, 2))
  refused("ffi_band_solve", band, 1:3)
  refused("ffi_band_sum", band, matrix(1, 3, 3), 1)
  refused("ffi_band_sum", band, matrix(1, 2, 4), 1)
  for (start in list(c(0, 1, 3), c(1, 0, 2), c(0, NA, 1), 0:2)) {
    refused("ffi_band_qr", start, c(0, 0, 0), c(1, 1, 1), band, 3, matrix(0, 3, 0))
  }
  refused("ffi_band_qr", c(0, 1), c(0, 0), c(1, 1), band, 3, matrix(0, 3, 0))
  for (which in list(c(0, 3), c(0, -1), 0, c(0, NaN), 0:1)) refused("ffi_band_qr", c(0, 1), which, c(1, 1), band, 3, matrix(0, 2, 0))
  for (scale in list(1, 1:2, "a")) refused("ffi_band_qr", c(0, 1), c(0, 0), scale, band, 3, matrix(0, 2, 0))
  refused("ffi_band_leverage", c(0, 3), c(0, 0), c(1, 1), band, band)
  refused("ffi_band_leverage", c(0, 1), c(0, 3), c(1, 1), band, band)
  refused("ffi_band_leverage", c(0, 1), c(0, 0), 1, band, band)
  refused("ffi_band_leverage", 0, 0, 1, matrix(1, 3, 1), band)
  for (bad in list(1, matrix(1L), NULL)) refused("ffi_band_leverage", 0, 0, 1, bad, band)
  for (bad in list(1, matrix(1L), NULL)) refused("ffi_band_leverage", 0, 0, 1, band, bad)
  gram <- function(h = c(1, 2), w = one, n = 3, place = NULL, rows = 2, at = 0, values = 1, first = 0) {
    refused("ffi_band_gram", h, w, first, n, place, rows, at, values)
  }
  for (bad in list(numeric(0), 1:2, "a", NULL)) gram(h = bad)
  for (bad in list(1:2, "a")) gram(w = bad)
  for (bad in list(-1, NaN, c(1, 2), "a")) gram(first = bad)
  for (bad in list(1, 3, 0)) gram(rows = bad)
  for (bad in list(c(0, 1), c(0, 1, 3), c(0, -1, 2), 0:2)) gram(place = bad)
  for (bad in list(6, -1, NaN, 0L)) gram(at = bad)
  for (bad in list(numeric(0), 1L)) gram(values = bad)
  refused("ffi_simd_level", 1)
  refused("ffi_simd_level", character(0))
})

test_that("blocks of a stream have all their samples", {
  valid <- options_of(mode = 3)
  sizes <- function(...) replace(c(1, 1, 0, 4, 2, 2, 2), ...)
  expect_identical(call("ffi_stream", x, numeric(0), h, sizes(1, 1), valid, 1), conv(x, h, "valid"))
  bad <- list(
    sizes(1, 0), sizes(1, 3), sizes(2, 0), sizes(2, 2), sizes(3, 1), sizes(4, 5), sizes(4, 3), sizes(5, 0), sizes(6, 0), sizes(7, 0), sizes(7, 3),
    sizes(7, 2^53), sizes(4, -1), sizes(4, NaN), 1:7, numeric(6), NULL
  )
  for (size in bad) refused("ffi_stream", x, numeric(0), h, size, valid, 1)
  refused("ffi_stream", x, complex(0), h, sizes(1, 1), valid, 1)
  for (path in list(1, character(0), c("a", "b"))) {
    refused("ffi_same_file", path, "a")
    refused("ffi_same_file", "a", path)
  }
  refused("ffi_stream", "a", "a", h, sizes(1, 1), valid, 1)
  refused("ffi_stream", x, numeric(0), numeric(0), sizes(1, 1), valid, 1)
  refused("ffi_stream", x, numeric(0), h, sizes(1, 1), options_of(), 1)
  refused("ffi_stream", x, numeric(0), h, sizes(1, 1), options_of(mode = 3, boundary = 2), 1)
  for (n in list(0, -1, 2^53, "a")) refused("ffi_sources", c(-1, 5), n, 2)
  for (boundary in list(7, -1, 0.5, "a")) refused("ffi_sources", c(-1, 5), 3, boundary)
  for (places in list(NaN, 2^60, 1L, "a")) refused("ffi_sources", places, 3, 2)
  refused("ffi_sources", -1, 1, 6)
})
