"""Somebody opens the page: comes in, imports a catalogue, orders invoices, watches, reads one, takes the archive."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.ui.windows import EMAIL, PASSWORD, SHEET, Stage, Window, opened_stage

from ledgerflow.export.verification import verify

ASHA = "asha@tea.example"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with opened_stage(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture(scope="module")
def furnished(stage: Stage) -> Stage:
    stage.furnish()
    return stage


def sign_in(page: Page, email: str = EMAIL) -> None:
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("nav")).to_be_visible()


def come_in(stage: Stage, window: Window) -> None:
    page = window.page
    page.goto(stage.enter("tea-house", ASHA))
    page.fill("#newPassword", PASSWORD)
    window.keep("invitation")
    page.get_by_role("button", name="Set password").click()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Business")).to_have_value("tea-house")
    window.keep("sign-in")
    sign_in(page, ASHA)


def import_catalogue(window: Window) -> None:
    page = window.page
    expect(page.get_by_role("heading", name="There is no product yet")).to_be_visible()
    window.keep("catalogue-empty")
    page.get_by_role("link", name="Import a catalogue").click()
    page.set_input_files("input[type=file]", SHEET)
    expect(page.get_by_text("Every row can be taken in.")).to_be_visible()
    expect(page.get_by_label("What Product Name is read as")).to_have_value("name")
    window.keep("import-columns")
    page.get_by_role("button", name="See what changes").click()
    page.get_by_role("button", name="Keep these changes").click()
    expect(page.get_by_role("cell", name="Basmati Rice, 5 kg bag")).to_be_visible()
    window.keep("catalogue")


def order(window: Window) -> None:
    page = window.page
    page.get_by_role("link", name="Generate").click()
    page.get_by_label("Name of the business").fill("Saffron Coast Trading")
    page.get_by_label("India: Goods and Services Tax").check()
    window.keep("set-up")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Repeat rate").fill("7")
    page.get_by_role("textbox", name="Invoices", exact=True).first.fill("12")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_be_focused()  # the summary of errors
    expect(page.get_by_role("alert")).to_contain_text("Repeat rate: At most 1.")
    window.keep("generate-wrong")
    page.get_by_role("link", name="Repeat rate").click()
    expect(page.get_by_label("Repeat rate")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("0.25")
    expect(page.get_by_label("Repeat rate")).to_have_value("0.25")
    expect(page.get_by_role("alert")).to_have_count(0)  # what is mended is said no more
    expect(page.get_by_text("Exact: these very invoices were made and forgotten.")).to_be_visible()
    page.get_by_role("button", name="Preview three invoices").click()
    expect(page.get_by_alt_text(re.compile("^Preview of PREVIEW"))).to_have_count(3)
    window.keep("generate")
    page.get_by_role("button", name="Generate").click()
    expect(page).to_have_url(re.compile("/batches/[0-9a-f]+$"))


def take_archive(window: Window, folder: Path) -> None:
    page = window.page
    expect(page.get_by_role("heading", name="All invoices are made")).to_be_visible(timeout=90_000)
    window.keep("batch")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download invoices.zip").click()
    archive = folder / "invoices.zip"
    coming.value.save_as(archive)
    assert coming.value.suggested_filename.startswith("Saffron Coast Trading ")
    found = verify(archive)
    assert found.accepted, found.faults
    assert (found.invoices, found.pdfs) == (12, 12)


def read_one(window: Window) -> str:
    page = window.page
    page.get_by_role("link", name="Look at invoices").click()
    expect(page.locator("tbody tr")).to_have_count(12)
    window.keep("invoices")
    number = page.locator("tbody a").first.inner_text()
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")  # a row opens by the keyboard
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    expect(page.get_by_text("Why each line bears its tax")).to_be_visible()
    expect(page.get_by_text(re.compile("Notification|the catalogue")).first).to_be_visible()
    expect(page.get_by_alt_text(f"First page of {number}")).to_be_visible()
    window.keep("invoice")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download PDF").click()
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF-")
    return page.url


def test_from_the_first_link_to_a_verified_archive(stage: Stage, tmp_path: Path) -> None:
    with stage.window("en") as window:
        come_in(stage, window)
        import_catalogue(window)
        order(window)
        take_archive(window, tmp_path)
        address = read_one(window)
        window.page.reload()  # the access token is gone, and the cookie brings another
        expect(window.page.get_by_text("Why each line bears its tax")).to_be_visible()
        assert window.page.url == address
        window.page.go_back()
        expect(window.page.locator("tbody tr")).to_have_count(12)
        # that no business was set up is the only refusal on the way
        assert [one for one in window.wrong if not one.endswith("/api/business")] == []


@pytest.mark.parametrize(
    ("language", "direction", "places"),
    [
        ("ar", "rtl", ["الكتالوج", "إنشاء", "الدفعات", "الفواتير"]),
        ("hi", "ltr", ["उत्पाद सूची", "बनाएँ", "बैच", "चालान"]),
    ],
)
def test_each_screen_speaks_the_language_and_runs_its_way(
    furnished: Stage, language: str, direction: str, places: list[str]
) -> None:
    with furnished.window(language) as window:
        page = window.page
        page.goto("/")
        window.keep("sign-in")
        sign_in(page)
        expect(page.locator("html")).to_have_attribute("dir", direction)
        assert page.locator("nav li").all_inner_texts() == places
        for place, landmark in zip(places, (".table", ".aside .sum", ".table", ".table"), strict=True):
            page.get_by_role("link", name=place, exact=True).click()
            expect(page.locator("h1")).to_be_visible()
            expect(page.locator(landmark).first).to_be_visible()
            window.keep(page.url.rpartition("/")[2])
        page.locator("tbody a").first.click()
        expect(page.locator("img.sheet")).to_be_visible()
        window.keep("invoice")
        side, content = page.locator(".side").bounding_box(), page.locator("main").bounding_box()
        assert side is not None
        assert content is not None
        assert (side["x"] > content["x"]) == (direction == "rtl")  # navigation stands where a line begins
        amount = page.locator("dd.payable bdi")
        assert amount.evaluate("one => getComputedStyle(one).direction") == "ltr"
        assert re.fullmatch(r"INR [\d,]+\.\d\d", amount.inner_text())
        assert window.wrong == []


def test_another_language_keeps_what_was_filled_in(furnished: Stage) -> None:
    with furnished.window("en") as window:
        page = window.page
        page.goto("/generate")
        sign_in(page)
        page.locator("#root_seed").fill("77")
        page.get_by_label("Language").first.select_option("ar")
        expect(page.locator("label[for=root_seed]")).to_contain_text("البذرة")
        expect(page.locator("#root_seed")).to_have_value("77")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        page.get_by_role("button", name="فاتح أو داكن").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 20, 18)"
        window.keep("generate-dark")
        assert window.wrong == []


def test_a_wrong_password_is_told_in_words_and_by_its_trace(furnished: Stage) -> None:
    with furnished.window("en") as window:
        page = window.page
        page.goto("/invoices")
        page.fill("#email", EMAIL)
        page.fill("#password", "three words of nonsense")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Not admitted")
        expect(page.get_by_role("alert").locator(".code")).to_have_text(re.compile("^[0-9a-f]{32}$"))
        window.keep("sign-in-refused")
        sign_in(page)
        expect(page).to_have_url(re.compile("/invoices$"))  # and one is where one wanted to be
