"""A real browser before the real server: windows that keep what went wrong in them, and pictures of what was seen."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
LOCALES = {"en": "en-GB", "ar": "ar-BH", "hi": "hi-IN"}
# What leans out at the side of a page, if anything does.
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Window:
    """A window in one language, and what its console said was wrong."""

    page: Page
    language: str
    wrong: list[str]

    def keep(self, name: str) -> None:
        """A picture of what is seen; nothing may lean out at the side, wide or narrow."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width in (1280, 390):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.page.evaluate(_WIDER) <= 0, f"{name} is wider than {width} pixels"
            self.page.screenshot(path=PICTURES / f"{name}-{self.language}-{width}.png")
        self.page.set_viewport_size({"width": 1280, "height": 900})


@dataclass(frozen=True)
class Stage:
    """The server, the browser, and the link by which the first owner comes in."""

    door: Door
    browser: Browser
    link: str

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


@contextmanager
def opened_stage(folder: Path) -> Iterator[Stage]:
    """A server with a worker in new books, and Chromium."""
    assert (BUILT / "index.html").is_file(), "the web client is not built: make ui"
    with opened(folder, "--worker") as door, sync_playwright() as play:
        [log] = folder.glob("server-*.log")
        found = re.search(r"(/invitation#\S+)", log.read_text("utf-8"))
        assert found, "the server told no link"
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=[*_QUIET])
        yield Stage(door, browser, found[1])
        browser.close()
