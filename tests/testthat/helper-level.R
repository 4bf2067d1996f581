# Two levels of tests. `make test` takes a minute; the extended level, CONVMAT_EXTENDED=true, also runs what is
# long by nature: garbage collections at each allocation, and plain oracles over all sizes. `.ci/run` runs it.

is_extended <- function() identical(Sys.getenv("CONVMAT_EXTENDED"), "true")

# Of many cases those to run: all of them at the extended level, else every `step`-th, from the first to the last.
some_of <- function(cases, step) {
  if (is_extended()) return(cases)
  n <- length(cases)
  cases[unique(c(seq(1, n, by = step), n))]
}
