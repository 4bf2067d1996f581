# The events of the motor task in OpenNeuro ds000114, typed in from the facts: blocks
# of 15 s, one every 30 s from 10 s on, for fingers, feet and lips in turn. The file
# task-fingerfootlips_events.tsv of the data set (CC0).
library(convmat)
ds000114_events <- events(
  onset = seq(10, 430, by = 30), duration = 15, amplitude = 1,
  trial_type = rep(c("Finger", "Foot", "Lips"), 5)
)
save(ds000114_events, file = "data/ds000114_events.rda", version = 2)
