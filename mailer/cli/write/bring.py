"""Making releases of documents: `mailer import`. It never sends and never overwrites."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import count, row, say, say_json, style
from mailer.cli.write.said import as_data, print_report, print_summary
from mailer.errors import MailerError, WorkspaceError
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.importing import Imported
    from mailer.workspace import Workspace

_OF_AN_EDITION = re.compile(r"(?P<name>.+)\.(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.DOTALL)
CLIPBOARD = "clipboard"
_MOST_BYTES = 64 << 20
"""Of a document with its pictures: as many as a Word document may have."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a document: the file, the release's name, and the language if it is an edition."""

    path: Path | None
    name: str
    language: str


@click.command(
    "import",
    short_help="Make a release of a Word file, Google Docs or text.",
    epilog="Example:  mailer import harbour-report.docx",
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--out", "-o", default="", metavar="FILE", help="The release file, in releases/; - writes it on stdout."
)
@click.option("--accept-changes", is_flag=True, help="Accept tracked changes, and list them.")
@click.option("--lang", default="", metavar="TAG", help="Language (BCP 47); by default, the document's.")
@click.option("--clipboard", is_flag=True, help="What was copied in another program, instead of files.")
@click.option("--json", "as_json", is_flag=True, help="What was found as JSON on stdout.")
def import_(
    files: tuple[Path, ...], out: str, accept_changes: bool, lang: str, clipboard: bool, as_json: bool
) -> int:
    """Make a release file of a document: Word, Google Docs, LibreOffice, RTF, a web page, a mail, plain text.

    Nothing is sent, and nothing is overwritten. What was guessed is listed with its line in the new file: read it
    there, and correct it. Tracked changes, comments and hidden text stop an import. A folder imports all documents
    in it. The exit code is 1 if some of several files could not be imported.
    """
    if clipboard == bool(files):
        raise click.UsageError(
            "Give FILES to import, or --clipboard." if not files else "--clipboard contradicts FILES."
        )
    workspace = workspace_here()
    language = _language(lang)
    sources = list(_documents(files)) if files else [Path(CLIPBOARD)]
    if out and len(sources) != 1:
        raise click.UsageError(f"--out is for a single document, and these are {len(sources)}: leave it out.")
    if len(sources) == 1:
        if accept_changes and not clipboard:
            _may_have_changes(sources[0])
        wanted = _wanted(workspace, sources[0], out, language)
        imported = _read(workspace, sources[0], wanted, language, accept_changes, clipboard)
        _finish(workspace, imported, wanted, sources[0], as_json=as_json, on_stdout=out == "-")
        return DONE
    return _one_after_the_other(workspace, sources, language, accept_changes, as_json)


def _one_after_the_other(
    workspace: Workspace, sources: list[Path], language: str, accept_changes: bool, as_json: bool
) -> int:
    """Each by itself: what can't be imported keeps no other from it. Originals come before their translations."""
    from mailer.importing import faults_of, save

    data: list[dict[str, object]] = []
    called: dict[tuple[Path, str], str] = {}
    refused = 0
    for source in sorted(sources, key=lambda path: (path.parent, len(path.name), path.name)):
        try:
            wanted = _wanted(workspace, source, "", language, called)
            imported = _read(workspace, source, wanted, language, accept_changes, clipboard=False)
            path = _target(workspace, wanted, imported)
            paths = save(workspace, imported, path)
        except MailerError as error:
            refused += 1
            data.append({"source": str(source), "refused": str(error).split("\n")})
            why = str(error).removeprefix(f"{source.name}: ")
            say(style("refused", fg="red", bold=True), "  ", visible(f"{source}: {why}"), err=True)
            continue
        called[source.parent, source.stem] = imported.name
        checks = (*imported.to_check, *faults_of(workspace, path))
        data.append(as_data(workspace, imported, str(source), paths, checks))
        print_report(workspace, imported, source, path, checks)
        if not as_json:
            row(workspace.shown(path))
    if as_json:
        say_json(data)
    said = f"{count(len(sources) - refused, 'document')} imported"
    say(f"{said}, {count(refused, 'document')} refused." if refused else f"{said}.", err=True)
    return UNFINISHED if refused else DONE


def _finish(
    workspace: Workspace, imported: Imported, wanted: Wanted, source: Path, *, as_json: bool, on_stdout: bool
) -> None:
    from mailer.importing import faults_of, save

    path = _target(workspace, wanted, imported)
    paths: tuple[Path, ...] = ()
    checks = imported.to_check
    if not on_stdout:
        paths = save(workspace, imported, path)
        checks = (*checks, *faults_of(workspace, path))
    print_summary(workspace, imported, source, None if on_stdout else path, checks)
    if as_json:
        say_json(as_data(workspace, imported, str(source), paths, checks))
    elif on_stdout:
        say(imported.text, nl=False)
        if imported.pictures:
            say(
                f"{count(len(imported.pictures), 'picture')} of it were not written: give -o a file for that.",
                err=True,
            )
    else:
        for each in paths:
            row(workspace.shown(each))


