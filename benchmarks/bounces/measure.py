"""How well returned mail is told apart: what servers answer, and mail that is no bounce.

    python benchmarks/bounces/measure.py                  the set that the rules were mended by
    python benchmarks/bounces/measure.py held_out.toml    those gathered afterwards
    python benchmarks/bounces/measure.py held_out_again.toml
    python benchmarks/bounces/measure.py held_out_logs.toml

Each reply of the file comes back in two forms, to the VERP address of the mail it is about: as a status report
(RFC 3464) and as a note in plain words. Each mail of not_bounces/ comes to an office that has mailed every
address named there. Nothing is asserted: the figures are printed, with the name of each mistake.
"""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.sent_mail import send_to

from mailer.bounces import HandledMail, MailKind, OurAddresses, Sources, collect, read_report
from mailer.press import Suppressions
from mailer.settings import Settings
from mailer.workspace import Workspace, make_workspace

HERE = Path(__file__).resolve().parent
TOKEN = "5e1f0c2a9b7d4e6f8a0b1c2d"
ENVELOPE_FROM, UNSUBSCRIBE = "bounces+{token}@example.org", "unsubscribe@example.org"
OURS = OurAddresses(ENVELOPE_FROM, UNSUBSCRIBE, ("mx.example.org",))
SETTINGS = Settings(
    envelope_from=ENVELOPE_FROM,
    unsubscribe_mailto=UNSUBSCRIBE,
    secret_key="k" * 40,
    bounce_authserv_id=("mx.example.org",),
)
ANYBODY = "ana.ruiz@news.example.net"
ADDRESS = re.compile(r"[a-z][a-z0-9.]*@(?:[a-z0-9-]+\.)+example\.(?:net|com)")
COMPLAINT = "a spam complaint"
PROVES_NOTHING = ("a forged report", "a report about a stranger's mail")
FORMS = ("report", "note")


@dataclass(frozen=True)
class Answer:
    """A reply, what it means, and what was made of it in one form. `read`: "" where no bounce was seen, or one
    of somebody else."""

    reply: str
    server: str
    right: tuple[str, ...]
    form: str
    read: str

    def __str__(self) -> str:
        first = " ".join(self.reply.split())
        shown = first if len(first) <= 150 else f"{first[:149]}…"
        return f"{self.right[0]:8}  {self.server}: {shown}"


def main() -> None:
    answers = list(read_replies(replies_of(sys.argv[1] if len(sys.argv) > 1 else "replies.toml")))
    show_figures(answers)
    show("Falsely hard", [a for a in answers if a.read == "hard" and a.read not in a.right])
    show("Hard, but taken for soft", [a for a in answers if a.right[0] == "hard" and a.read == "soft"])
    show(
        "Hard, but taken for our fault", [a for a in answers if a.right[0] == "hard" and a.read == "about us"]
    )
    show(
        "Soft, but taken for our fault", [a for a in answers if a.read == "about us" and a.right == ("soft",)]
    )
    show(
        "Our fault, but taken for soft", [a for a in answers if a.read == "soft" and a.right == ("about us",)]
    )
    show("Not seen to be a bounce, or of somebody else", [a for a in answers if not a.read])
    show_others(others())


# ---- replies ----------------------------------------------------------------------------------------


def replies_of(file: str) -> list[dict[str, str]]:
    replies: list[dict[str, str]] = tomllib.loads((HERE / file).read_text(encoding="utf-8"))["replies"]
    return replies


def read_replies(replies: Iterable[dict[str, str]]) -> Iterator[Answer]:
    for entry in replies:
        reply = entry["reply"]
        named = [a for a in ADDRESS.findall(reply) if not a.endswith("@example.org")]
        address = named[0] if named else ANYBODY
        right = tuple(filter(None, (entry["is"], entry.get("also_right", ""))))
        for form, mail in zip(FORMS, (status_report(reply, address), note(reply, address)), strict=True):
            yield Answer(reply, entry["server"], right, form, severity(mail, address))


def severity(mail: str, address: str) -> str:
    report = read_report(mail.encode(), OURS)
    found = [r for r in report.recipients if r.address.lower() == address]
    if report.kind is not MailKind.BOUNCE or report.token != TOKEN or not found:
        return ""
    return found[0].severity.value


