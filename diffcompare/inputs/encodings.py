"""The encoding of a text that spreadsheets and editors wrote: UTF-8, UTF-16, or the code page of a machine.

A mark at the beginning says it, and UTF-8 proves itself.  Otherwise the code pages are tried: one in which the first
line has a word that is known (`titles`) is right; else one in which all characters are usual ones of its language and
no other would be.  Where that leaves several, or none, somebody has to say it: a name is never garbled without a word.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError

SAMPLE = 1 << 16
"""Bytes that are looked at, from the first that is not UTF-8 on."""
HEAD = 4096
"""Bytes of the first lines, which are looked at as well."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _level_one(codec: str, low: int, high: int) -> Callable[[str], bool]:
    """Whether a character is among the frequent ones, which the standards put first."""

    def is_frequent(character: str) -> bool:
        encoded = character.encode(codec, "ignore")
        return len(encoded) == 2 and low <= encoded[0] <= high

    return is_frequent


_OF_FORMULAS = "²³·×÷½¼±°µ"
"""Signs that western keyboards have: in two bytes, few names would be made of them alone."""
_SIGNS = "€‘’“”„–—…«»°²³µ·¿¡×÷½¼§ªº№΄"
_LETTERS: dict[str, re.Pattern[str]] = {
    "Windows-1252": re.compile("[À-ÖØ-öø-ÿŒœŠšŽž]*"),
    "Windows-1250": re.compile("[ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽáčďéěíňóřšťúůýžĄĆĘŁŃŚŹŻąćęłńśźżÄÖÜßäöüŐŰőűĂÂÎŞŢăâîşţĐđĽľĹĺŔŕÔô]*"),
    "Windows-1254": re.compile("[ÇĞİÖŞÜçğıöşüÂâÎîÛû]*"),
    "Windows-1251": re.compile("[А-яЁёІіЇїЄєҐґ]*"),
    "KOI8-R": re.compile("[А-яЁё]*"),
    "CP866": re.compile("[А-яЁё]*"),
    "Windows-1253": re.compile("[Ά-ώ]*"),
    "CP850": re.compile("[ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜàáâãäåçèéêëìíîïñòóôõöùúûüßØøÆæ]*"),
    "Mac Roman": re.compile("[ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÖÙÚÛÜàáâãäåçèéêëìíîïñòóôöùúûüßØøÆæ]*"),
}
"""The letters of the languages that are written in pages of one byte."""
_CYRILLIC = "аеёиоуыэюяіїє"
_WHOLE_WORDS = {"Windows-1253": "αεηιουωάέήίόύώ", **dict.fromkeys(("Windows-1251", "KOI8-R", "CP866"), _CYRILLIC)}
"""Pages in which whole words are beyond ASCII, with their vowels."""
_DOUBTS = {
    "Mac Roman": re.compile("[ŠšŽžŸ]"),  # äéèü...
    "Windows-1250": re.compile(  # ř and ě in Czech, ő in Hungarian, ț and Ș in Romanian, ł in Polish
        r"ø.*[íýáú]|[íýáú].*ø|ì.*ý|ý.*ì|õ\b|þ\b|ª\w|[^\W\d_]{3,}(?<!sin|cos|tan|cot|log)(?<!sinh|cosh|tanh)³", re.S
    ),
    "Windows-1254": re.compile("[ÐÝÞðýþ]"),  # Ğ İ Ş ğ ı ş
}
"""By which signs a text that seems western may be another one."""
_WITHIN_A_WORD = re.compile(rf"(?<=[^\W\d_])[{_SIGNS.replace('·', '').replace('’', '')}](?=[^\W\d_])|£(?=\w)|¯|¿")
_INITIAL = re.compile(r"[^\W\d_a-zA-Z][a-z]{2}")
"""A sign of the East before small letters: where all words are such, it is the capital of an alphabet."""

