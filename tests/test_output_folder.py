"""A folder of our own files: written anew as often as one likes, and nothing of anybody else's is lost in it."""

import os
from pathlib import Path

import pytest

from diffcompare import output_folder
from diffcompare.safe_io import CannotWrite

TEXTS = {"Ada.txt": "Feedback for Ada\n\nθ is right.\r\n", "trace.md": "# trace", "trace-01.svg": "<svg/>\n"}


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "texts")


def contents(place):
    return {path.name: path.read_bytes() for path in Path(place).iterdir()}


def changed(path, change):
    Path(path).write_bytes(change(Path(path).read_bytes()))


def test_files_are_replaced_as_often_as_one_likes(place):
    assert output_folder.write(place, TEXTS) == []
    for _ in range(2):
        assert sorted(output_folder.write(place, TEXTS)) == sorted(os.path.join(place, name) for name in TEXTS)
    changed(os.path.join(place, "Ada.txt"), lambda content: content.replace(b"\r", b"").replace(b"\n", b"\r\n"))
    assert len(output_folder.check(place, TEXTS)) == 3  # another system's ends of lines are no change


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: b"my own notes", "it exists and is not a "),
        (lambda content: b"", "it exists and is not a "),
        (lambda content: b"\xff\xfe" + content, "it exists and is not a "),
        (lambda content: content + b"\nSee me on Monday.\n", "it was changed after it was written"),
        (lambda content: b"Well done! " + content, "it was changed after it was written"),
    ],
)
def test_a_file_of_somebody_else_stays_and_nothing_is_written(place, name, change, why):
    output_folder.write(place, TEXTS)
    changed(os.path.join(place, name), change)
    before = contents(place)
    with pytest.raises(CannotWrite, match=why):
        output_folder.write(place, {file: text + "new" for file, text in TEXTS.items()})
    assert contents(place) == before


def test_neither_a_link_to_another_file_nor_a_folder_nor_a_pipe_is_ours(place, tmp_path):
    os.mkdir(place)
    precious = tmp_path / "class.csv"
    precious.write_text("x")
    os.symlink(precious, os.path.join(place, "Ada.txt"))
    os.mkdir(os.path.join(place, "Bob.txt"))
    os.symlink("nowhere", os.path.join(place, "Cy.txt"))
    for name in os.listdir(place):
        with pytest.raises(CannotWrite, match="not a text written by diffcompare"):
            output_folder.write(place, {name: "new"})
    assert precious.read_text() == "x"
    if hasattr(os, "mkfifo"):
        os.mkfifo(os.path.join(place, "Dan.txt"))
        with pytest.raises(CannotWrite, match="not a text written by diffcompare"):
            output_folder.check(place, ["Dan.txt"])


def test_what_the_same_command_writes_besides_is_another_file(place):
    for output in (os.path.join(place, "Ada.txt"), os.path.join(place, ".", "ada.TXT")):
        with pytest.raises(CannotWrite, match="written there too"):
            output_folder.write(place, TEXTS, output)
    output_folder.write(place, TEXTS, os.path.join(place, "summary.html"))
    os.link(os.path.join(place, "Ada.txt"), os.path.join(place, "link.txt"))
    with pytest.raises(CannotWrite, match="written there too"):
        output_folder.write(place, TEXTS, os.path.join(place, "link.txt"))


def test_a_folder_that_cannot_be_made_or_written(place, tmp_path, monkeypatch):
    taken = tmp_path / "taken"
    taken.write_text("")
    for where in (str(taken), str(taken / "below"), "", "/proc/nowhere"):
        with pytest.raises(CannotWrite) as caught:
            output_folder.write(where, TEXTS)
        assert caught.value.help
    os.mkdir(place)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CannotWrite, match="permission denied") as caught:
        output_folder.check(place, TEXTS)
    assert place in str(caught.value)
    assert "make it writable" in caught.value.help
