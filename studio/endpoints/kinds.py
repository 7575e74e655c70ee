"""Event kinds and watch rules of the endpoints app."""
