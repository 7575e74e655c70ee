"""Data sets: pairs, their review, and the signed export."""
