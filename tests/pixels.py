"""The pixels of a picture, and whether its texts can be seen in it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
NEAR = 60  # of 255: colours that differ by less in each of red, green and blue


class Pixels(NamedTuple):
    """The rows of a picture, each with `channels` bytes a pixel: red, green, blue, and perhaps opacity."""

    width: int
    channels: int
    rows: list[bytearray]

    def colour(self, x: int, y: int) -> tuple[int, ...]:
        """Red, green and blue."""
        start = x * self.channels
        return tuple(self.rows[y][start : start + 3])


def decode(png: bytes) -> Pixels:
    """The pixels of a PNG with 8 bits a channel, without a palette and interlacing (W3C PNG specification, 9.2)."""
    chunks: dict[bytes, bytes] = {}
    place = 8
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        chunks[kind] = chunks.get(kind, b"") + png[place + 8 : place + 8 + size]
        place += size + 12
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert depth == 8
    assert not interlaced
    step = {2: 3, 6: 4}[colours]
    data = zlib.decompress(chunks[b"IDAT"])
    rows, above = [], bytearray(width * step)
    for start in range(0, height * (width * step + 1), width * step + 1):
        row = bytearray(data[start + 1 : start + 1 + width * step])
        _unfilter(data[start], row, above, step)
        rows.append(row)
        above = row
    return Pixels(width, step, rows)


def _unfilter(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    for place in range(len(row) if kind else 0):
        left, corner = (row[place - step], above[place - step]) if place >= step else (0, 0)
        up = above[place]
        if kind == 4:
            nearest = left + up - corner
            distances = (abs(nearest - left), abs(nearest - up), abs(nearest - corner))
            guess = (left, up, corner)[distances.index(min(distances))]
        else:
            guess = {1: left, 2: up, 3: (left + up) // 2}[kind]
        row[place] = (row[place] + guess) & 255


def unseen(svg: str, pixels: Pixels, recoloured: Mapping[str, str] | None = None) -> list[str]:
    """The texts of an SVG that are not seen in their colour on another one, and `paper` if a corner is not of it."""
    root = ElementTree.fromstring(svg)
    scale = pixels.width / float(root.attrib["width"])
    colours = recoloured or {}
    paper = root.find(f".//{SVG}rect[@class='paper']")
    assert paper is not None
    background = _rgb(colours.get(paper.attrib["fill"], paper.attrib["fill"]))
    missing = [] if pixels.colour(1, 1) == background else ["paper"]
    for element, x, y in _texts(root, 0.0, 0.0):
        colour = _rgb(colours.get(element.attrib["fill"], element.attrib["fill"]))
        start = x - {"middle": 8, "end": 16}.get(element.get("text-anchor", "start"), 0)
        places = [
            (int((start + across) * scale), int((y - up) * scale)) for across in range(17) for up in range(-2, 11)
        ]
        near = [_is_near(pixels.colour(*place), colour) for place in places]
        if not any(near) or all(near):
            missing.append(element.text or "")
    return missing


def _texts(element: ElementTree.Element, x: float, y: float) -> Iterator[tuple[ElementTree.Element, float, float]]:
    moved = element.get("transform", "")
    if "rotate" in moved:
        return
    if moved:
        across, down = moved.removeprefix("translate(").removesuffix(")").split()
        x, y = x + float(across), y + float(down)
    if element.tag == f"{SVG}text":
        yield element, x + float(element.get("x", "0")), y + float(element.get("y", "0"))
    for child in element:
        yield from _texts(child, x, y)


def _rgb(colour: str) -> tuple[int, ...]:
    digits = colour[1:] if len(colour) == 7 else "".join([2 * digit for digit in colour[1:]])
    return tuple(bytes.fromhex(digits))


def _is_near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < NEAR for a, b in zip(one, other, strict=True))
