"""Keeps the studio's processes alive on one machine."""
