"""A token is where it must be and nowhere else; a free one is kept, privately, until it ends."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import stat
import sys
import time
import traceback

import pytest

import nemodub_nb.client as nc
from nemodub_nb.client.auth import Credentials
from nemodub_nb.client.tokens import FileVault, KeyringVault, StoredToken, TokenStore, default_store

TOKENS = "POST /api/auth/anonymous-token"


def everything_shown_of(error: BaseException) -> str:
    # Without the first frame: it is the test's own, and the test knows the token.
    told = traceback.TracebackException(type(error), error, error.__traceback__.tb_next, capture_locals=True)
    return "".join(told.format()) + repr(error) + repr(vars(error))


def test_a_token_is_in_no_repr_pickle_or_variable(client, kit):
    secret = nc.Secret(kit.token)
    for thing in (
        secret,
        client,
        client.context,
        client.context.credentials,
        client.run("1", "x"),
        client.render("r"),
    ):
        assert kit.token not in repr(thing)
        assert kit.token not in str(thing)
        assert kit.token not in f"{thing}"
    assert kit.token not in repr(vars(client))
    assert secret == nc.Secret(kit.token)
    assert secret != nc.Secret("other")
    for thing in (secret, client, client.render("r")):
        with pytest.raises(TypeError) as caught:
            pickle.dumps(thing)
        assert kit.token not in str(caught.value)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)


@pytest.mark.parametrize("reply", ["error", "nothing", "html", "unreachable", "own message"])
def test_a_token_is_in_no_traceback_and_no_log(server, kit, caplog, reply):
    caplog.set_level(logging.DEBUG)
    server.on(
        "GET /api/credits/",
        {
            "error": kit.http(401, {"detail": f"token {kit.token} unknown"}),
            "nothing": [],
            "html": kit.http(200, "<html>"),
            "own message": kit.http(
                200, {"code": 77, "message": "Bearer nmv_usr_someone-elses, " + kit.token}
            ),
        }.get(reply, b""),
    )
    url = "http://127.0.0.1:9" if reply == "unreachable" else server.url
    with nc.NemoClient(kit.token, url, limits=kit.quick) as client, pytest.raises(nc.NemoError) as caught:
        client.credits()
    shown = (
        everything_shown_of(caught.value)
        + caplog.text
        + "".join(map(str, (vars(each) for each in caplog.records)))
    )
    assert kit.token not in shown
    assert "someone-elses" not in str(caught.value)
    assert all(kit.token not in each.path for each in server.seen)


def test_a_token_with_a_line_break_is_refused_without_showing_it():
    for token in ("nmv_usr_a\nX-Evil: 1", "", "   ", "nmv_usr_é", "two words"):
        with pytest.raises(nc.TokenError) as caught:
            nc.NemoClient(token)
        assert "nmv_usr" not in str(caught.value)
    nc.NemoClient("  nmv_usr_copied-with-blanks\n").close()


def test_the_sources_of_a_token_come_in_their_order(server, kit, monkeypatch):
    server.on("GET /api/credits/", kit.ok({"available": 1}))
    server.on(TOKENS, kit.ok({"token": "nmv_usr_new"}))

    def used(token=None):
        with nc.NemoClient(token, server.url) as client:
            client.credits()
        return server.last("GET /api/credits/").headers["authorization"].removeprefix("Bearer ")

    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_env")
    assert used("nmv_usr_arg") == "nmv_usr_arg"
    assert used() == "nmv_usr_env"
    assert server.count(TOKENS) == 0
    monkeypatch.delenv("NEMO_TOKEN")
    assert used() == "nmv_usr_new"
    server.on(TOKENS, kit.http(429))
    assert used() == "nmv_usr_new"
    assert server.count(TOKENS) == 1


def test_a_kept_token_is_private_on_disk_and_by_origin(server, second_server, kit, home):
    for each, token in ((server, "nmv_usr_1"), (second_server, "nmv_usr_2")):
        each.on(TOKENS, kit.ok({"token": token, "expires_at": time.time() + 86400}))
        each.on("GET /api/credits/", kit.ok({"available": 1}))
        for _ in range(2):
            with nc.NemoClient(base_url=each.url) as client:
                client.credits()
        assert each.count(TOKENS) == 1
        assert each.last("GET").headers["authorization"] == f"Bearer {token}"
    files = list((home / "credentials").iterdir())
    assert len(files) == 3
    if sys.platform != "win32":
        assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
        assert stat.S_IMODE((home / "credentials").stat().st_mode) == 0o700
    ids = {
        each.headers["x-client-id"]
        for each in (*server.seen, *second_server.seen)
        if "x-client-id" in each.headers
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("expires", "days"),
    [
        (None, 7),
        ("2001-01-01T00:00:00Z", 7),
        ("nonsense", 7),
        (True, 7),
        (1e300, 7),
        ("in 2 days, ISO", 2),
        ("in 2 days, s", 2),
        ("in 2 days, ms", 2),
    ],
)
def test_the_expiry_is_read_in_every_likely_form(expires, days):
    later = time.time() + 2 * 86400
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(later))
    value = {"in 2 days, ISO": iso, "in 2 days, s": later, "in 2 days, ms": later * 1000}.get(
        expires, expires
    )
    credentials = Credentials(None, "http://x:1", default_store)
    credentials.adopt({"token": "nmv_usr_x", "expires_at": value})
    kept = credentials.store.load("http://x:1")
    assert abs(kept.expires_at - time.time() - days * 86400) < 100


def test_an_ended_token_is_not_used_again(server, kit):
    store = default_store()
    origin = nc.NemoClient("t", server.url).context.credentials.origin
    store.save(origin, StoredToken(nc.Secret("nmv_usr_old"), time.time() + 60))
    server.on(TOKENS, kit.ok({"token": "nmv_usr_new"}))
    server.on("GET /api/credits/", kit.ok({"available": 1}))
    with nc.NemoClient(base_url=server.url) as client:
        client.credits()
    assert server.last("GET").headers["authorization"] == "Bearer nmv_usr_new"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[]", b'{"token": 5}', b'{"token": "x", "expires_at": "y"}', b"\xff"]
)
def test_a_damaged_store_counts_as_empty(home, content):
    store = default_store()
    store.save("http://x:1", StoredToken(nc.Secret("a-token"), time.time() + 9999))
    file = next((home / "credentials").glob("*.json"))
    file.write_bytes(content)
    assert store.load("http://x:1") is None


def test_a_home_that_cannot_be_written_does_not_stop_the_work(server, kit, monkeypatch, caplog):
    monkeypatch.setenv("NEMODUB_HOME", "/proc/nemodub")
    server.on(TOKENS, kit.ok({"token": "nmv_usr_new"}))
    server.on("GET /api/credits/", kit.ok({"available": 1}))
    with nc.NemoClient(base_url=server.url) as client:
        assert client.credits().available == 1
    assert "cannot be kept" in caplog.text
    assert "nmv_usr_new" not in caplog.text


def test_the_client_id_can_be_given_and_is_kept_otherwise(monkeypatch):
    monkeypatch.setenv("NEMO_CLIENT_ID", "my-id")
    assert default_store().client_id() == "my-id"
    monkeypatch.delenv("NEMO_CLIENT_ID")
    first = default_store().client_id()
    assert first == default_store().client_id() != "my-id"


class Ring:
    def __init__(self, *, broken=False):
        self.kept = {}
        self.broken = broken

    def _check(self):
        if self.broken:
            raise RuntimeError("locked")

    def get_password(self, service, name):
        self._check()
        return self.kept.get((service, name))

    def set_password(self, service, name, text):
        self._check()
        self.kept[service, name] = text

    def delete_password(self, service, name):
        self._check()
        del self.kept[service, name]


def test_a_keyring_is_used_where_there_is_one_and_files_where_it_breaks(tmp_path):
    token = StoredToken(nc.Secret("nmv_usr_ring"), time.time() + 9999, "u")
    ring = Ring()
    store = TokenStore(KeyringVault(ring, FileVault(tmp_path)))
    store.save("http://x:1", token)
    assert store.load("http://x:1") == token
    assert not list(tmp_path.iterdir())
    assert json.loads(next(iter(ring.kept.values())))["token"] == "nmv_usr_ring"
    store.forget("http://x:1", nc.Secret("another"))
    assert store.load("http://x:1") == token
    store.forget("http://x:1", token.token)
    assert store.load("http://x:1") is None

    store = TokenStore(KeyringVault(Ring(broken=True), FileVault(tmp_path)))
    store.save("http://x:1", token)
    assert store.load("http://x:1") == token
    assert len(list(tmp_path.iterdir())) == 1
