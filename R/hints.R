# The next step in a message: what to do with an object of a class that is refused, which word
# was meant, in which order arguments come. Each is a line for abort(), or NULL.

# How to get numbers out of `x`, which was given as argument `arg`; `columns` if that may have several.
next_step <- function(x, arg, columns = FALSE) {
  name <- name_given(arg)
  sampled <- arg %in% c("x", "y", "h")
  if (is.function(x)) {
    return(if (sampled) sprintf("Sample it: `%s(times)`.", name))
  }
  if (is.character(x)) {
    return(text_step(x, name, sampled || arg == "t"))
  }
  if (is.object(x)) {
    return(class_step(x, name, columns))
  }
  if (typeof(x) == "list" && length(x) > 0L && all(lengths(x) == 1L) && all(vapply(x, is.numeric, NA))) {
    return(sprintf("Its numbers in a vector: `unlist(%s)`.", name))
  }
  if (is.raw(x)) {
    return(sprintf("As numbers: `as.integer(%s)`.", name))
  }
  if (is.numeric(x) && length(dim(x)) > 2L) {
    return(c(
      sprintf("As a matrix with a signal in each column: `matrix(%s, nrow(%s))`.", name, name),
      "As a volume, with a kernel of as many dimensions: `conv_array()`."
    ))
  }
  NULL
}

text_step <- function(x, name, sampled) {
  if (is.object(x) || length(x) == 0L || !all(validEnc(x))) {
    return(NULL)
  }
  if (!anyNA(suppressWarnings(as.numeric(x)))) {
    return(sprintf("As numbers: `as.numeric(%s)`.", name))
  }
  if (sampled && length(x) == 1L && grepl("^[A-Za-z_]+$", x)) {
    return(sprintf("A response that has this name is sampled by `hrf(times, %s)`.", show_string(x)))
  }
  NULL
}

class_step <- function(x, name, columns) {
  if (inherits(x, "events")) {
    return(sprintf("As a signal on a grid: `neural_signal(%s, times)[, 1]`.", name))
  }
  if (is.data.frame(x)) {
    return(data_frame_step(x, name, columns))
  }
  if (is.factor(x) && anyNA(suppressWarnings(as.numeric(levels(x))))) {
    return("Its levels are words. Say which number each stands for.")
  }
  how <- c(
    gamma_hrf = "Sample it: `hrf(times, NAME)`.",
    conv_operator = "It is a matrix: multiply a signal by it, `NAME %*% signal`.",
    deconv = "The signal that it found: `coef(NAME)`.",
    zoo = "Without its dates: `zoo::coredata(NAME)`.",
    factor = "The numbers that its levels spell: `as.numeric(as.character(NAME))`.",
    difftime = "In seconds: `as.numeric(NAME, units = \"secs\")`.",
    Matrix = "As a matrix of R: `as.matrix(NAME)`.",
    sparseVector = "As a vector of R: `as.numeric(NAME)`."
  )
  known <- Find(function(class) inherits(x, class), names(how))
  if (!is.null(known)) {
    return(gsub("NAME", name, how[[known]], fixed = TRUE))
  }
  if (typeof(x) %in% c("double", "integer") && !isS4(x)) {
    return(sprintf("Its plain numbers: `as.numeric(%s)`.", name))
  }
  NULL
}

data_frame_step <- function(x, name, columns) {
  numbers <- names(x)[vapply(unclass(x), is.numeric, NA)]
  if (length(numbers) == 0L || !all(validEnc(numbers))) {
    return("It has no column of numbers.")
  }
  quoted <- if (make.names(numbers[1L]) == numbers[1L]) numbers[1L] else sprintf("`%s`", numbers[1L])
  all <- if (columns && length(numbers) == length(x)) sprintf(", or all of them: `as.matrix(%s)`", name)
  sprintf("Take one of its columns: `%s$%s`%s.", name, quoted, all %||% "")
}

# What the user gave for `arg`, if that is a name: `hrf` in conv(x, hrf). Else `arg` itself.
name_given <- function(arg) {
  i <- user_frame()
  call <- if (i > 0L) tryCatch(match.call(sys.function(i), sys.call(i)), error = function(e) NULL)
  given <- if (is.call(call)) call[[arg]]
  name <- if (is.symbol(given)) as.character(given) else ""
  if (nzchar(name) && make.names(name) == name && !startsWith(name, "..")) name else arg
}

# The choice that was meant, by its letters or by the word of another system.
meant <- function(value, choices) {
  if (!is.character(value) || length(value) != 1L || is.na(value) || !validEnc(value) || nchar(value) > 30L) {
    return(NULL)
  }
  distance <- drop(utils::adist(value, choices, ignore.case = TRUE))
  near <- which(distance == min(distance) & distance <= min(2, nchar(value) / 3))
  word <- if (length(near) == 1L) choices[near] else intersect(elsewhere[tolower(value)], choices)
  if (length(word) == 1L) sprintf("Did you mean \"%s\"?", word)
}

# What NumPy, SciPy, MATLAB, R and software for fMRI call our modes, boundaries and models.
elsewhere <- c(
  open = "full", central = "same", centre = "same", center = "same", centered = "same",
  constant = "zero", fill = "zero", periodic = "wrap", circular = "wrap", circ = "wrap", cyclic = "wrap",
  replicate = "nearest", edge = "nearest", symmetric = "reflect",
  canonical = "spm", spmg1 = "spm", double_gamma = "spm"
)

# The order of the arguments that must be given, where `arg` is one of several and stands in the
# call without its name: then two of them may have changed places.
argument_order <- function(arg) {
  i <- user_frame()
  if (i == 0L) {
    return(NULL)
  }
  call <- sys.call(i)
  needed <- required_arguments(sys.function(i))
  if (!is.symbol(call[[1L]]) || length(needed) < 2L || !arg %in% needed || arg %in% names(call)) {
    return(NULL)
  }
  sprintf("The order of its arguments is `%s(%s)`.", as.character(call[[1L]]), paste(needed, collapse = ", "))
}

required_arguments <- function(fun) {
  formals <- formals(fun)
  none <- vapply(formals, function(default) is.symbol(default) && !nzchar(as.character(default)), NA)
  setdiff(names(formals)[none], "...")
}

# Raises R's own error for a missing argument from the user's call, not from where it is needed.
# The first line of each exported function that has arguments without a default.
check_given <- function() {
  frame <- parent.frame()
  for (arg in required_arguments(sys.function(sys.parent()))) {
    if (eval(as.call(list(base::missing, as.name(arg))), frame)) { # one has an argument `missing`
      stop(simpleError(sprintf("argument \"%s\" is missing, with no default", arg), user_call()))
    }
  }
}

# For `...` that is there to catch a misspelt name only.
check_unused <- function(...) {
  if (...length() == 0L) {
    return(invisible())
  }
  name <- ...names()[1L]
  if (identical(name, "normalize")) {
    abort("value", "The argument `normalize` is spelt `normalise`.")
  }
  arguments <- deparse1(substitute(list(...)))
  stop(simpleError(sprintf("unused argument %s", sub("^list", "", arguments)), user_call()))
}
