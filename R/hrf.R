# Haemodynamic response functions: all of them sums of weighted gamma densities.

#' Haemodynamic response functions
#'
#' The change in blood flow that follows an instant of neural activity, as a
#' function of the time since. Every model is a sum of weighted gamma
#' densities g(t; shape, scale), of area 1 each:
#'
#' | model | h(t) for t >= 0 |
#' |---|---|
#' | `"cohen"` | \eqn{t^{8.6} e^{-t/0.547}}{t^8.6 exp(-t/0.547)}: peak 111.8 at 4.70 s, area 453.9 |
#' | `"nipraxis"` | g(t; 6, 1) - 0.35 g(t; 12, 1) |
#' | `"spm"` | g(t; 6, 1) - g(t; 16, 1)/6 |
#' | `"glover"` | \eqn{(t/5.4)^6 e^{6-t/0.9} - 0.35 (t/10.8)^{12} e^{12-t/0.9}}{(t/5.4)^6 exp(6 - t/0.9) - 0.35 (t/10.8)^12 exp(12 - t/0.9)} |
#'
#' @param t Numeric vector: times in seconds since the neural event, finite,
#'   in any order.
#' @param model Name of a model in the table, or a model made by [gamma_hrf()].
#' @param normalise How to scale the values:
#'
#'   | normalise | scaled so that |
#'   |---|---|
#'   | `"none"` | nothing, the formula as it stands |
#'   | `"peak"` | the true maximum of the function is 1 |
#'   | `"area"` | the integral of the function over all times is 1 |
#'   | `"max"` | the largest of the values at `t` is 1 |
#'   | `"sum"` | the values at `t` sum to 1 |
#'
#'   The first three give a value that depends on its own time only; with
#'   `"max"` and `"sum"` it depends on which times were asked for.
#'
#' @returns A double vector of the length of `t`, without attributes; 0 for
#'   t < 0. The units are arbitrary, as those of the signal are, but for
#'   `"area"`, which makes them 1/s.
#'
#' @section Errors:
#' `convmat_error_type` if `t` is not a plain numeric vector or `model` neither
#' a name nor a model; `convmat_error_value` if a time is not finite, a name
#' does not exist, or the model cannot be normalised as asked: its area or the
#' sum of its values is 0, or it has no positive peak or value.
#'
#' @section Algorithm and cost:
#' One gamma density for each time and term, from R's `dgamma()`, accurate to
#' some units in the last place. The true peak is found by a search on a grid
#' of quantiles of every term, refined by `stats::optimize()`.
#'
#' @references
#' Cohen, M. S. (1997) Parametric analysis of fMRI data using linear systems
#' methods. _NeuroImage_ 6, 93--103. \doi{10.1006/nimg.1997.0278}
#'
#' Glover, G. H. (1999) Deconvolution of impulse response in event-related BOLD
#' fMRI. _NeuroImage_ 9, 416--429. \doi{10.1006/nimg.1998.0419}
#'
#' Friston, K. J. and others (1998) Event-related fMRI: characterizing
#' differential responses. _NeuroImage_ 7, 30--40. \doi{10.1006/nimg.1997.0306}
#' (for `"spm"`)
#'
#' Brett, M., _nipraxis_, chapter "Convolving with the haemodynamic response
#' function", <https://textbook.nipraxis.org> (for `"nipraxis"`)
#'
#' @seealso [gamma_hrf()] for models of your own, [neural_signal()] for what to
#'   convolve with.
#' @examples
#' hrf(c(-1, 0, 5, 10))
#'
#' t <- seq(0, 30, by = 0.1)
#' models <- c("cohen", "nipraxis", "spm", "glover")
#' h <- sapply(models, function(model) hrf(t, model, normalise = "peak"))
#' matplot(t, h, type = "l", lty = 1,
#'   xlab = "Time since the event (s)", ylab = "Response (peak = 1)")
#' legend("topright", models, col = 1:4, lty = 1, bty = "n")
#' @export
hrf <- function(t, model = "cohen", normalise = "none") {
  t <- check_numbers(t, "t")
  model <- check_hrf(model)
  check_choice(normalise, hrf_normalisations, "normalise")
  h <- gamma_sum(t, model)
  h / switch(normalise,
    none = ,
    peak = ,
    area = model_divisor(model, normalise),
    max = check_positive(max(h, -Inf), "its largest value at `t`", model, normalise),
    sum = check_nonzero(h, "the sum of its values at `t`", model, normalise)
  )
}

hrf_normalisations <- c("none", "peak", "area", "max", "sum")

