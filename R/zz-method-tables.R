# The last file: tables of S4 methods without what R hangs on them.

# methods::setMethod() keeps the methods of this package for a generic in a table of the namespace. The table's
# parent is the environment of the generic, with all methods that other packages have for it, and would be saved with it:
# half of the size of R/, read again each time the package is loaded. The saved copy is of no use: a package that
# is loaded finds the generic of the package that has it.
for (name in grep("^[.]__T__", ls(all.names = TRUE), value = TRUE)) {
  table <- get(name)
  parent.env(table) <- baseenv()
}
rm(name, table)
