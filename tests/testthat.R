library(testthat)
library(convmat)

test_check("convmat")
