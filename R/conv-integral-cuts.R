# Where conv_integral() cuts the range of one function, in that function's own time, so that
# no piece hides a narrow peak: around each break or peak the cuts widen geometrically. Where
# the user has named neither, a search for peaks and for edges of the support comes first.

# `range` is where the function may be asked at all; `place` is one where it is not 0; `blind` says that
# the search saw only zeros.
find_cuts <- function(fun, breaks, peaks, range, scouting, place = NULL) {
  look <- function(at) look_at(fun, at, range)
  found <- if (!is.null(place)) scout_around(look, place) else if (scouting) scout(look, range)
  widths <- if (!is.null(peaks)) outer(peaks$width, c(-2^(-1:5), 2^(-1:5))) + peaks$at
  centres <- unique(c(0, breaks, peaks$at, found))
  cuts <- unique(c(centres, widths, unlist(lapply(centres, cuts_around, look = look))))
  list(cuts = cuts, blind = scouting && is.null(found))
}

# Moduli; 0 outside of the range, and where the function fails or is not finite, which is for the quadrature
# to report if it ever asks there.
look_at <- function(fun, at, range) {
  value <- numeric(length(at))
  inside <- at >= range[1L] & at <= range[2L]
  if (any(inside)) {
    y <- tryCatch(
      suppressWarnings(abs(fun(at[inside]))),
      convmat_error = function(e) 0
    )
    value[inside] <- ifelse(is.finite(y), y, 0)
  }
  value
}

# Half decades from the distance where the function first differs from what it is at the
# centre, to where it no longer changes.
cuts_around <- function(centre, look) {
  distance <- 10^seq(-9, 6, by = 0.5)
  value <- look(c(centre - distance, centre + distance))
  most <- max(value, look(centre))
  one_side <- function(value) {
    changed <- which(abs(value - value[1L]) > 0.01 * most)
    moving <- which(abs(diff(value)) > 1e-12 * most)
    if (length(moving) == 0L) {
      return(numeric(0))
    }
    distance[seq(max(1L, min(changed, moving[length(moving)]) - 1L), moving[length(moving)] + 1L)]
  }
  left <- seq_along(distance)
  c(centre - one_side(value[left]), centre + one_side(value[-left]))
}

# Peaks and edges of the support. A finer grid is looked at only where a coarser one sees
# nothing; NULL where none does.
scout <- function(look, range) {
  for (grid in scout_grids) {
    at <- scout_points(range, grid)
    value <- look(at)
    if (any(value > 0)) {
      return(c(find_edges(look, at, value), find_peaks(look, at, value)))
    }
  }
}

# Likewise around a place where the function is not 0.
scout_around <- function(look, place) {
  distance <- 10^seq(-9, 4, by = 0.1)
  at <- sort(unique(place + c(-distance, 0, distance)))
  value <- look(at)
  c(find_edges(look, at, value), find_peaks(look, at, value))
}

# Equal steps up to `near` and growing ones up to `far`, at either side of 0; and `steps` equal
# ones over a finite range. The finest sees a box of width 1 / 512 in +-256, and a normal density
# of standard deviation 1 up to 1e7.
scout_grids <- list(
  list(step = 16, near = 1024, factor = 1.2, far = 1e9, steps = 65),
  list(step = 1 / 16, near = 1024, factor = 1.002, far = 1e9, steps = 2^14 + 1),
  list(step = 1 / 512, near = 256, factor = 1.00007, far = 1e7, steps = 2^17 + 1)
)

scout_points <- function(range, grid) {
  near <- seq(0, grid$near, by = grid$step)
  far <- grid$near * grid$factor^seq(1, log(grid$far / grid$near) / log(grid$factor))
  at <- c(near, far, 2^-(1:20))
  at <- c(at, -at, if (all(is.finite(range))) seq(range[1L], range[2L], length.out = grid$steps))
  sort(unique(at[at >= range[1L] & at <= range[2L]]))
}

# Where the function becomes 0, by bisection: eight steps, and then, for the edges that are not
# where a density underflows, to the last bit.
find_edges <- function(look, at, value, most = 32L) {
  i <- utils::head(which(diff(value > 0) != 0), most)
  zero <- ifelse(value[i] == 0, at[i], at[i + 1L])
  some <- ifelse(value[i] == 0, at[i + 1L], at[i])
  for (steps in c(8L, 56L)) {
    for (step in seq_len(if (length(some) > 0L) steps else 0L)) {
      middle <- zero + (some - zero) / 2
      is_zero <- look(middle) == 0
      zero[is_zero] <- middle[is_zero]
      some[!is_zero] <- middle[!is_zero]
    }
    sharp <- look(some) > 1e-12 * max(value)
    zero <- zero[sharp]
    some <- some[sharp]
  }
  some
}

# The largest local maxima, each narrowed down until its neighbours are half as high.
find_peaks <- function(look, at, value, most = 16L) {
  n <- length(at)
  higher <- value > c(-1, value[-n]) & value >= c(value[-1L], -1) & value > 0
  i <- which(higher)
  i <- utils::head(i[order(value[i], decreasing = TRUE)], most)
  if (length(i) == 0L) {
    return(numeric(0))
  }
  low <- at[pmax(i - 1L, 1L)]
  high <- at[pmin(i + 1L, n)]
  peak <- at[i]
  for (step in 1:20) {
    grid <- outer(high - low, (0:16) / 16) + low
    seen <- matrix(look(grid), nrow(grid))
    top <- max.col(seen, "first")
    row <- seq_along(top)
    peak <- grid[cbind(row, top)]
    before <- cbind(row, pmax(top - 1L, 1L))
    after <- cbind(row, pmin(top + 1L, 17L))
    low <- grid[before]
    high <- grid[after]
    if (all(pmin(seen[before], seen[after]) >= seen[cbind(row, top)] / 2)) {
      break
    }
  }
  peak
}
