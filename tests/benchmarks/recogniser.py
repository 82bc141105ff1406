"""Time the recogniser in the built page: on a phone with a cold cache, and one prediction alone.

Run by ``nox -s bench``, after ``nox -s book``; it needs Chromium.
"""

from __future__ import annotations

import gzip
import http.server
import os
import sys
import threading
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.conftest import QUIET, find_browser

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


def main() -> int:
    """Measure and print; return 0, or 1 where there is no built page or no browser."""
    if not (SITE / PAGE).exists():
        print(f"{SITE / PAGE} is missing. Run nox -s book first.")
        return 1
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(SITE))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/{PAGE}"
    with sync_playwright() as playwright:
        path = find_browser(playwright.chromium.executable_path)
        if path is None:
            print("There is no Chromium. Run nox -s browser first.")
            return 1
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        arguments = [*QUIET, *(["--no-sandbox"] if root else [])]
        browser = playwright.chromium.launch(
            executable_path=path, args=arguments
        )
        runs = [first_prediction(browser, url) for _ in range(5)]
        seconds, moved = zip(*runs, strict=True)
        print(
            "The recogniser, on a phone (4 Mbit/s, 100 ms, processor slowed "
            f"{SLOWER} times), cold: first answer {median(seconds):.2f} s after the page's "
            f"load ({min(seconds):.2f} to {max(seconds):.2f}), {median(moved):.2f} MB moved in all"
        )
        for name, time in one_prediction(browser, url).items():
            print(f"  one preparation and prediction, {name:12} {time:6.2f} ms")
        browser.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
