"""Pages of people: how they come in, their team, their profile."""
