# Every exported function with hostile arguments: helper-hostile.R says how, `make hostile` runs more.

test_that("every argument of every function has valid values to draw from", {
  expect_identical(hostile_gaps(), character(0))
})

test_that("the values are what they say, and valid calls are right", {
  world <- hostile_world()
  known <- c(hostile_values, unlist(c(valid_values, classed_values, hostile_options)))
  for (value in as.list(known)) {
    close_connections(list(eval(value, world)))
  }
  set.seed(71)
  called <- character(0)
  for (target in hostile_targets()) {
    for (i in 1:40) {
      case <- hostile_call(list(target), hostile = 0)
      ok <- hostile_works(case, world)
      if (ok) break
    }
    if (ok) called <- c(called, target$name)
  }
  # or the hostile ones below would all stop at the same first check
  needs_shiny <- if (!requireNamespace("shiny", quietly = TRUE)) "explore_conv"
  expect_setequal(setdiff(vapply(hostile_targets(), `[[`, "", "name"), called), as.character(needs_shiny))
})

test_that("hostile arguments give a result or a convmat_error, and change nothing", {
  set.seed(72)
  found <- run_hostile(how_many(2500, 350, 150))
  expect(length(found) == 0L, paste(names(found), found, sep = "\n  ", collapse = "\n"))
})

test_that("the generator finds what is planted for it", {
  target <- function(fun) {
    list(name = "planted", fun = fun, args = as.pairlist(alist(
      x =
    )))
  }
  plants <- list(
    error = function(x) if (is.factor(x)) stop("planted") else x,
    warning = function(x) if (is.raw(x)) warning("planted") else x,
    message = function(x) if (is.list(x)) message("planted") else x
  )
  set.seed(73)
  for (kind in names(plants)) {
    found <- run_hostile(500, list(target(plants[[kind]])))
    expect_gt(length(found), 0)
    expect_match(found, paste0("^", kind, ": planted"))
  }
  skip_on_cran()
  # a change in place, as C could make it
  world <- hostile_world()
  world$counter <- 0
  changing <- list(target = target(function(x) x), args = list(x = quote(counter <- counter + 1)), options = list())
  expect_match(hostile_finding(changing, world), "^changed: x")
})
