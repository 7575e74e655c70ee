"""The web shell that every app shares; it has no models."""
