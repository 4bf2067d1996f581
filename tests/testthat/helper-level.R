# Two levels of tests. `make test` takes a minute; the extended level, CONVMAT_EXTENDED=true, also runs what is
# long by nature: garbage collections at each allocation, and plain oracles over all sizes. `.ci/run` runs it.
# CRAN's machines, where NOT_CRAN is not set, run less than either: at most a minute of processor time.

is_extended <- function() identical(Sys.getenv("CONVMAT_EXTENDED"), "true")

is_on_cran <- function() !is_extended() && !identical(Sys.getenv("NOT_CRAN"), "true")

skip_if_not_extended <- function() testthat::skip_if_not(is_extended(), "Long; CONVMAT_EXTENDED=true runs it")

# How many of random cases to run.
how_many <- function(extended, default, cran = default) {
  if (is_extended()) extended else if (is_on_cran()) cran else default
}

# Of many cases those to run: all of them at the extended level, else every 2 `step`-th, on CRAN every 6 `step`-th,
# from one of the first on. Loops over sizes give a `first` that changes from size to size, so that all kinds of cases have their turn.
some_of <- function(cases, step, first = 0) {
  if (is_extended()) return(cases)
  n <- length(cases)
  step <- min(if (is_on_cran()) 6 * step else 2 * step, n)
  cases[seq(first %% step + 1, n, by = step)]
}
