"""The virtual environment that the Python tools run in: made once, in the cache.

Its folder is named after the pinned requirements, so that a change of a version makes a new one.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path


def cache():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kuzet"


def enter(purpose, *requirements):
    """Runs the calling script again inside the environment, unless it is there already."""
    pinned = b"".join(Path(each).read_bytes() for each in requirements)
    pinned += sys.version.encode()
    place = cache() / f"{purpose}-{hashlib.sha256(pinned).hexdigest()[:12]}"
    if Path(sys.prefix) == place:
        return
    place.mkdir(parents=True, exist_ok=True)
    ready = place / "ready"
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            print(f"{purpose}: makes {place}", file=sys.stderr)
            venv.create(place, with_pip=True)
            command = [place / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps"]
            for each in requirements:
                command += ["--requirement", each]
            result = subprocess.run([*command, "--disable-pip-version-check"], check=False)
            if result.returncode:
                sys.exit(f"{purpose}: pip install into {place}: exit {result.returncode}")
            ready.touch()
    python = str(place / "bin/python")
    os.execv(python, [python, *sys.argv])


def reason(said):
    """The line of an error output that says why: of a crash, the one before the backtrace."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for line in lines:
        if "Fatal error" in line or "runtime failure" in line:
            return line
    return lines[-1] if lines else "nothing said"
