"""Answering from passages and proving each citation; no framework."""