CODE_PAGES: dict[str, str] = {
    "GBK": "gb18030",
    "Big5": "big5hkscs",
    "Shift-JIS": "cp932",
    "EUC-KR": "cp949",
    "Windows-1251": "cp1251",
    "KOI8-R": "koi8_r",
    "CP866": "cp866",
    "Windows-1253": "cp1253",
    "CP850": "cp850",
    "Mac Roman": "mac_roman",
    "Windows-1250": "cp1250",
    "Windows-1254": "cp1254",
    "Windows-1252": "cp1252",
}
"""What is tried, by the names that people know."""
_FREQUENT: dict[str, Callable[[str], bool]] = {
    "GBK": _level_one("gb2312", 0xB0, 0xD7),
    "Big5": _level_one("big5", 0xA4, 0xC6),
    "EUC-KR": _level_one("euc_kr", 0xB0, 0xC8),
    "Shift-JIS": lambda character: "\u3040" <= character <= "\u30ff" or _level_one("cp932", 0x88, 0x98)(character),
}
_SURNAMES = {
    "GBK": "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董"
    "程曹袁邓许沈曾彭吕苏卢蒋蔡丁魏薛叶余潘杜戴夏钟汪田任姜方石",
    "Big5": "王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董"
    "程曹袁鄧許沈曾彭呂蘇盧蔣蔡丁魏薛葉余潘杜戴夏鍾汪田任姜方石",
    "EUC-KR": "김이박최정강조윤장임한오서신권황안송류전홍유고문양손배"
    "백허남심노하곽성차주우구민진지엄채원천방공현함변염여추",
    "Shift-JIS": "佐鈴高田渡伊山中小吉加木林斎清池橋石前岡藤村長近坂遠青福西太松井三金野原藤和上",
}
"""The first signs of the commonest family names: they tell apart what is of two bytes in any case."""
_SIGNS_OF_THE_EAST = re.compile(r"[\u3000-\u303f\uff00-\uffef·×÷√π∂′“”‘’…—°²³]")
ENOUGH = 0.75
"""Which part of the characters has to be frequent ones."""


class Found(NamedTuple):
    """A text, the name of its encoding, and whether that is a guess."""

    text: str
    encoding: str
    guessed: bool = False


def decode(content: bytes, source: str, encoding: str | None = None) -> Found:
    """The text, in the encoding that is said or else found out; line ends are plain, and flaws in UTF-8 are marked.

    Raises DiffcompareError for an encoding that does not exist or does not fit, and where none can be told.
    """
    if encoding is not None:
        return _as_said(content, source, encoding)
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return Found(_plain(content.decode(codec, "replace")), codec.removesuffix("-sig").upper())
    wide = _wide(content[:SAMPLE])
    if wide is not None:
        return Found(_plain(content.decode(wide, "replace")), wide)
    try:
        return Found(_plain(content.decode("utf-8")), "UTF-8")
    except UnicodeDecodeError as error:
        sample = sample_of(content, error.start)
    if _is_mostly_utf8(sample):
        return Found(_plain(content.decode("utf-8", "replace")), "UTF-8", guessed=True)
    found = guess(sample)
    if len(found) != 1:
        raise _untold(content, source, found)
    return Found(_plain(content.decode(_codec(found[0]), "replace")), found[0], guessed=True)


def sample_of(content: bytes, start: int) -> bytes:
    """Whole lines: the first ones, and those around the place that is not UTF-8."""
    near = max(0, start - HEAD)
    head = content[: min(near, HEAD)]
    below = content[near : start + SAMPLE]
    whole = len(content) if start + SAMPLE >= len(content) else below.rfind(b"\n") + 1 or None
    return head[: head.rfind(b"\n") + 1] + below[below.find(b"\n") + 1 if near else 0 : whole]


def codec_of(name: str) -> str | None:
    """Python's name of an encoding, None where there is no such encoding of texts."""
    known = {page.casefold(): codec for page, codec in CODE_PAGES.items()}
    codec = known.get(name.strip().casefold(), name.strip() or "?")
    try:
        b"0".decode(codec)  # which refuses codecs of something else than text
    except UnicodeDecodeError:
        pass  # half a character, of an encoding
    except (LookupError, ValueError):
        return None
    return codecs.lookup(codec).name


