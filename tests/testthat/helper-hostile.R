# A generator of hostile calls. Every exported function and every S3 method is called
# with one to three hostile arguments among valid ones. What must come of it is a result
# or a convmat_error; see hostile_finding(). Values are expressions, so that a call can
# be printed as one would type it, and its arguments made again to see if they changed.
#
# A new function comes in by itself. It fails the test until each of its arguments has
# an entry in `valid_values`, by the argument's name or by "function$argument".

# R CMD check makes an error of the graphics device's warning about a script it lacks.
Sys.unsetenv("_R_CHECK_MBCS_CONVERSION_FAILURE_")

# What the expressions may name.
hostile_world <- function() {
  world <- new.env(parent = globalenv())
  ns <- asNamespace("convmat")
  for (name in getNamespaceExports(ns)) assign(name, get(name, ns), world)
  world$an_s4_object <- methods::setClass("hostile_object", list(a = "numeric"), where = world)(a = 1)
  world$an_s4_number <- methods::setClass("hostile_number", contains = "numeric", where = world)(1:3)
  local(envir = world, {
    an_environment <- new.env()
    a_pointer <- methods::new("externalptr")
    a_bytecode <- compiler::compile(quote(x + 1))
    latin1 <- "caf\xe9"
    Encoding(latin1) <- "latin1"
    utf8 <- "h\u00e9mo\u2028\U1F600"
    invalid <- "\xff\xfe"
    Encoding(invalid) <- "UTF-8"
    path <- tempfile("hostile-", fileext = ".tsv")
    writeLines(c("onset\tduration\ttrial_type", "1\t0\ta", "2.5\t1\tb"), path)
    columns <- tempfile("hostile-", fileext = ".txt")
    writeLines(c("1 2 1", "5 2 0.5"), columns)
    out <- tempfile("hostile-")
    eight <- tempfile("hostile-")
    writeBin(c(0.5, -0.25), eight)
    begun_stream <- function() {
      s <- conv_stream(c(2, 1), "same", boundary = "extend", na = "zero")
      stream_push(s, c(1, NA, Inf))
      s
    }
    tamper_stream <- function(name, value) {
      s <- begun_stream()
      s[[name]] <- value
      s
    }
    attributed <- function(x, ...) structure(x, ...)
    integer64 <- function(x) structure(as.double(x), class = "integer64")
    units <- function(x) {
      structure(x, units = structure(list("s", character()), class = "symbolic_units"), class = "units")
    }
    tibble <- function(...) {
      x <- data.frame(...)
      class(x) <- c("tbl_df", "tbl", "data.frame")
      x
    }
    zoo <- function(x, index = seq_len(NROW(x))) structure(x, index = index, class = "zoo")
    denormal <- 2^-1074
    e <- function(...) events(c(1, 4), c(0, 2), ...)
    tamper_slot <- function(name, value) {
      A <- conv_operator(c(1, 10, 100), 5)
      attr(A, name) <- value
      A
    }
    tamper <- function(object, name, value) {
      class <- class(object)
      object <- unclass(object)
      object[[name]] <- value
      structure(object, class = class)
    }
  })
  world
}

