# Two levels of tests. `make test` takes a minute; the extended level, CONVMAT_EXTENDED=true, also runs what is
# long by nature: garbage collections at each allocation, and plain oracles over all sizes. `.ci/run` runs it.

is_extended <- function() identical(Sys.getenv("CONVMAT_EXTENDED"), "true")

# Of many cases those to run: all of them at the extended level, else every `step`-th, from one of the
# first on. Loops over sizes give a `first` that changes from size to size, so that all kinds of cases have their turn.
some_of <- function(cases, step, first = 0) {
  if (is_extended()) return(cases)
  n <- length(cases)
  step <- min(step, n)
  cases[seq(first %% step + 1, n, by = step)]
}
