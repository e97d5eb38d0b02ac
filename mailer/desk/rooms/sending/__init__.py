"""Send: check, rehearse, proof to me, approve, schedule or send. One button on one page of the desk sends."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.sending.approving import Approving
from mailer.desk.rooms.sending.comparing import Comparing
from mailer.desk.rooms.sending.giving import Giving
from mailer.desk.rooms.sending.page import SendPage
from mailer.desk.rooms.sending.rehearsed import Rehearsal
from mailer.desk.rooms.sending.trying import Trying


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """The room's addresses."""
    page = SendPage(office, pages)
    trying, comparing, rehearsal = Trying(office, page), Comparing(office, pages), Rehearsal(office, pages)
    return [
        Route("/r/{name}/send", page.show, methods=["GET"]),
        Route("/r/{name}/send", Giving(office, page).give, methods=["POST"]),
        Route("/r/{name}/rehearse", trying.rehearse, methods=["POST"]),
        Route("/r/{name}/proof", trying.prove, methods=["POST"]),
        Route("/r/{name}/approve", Approving(office, page).approve, methods=["POST"]),
        Route("/r/{name}/rehearsal", rehearsal.show),
        Route("/r/{name}/rehearsal/mail", rehearsal.mail),
        Route("/r/{name}/diff", comparing.show),
        Route("/r/{name}/diff/mail", comparing.mail),
    ]