hostile_values <- expression(
  NULL, NA, TRUE, c(TRUE, NA), logical(0), NA_integer_, 1:3, -1L, .Machine$integer.max, integer(0), 2L,
  NA_real_, NaN, Inf, -Inf, 0, -0, -1, 0.5, 1e308, -1e308, denormal, c(1e308, 1e308, -1e308), c(denormal, 1),
  c(1, NA, NaN, Inf), c(Inf, -Inf), numeric(0), 1e15, 2^31, 2^53, 1e-300, c(a = 1, 2), 1:500, 500:1 + 0,
  1i, complex(0), complex(real = NA, imaginary = 1), complex(real = Inf, imaginary = NaN), c(1i, NA),
  "", "a", "full", NA_character_, character(0), c("a", "b"), latin1, utf8, invalid, strrep("long", 1e4),
  strrep("\u00e9", 1e3), "NA", "%s%d%n", "1", raw(0), as.raw(1:3),
  list(), list(1), list(1, "a", NULL), list(a = 1:3, b = 4:6), list(list(1)), list(1:3, 4:6), expression(a, b + 1),
  quote(a), quote(f(x)), quote(`a b`), y ~ x, as.pairlist(list(a = 1)), a_bytecode,
  sum, `if`, `[[`, function(x) x, function() 1, function(...) stop("no"), function(x) warning("mind"),
  function(x) "a", function(x) NULL, function(x) NA, function(x) Inf, identity, function(x) rep(1, length(x)),
  an_environment, globalenv(), a_pointer, an_s4_object, an_s4_number, methods::getClass("numeric"),
  Matrix::Matrix(1:4 + 0, 2), Matrix::Diagonal(3),
  matrix(0, 0, 0), matrix(0, 0, 3), matrix(0, 3, 0), matrix(1:6, 2), matrix(list(1, 2, 3, 4), 2),
  matrix("a"), matrix(NA),
  matrix(1:6 + 0, 3, dimnames = list(NULL, c("a", NA))), matrix(1:3 + 0, 3, dimnames = list(c("", "", NA), NULL)),
  matrix(1:4 + 0, 2, dimnames = list(x = c("a", "a"), y = c(utf8, latin1))),
  matrix(c(NA, 1, NaN, Inf), 2), matrix(1i, 2, 2), array(1, 3), array(1:24, 2:4),
  array(0, c(0, 1, 2)), array(1, c(1, 1, 1)),
  table(c("a", "b", "a")), table(c(1, 2, 2)), table(c(0.5, 1.2)), table(numeric(0)), ts(1:3), ts(1:2, start = 1e9, frequency = 1e-3), ts(matrix(1:6, 3)),
  ts(1:4, frequency = 12, start = c(2000, 2)),
  attributed(1:3 + 0, weird = an_environment), attributed(1:3 + 0, names = c("a", NA, "a")),
  attributed(1:3 + 0, class = "mystery"), attributed(1:3 + 0, class = c("ts", "mystery")),
  attributed(1:3 + 0, class = "ts"), attributed(list(1, 2), class = "numeric"), attributed(1:3 + 0, comment = "c"),
  attributed(function(x) x, class = "mystery"),
  attributed("full", class = "mystery"), attributed(1:3, class = "matrix"), attributed(list(), class = "events"),
  attributed(list(), class = "gamma_hrf"), attributed(1, class = "events"), attributed("a", class = "gamma_hrf"),
  attributed(list(onset = 1), class = c("events", "data.frame"), row.names = 1L), attributed(TRUE, names = "a"),
  attributed(list(1:3, 1:3), names = c("a", "a")), attributed(list(1:3, 1:3), names = c("1", "2")),
  as.Date("2020-01-01"), as.Date(NA), Sys.Date() + 0:2 - 0:2, as.POSIXct(0, origin = "1970-01-01", tz = "UTC"),
  as.POSIXlt("2020-01-01", tz = "UTC"), as.difftime(c(1, 2, 3), units = "secs"), as.difftime(1, units = "days"),
  factor(c("a", "b", NA)), factor(character(0)), addNA(factor(c("a", NA))), factor(1:3), ordered(1:3), factor("full"),
  integer64(1:3), integer64(1), units(1:3), units(1), numeric_version("1.2"), as.octmode(8L), as.hexmode(1L),
  data.frame(), data.frame(a = 1:3), data.frame(onset = 1:2, duration = 0, amplitude = 1), data.frame(a = "b"),
  zoo(1:3 + 0), zoo(1:3, c(1, 2, 4)), zoo(matrix(1:6 + 0, 3), as.Date(1:3, "1970-01-01")), zoo(1:3, 1:2),
  zoo(c("a", "b")), zoo(1:3, list(1, 2, 3)), attributed(zoo(1:3), class = c("xts", "zoo")), zoo(numeric(0)),
  Matrix::sparseMatrix(1:2, 1:2, x = c(1, NA)), Matrix::sparseMatrix(1:2, 1:2, dims = c(9, 3)),
  Matrix::sparseVector(2, 5, 9),
  attributed(c(1, 9), labels = c(a = 1), class = c("haven_labelled", "vctrs_vctr", "double")),
  attributed(list(a = 1:3, b = 1:2), class = "data.frame", row.names = 1:3), attributed(list(1:3), class = "data.frame"),
  data.frame(a = 1:3, b = I(matrix(1:6, 3))), data.frame(a = 1:3 + 0, b = 4:6, row.names = c("u", "v", "w")),
  tibble(a = 1:3), tibble(onset = 1:2), I(1:3), I("full"), noquote("full"), quote(expr = {
  }), Sys.time, complex(3)
)

