"""The recogniser in the built page: on a phone with a cold cache, and one prediction alone.

It needs the built book and Chromium. The phone is a Chromium that is made as slow as one.
"""

from __future__ import annotations

import gzip
import http.server
import os
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser.conftest import QUIET, find_browser
from playwright.sync_api import Browser, Page, sync_playwright

from bookbuild.benchmarks import Row, Side

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = Path("_build", "html")
PAGE = "workshop/deployment.html"
PACKED = (".html", ".css", ".js", ".svg")
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
NETWORK = {
    "offline": False,
    "latency": 100,
    "downloadThroughput": 4e6 / 8,
    "uploadThroughput": 4e6 / 8,
}
"""A connection of 4 Mbit/s with a delay of 100 ms."""
SLOWER = 4
CONDITIONS = (
    f"at {8 * NETWORK['downloadThroughput'] / 1e6:g} Mbit/s with a delay of "
    f"{NETWORK['latency']} ms, the processor slowed {SLOWER} times"
)
ROUNDS = 5
SEVEN = [(0.3, 0.2), (0.7, 0.2), (0.55, 0.5), (0.45, 0.85)]


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the site compressed, as hosts of static sites do."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in PACKED or not path.is_file():
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def draw(page: Page) -> None:
    """Draw a seven with the pen."""
    board = page.locator("canvas.recogniser-board").first
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    points = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"])
        for x, y in SEVEN
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def first_prediction(browser: Browser, url: str) -> tuple[float, float]:
    """Return the seconds from the page's load to a drawing's answer, and the megabytes moved."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    client = context.new_cdp_session(page)
    moved = 0.0

    def count(event: dict[str, Any]) -> None:
        nonlocal moved
        moved += event["encodedDataLength"] / 1e6

    client.on("Network.loadingFinished", count)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", NETWORK)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="load")
    loaded = page.evaluate("performance.now()")
    page.locator(".widget").first.scroll_into_view_if_needed()
    page.wait_for_selector("[data-widget=recogniser][data-started]")
    draw(page)
    page.wait_for_selector(".widget-body[data-digit]")
    seconds = (page.evaluate("performance.now()") - loaded) / 1000
    context.close()
    return seconds, moved


def one_prediction(browser: Browser, url: str) -> dict[str, float]:
    """Return the milliseconds of one preparation and prediction, for each model: the median."""
    page = browser.new_page()
    page.goto(url)
    page.locator(".widget").first.scroll_into_view_if_needed()
    page.wait_for_selector("[data-widget=recogniser][data-started]")
    times: dict[str, float] = page.evaluate(
        """async () => {
            const ink = new Float32Array(280 * 280);
            for (let i = 60; i < 220; i++) ink.fill(1, 280 * i + 130, 280 * i + 146);
            const found = {};
            for (const name of ["softmax", "hidden", "convolution"]) {
                await annbook.load(`models/${name}.js`);
                const times = [];
                for (let turn = 0; turn < 60; turn++) {
                    const start = performance.now();
                    annbook.predict(annbook.models[name], annbook.place(ink, 280, 280));
                    times.push(performance.now() - start);
                }
                found[name] = times.slice(10).sort((a, b) => a - b)[25];
            }
            return found;
        }"""
    )
    page.close()
    return times


@contextmanager
def served() -> Iterator[str]:
    """Serve the built site on this machine; yield the address of the page.

    Raises
    ------
    SystemExit
        Where there is no built page.
    """
    if not (SITE / PAGE).exists():
        raise SystemExit(f"{SITE / PAGE} is missing: run nox -s book first")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(SITE))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{PAGE}"
    server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a Chromium.

    Raises
    ------
    SystemExit
        Where there is none.
    """
    with sync_playwright() as playwright:
        path = find_browser(playwright.chromium.executable_path)
        if path is None:
            raise SystemExit("there is no Chromium: run nox -s browser first")
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        arguments = [*QUIET, *(["--no-sandbox"] if root else [])]
        browser = playwright.chromium.launch(
            executable_path=path, args=arguments
        )
        yield browser
        browser.close()


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Return the rows of the phone's first answer, and of one prediction by each model."""
    with served() as url, chromium() as browser:
        runs = [first_prediction(browser, url) for _ in range(rounds)]
        times = one_prediction(browser, url)
    seconds, moved = (list(each) for each in zip(*runs, strict=True))
    rows = [
        Row(
            f"first answer after the page's load, {CONDITIONS}",
            "s",
            Side("a phone", seconds),
        ),
        Row("moved until then", "MB", Side("a phone", moved)),
    ]
    rows += [
        Row(
            f"one preparation and prediction, {name}",
            "ms",
            Side("in the page", [time / 1000]),
        )
        for name, time in times.items()
    ]
    return rows
