"""Conversations with the team's documents."""
