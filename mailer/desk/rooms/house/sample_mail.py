"""How the head of an email looks with what stands in the form: the sample's release, in the office's own name."""

from __future__ import annotations

import secrets
from collections import OrderedDict

from mailer.desk.rooms.house.house_file import House, changed
from mailer.desk.rooms.house.saving import Typed, file_of, text_in
from mailer.desk.showing.message_view import view_of
from mailer.errors import MailerError
from mailer.message import Addressee, compile_message
from mailer.model import Recipient
from mailer.pipeline.composing import head_of, values_for
from mailer.release import read_release
from mailer.render import render
from mailer.settings import Settings
from mailer.workspace import Workspace, sample

KEPT = 8
"""Samples of what was typed that are kept for their frames."""

_RELEASE = "harbour-report"
_NOTHING = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>No sample</title></head>'
    '<body style="font:16px sans-serif;color:#444;background:#fff;padding:1rem"><p>'
    "The email can’t be shown yet: something in the form is not right.</p></body></html>"
)


class Samples:
    """Emails as they would look, each for the frame that asks for it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, str] = OrderedDict()

    def keep(self, html: str) -> str:
        """A name for it, by which its frame asks."""
        name = secrets.token_urlsafe(12)
        self._kept[name] = html
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> str | None:
        return self._kept.get(name)


def sample_of(workspace: Workspace, language: str, typed: Typed | None = None) -> str:
    """The email's HTML, or a sentence in its place.

    Args:
        typed: what stands in the form; None: what is saved.
    """
    unsaved = {}
    if typed:
        text = text_in(typed.was)
        wanted = House(typed.house.values, typed.house.sections)
        unsaved[file_of(workspace, language)] = changed(text, wanted, typed.fields).text.encode()
    try:
        return _email(Workspace(workspace.root, unsaved), language)
    except MailerError:
        return _NOTHING


def _email(workspace: Workspace, language: str) -> str:
    release = read_release(workspace, str(sample() / "releases" / f"{_RELEASE}.md"))
    edition = release.edition_for((language,)) if language else release.original
    theme = edition.theme if edition.theme in workspace.themes() else "default"
    composition = compile_message(render(edition, workspace.theme(theme)), head_of(edition, Settings()))
    sender = edition.newsroom.sender
    values = values_for(Recipient(sender.address), Settings())
    content = composition.fill(Addressee(sender.address, "", values, f"<sample@{sender.domain}>", ""))
    return view_of(content).html
