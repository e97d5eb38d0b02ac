"""Whatever stands in a list: a row is left out with its line and the reason, or mailed to exactly the address it says.

All rows go through the program at once: `mailer lists check` says what is wrong with them, `mailer send --dry-run`
writes what would leave, and each message is read by Python's own parser.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest
from support.terminal import mailer

from mailer.workspace import make_workspace

ADDRESSES: dict[str, list[str]] = {
    # Headers and commands of SMTP
    "a01@example.net\r\nBcc: eve@example.com": [],
    "a02@example.net\nRCPT TO:<eve@example.com>": [],
    "a03@example.net>\r\nRCPT TO:<eve@example.com": [],
    "a04@example.net\r\n.\r\nMAIL FROM:<eve@example.com>": [],
    "a05@example.net\rBcc: eve@example.com": [],
    "a06@example.net\x0bBcc: eve@example.com": [],
    "a07@example.net\u2028Bcc: eve@example.com": [],
    "a08@example.net\x85Bcc: eve@example.com": [],
    "a09@example.net%0d%0aBcc:eve@example.com": [],
    "a10@example.net SIZE=1 BODY=8BITMIME": [],
    "a11@example.net>SIZE=1": [],
    "=?utf-8?q?a12=40example.net?=": [],
    "=?utf-8?q?a13=0aBcc:eve?=@example.net": [],
    "\x00a14@example.net": [],
    "a15\x00@example.net": [],
    "a16@example.net\x1b[2J": [],
    "a17@example.net\ue000": [],
    # Other ways to a mailbox
    "<@relay.example.com:b01@example.net>": [],
    "@relay.example.com,@two.example.com:b02@example.net": [],
    "b03%example.com@example.net": ["b03%example.com@example.net"],
    "example.com!b04@example.net": ["example.com!b04@example.net"],
    "b05@@example.net": [],
    "b06@example.com@example.net": [],
    '"b07 x"@example.net': [],
    '"b08@example.com"@example.net': [],
    '"b09\\" <eve@example.com>"@example.net': [],
    "b10@[192.0.2.1]": [],
    "b11@[IPv6:2001:db8::1]": [],
    "b12@192.0.2.1": [],
    "b13@example": [],
    "b14(comment)@example.net": [],
    "b15@(comment)example.net": [],
    "b16@example.net (at home)": ["b16@example.net"],
    "Undisclosed: b17@example.net;": [],
    "mailto:b18@example.net?bcc=eve@example.com": ["b18@example.net"],
    # Letters that look like others, or like none
    "c01@ex\u0430mple.net": ["c01@xn--exmple-4nf.net"],
    "\u202eten.elpmaxe@10c": [],
    "c02\u202e@example.net": [],
    "c03@\u2066example.net\u2069": [],
    "c04\u200b@example.net": ["c04@example.net"],
    "\ufeffc05@example.net\u200e": ["c05@example.net"],
    "c06@example.net\u0338": ["c06@example.xn--net-wjc"],
    "c07\uff20example.net": [],
    "c08@example\u3002net": ["c08@example.net"],
    "c09@example.net\u037eeve@example.com": ["c09@example.net", "eve@example.com"],
    "c10@xn--a": [],
    "c11@EXAMPLE.net.": ["c11@example.net"],
    # Lengths, dots, blanks
    "d" * 64 + "@example.net": ["d" * 64 + "@example.net"],
    "d" * 70 + "@example.net": [],
    "d01@" + "a.b" * 100 + ".example": [],
    "d02@" + "a" * 64 + ".example": [],
    "d03 x@example.net": [],
    "d04@exam ple.net": [],
    ".d05@example.net": [],
    "d06..x@example.net": [],
    "d07.@example.net": [],
    "d08@-example.net": [],
    "d09@example..net": [],
    # Formulas, shells, queries, markup
    "=cmd|'/c calc'!A1": [],
    '=HYPERLINK("http://example.com","e01@example.net")': [],
    "+e02@example.net": ["+e02@example.net"],
    "e03@example.net|cat /etc/passwd": [],
    "$(touch e04)@example.net": [],
    "e05'--@example.net": ["e05'--@example.net"],
    "<script>e06@example.net</script>": [],
    "{{ 7*7 }}@example.net": [],
    "../../e07@example.net": [],
    "e08/x@example.net": ["e08/x@example.net"],
    # Several, as people paste them: each for itself
    "f01@example.net, f02@example.net": ["f01@example.net", "f02@example.net"],
    "Ana <f03@example.net>; f04@example.net": ["f03@example.net", "f04@example.net"],
}  # fmt: skip
"""Cell of addresses → what is mailed."""

NAMES: dict[str, str | None] = {
    "Ana\r\nBcc: eve@example.com": None,
    "Ana\n\nBody": "Ana Body",
    "Ana\r\n\tBcc : eve@example.com": None,
    "Ana\u2028Bcc: eve@example.com": None,
    "Ana\r\n\r\n<b>eve</b>": "Ana <b>eve</b>",
    "=?utf-8?q?=0aBcc:_eve=40example.com?=": "",
    "=?UTF-8?B?QmNjOiBldmVAZXhhbXBsZS5jb20=?=": "",
    "Ana =?utf-8?q?x": "",
    "Ana, eve@example.com": "Ana, eve@example.com",
    "Ana <eve@example.com>": "Ana <eve@example.com>",
    'Ana" <eve@example.com>, "Bo': 'Ana" <eve@example.com>, "Bo',
    "eve@example.com": "eve@example.com",
    "Undisclosed: eve@example.com;": "Undisclosed: eve@example.com;",
    "Ana\\": "Ana\\",
    'Ana\\" <eve@example.com>': 'Ana\\" <eve@example.com>',
    "Ana (eve@example.com)": "Ana (eve@example.com)",
    "\x00\x07\x1b[2JAna": "[2JAna",
    "Ana \u202egpj.exe": "Ana gpj.exe",
    "Ana\ue0001\ue001": "Ana1",
    "{{ 7*7 }} %s {0} $x": "{{ 7*7 }} %s {0} $x",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    '=HYPERLINK("http://example.com")': '=HYPERLINK("http://example.com")',
    "Ana " * 500: " ".join(["Ana"] * 500),
    "José " * 500: " ".join(["José"] * 500),
    "\U0001f600 Ana": "\U0001f600 Ana",
    "José\u0301\u0301": "José\u0301\u0301",
}
"""Name → as it stands in To; None: the row is not mailed."""


@dataclass(frozen=True)
class Rehearsed:
    """What became of the rows: each message by its one recipient, complaints by line."""

    messages: dict[str, EmailMessage]
    raw: dict[str, bytes]
    problems: dict[int, list[dict[str, str]]]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    workspace = make_workspace(tmp_path_factory.mktemp("hostile") / "office")
    rows = [[cell, ""] for cell in ADDRESSES] + [
        [f"n{n:02}@example.net", name] for n, name in enumerate(NAMES)
    ]
    with (workspace.lists / "hostile.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["email", "name"], *rows])
    checked = mailer("lists", "check", "hostile", "--json", cwd=workspace.root)
    assert checked.code == 1, checked.err
    problems: dict[int, list[dict[str, str]]] = {}
    for problem in json.loads(checked.out)["hostile"]:
        problems.setdefault(problem["line"], []).append(problem)
    sent = mailer("send", "harbour-report", "--list", "hostile", "--dry-run", cwd=workspace.root)
    assert sent.code == 0, sent.err
    raw = [path.read_bytes() for path in Path(sent.out.split("/index.html")[0].strip()).glob("*.eml")]
    parsed = [message_from_bytes(content, policy=policy.default) for content in raw]
    to = [only_address(message) for message in parsed]
    return Rehearsed(dict(zip(to, parsed, strict=True)), dict(zip(to, raw, strict=True)), problems)


def only_address(message: EmailMessage) -> str:
    (to,) = message.get_all("To", [])
    (one,) = to.addresses
    return str(one.addr_spec)


def name_of(raw: bytes) -> str:
    """The name in To, by Python's older parser: the newer one leaves blanks between encoded words."""
    name, _ = parseaddr(message_from_bytes(raw)["To"].replace("\r\n", ""))
    return str(make_header(decode_header(name)))


