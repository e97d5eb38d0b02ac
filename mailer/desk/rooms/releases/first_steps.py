"""What a new office has still to do before its first release can leave; the first page tells it until it is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mailer.desk.office import Office
from mailer.errors import MailerError
from mailer.release import read_newsroom
from mailer.settings import read_settings
from mailer.workspace import Workspace, sample


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing, and the page where it is done."""

    said: str
    why: str
    href: str


_WHO = FirstStep("Say who you are", "your name, address and contacts stand in every email", "/settings")
_PEOPLE = FirstStep("Add the people", "a file from Excel, Outlook or a media database will do", "/lists")
_SERVER = FirstStep(
    "Have a mail server set", "whoever looks after your computers does it, once", "/settings/server"
)


def first_steps(office: Office) -> list[FirstStep]:
    """In the order in which they are done; [] where nothing is missing, or one only practises."""
    if office.training:
        return []
    try:
        missing = {
            _WHO: read_newsroom(office.workspace).name == _name_of_the_sample(),
            _PEOPLE: not office.workspace.press_lists(),
            _SERVER: not read_settings(office.workspace.root, office.environment()).smtp_host,
        }
    except MailerError:  # its own page says what is wrong
        return []
    return [step for step, is_missing in missing.items() if is_missing]


@cache
def _name_of_the_sample() -> str:
    return read_newsroom(Workspace(sample())).name
