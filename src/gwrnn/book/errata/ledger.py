"""The list of errata, filled while the page proves them, and its table."""

from typing import NamedTuple

from gwrnn.book.numbers import scientific


class Entry(NamedTuple):
    """One erratum: its number, where it stands, what is wrong, and how wrong.

    ``printed`` and ``corrected`` are relative errors, or words where no number says it.
    """

    number: str
    place: str
    subject: str
    printed: float | str
    corrected: float | str


class Ledger:
    """The errata proved so far; entering one that is not proved raises an AssertionError."""

    def __init__(self):
        self.entries = []

    def enter(self, number, place, subject, printed, corrected, more_than=0.1, within=1e-8):
        """Enter an erratum proved by two relative errors, and print them.

        Parameters
        ----------
        number, place, subject : str
        printed, corrected : float
            Relative errors of the printed and of the corrected formula.
        more_than, within : float
            The printed formula must be wrong by more than the one, the corrected by no more than
            the other.
        """
        assert printed > more_than, f"{number}: as printed wrong by {printed}, not {more_than}"
        assert corrected <= within, f"{number}: corrected, but still wrong by {corrected}"
        self._append(Entry(number, place, subject, float(printed), float(corrected)))
        print(f"{number}: relative error {printed:.2g} as printed, {corrected:.1g} corrected")

    def enter_words(self, number, place, subject, printed, corrected):
        """Enter an erratum that a number does not measure: a name, a shape, a statement."""
        self._append(Entry(number, place, subject, printed, corrected))

    def _append(self, entry):
        assert entry.number not in self.numbers, f"{entry.number} is entered twice"
        self.entries.append(entry)

    @property
    def numbers(self):
        """The numbers entered so far."""
        return [entry.number for entry in self.entries]

    def table(self, source=""):
        """Return the entries whose number begins with ``source``, as a table in Markdown."""
        lines = ["| | where: what | printed | right |", "|:--|:--|--:|--:|"]
        for entry in self.entries:
            if entry.number.startswith(source):
                what = f"{entry.place}: {entry.subject}"
                printed, corrected = _text(entry.printed), _text(entry.corrected)
                lines.append(f"| {entry.number} | {what} | {printed} | {corrected} |")
        return "\n".join(lines)


def _text(value):
    if isinstance(value, str):
        return value
    return f"{value:.2g}" if value == 0 or value > 1e-3 else scientific(value, digits=0)
