"""The shelf: on a disk and in a bucket, a file is there whole or not at all, and is what was laid there."""

import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from tests.faults.test_full_disks import small_disk
from tests.store.shelves import KEYS, Client, client_of, free_port, killed_when, laid_by_another, running_s3

from ledgerflow.issuing.retention import clear_old
from ledgerflow.issuing.shelf import NotOnShelf, ShelfDamaged, ShelfFull, ShelfUnreachable
from ledgerflow.store.shelf import UrlShelf, open_shelf, shelf_beside

MIB = 2**20
NAME = "asha/job-1/parts/pdf-0000000-0000049.zip"
EVER = datetime(9999, 1, 1, tzinfo=UTC)
EVERY_READ_DIFFERS = Path("/proc/self/io")  # it counts what has been read
only_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows kills otherwise")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with running_s3() as address:
        yield address


@pytest.fixture(scope="module")
def client(s3: str) -> Iterator[Client]:
    client = client_of(s3)
    client.create_bucket(Bucket="archives", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield client
    client.close()


@pytest.fixture
def at_s3(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The surroundings that a user sets for an S3 that is not Amazon's."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": s3}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(at_s3: None, client: Client, tmp_path: Path) -> str:
    return f"s3://archives/{tmp_path.name}/books"


@pytest.fixture(params=["disk", "s3", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        return str(request.getfixturevalue("bucket"))
    return str(tmp_path / "shelf") if request.param == "disk" else f"memory://{tmp_path.name}"


@pytest.fixture
def shelf(url: str) -> UrlShelf:
    return open_shelf(url)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """More than one block, and more than S3 takes in one part."""
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("INV-1.pdf", os.urandom(20 * MIB))
        archive.writestr("INV-2.pdf", b"tea")
    return path


def hash_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_what_is_laid_is_found_read_and_taken(shelf: UrlShelf, source: Path, tmp_path: Path) -> None:
    laid = shelf.lay(NAME, source)
    assert (laid.name, laid.bytes, laid.sha256) == (NAME, source.stat().st_size, hash_of(source))
    assert abs(laid.at - datetime.fromtimestamp(source.stat().st_mtime, UTC)) < timedelta(minutes=1)
    with shelf.open(NAME) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("INV-2.pdf") == b"tea"
    assert shelf.take(NAME, tmp_path / "taken.zip", laid.sha256) == laid
    assert hash_of(tmp_path / "taken.zip") == laid.sha256


def test_a_later_file_takes_the_place_of_an_earlier_one(shelf: UrlShelf, tmp_path: Path) -> None:
    source = tmp_path / "report.html"
    for words in ("first", "second and last"):
        source.write_text(words)
        shelf.lay("asha/job-1/archive/report.html", source)
    with shelf.open("asha/job-1/archive/report.html") as file:
        assert file.read() == b"second and last"
    assert [one.bytes for one in shelf.files("asha/job-1")] == [15]


def test_a_folder_is_cleared_and_its_neighbours_stay(shelf: UrlShelf, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("tea")
    for name in ("asha/job-1/parts/a.csv", "asha/job-1/b.csv", "asha/job-11/a.csv", "bina/job-1/a.csv"):
        shelf.lay(name, source)
    assert sorted(folder for folder, _ in shelf.folders()) == ["asha/job-1", "asha/job-11", "bina/job-1"]
    assert (shelf.clear("asha/job-1"), shelf.clear("asha/job-1")) == (2, 0)
    assert shelf.files("asha/job-1") == []
    assert [one.name for one in shelf.files("asha")] == ["asha/job-11/a.csv"]
    assert [one.name for one in shelf.files("bina")] == ["bina/job-1/a.csv"]


def test_what_is_not_there_is_told_by_its_name(shelf: UrlShelf, tmp_path: Path) -> None:
    assert (list(shelf.folders()), list(shelf.files("asha")), shelf.clear_unfinished(EVER)) == ([], [], 0)
    with pytest.raises(NotOnShelf, match=NAME), shelf.open(NAME):
        pass
    with pytest.raises(NotOnShelf, match=NAME):
        shelf.take(NAME, tmp_path / "taken")
    assert not (tmp_path / "taken").exists()


@pytest.mark.parametrize("name", ["", "/etc/x", "../bina/x", "asha/../bina", "asha//x", "a\\b", "asha/.", "a b", "a/…"])
def test_no_name_leads_out_of_its_folder(name: str, shelf: UrlShelf, tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text("tea")
    for deed in (lambda: shelf.lay(name, source), lambda: shelf.files(name), lambda: shelf.clear(name)):
        with pytest.raises(ValueError, match="no name on a shelf"):
            deed()
    with pytest.raises(ValueError, match="no name on a shelf"):
        shelf.open(name)


@pytest.mark.requirement("FR-9.15")
def test_damage_is_noticed_when_a_file_is_taken_and_no_copy_stays(
    shelf: UrlShelf, url: str, source: Path, tmp_path: Path
) -> None:
    wanted = shelf.lay(NAME, source).sha256
    with source.open("r+b") as file:
        file.seek(MIB)
        file.write(b"coffee")
    open_shelf(url).lay(NAME, source)
    with pytest.raises(ShelfDamaged, match=f"{hash_of(source)}, and was {wanted}"):
        shelf.take(NAME, tmp_path / "taken.zip", wanted)
    assert not (tmp_path / "taken.zip").exists()


@pytest.mark.skipif(not EVERY_READ_DIFFERS.exists(), reason="only Linux has a file that differs at every reading")
@pytest.mark.parametrize("url", ["disk", "s3"], indirect=True)
def test_what_arrives_otherwise_than_it_was_sent_does_not_stay(shelf: UrlShelf) -> None:
    with pytest.raises(ShelfDamaged, match=NAME):
        shelf.lay(NAME, EVERY_READ_DIFFERS)
    assert (shelf.files("asha"), shelf.clear_unfinished(EVER)) == ([], 0)


@pytest.mark.parametrize("url", ["disk", "s3"], indirect=True)
def test_a_file_laid_by_another_process_is_seen_at_once(shelf: UrlShelf, url: str, source: Path) -> None:
    assert (list(shelf.files("asha")), list(shelf.folders())) == ([], [])
    laid_by_another(url, NAME, source)
    assert [one.name for one in shelf.files("asha")] == [NAME]
    assert [folder for folder, _ in shelf.folders()] == ["asha/job-1"]
    assert pickle.loads(pickle.dumps(shelf)).files("asha") == shelf.files("asha")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
@pytest.mark.parametrize("url", ["disk", "s3"], indirect=True)
def test_a_forked_process_goes_on_with_the_shelf(url: str, source: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from ledgerflow.store.shelf import open_shelf\n"
        "shelf = open_shelf(sys.argv[1]); shelf.files('asha'); child = os.fork()\n"
        f"if not child: shelf.lay({NAME!r}, Path(sys.argv[2])); os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        f"assert [one.name for one in shelf.files('asha')] == [{NAME!r}]\n"
    )
    subprocess.run([sys.executable, "-c", script, url, str(source)], check=True, timeout=60)


@pytest.mark.requirement("FR-9.15")
@only_posix
def test_a_killed_writer_leaves_the_earlier_file_on_a_disk(tmp_path: Path) -> None:
    shelf, large = open_shelf(str(tmp_path / "shelf")), tmp_path / "large"
    large.write_text("earlier")
    earlier = shelf.lay(NAME, large)
    os.truncate(large, 600 * MIB)
    killed_when(lambda: list(tmp_path.glob("shelf/**/*.unfinished")), str(tmp_path / "shelf"), NAME, large)
    assert shelf.files("asha") == [type(earlier)(NAME, "", 7, earlier.at)]
    assert shelf.clear_unfinished(earlier.at - timedelta(days=1)) == 0, "a writer may still be at it"
    assert (shelf.clear_unfinished(EVER), list(tmp_path.glob("shelf/**/*.unfinished"))) == (1, [])


@only_posix
def test_a_killed_writer_leaves_the_earlier_file_in_a_bucket(bucket: str, client: Client, tmp_path: Path) -> None:
    shelf, large = open_shelf(bucket), tmp_path / "large"
    large.write_text("earlier")
    shelf.lay(NAME, large)
    os.truncate(large, 600 * MIB)
    killed_when(lambda: client.list_multipart_uploads(Bucket="archives").get("Uploads"), bucket, NAME, large)
    assert [(one.name, one.bytes) for one in shelf.files("asha")] == [(NAME, 7)]


def test_the_hash_is_kept_with_the_file_in_a_bucket(bucket: str, client: Client, source: Path) -> None:
    laid = open_shelf(bucket).lay(NAME, source)
    key = f"{bucket.removeprefix('s3://archives/')}/{NAME}"
    assert client.head_object(Bucket="archives", Key=key)["Metadata"]["sha256"] == laid.sha256


@pytest.mark.requirement("FR-9.15")
def test_a_disk_without_room_is_told_before_anything_is_written(tmp_path: Path) -> None:
    source = tmp_path / "part.zip"
    source.write_bytes(bytes(MIB))
    with small_disk() as disk:
        shelf = open_shelf(str(disk.folder / "shelf"))
        disk.leave(50 * MIB)
        with pytest.raises(ShelfFull, match="has 50 MiB left, and 65 MiB are wanted"):
            shelf.lay(NAME, source)
        assert not (disk.folder / "shelf").exists()
        disk.make_room()
        assert shelf.lay(NAME, source).bytes == MIB


def test_a_disk_that_fills_in_the_midst_keeps_nothing_half_written(tmp_path: Path) -> None:
    source = tmp_path / "part.zip"
    source.touch()
    os.truncate(source, 110 * MIB)
    with small_disk() as disk, ThreadPoolExecutor(3) as threads:
        shelf = open_shelf(str(disk.folder / "shelf"))
        laying = [threads.submit(shelf.lay, f"asha/job-{place}/a", source) for place in range(3)]
        refusals = [one.exception() for one in laying]
        full = [one for one in refusals if isinstance(one, ShelfFull)]
        assert len(full) >= 2
        assert len(full) == len([one for one in refusals if one is not None])
        assert {one.bytes for one in shelf.files("asha")} <= {110 * MIB}
        assert shelf.clear_unfinished(EVER) == 0


@only_posix
def test_a_file_that_may_not_grow_is_not_left_half_written(tmp_path: Path, source: Path) -> None:
    script = "import resource as r, sys; from pathlib import Path; from ledgerflow.store.shelf import open_shelf as o\n"
    script += "r.setrlimit(r.RLIMIT_FSIZE, (1_000_000, 1_000_000)); o(sys.argv[1]).lay(sys.argv[2], Path(sys.argv[3]))"
    command = [sys.executable, "-c", script, str(tmp_path / "shelf"), NAME, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "cannot be used: File too large." in done.stderr.splitlines()[-1]
    assert not [path for path in (tmp_path / "shelf").rglob("*") if path.is_file()]


def test_a_bucket_that_is_not_there_does_not_pass(at_s3: None, source: Path) -> None:
    shelf = open_shelf("s3://nobody-made-this/books")
    for deed in (
        lambda: shelf.lay(NAME, source),
        lambda: shelf.files("asha"),
        lambda: shelf.clear("asha"),
        lambda: list(shelf.folders()),
        lambda: shelf.take(NAME, source.parent / "taken"),
    ):
        with pytest.raises(ShelfUnreachable, match="There is no such bucket") as refusal:
            deed()
        assert not refusal.value.passing


def test_an_endpoint_that_does_not_answer_may_pass(at_s3: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ShelfUnreachable, match="Could not connect") as refusal:
        open_shelf("s3://archives").files("asha")
    assert refusal.value.passing
    assert pickle.loads(pickle.dumps(refusal.value)).passing, "a bench hands it to its worker"


def test_an_address_that_nothing_opens_is_told_with_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['s3fs'] = None; from ledgerflow.store.shelf import open_shelf\n"
    command = [sys.executable, "-c", script + "open_shelf('s3://archives')"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "`pip install ledgerflow[s3]`" in done.stderr.splitlines()[-1]
    for address in ("nonsense://archives", "file://elsewhere/archives", ""):
        with pytest.raises(ShelfUnreachable):
            open_shelf(address)


def test_no_secret_of_an_address_is_told(at_s3: None) -> None:
    with pytest.raises(ShelfUnreachable) as refusal:
        open_shelf("s3://clerk:tea-with-milk@archives/books?key=tea-with-milk").files("asha")
    assert "tea-with-milk" not in str(refusal.value)
    assert str(refusal.value).startswith("The shelf s3://archives/books cannot be used: ")


def test_a_folder_has_three_ways_to_be_named(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_shelf(str(tmp_path / "my shelf")).lay(NAME, source)
    monkeypatch.chdir(tmp_path)
    for address in ("my shelf", (tmp_path / "my shelf").as_uri()):
        assert [one.name for one in open_shelf(address).files("asha")] == [NAME]


def test_a_shelf_that_nobody_named_is_beside_the_ledger(tmp_path: Path) -> None:
    assert shelf_beside(f"sqlite:///{tmp_path}/ledger.db") == str(tmp_path / "ledger.db.shelf")
    assert shelf_beside("postgresql://clerk@db/books") == str(Path.home() / ".ledgerflow" / "shelf")


@pytest.mark.requirement("FR-9.15")
def test_old_jobs_are_cleared_and_open_ones_are_not(shelf: UrlShelf, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("tea")
    laid = [shelf.lay(f"asha/{job}/parts/a.csv", source) for job in ("done", "open")]
    before = laid[0].at - timedelta(minutes=1)
    assert list(clear_old(shelf, before, lambda tenant, job, latest: True)) == []
    assert list(clear_old(shelf, EVER, lambda tenant, job, latest: (tenant, job) != ("asha", "open"))) == ["asha/done"]
    assert [one.name for one in shelf.files("asha")] == ["asha/open/parts/a.csv"]


def test_nothing_of_object_stores_is_loaded_for_a_folder(tmp_path: Path) -> None:
    script = (
        "import sys, ledgerflow.cli; from ledgerflow.store.shelf import open_shelf; open_shelf(sys.argv[1]).files('a')"
    )
    script += "; sys.exit(any(name in sys.modules for name in ('fsspec', 's3fs', 'botocore')))"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
