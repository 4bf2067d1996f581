# Runs a function in a new R process which has loaded the convmat that is tested. After `timeout`
# seconds it is ended, with an error.
in_child <- function(fun, args = list(), timeout = 600) {
  library <- dirname(getNamespaceInfo("convmat", "path"))
  callr::r(fun, args, libpath = c(library, .libPaths()), timeout = timeout)
}
