"""What the tests of shelves share: an S3 that is a process of its own, and writers that are killed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

KEYS = {"AWS_ACCESS_KEY_ID": "clerk", "AWS_SECRET_ACCESS_KEY": "tea-with-milk", "AWS_DEFAULT_REGION": "eu-central-1"}
_WRITER = "import sys; from pathlib import Path; from ledgerflow.store.shelf import open_shelf as o; "
_WRITER += "o(sys.argv[1]).lay(sys.argv[2], Path(sys.argv[3]))"


class Client(Protocol):
    """What is used of boto3, which tells no types: another's eyes on the bucket."""

    def create_bucket(self, **options: object) -> object: ...

    def put_object(self, **options: object) -> object: ...

    def head_object(self, **options: object) -> dict[str, dict[str, str]]: ...

    def list_multipart_uploads(self, **options: object) -> dict[str, object]: ...

    def close(self) -> None: ...


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_s3() -> Iterator[str]:
    """Gives the address of a server that speaks S3."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: is_open(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def client_of(address: str) -> Client:
    """Another program that looks into the buckets."""
    import boto3  # comes with s3fs and moto, and is slow

    client: object = boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        region_name=KEYS["AWS_DEFAULT_REGION"],
    )
    return cast(Client, client)


def wait_until(what: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.002)


def laid_by_another(url: str, name: str, source: Path) -> None:
    """Another process lays a file."""
    subprocess.run([sys.executable, "-c", _WRITER, url, name, str(source)], check=True, env=dict(os.environ))


def killed_when(begun: Callable[[], object], url: str, name: str, source: Path) -> None:
    """Another process lays a file, and is killed as soon as it has begun to write."""
    with subprocess.Popen([sys.executable, "-c", _WRITER, url, name, str(source)], env=dict(os.environ)) as writer:
        try:
            wait_until(begun)
        finally:
            writer.kill()
    assert writer.returncode == -9, "it had finished before it was killed"
