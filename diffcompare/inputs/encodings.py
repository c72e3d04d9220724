"""Encodings of texts from spreadsheets and editors, detected: UTF-8, UTF-16, or the code page of a machine.

A byte-order mark decides, and so does valid UTF-8.  Otherwise the code pages are tried: right is one in which the
first line has a known title (`localized_tables`), or else the only one in which all characters are usual ones of its
language.  If several remain, or none, the user has to say it: names are never garbled silently.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.localized_tables import is_exact_title, role_by_words, role_of

SAMPLE = 1 << 16  # bytes that are examined, from the first that is not UTF-8 on
HEAD = 4096  # bytes of the first lines, which are examined as well
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _is_level_one(codec: str, low: int, high: int) -> Callable[[str], bool]:
    """Return a test for the frequent characters of a code page: its standard puts them first (level 1)."""

    def is_frequent(character: str) -> bool:
        encoded = character.encode(codec, "ignore")
        return len(encoded) == 2 and low <= encoded[0] <= high

    return is_frequent


_OF_FORMULAS = "²³·×÷½¼±°µ"  # signs of western keyboards: in a code page of two bytes, no name consists of them alone
_SIGNS = "€‘’“”„–—…«»°²³µ·¿¡×÷½¼§ªº№΄"
_LETTERS: dict[str, re.Pattern[str]] = {  # the letters of the languages that are written in code pages of one byte
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
_CYRILLIC = "аеёиоуыэюяіїє"
# The vowels of the code pages in which whole words are beyond ASCII.
_VOWELS = {"Windows-1253": "αεηιουωάέήίόύώ", **dict.fromkeys(("Windows-1251", "KOI8-R", "CP866"), _CYRILLIC)}
_NOT_WESTERN = {  # signs by which a text that seems western may be of another code page
    "Mac Roman": re.compile("[ŠšŽžŸ]"),  # äéèü...
    "Windows-1250": re.compile(  # ř and ě in Czech, ő in Hungarian, ț and Ș in Romanian, ł in Polish
        r"ø.*[íýáú]|[íýáú].*ø|ì.*ý|ý.*ì|õ\b|þ\b|ª\w|[^\W\d_]{3,}(?<!sin|cos|tan|cot|log)(?<!sinh|cosh|tanh)³", re.S
    ),
    "Windows-1254": re.compile("[ÐÝÞðýþ]"),  # Ğ İ Ş ğ ı ş
}
_WITHIN_A_WORD = re.compile(rf"(?<=[^\W\d_])[{_SIGNS.replace('·', '').replace('’', '')}](?=[^\W\d_])|£(?=\w)|¯|¿")
# A character of East Asia before small letters: if all words are such, it is really the capital of an alphabet.
_INITIAL = re.compile(r"[^\W\d_a-zA-Z][a-z]{2}")

CODE_PAGES: dict[str, str] = {  # the code pages that are tried: Python's codecs by the names that people know
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
_FREQUENT: dict[str, Callable[[str], bool]] = {
    "GBK": _is_level_one("gb2312", 0xB0, 0xD7),
    "Big5": _is_level_one("big5", 0xA4, 0xC6),
    "EUC-KR": _is_level_one("euc_kr", 0xB0, 0xC8),
    "Shift-JIS": lambda character: "\u3040" <= character <= "\u30ff" or _is_level_one("cp932", 0x88, 0x98)(character),
}
_SURNAMES = {  # the first characters of the commonest family names tell code pages of two bytes apart
    "GBK": "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董"
    "程曹袁邓许沈曾彭吕苏卢蒋蔡丁魏薛叶余潘杜戴夏钟汪田任姜方石",
    "Big5": "王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董"
    "程曹袁鄧許沈曾彭呂蘇盧蔣蔡丁魏薛葉余潘杜戴夏鍾汪田任姜方石",
    "EUC-KR": "김이박최정강조윤장임한오서신권황안송류전홍유고문양손배"
    "백허남심노하곽성차주우구민진지엄채원천방공현함변염여추",
    "Shift-JIS": "佐鈴高田渡伊山中小吉加木林斎清池橋石前岡藤村長近坂遠青福西太松井三金野原藤和上",
}
_EAST_ASIAN_SIGNS = re.compile(r"[\u3000-\u303f\uff00-\uffef·×÷√π∂′“”‘’…—°²³]")
MIN_FREQUENT = 0.75  # the share of characters that have to be frequent ones


class DecodedText(NamedTuple):
    """A text, the name of its encoding, and whether that is a guess."""

    text: str
    encoding: str
    guessed: bool = False


def decode(content: bytes, source: str, encoding: str | None = None) -> DecodedText:
    """Decode a text in the encoding given, or else the one detected.

    Line ends are converted to newlines, and bytes that are no UTF-8 in a text that mostly is become U+FFFD.  Raises
    DiffcompareError for an encoding that does not exist or does not fit, and where it cannot be detected.
    """
    if encoding is not None:
        return _decode_as(content, source, encoding)
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return DecodedText(_plain(content.decode(codec, "replace")), codec.removesuffix("-sig").upper())
    wide = _utf16_without_mark(content[:SAMPLE])
    if wide is not None:
        return DecodedText(_plain(content.decode(wide, "replace")), wide)
    try:
        return DecodedText(_plain(content.decode("utf-8")), "UTF-8")
    except UnicodeDecodeError as error:
        sample = sample_of(content, error.start)
    if _is_mostly_utf8(sample):
        return DecodedText(_plain(content.decode("utf-8", "replace")), "UTF-8", guessed=True)
    names = guess(sample)
    if len(names) != 1:
        raise _ambiguous(content, source, names)
    return DecodedText(_plain(content.decode(_codec(names[0]), "replace")), names[0], guessed=True)


def sample_of(content: bytes, start: int) -> bytes:
    """Return whole lines: the first ones, and those around the first byte that is not UTF-8, at `start`."""
    near = max(0, start - HEAD)
    head = content[: min(near, HEAD)]
    below = content[near : start + SAMPLE]
    whole = len(content) if start + SAMPLE >= len(content) else below.rfind(b"\n") + 1 or None
    return head[: head.rfind(b"\n") + 1] + below[below.find(b"\n") + 1 if near else 0 : whole]


def codec_of(name: str) -> str | None:
    """Return Python's name of an encoding; None if there is no such encoding of texts."""
    known = {page.casefold(): codec for page, codec in CODE_PAGES.items()}
    codec = known.get(name.strip().casefold(), name.strip() or "?")
    try:
        b"0".decode(codec)  # raises LookupError for codecs of anything but text
    except UnicodeDecodeError:
        pass  # half a character: an encoding of texts
    except (LookupError, ValueError):
        return None
    return codecs.lookup(codec).name


