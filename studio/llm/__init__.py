"""Talking to language models: the words of a flow, one guarded client, one built-in answerer. No framework here."""
