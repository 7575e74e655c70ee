"""API v1 of the datasets app."""
