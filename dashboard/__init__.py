"""The dashboard: a Dash application over a store."""
