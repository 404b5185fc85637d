"""Exports: files in which platforms and researchers hold comments, one module a format.

A format says what stands in its file, item by item and in the file's order (`found`); what is the same for
all of them (ids, references, duplicates, order, the report) is done once, in `gathering`.
"""