def guess(content: bytes) -> list[str]:
    """Return the names of the encodings that a content other than UTF-8 may have: a single one if that is clear."""
    texts = {name: text for name, codec in CODE_PAGES.items() if (text := _strict(content, codec)) is not None}
    if texts.get("Windows-1254") == texts.get("Windows-1252"):
        texts.pop("Windows-1254", None)
    western = texts.get("Windows-1252", "")
    of_formulas = western and all(sign.isascii() or sign in _OF_FORMULAS for sign in western)
    if of_formulas and not _NOT_WESTERN["Windows-1250"].search(western):
        return ["Windows-1252"]
    by_titles = _best({name: _score_of_titles(text) for name, text in texts.items()})
    if len(by_titles) == 1:
        return by_titles
    texts = {name: text for name, text in texts.items() if name in by_titles} or texts
    likely = {name: text for name, text in texts.items() if _is_likely(name, text)}
    double = [name for name in likely if name in _FREQUENT]
    if double:
        return _nearly_best({name: _surnames(name, likely[name]) + _share(name, likely[name]) for name in double})
    alphabets = [name for name in likely if name in _VOWELS]
    if alphabets:
        return _nearly_best({name: _share_of_vowels(name, likely[name]) for name in alphabets})
    if "Windows-1252" not in likely:
        return list(likely)
    others = [name for name, signs in _NOT_WESTERN.items() if name in likely and signs.search(western)]
    return [*others, "Windows-1252"]


