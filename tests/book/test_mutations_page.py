"""What the page of planted bugs shows: read, caught, and written as text."""

import importlib
from pathlib import Path

import pytest

from gwrnn.book import mutations

BUGS = mutations.read(Path(__file__).parents[1] / "reference" / "mutations" / "mutations.toml")


def test_without_a_bug_everything_agrees():
    steps, whole = mutations.check(lambda name: importlib.import_module(f"gwrnn.reference.{name}"))
    assert steps.ok
    assert whole.ok


@pytest.mark.parametrize("bug", [b for b in BUGS if b["scenario"] == "rnn"][::3], ids=str)
def test_bugs_are_caught_where_the_list_says(bug):
    assert mutations.caught(bug) == bug["caught_by"]


def test_a_change_that_changes_nothing_is_not_caught():
    bug = {
        "scenario": "rnn",
        "module": "rnn",
        "before": "dx_t = delta_t",
        "after": "dx_t =  delta_t",
    }
    assert mutations.caught(bug) is None


def test_another_scenario_is_refused():
    with pytest.raises(ValueError, match="clipping"):
        mutations.caught({"scenario": "clipping"})


def test_every_bug_is_written():
    modules = dict.fromkeys(bug["module"] for bug in BUGS)
    assert sum(len(mutations.of_module(BUGS, module)) for module in modules) == len(BUGS)
    table, listing = mutations.table(BUGS), mutations.listing(BUGS)
    assert len(table.splitlines()) == len(BUGS) + 2
    for bug in BUGS:
        name = bug["name"].replace("|", r"\|")
        assert f"| {name} | {bug['caught_by']} |" in table
        assert f"# {bug['name']}\n- {bug['before']}\n+ {bug['after']}" in listing
