#' See a convolution move
#'
#' Opens a page in the browser with a slider: flip the kernel, shift it along the
#' signal, multiply, add. The row of the convolution matrix that does the same is
#' shown beside it. Modes and boundaries can be switched, and signal and kernel
#' typed in. `explore_conv()` starts with the neural signal and the haemodynamic
#' response of `vignette("convolution-matrices")`.
#'
#' @param x The signal: a numeric vector of length n, from 1 to 500; `NULL` for
#'   that of the walkthrough.
#' @param h The kernel: a numeric vector of length m, from 1 to 500, all of it
#'   finite; `NULL` for that of the walkthrough.
#' @param mode,boundary Where to begin, as in [conv()].
#'
#' @returns A shiny application, which starts when it is printed, as at the console.
#'
#' @section Errors:
#' `convmat_error_package` if the package shiny is not installed;
#' `convmat_error_type`, `convmat_error_length` and `convmat_error_value` if `x`
#' or `h` is not as described, or `boundary` does not go with `mode`.
#'
#' @section Algorithm and cost:
#' The pictures are those of [plot_steps()] and [plot_matrix()]; the numbers are
#' made by [conv()] and [conv_matrix()].
#'
#' @references Brett, M., _nipraxis_, chapter "Convolution with matrices",
#'   <https://textbook.nipraxis.org/convolution_matrices.html>
#'
#' @seealso [plot_steps()] for single steps without a browser.
#' @family pictures
#' @examples
#' if (interactive()) {
#'   explore_conv()
#'   explore_conv(c(1, 5, 2, 4, 3), c(1, 2, 1) / 4, "same", boundary = "reflect")
#' }
#' @export
explore_conv <- function(x = NULL, h = NULL, mode = "full", boundary = "zero") {
  x <- check_explored(x %||% walkthrough_signal(), "x")
  h <- check_kernel_samples(check_explored(h %||% hrf(0:19), "h"))
  check_choice(mode, modes, "mode")
  check_boundary(boundary, mode)
  if (!requireNamespace("shiny", quietly = TRUE)) {
    abort(
      "package", "`explore_conv()` needs the package shiny, which is not installed.",
      "`install.packages(\"shiny\")` gets it; `plot_steps()` does without."
    )
  }
  shiny::shinyApp(explore_page(x, h, mode, boundary), explore_server)
}

walkthrough_signal <- function() {
  neural_signal(events(c(4, 10, 20), c(3, 0, 0), c(1, 1, 3)), 0:39)[, 1L]
}

check_explored <- function(x, arg) {
  x <- check_real_signal(x, arg)
  if (length(x) > 500L) {
    abort("length", sprintf(
      "`%s` must have at most 500 values to be seen, not %s.", arg, format_count(length(x))
    ))
  }
  x
}

explore_page <- function(x, h, mode, boundary) {
  typed <- function(value) paste(vapply(value, format, "", digits = 6L), collapse = ", ")
  shiny::fluidPage(
    lang = "en", title = "Convolution, step by step",
    shiny::tags$head(shiny::tags$link(rel = "icon", href = "data:,")), # or browsers ask for one
    shiny::h2("Flip, shift, multiply, add"),
    shiny::sidebarLayout(
      shiny::sidebarPanel(
        width = 3L,
        shiny::sliderInput(
          "k", "Output",
          min = 1, max = 2, value = 1, step = 1,
          animate = shiny::animationOptions(interval = 400)
        ),
        shiny::selectInput("mode", "Mode", modes, mode),
        shiny::selectInput("boundary", "Boundary (modes same and causal)", boundaries, boundary),
        shiny::textAreaInput("x", "Signal x", typed(x), rows = 4L),
        shiny::textAreaInput("h", "Kernel h", typed(h), rows = 4L)
      ),
      shiny::mainPanel(
        width = 9L,
        shiny::p(shiny::textOutput("said", inline = TRUE), role = "status"),
        shiny::fluidRow(
          shiny::column(6L, shiny::plotOutput("steps", height = "620px")),
          shiny::column(6L, shiny::plotOutput("matrix", height = "620px"))
        )
      )
    )
  )
}

explore_server <- function(input, output, session) {
  current <- shiny::reactive(read_explored(input$x, input$h, input$mode, input$boundary))
  shiny::observe({
    n <- length(current()$y)
    if (n > 0L) {
      shiny::updateSliderInput(session, "k", max = n) # moves the slider if it is beyond
    }
  })
  step <- shiny::reactive(min(input$k, length(current()$y)))
  output$said <- shiny::renderText({
    now <- current()
    now$error %||% sprintf("y[%d] = %s", as.integer(step()), format(now$y[step()], digits = 6L))
  })
  output$steps <- shiny::renderPlot(alt = "Signal, flipped kernel, products and result", {
    now <- current()
    shiny::req(is.null(now$error))
    plot_steps(now$x, now$h, step(), now$mode, boundary = now$boundary, xlab = "Sample, from 0")
  })
  output$matrix <- shiny::renderPlot(alt = "The convolution matrix with the row of this output", {
    now <- current()
    shiny::req(is.null(now$error))
    draw_explored_matrix(now, step())
  })
}

# What was typed: numbers and the result, or an `error` in words.
read_explored <- function(x, h, mode, boundary) {
  if (mode %in% c("full", "valid")) {
    boundary <- "zero"
  }
  tryCatch(
    {
      x <- check_explored(type_numbers(x, "x"), "x")
      h <- check_explored(type_numbers(h, "h"), "h")
      y <- conv(x, h, mode, boundary = boundary)
      list(x = x, h = h, mode = mode, boundary = boundary, y = y)
    },
    convmat_error = function(e) list(error = conditionMessage(e))
  )
}

type_numbers <- function(text, arg) {
  words <- strsplit(trimws(text), "[[:space:],;]+")[[1L]]
  value <- suppressWarnings(as.numeric(words))
  wrong <- is.na(value) & !words %in% c("NA", "NaN")
  if (any(wrong)) {
    abort("value", sprintf("`%s` must be numbers with commas between; %s is none.", arg, show_string(words[wrong][1L])))
  }
  value
}

draw_explored_matrix <- function(now, k) {
  if (now$boundary == "missing") {
    graphics::plot.new()
    graphics::text(0.5, 0.5, "Boundary \"missing\" has no matrix.")
    return(invisible())
  }
  A <- conv_matrix(now$h, length(now$x), now$mode, boundary = now$boundary)
  old <- graphics::par(mar = c(3.6, 4, 1.8, 4.5), mgp = c(2.2, 0.6, 0), las = 1, font.main = 1)
  on.exit(graphics::par(old))
  plot_matrix(A,
    main = sprintf("Row %d of the matrix", as.integer(k)),
    xlab = "Sample of the signal", ylab = "Output"
  )
  graphics::rect(0.5, k - 0.5, ncol(A) + 0.5, k + 0.5, border = step_colors[["output"]], lwd = 2)
}
