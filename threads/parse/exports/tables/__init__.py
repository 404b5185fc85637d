"""Tables: rows of cells, or objects of named values, whose columns mean what a mapping says.

A mapping is given (`mapping`), known by the names of the columns (`presets`) or guessed from names and values
(`guess`); `reader` makes comments of the rows, whatever file they come from.
"""