def status_of(reply: str) -> str:
    """The enhanced code as a server in between takes it from a reply; X.0.0 where there is none."""
    code = re.search(r"^(?:smtp; ?)?(?:\d{3}[ -])?#?([45]\.\d{1,3}\.\d{1,3})\b", reply)
    return code[1] if code else "4.0.0" if re.match(r"(?:smtp; ?)?4\d\d[ -]", reply) else "5.0.0"


def status_report(reply: str, address: str) -> str:
    """As Postfix makes one of what the next server said."""
    said = " ".join(reply.split())
    by = "smtp" if re.match(r"(?:smtp; ?)?[45]\d\d[ -]", said) else "x-postfix"
    said = re.sub("^smtp; ?", "", said)
    return f"""{header("Undelivered Mail Returned to Sender", "Mail Delivery System <MAILER-DAEMON@mx.example.net>")}
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

I'm sorry to have to inform you that your message could not be delivered to one or more recipients.

<{address}>: host mx.example.com[198.51.100.3] said: {said} (in reply to RCPT TO command)

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {address}
Action: failed
Status: {status_of(reply)}
Diagnostic-Code: {by}; {said}

--b1
Content-Type: text/rfc822-headers

{our_header(address)}
--b1--
"""


def note(reply: str, address: str) -> str:
    """As qmail makes one: no status, no fields."""
    return f"""{header("failure notice", "MAILER-DAEMON@mx.example.net")}
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{address}>:
198.51.100.3 does not like recipient.
Remote host said: {reply}
Giving up on 198.51.100.3.

--- Below this line is a copy of the message.

{our_header(address)}
Water in the harbour was cleaner last year.
"""


def header(subject: str, sender: str) -> str:
    return f"""Return-Path: <>
Date: Tue, 3 Mar 2026 09:00:05 +0000
From: {sender}
To: {ENVELOPE_FROM.format(token=TOKEN)}
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0"""


def our_header(address: str) -> str:
    return f"""Return-Path: <{ENVELOPE_FROM.format(token=TOKEN)}>
Date: Tue, 03 Mar 2026 09:00:00 +0000
From: Lantern Coast Foundation <press@example.org>
To: {address}
Subject: Harbour report finds cleaner water
Message-ID: <{TOKEN}@example.org>
"""


@dataclass(frozen=True)
class Figures:
    """Of some replies: how many came, are hard, were said to be hard, were rightly said so; and so on."""

    replies: int
    seen: int
    hard: int
    said_hard: int
    truly_hard: int
    right: int

    @property
    def recall(self) -> float:
        return self.truly_hard / self.hard

    @property
    def precision(self) -> float:
        return self.truly_hard / self.said_hard

    @property
    def falsely_hard(self) -> float:
        """Of those that aren't."""
        return (self.said_hard - self.truly_hard) / (self.replies - self.hard)

    def __str__(self) -> str:
        return (
            f"bounces found {share(self.seen, self.replies)}; "
            f"hard: recall {share(self.truly_hard, self.hard)}, precision {share(self.truly_hard, self.said_hard)}, "
            f"falsely hard {share(self.said_hard - self.truly_hard, self.replies - self.hard)} of what isn't; "
            f"all three right {share(self.right, self.replies)}"
        )


def figures(answers: Iterable[Answer]) -> Figures:
    some = list(answers)
    said = [a for a in some if a.read == "hard"]
    return Figures(
        replies=len(some),
        seen=sum(bool(a.read) for a in some),
        hard=sum(a.right[0] == "hard" for a in some),
        said_hard=len(said),
        truly_hard=sum("hard" in a.right for a in said),
        right=sum(a.read in a.right for a in some),
    )


def show_figures(answers: list[Answer]) -> None:
    count = Counter(a.right[0] for a in answers if a.form == FORMS[0])
    print(f"{count.total()} replies:", ", ".join(f"{number} {kind}" for kind, number in count.most_common()))
    for form in (*FORMS, "both"):
        print(f"{form:>7}: {figures(a for a in answers if form in (a.form, 'both'))}")


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({100 * part / whole if whole else 0:.1f} %)"


