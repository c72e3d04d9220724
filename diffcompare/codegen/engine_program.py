"""Programs for PyTorch (`torch.autograd.Function`) and JAX (`custom_vjp`): a function with its own derivative.

The forward pass is the first half of the reverse sweep, the backward pass the second; what the second half reads of
the first is what has to be saved in between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from diffcompare.codegen.engine_libraries import ENGINES
from diffcompare.codegen.libraries import INDENT, Library
from diffcompare.codegen.reverse_program import SweepWriter
from diffcompare.codegen.source import BAR, Writer, node_names, quoted, renaming_comments, shortened, variable_names
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import active_nodes, wengert_list

_INDENT = INDENT["python"]


def engine_program(
    expression: Expression,
    variables: Sequence[str],
    wrt: Sequence[str],
    point: Mapping[str, float] | None,
    language: str,
) -> str:
    """Return the source of a program for `torch` or `jax`, in which `f` has its own gradient with respect to `wrt`.

    The arguments are as for `program`.  Raises Unwritable and NotDifferentiable as that does.
    """
    library = ENGINES[language]
    names = variable_names(variables, library)
    writer = Writer(library, names)
    nodes = wengert_list(expression)
    active = active_nodes(nodes, set(wrt))
    sweep = SweepWriter(nodes, active, node_names(nodes, names, library), names, writer)
    lines = dict(zip([node for node in nodes if node in sweep.names], sweep.forwards(), strict=True))
    constants = [line for node, line in lines.items() if not node.varies]
    forwards = [line for node, line in lines.items() if node.varies]
    backwards = sweep.backwards("grad_output")
    returned = sweep.names.get(expression) or writer.write(expression, {})
    parts = _Parts(list(names.values()), constants, forwards, backwards, returned, _gradients(names, wrt, sweep))
    body = (_torch if language == "torch" else _jax)(parts)
    head = [f"# f = {shortened(to_text(expression))}, with the gradient by one reverse sweep"]
    head += [f"# {comment}" for comment in renaming_comments(names)]
    definitions = _needed(library, body)
    imports = _imports(library, [*definitions, body])
    pieces = ["\n".join([*head, *imports]), *definitions, body]
    if point is not None:
        pieces.append(_call(names, wrt, point, language))
    return "\n\n\n".join(pieces) + "\n"


class _Parts:
    """The lines of a program, and what they have to save."""

    def __init__(
        self,
        names: list[str],
        constants: list[str],
        forwards: list[str],
        backwards: list[str],
        returned: str,
        gradients: list[str],
    ) -> None:
        self.names, self.returned, self.gradients = names, returned, gradients
        self.forwards = [*constants, *forwards]
        known = [*names, *[line.split(" = ")[0] for line in forwards]]
        code = [line for line in backwards if not line.startswith("#")]
        read = {word for line in code for word in re.findall(r"[^\W\d]\w*", line.split("  # ")[0])}
        self.saved = [name for name in known if name in read]
        self.backwards = [*(constants if any(line.split(" = ")[0] in read for line in constants) else []), *backwards]


def _gradients(names: Mapping[str, str], wrt: Sequence[str], sweep: SweepWriter) -> list[str]:
    """Return the text of what backward returns for every variable; None stands for what is not asked."""
    reached = {name: Variable(name) in sweep.reached for name in names}
    return [
        f"{own}{BAR}" if reached[name] else "0*grad_output" if name in wrt else "None" for name, own in names.items()
    ]


def _torch(parts: _Parts) -> str:
    arguments = ", ".join(["ctx", *parts.names])
    lines = [
        "class Function(torch.autograd.Function):",
        *_indented(['"""f, and what a gradient of f means for its variables."""', "", "@staticmethod"]),
        f"{_INDENT}def forward({arguments}):",
        *_indented(_torch_forward(parts), 2),
        "",
        *_indented(["@staticmethod", "@torch.autograd.function.once_differentiable"]),
        f"{_INDENT}def backward(ctx, grad_output):",
    ]
    backward = [f"{_unpacked(parts.saved)} = ctx.saved_tensors"] if parts.saved else []
    backward += [*parts.backwards, f"return {', '.join(parts.gradients) or '()'}"]
    lines += _indented(backward, 2)
    names = ", ".join(parts.names)
    lines += ["", "", f"def f({names}):", f'{_INDENT}"""The function; its gradient is that of the sweep above."""']
    lines += [f"{_INDENT}return Function.apply({f'*torch.broadcast_tensors({names})' if names else ''})"]
    return "\n".join(lines)


def _torch_forward(parts: _Parts) -> list[str]:
    saving = [f"ctx.save_for_backward({', '.join(parts.saved)})"] if parts.saved else []
    return [*parts.forwards, *saving, f"return {_as_array(parts, 'torch')}"]


def _as_array(parts: _Parts, module: str) -> str:
    """Return the text of the value: of the shape of the variables, and an object of its own."""
    if parts.forwards and parts.returned == parts.forwards[-1].split(" = ")[0]:
        return parts.returned
    if parts.names:
        return f"{parts.returned} + 0*{parts.names[0]}"
    return f"torch.tensor({parts.returned}, dtype=torch.float64)" if module == "torch" else parts.returned


def _jax(parts: _Parts) -> str:
    names = ", ".join(parts.names)
    gradients = [text if text != "None" else "0*grad_output" for text in parts.gradients]
    forward = [*parts.forwards, f"return {_as_array(parts, 'jnp')}, {_tuple(parts.saved)}"]
    backward = [f"{_unpacked(parts.saved)} = saved"] if parts.saved else []
    backward += [*parts.backwards, f"return {_tuple(gradients)}"]
    lines = [
        "@jax.custom_vjp",
        f"def same_shape({names}):",
        f"{_INDENT}return forward({names})[0]",
        "", "",
        f"def forward({names}):",
        f'{_INDENT}"""The value, and what backward needs."""',
        *_indented(forward),
        "", "",
        "def backward(saved, grad_output):",
        f'{_INDENT}"""What a gradient of the value means for every variable."""',
        *_indented(backward),
        "", "",
        "same_shape.defvjp(forward, backward)",
        "", "",
        f"def f({names}):",
        f'{_INDENT}"""The function; its gradient is that of the sweep above."""',
        f"{_INDENT}return same_shape({f'*jnp.broadcast_arrays({names})' if names else ''})",
    ]  # fmt: skip
    return "\n".join(lines)


def _tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _unpacked(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) > 1 else f"({names[0]},)"


def _indented(lines: Sequence[str], depth: int = 1) -> list[str]:
    return [_INDENT * depth + line if line else "" for line in lines]


def _needed(library: Library, body: str) -> list[str]:
    """Return the definitions that a program calls, each after those that it calls itself."""
    definitions: dict[str, str] = {}

    def visit(text: str) -> None:
        for name, source in library.definitions.items():
            if name not in definitions and re.search(rf"(?<![\w.]){name}\(", text) and text is not source:
                visit(source)
                definitions.setdefault(name, source)

    visit(body)
    return list(definitions.values())


def _imports(library: Library, texts: Sequence[str]) -> list[str]:
    text = "\n".join(texts)
    math = ["import math"] if "math." in text else []
    if library.name == "torch":
        return [*math, "import torch"]
    scipy = ["import jax.scipy.special"] if "jax.scipy.special." in text else []
    return [*math, "import jax", "import jax.numpy as jnp", *scipy, "", 'jax.config.update("jax_enable_x64", True)']


def _call(names: Mapping[str, str], wrt: Sequence[str], point: Mapping[str, float], language: str) -> str:
    lines = ['if __name__ == "__main__":']
    own = ", ".join(names.values())
    if language == "jax":
        places = _tuple([str(place) for place, name in enumerate(names) if name in wrt])
        gradient = f"jax.grad(f, {places})({', '.join(repr(point[name]) for name in names)})"
        lines.append(f"{_INDENT}print(dict(zip({[name for name in names if name in wrt]!r}, map(float, {gradient}))))")
        return "\n".join(lines)
    for name, variable in names.items():
        lines.append(f"{_INDENT}{variable} = torch.tensor({point[name]!r}, dtype=torch.float64, requires_grad=True)")
    lines.append(f"{_INDENT}f({own}).backward()")
    entries = ", ".join(f"{quoted(name)}: {names[name]}.grad.item()" for name in names if name in wrt)
    lines.append(f"{_INDENT}print({{{entries}}})")
    return "\n".join(lines)
