#' Files of events: the formats, and what is accepted
#'
#' What [read_events()] reads and [write_events()] writes:
#' `write_events(events(c(0, 30), 10, trial_type = "face"), stdout())` shows a BIDS file.
#'
#' @section BIDS:
#' Columns with tabs between, their names in line 1, `onset` and `duration` (in seconds) among
#' them; missing values are `n/a`. Fields may be in double quotes, with quotes inside doubled; a
#' field does not go over several lines. A negative onset, events in any order and events that
#' overlap are fine; a negative duration is not. An empty field, `NA` or `NaN` is not a number. An
#' `n/a` in columns that events do not need is NA.
#'
#' @section FSL and nipraxis:
#' Rows of onset, duration and amplitude with white space between, without a line of names. An
#' "empty" regressor is the row `0 0 0`.
#'
#' @section AFNI:
#' A row for each run with the onsets of its events, which count from the first scan of the run; `*`
#' for a run without events. An event may have an amplitude, `30*5`, a duration, `30:12`, or both,
#' `30*5:12`; several amplitudes, `30*5,3`, become the columns `modulator_1`, `modulator_2`, ....
#' Without durations, which AFNI then takes from its model, they are 0 unless `duration` says
#' otherwise. A file with one onset in each row and no `*` has global times: they count from the
#' first scan of the first run, and `run_lengths` is needed. Onsets below 0 are left out, as AFNI
#' does. Lines that begin with `#` are comments. With more than one row the events have a column
#' `run`; how many runs there are after the last one with an event is not known from it.
#'
#' Rows of three increasing numbers are onsets for AFNI and an onset, a duration and an amplitude
#' for FSL: with `format = "auto"` that is an error that asks.
#'
#' @section What is accepted:
#' UTF-8 with or without a byte-order mark, or what `encoding` says; lines that end in LF, CRLF or
#' CR; blank lines at the end. Numbers are decimal, with or without an exponent. A connection that
#' was made by `file()` or `gzfile()` with an encoding is believed. Compressed files may have
#' several members, as bgzip writes them, and must come out whole. The limit
#' `options(convmat.max_bytes = )` holds for what comes out.
#'
#' @section Messages:
#' A message of class `convmat_message` says which column amplitudes are taken from, which column
#' may have the types if there is no `trial_type`, and how many rows were left out.
#'
#' @section Written and read again:
#' A file that [write_events()] has written gives the same events to [read_events()]. In detail:
#' numbers have as many digits as they need to be the same, 17 at most. Factors come back as text, and
#' text that looks like numbers as numbers. `run` is read again with `run = "run"`. FSL's format has no
#' types and no further columns, and AFNI's neither. AFNI's needs runs that are numbered, and
#' the rows of the table in the order of the runs.
#'
#' @references
#' Gorgolewski, K. J. and others (2016) The brain imaging data structure. _Scientific Data_ 3,
#' 160044. \doi{10.1038/sdata.2016.44}; the specification, section "Task events",
#' <https://bids-specification.readthedocs.io>.
#'
#' FSL, <https://fsl.fmrib.ox.ac.uk/fsl/docs/>, "FEAT", custom three-column format.
#'
#' AFNI, <https://afni.nimh.nih.gov/pub/dist/doc/htmldoc/programs/alpha/3dDeconvolve_sphx.html>,
#' options `-stim_times` and `-stim_times_AM1`.
#'
#' @family events
#' @name event_files
NULL