def guess(content: bytes) -> list[str]:
    """The names of the encodings that the content may have: one where it is clear, and it is not UTF-8."""
    texts = {name: text for name, codec in CODE_PAGES.items() if (text := _strict(content, codec)) is not None}
    if texts.get("Windows-1254") == texts.get("Windows-1252"):
        texts.pop("Windows-1254", None)
    western = texts.get("Windows-1252", "")
    of_formulas = western and all(sign.isascii() or sign in _OF_FORMULAS for sign in western)
    if of_formulas and not _DOUBTS["Windows-1250"].search(western):
        return ["Windows-1252"]
    by_titles = _best({name: _known_in(text) for name, text in texts.items()})
    if len(by_titles) == 1:
        return by_titles
    texts = {name: text for name, text in texts.items() if name in by_titles} or texts
    likely = {name: text for name, text in texts.items() if _is_likely(name, text)}
    double = [name for name in likely if name in _FREQUENT]
    if double:
        return _nearly_best({name: _surnames(name, likely[name]) + _share(name, likely[name]) for name in double})
    whole = [name for name in likely if name in _WHOLE_WORDS]
    if whole:
        return _nearly_best({name: _vowels(name, likely[name]) for name in whole})
    if "Windows-1252" not in likely:
        return list(likely)
    doubts = [name for name, signs in _DOUBTS.items() if name in likely and signs.search(western)]
    return [*doubts, "Windows-1252"]


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of ASCII is 0."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if max(even, odd) * 4 < len(content) or max(even, odd) <= 10 * min(even, odd):
        return None
    return "UTF-16LE" if odd > even else "UTF-16BE"


def _strict(content: bytes, codec: str) -> str | None:
    """The text, None where the content is not of that encoding."""
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _known_in(text: str) -> int:
    """How many titles of the first lines are known words beyond ASCII; those without a wrong accent count twice."""
    from diffcompare.inputs.column_titles import is_spelt, role_by_words, role_of

    head = "\n".join(text.splitlines()[:5])
    titles = [each for each in re.split(r"[,;\t|\n\"]", head) if not each.isascii()]
    known = [title for title in titles[:200] if role_of(title) is not None or role_by_words(title) is not None]
    return len(known) + sum(map(is_spelt, known))


def _best(scores: dict[str, int]) -> list[str]:
    """Those with the most, none where all have nothing."""
    most = max(scores.values(), default=0)
    return [name for name, score in scores.items() if score == most and most]


def _nearly_best(scores: dict[str, float]) -> list[str]:
    best = max(scores.values())
    return [name for name, score in scores.items() if score > best - 0.1]


def _is_likely(name: str, text: str) -> bool:
    """Whether everything beyond ASCII is what people write in that encoding."""
    if name in _FREQUENT:
        words = _foreign_words(text)
        return _share(name, text) >= ENOUGH and not (words and all(map(_INITIAL.search, words)))
    letters = "".join(sign for sign in text if not sign.isascii() and sign not in _SIGNS)
    usual = _LETTERS[name].fullmatch(letters) is not None and _WITHIN_A_WORD.search(text) is None
    return usual and not _has_capital_within(text) and (name in _WHOLE_WORDS) == _is_of_whole_words(text)


def _has_capital_within(text: str) -> bool:
    """Whether a capital letter beyond ASCII stands within a word of small ones: `JosÄ` is José read in a wrong page."""
    return any(
        letter.isupper() and not letter.isascii() and before.isalpha() and (before.islower() or behind.islower())
        for before, letter, behind in zip(text, text[1:], f"{text[2:]} ", strict=False)
    )


def _share(name: str, text: str) -> float:
    """Which part of the letters beyond ASCII is frequent in the language of the encoding."""
    letters = [sign for sign in text if not sign.isascii() and not _SIGNS_OF_THE_EAST.fullmatch(sign)]
    return sum(map(_FREQUENT[name], letters)) / len(letters) if letters else 0.0


def _surnames(name: str, text: str) -> float:
    """Which part of the words begins as family names do."""
    words = [word for word in _foreign_words(text) if not word[0].isascii()]
    return sum(word[0] in _SURNAMES[name] for word in words) / len(words) if words else 0.0


def _vowels(name: str, text: str) -> float:
    """Which part of the letters is vowels; a text that is read in the wrong alphabet has few."""
    letters = [sign for sign in text.casefold() if not sign.isascii()]
    return sum(sign in _WHOLE_WORDS[name] for sign in letters) / len(letters)


def _is_of_whole_words(text: str) -> bool:
    """Whether letters beyond ASCII make up words by themselves, as in Cyrillic and Greek, and not parts of words."""
    words = [word for word in _foreign_words(text) if len(word) > 1]
    whole = [word for word in words if not any(sign.isascii() for sign in word)]
    return len(whole) > 0.6 * len(words)


def check_encoding(name: str | None) -> None:
    """Raise DiffcompareError where there is no such encoding."""
    if name is not None and codec_of(name) is None:
        message = f"there is no encoding `{name}`"
        help = f"for example --encoding gbk; known are utf-8, utf-16, {', '.join(CODE_PAGES)}"
        raise DiffcompareError(Diagnostic("E612", "bad_value", message, source="--encoding", help=help))


