"""The words that options choose from."""

SHOWN = ("primal", "tangent", "adjoint")
"""What `graph --show` puts beside the nodes."""
MODES = ("forward", "reverse", "both")
"""What `trace --mode` sweeps."""
INPUT_FORMATS = ("txt", "toml", "csv", "jsonl")
"""What `batch --input-format` reads."""
