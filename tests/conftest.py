"""Property tests draw the same examples every time; `--hypothesis-profile explore` looks at new ones."""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("repeatable")

# Hundreds of tests start the program: it is compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
