"""What a discussion did over time and who carried it: frame in, frame out."""
