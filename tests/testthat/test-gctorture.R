# Every routine of the compiled code. At the extended level with a garbage collection at each allocation
# of R: what it has not protected is gone by the time it is used. Run under valgrind, too.

# The package's R functions once more, where .Call() tortures what it calls and notes its name. Searches call the
# same routines hundreds of times, with numbers of the same sizes: the first `most` of each, since forget(), are tortured.
tortured_package <- function(torture, most = 4) {
  ns <- asNamespace("convmat")
  called <- new.env()
  times <- integer(0)
  shim <- new.env(parent = parent.env(ns))
  shim$.Call <- function(.NAME, ...) {
    called[[.NAME$name]] <- TRUE
    times[.NAME$name] <<- sum(times[.NAME$name], 1L, na.rm = TRUE)
    args <- list(.NAME, ...)
    gctorture(torture && times[[.NAME$name]] <= most)
    on.exit(gctorture(FALSE))
    do.call(base::.Call, args)
  }
  copy <- list2env(as.list(ns, all.names = TRUE), parent = shim)
  for (name in ls(copy, all.names = TRUE)) {
    if (is.function(copy[[name]])) environment(copy[[name]]) <- copy
  }
  list(functions = copy, called = called, forget = function() times <<- integer(0))
}

# Outputs of a stream, whose pieces lie in both of its arrays, in one, or must wait.
streamed_torture <- function(x, ...) {
  s <- conv_stream(...)
  y <- list(stream_push(s, x[1L]), stream_push(s, x[2:6]), stream_push(s, x[7:9]))
  c(y, list(stream_finish(s)))
}

# Small sizes, but each allocation in C: parts of complex numbers, boundaries, transforms,
# lists that grow.
torture_calls <- expression(
  conv(c(1, 2, 3), c(1, 2)),
  conv(c(1, NA, 3), 1:2, threads = 1),
  conv(c(1i, 2, NA), c(1, 2i), "same", boundary = "wrap"),
  conv(matrix(c(1, NA, 3, 4, 5, 6), 3), matrix(1:4, 2), "same", na = "renormalise"),
  conv(seq_len(1500) / 7, sin(1:700), threads = 2),
  conv(seq_len(1500) / 7, sin(1:700), method = "fft"),
  conv(matrix(sin(1:3000), 1500), sin(1:700), threads = 2),
  conv(replace(numeric(3000), c(5, 700), c(1, Inf)), sin(1:500)),
  conv_by("guarded", sin(1:3000), sin(1:300)),
  conv_by("sparse", replace(numeric(300), 7, 1), sin(1:30)),
  conv_method(sin(1:3000), sin(1:300)),
  conv_array(matrix(c(1, NA, Inf, 4), 2), matrix(1:4, 2), "same", boundary = "mirror"),
  conv_matrix(matrix(1:4, 2), c(3, 2), "same", boundary = "extend", sparse = TRUE),
  conv_array(array(c(1i, 2, 3, NA), c(2, 2, 2)), list(c(1, 1i), NULL, 2), na = "zero"),
  conv_array(matrix(c(1, NA, Inf, 4), 2), list(1:2, 1), na = "renormalise"),
  streamed_torture(1:9 + 0, c(1, 2), "same", boundary = "extend", block = 2),
  streamed_torture(complex(real = 1:9, imaginary = c(1, NA, 3)), cbind(1:3, 4i), "causal", boundary = "mirror", block = 1),
  conv_method(sin(1:3000) + 1i, sin(1:300) + 1i), conv_method(1i, 1i), conv(sin(1:3000) + 1i, sin(1:300) + 1i),
  correlate(1:5, c(1i, 2)),
  conv_matrix(1:3, 4), conv_matrix(c(1i, 2), 4, "same", boundary = "mirror"),
  shifted_kernels(1:3, 4), shifted_scaled_kernels(c(1i, 2), 1:3),
  neural_signal(events(c(1, 2), c(0, 2), trial_type = c("a", "b")), 0:9),
  regressors(events(c(1, 2), c(0, 2)), 0:9, "spm", derivatives = "temporal"),
  regressors(events(c(1, 2), c(0, 2)), 0:9, "fir", lags = 0:3),
  regressors(events(c(1, 2), c(0, 2)), 0:9, method = "sampled", dt = 0.5),
  event_responses(events(c(1, 2), c(0, 2)), 0:9), event_responses(events(c(1, 2), c(0, 2)), 0:9, sparse = TRUE),
  conv_matrix(1:3, 4, sparse = TRUE), conv_matrix(1:3, 4, "same", boundary = "wrap", sparse = TRUE),
  entries(conv_operator(1:3, 4), 1:2, c(0, 3)),
  transposed_product(conv_operator(1:3, 4, "same", boundary = "mirror"), 1:4 + 0),
  coef(deconv(c(1, 3, 5, 4, 4), c(1, 2))),
  deconv(sin(1:12), c(1, 2, 3), method = "ridge", lambda = 0.5)$edf,
  coef(deconv(c(1, 3, 5, 4, 1), c(1, 2), mode = "same", boundary = "wrap", method = "ridge")),
  coef(deconv(c(1, 3, 5, 4), c(1, 2), method = "division")),
  coef(deconv(c(1, -3, 5, 4), c(1, 2), positive = TRUE)),
  coef(deconv(c(1, 3, 6, 6, 3, 1), c(1, 1, 1), "same", singular = "minimum_norm", n = 6)),
  suppressWarnings(coef(deconv(conv(sin(1:2000), c(1, -2, 1)), c(1, -2, 1)))),
  max_bytes(), # with the option unset
  is_one_file("a", "b"),
  .Call(ffi_simd_level, NULL)
)

test_that("every routine protects what it allocates", {
  old <- options(convmat.max_bytes = NULL)
  on.exit(options(old))
  jit <- compiler::enableJIT(0) # which would compile all copies
  on.exit(compiler::enableJIT(jit), add = TRUE)
  package <- tortured_package(torture = is_extended())
  for (name in c("conv_by", "streamed_torture")) {
    package$functions[[name]] <- get(name)
    environment(package$functions[[name]]) <- package$functions
  }
  for (call in as.list(torture_calls)) {
    package$forget()
    expect_identical(eval(call, package$functions), eval(call), info = deparse(call))
  }
  # a new routine needs a call above
  routines <- getDLLRegisteredRoutines(getLoadedDLLs()[["convmat"]])
  expect_length(unlist(routines[c(".C", ".Fortran", ".External")]), 0)
  expect_setequal(ls(package$called), names(routines$.Call))
})
