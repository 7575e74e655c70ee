"""The vault: the team's documents, their text, their passages and the search over them."""
