"""What of a theme has no effect or can't be rendered, though nothing says so: found by reading its files.

A name that nobody knows (of a file, a macro, a block, a class, a label, a variable) would change nothing and be noticed
by nobody. What a theme leaves out of a mail no reading can tell: that is seen by rendering one
(`mailer.checks.specimen`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mailer.model import Finding, Where
from mailer.render.theme_faults.files import faults_of_files
from mailer.render.theme_faults.labels import faults_of_labels
from mailer.render.theme_faults.programs import faults_of_programs
from mailer.render.theme_faults.sources import Sources, as_fault, as_finding
from mailer.render.theme_faults.styles import faults_of_styles
from mailer.render.theme_faults.variables import faults_of_variables

THEME_FILES = (".j2", ".css", ".toml", "theme.txt")
"""How the names of a theme's files end."""


def theme_faults(theme: Sequence[Path], folders: Sequence[Path] | None = None) -> tuple[Finding, ...]:
    """All that is wrong in the files of a theme, by file and line.

    Args:
        theme: its folders, first one first: `workspace.theme(name)`.
        folders: those of them that are looked at; all by default.

    Returns:
        Findings called theme-fault, an error: it can't be rendered where it is reached; and theme-no-effect, a warning.
    """
    sources = Sources(tuple(theme), tuple(theme if folders is None else folders))
    looks = (faults_of_files, faults_of_labels, faults_of_programs, faults_of_variables, faults_of_styles)
    found = dict.fromkeys(finding for look in looks for finding in look(sources))

    def place(finding: Finding) -> tuple[str, int]:
        where = finding.where or Where("")
        return where.path, where.line

    return tuple(sorted(found, key=place))


__all__ = ["THEME_FILES", "as_fault", "as_finding", "theme_faults"]
