"""The encodings in which spreadsheets write names."""

import io

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.encodings import InUtf8, codec_of, decode, encoding_of_stream


def answered(*names):
    return "student;expression;x\r\n" + "".join(f"{name};x^2;2x\r\n" for name in names)


@every_row(
    ("encoding", "called", "text"),
    [
        ("utf-8", "UTF-8", "Zoë"),
        ("utf-8-sig", "UTF-8", "Zoë"),
        ("utf-16", "UTF-16", "Zoë"),
        ("utf-16-le", "UTF-16LE", answered("Zoë")),
        ("utf-16-be", "UTF-16BE", answered("Zoë")),
        ("gbk", "GBK", answered("张伟", "李娜")),
        ("gbk", "GBK", answered("王芳")),
        ("gbk", "GBK", "学生;函数;导数\n欧阳;x^2;2x\n"),
        ("big5", "Big5", answered("王小明", "陳美玲")),
        ("cp932", "Shift-JIS", answered("山田太郎")),
        ("koi8_r", "KOI8-R", answered("Иван Петров", "Мария")),
        ("cp866", "CP866", answered("Иван Петров", "Мария")),
        ("cp850", "CP850", "étudiant;fonction;dérivée\nÉlise;x^2;2x\n"),
        ("cp1254", "Windows-1254", "öğrenci;fonksiyon;türev\nGülşen;x^2;2x\n"),
        ("cp1250", "Windows-1250", "uczeń;funkcja;pochodna\nMichał;x^2;2x\n"),
        ("cp1252", "Windows-1252", answered("Ángel")),
        ("cp1252", "Windows-1252", answered("Zoé").replace("x", "sin³(x)")),
        ("cp932", "Shift-JIS", answered("さくら")),
        ("cp949", "EUC-KR", answered("김민수")),
        ("cp949", "EUC-KR", "이름;함수;도함수\n남궁;x^2;2x\n"),
        ("cp1252", "Windows-1252", answered("Zoë", "Jürgen Größe", "Ñoño", "Åsa Öberg")),
        ("cp1252", "Windows-1252", "x²·½"),
        ("cp1250", "Windows-1250", answered("Łukasz Żółć")),
        ("cp1251", "Windows-1251", answered("Иван Петров")),
        ("cp1253", "Windows-1253", answered("Γιώργος")),
        ("mac_roman", "Mac Roman", "Schüler;Funktion;Ableitung\nJürgen;x^2;2x\n"),
    ],
)
def test_an_encoding_is_found_out(encoding, called, text):
    decoded = decode(text.encode(encoding), "a.csv")
    assert (decoded.text, decoded.encoding) == (text.replace("\r\n", "\n"), called)
    assert decoded.guessed == (not called.startswith("UTF"))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (answered("Jiří Dvořák").encode("cp1250"), "Windows-1250 (Jiří) or Windows-1252 (Jiøí)"),
        (answered("Michał").encode("cp1250"), "Windows-1250 (Michał) or Windows-1252 (Micha³)"),
        (answered("Győző").encode("cp1250"), "Windows-1250 (Győző) or Windows-1252 (Gyõzõ)"),
        (answered("Gülşen").encode("cp1254"), "Windows-1254 (Gülşen) or Windows-1252 (Gülþen)"),
        (answered("Žaneta").encode("cp1250"), "not clear"),
        (b"x\xff\x80\x81", "not clear"),
    ],
)
def test_what_is_not_clear_is_asked_for(content, word):
    with pytest.raises(DiffcompareError) as caught:
        decode(content, "a.csv")
    assert caught.value.diagnostic.code == "E605"
    assert word in caught.value.diagnostic.message
    assert "--encoding" in caught.value.diagnostic.help


def test_an_encoding_that_is_said():
    text = answered("Jiří")
    assert decode(text.encode("cp1250"), "a.csv", "Windows-1250").text == text.replace("\r\n", "\n")
    assert decode("学生".encode("gbk"), "a.csv", "GBK").text == "学生"


@pytest.mark.parametrize(
    ("encoding", "word"), [("gbk2", "there is no encoding"), ("hex", "no encoding"), ("utf-8", "is not utf-8: byte")]
)
def test_an_encoding_that_cannot_be(encoding, word):
    with pytest.raises(DiffcompareError, match=word):
        decode("学生".encode("gbk"), "a.csv", encoding)


def test_names_of_encodings():
    assert [codec_of(name) for name in ("GBK", "latin1", "shift-jis", "")] == ["gb18030", "iso8859-1", "cp932", None]


def test_utf8_with_a_flaw_stays_utf8():
    decoded = decode(answered("Zoë", "Jürgen").encode() + b"\xff", "a.csv")
    assert (decoded.encoding, decoded.guessed) == ("UTF-8", True)
    assert "Zoë" in decoded.text
    assert decoded.text.endswith("\ufffd")


@every_row(
    ("encoding", "expected"),
    [
        ("utf-8", ("utf-8", None, "")),
        ("utf-8-sig", ("utf-8-sig", None, "")),
        ("utf-16", ("utf-16", None, "")),
        ("gbk", ("gb18030", "GBK", "学生")),
    ],
)
@every_row("above", [0, 200_000])
def test_a_stream_is_read_line_by_line_in_its_encoding(encoding, expected, above):
    text = "学生,函数\n张伟,x^2\n" + "x,x\n" * above
    stream = io.BytesIO(text.encode(encoding))
    detected = encoding_of_stream(stream)
    assert detected == expected
    lines = InUtf8(stream, detected[0])
    assert [lines.readline().decode() for _ in range(2)] == ["学生,函数\n", "张伟,x^2\n"]


def test_letters_far_below_the_first_line_are_found():
    stream = io.BytesIO(b"name,expression\n" + b"x,x\n" * 50_000 + "张伟,x\n王芳,x\n".encode("gbk"))
    assert encoding_of_stream(stream) == ("gb18030", "GBK", "张伟")


def test_a_stream_of_utf8_with_a_flaw_is_utf8():
    assert encoding_of_stream(io.BytesIO("ζ + ".encode() + b"\xff")) == ("utf-8", None, "")
    assert InUtf8(io.BytesIO(b"\xff\xff\n"), "gb18030").readline() == b"\xff\xff\n"
