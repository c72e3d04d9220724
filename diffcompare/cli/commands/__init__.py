"""The commands, one module each, with a function `command` (its parameters are the options) and `EXAMPLES`."""

COMPLETION = "_DIFFCOMPARE_COMPLETE"  # the variable by which a shell asks for completions

# In the order of the help; each is the module of that name in this package.
COMMANDS: tuple[str, ...] = (
    "grad",
    "trace",
    "graph",
    "derive",
    "jacobian",
    "hessian",
    "taylor",
    "plot",
    "sweep",
    "scan",
    "swell",
    "check",
    "audit",
    "bench",
    "batch",
    "quiz",
    "demo",
    "lesson",
    "ops",
    "list",
)
