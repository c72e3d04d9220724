"""Headless Chromium, driven over a pipe by the DevTools protocol: no driver and no library beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


CODES = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowLeft": 37, "ArrowRight": 39}
"""Keys that do something of the browser's own, by the numbers that it knows them by."""


def find() -> str | None:
    """Where it is installed, if it is."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def showing(file: Path, profile: Path) -> Iterator[Browser]:
    """A window of 1280 by 720 with the file, in which nothing moves; the test is skipped where there is no browser."""
    if find() is None:
        assert not os.environ.get("REQUIRE_BROWSER"), "there has to be a browser where this is set"
        pytest.skip("no Chromium is installed")
    opened = Browser(profile)
    try:
        opened.resize(1280, 720)
        opened.emulate(motion="reduce")
        opened.open(file)
        yield opened
    finally:
        opened.close()


class Browser:
    """One page in a browser of its own; what went wrong on it is collected in `complaints`, requests in `requests`."""

    def __init__(self, directory: Path) -> None:
        program = find()
        assert program
        ours, theirs = os.pipe(), os.pipe()  # to the browser, from it
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={directory}",
            "--remote-debugging-pipe",
        ]

        def place_pipes() -> None:
            read, write = os.dup(ours[0]), os.dup(theirs[1])
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program, *flags, "about:blank"], preexec_fn=place_pipes, close_fds=False, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(ours[0])
        os.close(theirs[1])
        self._out, self._in = ours[1], os.fdopen(theirs[0], "rb", buffering=0)
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page = next(target for target in self.send("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self._session = self.send("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> Any:
        """Ask for something, and wait for the answer."""
        return self.send_all([(method, params)])[-1]

    def send_all(self, questions: list[tuple[str, dict[str, Any]]]) -> list[Any]:
        """Ask for several things one after the other, and wait for all answers."""
        session = {"sessionId": self._session} if self._session else {}
        first = self._number + 1
        for method, params in questions:
            self._number += 1
            message = {"id": self._number, "method": method, "params": params, **session}
            os.write(self._out, json.dumps(message).encode() + b"\0")
        answers: dict[int, Any] = {}
        while len(answers) < len(questions):
            answer = self._message()
            assert "error" not in answer, answer
            if answer.get("id", 0) >= first:
                answers[answer["id"]] = answer["result"]
            else:
                self._note(answer)
        return [answers[number] for number in sorted(answers)]

    def _message(self) -> Any:
        while b"\0" not in self._rest:
            chunk = self._in.read(1 << 16)
            assert chunk, "the browser is gone"
            self._rest += chunk
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def _note(self, event: Any) -> None:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif event.get("method") == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif event.get("method") == "Runtime.consoleAPICalled":
            self.complaints.append(str(params["args"]))
        elif event.get("method") == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file and wait until it is there."""
        for url in ("about:blank", f"{path.resolve().as_uri()}{fragment}"):  # so that the same page is loaded anew
            self.send("Page.navigate", url=url)
            while self.run("`${document.readyState} ${location.protocol}`") != f"complete {url.partition(':')[0]}:":
                pass

    @contextmanager
    def other_window(self, ending: str) -> Iterator[None]:
        """Look at another window that the page has opened, whose address ends so."""
        own, self._session = self._session, None
        targets: list[Any] = []
        while not targets:
            every = self.send("Target.getTargets")["targetInfos"]
            targets = [target for target in every if target["url"].endswith(ending)]
        target = targets[0]["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        while self.run("document.readyState") != "complete":
            pass
        try:
            yield
        finally:
            self._session = None
            self.send("Target.closeTarget", targetId=target)
            self._session = own

    def run(self, script: str) -> Any:
        """The value of a script."""
        outcome = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in outcome, outcome
        return outcome["result"].get("value")

    def press(self, key: str, times: int = 1, **more: Any) -> None:
        """A key, down and up, as a person presses it; several times without looking up."""
        self.press_all([key] * times, **more)

    def press_all(self, keys: list[str], **more: Any) -> None:
        """Keys one after the other, without looking up."""
        events = []
        for key in keys:
            text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
            code = {"windowsVirtualKeyCode": CODES[key]} if key in CODES else {}
            down = {"type": "keyDown", "key": key, **text, **code, **more}
            events += [("Input.dispatchKeyEvent", event) for event in (down, {**down, "type": "keyUp"})]
        self.send_all(events)

    def click(self, selector: str) -> None:
        """The pointer pressed on the first element of this kind, where it stands."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = self.run(f"(() => {{ const box = {box}; return [box.x + box.width/2, box.y + box.height/2]; }})()")
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self.send_all(
            [("Input.dispatchMouseEvent", {"type": kind, **at}) for kind in ("mousePressed", "mouseReleased")]
        )

    def emulate(self, *, scheme: str = "light", motion: str = "no-preference", forced: str = "none") -> None:
        """What the reader's system asks for."""
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion, "forced-colors": forced}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.send("Emulation.setEmulatedMedia", media="", features=features)

    def resize(self, width: int, height: int) -> None:
        """The size of the window."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def close(self) -> None:
        """End it."""
        self._session = None
        try:
            self.send("Browser.close")
        except (AssertionError, OSError):
            self.process.kill()
        self.process.wait(timeout=20)
        os.close(self._out)
        self._in.close()
