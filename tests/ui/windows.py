"""A real browser before the real server: windows that keep what went wrong in them, and pictures of what was seen."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from tests.security.door import Door, opened

from ledgerflow.api.gates.client import BUILT

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "out" / "ui"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EMAIL, PASSWORD = "owner@ledgerflow.example", "four words of no sense"
SHEET = ROOT / "examples" / "catalogue.xlsx"
_PROGRAM = (sys.executable, "-c", "from ledgerflow.cli import main; main()")
LOCALES = {"en": "en-GB", "ar": "ar-BH", "hi": "hi-IN"}
_AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
_FOUND = "axe.run().then(made => made.violations.map(one => [one.id, ...one.nodes.map(node => node.html)]))"
# What leans out at the side of a page, if anything does.
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Window:
    """A window in one language, and what its console said was wrong."""

    page: Page
    language: str
    wrong: list[str]

    def keep(self, name: str) -> None:
        """A picture of what is seen; nothing may lean out at the side, wide or narrow, and axe finds nothing."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.locator("h1").first.wait_for()
        self.page.evaluate(_AXE.read_text("utf-8"))
        assert self.page.evaluate(_FOUND) == [], name
        for width in (1280, 390):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.page.evaluate(_WIDER) <= 0, f"{name} is wider than {width} pixels"
            self.page.screenshot(path=PICTURES / f"{name}-{self.language}-{width}.png")
        self.page.set_viewport_size({"width": 1280, "height": 900})


@dataclass(frozen=True)
class Stage:
    """The server, the browser, the books, and the link by which the first owner comes in."""

    door: Door
    browser: Browser
    books: Path
    link: str

    def enter(self, tenant: str, email: str) -> str:
        """Another business; the link by which its owner comes in."""
        words = [*_PROGRAM, "tenants", "create", tenant, "--email", email, "--database", str(self.books)]
        return subprocess.run(words, capture_output=True, text=True, check=True, env=os.environ).stdout.strip()

    def furnish(self) -> None:
        """The first business has an owner, a catalogue, and twelve invoices."""
        secret = self.link.partition("secret=")[2]
        with self.door.client() as client:
            client.post("/api/auth/invitation", json={"secret": secret, "password": PASSWORD}).raise_for_status()
            entered = client.post("/api/auth/sign-in", json={"email": EMAIL, "password": PASSWORD}).json()
            client.headers["Authorization"] = f"Bearer {entered['access_token']}"
            made = client.post("/api/catalogue/uploads", files={"file": (SHEET.name, SHEET.read_bytes())}).json()
            client.post(f"/api/catalogue/uploads/{made['id']}/commit", json={}).raise_for_status()
            shop = {"name": "Saffron Coast Trading", "establishments": [{"key": "gst", "strategy": "gst"}]}
            client.put("/api/business", json=shop).raise_for_status()
            ordered = client.post("/api/batches", json={"config": {"count": 12}, "formats": ["json"]})
            _wait_for(client, ordered.json()["id"])

    @contextmanager
    def window(self, language: str) -> Iterator[Window]:
        """A window of its own, as of somebody who has never been here."""
        context = self.browser.new_context(
            locale=LOCALES[language], viewport={"width": 1280, "height": 900}, base_url=self.door.url
        )
        page, wrong = context.new_page(), list[str]()

        def note(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                wrong.append(f"{message.text} {message.location.get('url', '')}")

        page.on("console", note)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.set_default_timeout(30_000)
        yield Window(page, language, wrong)
        context.close()


def _wait_for(client: httpx.Client, batch: str) -> None:
    end = time.monotonic() + 60
    while (state := client.get(f"/api/batches/{batch}").json())["status"] != "succeeded":
        assert time.monotonic() < end, state
        time.sleep(0.1)


@contextmanager
def opened_stage(folder: Path) -> Iterator[Stage]:
    """A server with a worker in new books, and Chromium."""
    assert (BUILT / "index.html").is_file(), "the web client is not built: make ui"
    with opened(folder, "--worker") as door, sync_playwright() as play:
        [log] = folder.glob("server-*.log")
        found = re.search(r"(/invitation#\S+)", log.read_text("utf-8"))
        assert found, "the server told no link"
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=[*_QUIET])
        yield Stage(door, browser, folder / "ledger.db", found[1])
        browser.close()
