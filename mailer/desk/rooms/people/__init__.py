"""People: press lists, who is never mailed, who gets a release, and what anybody had."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.people.adding.pages import Adding
from mailer.desk.rooms.people.adding.uploads import Uploads
from mailer.desk.rooms.people.audience_pages import AudiencePages
from mailer.desk.rooms.people.changing import Changing
from mailer.desk.rooms.people.list_page import ListPages
from mailer.desk.rooms.people.reading.rolls import Rolls
from mailer.desk.rooms.people.said import Said
from mailer.desk.rooms.people.suppressed_page import SuppressedPage
from mailer.desk.rooms.people.who_page import WhoPage


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """The room's addresses."""
    rolls, said, uploads = Rolls(office), Said(), Uploads(office.workspace)
    lists = ListPages(office, pages, rolls, said, uploads)
    changing = Changing(office, rolls, lists, said)
    adding = Adding(office, pages, rolls, said, uploads)
    suppressed = SuppressedPage(office, pages, rolls, said)
    who, audience = WhoPage(office, pages, rolls), AudiencePages(office, pages, rolls)
    return [
        Route("/lists", lists.all),
        Route("/lists", adding.drop, methods=["POST"]),
        Route("/lists/added/{id}", adding.show),
        Route("/lists/added/{id}", adding.post, methods=["POST"]),
        Route("/lists/{name}", lists.one),
        Route("/lists/{name}", changing.post, methods=["POST"]),
        Route("/suppressed", suppressed.show),
        Route("/suppressed", suppressed.post, methods=["POST"]),
        Route("/who", who.show),
        Route("/who/found", who.found),
        Route("/r/{name}/who", audience.who),
        Route("/r/{name}/person", audience.person),
        Route("/r/{name}/person/mail", audience.mail),
    ]
