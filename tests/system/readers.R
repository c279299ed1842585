# SPDX-License-Identifier: GPL-3.0-or-later
# Tells what R reads of result files, for readers.py: Rscript readers.R RUN.h5...
# A line for each variable: file, name, dimensions, size, sum, first, last.
library(ncdf4)

number <- function(x) sprintf("%.17g", as.numeric(x))

for (path in commandArgs(trailingOnly = TRUE)) {
  file <- nc_open(path)
  if (ncatt_get(file, 0, "complete")$value != 1) stop(path, " is not complete")
  scales <- names(Filter(function(d) d$create_dimvar, file$dim))
  for (name in c(names(file$var), scales)) {
    values <- ncvar_get(file, name, collapse_degen = FALSE)
    axes <- if (name %in% scales) name else vapply(file$var[[name]]$dim, `[[`, "", "name")
    axes <- rev(sub(".*/", "", axes)) # R's order is Fortran's
    text <- is.character(values)
    cat(path, name, paste(axes, collapse = ","), length(values),
        if (text) "text" else number(sum(as.numeric(values))),
        if (text) values[1] else number(values[1]),
        if (text) values[length(values)] else number(values[length(values)]), sep = "\t")
    cat("\n")
  }
  nc_close(file)
}
