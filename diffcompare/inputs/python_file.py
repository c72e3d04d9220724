"""Python files that users name: `FILE.py:name` is a function in one, and `--ops FILE.py` all its operations.

Loading a file runs it, as `python FILE.py` does.
"""

from __future__ import annotations

import importlib.util
import inspect
import linecache
import os
import sys
import types
from collections.abc import Callable, Iterable
from importlib.machinery import SourceFileLoader
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.language.syntax.spelling import reason_against
from diffcompare.recording.outcome import raised
from diffcompare.recording.source_lines import SourcePlace, error_at

_TAPE = "diffcompare.tape.variable"
MODULE_NAME = "diffcompare_user_module"  # of a file that is loaded; its functions can be pickled under it


def load(path: str, name: str) -> Callable[..., Any]:
    """Run a file and return the function of that name in it.

    Raises DiffcompareError for a file that is missing, does not parse or raises, and where it has no such function.
    """
    module = _run(path)
    functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
    own = [key for key in functions if getattr(vars(module)[key], "__module__", None) == MODULE_NAME] or functions
    own.sort(key=lambda key: isinstance(vars(module)[key], type))  # classes are seldom meant
    listed = f"it has {', '.join(own)}" if own else "it has no functions"
    if not name:
        message = f"which function of `{path}`?"
        raise _wrong("E641", message, f"write {path}:{own[0]}" if own else listed, path)
    function: Any = module
    owner: Any = module
    for part in name.split("."):
        if not hasattr(function, part):
            near = did_you_mean(name, own)
            help = f"did you mean `{path}:{near}`?" if near else listed
            raise _wrong("E642", f"`{path}` has no function `{name}`", help, path)
        owner, function = function, getattr(function, part)
    if isinstance(owner, type) and isinstance(inspect.getattr_static(owner, part), types.FunctionType):
        return getattr(_instance(owner, path, name), part)  # type: ignore[no-any-return]
    if isinstance(function, type) and isinstance(getattr(function, "__call__", None), types.FunctionType):  # noqa: B004
        return _instance(function, path, name)  # type: ignore[no-any-return]
    if not callable(function):
        raise _wrong("E643", f"`{name}` in `{path}` is not a function, but {function!r:.60}", listed, path)
    return function  # type: ignore[no-any-return]


def _instance(owner: type, path: str, name: str) -> Any:
    """Return an object of a class, whose method of that name is asked for, or that can be called itself.

    Raises DiffcompareError where it cannot be made without arguments.
    """
    parameters = inspect.signature(owner).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if not needed:
        try:
            return owner()
        except (Exception, SystemExit) as error:
            diagnostic = raised(error).diagnostic
            message = diagnostic.message.replace("the function raised", f"{owner.__name__}() raised", 1)
            help = f"`{name}` needs an object, and one was made without arguments"
            raise DiffcompareError(diagnostic._replace(code="E645", message=message, help=help)) from error
    instance, method = owner.__name__.lower(), name.removesuffix(owner.__name__).rpartition(".")[2]
    named = f"{instance}.{method}" if method else instance
    message = f"`{name}` in `{path}` needs an object, and {owner.__name__}(...) takes {', '.join(needed)}"
    raise _wrong(
        "E643", message, f"make one in the file, {instance} = {owner.__name__}(...), and name {path}:{named}", path
    )


class _SourceLoader(SourceFileLoader):
    """Loads a file under the name that the user gave it, and keeps no compiled copy beside it."""

    def get_code(self, fullname: str) -> types.CodeType:
        """Return the code of the file as it is now."""
        return self.source_to_code(self.get_data(self.path), self.path)


