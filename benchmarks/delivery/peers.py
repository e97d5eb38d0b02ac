"""The tools that people use for this, each as its documentation shows, sending the same 40 KB personalised mail."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

import mailing

PACKAGES = ("mailmerge", "yagmail", "redmail", "Django")

NODEMAILER = """
const nodemailer = require('nodemailer');
const fs = require('fs');
const [port, count] = process.argv.slice(2).map(Number);
const people = JSON.parse(fs.readFileSync('people.json')).slice(0, count);
const content = JSON.parse(fs.readFileSync('content.json'));
const transport = nodemailer.createTransport({host: '127.0.0.1', port, secure: false, ignoreTLS: true,
  pool: true, maxConnections: Number(process.env.CONNECTIONS || 5), maxMessages: Infinity});
const fill = (text, row) => text.replace(/{{(\\w+)}}/g, (_, name) => row[name]);
(async () => {
  const started = process.hrtime.bigint();
  await Promise.all(people.map(row => transport.sendMail({from: 'press@example.org', to: row.email,
    subject: content.subject, html: fill(content.html, row), text: fill(content.text, row)})));
  console.log(Number(process.hrtime.bigint() - started) / 1e9);
  transport.close();
})();
"""

_COMMON = """
import json, sys, time
port, count = int(sys.argv[1]), int(sys.argv[2])
people = json.load(open('people.json'))[:count]
content = json.load(open('content.json'))
def fill(text, row):
    for name, value in row.items():
        text = text.replace('{{' + name + '}}', value)
    return text
"""

_SMTPLIB = """
import smtplib
from email.message import EmailMessage
started = time.monotonic()
with smtplib.SMTP('127.0.0.1', port) as server:
    for row in people:
        message = EmailMessage()
        message['From'], message['To'], message['Subject'] = 'press@example.org', row['email'], content['subject']
        message.set_content(fill(content['text'], row))
        message.add_alternative(fill(content['html'], row), subtype='html')
        server.send_message(message)
print(time.monotonic() - started)
"""

_YAGMAIL = """
import yagmail
server = yagmail.SMTP('press@example.org', 'x', host='127.0.0.1', port=port, smtp_starttls=False, smtp_ssl=False,
                      smtp_skip_login=True)
started = time.monotonic()
for row in people:
    server.send(row['email'], content['subject'], [fill(content['html'], row)], prettify_html=False)
print(time.monotonic() - started)
"""

_REDMAIL = """
from redmail import EmailSender
server = EmailSender(host='127.0.0.1', port=port, use_starttls=False)
html, text = (content[kind].replace('{{', '{{ ').replace('}}', ' }}') for kind in ('html', 'text'))
started = time.monotonic()
with server:
    for row in people:
        server.send(subject=content['subject'], sender='press@example.org', receivers=[row['email']],
                    html=html, text=text, body_params=row)
print(time.monotonic() - started)
"""

_DJANGO = """
from django.conf import settings
settings.configure(EMAIL_HOST='127.0.0.1', EMAIL_PORT=port, USE_TZ=True)
from django.core.mail import EmailMultiAlternatives, get_connection
started = time.monotonic()
messages = []
for row in people:
    message = EmailMultiAlternatives(content['subject'], fill(content['text'], row), 'press@example.org', [row['email']])
    message.attach_alternative(fill(content['html'], row), 'text/html')
    messages.append(message)
get_connection('django.core.mail.backends.smtp.EmailBackend').send_messages(messages)
print(time.monotonic() - started)
"""

_TEMPLATE = """TO: {{email}}
SUBJECT: %(subject)s
FROM: press@example.org
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="boundary"

This is a MIME-encoded message. If you are seeing this, your mail reader is old.

--boundary
Content-Type: text/plain; charset=us-ascii

%(text)s
--boundary
Content-Type: text/html; charset=us-ascii

%(html)s
--boundary--
"""


def install(folder: Path, count: int) -> dict[str, Callable[[int], float]]:
    """Installs them into `folder`.

    Returns:
        By name, what sends `count` messages to a port and gives messages per second (nodemailer ten times as many).
    """
    mailing.write_for_peers(folder, count * 10)
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv/bin/python")
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), "nodemailer"], check=True)
    (folder / "nodemailer_send.js").write_text(NODEMAILER)
    for name, text in {
        "smtplib": _SMTPLIB,
        "yagmail": _YAGMAIL,
        "redmail": _REDMAIL,
        "django": _DJANGO,
    }.items():
        (folder / f"{name}_send.py").write_text(_COMMON + text)
    _write_mailmerge(folder, count)
    versions = subprocess.run(
        [python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True
    ).stdout
    print(
        " ".join(line for line in versions.splitlines() if line.partition("==")[0] in PACKAGES),
        file=sys.stderr,
    )
    return {
        "nodemailer, pool of 5": _timed(folder, count * 10, "node", "nodemailer_send.js"),
        "smtplib and EmailMessage": _timed(folder, count, python, "smtplib_send.py"),
        "mailmerge": _mailmerge(folder, count, str(folder / "venv/bin/mailmerge")),
        "yagmail": _timed(folder, count, python, "yagmail_send.py"),
        "redmail": _timed(folder, count, python, "redmail_send.py"),
        "Django": _timed(folder, count, python, "django_send.py"),
    }


def _timed(folder: Path, count: int, *command: str) -> Callable[[int], float]:
    def run(port: int) -> float:
        whole = [*command, str(port), str(count)]
        said = subprocess.run(whole, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
        return count / float(said.split()[-1])

    return run


def _write_mailmerge(folder: Path, count: int) -> None:
    content = json.loads((folder / "content.json").read_text())
    (folder / "mailmerge_template.txt").write_text(_TEMPLATE % content)
    fields = ("email", "first_name", "outlet", "unsubscribe")
    rows = [",".join(fields), *(",".join(mailing.person(n)[field] for field in fields) for n in range(count))]
    (folder / "mailmerge_database.csv").write_text("\n".join(rows) + "\n")


def _mailmerge(folder: Path, count: int, binary: str) -> Callable[[int], float]:
    """It is a command, so starting Python counts; with some hundred messages that is little."""

    def run(port: int) -> float:
        server = f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\nsecurity = Never\n"
        (folder / "mailmerge_server.conf").write_text(server)
        started = time.monotonic()
        subprocess.run(
            [binary, "--no-dry-run", "--no-limit"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        return count / (time.monotonic() - started)

    return run
