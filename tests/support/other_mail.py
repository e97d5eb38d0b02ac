"""What else lies in a bounce mailbox: automatic replies, challenges, wishes, receipts, letters by people."""

from __future__ import annotations

from support.returned import MESSAGE_ID, TOKEN, VERP, Sample, dsn, fields, note, release

ANA = "ana.ruiz@news.example.net"
PERSON = f"Ana Ruiz <{ANA}>"
UNSUBSCRIBE = "unsubscribe@example.org"


def automatic_replies() -> list[Sample]:
    def away(
        name: str, subject: str, body: str = "I am away until Monday.\n", header: str = "", **more: object
    ) -> Sample:
        content = note(sender=PERSON, subject=subject, body=body, header=header, **more)  # type: ignore[arg-type]
        return Sample(f"automatic: {name}", content, "auto-reply")

    marked = f"Auto-Submitted: auto-replied (vacation)\nIn-Reply-To: {MESSAGE_ID}\n"
    languages = {
        "Spanish": "Respuesta automática: Harbour report",
        "French": "Réponse automatique : Harbour report",
        "German": "Automatische Antwort: Harbour report",
        "German, absent": "Abwesenheitsnotiz: Harbour report",
        "Portuguese": "Resposta automática: Harbour report",
        "Italian": "Risposta automatica: Harbour report",
        "Dutch": "Automatisch antwoord: Harbour report",
        "Swedish": "Autosvar: Harbour report",
        "Polish": "Odpowiedź automatyczna: Harbour report",
        "Russian": "Автоответ: Harbour report",
        "Japanese": "自動返信: Harbour report",
        "Chinese": "自动回复: Harbour report",
        "Korean": "자동 회신: Harbour report",
    }
    return [
        away("RFC 3834", "Re: Harbour report finds cleaner water", header=marked),
        away("Exchange", "Automatic reply: Harbour report", header="X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n"),
        away("Gmail's vacation", "Out of office Re: Harbour report", header="Precedence: bulk\nX-Autoreply: yes\n" + marked),
        away("cPanel", "Re: Harbour report", header="X-Autorespond: Re: Harbour report\nPrecedence: auto_reply\n"),
        away("with words of a bounce", "Automatic reply: Harbour report",
             "This mailbox is no longer in use and your message was not delivered to anybody. User unknown? Write to desk@news.example.net.\n"),
        away("left the paper", "Auto: Harbour report", "Ana Ruiz no longer works here. Please write to desk@news.example.net.\n"),
        away("a ticket", "[#4711] We have received your message", "Your request has been received.\n", "Auto-Submitted: auto-replied\n"),
        away("subject only", "Out of Office: Harbour report", null=False),
        away("cron", "Cron <root@press> run-parts", "nothing to do\n", "Auto-Submitted: auto-generated\n"),
        *(away(name, subject) for name, subject in languages.items()),
        Sample("challenge: BoxTrapper", note(sender=PERSON, subject="Your email requires verification verify#AbC123",
               body="The message you sent requires that you verify that you are a real live human being.\nTo complete the verification, "
                    "reply to this message and leave the subject line intact.\n"), "auto-reply"),
        Sample("challenge: TMDA", note(sender=f"Ana Ruiz <{ANA.replace('@', '-confirm-1.abc@')}>", subject="Please confirm your message",
               body="Your message is being held because your address has not been confirmed. Just reply to this message.\n"), "auto-reply"),
        Sample("challenge: a link", note(sender=PERSON, subject="Action required to deliver your message", null=False,
               body="Please verify your e-mail address by visiting https://challenge.example.net/c/123 - your message is held.\n"), "auto-reply"),
        Sample("receipt: read", dsn(sender=PERSON, subject="Read: Harbour report", to=ANA, talk="Your message was read on Tuesday.\n",
               outer="multipart/report; report-type=disposition-notification", status_type="message/disposition-notification",
               fields=f"Final-Recipient: rfc822;{ANA}\nDisposition: manual-action/MDN-sent-automatically; displayed\n"), "auto-reply"),
        Sample("receipt: deleted unread", dsn(sender=PERSON, subject="Not read: Harbour report", to=ANA,
               talk="Your message was deleted without being read on Tuesday.\n",
               outer="multipart/report; report-type=disposition-notification", status_type="message/disposition-notification",
               fields=f"Final-Recipient: rfc822;{ANA}\nDisposition: automatic-action/MDN-sent-automatically; deleted\n"), "auto-reply"),
    ]  # fmt: skip


