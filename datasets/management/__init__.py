"""Commands of the datasets app."""
