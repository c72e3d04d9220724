"""NPZ: the arrays of a document as NumPy reads them (`numpy.load("jacobian.npz")`), written without NumPy.

An NPZ file is a zip archive of NPY files, each a header in Python's notation and the numbers in C order (NumPy
Enhancement Proposal 1, A simple file format for NumPy arrays).
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from diffcompare.diagnostics import usage_error

if TYPE_CHECKING:
    from diffcompare.document import Document

ALIGNMENT = 64  # bytes: NumPy maps the numbers into memory at a multiple of it
MADE = (1980, 1, 1, 0, 0, 0)  # of every member, so that equal arrays make equal files


def archive(document: Document) -> bytes:
    """Return the arrays of a document as an archive.  Raises DiffcompareError (E514) for a document without any."""
    arrays = document.arrays
    if not arrays:
        raise usage_error("E514", "there is no matrix to write as .npz", "end the name in .json or .csv")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as members:
        for name, array in arrays.items():
            members.writestr(zipfile.ZipInfo(f"{name}.npy", MADE), npy(array))
    return buffer.getvalue()


def npy(array: Any) -> bytes:
    """Return nested lists of numbers (None is nan), or of texts, or an array, as the bytes of an NPY file."""
    is_array = hasattr(array, "tobytes")
    shape = tuple(array.shape if is_array else _shape(array))
    entries = [] if is_array else list(_entries(array))
    if is_array:
        kind, content = "<f8", bytes(array.astype("<f8").tobytes())
    elif entries and all(isinstance(entry, str) for entry in entries):
        width = max(map(len, entries))
        kind = f"<U{width}"
        content = b"".join(entry.ljust(width, "\0").encode("utf-32-le") for entry in entries)
    else:
        kind = "<f8"
        content = struct.pack(f"<{len(entries)}d", *[math.nan if entry is None else entry for entry in entries])
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    length = -(-(10 + len(header) + 1) // ALIGNMENT) * ALIGNMENT - 10
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", length) + header.ljust(length - 1) + b"\n" + content


def _shape(array: Any) -> Iterator[int]:
    while isinstance(array, list | tuple):
        yield len(array)
        array = array[0] if array else None


def _entries(array: Any) -> Iterator[Any]:
    if isinstance(array, list | tuple):
        for item in array:
            yield from _entries(item)
    else:
        yield array