# What to divide by where no samples are needed to know it.
model_divisor <- function(model, normalise) {
  switch(normalise,
    none = 1,
    peak = check_positive(hrf_peak(model)[["value"]], "its true peak", model, normalise),
    area = check_nonzero(model$weight, "its area", model, normalise)
  )
}

#' A haemodynamic model of your own
#'
#' Sums of weighted gamma densities, as all models of [hrf()] are:
#' \deqn{h(t) = \sum_i w_i \frac{t^{k_i - 1} e^{-t/b_i}}{b_i^{k_i} \Gamma(k_i)}}{h(t) = sum_i w_i t^(k_i - 1) exp(-t/b_i) / (b_i^k_i gamma(k_i))}
#' for t >= 0, with shapes k, scales b and weights w. A term peaks at
#' (k - 1) b seconds and has area w.
#'
#' @param shape Numeric vector, at least 1 each: the shapes, without unit.
#' @param scale Numeric vector, above 0: the scales in seconds.
#' @param weight Numeric vector: the area of each term; negative for an
#'   undershoot. Vectors of length 1 are repeated for every term.
#' @param name A string: what to call the model in print and titles.
#' @param x A model.
#' @param ... For `plot()`, further arguments of [graphics::plot()]; otherwise
#'   not used.
#'
#' @returns An object of class `gamma_hrf`: a list of `shape`, `scale` and
#'   `weight`, of one length, and `name`. `print()` shows it and `plot()` draws
#'   it over the time it takes to die away; both return it invisibly.
#'   `hrf_model()` gives the models of [hrf()] as such objects. `summary()` returns a
#'   list, with a print method, of `name`, `time_to_peak` in seconds, `peak`, `width`
#'   (the full width at half the peak, in seconds), `time_to_undershoot`: when the
#'   model is lowest after the peak, NA if it does not go below 0; `undershoot_ratio`:
#'   how deep that is, in units of the peak, 0 if it does not; and `area`. All but the
#'   area are NA if the model has no positive peak.
#'
#' @section Errors:
#' `convmat_error_type` for what is not numeric or, as a name, not a string;
#' `convmat_error_length` if there is no term or lengths differ;
#' `convmat_error_value` if a value is not finite, a shape below 1 (the
#' response would be infinite at 0) or a scale not above 0.
#'
#' @section Algorithm and cost:
#' Nothing is computed before the model is used; see [hrf()].
#'
#' @references Cohen, M. S. (1997) Parametric analysis of fMRI data using
#'   linear systems methods. _NeuroImage_ 6, 93--103.
#'   \doi{10.1006/nimg.1997.0278}
#'
#' @seealso [hrf()]
#' @examples
#' # earlier than SPM's, with a deeper undershoot
#' early <- gamma_hrf(shape = c(5, 14), scale = 0.9, weight = c(1, -0.3), name = "early")
#' early
#' hrf(c(0, 2, 4, 6, 12), early, normalise = "peak")
#' plot(early)
#' summary(early)
#' summary(hrf_model("spm"))
#' @export
gamma_hrf <- function(shape, scale, weight = 1, name = "custom") {
  terms <- check_terms(list(shape = shape, scale = scale, weight = weight))
  check_model_name(name, "name")
  new_gamma_hrf(terms$shape, terms$scale, terms$weight, name)
}

check_model_name <- function(name, arg) {
  if (!is.character(name) || length(name) != 1L || is.na(name)) {
    abort("type", sprintf("`%s` must be a string, not %s.", arg, show_value(name)))
  }
  check_encoding(name, arg)
}

# `of` says whose terms they are, for messages.
check_terms <- function(terms, of = "") {
  for (name in c("shape", "scale", "weight")) {
    terms[[name]] <- check_numbers(terms[[name]], paste0(of, name))
  }
  terms <- check_common_length(terms[c("shape", "scale", "weight")], least = 1L)
  check_values(terms$shape, terms$shape >= 1, paste0(of, "shape"), "at least 1")
  check_values(terms$scale, terms$scale > 0, paste0(of, "scale"), "above 0")
  terms
}

new_gamma_hrf <- function(shape, scale, weight, name) {
  structure(
    list(shape = shape, scale = scale, weight = weight, name = name),
    class = "gamma_hrf"
  )
}

# The weight that turns the density into t^(shape - 1) exp(-t / scale).
power_weight <- function(shape, scale) scale^shape * gamma(shape)

