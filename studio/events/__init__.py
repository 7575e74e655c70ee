"""The event log: every progress that a browser or a client sees is a row here first."""
