"""What somebody asks for at a page before anything is offered to them: to whom, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self

from mailer import pipeline
from mailer.delivery import Ledger
from mailer.pipeline import outgoing
from mailer.pipeline.outgoing import Outgoing
from mailer.pipeline.prepared import Prepared
from mailer.press import Choice
from mailer.settings import Settings
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom, and when.

    Attributes:
        lists, except_lists, where, include_unmarked, newcomers: as of a `Choice`.
        not_got: only those who did not get this release; "" = whatever they got.
        limit: at most so many people; 0: no limit.
        any_language: a correction goes also to those who got the text in a language that it lacks.
        planned: nothing leaves before, in seconds since 1970; 0: at once, whatever was planned before.
        rest: what is left of what was queued, and no list is read.
        uncertain: of the rest, canonical addresses of people in doubt who are to get it again.
    """

    lists: tuple[str, ...] = ()
    except_lists: tuple[str, ...] = ()
    where: str = ""
    include_unmarked: bool = False
    newcomers: bool = False
    any_language: bool = False
    planned: float = 0.0
    rest: bool = False
    uncertain: tuple[str, ...] = ()
    not_got: str = ""
    limit: int = 0

    def as_data(self) -> dict[str, Any]:
        """JSON values, which `of` reads. An order of before there were `not_got` and `limit` reads the same."""
        said = asdict(self).items()
        return {
            name: list(v) if isinstance(v, tuple) else v
            for name, v in said
            if v or name not in ("not_got", "limit")
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """What `as_data` wrote."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**{field.name: values[field.name] for field in fields(cls) if field.name in values})

    def prepared(self, workspace: Workspace, name: str, settings: Settings) -> Prepared:
        """The release with its audience, as `mailer send` prepares it.

        Raises:
            MailerError: what `pipeline.prepare` raises.
        """
        choice = Choice(
            lists=self.lists, except_lists=self.except_lists, where=self.where, allow_only=settings.allow_only,
            include_unmarked=self.include_unmarked, newcomers=self.newcomers, limit=self.limit or None,
        )  # fmt: skip
        if self.not_got:
            choice = pipeline.not_those_who_got(workspace, choice, self.not_got)
        leaves = datetime.fromtimestamp(self.planned, UTC) if self.planned else datetime.now(UTC)
        path = workspace.own_release(name)  # and no file of that name elsewhere
        prepared = pipeline.prepare(workspace, str(path), choice, leaves=leaves)
        return pipeline.in_any_language(prepared) if self.any_language else prepared

    def leaving(self, prepared: Prepared, settings: Settings, ledger: Ledger) -> Outgoing:
        """What would leave of what is prepared, and of the queue.

        Raises:
            MailerError: it would give away what is under embargo.
        """
        return outgoing.of_send(prepared, settings, ledger, planned=self.planned, at_once=not self.planned)

    def leaving_of_rest(
        self, workspace: Workspace, name: str, settings: Settings, ledger: Ledger
    ) -> Outgoing:
        """What would leave of what was queued.

        Raises:
            MailerError: somebody is not in doubt, or nothing was ever queued.
        """
        return outgoing.of_resume(
            ledger, ledger.mailing(name), workspace, settings,
            uncertain=self.uncertain, planned=self.planned, at_once=not self.planned,
        )  # fmt: skip
