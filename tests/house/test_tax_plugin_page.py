"""The page on tax plug-ins keeps its word: its files make a package that passes its own tests and is found by name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tax-plugin.md"
FILES = dict(re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
METADATA = "Metadata-Version: 2.1\nName: ledgerflow-tax-norland\nVersion: 0.1.0\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The page's files, and beside them what an installation would have written of the entry point."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    installed = tmp_path / "src" / "ledgerflow_tax_norland-0.1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(METADATA, "utf-8")
    points = re.findall(r'^\[project\.entry-points\."(\S+)"\]\n((?:\S.*\n)+)', FILES["pyproject.toml"], re.MULTILINE)
    declared = "".join(f"[{group}]\n{lines.replace(chr(34), '')}" for group, lines in points)
    (installed / "entry_points.txt").write_text(declared, "utf-8")
    return tmp_path


def run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(package / 'src')!r}); {arguments[0]}"
    command = [sys.executable, "-c", code, *arguments[1:]]
    return subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)


def test_the_page_shows_the_four_files() -> None:
    assert [Path(name).name for name in FILES] == ["pyproject.toml", "rates.toml", "__init__.py", "test_norland.py"]


@pytest.mark.requirement("FR-2.5")
def test_its_files_pass_their_own_test(package: Path) -> None:
    done = run(package, "import pytest; sys.exit(pytest.main(sys.argv[1:]))", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.requirement("FR-2.1")
def test_it_is_found_by_its_entry_point_with_no_edit_elsewhere(package: Path) -> None:
    look = "import importlib.metadata as m; print(m.entry_points(group=sys.argv[1])[sys.argv[2]].load().title)"
    assert run(package, look, "ledgerflow.tax_strategies", "vat-norland").stdout.strip() == "VAT, Norland"


def test_the_laws_in_its_table_are_those_of_the_suite() -> None:
    suite = (PAGE.parents[1] / "src" / "ledgerflow" / "billing" / "conformance.py").read_text("utf-8")
    table = PAGE.read_text("utf-8").split("| law | in other words |")[1]
    laws = re.findall(r"^\| ([a-z][^|]+) \|", table, re.MULTILINE)
    assert len(laws) == 14
    assert [law for law in laws if f'"{law}"' not in suite] == []
