"""Builds the web client into a wheel or an sdist: where it is built already, or in an editable install, it is not."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientHook(BuildHookInterface[Any]):
    """`npm ci --ignore-scripts && npm run build`, once."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable" or (root / "src" / "ledgerflow" / "ui_dist" / "index.html").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("The web client is built by npm, and there is none: install Node 22 or newer.")
        for words in (("ci", "--ignore-scripts", "--no-audit", "--no-fund"), ("run", "build")):
            subprocess.run((npm, *words), cwd=root / "ui", check=True)
