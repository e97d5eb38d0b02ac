"""One release as three tools make it: this one, MJML and react-email. Pictures side by side, and what the judge says.

    python benchmarks/judge/side_by_side.py                     # the pictures docs/images/compare-*.png
    python benchmarks/judge/side_by_side.py --judge DIR         # and the table of docs/email.md
    python benchmarks/judge/side_by_side.py --out DIR           # keeps the three mails there

The release is the sample. `peers/` has it as somebody would write it who uses those tools: their components and their
usual manner, nothing left out, and nothing of what a mail client does to it worked around by hand. npm installs the
versions of `peers/package.json` into a temporary folder. It needs Chromium, node, Thunderbird and Xvfb, and a minute or two.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from corpus import REPOSITORY, SAMPLE
from measure import COLUMNS, Summary, judged, mailer, total
from PIL import Image, ImageDraw, ImageFont
from thunderbird import photograph as in_thunderbird

sys.path.insert(0, str(REPOSITORY / "tests"))

from support.browser import chromium
from support.photographs import html_of, photograph, save

PEERS = Path(__file__).resolve().parent / "peers"
IMAGES = REPOSITORY / "docs" / "images"
PAGE = REPOSITORY / "docs" / "email.md"
BEGIN, END = "<!-- made by benchmarks/judge/side_by_side.py -->", "<!-- end -->"
READER = "k.lindqvist@example.net"
TOOLS = {"mailer": "mailer", "mjml": "MJML", "react-email": "react-email"}
"""Names of files, and what people call it."""
PACKAGES = {"mjml": "mjml", "react-email": "@react-email/components"}
DEVICES = {"desktop": (800, 1400), "phone": (390, 1400)}
WINDOW = (820, 1400)
"""Of Thunderbird, with its own bars."""


def versions() -> dict[str, str]:
    wanted = json.loads((PEERS / "package.json").read_text("utf-8"))["dependencies"]
    return {tool: wanted[package] for tool, package in PACKAGES.items()}


def own(folder: Path, out: Path) -> Path:
    """What a reader would get of the sample."""
    office = folder / "office"
    mailer("init", str(office), folder=folder)
    mailer("render", SAMPLE, "--for", READER, "--out", str(folder / "rendered"), folder=office)
    (mail,) = (folder / "rendered").glob("*.eml")
    return Path(shutil.move(mail, out / "mailer.eml"))


def compiled(folder: Path) -> Path:
    """A folder with what the others make of their sources: NAME.html and NAME.txt."""
    if not shutil.which("npm"):
        sys.exit("npm is not installed: apt-get install nodejs npm")
    peers = Path(shutil.copytree(PEERS, folder / "peers", ignore=shutil.ignore_patterns("node_modules")))
    for command in (
        ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"),
        ("node", "compile.mjs"),
    ):
        ran = subprocess.run(command, cwd=peers, capture_output=True, text=True, check=False)
        if ran.returncode:
            sys.exit(f"{' '.join(command)}\n{ran.stderr[-2000:]}")
    return peers


def enveloped(ours: Path, peers: Path, tool: str, out: Path) -> Path:
    """Their HTML and text as a mail, with the headers of ours: none of the tools sends, so no header tells them apart."""
    known = message_from_bytes(ours.read_bytes(), policy=policy.default)
    mail = EmailMessage()
    for name in ("From", "Reply-To", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Id",
                 "Content-Language"):  # fmt: skip
        mail[name] = str(known[name])
    mail.set_content((peers / f"{tool}.txt").read_text("utf-8"), cte="quoted-printable")
    html = (peers / f"{tool}.html").read_text("utf-8")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    path = out / f"{tool}.eml"
    path.write_bytes(mail.as_bytes(policy=policy.SMTP))
    return path


def words_of(mail: Path) -> list[str]:
    text = re.sub(r"(?s)<(style|title|head)\b.*?</\1>|<!--.*?-->|<[^>]+>|&[#\w]+;", " ", html_of(mail))
    return sorted(set(re.findall(r"\w{3,}", text.casefold())))


def same_words(mails: Mapping[str, Path]) -> None:
    """End where one of them says what the others don't: the sample was changed, and `peers/` was not."""
    ours = set(words_of(mails["mailer"]))
    for tool, mail in mails.items():
        theirs = set(words_of(mail))
        if ours != theirs:
            said = f"only there: {sorted(theirs - ours)}, only in ours: {sorted(ours - theirs)}"
            sys.exit(f"{TOOLS[tool]} has another release in {PEERS.name}/ than {SAMPLE}: {said}")