# Of the right kind, by the name of an argument; several kinds where there are.
valid_values <- list(
  x = expression(
    c(1, 0, 2, -3), 1:10, ts(1:12 + 0, frequency = 4), matrix(1:6 + 0, 3, dimnames = list(NULL, c("a", "b"))),
    c(1i, 2, 3), c(1, NA, NaN, Inf, 5), c(TRUE, FALSE), numeric(0), c(a = 1, b = 2), 1:3000 + 0,
    ts(matrix(1:8, 4)), 5, 1e300 * c(1, -1)
  ),
  h = expression(
    c(1, 10, 100), 1:4, 1, c(1i, 2), matrix(1:4 + 0, 2), ts(c(1, 2), frequency = 4), rep(0.1, 2000), c(1e300, 1)
  ),
  y = expression(c(1, 0, 2, -3, 4, 5), 1:10 + 0, matrix(1:12 + 0, 6), c(1i, 2, 3, 4)),
  mode = expression("full", "same", "causal", "valid"), shift = expression(0, -1, 2L),
  `operator_norm$by` = expression("F", "O"), `operator_product$by` = expression(1:4, 1:5 + 0, matrix(1:10 + 0, 5)),
  `operator_left$by` = expression(1:4, 1:7 + 0, 1:4 + 0), `operator_crossprod$by` = expression(1:4, 1:7 + 0, 1:4 + 0),
  `operator_tcrossprod$by` = expression(1:4, 1:5 + 0, matrix(1:8 + 0, 2)),
  `as.vector$mode` = expression("any", "complex", "list"),
  `correlate$mode` = expression("full", "same", "valid"),
  `correlation_lags$mode` = expression("full", "same", "valid"),
  origin = expression(NULL, 0, 1L),
  boundary = expression("zero", "wrap", "nearest", "reflect", "mirror", "missing", "extend"),
  na = expression("propagate", "zero", "renormalise"),
  method = expression("auto", "direct", "fft"),
  `regressors$method` = expression("exact", "sampled", "spm", "nilearn"),
  `discretisation_error$method` = expression("sampled", "spm", "nilearn"),
  modulators = expression(NULL, "onset"), orthogonalise = expression(FALSE, TRUE),
  drift = expression("cosine", "legendre", "none"), high_pass = expression(NULL, 0.01),
  confounds = expression(NULL), intercept = expression(TRUE, FALSE), share = expression(FALSE, TRUE),
  X = expression(matrix(c(1, 1, 1, 2, 0, 1), 3, dimnames = list(NULL, c("a", "b"))), design_matrix(e(), 0:9)),
  contrasts = expression(c(1, 0), list(c(0, 1))), type = expression("design", "correlation"),
  cex.names = expression(0.8, 1), `design_matrix$...` = expression(list(), list(normalise = "area")),
  bins = expression(16, 16L, 20), bin0 = expression(8, 8L, 1), version = expression("0.11", "0.10.4"),
  `regressors$oversampling` = expression(50, 50L, 4), `discretisation_error$oversampling` = expression(5, c(4, 8)),
  `deconv$method` = expression("lsq", "ridge", "division", "richardson-lucy"), singular = expression("error", "minimum_norm"),
  threads = expression(NULL, 1, 2L),
  by = expression(1, 2, 1:4, 1:4 + 0, 1:5, 1:7 + 0, matrix(1:10 + 0, 5), "F", -1, c(TRUE, FALSE)),
  `conv_array$x` = expression(matrix(1:12 + 0, 3), array(1:24, 2:4), matrix(c(1, NA, Inf, 1i), 2), 1:5, matrix(0, 0, 3)),
  `conv_array$h` = expression(matrix(1:4, 2), array(1, c(1, 2, 1)), list(c(1, 2), NULL), c(1, 2), matrix(c(1i, 2), 1)),
  `conv_array$mode` = expression("full", "same", "valid", c("same", "full")),
  `conv_array$origin` = expression(NULL, 0, c(NA, 0)),
  `conv_array$boundary` = expression("zero", "wrap", "missing", "extend", c("zero", "mirror")),
  `correlate_array$x` = expression(matrix(1:12 + 0, 3), array(1:24, 2:4), matrix(c(1, NA, Inf, 1i), 2)),
  `correlate_array$h` = expression(matrix(1:4, 2), array(1, c(1, 2, 1)), list(c(1, 2), NULL)),
  `correlate_array$mode` = expression("full", "same", "valid", c("same", "full")),
  `correlate_array$...` = expression(list(), list(threads = 1), list(na = "zero")),
  fwhm = expression(2, c(2, 3), 0), spacing = expression(1, c(1, 0.5)), radius = expression(NULL, 3, 0),
  n = expression(1, 5, 12L), `conv_power$k` = expression(0, 3, 2L),
  `savitzky_golay$m` = expression(3, 1, 5L), `savitzky_golay_kernel$m` = expression(3, 1, 21L),
  degree = expression(0, 2, 1L),
  derivative = expression(0, 1, 3L), spacing = expression(1, 0.5), nx = expression(0, 5), nh = expression(1, 4L),
  sparse = expression(FALSE, TRUE), size = expression(2, 5L),
  `conv_chunk$x` = expression(c(1, 0, 2, -3), 1:4, c(1i, 2, NA, 4)), `conv_chunk$h` = expression(c(1, 10, 100), 1:3),
  chunk = expression(conv_chunks(4, 3, 10), conv_chunks(20, 3, 2)[3, ], as.list(conv_chunks(4, 3, 9, "same"))),
  f = expression(dexp, function(t) ifelse(t >= 0 & t < 1, 1, 0), function(t) 0 * t), g = expression(dexp, dnorm),
  t = expression(0:3, 1.5, numeric(0), seq(0, 20, by = 0.5)), lower = expression(0, -Inf), upper = expression(5, Inf),
  breaks = expression(NULL, c(0, 1)), peaks = expression(NULL, data.frame(at = 0:1, width = 1)), rel_tol = expression(1e-6), abs_tol = expression(0, 1e-9),
  model = expression("cohen", "spm", "glover", "nipraxis", gamma_hrf(6, 1)),
  `regressors$model` = expression("spm", "fir", function(t) exp(-t), gamma_hrf(c(6, 12), 1, c(1, -0.3))),
  `sampled_hrf$model` = expression("spm", "glover"),
  normalise = expression("none", "peak", "area", "max", "sum"),
  kind = expression("tent", "gamma"), from = expression(0, -2), to = expression(12, 20L), `hrf_basis$n` = expression(5, 7L),
  power = expression(5, c(6, 12)), mean = expression(6, c(6, 16)), sd = expression(2, c(2.4, 4)),
  shape = expression(6, c(6, 12)), scale = expression(1, c(0.9, 1)), weight = expression(1, c(1, -0.3)),
  name = expression("mine", utf8),
  onset = expression(c(1, 4), numeric(0), 3L), duration = expression(0, c(0, 2)), amplitude = expression(1, c(1, -2)),
  df = expression(
    e(run = 1:2), data.frame(onset = 1:2, duration = 0, kind = c("a", NA)), tibble(onset = 1, duration = 2, rt = 3),
    list(names = c("a", "b"), onsets = list(1:2, 3), durations = list(0, 1))
  ),
  `as_events$onset` = expression("onset", "duration"), `as_events$duration` = expression("duration", 0.5),
  `as_events$amplitude` = expression(NULL, "duration", 2), `as_events$trial_type` = expression("trial_type", NULL),
  `as_events$run` = expression("run", NULL), `as_events$missing` = expression("error", "drop", "keep"),
  `print$n` = expression(20, 2, Inf), ylim = expression(NULL, c(0, 3)),
  `read_events$amplitude` = expression(NULL, 1, "duration"),
  trial_type = expression(NULL, c("a", "b"), factor(c("b", "a"), levels = c("a", "b", "c"))),
  run = expression(NULL, 1:2, c("u", "v"), factor(1:2)),
  events = expression(
    e(), e(trial_type = c("a", "b")), events(numeric(0)), e(run = 1:2), e(run = c("u", "v")), bind_runs(e(), e()),
    as.data.frame(e(trial_type = 1:2)), tibble(onset = 1:2, duration = 0)
  ),
  times = expression(0:9, seq(0.5, 20, by = 0.5), list(0:9, 0:4), list(u = 0:9, v = 0:9)),
  dt = expression(NULL, 0.1, 0.5), `discretisation_error$dt` = expression(0.5, c(1, 0.5)),
  derivatives = expression(NULL, "temporal", c("temporal", "dispersion")),
  lags = expression(NULL, seq(0, 20, by = 2)), support = expression(NULL, c(0, 20)),
  tr = expression(2, 0.72), reference = expression(0, 0.5, "middle"),
  software = expression("spm", "nilearn"), oversampling = expression(NULL, 4), length = expression(32, 20L),
  `conv_values$x` = expression(
    zoo(1:3 + 0), units(1:3 + 0), data.frame(a = 1:3), integer64(0), Matrix::Matrix(1:4 + 0, 2),
    Matrix::sparseVector(2, 5, 9), 1:3
  ),
  `conv_restore$x` = expression(zoo(1:6 + 0), units(1), data.frame(a = 1, b = 2), Matrix::Matrix(1:4 + 0, 2), 1:3),
  `plot_steps$x` = expression(c(1, 0, 2), 1:4), `plot_steps$h` = expression(c(1, 10, 100), 2), k = expression(1, 1:2),
  start = expression(0, -1.5), `plot_steps$dt` = expression(1, 0.5),
  `explore_conv$x` = expression(NULL, c(1, 0, 2)), `explore_conv$h` = expression(NULL, c(1, 2, 1)),
  na_col = expression("grey", NA, 2),
  A = expression(matrix(1:6 + 0, 2), matrix(c(1, NA, Inf, 0), 2), matrix(TRUE)),
  col = expression(c("white", "black"), 1:3), zlim = expression(NULL, c(0, 1)), key = expression(TRUE, FALSE),
  xlab = expression("Time (s)", NULL), ylab = expression("Row"), main = expression("Title", NULL),
  xlim = expression(NULL, c(0, 10)),
  rows = expression(1, c(1, 1)), at = expression(1:3, c(0, 2, 4)),
  file = expression(path, columns, file(path)),
  `write_events$file` = expression(out, stdout()), `write_events$format` = expression("bids", "fsl", "afni"),
  runs = expression(NULL, 2, 5L), modulators = expression(NULL, "onset", c("duration", "amplitude")),
  format = expression("auto", "bids", "fsl", "afni"), missing = expression("error", "drop", "keep"),
  unfinished = expression("warn", "error", "accept"), encoding = expression("UTF-8", "latin1"),
  dec = expression(".", ","), run_lengths = expression(NULL, c(3, 4)),
  `read_events$duration` = expression("duration", 0.5), `read_events$trial_type` = expression("trial_type", NULL),
  `read_events$run` = expression(NULL, "duration"),
  `conv_stream$mode` = expression("full", "same", "causal"), block = expression(NULL, 1, 64L),
  `conv_stream$boundary` = expression("zero", "nearest", "mirror", "missing", "extend"), ncol = expression(1, 2L),
  s = expression(conv_stream(c(1, 10)), conv_stream(1:3, "same", boundary = "mirror", block = 4), begun_stream(), conv_stream(1:2, ncol = 2),
    tamper_stream("h", "a"), tamper_stream("columns", c(0, 1)), tamper_stream("held", 1), tamper_stream("at", list(n = 5))),
  `stream_file$from` = expression(eight, file(eight)), `stream_file$to` = expression(out, file(out)), resume = expression(FALSE, TRUE),
  `stream_file$s` = expression(conv_stream(c(1, 10)), conv_stream(1:3, "same", ncol = 2)), every = expression(10, 0, Inf),
  `stream_file$format` = expression("double", "pcm16", "pcm32"), to_format = expression("double", "pcm16", "pcm24"), size = expression(100, 3L),
  which = expression("x", c("x", "fit")), digits = expression(3, 5L),
  lambda = expression(0, 0.1, "auto", "gcv", "reml"), order = expression(0, 1),
  weights = expression(NULL, c(1, 2, 0, 1, 1, 1)), positive = expression(FALSE, TRUE), iterations = expression(NULL, 3),
  `predict$h` = expression(NULL, c(1, 2), c(1i, 2)), `vcov$sigma` = expression(NULL, 2), parm = expression(NULL, 2, -1, c(TRUE, FALSE)),
  `confint$level` = expression(0.95, 0.5), `confint$sigma` = expression(NULL, 2), conf.int = expression(FALSE, TRUE),
  conf.level = expression(0.95),
  # those of `...`
  `correlate$...` = expression(list(), list(threads = 1), list(na = "zero"), list(method = "fft", boundary = "zero")),
  `bind_runs$...` = expression(list(e(), e()), list(a = e(), b = e(trial_type = NULL)), list(list(e(), e()))),
  `c$...` = expression(list(e(), e()), list(e(trial_type = "a"))),
  `rbind$...` = expression(list(e(), e()), list(e(run = 1:2)), list(e(), as.data.frame(e()))),
  `...` = expression(list())
)

