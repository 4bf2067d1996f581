# What `make valgrind` runs under valgrind: every routine of the compiled code, from the calls of
# test-gctorture.R, and the test files named. The tests of the engine compare too many numbers for it.
library(testthat)
library(convmat)
grDevices::pdf(NULL) # pictures go nowhere
world <- new.env(parent = asNamespace("convmat"))
for (file in list.files("tests/testthat", "^helper-.*[.]R$", full.names = TRUE)) sys.source(file, world)
for (line in parse("tests/testthat/test-gctorture.R")) {
  if (identical(line[[1]], quote(`<-`))) eval(line, world)
}
# valgrind reports what was never set only where something depends on it, as what is printed does.
world$look <- function(y) invisible(utils::capture.output(print(y)))
for (call in world$torture_calls) world$look(eval(call, world))
# and with what is large enough for blocks, cells and groups
with(world, {
  look(sum(conv(sin(1:20000), sin(1:2000))))
  look(colSums(conv(cbind(sin(1:3000), replace(numeric(3000), 7:9, c(NA, 1, Inf))), sin(1:1000), threads = 2)))
  set.seed(91)
  hostile <- hostile_world()
  for (i in 1:100) hostile_finding(hostile_call(hostile_targets()), hostile)
})
for (test in commandArgs(trailingOnly = TRUE)) {
  test_file(file.path("tests/testthat", paste0("test-", test, ".R")), env = world, package = "convmat", load_package = "none",
    reporter = "check", stop_on_failure = TRUE
  )
}
cat("convmat: done\n")
