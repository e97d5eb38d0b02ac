"""The whole job of somebody who never saw a command line, in a real browser: from Word's clipboard to the correction.

Once with a mouse, once by keyboard alone. What leaves arrives in the local mailbox; the countdown is the real one. The
house asks for a second pair of eyes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from conftest import REPOSITORY
from playwright.sync_api import Browser, Page, expect
from support.axe import violations
from support.browser import chromium
from support.by_keyboard import focused, press, reach, write
from support.desk import Desk, desk
from support.writing import editor, saved, text

from mailer.desk.inbox import Inbox, only_a_mailbox
from mailer.workspace import Workspace

CLIPBOARD = REPOSITORY / "tests" / "importing" / "clipboard"
HEADLINE = "Harbor Authority opens night ferry"
WRONG, RIGHT = "The crossing was long planned.", "The crossing was planned for nine years."
PEOPLE = 11
"""Of the list `press` who can be mailed."""
WAIT = 120_000  # milliseconds; a countdown of thirty seconds, and a sender that begins


@contextmanager
def job(workspace: Workspace, browser: Browser) -> Iterator[tuple[Desk, Inbox]]:
    newsroom = workspace.newsroom
    newsroom.write_text(
        newsroom.read_text("utf-8").replace("---\n", "---\nApprovers:\n- Marta Ruiz\n", 1), "utf-8"
    )
    with only_a_mailbox(workspace) as inbox, desk(workspace, browser) as opened:
        yield opened, inbox


def on_the_clipboard(page: Page, program: str = "word-windows") -> None:
    """What Ctrl-C in another program leaves there."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    word = page.context.new_page()  # of no policy: a browser cleans what it copies in the page that copies it
    word.route("**/word", lambda route: route.fulfill(body="<title>Word</title>", content_type="text/html"))
    word.goto(page.url.partition("/r/")[0] + "/word")
    word.evaluate(
        """([html, plain]) => navigator.clipboard.write([new ClipboardItem({
            "text/html": new Blob([html], { type: "text/html" }), "text/plain": new Blob([plain], { type: "text/plain" }),
        })])""",
        [(CLIPBOARD / f"{program}.html").read_text("utf-8"), HEADLINE],
    )
    word.close()
    page.bring_to_front()


def mail_in(inbox: Inbox) -> dict[str, EmailMessage]:
    """What arrived for each address; of several, the last."""
    return {each.to: _parsed(each.path) for each in inbox.received()}


def _parsed(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def assert_the_correction_follows(before: dict[str, EmailMessage], after: dict[str, EmailMessage]) -> None:
    """To exactly those who had it, each in the thread of their own mail, with both sentences."""
    assert set(after) == set(before)
    for address, mail in after.items():
        assert mail["In-Reply-To"] == before[address]["Message-ID"], address
        assert before[address]["Message-ID"] in mail["References"]
        body = mail.get_body(("plain",))
        assert body is not None
        said = " ".join(body.get_content().split())
        assert RIGHT in said and f"“{WRONG}”" in said


def sent_so_far(inbox: Inbox, *, since: int = 0) -> dict[str, EmailMessage]:
    found = inbox.received()[since:]
    assert len({each.to for each in found}) == len(found), "nobody twice"
    return {each.to: _parsed(each.path) for each in found}


def findings_are(page: Page, *, none: str) -> None:
    expect(page.locator("#findings :is(.finding, .good)").first).to_be_visible()
    expect(page.locator(f"#findings .{none}")).to_have_count(0)


# ---- with a mouse ---------------------------------------------------------------------------------------


def test_from_words_clipboard_to_the_correction(workspace: Workspace) -> None:
    with chromium() as browser, job(workspace, browser) as (opened, inbox):
        page = opened.page("/")
        write_it(page)
        try_it(page, inbox)
        send_it(page, PEOPLE)
        first = sent_so_far(inbox, since=1)
        assert len(first) == PEOPLE
        report_on_it(page)
        correct_it(page)
        proofs = len(inbox.received())
        send_it(page, PEOPLE)
        assert_the_correction_follows(first, sent_so_far(inbox, since=proofs))
        page.get_by_role("link", name="Releases").click()
        expect(page.locator(".releases li")).to_have_count(3)
        expect(page.locator(".releases li", has_text=HEADLINE).filter(has_text="Corrected")).to_have_count(1)
        opened.assert_clean()


def write_it(page: Page) -> None:
    page.get_by_role("link", name="New release").click()
    page.get_by_label("Headline").fill("Night ferry")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/r/night-ferry**")
    expect(editor(page)).to_be_focused()
    expect(page.locator("#strips")).to_contain_text("Paste")
    on_the_clipboard(page)
    page.keyboard.press("Control+v")
    expect(page.locator('.strip[data-kind="pasted"]')).to_contain_text("From Word: 1 note, 1 link")
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADLINE)
    page.get_by_role("button", name="All right").click()
    expect(editor(page)).to_be_focused()
    mend_in_the_form(page)
    mend_in_the_text(page)
    expect(saved(page)).to_contain_text("Saved")
    assert violations(page) == []


