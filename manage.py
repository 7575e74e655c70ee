#!/usr/bin/env python
"""Command line of the studio: `python manage.py up` starts everything."""

import os
import sys


def main() -> None:
    os.umask(0o077)  # what it writes holds documents and secrets, whatever the rights of the folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    try:
        from django.core.management import execute_from_command_line
        from django.db import DatabaseError

        from studio.env import SettingError
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"The studio cannot start: {error}")
    except DatabaseError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(
            f"The database cannot be used: {error} (`manage.py status` says more; `make up` prepares an empty one)"
        )
    except OSError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"A file of the studio cannot be used: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
