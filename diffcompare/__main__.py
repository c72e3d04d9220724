"""Entry point of `python -m diffcompare`."""

from __future__ import annotations

import sys

from diffcompare.cli import main

if __name__ == "__main__":
    sys.exit(main())
