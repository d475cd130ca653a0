"""Downloads against a local server: whole and checked, or nothing at all."""

import gzip
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from gwrnn.signals.events import EVENTS
from gwrnn.signals.fetch import GWOSC, fetch_event
from gwrnn.signals.locations import REGISTRY, cache_folder
from gwrnn.signals.strain import load_event_strain

EVENT = EVENTS["GW170104"]
DATA = Path(str(files("gwrnn"))) / "data"


def strain_text(detector, scale=1.0, samples=131072, start=EVENT.strain_start):
    """Return a file such as GWOSC's: every sample is its number modulo 100, in units of 1e-21."""
    values = [f"{scale * (index % 100):.1f}e-21" for index in range(samples)]
    header = (
        f"# Gravitational wave strain for GW170104_R1 for {detector} (see http://losc.ligo.org)\n"
        f"# This file has 4096 samples per second\n# starting GPS {start} duration 32\n"
    )
    return gzip.compress((header + "\n".join(values) + "\n").encode(), 1)


@pytest.fixture
def server():
    """Serve ``answers`` (path to bytes, or to a function of the handler) and note what is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            answer = self.server.answers.get(self.path)
            if callable(answer):
                answer(self)
            elif answer is None:
                self.send_error(404)
            else:
                reply(self, answer)

        def log_message(self, *_):
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.answers, httpd.asked = {}, []
    httpd.url = f"http://127.0.0.1:{httpd.server_port}/eventapi/json"
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def reply(handler, body, length=None, status=200):
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    """Use a cache that is empty, no GWRNN_DATA, and no waiting between attempts."""
    monkeypatch.delenv("GWRNN_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)


def route(detector):
    return f"/eventapi/json/GWTC-1-confident/GW170104/v2/{EVENT.filename(detector)}"


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def test_the_address_is_gwosc_s():
    # As GWOSC's client documents it: .../eventapi/json/GWTC-1-confident/GW150914/v3/H-H1_...
    assert GWOSC == "https://gwosc.org/eventapi/json"
    assert route("H1").endswith("/GW170104/v2/H-H1_GWOSC_4KHZ_R1-1167559921-32.txt.gz")


def test_fetch_then_load(server):
    server.answers = {route("H1"): strain_text("H1"), route("L1"): strain_text("L1", 2)}
    paths = fetch_event("GW170104", base_url=server.url)
    assert paths == {site: cache_folder() / EVENT.filename(site) for site in ("H1", "L1")}
    strain = load_event_strain("GW170104", "L1")
    np.testing.assert_allclose(strain.values[:3], [0, 2e-21, 4e-21])
    assert left_in(cache_folder()) == sorted([*(path.name for path in paths.values()), REGISTRY])


def test_others_may_read_what_was_fetched(server):
    server.answers = {route("H1"): strain_text("H1")}
    path = fetch_event("GW170104", ["H1"], base_url=server.url)["H1"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_second_fetch_needs_no_network(server):
    server.answers = {route("H1"): strain_text("H1")}
    first = fetch_event("GW170104", ["H1"], base_url=server.url)
    assert fetch_event("GW170104", ["H1"], base_url="http://127.0.0.1:9/nobody") == first
    assert server.asked == [route("H1")]


def test_carried_events_need_no_network():
    paths = fetch_event("GW150914", base_url="http://127.0.0.1:9/nobody")
    assert paths["L1"] == DATA / EVENTS["GW150914"].filename("L1")
    assert left_in(cache_folder()) == []


def test_a_folder_gets_copies_of_what_is_here(tmp_path):
    folder = tmp_path / "made" / "here"
    paths = fetch_event("GW150914", ["H1"], folder, base_url="http://127.0.0.1:9/nobody")
    name = EVENTS["GW150914"].filename("H1")
    assert paths == {"H1": folder / name}
    assert (folder / name).read_bytes() == (DATA / name).read_bytes()
    assert left_in(folder) == [name]


def test_a_folder_of_downloads_serves_as_given_data(server, tmp_path, monkeypatch):
    server.answers = {route("H1"): strain_text("H1")}
    fetch_event("GW170104", ["H1"], tmp_path / "data", base_url=server.url)
    assert left_in(cache_folder()) == []
    monkeypatch.setenv("GWRNN_DATA", str(tmp_path / "data"))
    assert load_event_strain("GW170104", "H1").detector == "H1"
    fetch_event("GW170104", ["H1"], base_url="http://127.0.0.1:9/nobody")


def truncated(handler):
    body = strain_text("H1")
    reply(handler, body[: len(body) // 2], length=len(body))


def test_a_body_cut_short_is_tried_again_and_then_refused(server):
    server.answers = {route("H1"): truncated}
    with pytest.raises(ConnectionError, match=r"could not download http.*H-H1_GWOSC"):
        fetch_event("GW170104", ["H1"], base_url=server.url)
    assert len(server.asked) == 3
    assert left_in(cache_folder()) == []


def test_a_hiccup_is_overcome(server):
    def unavailable_once(handler):
        if len(server.asked) == 1:
            handler.send_error(503)
        else:
            reply(handler, strain_text("H1"))

    server.answers = {route("H1"): unavailable_once}
    fetch_event("GW170104", ["H1"], base_url=server.url)
    assert len(server.asked) == 2


def test_not_on_the_server(server):
    with pytest.raises(
        FileNotFoundError, match=r"the server has no http.*GW170104.*\(404 Not Found"
    ):
        fetch_event("GW170104", ["H1"], base_url=server.url)
    assert len(server.asked) == 1
    assert left_in(cache_folder()) == []


def test_nobody_there():
    with pytest.raises(ConnectionError, match=r"could not download http://127\.0\.0\.1:9/nobody"):
        fetch_event("GW170104", ["H1"], base_url="http://127.0.0.1:9/nobody")
    assert left_in(cache_folder()) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>Please log in to this hotel's network</html>", "not a GWOSC strain file"),
        (strain_text("H1")[:-100], "cut short or damaged"),
        (strain_text("H1", samples=131071), "cut short: it has 131071 samples"),
        (strain_text("L1"), "not the strain of GW170104 in H1: it has L1"),
        (strain_text("H1", start=EVENT.strain_start + 1), "not the strain of GW170104 in H1"),
    ],
    ids=["login-page", "gz-cut-short", "sample-missing", "other-detector", "other-time"],
)
def test_wrong_content_leaves_nothing_and_names_the_address(server, body, message):
    server.answers = {route("H1"): body}
    with pytest.raises(
        ValueError, match=rf"^http://127.*{EVENT.filename('H1')} is .*{message}"
    ) as e:
        fetch_event("GW170104", ["H1"], base_url=server.url)
    assert "\n" not in str(e.value)
    assert left_in(cache_folder()) == []


def test_an_interrupt_in_the_middle_leaves_nothing(server, monkeypatch):
    server.answers = {route("H1"): strain_text("H1")}

    def interrupted(*_):
        assert any(name.startswith(".fetching-") for name in left_in(cache_folder()))
        raise KeyboardInterrupt

    monkeypatch.setattr("gwrnn.signals.fetch._check_arrival", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch_event("GW170104", ["H1"], base_url=server.url)
    assert left_in(cache_folder()) == []


def test_a_file_changed_on_disk_is_refused_ever_after(server):
    server.answers = {route("H1"): strain_text("H1")}
    path = fetch_event("GW170104", ["H1"], base_url=server.url)["H1"]
    path.write_bytes(strain_text("H1", 3))
    for again in (
        lambda: load_event_strain("GW170104", "H1"),
        lambda: fetch_event("GW170104", ["H1"], base_url=server.url),
    ):
        with pytest.raises(ValueError, match=rf"{path} is not the file it should be"):
            again()


def test_another_content_at_a_later_download_is_refused(server):
    server.answers = {route("H1"): strain_text("H1")}
    path = fetch_event("GW170104", ["H1"], base_url=server.url)["H1"]
    path.unlink()
    server.answers = {route("H1"): strain_text("H1", 3)}
    with pytest.raises(ValueError, match="is not the file it was"):
        fetch_event("GW170104", ["H1"], base_url=server.url)
    assert left_in(cache_folder()) == [REGISTRY]


def test_compression_may_change_between_downloads(server):
    body = strain_text("H1")
    server.answers = {route("H1"): body}
    path = fetch_event("GW170104", ["H1"], base_url=server.url)["H1"]
    path.unlink()
    server.answers = {route("H1"): gzip.compress(gzip.decompress(body), 9)}
    assert fetch_event("GW170104", ["H1"], base_url=server.url) == {"H1": path}


def test_a_known_checksum_holds_for_downloads_too(server, tmp_path, monkeypatch):
    # GW150914 as it would be, were it not carried; the server has another version of it.
    monkeypatch.setattr("gwrnn.signals.fetch.locate", lambda filename: (None, None))
    event = EVENTS["GW150914"]
    address = f"/eventapi/json/GWTC-1-confident/GW150914/v3/{event.filename('H1')}"
    server.answers = {address: strain_text("H1", start=event.strain_start)}
    with pytest.raises(ValueError, match=r"not the file it was.*expected 9bade84f"):
        fetch_event("GW150914", ["H1"], tmp_path / "data", base_url=server.url)
    assert left_in(tmp_path / "data") == []


def test_nothing_is_downloaded_for_a_wrong_name(server):
    with pytest.raises(LookupError, match="GW170104 has no strain of detector 'V1'"):
        fetch_event("GW170104", ["H1", "V1"], base_url=server.url)
    with pytest.raises(LookupError, match="did you mean GW170104"):
        fetch_event("GW170105", base_url=server.url)
    assert server.asked == []


def test_the_registry_keeps_what_it_knew(server):
    server.answers = {route("H1"): strain_text("H1"), route("L1"): strain_text("L1")}
    fetch_event("GW170104", ["H1"], base_url=server.url)
    fetch_event("GW170104", ["L1"], base_url=server.url)
    lines = (cache_folder() / REGISTRY).read_text().splitlines()
    assert [line.split()[0] for line in lines[1:]] == [EVENT.filename("H1"), EVENT.filename("L1")]
    shutil.rmtree(cache_folder())