def mend_in_the_form(page: Page) -> None:
    """What is wrong with the header: a telephone number that nobody abroad can call."""
    finding = page.locator(".finding", has_text="555-0144")
    expect(finding).to_contain_text("line ")
    page.locator("#header-form > summary").click()
    page.locator("#header-form").get_by_label("Phone").first.fill("+1 202 555 0144")
    page.locator("#header-form").get_by_label("Email").first.fill("ana.mora@example.org")
    expect(finding).to_have_count(0)
    assert "+1 202 555 0144" in text(page)


def mend_in_the_text(page: Page) -> None:
    """A click on a finding leads there; what is typed is mended."""
    finding = page.get_by_role("button", name=re.compile("Neither headline nor first paragraph names"))
    finding.click()
    expect(editor(page)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.type("With Petrel Bay Trust: ")
    expect(finding).to_have_count(0)
    findings_are(page, none="error")


def try_it(page: Page, inbox: Inbox) -> None:
    page.get_by_role("link", name="Send…").click()
    page.get_by_role("button", name="Rehearse").click()
    expect(page.locator("#step-rehearsal")).to_contain_text("Done", timeout=WAIT)
    page.get_by_role("link", name="Look at its messages").click()
    expect(page.get_by_label("Messages").get_by_role("link")).to_have_count(PEOPLE)
    page.get_by_label("Messages").get_by_role("link", name=re.compile("Priya")).click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("The Ellery Harbor Authority opened")
    page.get_by_role("link", name="Back to sending").click()
    assert inbox.received() == [], "a rehearsal leaves nothing"
    prove(page, inbox, "edda@example.org")
    approve(page, PEOPLE)


def prove(page: Page, inbox: Inbox, to: str) -> None:
    before = len(inbox.received())
    page.get_by_label("My address").fill(to)
    page.get_by_role("button", name="Send me a proof").click()
    expect(page.locator("#step-proof")).to_contain_text("Done", timeout=WAIT)
    arrived = inbox.received()[before:]
    assert [(each.to, each.subject[:6]) for each in arrived] == [(to, "[TEST]")]


def approve(page: Page, number: int) -> None:
    expect(page.locator("#say-so")).to_have_count(0)
    page.get_by_label("I am").select_option("Marta Ruiz")
    page.get_by_label(f"Type {number} to approve it").fill(str(number))
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#step-approval")).to_contain_text("By Marta Ruiz", timeout=WAIT)


def send_it(page: Page, number: int) -> None:
    """The boxes, the number, the one button; then thirty seconds, and who has it."""
    for box in page.locator("#say-so input[name=agreed]").all():
        box.check()
    page.get_by_label(f"Type {number}, the number of people").fill(str(number))
    page.get_by_role("button", name=re.compile(f"^Send to {number}")).click()
    page.wait_for_url("**/m/*", timeout=WAIT)
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    expect(page.locator("#standing")).to_have_text("Everybody’s server has it", timeout=WAIT)


def report_on_it(page: Page) -> None:
    expect(page.locator("#sentence")).to_have_text(
        re.compile(rf"Accepted for {PEOPLE} of {PEOPLE} by \d\d:\d\d\.")
    )
    expect(page.locator("#people tbody tr")).to_have_count(PEOPLE)
    expect(page.get_by_label("Show").get_by_role("option")).to_have_text(["Everybody", f"Accepted: {PEOPLE}"])
    expect(page.get_by_role("heading", name="By domain")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Spreadsheet").click()
    assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == PEOPLE + 1
    assert violations(page) == []


def correct_it(page: Page) -> None:
    page.get_by_role("link", name="Something is wrong in it …").click()
    page.get_by_label(WRONG).check()
    page.get_by_label("It should be").fill(RIGHT)
    page.get_by_role("button", name="Begin it").click()
    page.wait_for_url("**/r/night-ferry-correction**")
    findings_are(page, none="error")
    assert f"“{WRONG}” → “{RIGHT}”" in text(page)
    page.get_by_role("link", name="Send…").click()
    approve(page, PEOPLE)


# ---- by keyboard alone ----------------------------------------------------------------------------------


def test_the_same_by_keyboard_alone(workspace: Workspace) -> None:
    """From the list of releases on nothing is clicked, and no field is filled in that the keyboard has not reached."""
    with chromium() as browser, job(workspace, browser) as (opened, inbox):
        page = opened.page("/")
        keyed_new(page)
        keyed_mending(page)
        keyed_trying(page, inbox)
        keyed_sending(page)
        first = sent_so_far(inbox, since=1)
        assert len(first) == PEOPLE
        keyed_report(page)
        keyed_correction(page)
        proofs = len(inbox.received())
        keyed_approval(page)
        keyed_sending(page)
        assert_the_correction_follows(first, sent_so_far(inbox, since=proofs))
        opened.assert_clean()


def keyed_new(page: Page) -> None:
    page.keyboard.press("n")
    page.wait_for_url("**/new")
    assert focused(page) == "Headline"
    page.keyboard.type("Night ferry")
    reach(page, "Kind")
    page.keyboard.type("Statement")
    press(page, "Begin$")
    page.wait_for_url("**/r/night-ferry**")
    expect(editor(page)).to_be_focused()
    on_the_clipboard(page)
    page.keyboard.press("Control+v")
    expect(page.locator('.strip[data-kind="pasted"]')).to_contain_text("From Word")
    press(page, "All right$", back=True)
    expect(editor(page)).to_be_focused()
    assert "Kind: Statement" in text(page)


def keyed_mending(page: Page) -> None:
    """F8 goes to what was found, and says it; F4 opens the form."""
    expect(page.locator("#findings .finding", has_text="555-0144")).to_be_visible()
    page.keyboard.press("F4")
    assert focused(page).startswith("Header")
    write(page, "Phone", "+1 202 555 0144")
    write(page, "Email", "ana.mora@example.org")
    expect(page.locator("#findings .finding", has_text="555-0144")).to_have_count(0)
    page.keyboard.press("F4")
    assert focused(page).startswith("Header")
    for _ in range(9):
        page.keyboard.press("F8")
        expect(editor(page)).to_be_focused()
        if "Neither headline nor first paragraph" in page.locator("#saved-news").inner_text():
            break
    page.keyboard.type("With Petrel Bay Trust: ")
    expect(page.locator("#findings .finding", has_text="Neither headline")).to_have_count(0)
    findings_are(page, none="error")
    page.keyboard.press("Control+s")
    expect(saved(page)).to_contain_text("Saved")


def keyed_trying(page: Page, inbox: Inbox) -> None:
    press(page, "Send…", back=True)
    page.wait_for_url("**/send")
    press(page, "Rehearse$")
    expect(page.locator("#step-rehearsal")).to_contain_text("Done", timeout=WAIT)
    expect(page.locator("#step-rehearsal")).to_be_focused()
    press(page, "Look at its messages")
    page.wait_for_url("**/rehearsal**")
    press(page, "Priya")
    page.wait_for_url("**show=**")
    press(page, "Back to sending")
    page.wait_for_url("**/send")
    assert inbox.received() == []
    write(page, "My address", "edda@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("#step-proof")).to_contain_text("Done", timeout=WAIT)
    expect(page.locator("#step-proof")).to_be_focused()
    assert [each.to for each in inbox.received()] == ["edda@example.org"]
    keyed_approval(page)


def keyed_approval(page: Page) -> None:
    reach(page, "I am")
    page.keyboard.type("Marta")
    write(page, "Type 11 to approve it", str(PEOPLE))
    page.keyboard.press("Enter")
    expect(page.locator("#step-approval")).to_contain_text("By Marta Ruiz", timeout=WAIT)
    expect(page.locator("#step-approval")).to_be_focused()


def keyed_sending(page: Page) -> None:
    for _ in range(page.locator("#say-so input[name=agreed]").count()):
        while not page.evaluate(
            "document.activeElement.name === 'agreed' && !document.activeElement.checked"
        ):
            reach(page, "")
        page.keyboard.press("Space")
    write(page, "Type 11, the number of people", str(PEOPLE))
    press(page, "Send to 11")
    page.wait_for_url("**/m/*", timeout=WAIT)
    reach(page, "Take it back")
    expect(page.locator("#standing")).to_have_text("Everybody’s server has it", timeout=WAIT)


def keyed_report(page: Page) -> None:
    """What somebody has opened, typed and reached stays, while the page keeps up."""
    reach(page, "By domain, in numbers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="example.net", exact=True)).to_be_visible()
    write(page, "Name or address", "priya")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    assert focused(page) == "Name or address"


def keyed_correction(page: Page) -> None:
    press(page, "Something is wrong in it", back=True)
    page.wait_for_url("**/correct")
    while page.evaluate("document.activeElement.name") != "sentence":
        reach(page, "")
    for _ in range(20):
        if focused(page) == WRONG:
            break
        page.keyboard.press("ArrowDown")
    assert focused(page) == WRONG, "arrow keys go through the sentences, and stay among them"
    write(page, "It should be", RIGHT)
    press(page, "Begin it")
    page.wait_for_url("**/r/night-ferry-correction**")
    findings_are(page, none="error")
    press(page, "Send…")
    page.wait_for_url("**/send")
