"""Run the chapters again when what they run on has changed: the package, its data, its versions.

The notebooks' own cache sees only the notebooks. Here its folder is named after a hash of
everything else that a chapter's outputs depend on.
"""

import hashlib
import shutil
from pathlib import Path

_WATCHED = ("src/gwrnn/**/*.py", "src/gwrnn/**/*.mplstyle", "src/gwrnn/data/*", "results/**/*")


def fingerprint(root):
    """Return a hash of the package, its data, the stored results and the pinned versions."""
    digest = hashlib.sha256()
    files = {p for pattern in _WATCHED for p in root.glob(pattern) if p.is_file()}
    files = {p for p in files if ".partial" not in p.parts}  # runs that are half done
    for path in sorted(files | {root / "constraints.txt"}):
        digest.update(str(path.relative_to(root)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _name_the_cache(app, config):
    folder = Path(app.confdir) / "_build" / ".jupyter_cache"
    current = folder / fingerprint(Path(app.confdir))
    for old in folder.glob("*") if folder.is_dir() else ():
        if old != current:
            shutil.rmtree(old)
    # a changed value of this setting also makes Sphinx read every page again
    config.nb_execution_cache_path = str(current)


def setup(app):
    app.connect("config-inited", _name_the_cache, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
