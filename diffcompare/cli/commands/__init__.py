"""The commands, one module each: a function `command` with the command's own options, and `EXAMPLES`."""

COMMANDS: tuple[str, ...] = (
    "grad",
    "trace",
    "graph",
    "derive",
    "sweep",
    "swell",
    "check",
    "batch",
    "quiz",
    "demo",
    "lesson",
    "ops",
    "list",
)
"""The commands by name, in the order of the help; each is the module of that name in this package."""
