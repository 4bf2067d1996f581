# The page with the slider, without a browser: its server is asked as the page asks it. `make site-test` drives it in
# one.

skip_if_not_installed("shiny")

# What the page sends at first, but for what is given.
typed <- function(...) {
  utils::modifyList(list(k = 1, mode = "full", boundary = "zero", x = "1, 0, 2", h = "1, 10, 100"), list(...))
}

said_of <- function(y, k) sprintf("y[%d] = %s", k, format(y[k], digits = 6))

test_that("the page says the output that conv() gives, in every mode and with every boundary", {
  skip_on_cran()
  x <- c(3, 5, NA, 6, 8)
  h <- c(1, 2, 4)
  shiny::testServer(explore_server, {
    for (mode in modes) {
      for (boundary in if (mode %in% c("same", "causal")) some_of(boundaries, 1, first = nchar(mode)) else "zero") {
        y <- conv(x, h, mode, boundary = boundary)
        for (k in unique(c(1, 2, length(y)))) {
          do.call(session$setInputs, typed(k = k, mode = mode, boundary = boundary, x = "3, 5, NA, 6, 8", h = "1 2; 4"))
          expect_identical(output$said, said_of(y, k))
        }
      }
    }
  })
})

test_that("modes without a boundary go on where one is chosen, and the slider may be beyond the outputs", {
  shiny::testServer(explore_server, {
    do.call(session$setInputs, typed(k = 5, boundary = "wrap"))
    expect_identical(output$said, "y[5] = 200")
    session$setInputs(mode = "valid")
    expect_identical(output$said, "y[1] = 102")
    session$setInputs(mode = "same", k = 1)
    expect_identical(output$said, said_of(conv(c(1, 0, 2), c(1, 10, 100), "same", boundary = "wrap"), 1))
  })
})

test_that("what is no signal or kernel is said in words, and nothing is drawn", {
  said <- function(...) {
    text <- NULL
    shiny::testServer(explore_server, {
      do.call(session$setInputs, typed(...))
      text <<- output$said
      expect_error(output$steps, class = "shiny.silent.error")
      expect_error(output$matrix, class = "shiny.silent.error")
      session$setInputs(x = "1, 0, 2", h = "1, 10, 100") # and it goes on
      expect_identical(output$said, "y[1] = 1")
    })
    text
  }
  expect_identical(said(x = "1, two"), "`x` must be numbers with commas between; \"two\" is none.")
  expect_match(said(h = ""), "`h` must have", fixed = TRUE)
  expect_match(said(h = "1, NA"), "`h`", fixed = TRUE)
  expect_identical(said(x = toString(1:501)), "`x` must have at most 500 values to be seen, not 501.")
})

test_that("steps and matrix are drawn, and a boundary without a matrix says so", {
  shiny::testServer(explore_server, {
    for (boundary in c("zero", "missing")) {
      do.call(session$setInputs, typed(mode = "same", boundary = boundary, k = 2))
      for (picture in list(output$steps, output$matrix)) {
        expect_match(picture$src, "^data:image/png")
        expect_true(nzchar(picture$alt))
      }
    }
  })
})

test_that("the page begins with what is given", {
  page <- as.character(explore_page(c(1, 0.5), c(2, 1e-7), "same", "reflect"))
  for (part in c("1, 0.5", "2, 1e-07", "<option value=\"same\" selected>", "<option value=\"reflect\" selected>")) {
    expect_match(page, part, fixed = TRUE)
  }
  app <- explore_conv()
  expect_s3_class(app, "shiny.appobj")
  expect_convmat_error(explore_conv(1:501), "length", "at most 500")
  expect_convmat_error(explore_conv(1:3, c(1, Inf)), "value", "`h`")
  expect_convmat_error(explore_conv(1:3, 1, "valid", boundary = "wrap"), "value", "`boundary`")
})
