"""The words that options choose from."""

SHOWN = ("primal", "tangent", "adjoint")
"""What `graph --show` puts beside the nodes."""
MODES = ("forward", "reverse", "both")
"""What `trace --mode` sweeps."""
INPUT_FORMATS = ("txt", "toml", "csv", "jsonl")
"""What `batch --input-format` reads."""
COUNTED = ("right", "wrong")
"""As what `check --where-defined` counts answers that agree where they are defined."""
