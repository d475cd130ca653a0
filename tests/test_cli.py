"""The command line, run as a reader runs it: in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import gwrnn

RUN = "import sys; from gwrnn.cli import main; sys.argv[0] = 'gwrnn'; main()"


@pytest.fixture
def environment(tmp_path):
    """Return an environment with no GWRNN_DATA, an empty cache and 80 columns."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GWRNN_DATA", "GWRNN_RESULTS")
    }
    home = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return kept | home | {"COLUMNS": "80", "PYTHONWARNINGS": "error"}


@pytest.fixture
def run(environment):
    def run(*arguments, **extra):
        return subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            env=environment | extra,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def one_line_error(result):
    """Return what stands on stderr, having checked that it is one line and nothing else is."""
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("gwrnn: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_the_entry_point_is_installed():
    from importlib.metadata import entry_points

    (entry,) = entry_points(group="console_scripts", name="gwrnn")
    assert entry.load() is __import__("gwrnn.cli", fromlist=["main"]).main


def test_help_teaches(run):
    result = run("--help")
    assert result.returncode == 0
    assert result.stderr == ""
    for text in ("Examples", "gwrnn fetch GW170104", "GWRNN_DATA", "load_event_strain"):
        assert text in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_without_a_command_it_shows_the_help(run):
    result = run()
    assert "Examples" in result.stdout + result.stderr


def test_the_python_of_the_help_runs(run, environment):
    shown = re.search(r"In Python\n((?: +.*\n)+)", run("--help").stdout)[1]
    code = "\n".join(line.strip() for line in shown.splitlines())
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)


def test_help_and_the_table_load_nothing_heavy(environment):
    code = (
        "import sys; sys.argv = ['gwrnn', *{!r}]\n"
        "from gwrnn.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {{'numpy', 'scipy', 'h5py', 'matplotlib', 'torch', 'requests'}}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    for arguments in (["--help"], ["events"], ["run", "--list"]):
        command = [sys.executable, "-c", code.format(arguments)]
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        assert result.stderr.strip() == "[]"


def test_version(run):
    assert run("--version").stdout == f"gwrnn {gwrnn.__version__}\n"


def test_the_table_of_events(run):
    result = run("events")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in result.stdout
    assert len([line for line in lines if line.startswith("GW")]) == 11
    assert re.sub(" +", " ", lines[1]) == "GW150914 2015-09-14 35.6 + 30.6 0.09 440 H1 L1 carried"
    assert lines[9].endswith("H1 L1 V1   to be fetched")
    assert "source frame" in result.stdout


def test_the_table_says_what_is_given(run, tmp_path):
    (tmp_path / "L-L1_GWOSC_4KHZ_R1-1167559921-32.txt.gz").touch()
    assert "H1 L1      partly here" in run("events", GWRNN_DATA=str(tmp_path)).stdout
    (tmp_path / "H-H1_GWOSC_4KHZ_R1-1167559921-32.txt.gz").touch()
    assert "H1 L1      given" in run("events", GWRNN_DATA=str(tmp_path)).stdout


def test_one_event_in_full(run):
    text = run("events", "gw170814").stdout
    for expected in (
        "GPS 1186741861.5, 2017-08-14 10:30:43 UTC",
        "30.6 + 25.2 solar masses in the source frame",
        "34.3 + 28.2 as a detector sees them",
        "600 Mpc",
        "abbott2019gwtc1",
        "V1  carried: ",
    ):
        assert expected in text
    assert "to be fetched: gwrnn fetch GW170817" in run("events", "GW170817").stdout


def test_fetch_of_what_is_here_prints_where(run):
    result = run("fetch", "GW150914", "--detector", "L1")
    assert result.returncode == 0
    assert re.fullmatch(r"L1  \S+L-L1_GWOSC_4KHZ_R1-1126259447-32\.txt\.gz\n", result.stdout)


def test_fetch_into_a_folder(run, tmp_path):
    folder = tmp_path / "data"
    assert run("fetch", "GW170814", "--directory", str(folder)).returncode == 0
    assert len(list(folder.iterdir())) == 3


def test_errors_are_one_line(run, tmp_path):
    assert "did you mean GW150914" in one_line_error(run("events", "GW150915"))
    assert "'V1'; it has H1, L1" in one_line_error(run("fetch", "GW150914", "--detector", "V1"))
    nowhere = str(tmp_path / "nowhere")
    assert nowhere in one_line_error(run("events", GWRNN_DATA=nowhere))
    (tmp_path / "H-H1_GWOSC_4KHZ_R1-1167559921-32.txt.gz").write_bytes(b"\x1f\x8b damaged")
    error = one_line_error(run("fetch", "GW170104", GWRNN_DATA=str(tmp_path)))
    assert "H-H1_GWOSC_4KHZ_R1-1167559921-32.txt.gz is cut short or damaged" in error


def test_a_file_where_the_folder_should_be(run, tmp_path):
    (tmp_path / "data").touch()
    result = run("fetch", "GW150914", "--directory", str(tmp_path / "data"))
    assert str(tmp_path / "data") in one_line_error(result)


def test_wrong_usage_is_no_traceback(run):
    for arguments in (["fetch"], ["events", "--bogus"], ["fecth", "GW150914"]):
        result = run(*arguments)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
        assert "Usage: gwrnn" in result.stderr


def test_ctrl_c_in_a_download_is_quiet_and_leaves_nothing(environment, tmp_path):
    asked = threading.Event()
    release = threading.Event()

    class Stalled(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"\x1f\x8b" * 5000)
            self.wfile.flush()
            asked.set()
            release.wait(30)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stalled)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    code = f"""
import functools, sys
import gwrnn.signals.fetch as fetch
fetch.fetch_event = functools.partial(
    fetch.fetch_event, base_url="http://127.0.0.1:{server.server_port}"
)
sys.argv = ["gwrnn", "fetch", "GW170104"]
from gwrnn.cli import main
main()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert asked.wait(30)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        release.set()
        server.shutdown()
        server.server_close()
    assert process.returncode == 130
    assert output == b""
    assert b"Traceback" not in errors
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


TOY = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent / "experiments")!r})
import toy
from gwrnn.experiments import registry
registry.NAMES["toy"] = "toy"
sys.argv[0] = "gwrnn"
from gwrnn.cli import main
if __name__ == "__main__":
    main()
"""