hrf_models <- list(
  cohen = new_gamma_hrf(9.6, 0.547, power_weight(9.6, 0.547), "cohen"),
  nipraxis = new_gamma_hrf(c(6, 12), c(1, 1), c(1, -0.35), "nipraxis"),
  spm = new_gamma_hrf(c(6, 16), c(1, 1), c(1, -1 / 6), "spm"),
  glover = new_gamma_hrf(
    c(7, 13), c(0.9, 0.9),
    c(exp(6) / 5.4^6, -0.35 * exp(12) / 10.8^12) * power_weight(c(7, 13), 0.9), "glover"
  )
)

check_hrf <- function(model) {
  if (inherits(model, "gamma_hrf")) {
    # the user may have changed it since
    parts <- unclass(model)
    if (!is.list(parts)) {
      abort("type", sprintf("`model` must be made by `gamma_hrf()`, not %s.", describe(parts)))
    }
    terms <- check_terms(parts, "model$")
    name <- check_model_name(parts[["name"]], "model$name")
    return(new_gamma_hrf(terms$shape, terms$scale, terms$weight, name))
  }
  if (!is.character(model)) {
    abort("type", sprintf(
      "`model` must be a name such as \"cohen\" or a model made by `gamma_hrf()`, not %s.",
      describe(model)
    ))
  }
  hrf_models[[check_choice(model, names(hrf_models), "model")]]
}

gamma_sum <- function(t, model) {
  h <- numeric(length(t))
  for (i in seq_along(model$shape)) {
    h <- h + model$weight[i] * stats::dgamma(t, model$shape[i], scale = model$scale[i])
  }
  h
}

# Where every term has died away: past all but `left` of its area.
hrf_end <- function(model, left = 1e-9) {
  max(stats::qgamma(left, model$shape, scale = model$scale, lower.tail = FALSE))
}

# The true maximum over t >= 0 and where it is, by a search on quantiles of every
# term that reach far into both tails, where terms of opposite sign may leave a
# peak. All maxima of the grid that could be the largest are refined: the grid sees
# a peak of a term's width to about 1e-3. Near its maximum the function is flat, so
# a time good to 1e-8 gives a value good to rounding.
hrf_peak <- function(model) {
  log_p <- stats::plogis(seq(-36, 0, by = 0.1), log.p = TRUE)
  quantiles <- function(lower) {
    Map(
      stats::qgamma, list(log_p), model$shape,
      scale = model$scale, lower.tail = lower, log.p = TRUE
    )
  }
  mode <- (model$shape - 1) * model$scale
  grid <- sort(c(0, mode, unlist(quantiles(TRUE)), unlist(quantiles(FALSE))))
  # points that differ by rounding would hide a maximum beside them
  grid <- grid[is.finite(grid) & c(TRUE, diff(grid) > 1e-12 * grid[-1L])]
  h <- gamma_sum(grid, model)
  n <- length(grid)
  best <- c(time = grid[which.max(h)], value = max(h))
  for (i in which(h >= c(-Inf, h[-n]) & h >= c(h[-1L], -Inf) & h >= 0.99 * max(h))) {
    around <- grid[c(max(i - 1L, 1L), min(i + 1L, n))]
    if (!all(is.finite(h)) || around[1L] == around[2L] || 1e-9 * around[2L] == 0) next
    fine <- stats::optimize(
      gamma_sum, around,
      model = model, maximum = TRUE, tol = 1e-9 * around[2L]
    )
    if (fine$objective > best[["value"]]) {
      best <- c(time = fine$maximum, value = fine$objective)
    }
  }
  best
}

check_positive <- function(value, what, model, normalise) {
  if (is.finite(value) && value > 0) {
    return(value)
  }
  abort_normalise(what, if (is.finite(value)) "not above 0" else "not finite", model, normalise)
}

# The sum of `terms`, where rounding does not pass for a sum.
check_nonzero <- function(terms, what, model, normalise) {
  total <- sum(terms)
  if (!is.finite(total)) {
    abort_normalise(what, "not finite", model, normalise)
  }
  rounding <- 4 * .Machine$double.eps * sum(abs(terms))
  if (abs(total) > rounding) total else abort_normalise(what, "0", model, normalise)
}

abort_normalise <- function(what, value, model, normalise) {
  abort(
    "value",
    sprintf(
      "`normalise = \"%s\"` is not possible for model \"%s\": %s is %s.",
      normalise, model$name, what, value
    ),
    "Use `normalise = \"none\"`, or another model or times."
  )
}