# The first argument of a method, by class, right or spoilt.
classed_values <- list(
  events = expression(
    e(), events(numeric(0)), e(trial_type = c("a", utf8), run = 1:2), tamper(e(), "onset", NULL),
    tamper(e(), "onset", c("a", "b")), tamper(e(), "duration", c(-1, NA)), tamper(e(), "trial_type", list(1, 2)),
    tamper(e(), "onset", as.Date(c(1, 2), origin = "1970-01-01")), tamper(e(), "extra", c(1i, 2))
  ),
  gamma_hrf = expression(
    gamma_hrf(6, 1), hrf_model("spm"), gamma_hrf(1, 1e-300), gamma_hrf(1e3, 1e300),
    tamper(hrf_model("spm"), "name", invalid), gamma_hrf(c(6, 12), 1, c(1e308, -1e308)),
    tamper(hrf_model("spm"), "shape", "a"), tamper(hrf_model("spm"), "name", NULL),
    tamper(hrf_model("spm"), "weight", numeric(0)), tamper(hrf_model("spm"), "scale", NULL)
  ),
  hrf_basis = expression(
    hrf_basis("tent"), hrf_basis("fourier", n = 5), tamper(hrf_basis("tent"), "n", NULL),
    tamper(hrf_basis("tent"), "kind", "a"), tamper(hrf_basis("tent"), "to", NaN)
  ),
  design_matrix = expression(
    design_matrix(e(), 0:9), design_matrix(bind_runs(e(), e()), list(0:9, 0:4), drift = "none"),
    design_matrix(e(), numeric(0)), attributed(design_matrix(e(), 0:9), columns = "a"),
    attributed(design_matrix(e(), 0:9), scans = NA), attributed(1, class = "design_matrix")
  ),
  summary.gamma_hrf = expression(summary(gamma_hrf(6, 1)), summary(gamma_hrf(6, 1, -1))),
  conv_method = expression(conv_method(1:3, 1:2), conv_method(rnorm(2e4), rnorm(2e3))),
  deconv = expression(
    deconv(c(1, 3, 5, 4, 4), c(1, 2)), deconv(cbind(a = sin(1:12), b = 1), c(1, 2), method = "ridge", lambda = "gcv")
  ),
  deconv_array = expression(
    deconv(outer(1:4, 1:3), matrix(1:4, 2), method = "ridge", lambda = 1),
    deconv(array(sin(1:24), 2:4), list(1:2, NULL, 1), mode = "same", boundary = "wrap", method = "ridge", lambda = 0.1),
    deconv(outer(1:4, 1:3), matrix(1:4, 2), method = "ridge", lambda = "gcv", positive = TRUE)
  ),
  summary.deconv = expression(
    summary(deconv(c(1, 3, 5, 4, 4), c(1, 2))), summary(deconv(cbind(a = sin(1:12), b = 1), c(1, 2), method = "ridge", lambda = 1))
  ),
  conv_stream = expression(conv_stream(1:3), begun_stream(), tamper_stream("version", "a"), tamper_stream("h", NULL), tamper_stream("columns", 1:2),
    tamper_stream("held", "a"), tamper_stream("at", NULL), tamper_stream("origin", 1e9), tamper_stream("block", NA), attributed(list(), class = "conv_stream")),
  summary.conv_stream = expression(summary(conv_stream(1:3)), summary(begun_stream())),
  summary.conv_operator = expression(summary(conv_operator(1:3, 5)), summary(conv_operator(1i, 5, "same"))),
  conv_operator = expression(
    conv_operator(1:3, 5), conv_operator(c(1i, 2), 4, "same", boundary = "wrap"), conv_operator(c(1e200, 1), 3),
    t(conv_operator(c(2, 1), 4, "same", boundary = "nearest")), conv_operator(1:3, 3e9), conv_operator(1, 4),
    conv_operator(2, 4, "causal"), conv_operator(1:2, 4, "same"), conv_operator(3:1, 4, "same", boundary = "wrap"),
    tamper_slot("origin", 1e9), tamper_slot("origin", NaN), tamper_slot("n", 2^60), tamper_slot("n", 1:2),
    tamper_slot("h", c(1, NA)), tamper_slot("h", 1:3), tamper_slot("h", numeric(0)), tamper_slot("h", list(1)),
    tamper_slot("mode", "a"), tamper_slot("boundary", "wrap"), tamper_slot("boundary", NA_character_),
    tamper_slot("transposed", NA), tamper_slot("transposed", "a")
  )
)

