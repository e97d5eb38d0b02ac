"""What stands in a message for the provider that carries it: the token that its events bring back, and no tracking."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import dkim
import pytest
from support.messages import addressee, composition

from mailer.errors import ComposeError
from mailer.message import verify
from mailer.message.dkim import Signer
from mailer.presets import TELLING

MADE = composition()
TOKEN = "0a1b2c"
NO = {"settings": {"enable": 0}}
FIELDS = {
    "ses": {"X-SES-MESSAGE-TAGS": f"mailer={TOKEN}"},
    "mailgun": {
        "X-Mailgun-Variables": f'{{"mailer": "{TOKEN}"}}',
        "X-Mailgun-Track": "no",
        "X-Mailgun-Track-Clicks": "no",
        "X-Mailgun-Track-Opens": "no",
    },
    "postmark": {
        "X-PM-Metadata-mailer": TOKEN,
        "X-PM-KeepID": "true",
        "X-PM-TrackOpens": "false",
        "X-PM-TrackLinks": "None",
    },
    "brevo": {"X-Mailin-custom": f"mailer:{TOKEN}"},
}


def of(provider: str) -> dict[str, str]:
    message = message_from_bytes(
        MADE.fill(replace(addressee(), provider=provider)), policy=default.clone(max_line_length=0)
    )
    return {name: str(value) for name, value in message.items() if name.startswith("X-")}


@pytest.mark.parametrize("provider", FIELDS)
def test_each_provider_gets_its_own(provider: str) -> None:
    assert of(provider) == FIELDS[provider]


def test_sendgrid_gets_json_that_is_folded_between_its_words() -> None:
    (field,) = of("sendgrid").values()
    assert json.loads(field) == {
        "unique_args": {"mailer": TOKEN},
        "filters": {"clicktrack": NO, "opentrack": NO, "subscriptiontrack": NO},
    }
    lines = MADE.fill(replace(addressee(), provider="sendgrid")).partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, lines)) <= 78


def test_without_a_preset_nothing_is_added() -> None:
    assert of("") == {}
    assert set(FIELDS) | {"sendgrid"} == set(TELLING), "every provider that tells events is here"


@pytest.mark.parametrize("provider", TELLING)
def test_verify_wants_them_as_they_were_meant(provider: str) -> None:
    meant = replace(addressee(), provider=provider)
    content = MADE.fill(meant)
    verify(content, meant, MADE)
    with pytest.raises(ComposeError, match="its fields are"):
        verify(content, replace(meant, provider=""), MADE)
    with pytest.raises(ComposeError, match="X-"):
        verify(content.replace(TOKEN.encode(), b"0a1b2d").replace(b"<0a1b2d@", b"<0a1b2c@"), meant, MADE)


@pytest.mark.parametrize("provider", TELLING)
def test_they_may_be_taken_off_without_harm_to_our_signature(provider: str) -> None:
    """As the provider does before it hands the message on."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    record = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public)
    signed = Signer("example.org", "press", key).sign(MADE.fill(replace(addressee(), provider=provider)))
    head, gap, body = signed.partition(b"\r\n\r\n")
    unfolded = head.replace(b"\r\n ", b"\0 ").split(b"\r\n")
    kept = [line for line in unfolded if not line.lower().startswith(b"x-")]
    assert len(kept) < len(unfolded)
    handed_on = b"\r\n".join(kept).replace(b"\0 ", b"\r\n ") + gap + body
    assert dkim.verify(handed_on, dnsfunc=lambda *_, **__: record)
