"""What happens to files of all kinds on their way in."""

from __future__ import annotations

import http.server
import threading

import pytest


@pytest.fixture(scope="module")
def session(shared):
    return shared.session("uploads")


def test_a_text_file_named_mp4_is_refused(shared, session, tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("This is not a film. " * 100)
    answer = shared.upload(session, path)
    assert (answer.status_code, answer.json()["code"]) == (415, 4001)
    assert "notes.mp4" in answer.json()["message"]


def test_an_empty_file_and_a_broken_film_are_refused(shared, session, tmp_path, clip):
    (tmp_path / "empty.mp4").touch()
    answer = shared.upload(session, tmp_path / "empty.mp4")
    assert answer.json()["code"] == 4001
    assert "empty" in answer.json()["message"]
    (tmp_path / "half.mp4").write_bytes(clip.read_bytes()[:2000])
    broken = shared.upload(session, tmp_path / "half.mp4").json()
    assert broken["code"] == 4001
    assert "half.mp4" in broken["message"]


@pytest.mark.parametrize("name", ["a.exe", "a", "mp4", "a.mp4.txt", ".mp4x"])
def test_other_types_are_refused_by_name(shared, session, clip, name):
    assert shared.upload(session, clip, name=name).json()["code"] == 4001


def test_a_picture_named_mp4_is_refused(shared, session, tmp_path):
    (tmp_path / "p.mp4").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert shared.upload(session, tmp_path / "p.mp4").json()["code"] == 4001


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\clips\\my clip.mp4", "my clip.mp4"),
        ("a\u202egpj.mp4", "agpj.mp4"),
        ("视频 été.MP4", "视频 été.MP4"),
        ("<script>.mp4", "script.mp4"),
        ("x" * 400 + ".mp4", "x" * 146 + ".mp4"),
    ],
)
def test_hostile_file_names_are_made_harmless(shared, clip, sent, kept):
    session = shared.session()
    (file,) = shared.data(shared.upload(session, clip, name=sent))["files"]
    assert file["filename"] == kept
    assert shared.http.get(file["cdn_url"]).status_code == 200
    assert "9:16" in shared.say(session, f'For the clip "{kept}": make it 9:16')


def test_a_name_is_given_once_and_the_same_file_is_one_clip(shared, clip, sound):
    session = shared.session()
    first = shared.data(shared.upload(session, clip, name="a.mp4"))["files"][0]
    assert shared.data(shared.upload(session, clip, name="a.mp4"))["files"][0]["cdn_url"] == first["cdn_url"]
    other = shared.data(shared.upload(session, sound, name="a.mp4".replace("mp4", "wav")))["files"][0]
    assert (other["filename"], other["file_type"], other["width"]) == ("a.wav", "audio", 0)
    assert len(shared.state(session)["video_infos"]) == 2


def test_several_files_come_at_once_or_none_of_them(shared, clip, sound, tmp_path):
    session = shared.session()
    assert len(shared.data(shared.upload(session, clip, sound))["files"]) == 2
    (tmp_path / "bad.mp4").write_text("text")
    other = shared.session()
    assert shared.upload(other, clip, tmp_path / "bad.mp4").json()["code"] == 4001
    assert shared.state(other)["video_infos"] == []


def test_more_than_500_mb_is_refused_while_it_comes(shared, session):
    def body():
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="big.mp4"\r\n\r\n'
        block = b"\x00\x00\x00\x18ftypisom" + bytes(1024 * 1024)
        for _ in range(501):
            yield block
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = shared.http.post(f"/api/upload-video/nemo_agent/me/{session}", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert not list((shared.home / "files" / "incoming").iterdir()), "nothing is left behind"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"nothing like it", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\nab',
            "multipart/form-data; boundary=x",
        ),
        (b"abc", "multipart/form-data"),
        (b"abc", "text/plain"),
        (b'{"urls": []}', "application/json"),
        (b'{"urls": [1]}', "application/json"),
        (b'{"urls": "http://x"}', "application/json"),
    ],
)
def test_a_malformed_upload_is_a_400(shared, session, body, content_type):
    answer = shared.http.post(
        f"/api/upload-video/nemo_agent/me/{session}", content=body, headers={"Content-Type": content_type}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


@pytest.fixture
def web(clip):
    """A web server on this machine with a clip, redirects and dead ends."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to/"))
                self.end_headers()
                return
            found = self.path.startswith("/clip")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "video/mp4")
            self.send_header(
                "Content-Length", str(10**12) if "huge" in self.path else str(clip.stat().st_size)
            )
            self.end_headers()
            if found and "huge" not in self.path:
                self.wfile.write(clip.read_bytes())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def by_url(server, session, *urls):
    return server.http.post(
        f"/api/upload-video/nemo_agent/me/{session}", json={"urls": list(urls), "source_type": "url"}
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.mp4",
        "http://localhost/a.mp4",
        "http://169.254.169.254/latest/meta-data/a.mp4",
        "http://[::1]/a.mp4",
        "http://[::ffff:127.0.0.1]/a.mp4",
        "http://10.0.0.1/a.mp4",
        "http://192.168.1.1/a.mp4",
        "http://0.0.0.0/a.mp4",
        "http://2130706433/a.mp4",
    ],
)
def test_private_addresses_are_not_fetched(shared, session, url):
    answer = by_url(shared, session, url)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert "private" in answer.json()["message"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.mp4",
        "gopher://x/",
        "a.mp4",
        "http://",
        "http://[::",
        "http://x:99999/a.mp4",
    ],
)
def test_only_web_addresses_are_fetched(shared, session, url):
    assert by_url(shared, session, url).status_code == 400


def test_a_link_is_fetched_where_it_is_allowed(start, web):
    server = start(NEMODUB_ALLOW_PRIVATE_URLS="1")
    session = server.session()
    (file,) = server.data(by_url(server, session, f"{web}/to/{web}/clip%20one.mp4?token=secret"))["files"]
    assert file["filename"] == "clip one.mp4"
    (other,) = server.data(by_url(server, session, f"{web}/clip"))["files"]
    assert other["filename"] == "clip.mp4", "the type comes from the answer when the link has none"
    assert by_url(server, session, f"{web}/huge/clip.mp4").json()["code"] == 400
    assert by_url(server, session, f"{web}/clip-huge.mp4").json()["code"] == 4002
    lost = by_url(server, session, f"{web}/gone.mp4?token=secret").json()
    assert lost["code"] == 400
    assert "404" in lost["message"]
    assert "secret" not in lost["message"]
    assert by_url(server, session, f"{web}/to/file:///etc/passwd").json()["code"] == 400
    endless = "".join(["/to/"] * 1) + f"{web}/to/{web}/to/{web}/to/{web}/to/{web}/to/{web}/to/{web}/clip.mp4"
    assert "redirects" in by_url(server, session, web + endless).json()["message"]