# name, fun, formals, and for a method the class of its first argument.
hostile_targets <- function() {
  ns <- asNamespace("convmat")
  exports <- lapply(sort(getNamespaceExports(ns)), function(name) list(name = name, fun = get(name, ns)))
  methods <- getNamespaceInfo(ns, "S3methods")
  # what ggplot2 makes of hostile options is not ours, nor what RSpectra does
  methods <- methods[!methods[, 1L] %in% c("autoplot", "svds"), , drop = FALSE]
  # the generics are called with objects of all their classes
  methods <- methods[!methods[, 1L] %in% c("conv_values", "conv_restore"), , drop = FALSE]
  methods <- lapply(seq_len(nrow(methods)), function(i) {
    generic <- get0(methods[i, 1L], ns, ifnotfound = get(methods[i, 3L], ns)) # that of a package may not be there
    list(
      name = methods[i, 1L], fun = generic, class = methods[i, 2L],
      args = formals(get(methods[i, 3L], ns))
    )
  })
  # generics of R and Matrix that have methods here are in operator_targets()
  exports <- Filter(function(target) is.function(target$fun) && !methods::isGeneric(target$name), exports)
  c(lapply(exports, function(target) c(target, list(args = formals(target$fun)))), methods, operator_targets())
}

# Generics with an operator, one that has been tampered with at times, beside a hostile `by`.
operator_targets <- function() {
  uses <- list(
    product = function(A, by) A %*% by, left = function(A, by) by %*% A, crossprod = function(A, by) crossprod(A, by),
    tcrossprod = function(A, by) tcrossprod(by, A), gram = function(A) crossprod(A), times = function(A, by) A * by,
    divided = function(A, by) A / by, sign = function(A) -A, row = function(A, by) A[by, ],
    entries = function(A, by) A[by], block = function(A, by) A[by, 1:2], norm = function(A, by) norm(A, by),
    diag = function(A) diag(A), sums = function(A) rowSums(A), size = function(A) c(dim(A), length(A)),
    show = function(A) show(A), conj = function(A) Conj(A), sparse = function(A) methods::as(A, "CsparseMatrix")
  )
  lapply(names(uses), function(name) {
    list(name = paste0("operator_", name), fun = uses[[name]], class = "conv_operator", args = formals(uses[[name]]), hostile = "by")
  })
}

