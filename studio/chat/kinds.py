"""Event kinds and watch rules of the chat app."""
