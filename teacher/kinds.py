"""Event kinds and watch rules of the teacher app."""