def _as_said(content: bytes, source: str, encoding: str) -> Found:
    check_encoding(encoding)
    codec = codec_of(encoding) or encoding
    try:
        text = content.decode("utf-8-sig" if codec == "utf-8" else codec)
    except UnicodeDecodeError as error:
        message = f"{source} is not {encoding}: byte 0x{content[error.start]:02x} at offset {error.start}"
        help = "leave --encoding out, and it is looked for"
        raise DiffcompareError(Diagnostic("E605", "io_error", message, source=source, help=help)) from None
    return Found(_plain(text.removeprefix("\ufeff")), encoding)


def _untold(content: bytes, source: str, found: Sequence[str]) -> DiffcompareError:
    """The error where the encoding is not clear, with what the first foreign word would be in each."""
    words = _words(content, found)
    shown = [f"{name} ({word})" for name, word in words.items() if word]
    message = f"{source} is not UTF-8, and its encoding is not clear"
    message += f": it may be {' or '.join(shown)}" if shown else ""
    name = (found[0] if found else "gbk").lower()
    help = f"say it: --encoding {name}; or save it as UTF-8"
    return DiffcompareError(Diagnostic("E605", "io_error", message, source=source, help=help))


def _words(content: bytes, found: Sequence[str]) -> dict[str, str]:
    """The first word that is not the same in all these encodings, as it is in each."""
    texts = {name: content[:SAMPLE].decode(_codec(name), "replace") for name in found}
    words = {name: [word for word in re.findall(r"\w+", text) if not word.isascii()] for name, text in texts.items()}
    places = range(min(map(len, words.values()), default=0))
    place = next((place for place in places if len({each[place] for each in words.values()}) > 1), None)
    return {name: each[place][:20] if place is not None else "" for name, each in words.items()}


def example(text: str) -> str:
    """The first word with a letter beyond ASCII, by which a reader sees whether the encoding is right."""
    return next(iter(_foreign_words(text)), "")[:20]


def _foreign_words(text: str) -> list[str]:
    """The words with a letter beyond ASCII."""
    return [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]


def _codec(name: str) -> str:
    return CODE_PAGES.get(name, name)


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


# --- Streams ----------------------------------------------------------------------------------------------------------


class InUtf8:
    """A stream of lines in another encoding, read in UTF-8; a line that is not in that encoding stays as it is."""

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        self.stream = stream
        self.codec = codec
        if codec.startswith(("utf-16", "utf-32")):  # whose lines do not end where a byte says so
            self.stream = io.BytesIO(stream.read().decode(codec, "replace").removeprefix("\ufeff").encode())
            self.codec = "utf-8"

    def readline(self, size: int = -1) -> bytes:
        """The next line."""
        line = self.stream.readline(size)
        try:
            return line.decode(self.codec).encode()
        except UnicodeDecodeError:
            return line


def of_stream(stream: BinaryIO) -> tuple[str, str | None, str]:
    """The codec of a stream, the name of it where that is a guess, and a word by which it can be judged.

    The stream is read to the first byte that is not UTF-8, and wound back.  Where there is more UTF-8 than not, or no
    encoding can be told, it is taken for UTF-8 with a flaw.
    """
    head = stream.read(SAMPLE)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), _wide(head))
    start = None if marked else _first_flaw(stream, head)
    sample = b""
    if start is not None:
        stream.seek(max(0, start - 2 * HEAD))
        around = stream.read(2 * SAMPLE)
        sample = head[: head.rfind(b"\n", 0, HEAD) + 1] * (start > 2 * HEAD) + sample_of(around, min(start, 2 * HEAD))
    stream.seek(0)
    found = [] if not sample or _is_mostly_utf8(sample) else guess(sample)
    if len(found) != 1:
        return marked or "utf-8", None, ""
    return _codec(found[0]), found[0], example(sample.decode(_codec(found[0]), "replace"))


def _first_flaw(stream: BinaryIO, head: bytes) -> int | None:
    """Where the first byte stands that is not UTF-8, None where there is none."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    block, passed = head, 0
    while block:
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return max(0, passed - (len(error.object) - len(block)) + error.start)
        passed += len(block)
        block = stream.read(SAMPLE)
    return None


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether more characters beyond ASCII are UTF-8 than bytes are not."""
    text = sample.decode("utf-8", "surrogateescape")
    flaws = sum("\udc80" <= sign <= "\udcff" for sign in text)
    return sum(not sign.isascii() for sign in text) > 2 * flaws
