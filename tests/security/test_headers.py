"""What stands over every answer, and what a cookie alone can do."""

import subprocess
from pathlib import Path

import httpx
import pytest
from tests.security.door import PASSWORD, Door, address, opened, people_enter

from ledgerflow.identity.roles import Role

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/api/auth/keys", 200),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/api/nothing", 404),
        ("DELETE", "/api/auth/keys", 405),
        ("POST", "/api/auth/sign-in", 400),
        ("GET", "/api/batches/x", 401),
        ("GET", "/api/auth/keys?x=" + "y" * 9000, 414),
        ("POST", "/", 404),
    ],
)
def test_every_answer_bears_the_headers(stranger: httpx.Client, method: str, path: str, status: int) -> None:
    answer = stranger.request(method, path)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "upgrade-insecure-requests" not in policy
    assert policy.startswith("default-src 'self'" if path == "/" else "default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == ("no-cache" if path == "/" else "no-store")
    assert "Permissions-Policy" in answer.headers
    assert "X-Trace-Id" in answer.headers
    assert "Strict-Transport-Security" not in answer.headers  # plain http on a desk goes on working
    assert "Server" not in answer.headers


def signed_in(door: Door, client: httpx.Client) -> str:
    answer = door.sign_in(client, Role.VIEWER)
    assert answer.status_code == 200
    return str(answer.json()["csrf"])


def test_the_cookie_alone_refreshes_nothing(door: Door, stranger: httpx.Client) -> None:
    token = signed_in(door, stranger)
    assert stranger.post("/api/auth/refresh", headers=HERE).status_code == 403
    assert stranger.post("/api/auth/refresh", headers=HERE | {"X-CSRF-Token": "x" * 64}).status_code == 403
    answer = stranger.post("/api/auth/refresh", headers=HERE | {"X-CSRF-Token": token})
    assert answer.status_code == 200  # what was refused has not used the cookie up
    assert answer.json()["csrf"] != token
    assert stranger.cookies["ledgerflow_csrf"] == answer.json()["csrf"]  # a page that was loaded anew reads it there


@pytest.mark.parametrize(
    "whence",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
@pytest.mark.parametrize("path", ["refresh", "sign-out", "sign-in", "invitation"])
@pytest.mark.requirement("NFR.2")
def test_no_other_site_signs_anybody_in_or_out(
    door: Door, stranger: httpx.Client, path: str, whence: dict[str, str]
) -> None:
    token = signed_in(door, stranger)
    said = {"email": address(Role.OWNER), "password": PASSWORD}
    answer = stranger.post(f"/api/auth/{path}", json=said, headers={"X-CSRF-Token": token} | whence)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/cross-site"
    assert "Set-Cookie" not in answer.headers


def test_our_own_page_signs_out(door: Door, stranger: httpx.Client) -> None:
    token = signed_in(door, stranger)
    ours = {"Origin": door.url, "Sec-Fetch-Site": "same-origin"}
    assert stranger.post("/api/auth/sign-out", headers=ours).status_code == 403
    assert stranger.post("/api/auth/sign-out", headers=ours | {"X-CSRF-Token": token}).status_code == 204
    assert not stranger.cookies
    assert stranger.get("/api/batches/x").status_code == 401


def test_behind_a_proxy_the_cookie_is_for_tls_alone(tmp_path: Path) -> None:
    """Who is believed is told; anyone else may claim what he likes."""
    people_enter(str(tmp_path / "ledger.db"))
    claimed = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "Host": "books.example"}
    settings = {"trusted_proxies": "127.0.0.1", "allowed_hosts": "books.example", "sign_ins": "1"}
    said = {"email": address(Role.OWNER), "password": PASSWORD}
    with opened(tmp_path, settings=settings) as door, door.client(headers=claimed) as client:
        answer = client.post("/api/auth/sign-in", json=said)
        cookies = answer.headers.get_list("Set-Cookie")
        assert any(
            one.startswith("__Secure-ledgerflow_refresh=")
            and {"HttpOnly", "Secure", "SameSite=strict", "Path=/api/auth"} <= set(one.split("; "))
            for one in cookies
        )
        assert any(one.startswith("__Host-ledgerflow_csrf=") and "HttpOnly" not in one for one in cookies)
        assert "Strict-Transport-Security" in answer.headers
        ours = {"Origin": "https://books.example", "X-CSRF-Token": answer.json()["csrf"]}
        shown = {"Cookie": cookies[0].split(";")[0]}
        assert client.post("/api/auth/refresh", headers=ours | shown).status_code == 200
        assert client.post("/api/auth/sign-in", json=said).status_code == 429
        elsewhere = {"X-Forwarded-For": "203.0.113.8"}
        assert client.post("/api/auth/sign-in", json=said, headers=elsewhere).status_code == 200


def test_who_is_no_trusted_proxy_is_not_believed(door: Door, stranger: httpx.Client) -> None:
    said = {"email": address(Role.VIEWER), "password": PASSWORD}
    answer = stranger.post("/api/auth/sign-in", json=said, headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 200
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "cert.pem"), str(folder / "key.pem")
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*words, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def test_tls_is_of_version_1_3_alone(tmp_path: Path, certificate: tuple[str, str]) -> None:
    import ssl

    people_enter(str(tmp_path / "ledger.db"))
    new, old = (ssl.create_default_context(cafile=certificate[0]) for _ in range(2))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    options = ("--tls-cert", certificate[0], "--tls-key", certificate[1])
    with opened(tmp_path, *options, scheme="https") as door:
        with door.client(verify=new) as client:
            answer = door.sign_in(client, Role.OWNER)
            assert answer.status_code == 200
            assert answer.extensions["network_stream"].get_extra_info("ssl_object").version() == "TLSv1.3"
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
            assert answer.headers["Set-Cookie"].startswith("__Secure-ledgerflow_refresh=")
            ours = {"Origin": door.url, "X-CSRF-Token": answer.json()["csrf"]}
            assert client.post("/api/auth/refresh", headers=ours).status_code == 200
        with door.client(verify=old) as client, pytest.raises(httpx.ConnectError):
            client.get("/healthz")


@pytest.mark.parametrize(
    ("lang", "title"), [("ar", "لا يمكن قبول ما أُرسل"), ("hi", "भेजा गया डेटा स्वीकार नहीं किया जा सकता")]
)
def test_a_problem_is_told_in_the_readers_language(stranger: httpx.Client, lang: str, title: str) -> None:
    for answer in (
        stranger.post("/api/auth/sign-in", json={}, headers={"Accept-Language": lang}),
        stranger.post(f"/api/auth/sign-in?lang={lang}", json={}),
    ):
        assert answer.headers["Content-Language"] == lang
        assert answer.json()["title"] == title
        assert {one["code"] for one in answer.json()["findings"]} == {"form.missing"}
        assert all("email" in one["message"] or "password" in one["message"] for one in answer.json()["findings"])
        assert not any("Field required" in one["message"] for one in answer.json()["findings"])