valid_expressions <- function(target, arg) {
  if (!is.null(target$class) && arg == names(target$args)[1L] && arg != "...") {
    return(classed_values[[target$class]])
  }
  valid_values[[paste0(target$name, "$", arg)]] %||% valid_values[[arg]]
}

# Arguments that no table knows: "function$argument".
hostile_gaps <- function() {
  gaps <- lapply(hostile_targets(), function(target) {
    args <- names(target$args)
    known <- vapply(args, function(arg) length(valid_expressions(target, arg)) > 0L, NA)
    paste0(target$name, "$", args)[!known]
  })
  as.character(unlist(gaps))
}

# For some options too there are values that no one should set.
hostile_options <- list(
  convmat.max_bytes = expression("a", -1, NA, list(), 0, 1e9, 1, 1:2, 1e6),
  convmat.threads = expression("a", -1, NA, 1:2, 0, 1e9, 2, 1L, list(1), factor(1)),
  OutDec = expression(","), digits = expression(1, 22), scipen = expression(100, -9),
  warnPartialMatchDollar = expression(TRUE)
)

pick <- function(v) v[[sample.int(length(v), 1L)]]

# A random call: list(target, args, options), args and options named lists of expressions;
# `hostile` may be 0, for a call that must be right.
hostile_call <- function(targets, hostile = sample.int(3L, 1L)) {
  target <- pick(targets)
  args <- list()
  for (arg in names(target$args)) {
    needed <- identical(target$args[[arg]], quote(
      expr =
    ))
    if (needed || stats::runif(1) < 0.4) {
      value <- pick(valid_expressions(target, arg))
      args <- c(args, if (arg == "...") as.list(value)[-1L] else stats::setNames(list(value), arg))
    }
  }
  spoilt <- if (length(args)) sample.int(length(args), min(hostile, length(args))) else integer(0)
  # a method is called for objects of its class only
  if (!is.null(target$class)) spoilt <- spoilt[names(args)[spoilt] %in% target$hostile]
  for (i in spoilt) args[i] <- list(pick(hostile_values))
  options <- list()
  if (hostile > 0L && stats::runif(1) < 0.1) {
    name <- pick(names(hostile_options))
    options[name] <- list(pick(hostile_options[[name]]))
  }
  list(target = target, args = args, options = options)
}

