# A function that shows which part of a long computation is done, or NULL where nobody
# looks. C calls it after two seconds and five times a second from then on. The bar goes
# away with the call of ours that it was made in, also on an interrupt.
# options(convmat.progress = FALSE) silences it, TRUE shows it in scripts as well.
progress <- function(name, frame = parent.frame(), looks = getOption("convmat.progress", interactive())) {
  if (!isTRUE(looks)) {
    return(NULL)
  }
  force(frame)
  bar <- NULL
  function(done) {
    if (is.null(bar)) {
      options <- options(cli.progress_show_after = 0)
      on.exit(options(options))
      bar <<- cli::cli_progress_bar(name, total = 1, clear = TRUE, .envir = frame)
    }
    cli::cli_progress_update(set = done, id = bar, .envir = frame)
  }
}

# Looks for an interrupt. R itself does so once in a thousand calls, which may take seconds where each takes long.
poll <- function() .Call(ffi_poll)
