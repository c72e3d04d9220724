"""The commands, one module each, with a function `command` (its parameters are the options) and `EXAMPLES`.

A command that writes more than every text format has `MORE_FORMATS` too.
"""

COMPLETION = "_DIFFCOMPARE_COMPLETE"  # the variable by which a shell asks for completions

# By what they are for, in the order of the help, with their sentences: the help of all must not import them all.  Each
# is the module of that name in this package, and its docstring has the same sentence.
COMMAND_GROUPS: dict[str, dict[str, str]] = {
    "Compare": {
        "grad": "Compare ways of differentiating an expression.",
        "jacobian": "Compute the Jacobian of several outputs.",
        "hessian": "Compute second derivatives.",
        "taylor": "Expand an expression into its Taylor series.",
        "scan": "Compute over a grid of points.",
        "batch": "Compare ways of differentiating every expression in files.",
        "bench": "Time gradients: every method, in interleaved rounds.",
    },
    "Look inside": {
        "trace": "Show the sweeps of automatic differentiation step by step.",
        "graph": "Draw the computational graph of an expression.",
        "derive": "Differentiate by the textbook, one rule per line.",
        "plot": "Plot a function, its derivative, tangent and secants.",
        "sweep": "Plot the error of difference quotients against the step.",
        "swell": "Show how the formulas of derivatives swell.",
    },
    "Check": {
        "check": "Check a derivative and find the mistake in it.",
        "audit": "Audit engines: does what they return agree with the truth?",
    },
    "Teach": {
        "quiz": "Find derivatives, with hints and explanations.",
        "demo": "Show how the methods work, step by step.",
        "lesson": "Write demos as a page, as slides or as a sheet of paper.",
    },
    "Reference": {
        "ops": "Show the operations and their partials.",
        "list": "List the catalogue of examples (@name).",
    },
}
COMMANDS = tuple(name for commands in COMMAND_GROUPS.values() for name in commands)
