"""The archive: the same bytes for the same files, everything in the manifest, no name that could do harm."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from itertools import starmap

import pytest

from ledgerflow.export.archive import MemberRefused, deflate, is_safe, members_of, pack

FILES = [("json/INV-1.json", b"{}"), ("pdf/INV-1.pdf", b"%PDF" * 500), ("قائمة.txt", "نص".encode())]


def packed(files: list[tuple[str, bytes]], about: Mapping[str, object] | None = None) -> bytes:
    target = BytesIO()
    pack(target, starmap(deflate, files), about or {})
    return target.getvalue()


@pytest.mark.requirement("FR-6.1")
def test_the_manifest_has_the_hash_of_every_other_member() -> None:
    with zipfile.ZipFile(BytesIO(packed(FILES, {"seed": 7}))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*(path for path, _ in FILES), "manifest.json"]
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest.pop("files") == {
            path: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for path, content in FILES
        }
    assert manifest == {"simulated": True, "version": "ledgerflow.manifest/1", "seed": 7}


def test_what_is_said_about_a_batch_cannot_hide_that_it_is_simulated() -> None:
    with zipfile.ZipFile(BytesIO(packed(FILES, {"simulated": False, "version": "other", "files": {}}))) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["simulated"] is True
    assert manifest["version"] == "ledgerflow.manifest/1"
    assert len(manifest["files"]) == len(FILES)


def test_the_same_files_give_the_same_bytes() -> None:
    assert packed(FILES) == packed(FILES)


def test_members_carry_no_clock_and_no_system() -> None:
    with zipfile.ZipFile(BytesIO(packed(FILES))) as archive:
        assert {(m.date_time, m.create_system, m.external_attr) for m in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 3, 0o100644 << 16)
        }


def test_an_archive_can_be_sent_while_it_is_made() -> None:
    class Response:
        """A sink that can only be written to, as a response to a browser is."""

        def __init__(self) -> None:
            self.sent = b""

        def write(self, data: bytes) -> None:
            self.sent += data

    response = Response()
    manifest = pack(response, starmap(deflate, FILES), {})
    assert response.sent == packed(FILES)
    assert manifest.files["json/INV-1.json"].bytes == 2


def test_members_lie_in_another_archive_as_they_lay_in_the_first() -> None:
    taken = list(members_of(BytesIO(packed(FILES))))
    assert [zlib.decompress(member.deflated, -zlib.MAX_WBITS) for member in taken] == [content for _, content in FILES]
    again = BytesIO()
    pack(again, taken, {})
    assert again.getvalue() == packed(FILES)


def test_the_seal_is_the_hash_of_all_that_stands_before_it() -> None:
    archive = packed(FILES)
    assert archive[-71:] == b"sha256:" + hashlib.sha256(archive[:-71]).hexdigest().encode()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up.json",
        "json/../../up.json",
        "json//double.json",
        "json/",
        "./here.json",
        "C:/windows.json",
        "back\\slash.json",
        "nul.json",
        "json/COM1",
        "dot.",
        "blank ",
        " blank",
        "line\nbreak",
        "zero\0byte",
        "right\u202eto-left",
        "star*",
    ],
)
def test_names_that_could_unpack_elsewhere_are_refused(path: str) -> None:
    assert not is_safe(path)
    with pytest.raises(MemberRefused, match="not safe to unpack"):
        packed([(path, b"")])


@pytest.mark.parametrize("second", ["json/INV-1.json", "JSON/inv-1.json", "manifest.json", "Manifest.JSON"])
def test_a_name_is_given_once(second: str) -> None:
    with pytest.raises(MemberRefused, match="taken"):
        packed([("json/INV-1.json", b"1"), (second, b"2")])
