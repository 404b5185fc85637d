"""One script for each trained model; see README.md in this folder for the data."""
