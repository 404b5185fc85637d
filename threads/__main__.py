"""`python -m threads` is `btl`."""

from threads.cli import main

main(prog_name="btl")
