# Regressors on a grid, as the walkthrough makes them.

sampled_method <- function(model, normalise, dt) {
  dt <- check_number(dt, "dt", "a number above 0", function(v) v > 0 && v < Inf)
  if (!inherits(model, "gamma_hrf")) {
    abort("value", "`method = \"sampled\"` needs a model that is a sum of gamma densities.")
  }
  reach <- hrf_end(model, 1e-17)
  function(events, type, times, rows) {
    y <- matrix(0, length(times), nlevels(type))
    if (length(times) == 0L || length(events$onset) == 0L) {
      return(y)
    }
    start <- min(events$onset)
    n <- max(2, ceiling((max(times) - start) / dt - 1e-8) + 1)
    nh <- floor(reach / dt + 1e-8) + 1
    check_result_size(n + nh, nlevels(type) + 2, sprintf("a grid of step %s s needs", format(dt)))
    h <- hrf((seq_len(nh) - 1) * dt, model, normalise)
    grid <- start + (seq_len(n) - 1) * dt
    slack <- max(1e-8, 4 * .Machine$double.eps * max(abs(grid)) / dt)
    seen <- events$onset < grid[n] + dt * (1 - 1e-7)
    impulse <- events$duration == 0
    events$amplitude[impulse] <- events$amplitude[impulse] / dt
    neural <- grid_signal(lapply(events, `[`, seen), type[seen], start, dt, slack, n, rows[seen])
    bold <- conv(neural, h, mode = "causal") * dt
    read_grid(bold, (times - start) / dt, times >= start)
  }
}

# Rows of y at places `u`, in steps from the first; on a grid point, that row itself.
read_grid <- function(y, u, after) {
  n <- nrow(y)
  u <- pmin(pmax(u, 0), n - 1)
  near <- round(u)
  on <- abs(u - near) <= 1e-8
  left <- pmin(ifelse(on, near, floor(u)), n - 1)
  right <- pmin(left + 1, n - 1)
  share <- ifelse(on, 0, u - left)
  out <- (1 - share) * y[left + 1, , drop = FALSE] + share * y[right + 1, , drop = FALSE]
  out[!after, ] <- 0
  out
}
