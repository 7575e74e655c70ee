"""Event kinds and watch rules of the vault app."""
