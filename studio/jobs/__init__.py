"""Background work: the job row is the truth, the Celery message only says that there is work."""
