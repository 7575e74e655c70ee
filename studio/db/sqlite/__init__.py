"""SQLite with a fair writer lock."""
