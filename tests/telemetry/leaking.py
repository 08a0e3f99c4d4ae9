"""A test whose server says too much: the run that it is part of has to fail. Started by test_logs alone."""

from pathlib import Path


def test_of_a_server_that_logs_a_password(tmp_path: Path) -> None:
    said = '{"event": "signed_in", "level": "info", "timestamp": "now", "note": "seven green umbrellas"}\n'
    (tmp_path / "server.log").write_text(said)