def show(title: str, wrong: list[Answer]) -> None:
    """Each reply once, and in which form it was misread, where it was not in all."""
    forms: dict[str, list[str]] = {}
    for answer in wrong:
        forms.setdefault(str(answer), []).append(answer.form)
    print(f"\n{title}: {len(forms)}")
    for line, seen in forms.items():
        print(f"  {line}" + ("" if len(seen) == len(FORMS) else f"  (as a {', '.join(seen)} only)"))


# ---- mail that is no bounce -------------------------------------------------------------------------


@dataclass(frozen=True)
class Others:
    """Of the mails that are no bounces: which were taken for one, and which suppress somebody or are recorded, though
    they prove nothing; how many delays were read as such; how many complaints suppress who complained."""

    mails: int
    taken: tuple[str, ...]
    harmed: tuple[str, ...]
    delays: tuple[int, int]
    complaints: int


def others() -> Others:
    """What the whole way does with them: collected from a Maildir, with ledger and suppressed.csv."""
    folder = HERE / "not_bounces"
    labels = tomllib.loads((folder / "labels.toml").read_text(encoding="utf-8"))
    mails = {name: (folder / name).read_bytes() for name in labels}
    named = {a for mail in mails.values() for a in ADDRESS.findall(mail.decode("latin-1"))}
    mailed = {label["mailed"] for label in labels.values() if "mailed" in label}
    # A provider that forwards complaints is nobody's reader: the office never wrote to it.
    complaints_from = [mails[name] for name, label in labels.items() if label["is"] == COMPLAINT]
    named -= {a for mail in complaints_from for a in ADDRESS.findall(sender_line(mail))}
    taken, delays, complaints, harmed = [], 0, 0, []
    with tempfile.TemporaryDirectory() as temporary:
        office = make_workspace(Path(temporary) / "office")
        tokens = send_to(office, *sorted(named | mailed))
        before, untouched = suppressed(office.suppressed, named), office.suppressed.read_bytes()
        for name, label in labels.items():
            mail = mails[name].replace(TOKEN.encode(), tokens.get(label.get("mailed", ""), TOKEN).encode())
            handled = collected(office, Path(temporary) / name, mail)
            done = {str(what.done) for what in handled.consequences}
            told = f"{name} ({label['is']}): {', '.join(sorted(done)) or 'nothing done'}"
            if handled.kind is MailKind.BOUNCE and label["is"] not in PROVES_NOTHING:
                taken.append(told)
            delays += label["is"] == "a delay" and handled.kind is MailKind.DELAY
            after = suppressed(office.suppressed, named)
            # Who pressed “spam” gets no more, and nobody else: their provider shows that they had that mail.
            meant = {label["mailed"]} if label["is"] == COMPLAINT else set()
            complaints += after - before == meant != set()
            if after - before - meant or "bounced" in done:
                harmed.append(told)
            office.suppressed.write_bytes(untouched)
    wanted = sum(label["is"] == "a delay" for label in labels.values())
    return Others(len(labels), tuple(taken), tuple(harmed), (delays, wanted), complaints)


def sender_line(mail: bytes) -> str:
    """The From of a mail."""
    return next(line for line in mail.decode("latin-1").splitlines() if line.startswith("From:"))


def collected(office: Workspace, box: Path, mail: bytes) -> HandledMail:
    """A mail, dealt with as `mailer bounces --maildir` does."""
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    (box / "new" / "1.mail").write_bytes(mail)
    (handled,) = collect(office, SETTINGS, Sources(maildirs=(box,)))
    return handled


def show_others(found: Others) -> None:
    print(f"\n{found.mails} mails that are no bounces: {len(found.taken)} taken for one, {len(found.harmed)} suppress or are recorded")  # fmt: skip
    print(f"delays read as delays: {share(*found.delays)}")
    print(f"spam complaints that suppress the one who complained: {found.complaints}")
    for title, lines in (("Taken for a bounce", found.taken), ("Suppresses or is recorded", found.harmed)):
        print(f"\n{title}: {len(lines)}", *(f"  {line}" for line in lines), sep="\n")


def suppressed(path: Path, named: set[str]) -> set[str]:
    found = Suppressions(path)
    return {address for address in named if address in found}


if __name__ == "__main__":
    main()
