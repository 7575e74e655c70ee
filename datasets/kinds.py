"""Event kinds and watch rules of the datasets app."""