def _utf16_without_mark(content: bytes) -> str | None:
    """Return the name of UTF-16 if the content seems to be in it: every second byte of ASCII is 0."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if max(even, odd) * 4 < len(content) or max(even, odd) <= 10 * min(even, odd):
        return None
    return "UTF-16LE" if odd > even else "UTF-16BE"


def _strict(content: bytes, codec: str) -> str | None:
    """Return the text, or None if the content is not in that encoding."""
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _score_of_titles(text: str) -> int:
    """Count the known titles beyond ASCII in the first lines; those with all their accents count twice."""
    head = "\n".join(text.splitlines()[:5])
    titles = [title for title in re.split(r"[,;\t|\n\"]", head) if not title.isascii()]
    known = [title for title in titles[:200] if role_of(title) is not None or role_by_words(title) is not None]
    return len(known) + sum(map(is_exact_title, known))


def _best(scores: dict[str, int]) -> list[str]:
    """Return the names with the highest score, unless that is 0."""
    most = max(scores.values(), default=0)
    return [name for name, score in scores.items() if score == most and most]


def _nearly_best(scores: dict[str, float]) -> list[str]:
    best = max(scores.values())
    return [name for name, score in scores.items() if score > best - 0.1]


def _is_likely(name: str, text: str) -> bool:
    """Tell whether all characters beyond ASCII are usual in the languages of that encoding."""
    if name in _FREQUENT:
        words = _foreign_words(text)
        return _share(name, text) >= MIN_FREQUENT and not (words and all(map(_INITIAL.search, words)))
    letters = "".join(sign for sign in text if not sign.isascii() and sign not in _SIGNS)
    usual = _LETTERS[name].fullmatch(letters) is not None and _WITHIN_A_WORD.search(text) is None
    return usual and not _has_capital_within(text) and (name in _VOWELS) == _is_another_alphabet(text)


def _has_capital_within(text: str) -> bool:
    """Tell whether a capital beyond ASCII is among small letters: `JosÄ` is José in the wrong code page."""
    return any(
        letter.isupper() and not letter.isascii() and before.isalpha() and (before.islower() or behind.islower())
        for before, letter, behind in zip(text, text[1:], f"{text[2:]} ", strict=False)
    )


def _share(name: str, text: str) -> float:
    """Return the share of the characters beyond ASCII that are frequent in the language of the encoding."""
    letters = [sign for sign in text if not sign.isascii() and not _EAST_ASIAN_SIGNS.fullmatch(sign)]
    return sum(map(_FREQUENT[name], letters)) / len(letters) if letters else 0.0


def _surnames(name: str, text: str) -> float:
    """Return the share of the words that begin as family names do."""
    words = [word for word in _foreign_words(text) if not word[0].isascii()]
    return sum(word[0] in _SURNAMES[name] for word in words) / len(words) if words else 0.0


def _share_of_vowels(name: str, text: str) -> float:
    """Return the share of vowels among the letters; a text in the wrong code page has few."""
    letters = [sign for sign in text.casefold() if not sign.isascii()]
    return sum(sign in _VOWELS[name] for sign in letters) / len(letters)


def _is_another_alphabet(text: str) -> bool:
    """Tell whether letters beyond ASCII make up whole words, as in Cyrillic and Greek, and not parts of words."""
    words = [word for word in _foreign_words(text) if len(word) > 1]
    whole = [word for word in words if not any(sign.isascii() for sign in word)]
    return len(whole) > 0.6 * len(words)


def check_encoding(name: str | None) -> None:
    """Raise DiffcompareError if there is no such encoding; None stands for detection."""
    if name is not None and codec_of(name) is None:
        message = f"there is no encoding `{name}`"
        help = f"for example --encoding gbk; known are utf-8, utf-16, {', '.join(CODE_PAGES)}"
        raise DiffcompareError(Diagnostic("E612", "bad_value", message, source="--encoding", help=help))


def _decode_as(content: bytes, source: str, encoding: str) -> DecodedText:
    check_encoding(encoding)
    codec = codec_of(encoding) or encoding
    try:
        text = content.decode("utf-8-sig" if codec == "utf-8" else codec)
    except UnicodeDecodeError as error:
        message = f"{source} is not {encoding}: byte 0x{content[error.start]:02x} at offset {error.start}"
        help = "leave out --encoding to have it detected"
        raise DiffcompareError(Diagnostic("E605", "io_error", message, source=source, help=help)) from None
    return DecodedText(_plain(text.removeprefix("\ufeff")), encoding)


def _ambiguous(content: bytes, source: str, names: Sequence[str]) -> DiffcompareError:
    """Return the error for an encoding that is not clear, with the first word that tells the candidates apart."""
    words = _distinguishing_words(content, names)
    candidates = [f"{name} ({word})" for name, word in words.items() if word]
    message = f"{source} is not UTF-8, and its encoding is not clear"
    message += f": it may be {' or '.join(candidates)}" if candidates else ""
    name = (names[0] if names else "gbk").lower()
    help = f"give it: --encoding {name}; or save it as UTF-8"
    return DiffcompareError(Diagnostic("E605", "io_error", message, source=source, help=help))


def _distinguishing_words(content: bytes, names: Sequence[str]) -> dict[str, str]:
    """Return the first word that the encodings read differently, as each of them reads it."""
    texts = {name: content[:SAMPLE].decode(_codec(name), "replace") for name in names}
    words = {name: [word for word in re.findall(r"\w+", text) if not word.isascii()] for name, text in texts.items()}
    places = range(min(map(len, words.values()), default=0))
    place = next((place for place in places if len({row[place] for row in words.values()}) > 1), None)
    return {name: row[place][:20] if place is not None else "" for name, row in words.items()}


def example(text: str) -> str:
    """Return the first word with a letter beyond ASCII: it shows whether the encoding is right."""
    return next(iter(_foreign_words(text)), "")[:20]


def _foreign_words(text: str) -> list[str]:
    """Return the words with a letter beyond ASCII."""
    return [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]


def _codec(name: str) -> str:
    return CODE_PAGES.get(name, name)


def _plain(text: str) -> str:
    """Remove a byte-order mark, and convert line ends to newlines."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


