# The condition file of the walkthrough's real run, typed in from the facts: seven
# blocks of 30 s, one a minute from 10 s on. OpenNeuro ds000114, the file
# ds114_sub009_t2r1_cond.txt of nipraxis-data (public domain).
library(convmat)
ds114_events <- events(onset = seq(10, 370, by = 60), duration = 30, amplitude = 1)
save(ds114_events, file = "data/ds114_events.rda", version = 2)
