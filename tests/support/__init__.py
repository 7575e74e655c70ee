"""Real parts for tests: a running studio, database servers, a model server."""
