# An interrupt ends each long operation. CONVMAT_REPEATS=100 (`make limits`) repeats each as often.

skip_on_cran()
skip_if_not_installed("callr")

# Each takes much longer than the moment after which it is interrupted.
long_calls <- list(
  direct = quote(conv(noise(2e6), noise(2e4), method = "direct")),
  threaded = quote(conv(noise(4e6), noise(2e4), method = "direct", threads = 2)),
  fft = quote(conv(noise(2e7), noise(3e4), method = "fft")),
  guarded = quote(conv(noise(2e7), noise(3e4))),
  complex = quote(conv(noise(1e6) + 1i, noise(3e4) + 1i)),
  missing = quote(conv(replace(noise(1e7), 1:2e5 * 50, NA), abs(noise(3e4)), na = "renormalise")),
  nearest = quote(conv(noise(1e7), noise(3e4), "same", boundary = "nearest")),
  sparse = quote(conv(replace(numeric(1e7), 1:3e4 * 300, 1), noise(3e4))),
  columns = quote(conv(matrix(noise(2e7), 4e3), noise(3e3), threads = 2)),
  tiny = quote(conv(matrix(noise(2e7), 1), 2, threads = 1)),
  stream = quote(stream_push(conv_stream(noise(2e4), block = 64), noise(4e6))),
  blocks = quote(stream_push(conv_stream(replace(numeric(2e4), c(1, 2e4), 1), block = 64), noise(1e7))),
  image = quote(conv_array(matrix(noise(4e6), 2000), matrix(noise(101^2), 101), method = "direct")),
  axes = quote(conv_array(matrix(noise(4e6), 2000), list(noise(1500), noise(1500)))),
  image_fft = quote(conv_array(matrix(noise(1e7), 4000), matrix(noise(101^2), 101))),
  image_reflect = quote(conv_array(
    matrix(replace(noise(1e7), 1:2e5 * 50, NA), 4000), matrix(abs(noise(51^2)), 51), "same",
    boundary = "reflect", na = "renormalise"
  )),
  correlate = quote(correlate(noise(2e7), noise(3e4))),
  matrix = quote(conv_matrix(noise(3000), 15000)),
  bounded = quote(conv_matrix(noise(3000), 12000, "same", boundary = "wrap")),
  scaled = quote(shifted_scaled_kernels(noise(12000), noise(3000))),
  regressors = quote(regressors(events(1:3e4 * 2, 1:3e4 %% 3), seq(0, 6e4, by = 0.05))),
  fir = quote(regressors(events(1:3e5 / 5, 30), seq(0, 6e4, by = 0.05), "fir", lags = seq(0, 60, by = 1))),
  responses = quote(event_responses(events(1:2000 * 2), seq(0, 4e3, by = 0.05))),
  sparse_responses = quote(event_responses(events(1:3e4), seq(0, 3e4, by = 0.01), sparse = TRUE)),
  neural = quote(neural_signal(events(1:3e5 / 10, 3e3), seq(0, 3e4, by = 0.1))),
  grid = quote(lapply(1:30, function(k) neural_signal(events(1, 1), noise(3e6)[1] + seq(0, 3e6)))),
  integral = quote(conv_integral(dexp, dnorm, 1:2e5)),
  ridge = quote(deconv(noise(6e4), abs(noise(200)), mode = "causal", method = "ridge", lambda = "reml")),
  bounded_ridge = quote(deconv(
    noise(6e4), abs(noise(200)), mode = "same", boundary = "reflect", method = "ridge", lambda = "reml"
  )),
  long_ridge = quote(deconv(noise(1e6), abs(noise(50)), mode = "causal", method = "ridge", lambda = 1e-3, order = 2)),
  wrapped_ridge = quote(deconv(
    noise(1e6), abs(noise(50)), mode = "same", boundary = "wrap", method = "ridge", lambda = 1e-3, order = 1
  )),
  reflections = quote(deconv(
    noise(6e4), dnorm(1:200, 100, 20), mode = "same", boundary = "extend", method = "ridge", lambda = 1e-14, order = 1
  )),
  image_ridge = quote(deconv(
    matrix(noise(4e6), 2000), matrix(noise(31^2), 31), mode = "same", boundary = "reflect", method = "ridge", lambda = 1
  )),
  positive = quote(deconv(noise(6e4), abs(noise(200)), mode = "causal", positive = TRUE)),
  lucy = quote(deconv(noise(6e4)^2, abs(noise(200)), mode = "causal", method = "richardson-lucy", iterations = 1e4))
)

# Hundredths of a second from one interrupt to the next, where a call has several steps, each of which must end soon.
apart <- c(ridge = 20, bounded_ridge = 20, long_ridge = 100, wrapped_ridge = 100, reflections = 50, positive = 20)
# At the level of a minute one of each kind: positive has the steps of the penalised solutions, and the others
# poll in loops of those that stay. The extended level has all.
if (!is_extended() && Sys.getenv("CONVMAT_REPEATS") == "") {
  long_calls[c(
    "ridge", "bounded_ridge", "long_ridge", "wrapped_ridge", "reflections", "image_ridge", "guarded", "complex", "tiny",
    "blocks", "axes", "image_fft", "correlate", "bounded", "scaled", "fir", "sparse_responses", "grid", "nearest",
    "columns", "image", "neural"
  )] <- NULL
}