def wishes() -> list[Sample]:
    def wish(name: str, subject: str, body: str = "", to: str = UNSUBSCRIBE, **more: object) -> Sample:
        content = note(sender=PERSON, subject=subject, body=body, to=to, null=False, **more)  # type: ignore[arg-type]
        return Sample(f"wish: {name}", content, "unsubscribe")

    quoted = "\n\nOn Tue, Mar 3, 2026 at 9:00 AM Lantern Coast Foundation <press@example.org> wrote:\n> Harbour report\n"
    return [
        wish("from the header", f"unsubscribe {TOKEN}"),
        wish("by Gmail's button", f"unsubscribe {TOKEN}", "This message was automatically generated by Gmail.\n"),
        wish("by Apple Mail's button", f"unsubscribe {TOKEN}", "Apple Mail sent this email to unsubscribe from the message “Harbour report”.\n"),
        wish("to another mailbox", f"Unsubscribe {TOKEN}", to=VERP),
        wish("answered", f"Re: unsubscribe {TOKEN}", "Please do." + quoted),
        wish("one word", "unsubscribe"),
        wish("to a plus address", "", to=f"unsubscribe+{TOKEN}@example.org"),
        wish("nothing but the address", ""),
        wish("Spanish", "Baja"),
        wish("German", "Abmelden"),
        wish("French", "Désabonner"),
        wish("in the text", "Re: Harbour report finds cleaner water", "Please unsubscribe me. Thank you!" + quoted, to="press@example.org"),
        wish("in the text, Spanish", "Re: Harbour report", "Por favor, dadme de baja\n" + quoted, to="press@example.org"),
        wish("signed", "Re: Harbour report", "Unsubscribe\n\nAna Ruiz\nNews desk\n+1 202-555-0147\n" + quoted, to="press@example.org"),
        wish("in the text, German", "AW: Harbour report", "Bitte aus dem Verteiler nehmen, danke\n", to="press@example.org"),
    ]  # fmt: skip


def letters() -> list[Sample]:
    def letter(name: str, subject: str, body: str, sender: str = PERSON, **more: object) -> Sample:
        content = note(sender=sender, subject=subject, body=body, null=False, **more)  # type: ignore[arg-type]
        return Sample(f"letter: {name}", content, "other")

    bounce_told = "Your mail to my colleague came back:\n\n> <ben@daily.example.com>: 550 5.1.1 User unknown\n\nHe left. Use desk@ instead?\nAna\n"
    return [
        letter("a question", "Re: Harbour report finds cleaner water", "Could I talk to Dr Okafor before noon? My deadline is 2pm.\nAna\n",
               header=f"In-Reply-To: {MESSAGE_ID}\n"),
        letter("about a bounce", "Re: Undeliverable: Harbour report", bounce_told),
        letter("forwards a bounce", "Fwd: Undelivered Mail Returned to Sender", bounce_told),
        letter("mentions unsubscribing", "Unsubscribe rates in the harbour survey?", "How many residents opted out of the survey? I'd like to "
               "know before we print, and whether the unsubscribe link on the council's page has worked at all this year."),
        letter("a long wish", "Press list", "Hello, I have changed desks and cover sports now. I would rather not get releases about harbours, "
               "but my colleague Ben Adeyemi may be glad of them: could you move the subscription to him and take me off? "
               "He starts on Monday. Many thanks and good luck with the report, which I did enjoy.\n"),
        letter("out of office is the story", "Vacation homes by the harbour: your view?", "We are running a piece on holiday lets.\n"),
        letter("absence", "Absence of data in table 3", "There is no figure for 2024.\n"),
        letter("please confirm", "Please confirm the embargo", "Is it 10:00 London time? Please confirm.\n"),
        letter("stop the presses", "Re: Harbour report", "Stop — table 3 is wrong, I think.\n"),
        letter("a newsletter", "Ten ways to write headlines", "Read it at https://example.com/\n", sender="news@example.com",
               header="List-Id: <news.example.com>\nPrecedence: list\n"),
        Sample("spam complaint", dsn(sender="feedback@provider.example.net", subject="Abuse report", to=ANA,
               talk="This is an email abuse report for an email message received from IP 192.0.2.10.\n",
               outer="multipart/report; report-type=feedback-report", status_type="message/feedback-report",
               fields="Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n"), "complaint"),
    ]  # fmt: skip


def successes() -> list[Sample]:
    def success(
        name: str, action: str, subject: str, talk: str, sender: str = "postmaster@mx.example.net"
    ) -> Sample:
        content = dsn(
            sender=sender,
            subject=subject,
            talk=talk,
            to=ANA,
            fields=fields(ANA, "2.0.0", "250 2.0.0 Ok", action),
        )
        return Sample(f"success: {name}", content, "other")

    return [
        success("Postfix, delivered", "delivered", "Successful Mail Delivery Report", "Your message was successfully delivered to the "
                "destination(s) listed below."),
        success("Postfix, relayed", "relayed", "Successful Mail Delivery Report", "relayed to a system that does not support delivery reports"),
        success("Exchange, relayed", "relayed", "Relayed: Harbour report", "Delivery to these recipients or groups is complete, but no "
                "delivery notification was sent by the destination server."),
        success("sendmail, receipt", "delivered", "Return receipt", "   ----- The following addresses had successful delivery notifications -----"),
        success("expanded", "expanded", "Expanded: Harbour report", "Your message was distributed to a list."),
        Sample("success: in words", note(sender="postmaster@news.example.net", subject="Delivery receipt",
               body=f"Your message has been delivered to the following recipients:\n\n  {ANA}\n\n{release(ANA)}"), "other"),
    ]  # fmt: skip


def others() -> list[Sample]:
    return [*automatic_replies(), *wishes(), *letters(), *successes()]
