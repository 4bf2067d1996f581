client_version <- function() .Call(c_version)

client_length <- function(nx, nh, mode) .Call(c_length, nx, nh, mode)

# A status, or the outputs.
client_conv <- function(x, h, mode, origin, boundary, na, threads = 1L) .Call(c_conv, x, h, mode, origin, boundary, na, threads)

# Two calls, one with the outputs of the other.
client_smooth <- function(x, h) .Call(c_smooth, x, h)

client_regressor <- function(events, times, model) .Call(c_regressor, events, times, model)

# Whether a call gives back the memory of R_alloc() that it takes.
client_memory <- function(x, h) .Call(c_memory, x, h)

# Until it is interrupted.
client_for_ever <- function(x, h) .Call(c_for_ever, x, h)
