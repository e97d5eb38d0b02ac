"""The page of a release that is being written."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.writing.editions import EditionFile, editions_of, title_of
from mailer.desk.rooms.writing.saving import FileText, Manuscripts
from mailer.errors import WorkspaceError
from mailer.importing.pasted import is_only_begun

OFFERED = ("es", "fr", "de", "pt", "it", "ca", "eu", "gl", "nl", "pl", "ar", "zh")
"""Languages that are offered first for a translation; any other can be typed."""


class WritingPage:
    """What the page shows, made of the files anew each time."""

    def __init__(self, office: Office, pages: Pages, manuscripts: Manuscripts) -> None:
        self._office, self._pages, self._manuscripts = office, pages, manuscripts

    def answer(
        self,
        request: Request,
        edition: str,
        *,
        typed: str | None = None,
        theirs: FileText | None = None,
        told: str = "",
        language: str = "",
        status: int = 200,
    ) -> Response:
        """
        Args:
            edition: the language of a translation; "" for the original.
            typed: a text that was not saved, to be shown instead of the file's.
            theirs: what the file says, where `typed` can't be put together with it.
            told: why something was not done.
            language: that was typed for a translation.

        Raises:
            WorkspaceError: there is no such release or translation.
            ReleaseError: its file is no text.
        """
        name: str = request.path_params["name"]
        editions = editions_of(self._office.workspace, name)
        if elsewhere := self._of_another(name):
            return elsewhere
        here = next((each for each in editions if each.edition == edition), None)
        if here is None:
            raise WorkspaceError(f"“{name}” has no translation “{edition}”.", "Choose one from its page.")
        file = theirs or self._manuscripts.read(here.path)
        original = self._manuscripts.read(editions[0].path)
        return self._pages.answer(
            request,
            "writing/page.html.j2",
            status=status,
            name=editions[0].path.stem,
            title=title_of(file.text, title_of(original.text, name)),
            editions=editions,
            here=here,
            edition=here.edition,
            file=file,
            typed=typed,
            theirs=theirs,
            told=told,
            begun=typed is None and is_only_begun(file.text),
            language=language,
            offered=self._offered(editions),
            beside=original.text if here.edition and "beside" in request.query_params else None,
            manuscript={
                "release": editions[0].path.stem,
                "edition": here.edition,
                "hash": file.digest,
                "text": file.text,
                "typed": typed,
                "workspace": hashlib.sha256(str(self._office.workspace.root).encode()).hexdigest()[:16],
            },
        )

    def _of_another(self, name: str) -> Response | None:
        """A translation's own name leads to the page of its release."""
        workspace = self._office.workspace
        release = workspace.release_name(Path(f"{name}.md"))
        if release == name or not (workspace.releases / f"{release}.md").is_file():
            return None
        from urllib.parse import quote, urlencode

        query = urlencode({"edition": name.removeprefix(f"{release}.")})
        return RedirectResponse(f"/r/{quote(release, safe='')}?{query}", 303)

    def _offered(self, editions: list[EditionFile]) -> list[EditionFile]:
        there = {each.language.partition("-")[0] for each in editions}
        return [EditionFile(tag, tag, Path()) for tag in OFFERED if tag not in there]