# For each call: interrupts it `repeats` times, each time a little later. Seconds from each signal to
# the return, by the clock and of the processor, whether the calls were cut short, and by how much
# resident memory grew.
interrupt_child <- function(calls, repeats, apart) {
  library(convmat)
  options(convmat.max_bytes = Inf)
  made <- list()
  noise <- function(n) {
    key <- format(n)
    if (is.null(made[[key]])) made[[key]] <<- rep_len(sin(seq_len(min(n, 2e5))^1.3), n)
    made[[key]]
  }
  resident <- function() {
    gc()
    status <- if (file.exists("/proc/self/statm")) scan("/proc/self/statm", quiet = TRUE)[2L]
    if (is.null(status)) NA else 4096 * status
  }
  # a shell of its own, as R does not hear signals while system() starts one
  shell <- pipe("exec sh", "w")
  on.exit(close(shell))
  # ticks: hundredths of a second that this process has had of the processor; spend N: waits until it has had N
  # more, as other programs have the machine, too. Without /proc, by the clock.
  writeLines(c(
    sprintf("stat=/proc/%d/stat", Sys.getpid()),
    "ticks() { { read -r line < $stat && set -- ${line##*) } && echo $((${12} + ${13})); } 2>/dev/null; }",
    "spend() {",
    "  end=$(ticks); n=0",
    "  [ -n \"$end\" ] || { sleep $(printf 0.%02d $1); return; }",
    "  end=$((end + $1)); while [ $n -lt 400 ] && [ $(ticks) -lt $end ]; do n=$((n + 1)); sleep 0.005; done",
    "}"
  ), shell)
  stamp <- tempfile()
  # `fun` is what is called, `args` its arguments, made before
  run <- function(i, fun, args, apart) {
    unlink(stamp)
    writeLines(sprintf(
      "spend %d; { date +%%s.%%N; ticks; } > %s.part; mv %s.part %s; kill -INT %d",
      3L + as.integer(i %% 5 * apart), stamp, stamp, stamp, Sys.getpid()
    ), shell)
    flush(shell)
    cut <- tryCatch(
      {
        do.call(fun, args)
        while (!file.exists(stamp)) Sys.sleep(0.005) # too quick
        Sys.sleep(1)
        NA
      },
      interrupt = function(e) TRUE
    )
    now <- c(as.numeric(Sys.time()), sum(proc.time()[1:2]))
    at_signal <- as.numeric(readLines(stamp))[1:2] / c(1, 100)
    c(now - at_signal, cut)
  }
  # what is resident but for `made`, which grows by what a call needs
  rest <- function() resident() - 8 * sum(lengths(made))
  last <- rest()
  Map(function(call, apart) {
    fun <- get(as.character(call[[1L]]))
    arguments <- function() lapply(as.list(call)[-1L], eval, environment(noise))
    args <- arguments()
    run(4, fun, args, apart) # goes furthest of all, so that there is all memory that is kept
    all <- vapply(seq_len(repeats), run, c(0, 0, 0), fun, args, apart)
    args <- NULL
    now <- rest()
    growth <- now - last
    last <<- now
    if (!is.na(growth) && growth > 2^26) { # what is kept for the next call stays as it is, what is lost grows again
      args <- arguments()
      early <- resident()
      vapply(seq_len(repeats), run, c(0, 0, 0), fun, args, apart)
      growth <- resident() - early
    }
    list(
      clock = all[1L, ], processor = all[2L, ], cut = !is.na(all[3L, ]), growth = growth,
      after = conv(1:3, c(1, 10))
    )
  }, calls, apart)
}

repeats <- as.integer(Sys.getenv("CONVMAT_REPEATS", how_many("4", "2")))

test_that("an interrupt ends each long operation soon, leaks nothing, and the next call works", {
  skip_on_os("windows")
  skip_on_covr() # which counts lines while it waits
  gaps <- ifelse(names(long_calls) %in% names(apart), apart[names(long_calls)], 1)
  # one child for all: SIGINT is not for the session that runs the tests
  all <- in_child(interrupt_child, list(long_calls, repeats, gaps), timeout = Inf)
  expect_named(all, names(long_calls))
  for (name in names(all)) {
    seen <- all[[name]]
    # other programs have the machine, too: of threads the clock counts, else what is less
    seconds <- pmin(seen$clock, seen$processor, na.rm = TRUE)
    if (repeats >= 20L) {
      message(sprintf(
        "%-16s median %.3f s, longest %.3f s, memory %+.1f MB, %d of %d cut", name,
        stats::median(seconds), max(seconds), seen$growth / 1e6, sum(seen$cut), repeats
      ))
    }
    expect_true(mean(seen$cut) > 0.7, info = paste(name, "is too quick to be interrupted"))
    # of a few repeats of the same, the quicker ones; of different steps the slowest
    share <- if (name %in% names(apart)) 1 else if (repeats < 4L) 0 else if (repeats < 20L) 0.25 else 0.5
    typical <- function(seconds) stats::quantile(seconds[seen$cut], share)[[1L]]
    expect_lte(typical(seconds), 0.2, label = name)
    expect_lte(typical(seen$clock), 5, label = name) # nor does it wait
    # glibc keeps what was freed, up to 64 MB, for the next call
    if (!is.na(seen$growth)) expect_lte(seen$growth, 2^26, label = name)
    expect_identical(seen$after, c(1, 12, 23, 30))
  }
})
