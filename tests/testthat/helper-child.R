# Runs a function in a new R process which has loaded the convmat that is tested.
in_child <- function(fun, args = list(), ...) {
  library <- dirname(getNamespaceInfo("convmat", "path"))
  callr::r(fun, args, libpath = c(library, .libPaths()), ...)
}