#' @rdname gamma_hrf
#' @export
print.gamma_hrf <- function(x, ...) {
  x <- check_hrf(x)
  peak <- hrf_peak(x)
  cat(sprintf("<HRF model \"%s\": weighted gamma densities>\n", x$name))
  print(data.frame(weight = x$weight, shape = x$shape, "scale (s)" = x$scale, check.names = FALSE), ...)
  cat(sprintf(
    "peak %s at %s s, area %s\n",
    format(peak[["value"]], digits = 4L), format(peak[["time"]], digits = 3L),
    format(sum(x$weight), digits = 4L)
  ))
  invisible(x)
}

#' @rdname gamma_hrf
#' @export
plot.gamma_hrf <- function(x, ...) {
  x <- check_hrf(x)
  t <- seq(0, hrf_end(x), length.out = 501L)
  draw <- function(..., type = "l", lwd = 2, main = sprintf("HRF model \"%s\"", x$name),
                   xlab = "Time since the event (s)", ylab = "Response") {
    graphics::plot(t, gamma_sum(t, x),
      type = type, lwd = lwd, main = main, xlab = xlab, ylab = ylab, ...
    )
  }
  draw(...)
  graphics::abline(h = 0, col = "grey")
  invisible(x)
}

#' @rdname gamma_hrf
#' @param object A model.
#' @export
summary.gamma_hrf <- function(object, ...) {
  object <- check_hrf(object)
  top <- hrf_peak(object)
  shape <- if (top[["value"]] > 0) hrf_shape(object, top)
  structure(
    list(
      name = object$name,
      time_to_peak = if (is.null(shape)) NA_real_ else top[["time"]],
      peak = if (is.null(shape)) NA_real_ else top[["value"]],
      width = if (is.null(shape)) NA_real_ else shape$width,
      time_to_undershoot = if (is.null(shape)) NA_real_ else shape$trough,
      undershoot_ratio = if (is.null(shape)) NA_real_ else shape$ratio,
      area = sum(object$weight)
    ),
    class = "summary.gamma_hrf"
  )
}

# Full width at half maximum, and the lowest point after the peak, if below 0. A
# term is never narrower than a few hundredths of its own reach.
hrf_shape <- function(model, top) {
  f <- function(t) gamma_sum(t, model)
  reach <- stats::qgamma(1e-9, model$shape, scale = model$scale, lower.tail = FALSE)
  grid <- unlist(lapply(reach, function(r) seq(0, r, length.out = 513L)))
  grid <- sort(unique(c(top[["time"]], grid)))
  h <- f(grid)
  half <- function(t) f(t) - top[["value"]] / 2
  at <- match(top[["time"]], grid)
  left <- max(0L, which(h[seq_len(at)] < top[["value"]] / 2))
  right <- at - 1L + which(h[at:length(grid)] < top[["value"]] / 2)[1L]
  cross <- function(i) stats::uniroot(half, grid[c(i, i + 1L)], tol = 1e-10)$root
  from <- if (left == 0L) 0 else cross(left)
  after <- seq(at, length(grid))
  low <- after[which.min(h[after])]
  lowest <- stats::optimize(f, grid[pmin(pmax(low + c(-1L, 1L), at), length(grid))], tol = 1e-8)
  dips <- lowest$objective < 0
  list(
    width = cross(right - 1L) - from,
    trough = if (dips) lowest$minimum else NA_real_,
    ratio = if (dips) -lowest$objective / top[["value"]] else 0
  )
}

#' @rdname gamma_hrf
#' @export
print.summary.gamma_hrf <- function(x, ...) {
  show <- function(value) format(value, digits = 4L)
  dip <- if (is.na(x$time_to_undershoot)) {
    "no undershoot"
  } else {
    sprintf(
      "undershoot %s of the peak, lowest at %s s",
      show(x$undershoot_ratio), show(x$time_to_undershoot)
    )
  }
  cat(
    sprintf("HRF model \"%s\"\n", x$name),
    sprintf("  peak %s at %s s\n", show(x$peak), show(x$time_to_peak)),
    sprintf("  %s s wide at half the peak\n", show(x$width)),
    sprintf("  %s\n", dip),
    sprintf("  area %s\n", show(x$area)),
    sep = ""
  )
  invisible(x)
}

#' @rdname gamma_hrf
#' @param model Name of a model in [hrf()].
#' @export
hrf_model <- function(model) check_hrf(model)

