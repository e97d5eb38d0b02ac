"""Why a workbook is not read: what is wrong with it, or which limit it breaks."""

from __future__ import annotations

SAVE_AS_CSV = "save the sheet as “CSV UTF-8” and use that"
SAVE_AGAIN = "open it and save it again as “Excel workbook (.xlsx)”"


class PackageError(ValueError):
    """What is wrong with a file, for staff.

    Attributes:
        hint: what to do about it.
        line: row of a sheet, or 0.
    """

    def __init__(self, message: str, hint: str = SAVE_AGAIN, line: int = 0) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line


def too_large(what: str, line: int = 0) -> PackageError:
    """The file goes over one of our limits, which `what` says."""
    return PackageError(f"too large to be read safely: {what}", SAVE_AS_CSV, line)


def has_password() -> PackageError:
    """Only who knows the password can read the file."""
    return PackageError("it has a password", "open it, remove the password and save it again")