# One line that can be typed.
show_call <- function(case) {
  call <- as.call(c(as.name(case$target$name), case$args))
  options <- if (length(case$options)) paste0(" with ", paste(deparse(case$options), collapse = ""))
  paste0(paste(trimws(deparse(call, width.cutoff = 500L)), collapse = " "), options)
}

# R's own words for what is not a matter of values.
is_rs_own <- function(e) {
  grepl("^argument .* is missing, with no default$|^unused argument", conditionMessage(e))
}

# Runs a call. NULL if all is well, else what is not, in a few words.
hostile_finding <- function(case, world, limit = 5) {
  values <- lapply(case$args, eval, world)
  if (length(case$options)) {
    old <- options(lapply(case$options, eval, world))
    on.exit(options(old))
  }
  found <- NULL
  note <- function(kind, cnd) {
    if (is.null(found)) found <<- sprintf("%s: %s", kind, strtrim(iconv(conditionMessage(cnd), "", "UTF-8", sub = "byte"), 300L))
  }
  started <- proc.time()
  setTimeLimit(elapsed = 4 * limit, transient = TRUE)
  on.exit(setTimeLimit(), add = TRUE)
  utils::capture.output(tryCatch(
    withCallingHandlers(
      invisible(do.call(case$target$fun, values, quote = TRUE)),
      warning = function(w) {
        # the words of a function among the values, and of the graphics device for a script it lacks
        known <- inherits(w, "convmat_warning") || grepl("^mind$|mbcsToSbcs", conditionMessage(w))
        if (!known) note("warning", w)
        invokeRestart("muffleWarning")
      },
      message = function(m) {
        if (!inherits(m, "convmat_message")) note("message", m)
        invokeRestart("muffleMessage")
      }
    ),
    error = function(e) if (!inherits(e, "convmat_error") && !is_rs_own(e)) note("error", e)
  ))
  if (length(case$options)) options(old)
  setTimeLimit()
  # other programs have the machine, too: a call that only waits meets the time limit above
  taken <- proc.time() - started
  taken <- min(taken[["elapsed"]], sum(taken[c("user.self", "sys.self")]))
  if (is.null(found) && taken > limit) found <- sprintf("slow: %.1f s", taken)
  close_connections(values)
  if (is.null(found)) {
    again <- lapply(case$args, eval, world)
    changed <- !mapply(same_value, values, again) & !vapply(again, inherits, NA, c("connection", "conv_stream"))
    close_connections(again)
    if (any(changed)) found <- paste("changed:", paste(names(changed)[changed], collapse = ", "))
  }
  found
}

