"""Files that are written as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from migration_lint.conf import UsageError


def check_file(path: Path) -> None:
    """Raises UsageError where a file cannot be written, or is none."""
    folder = path.parent
    if path.is_symlink():
        raise UsageError(f"{path} is a symbolic link, which is not followed: name the file itself, or - for standard output.")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no ordinary file: name another, or - for standard output.")
    if not folder.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {folder}.")
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise UsageError(f"{path} cannot be written: permission denied.")


def write(path: Path, text: str) -> None:
    """The whole file or nothing, for whoever reads it meanwhile. A link that came in between is replaced, not followed."""
    check_file(path)
    scratch = None
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask()
        number, scratch = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        with open(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(scratch, mode)
        os.replace(scratch, path)
        scratch = None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if scratch is not None:
            with suppress(OSError):
                os.unlink(scratch)


def umask() -> int:
    """There is no way to ask but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
