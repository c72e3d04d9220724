"""Folders of the user's own, by each system's convention."""

import sys

import pytest

from diffcompare.user_folders import cache_folder, state_folder


@pytest.mark.parametrize(
    ("platform", "state", "cache"),
    [
        ("linux", "/state/diffcompare", "/cache/diffcompare"),
        ("win32", "C:/local/diffcompare", "C:/local/diffcompare"),
        ("darwin", "/home/ada/Library/Application Support/diffcompare", "/home/ada/Library/Caches/diffcompare"),
    ],
)
def test_folders_are_where_the_system_keeps_such_things(monkeypatch, platform, state, cache):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr("os.path.expanduser", lambda path: path.replace("~", "/home/ada"))
    for name, value in (("XDG_STATE_HOME", "/state"), ("XDG_CACHE_HOME", "/cache"), ("LOCALAPPDATA", "C:/local")):
        monkeypatch.setenv(name, value)
    assert [folder().replace("\\", "/") for folder in (state_folder, cache_folder)] == [state, cache]


def test_a_folder_that_is_not_absolute_does_not_count(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("os.path.expanduser", lambda path: path.replace("~", "/home/ada"))
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    folders = [folder().replace("\\", "/") for folder in (state_folder, cache_folder)]
    assert folders == ["/home/ada/.local/state/diffcompare", "/home/ada/.cache/diffcompare"]
