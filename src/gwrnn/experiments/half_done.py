"""A run that is not whole yet: its pieces on disk, from which it goes on."""

import contextlib
import json
import os
import shutil

from gwrnn.experiments import provenance, results, storing


class HalfDone:
    """A folder with the finished pieces of a run, and what the run depends on.

    Only one process at a time works in it. ``run.json`` says what run it is, ``pieces`` holds a
    file for each finished piece, ``work`` a folder for each that was begun.

    Parameters
    ----------
    root : path
        The folder of the results.
    name, preset : str
        Of the run.
    """

    def __init__(self, root, name, preset):
        self.folder = root / ".partial" / f"{name}-{preset}"
        self._root, self._command = root, f"gwrnn run {name} --preset {preset}"
        self._lock = None

    def __enter__(self):
        """Return itself; at the end of the block the folder is left to others."""
        return self

    def __exit__(self, *_):
        """Leave the folder to others."""
        self.close()

    @property
    def command(self):
        """The command of the run, as it is to be typed, and to which an option can be added."""
        known = self.read()["notes"]["command"] if self.exists else self._command
        return known if self._root == results.root() else f"{known} --results {self._root}"

    @property
    def exists(self):
        """Whether a run was begun here."""
        return (self.folder / "run.json").is_file()

    def read(self):
        """Return what was noted when the run was begun, with the seconds it took so far."""
        return json.loads((self.folder / "run.json").read_text())

    def open(self, identity, notes, resume, anew):
        """Begin, or go on; from here on the folder belongs to this process.

        Parameters
        ----------
        identity : dict
            From :func:`gwrnn.experiments.provenance.identity`.
        notes : dict
            Kept beside it, if the run is begun here.
        resume, anew : bool
            Whether to go on with a run of before, or to throw it away.

        Raises
        ------
        FileExistsError
            If there is a half-done run, and neither ``resume`` nor ``anew``; or one is at work.
        ValueError
            If the half-done run is another one: its code, settings, seed or device differ.
        """
        if self.exists and not (resume or anew):
            raise FileExistsError(
                f"a run of before is half done ({self.folder}): go on with `{self.command} "
                f"--resume`, or throw it away with `{self.command} --anew`"
            )
        if self.exists and resume:
            self._require_same(identity)
        self._begin(identity, notes, keep=self.exists and resume)

    def _require_same(self, identity):
        changed = provenance.differences(self.read()["identity"], identity)
        if changed:
            raise ValueError(
                f"the half-done run in {self.folder} cannot go on, since {'; '.join(changed)}: "
                f"undo that, or begin anew with `{self.command} --anew`"
            )

    def _begin(self, identity, notes, keep):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take()
        try:
            if not keep:
                self._empty()
                self._note({"identity": identity, "notes": notes, "seconds": 0.0})
        except OSError:
            self.remove()
            raise

    def _take(self):
        """Lock the folder for as long as this process lives."""
        try:
            import fcntl
        except ImportError:  # Windows: two runs at once are the user's to avoid
            return
        self._lock = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise FileExistsError(
                f"another process is at this run ({self.folder}): wait for it, or stop it"
            ) from None

    def _empty(self):
        (self.folder / "run.json").unlink(missing_ok=True)  # first: without it nothing counts
        for name in ("pieces", "work", "whole"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("pieces", "work"):
            (self.folder / name).mkdir()

    def _note(self, content):
        storing.write_bytes(self.folder / "run.json", storing.json_bytes(content))

    def store(self, key, arrays, seconds):
        """Keep a finished piece, and note how long the run has taken until now."""
        storing.write_bytes(self._piece(key), storing.arrays_bytes(arrays))
        self._note(self.read() | {"seconds": seconds})

    def has(self, key):
        """Return whether a piece is finished."""
        return self._piece(key).is_file()

    def piece(self, key):
        """Return the arrays of a finished piece."""
        return storing.read_arrays(self._piece(key))

    def work(self, key):
        """Return a piece's own folder, which may not be there yet."""
        return self.folder / "work" / key

    def finished(self):
        """Return how many pieces are finished."""
        return len(list((self.folder / "pieces").glob("*.npz")))

    def remove(self):
        """Take the folder away; what stands around it goes too if it is empty."""
        (self.folder / "run.json").unlink(missing_ok=True)
        shutil.rmtree(self.folder)
        self.close()
        with contextlib.suppress(OSError):  # not empty
            self.folder.parent.rmdir()
            self.folder.parent.parent.rmdir()

    def close(self):
        """Leave the folder to others."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _piece(self, key):
        return self.folder / "pieces" / f"{key}.npz"
