"""The address to which whoever sits at this desk has their proofs sent: asked once, kept beside the ledger."""

from __future__ import annotations

import json

from mailer.pipeline.prepared import Prepared
from mailer.workspace import Workspace
from mailer.workspace.durable import in_place_of
from mailer.workspace.private import private_folder


def remembered_address(workspace: Workspace, prepared: Prepared) -> str:
    """The last one; else of the release's contacts the first of our own domain; "" = nobody knows. A contact elsewhere,
    a partner or somebody that a document named, is nobody's "me": they would get a text that nobody has looked at."""
    try:
        said = json.loads((workspace.private / "desk" / "me.json").read_bytes())
        return str(said["address"])
    except (OSError, ValueError, KeyError, TypeError):
        original = prepared.release.original
        ours = original.newsroom.sender.domain.lower()
        its = (contact.email for contact in original.contacts)
        return next((email for email in its if email and email.rpartition("@")[2].lower() == ours), "")


def remember_address(workspace: Workspace, address: str) -> None:
    """
    Raises:
        OSError: it can't be written.
    """
    path = workspace.private / "desk" / "me.json"
    private_folder(path.parent)
    if path.is_symlink():  # a folder that somebody else made may lead anywhere
        path.unlink()
    with in_place_of(path) as file:
        file.write(json.dumps({"address": address}).encode())
