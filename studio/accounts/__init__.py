"""People, teams, roles, invitations and API tokens."""