def beside(pictures: Sequence[Image.Image], captions: Sequence[str]) -> Image.Image:
    """In one row, each below its caption."""
    gap, strip, font = 24, 56, ImageFont.load_default(26)
    width, height = pictures[0].size
    row = Image.new("RGB", (len(pictures) * (width + gap) + gap, height + strip + gap), "white")
    draw = ImageDraw.Draw(row)
    for number, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left = gap + number * (width + gap)
        draw.text((left, strip // 2), caption, "#1a1a1a", font, anchor="lm")
        row.paste(picture, (left, strip))
        draw.rectangle((left, strip, left + width - 1, strip + height - 1), outline="#b8bec4")
    return row


def pictures(mails: Mapping[str, Path]) -> None:
    """Write the pictures of docs/images, and say how large each is."""
    numbers = versions()
    captions = ["mailer", f"MJML {numbers['mjml']}", f"react-email (components {numbers['react-email']})"]
    rows: dict[str, list[Image.Image]] = {}
    with chromium() as browser:
        for device, size in DEVICES.items():
            for scheme in ("light", "dark"):
                rows[f"{device}-{scheme}"] = [
                    photograph(browser, html_of(mail), size, scheme) for mail in mails.values()
                ]
    rows["thunderbird"] = [in_thunderbird(mail, WINDOW) for mail in mails.values()]
    for name, row in rows.items():
        path = IMAGES / f"compare-{name}.png"
        save(beside(row, captions), path)
        print(f"{path.relative_to(REPOSITORY)}  {path.stat().st_size // 1000} KB", flush=True)


def misread(summary: Summary) -> bool:
    """Whether the judge took the whole text for what stands hidden before it.

    It holds for hidden whatever stands in an element of font-size 0, as MJML's cells are, whose text has a size of its own.
    """
    return bool(summary["preheader_chars"] > 1000)


def read_right(summary: Summary) -> Summary:
    """What the judge says, without the numbers that it misses in a text which it took for hidden.

    Overall is the mean of `sub`; each missed number takes five points from its "text", which can't be less than 0.
    """
    if not misread(summary):
        return summary
    sub = summary["sub"]
    text = 100 - 8 * summary["text_problems"] - 2 * summary["words_missing_in_text"]
    text -= 5 * summary["links_missing_in_text"] + 100 * (1 - summary["text_order"])
    overall = (sum(sub.values()) - sub["text"] + max(0, text)) / len(sub)
    gates = {gate: count for gate, count in summary["gates_broken"].items() if gate != "numbers_differ"}
    return {**summary, "overall": round(overall, 1), "gates_broken": gates, "numbers_differ": 0}


def table(found: Mapping[str, Summary]) -> str:
    """A row a measure, a column a tool: overall of 100, gates that are not 0, and faults as in measure.py."""
    right = {tool: read_right(summary) for tool, summary in found.items()}
    rows = {
        "overall, of 100": [summary["overall"] for summary in right.values()],
        "gates that are not 0": [len(summary["gates_broken"]) for summary in right.values()],
        **{name: [total(summary, names) for summary in right.values()] for name, names in COLUMNS.items()},
        "KB of HTML": [summary["html_kb"] for summary in right.values()],
    }
    lines = [f"| | {' | '.join(TOOLS[tool] for tool in right)} |", "|---" * (len(right) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(map(str, cells))} |" for name, cells in rows.items()]
    return "\n".join(lines)


def write(found: Mapping[str, Summary]) -> None:
    """Put the table into the page, between its marks."""
    used = " and ".join(f"{PACKAGES[tool]} {number}" for tool, number in versions().items())
    said = f"Measured on {datetime.now(UTC):%-d %B %Y}, with {used}."
    for tool, summary in found.items():
        if misread(summary):
            said += (
                f" The judge takes text in cells of font-size 0 for hidden, as all of {TOOLS[tool]}'s is: the"
                f" {summary['numbers_differ']} numbers that it misses there are not counted (with them, overall is"
                f" {summary['overall']})."
            )
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{said}\n\n{table(found)}\n{END}{after}", "utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--judge", type=Path, help="the judge's folder: makes the table too")
    arguments.add_argument("--out", type=Path, help="keep the mails, and what the judge says, here")
    arguments.add_argument("--no-pictures", action="store_true", help="only the table")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        out = (given.out or folder / "out").resolve()
        out.mkdir(parents=True, exist_ok=True)
        ours, peers = own(folder, out), compiled(folder)
        mails = {"mailer": ours} | {tool: enveloped(ours, peers, tool, out) for tool in PACKAGES}
        same_words(mails)
        if not given.no_pictures:
            pictures(mails)
        if given.judge:
            found = dict(judged(list(mails.values()), given.judge, out, ("--no-shots",)))
            write(found)
            print("\n" + table(found))


if __name__ == "__main__":
    main()
