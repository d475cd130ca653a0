"""The progress bar of a run: pieces finished, how far those at work are, the time left."""

import sys

FORMAT = "{desc} {percentage:3.0f}%|{bar:20}| {elapsed}, {remaining} left{postfix}"


class Bar:
    """A bar on stderr; quiet if not shown.

    Parameters
    ----------
    title : str
    done, total : int
        Pieces, finished and all.
    shown : bool
    """

    def __init__(self, title, done, total, shown):
        from tqdm import tqdm

        self.done, self.total, self.inner = done, total, {}
        self.bar = tqdm(
            desc=title,
            initial=done,
            total=total,
            bar_format=FORMAT,
            ascii=True,
            smoothing=0,  # the time left is that of the mean pace: pieces differ
            miniters=0,  # else tqdm waits, after a big step, for another one as big
            mininterval=0.2 if sys.stderr.isatty() else 30,
            disable=not shown,
        )
        self._show()

    def __enter__(self):
        """Return the bar; it is closed at the end of the block."""
        return self

    def __exit__(self, *_):
        """Close it."""
        self.bar.close()

    def begin(self, key):
        """Show that a piece is at work."""
        self.inside(key, 0, 1)

    def inside(self, key, done, total):
        """Show how far a piece is: ``done`` steps of ``total``."""
        self.inner[key] = (done, total)
        self._show()

    def finish(self, key):
        """Show that a piece is finished."""
        self.inner.pop(key, None)
        self.done += 1
        self._show()

    def _show(self):
        parts = [f"{self.done}/{self.total} pieces"]
        parts += [f"{key} {done}/{total}" for key, (done, total) in self.inner.items() if total > 1]
        self.bar.set_postfix_str(", ".join(parts), refresh=False)
        inside = sum(done / total for done, total in self.inner.values() if total)
        self.bar.update(min(self.done + inside, self.total) - self.bar.n)