# --- Streams ----------------------------------------------------------------------------------------------------------


class InUtf8:
    """A stream of lines in another encoding, read as UTF-8; a line that is not in that encoding stays as it is."""

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        self.stream = stream
        self.codec = codec
        if codec.startswith(("utf-16", "utf-32")):  # a byte of 10 there need not end a line
            self.stream = io.BytesIO(stream.read().decode(codec, "replace").removeprefix("\ufeff").encode())
            self.codec = "utf-8"

    def readline(self, size: int = -1) -> bytes:
        """Return the next line."""
        line = self.stream.readline(size)
        try:
            return line.decode(self.codec).encode()
        except UnicodeDecodeError:
            return line


def encoding_of_stream(stream: BinaryIO) -> tuple[str, str | None, str]:
    """Return the codec of a stream, and if it is a guess its name and a word that shows whether it is right.

    The stream is read to the first byte that is not UTF-8, and rewound.  If most of it is UTF-8, or no encoding can be
    detected, it is UTF-8 with flaws.
    """
    head = stream.read(SAMPLE)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), _utf16_without_mark(head))
    start = None if marked else _first_flaw(stream, head)
    sample = b""
    if start is not None:
        stream.seek(max(0, start - 2 * HEAD))
        around = stream.read(2 * SAMPLE)
        sample = head[: head.rfind(b"\n", 0, HEAD) + 1] * (start > 2 * HEAD) + sample_of(around, min(start, 2 * HEAD))
    stream.seek(0)
    names = [] if not sample or _is_mostly_utf8(sample) else guess(sample)
    if len(names) != 1:
        return marked or "utf-8", None, ""
    return _codec(names[0]), names[0], example(sample.decode(_codec(names[0]), "replace"))


def _first_flaw(stream: BinaryIO, head: bytes) -> int | None:
    """Return the position of the first byte that is not UTF-8, None if there is none."""
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
    """Tell whether a sample has more characters beyond ASCII in UTF-8 than bytes that are not UTF-8."""
    text = sample.decode("utf-8", "surrogateescape")
    flaws = sum("\udc80" <= sign <= "\udcff" for sign in text)
    return sum(not sign.isascii() for sign in text) > 2 * flaws
