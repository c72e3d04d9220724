"""Pauses of the garbage collector: nested, in threads, through errors, and never where a user had it off."""

import gc
import threading

import pytest

from diffcompare.collection_pause import MIN_OBJECTS, collection_paused
from diffcompare.language import parser


@pytest.fixture(autouse=True)
def enabled():
    gc.enable()
    yield
    gc.enable()


def test_a_pause_ends_with_the_last_of_nested_ones_and_through_errors():
    with collection_paused():
        with pytest.raises(ZeroDivisionError), collection_paused():
            print(1 / gc.isenabled())
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_pause_of_one_thread_does_not_end_that_of_another():
    started, end = threading.Event(), threading.Event()

    def other():
        with collection_paused():
            started.set()
            end.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    started.wait(10)
    with collection_paused():
        end.set()
        thread.join(10)
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    with collection_paused():
        pass
    assert not gc.isenabled()


def test_few_objects_are_not_worth_a_pause():
    with collection_paused(MIN_OBJECTS - 1):
        assert gc.isenabled()


def test_one_collection_follows_a_long_text_and_none_begins_while_it_is_parsed():
    begun = []

    def watch(phase, info):
        if phase == "start":
            begun.append(info["generation"])

    text = "+".join(f"x{i % 9}*{i}" for i in range(MIN_OBJECTS))
    gc.callbacks.append(watch)
    try:
        parsing = parser._Parser(text, ())
        begun.clear()
        parsing.run()
        assert len(begun) <= 1
    finally:
        gc.callbacks.remove(watch)
    assert gc.isenabled()