# Does a call give a result, without a word?
hostile_works <- function(case, world) {
  values <- lapply(case$args, eval, world)
  on.exit(close_connections(values))
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off(), add = TRUE)
  result <- NULL
  utils::capture.output(result <- tryCatch(
    suppressMessages(suppressWarnings(list(do.call(case$target$fun, values, quote = TRUE)))),
    convmat_error = function(e) NULL
  ))
  !is.null(result)
}

close_connections <- function(values) {
  for (value in values) if (inherits(value, "connection")) try(close(value), silent = TRUE)
}

same_value <- function(a, b) {
  identical(
    a, b,
    num.eq = FALSE, single.NA = FALSE, ignore.environment = TRUE, ignore.bytecode = TRUE, ignore.srcref = TRUE
  )
}

# The same finding with fewer arguments, and simpler ones where there is a choice.
shrink_case <- function(case, world) {
  kind <- sub(":.*", "", hostile_finding(case, world))
  fails <- function(other) identical(sub(":.*", "", hostile_finding(other, world) %||% ""), kind)
  try_instead <- function(other) if (fails(other)) case <<- other
  try_instead(utils::modifyList(case, list(options = NULL)))
  for (i in rev(seq_along(case$args))) {
    other <- case
    other$args <- case$args[-i]
    try_instead(other)
  }
  for (name in names(case$args)) {
    other <- case
    other$args[name] <- list(valid_expressions(case$target, name)[[1L]])
    try_instead(other)
  }
  case
}

# Runs `n` random calls; a named character vector of findings, the calls their names.
# `before` is told of each call, so that one which ends R can be known, and `after` of each finding.
run_hostile <- function(n, targets = hostile_targets(), before = function(case) NULL,
                        after = function(call, finding) NULL) {
  old <- options(
    convmat.max_bytes = 2e7, warnPartialMatchArgs = TRUE, warnPartialMatchAttr = TRUE,
    warnPartialMatchDollar = TRUE
  )
  grDevices::pdf(NULL)
  folder <- tempfile("hostile-") # for files that calls write
  dir.create(folder)
  home <- setwd(folder)
  on.exit({
    grDevices::dev.off()
    options(old)
    setwd(home)
    unlink(folder, recursive = TRUE)
  })
  world <- hostile_world()
  found <- character(0)
  for (i in seq_len(n)) {
    case <- hostile_call(targets)
    before(case)
    finding <- hostile_finding(case, world)
    if (!is.null(finding)) {
      call <- show_call(shrink_case(case, world))
      if (!(call %in% names(found))) after(call, finding)
      found[call] <- finding
    }
  }
  found
}