def lines() -> dict[str, int]:
    """Line of each row: cells have line breaks."""
    line, found = 2, {}
    for cell in [*ADDRESSES, *NAMES]:
        found[cell] = line
        line += cell.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    return found


LINES = lines()


@pytest.mark.parametrize("cell", ADDRESSES, ids=ascii)
def test_an_address_is_mailed_as_it_is_or_left_out_with_its_line(cell: str, rehearsed: Rehearsed) -> None:
    for address in ADDRESSES[cell]:
        assert address in rehearsed.messages
    problems = rehearsed.problems.get(LINES[cell], [])
    if len(ADDRESSES[cell]) != 1:
        assert any(problem["message"] for problem in problems)
    assert bool(ADDRESSES[cell]) or any(
        problem["reason"] and problem["level"] == "error" for problem in problems
    )


def test_nobody_else_is_mailed(rehearsed: Rehearsed) -> None:
    named = {f"n{n:02}@example.net" for n, name in enumerate(NAMES.values()) if name is not None}
    assert rehearsed.messages.keys() == {address for cell in ADDRESSES.values() for address in cell} | named


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:40])
def test_a_name_stays_a_name(name: str, rehearsed: Rehearsed) -> None:
    address = f"n{list(NAMES).index(name):02}@example.net"
    if NAMES[name] is None:
        assert address not in rehearsed.messages
        assert [p["reason"] for p in rehearsed.problems[LINES[name]]] == ["unsafe text"]
        return
    assert name_of(rehearsed.raw[address]) == NAMES[name]


def test_every_message_is_sound(rehearsed: Rehearsed) -> None:
    expected = set(next(iter(rehearsed.messages.values())).keys())
    for address, message in rehearsed.messages.items():
        assert not message.defects
        assert len(message.keys()) == len(set(message.keys()))
        assert set(message.keys()) == expected
        head = rehearsed.raw[address].partition(b"\r\n\r\n")[0]
        assert b"Bcc" not in head
        for line in rehearsed.raw[address].split(b"\r\n"):
            assert len(line) <= 998, "RFC 5322 §2.1.1"
            assert b"\r" not in line
            assert b"\n" not in line


def test_markup_in_a_name_is_text(rehearsed: Rehearsed) -> None:
    address = f"n{list(NAMES).index('<script>alert(1)</script>'):02}@example.net"
    html = rehearsed.messages[address].get_body(("html",))
    assert html is not None
    assert "&lt;script&gt;" in html.get_content()
    assert "<script" not in html.get_content()


def test_what_is_complained_of_can_not_steer_the_terminal(rehearsed: Rehearsed) -> None:
    said = "".join(problem["message"] for problems in rehearsed.problems.values() for problem in problems)
    assert said.isprintable()
