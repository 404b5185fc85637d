"""Weights for Below the Line: data only, listed in models.json where there are any."""