#' Haemodynamic kernels as other software samples them
#'
#' SPM and nilearn convolve with a model sampled on a fine grid, each in its own
#' way. This makes the numbers they make, so that a published analysis can be
#' matched, next to the formula they stand for.
#'
#' @param tr Number above 0: seconds from scan to scan.
#' @param software `"spm"` or `"nilearn"`.
#' @param model `"spm"`, or with nilearn also `"glover"`.
#' @param oversampling Whole number: samples for each scan. `NULL` for the default,
#'   16 for SPM (`fMRI_T`) and 50 for nilearn.
#' @param length Number above 0: seconds to cover.
#'
#' @returns A data frame of doubles with one row for each sample:
#'   \describe{
#'     \item{time}{when the software uses the sample, in seconds after the event: multiples
#'       of `tr / oversampling`}
#'     \item{value}{the sample. They sum to 1}
#'     \item{formula}{the value of the true formula at that time, that is,
#'       `hrf(time, model)`, scaled to a sum of 1 as well}
#'   }
#'
#' @section What they do:
#' With dt = tr / oversampling:
#'
#' - SPM (`spm_hrf.m`, SPM12) takes g(t; 6, 1) - g(t; 16, 1)/6 at t = 0, dt, 2 dt, ... up to
#'   `length` and divides by the sum. That is the formula of model `"spm"`.
#' - nilearn (`spm_hrf()` in `nilearn.glm.first_level`, as of version 0.10) takes `length/dt`
#'   times, rounded, equally spaced from 0 to `length` *inclusive*, so that their step is a
#'   little more than dt; shifts the densities to be late by dt; and takes 0.167 for
#'   1/6. Then it divides by the sum. Its `glover_hrf()` does the same with
#'   g(t; 6/0.9, 0.9) - 0.35 g(t; 12/0.9, 0.9), which is not Glover's formula (shapes 7
#'   and 13) but near it.
#'
#' To use such a kernel, convolve a neural signal on the same grid with it:
#' `conv(neural, kernel$value, "causal")`.
#'
#' @section Errors:
#' `convmat_error_type`, `convmat_error_length` or `convmat_error_value` if an argument is
#' not as described; `convmat_error_memory` if there would be too many samples.
#'
#' @section Algorithm and cost:
#' Two gamma densities for each sample.
#'
#' @references
#' Friston, K. J. and others (1998) Event-related fMRI: characterizing
#' differential responses. _NeuroImage_ 7, 30--40. \doi{10.1006/nimg.1997.0306}
#'
#' Abraham, A. and others (2014) Machine learning for neuroimaging with scikit-learn.
#' _Frontiers in Neuroinformatics_ 8, 14. \doi{10.3389/fninf.2014.00014} (nilearn)
#'
#' @seealso [hrf()] for the formulas; [regressors()], which needs no samples.
#' @examples
#' spm <- sampled_hrf(tr = 2, software = "spm")
#' nilearn <- sampled_hrf(tr = 2, software = "nilearn")
#' # the largest differences from the formula, in units of the peak
#' max(abs(spm$value - spm$formula)) / max(spm$formula)
#' max(abs(nilearn$value - nilearn$formula)) / max(nilearn$formula)
#' @export
sampled_hrf <- function(tr, software = "spm", model = "spm", oversampling = NULL, length = 32) {
  above <- function(v) v > 0 && v < Inf
  tr <- check_number(tr, "tr", "a number above 0", above)
  check_choice(software, c("spm", "nilearn"), "software")
  check_choice(model, c("spm", if (software == "nilearn") "glover"), "model")
  oversampling <- if (is.null(oversampling)) {
    c(spm = 16, nilearn = 50)[[software]]
  } else {
    check_count(oversampling, "oversampling")
  }
  length <- check_number(length, "length", "a number above 0", above)
  dt <- tr / oversampling
  check_memory(10 * 8 * (length / dt + 1), "Too many samples: they need")
  if (software == "spm") {
    time <- seq(0, floor(length / dt + 1e-8)) * dt
    value <- gamma_sum(time, hrf_models$spm)
  } else {
    n <- round(length / dt)
    if (n < 2) {
      abort(
        "value", "`length` must be at least 2 samples.",
        sprintf("One sample is %s s.", format(dt))
      )
    }
    time <- (seq_len(n) - 1) * dt
    like <- list(
      spm = new_gamma_hrf(c(6, 16), c(1, 1), c(1, -0.167), "spm"),
      glover = new_gamma_hrf(c(6, 12) / 0.9, c(0.9, 0.9), c(1, -0.35), "glover")
    )
    value <- gamma_sum(seq(0, length, length.out = n) - dt, like[[model]])
  }
  sum <- sum(value)
  formula <- gamma_sum(time, hrf_models[[model]])
  if (!(sum > 0) || !(sum(formula) > 0)) {
    abort(
      "value", "The samples do not have a positive sum.",
      "Take a smaller `tr`, a larger `oversampling` or a larger `length`."
    )
  }
  data.frame(time = time, value = value / sum, formula = formula / sum(formula))
}