def _read(
    workspace: Workspace, source: Path, wanted: Wanted, language: str, accept_changes: bool, clipboard: bool
) -> Imported:
    from mailer.importing import import_document, of_source

    if clipboard:
        from mailer.importing.sources.clipboard import read_clipboard

        document = read_clipboard(accept_changes=accept_changes)
        return of_source(
            workspace, document, CLIPBOARD, name=wanted.name, language=wanted.language or language
        )
    return import_document(
        workspace,
        _content(source),
        source.name,
        name=wanted.name,
        language=wanted.language or language,
        accept_changes=accept_changes,
    )


def _may_have_changes(source: Path) -> None:
    from mailer.importing.sources import WITHOUT_CHANGES, source_of

    if source_of(source.name, _content(source)) in WITHOUT_CHANGES:
        raise click.UsageError(
            f"--accept-changes has no effect on a text, which tracks none: {visible(str(source))}"
        )


def _content(source: Path) -> bytes:
    """A document's bytes, so many as a document may have. What is no file (a pipe, a device) is not opened: it may
    never end, or never begin.

    Raises:
        WorkspaceError: it can't be read, is no file, or is too large.
    """
    shown = visible(str(source))
    try:
        if not stat.S_ISREG(source.stat().st_mode):
            raise WorkspaceError(f"{shown} is no file.")
        with source.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise WorkspaceError(f"{shown} can't be read: {error.strerror}.") from None
    if len(content) > _MOST_BYTES:
        raise WorkspaceError(
            f"{shown} has more than {_MOST_BYTES >> 20} MB.",
            "Take out its pictures, or copy its text and import that: mailer import --clipboard",
        )
    return content


def _wanted(
    workspace: Workspace,
    source: Path,
    out: str,
    language: str,
    called: Mapping[tuple[Path, str], str] = MappingProxyType({}),
) -> Wanted:
    """Which release a document is to become: the one that -o names; NAME.es.docx the Spanish edition of a release NAME,
    and NAME.docx too with --lang es; else a new one, called by its headline.

    Args:
        called: what became of documents that were imported just before, by their folder and name without ending.
    """
    if out and out != "-":
        path = Path(out) if len(Path(out).parts) > 1 else workspace.releases / out
        if path.suffix != ".md" or path.resolve().parent != workspace.releases.resolve():
            shown = visible(out)
            raise click.BadParameter(f"“{shown}” is no file of releases/ that ends in .md", param_hint="-o")
        if not path.name.isprintable():
            raise click.BadParameter(f"“{visible(out)}” has a character that nobody sees", param_hint="-o")
        match = _OF_AN_EDITION.fullmatch(path.stem)
        name = match["name"] if match else path.stem
        spoken = match["language"] if match else ""
        if spoken and language and spoken.lower() != language.lower():
            raise click.UsageError(f"--lang {language} contradicts -o {out}: leave one of them out.")
        return Wanted(path, name, spoken)
    match = _OF_AN_EDITION.fullmatch(source.stem)
    if match and (original := called.get((source.parent, match["name"]))):
        return Wanted(None, original, match["language"])
    if match and (workspace.releases / f"{match['name']}.md").is_file():
        return Wanted(None, match["name"], match["language"])
    if language and (workspace.releases / f"{source.stem}.md").is_file():
        return Wanted(None, source.stem, language)
    return Wanted(None, "", "")


def _target(workspace: Workspace, wanted: Wanted, imported: Imported) -> Path:
    return wanted.path or workspace.releases / imported.file


def _documents(given: tuple[Path, ...]) -> Iterator[Path]:
    """The files, and for a folder every document in it; hidden ones, and Word's locks, are none."""
    from mailer.workspace.endings import DOCUMENTS

    for path in given:
        if not path.is_dir():
            yield path
            continue
        files = [each for each in sorted(path.iterdir()) if not each.name.startswith((".", "~$"))]
        found = [each for each in files if each.suffix.lower() in (*DOCUMENTS, ".doc", ".pdf", ".pages")]
        if not found:
            raise WorkspaceError(f"There is no document in {path}.", f"They end in {', '.join(DOCUMENTS)}.")
        if others := [visible(each.name) for each in files if each not in found and each.is_file()]:
            shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
            say(f"Passed over, as they are no documents: {shown}.", err=True)
        yield from found


def _language(text: str) -> str:
    from mailer.errors import ValueFault
    from mailer.release.values import parse_language

    try:
        return parse_language(text) if text else ""
    except ValueFault as fault:
        raise click.BadParameter(str(fault), param_hint="--lang") from None