@pytest.fixture
def run_toy(environment, tmp_path):
    """Return a function that runs the command where a tiny experiment is registered."""

    def run_toy(*arguments):
        return subprocess.run(
            [sys.executable, "-c", TOY, *arguments],
            env=environment | {"GWRNN_RESULTS": str(tmp_path / "results")},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run_toy


def test_run_help_teaches(run):
    for command in ("run", "results"):
        text = run(command, "--help").stdout
        assert "Examples" in text
        assert f"gwrnn {command} NAME" in text
        assert max(map(len, text.splitlines())) <= 80


def test_the_names_of_the_experiments(run, run_toy):
    from gwrnn.experiments import registry

    assert run("run", "--list").stdout.splitlines() == list(registry.NAMES)
    assert run_toy("run", "--list").stdout.splitlines() == [*registry.NAMES, "toy"]


def test_an_experiment_is_run_and_shown_and_made_again(run_toy, tmp_path):
    place = tmp_path / "results" / "toy" / "quick"
    result = run_toy("run", "toy")
    assert result.returncode == 0
    assert result.stdout == f"Stored in {place}. To see it: gwrnn results toy --preset quick\n"
    assert "toy quick 100%" in result.stderr
    assert "6/6 pieces" in result.stderr
    assert "Traceback" not in result.stderr

    (row,) = run_toy("results").stdout.splitlines()[1:]
    assert row.split()[:3] == ["toy", "quick", "current"]
    assert "gwrnn run toy --preset quick" in run_toy("results", "toy").stdout
    provenance = (place / "provenance.json").read_text()
    again = run_toy("results", "toy", "--preset", "quick", "--again")
    assert again.stdout.count("exactly equal") == 3
    assert (place / "provenance.json").read_text() == provenance
    assert run_toy("results", "toy", "--preset", "quick", "--again", "--keep").returncode == 0
    assert (place / "provenance.json").read_text() != provenance


def test_errors_of_experiments_are_one_line(run_toy, tmp_path):
    assert "did you mean 'toy'" in one_line_error(run_toy("run", "toi"))
    assert "did you mean 'quick'" in one_line_error(run_toy("run", "toy", "--preset", "quik"))
    assert "got -1" in one_line_error(run_toy("run", "toy", "--seed", "-1"))
    assert "got 0" in one_line_error(run_toy("run", "toy", "--workers", "0"))
    assert "'gpu'" in one_line_error(run_toy("run", "toy", "--device", "gpu"))
    assert "gwrnn run toy --preset full" in one_line_error(run_toy("results", "toy"))
    assert "did you mean 'toy'" in one_line_error(run_toy("results", "toyy"))
    for arguments in (["run"], ["results", "--again"], ["results", "toy", "--keep"]):
        result = run_toy(*arguments)
        assert result.returncode == 2
        assert "Usage: gwrnn" in result.stderr
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_says_how_to_go_on(environment, run_toy, tmp_path, workers):
    arguments = ["run", "toy", "--preset", "full", "--seed", "2", "--workers", workers]
    process = subprocess.Popen(
        [sys.executable, "-c", TOY, *arguments],
        env=environment | {"GWRNN_RESULTS": str(tmp_path / "results")},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pieces = tmp_path / "results" / ".partial" / "toy-full" / "pieces"
    deadline = time.monotonic() + 40
    while not list(pieces.glob("*.npz")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all its processes
    errors = process.communicate(timeout=30)[1]
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    command = f"gwrnn {' '.join(arguments[:6])}{' --workers 2' * (workers == '2')} --resume"
    assert errors.endswith(f"finished pieces are kept; go on with `{command}`\n")

    assert "--anew" in one_line_error(run_toy(*arguments))
    assert f"half done, {len(list(pieces.iterdir()))} pieces" in run_toy("results").stdout
    assert run_toy(*command.split()[1:]).returncode == 0
    assert (tmp_path / "results" / "toy" / "full" / "metrics.json").exists()


def test_an_error_while_stopping_does_not_hide_ctrl_c(tmp_path, capsys):
    from gwrnn.experiments.commands import _stoppable
    from gwrnn.experiments.half_done import HalfDone

    def stop():
        try:
            raise KeyboardInterrupt
        finally:
            raise TimeoutError("the cluster did not close in time")

    half = HalfDone(tmp_path / "results", "toy", "full")
    with pytest.raises(SystemExit) as left, _stoppable(half):
        stop()
    assert left.value.code == 130
    assert capsys.readouterr().err == "gwrnn: stopped; nothing was begun\n"
    with pytest.raises(TimeoutError), _stoppable(half):
        raise TimeoutError