def _run(path: str) -> types.ModuleType:
    if not os.path.isfile(path):
        raise DiffcompareError(
            Diagnostic("E640", "io_error", f"there is no file `{path}`", help="write FILE.py:name", source=path)
        )
    linecache.checkcache(path)
    spec = importlib.util.spec_from_loader(MODULE_NAME, _SourceLoader(MODULE_NAME, path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    folder = os.path.dirname(os.path.abspath(path))
    added = folder not in sys.path
    if added:
        sys.path.insert(0, folder)  # so that it can import its neighbours, as under `python FILE.py`
    sys.modules[MODULE_NAME] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise _does_not_parse(path, error) from None
    except UnicodeDecodeError as error:
        raise _wrong("E644", f"`{path}` is not UTF-8 text: {error.reason}", "save it as UTF-8", path) from None
    except (Exception, SystemExit) as error:
        diagnostic = raised(error).diagnostic
        message = diagnostic.message.replace("the function raised", f"`{path}` raised", 1)
        help = "`diffcompare` runs the whole file, as `python` does, and then the function"
        if isinstance(error, ImportError) and "relative import" in str(error):
            help = "a file that is run belongs to no package, under `python` too: write `from name import ...`"
        raise DiffcompareError(diagnostic._replace(code="E645", message=message, help=help)) from error
    return module


def _does_not_parse(path: str, error: SyntaxError) -> DiffcompareError:
    message = f"this is not Python: {error.msg}"
    start = max((error.offset or 1) - 1, 0)
    place = SourcePlace(error.filename or path, error.lineno or 1, start, max((error.end_offset or 0) - 1, start + 1))
    return error_at(place, "E644", "syntax_error", message, f"`python {path}` says the same")


def _wrong(code: str, message: str, help: str, path: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic(code, "bad_value", message, help=help, source=path))


def is_tape_function(function: object) -> bool:
    """Tell whether something is a `Function` of `diffcompare.tape`, an operation with a forward and a backward."""
    tape = sys.modules.get(_TAPE)  # there if anybody has made a Function
    return tape is not None and isinstance(function, type) and issubclass(function, tape.Function)


def is_tape_variable(value: object) -> bool:
    """Tell whether something is a `Variable` of `diffcompare.tape`."""
    tape = sys.modules.get(_TAPE)
    return tape is not None and type(value) is tape.Variable


def tape_functions(path: str) -> dict[str, Any]:
    """Run a file and return the Functions of the tape that it defines, by their names in the language.

    A class without a `forward`, such as the base of others, is none.  Raises DiffcompareError where there are none, and
    for what `by_name` refuses.
    """
    classes = [
        value for value in vars(_run(path)).values() if is_tape_function(value) and value.__module__ == MODULE_NAME
    ]
    if not classes:
        help = "it defines none: class Sinh(Function), with Function from diffcompare.tape"
        raise _wrong("E649", f"`{path}` has no Function of the tape", help, path)
    return by_name([each for each in classes if _writes(each, "forward")] or classes, path)


def by_name(classes: Iterable[Any], source: str) -> dict[str, Any]:
    """Return Functions of the tape by their names in the language.

    That is the class attribute `name`, or the name of the class in lower case.  One that lacks its `backward` has
    values, and no derivatives.  Raises DiffcompareError, with the source of the classes, for a name that is not one or
    means something already, and for a class that has no `forward` or whose parts are not static.
    """
    named: dict[str, Any] = {}
    for function in classes:
        name = str(getattr(function, "name", None) or function.__name__.lower())
        why = "stands for two classes" if name in named else reason_against(name)
        if why:
            help = f'give the class {function.__name__} another one: name = "my_{function.__name__.lower()}"'
            raise _wrong("E649", f"the name `{name}` {why}", help, source)
        parts = ("forward", "backward") if _writes(function, "backward") else ("forward",)
        check_parts(function, parts)
        named[name] = function
    return named


def check_parts(function: type, parts: Iterable[str] = ("forward", "backward")) -> None:
    """Raise DiffcompareError for a `Function` of the tape that lacks its forward or its backward."""
    for part in parts:
        if not _writes(function, part):
            message = f"{function.__name__} has no `{part}`"
            help = "a Function has a static forward(ctx, ...) and a static backward(ctx, grad_output)"
            raise DiffcompareError(Diagnostic("E655", "bad_value", message, help=help))
        if not isinstance(inspect.getattr_static(function, part), staticmethod):
            message = f"the {part} of {function.__name__} is not static"
            raise DiffcompareError(Diagnostic("E655", "bad_value", message, help="write @staticmethod above it"))


def _writes(function: type, part: str) -> bool:
    """Tell whether a class, or a base of its, has a part of its own, and not that of every Function."""
    return any(part in vars(kind) for kind in function.__mro__ if kind.__module__ != _TAPE)


def applied(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a `Function` of the tape as a Python function, `Sinh.apply`; any other function as it is."""
    if not is_tape_function(function) or not hasattr(function, "forward"):
        return function

    def apply(*arguments: Any) -> Any:
        return function.apply(*arguments)  # type: ignore[attr-defined]

    by_position = inspect.Parameter.POSITIONAL_ONLY
    parameters = list(inspect.signature(function.forward).parameters.values())[1:]
    parameters = [each.replace(kind=by_position) if each.kind is each.POSITIONAL_OR_KEYWORD else each
                  for each in parameters]  # fmt: skip
    apply.__name__ = apply.__qualname__ = function.__name__
    apply.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return apply
