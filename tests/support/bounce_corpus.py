"""Bounces, in the words of the programs and providers that write them."""

from __future__ import annotations

from support.returned import MESSAGE_ID, TOKEN, VERP, Sample, dsn, fields, note, release

ANA, BEN = "ana.ruiz@news.example.net", "ben@daily.example.com"
DAEMON = "MAILER-DAEMON@mx.example.net (Mail Delivery System)"

_POSTFIX = """This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

{about}
"""


def _postfix(name: str, status: str, said: str, hard: bool, to: str = ANA, code: str = "smtp") -> Sample:
    group = (
        f"Final-Recipient: rfc822; {to}\nOriginal-Recipient: rfc822;{to}\nAction: failed\nStatus: {status}\n"
    )
    group += f"Diagnostic-Code: {code}; {said}\n"
    content = dsn(
        sender=DAEMON,
        subject="Undelivered Mail Returned to Sender",
        talk=_POSTFIX.format(
            about=f"<{to}>: host mail.example.net[192.0.2.25] said: {said}\n    (in reply to RCPT TO command)"
        ),
        fields=group,
        to=to,
        header="Auto-Submitted: auto-replied\n",
    )
    return Sample(f"postfix, {name}", content, "bounce", ((to, hard),))


def postfix() -> list[Sample]:
    two = fields(ANA, "5.1.1", "550 5.1.1 User unknown", "failed", f"Original-Recipient: rfc822;{ANA}")
    two += "\n" + fields(BEN, "5.2.2", "552 5.2.2 Quota exceeded (mailbox for user is full)")
    several = dsn(
        sender=DAEMON, subject="Undelivered Mail Returned to Sender", to=ANA, fields=two,
        talk=_POSTFIX.format(about=f"<{ANA}>: host a.example.net[192.0.2.25] said: 550 5.1.1 User unknown\n\n"
                                   f"<{BEN}>: host b.example.net[192.0.2.26] said: 552 5.2.2 Quota exceeded"),
    )  # fmt: skip
    return [
        _postfix("unknown local user", "5.1.1", 'unknown user: "ana.ruiz"', True, code="X-Postfix"),
        _postfix("unknown user at a remote", "5.1.1",
                 "550 5.1.1 <ana.ruiz@news.example.net>: Recipient address rejected: User unknown in local recipient table", True),
        _postfix("full mailbox", "5.2.2",
                 "552 5.2.2 <ana.ruiz@news.example.net> Quota exceeded (mailbox for user is full)", False),
        _postfix("no such domain", "5.4.4",
                 "Host or domain name not found. Name service error for name=news.example.net type=A: Host not found",
                 True, code="X-Postfix"),
        _postfix("null MX", "5.1.0", "Domain news.example.net does not accept mail (nullMX)", True, code="X-Postfix"),
        _postfix("expired", "4.4.1", "connect to mail.example.net[192.0.2.25]:25: Connection timed out", False, code="X-Postfix"),
        _postfix("listed by a blocklist", "5.7.1",
                 "554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.spamhaus.org", False),
        _postfix("blocklist without an enhanced code", "5.0.0",
                 "550 192.0.2.10 is listed at dnsbl.example.net; mail from your server is refused", False),
        _postfix("greylisting that expired", "4.7.1",
                 "450 4.7.1 <ana.ruiz@news.example.net>: Recipient address rejected: Greylisted, please try again", False),
        _postfix("Exchange Online's edge", "5.4.1",
                 "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB1.protection.example.com]", True),
        _postfix("Outlook.com", "5.5.0",
                 "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [AM1.example.com]", True),
        _postfix("Proton", "5.1.1",
                 "550 5.1.1 <ana.ruiz@news.example.net>: Recipient address rejected: Address does not exist", True),
        _postfix("iCloud over quota", "5.2.2", "552 5.2.2 <ana.ruiz@news.example.net>: user is over quota", False),
        _postfix("Mimecast policy", "5.0.0",
                 "550 Rejected by header based manually Blocked Senders - https://community.example.com/docs/anti-spoofing", False),
        _postfix("Mimecast unknown", "5.0.0", "550 Invalid Recipient - https://community.example.com/docs/DOC-1369#550", True),
        _postfix("Yandex unknown", "5.7.1", "550 5.7.1 No such user!", True),
        _postfix("too large", "5.3.4", "message size 31000000 exceeds size limit 26214400 of server mail.example.net", False),
        _postfix("Cox", "5.1.0", "550 5.1.0 <ana.ruiz@news.example.net> recipient rejected. Please see the postmaster page", True),
        _postfix("our sender refused", "5.1.8", "550 5.1.8 <bounces@example.org>: Sender address rejected: Domain not found", False),
        Sample("postfix, two recipients", several, "bounce", ((ANA, True), (BEN, False))),
        Sample("postfix, still trying", dsn(
            sender=DAEMON, subject="Delayed Mail (still being retried)", to=ANA,
            talk="####################################################################\n"
                 "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
                 "####################################################################\n\n"
                 "Your message could not be delivered for more than 4 hour(s).\n"
                 "It will be retried until it is 5 day(s) old.\n",
            fields=fields(ANA, "4.4.1", "connect to mail.example.net[192.0.2.25]:25: Connection refused", "delayed",
                          "Will-Retry-Until: Sun, 8 Mar 2026 09:00:02 +0000")), "delay", ((ANA, False),)),
    ]  # fmt: skip


def _exim(name: str, body: str, kind: str, *recipients: tuple[str, bool | None], subject: str = "") -> Sample:
    failed = ", ".join(address for address, _ in recipients)
    header = "Auto-Submitted: auto-replied\n" + (
        f"X-Failed-Recipients: {failed}\n" if kind == "bounce" else ""
    )
    content = note(
        sender="Mail Delivery System <Mailer-Daemon@mx.example.net>",
        subject=subject or "Mail delivery failed: returning message to sender",
        header=header,
        body=f"This message was created automatically by mail delivery software.\n\n{body}\n"
        + f"------ This is a copy of the message, including all the headers. ------\n\n{release(recipients[0][0], body=True)}",
    )
    return Sample(f"exim, {name}", content, kind, recipients)


def exim() -> list[Sample]:
    gave_up = (
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
    )
    said = "    host mail.example.net [192.0.2.25]\n    SMTP error from remote mail server after RCPT TO:<{0}>:\n"
    return [
        _exim("unrouteable", f"{gave_up}  {ANA}\n    Unrouteable address\n", "bounce", (ANA, True)),
        _exim("two of two sorts", f"{gave_up}  {ANA}\n{said.format(ANA)}    550 5.1.1 <{ANA}>: User unknown\n"
              f"  {BEN}\n{said.format(BEN)}    552 Mailbox size limit exceeded\n", "bounce", (ANA, True), (BEN, False)),
        _exim("retry timeout", f"{gave_up}  {ANA}\n    host mail.example.net [192.0.2.25]\n"
              "    retry timeout exceeded\n", "bounce", (ANA, False)),
        _exim("no MX", f"{gave_up}  {ANA}\n    all relevant MX records point to non-existent hosts\n", "bounce", (ANA, True)),
        _exim("over quota", f"{gave_up}  {ANA}\n    mailbox is full: retry timeout exceeded\n", "bounce", (ANA, False)),
        _exim("access denied", f"{gave_up}  {ANA}\n{said.format(ANA)}    554 5.7.1 <{ANA}>:\n"
              "    Recipient address rejected: Access denied\n", "bounce", (ANA, False)),
        _exim("warning", "A message that you sent has not yet been delivered to one or more of its\n"
              "recipients after more than 24 hours on the queue on mx.example.net.\n\n"
              f"The address to which the message has not yet been delivered is:\n\n  {ANA}\n\n"
              "No action is required on your part. Delivery attempts will continue for\nsome time.\n", "delay",
              (ANA, False), subject="Warning: message 1tAbCd-0002 delayed 24 hours"),
    ]  # fmt: skip


def sendmail() -> list[Sample]:
    subsystem = "Mail Delivery Subsystem <MAILER-DAEMON@relay.example.net>"
    unknown = (
        "The original message was received at Tue, 3 Mar 2026 09:00:02 GMT\nfrom press.example.org [192.0.2.10]\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{ANA}>\n"
        f"    (reason: 550 5.1.1 <{ANA}>... User unknown)\n\n   ----- Transcript of session follows -----\n"
        f"... while talking to mail.example.net.:\n>>> DATA\n<<< 550 5.1.1 <{ANA}>... User unknown\n"
        f"550 5.1.1 <{ANA}>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)\n"
    )
    spam = unknown.replace("550 5.1.1", "554 5.7.1").replace(
        "User unknown", "Rejected: listed as a source of spam"
    )
    old = (
        "   ----- Transcript of session follows -----\n>>> RCPT To:<" + ANA + ">\n"
        f"<<< 550 {ANA}... User unknown\n550 <{ANA}>... User unknown\n\n   ----- Unsent message follows -----\n"
    )
    return [
        Sample("sendmail, unknown", dsn(sender=subsystem, subject="Returned mail: see transcript for details", talk=unknown,
               fields=fields(ANA, "5.1.1", f"550 5.1.1 <{ANA}>... User unknown"), to=ANA,
               returned_type="text/rfc822-headers", header="Auto-Submitted: auto-generated (failure)\n"),
               "bounce", ((ANA, True),)),
        Sample("sendmail, 5.1.1 of its own over a policy", dsn(sender=subsystem, subject="Returned mail: see transcript for details",
               talk=spam, fields=fields(ANA, "5.1.1", "554 5.7.1 Rejected: listed as a source of spam"), to=ANA),
               "bounce", ((ANA, False),)),
        Sample("sendmail, unknown host", dsn(sender=subsystem, subject="Returned mail: see transcript for details",
               talk=f"<{ANA}>\n    (reason: 550 Host unknown)\n\n550 5.1.2 <{ANA}>... Host unknown (Name server: news.example.net: host not found)\n",
               fields=fields(ANA, "5.1.2", "", "failed", "Remote-MTA: DNS; news.example.net"), to=ANA), "bounce", ((ANA, True),)),
        Sample("sendmail, warning", dsn(sender=subsystem, subject="Warning: could not send message for past 4 hours",
               talk="    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n"
                    "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n"
                    f"   ----- The following addresses had transient non-fatal errors -----\n<{ANA}>\n\n"
                    "Warning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n",
               fields=fields(ANA, "4.4.1", "", "delayed"), to=ANA), "delay", ((ANA, False),)),
        Sample("sendmail, before MIME", note(sender="Mail Delivery Subsystem <MAILER-DAEMON@old.example.net>",
               subject="Returned mail: User unknown", body=old + release(ANA, body=True)), "bounce", ((ANA, True),)),
    ]  # fmt: skip


def microsoft() -> list[Sample]:
    def exchange(name: str, status: str, said: str, hard: bool, why: str) -> Sample:
        talk = (
            f"Delivery has failed to these recipients or groups:\n\nAna Ruiz ({ANA})<mailto:{ANA}>\n{why}\n\n"
            f"Diagnostic information for administrators:\n\nGenerating server: DB1.prod.example.com\n\n{ANA}\n"
            f"Remote Server returned '{said}'\n\nOriginal message headers:\n\n{release(ANA)}"
        )
        content = dsn(sender="<postmaster@example.com>", subject="Undeliverable: Harbour report finds cleaner water",
                      talk=talk, fields=fields(ANA, status, said, "failed", "X-Display-Name: Ana Ruiz"), to=ANA,
                      header=f"In-Reply-To: {MESSAGE_ID}\nX-MS-Exchange-Message-Is-Ndr:\n")  # fmt: skip
        return Sample(f"Microsoft 365, {name}", content, "bounce", ((ANA, hard),))

    exchange55 = (
        "Your message\n\n  To:      ana.ruiz@news.example.net\n  Subject: Harbour report finds cleaner water\n"
        "  Sent:    Tue, 3 Mar 2026 09:00:00 -0000\n\ndid not reach the following recipient(s):\n\n"
        f"{ANA} on Tue, 3 Mar 2026 09:00:05 -0000\n    The recipient name is not recognized\n"
        "\tThe MTS-ID of the original message is: c=us;a= ;p=example;l=EX0000000000000\n"
        "    MSEXCH:IMS:EXAMPLE:NEWS:EX 0 (000C05A6) Unknown Recipient\n"
    )
    smtpsvc = (
        "This is an automatically generated Delivery Status Notification.\n\n"
        f"Delivery to the following recipients failed.\n\n       {ANA}\n\n\n"
    )
    return [
        exchange("unknown", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", True,
                 "The email address you entered couldn't be found."),
        exchange("only for senders inside", "5.7.133",
                 "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", False,
                 "The group only accepts messages from people in its organization."),
        exchange("expired", "5.4.317", "550 5.4.317 Message expired, cannot connect to remote server", False,
                 "Despite repeated attempts to deliver your message, a connection to the remote server couldn't be made."),
        exchange("no such domain", "5.4.310", "550 5.4.310 DNS domain news.example.net does not exist [Message=InfoDomainNonexistent]",
                 True, "Your message couldn't be delivered: the domain doesn't exist."),
        exchange("full", "5.2.2", "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", False,
                 "The recipient's mailbox is full and can't accept messages now."),
        exchange("too large", "5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", False,
                 "This message exceeds the maximum message size allowed."),
        exchange("a remote 5.1.1 wrapped", "5.0.0", "550 5.1.1 <ana.ruiz@news.example.net>... User unknown", True,
                 "Your message wasn't delivered."),
        Sample("Exchange 2003", dsn(sender="postmaster@news.example.net", subject="Delivery Status Notification (Failure)",
               talk=smtpsvc, fields=fields(ANA, "5.1.1"), to=ANA, mta="exch01.news.example.net"), "bounce", ((ANA, True),)),
        Sample("Exchange 5.5", note(sender="System Administrator <postmaster@news.example.net>",
               subject="Undeliverable: Harbour report finds cleaner water", body=exchange55), "bounce", ((ANA, True),)),
    ]  # fmt: skip


def google() -> list[Sample]:
    gmail = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"

    def modern(name: str, status: str, said: str, hard: bool, action: str = "failed") -> Sample:
        delayed = action == "delayed"
        content = dsn(
            sender=gmail, to=ANA,
            subject=f"Delivery Status Notification ({'Delay' if delayed else 'Failure'})",
            header=f"Auto-Submitted: auto-replied\nIn-Reply-To: {MESSAGE_ID}\nReferences: {MESSAGE_ID}\n"
                   + ("" if delayed else f"X-Failed-Recipients: {ANA}\n"),
            talk=f"\n** {'Delivery incomplete' if delayed else 'Address not found'} **\n\n"
                 + ("There was a temporary problem delivering your message to " + ANA + ". Gmail will retry for 46 more hours."
                    if delayed else f"Your message wasn't delivered to {ANA}.") + f"\n\nThe response was:\n\n{said}\n",
            talk_type='text/plain; charset="UTF-8"',
            fields=fields(ANA, status, said, action, "Remote-MTA: dns; mx.news.example.net. (192.0.2.25)"),
            mta="googlemail.com",
        )  # fmt: skip
        return Sample(f"Gmail, {name}", content, "delay" if delayed else "bounce", ((ANA, hard),))

    old = (
        f"Delivery to the following recipient failed permanently:\n\n     {ANA}\n\n"
        "Technical details of permanent failure: \nGoogle tried to deliver your message, but it was rejected by the "
        "recipient domain. The error that the other server returned was: 550 550 5.1.1 User unknown (state 14).\n\n"
        f"----- Original message -----\n\n{release(ANA, body=True)}"
    )
    return [
        modern("no such account", "5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
               " 550-5.1.1 double-checking the recipient's email address for typos or\n"
               " 550 5.1.1 unnecessary spaces. https://support.google.com/mail/?p=NoSuchUser - gsmtp", True),
        modern("bare 550", "5.0.0", "550 : User unknown", True),
        modern("disabled", "5.2.1", "550 5.2.1 The email account that you tried to reach is disabled.", False),
        modern("over quota", "4.2.2", "452-4.2.2 The email account that you tried to reach is over quota.", False),
        modern("receiving too fast", "5.2.1", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that "
               "prevents additional messages from being delivered.", False),
        modern("unauthenticated", "5.7.26", "550-5.7.26 This mail has been blocked because the sender is unauthenticated.", False),
        modern("still trying", "4.4.1", "The recipient server did not accept our requests to connect.", False, "delayed"),
        Sample("Gmail, before 2015", note(sender=gmail, subject="Delivery Status Notification (Failure)", body=old,
               header=f"X-Failed-Recipients: {ANA}\n"), "bounce", ((ANA, True),)),
    ]  # fmt: skip


def providers() -> list[Sample]:
    def ses(name: str, said: str, hard: bool) -> Sample:
        group = (
            f"Action: failed\nFinal-Recipient: rfc822; {ANA}\nDiagnostic-Code: smtp; {said}\nStatus: 5.1.1\n"
        )
        content = dsn(sender="MAILER-DAEMON@us-west-2.amazonses.com", subject="Delivery Status Notification (Failure)",
                      talk=f"An error occurred while trying to deliver the mail to the following recipients:\n{ANA}",
                      fields=group, to=ANA, mta="a27-33.smtp-out.us-west-2.amazonses.com")  # fmt: skip
        return Sample(f"Amazon SES, {name}", content, "bounce", ((ANA, hard),))

    def yahoo(name: str, said: str, hard: bool) -> Sample:
        body = (
            f"Sorry, we were unable to deliver your message to the following address.\n\n<{ANA}>:\n{said}\n\n"
            f"--- Below this line is a copy of the message.\n\n{release(ANA, body=True)}"
        )
        return Sample(f"Yahoo, {name}", note(sender="MAILER-DAEMON@yahoo.com", subject="Failure Notice", body=body),
                      "bounce", ((ANA, hard),))  # fmt: skip

    gmx = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of\nits recipients. This is a permanent error. The following address\nfailed:\n\n"
        f'"{ANA}":\nSMTP error from remote server after RCPT command:\nhost: mx.news.example.net\n5.1.1 <{ANA}>... User Unknown\n\n\n'
        f"--- The header of the original message is following. ---\n\n{release(ANA)}"
    )
    einsundeins = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        f"delivered to one or more of\nits recipients. This is a permanent error.\n\nThe following address failed:\n\n{ANA}\n\n"
        "For the following reason:\n\nMail size limit exceeded. For explanation visit\nhttp://postmaster.example.com/error-messages\n\n"
        f"--- The header of the original message is following. ---\n\n{release(ANA)}"
    )
    zoho = (
        "This message was created automatically by mail delivery software.\n A message that you sent could not be delivered "
        f"to one or more of its recipients. This is a permanent error. \n\n{ANA} Invalid Address, ERROR_CODE :550, "
        f"ERROR_CODE :5.1.1 <{ANA}>... User Unknown\n\n\nReceived:from mail.zoho.example by mx.zoho.example\n\twith SMTP id 14\n"
        f"Message-ID:{MESSAGE_ID}\nDate:Tue, 03 Mar 2026 09:00:00 +0000\nFrom:Press <press@example.org>\nTo:<{ANA}>\n"
    )
    mailru = (
        "Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.\n\n"
        "К сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:\n\n"
        f"  {ANA}\n    SMTP error from remote mail server after RCPT TO:<{ANA}>:\n"
        f"    host mx.news.example.net [192.0.2.25]: 550 5.1.1 <{ANA}>... User Unknown\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{release(ANA)}"
    )
    return [
        ses("bounce", "550 5.1.1 user unknown", True),
        ses("suppressed there", "550 5.1.1 Amazon SES has suppressed sending to this address because it has a recent history "
            "of bouncing as an invalid address.", True),
        yahoo("unknown", f"Remote host said: 550 5.1.1 <{ANA}>... User Unknown [RCPT_TO]", True),
        yahoo("no account", f"554: delivery error: dd This user doesn't have a yahoo.com account ({ANA}) [0] - mta1.example.com", True),
        yahoo("disabled", "554: delivery error: dd Sorry, your message to ana.ruiz@news.example.net cannot be delivered. "
              "This mailbox is disabled (554.30). - mta2.example.com", True),
        yahoo("over quota", "552 1 Requested mail action aborted, mailbox not found or over quota", False),
        Sample("GMX", note(sender="MAILER-DAEMON@mail.gmx.com", subject="Mail delivery failed: returning message to sender",
               body=gmx), "bounce", ((ANA, True),)),
        Sample("1&1", note(sender='"Mail Delivery System" <mailer-daemon@kundenserver.example.de>', body=einsundeins,
               subject="Mail delivery failed: returning message to sender"), "bounce", ((ANA, False),)),
        Sample("Zoho", note(sender="mailer-daemon@mail.zoho.example", subject="Undelivered Mail Returned to Sender", body=zoho),
               "bounce", ((ANA, True),)),
        Sample("Mail.Ru", note(sender="mailer-daemon@corp.mail.example", subject="Ваше сообщение не доставлено. Mail failure.",
               body=mailru, header=f"X-Failed-Recipients: {ANA}\nAuto-Submitted: auto-replied\n"), "bounce", ((ANA, True),)),
    ]  # fmt: skip


def qmail() -> list[Sample]:
    def send(name: str, paragraphs: str, *recipients: tuple[str, bool | None]) -> Sample:
        body = (
            "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the "
            "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            f"{paragraphs}\n--- Below this line is a copy of the message.\n\n{release(recipients[0][0], body=True)}"
        )
        return Sample(f"qmail, {name}", note(sender="MAILER-DAEMON@mx.example.net", subject="failure notice", body=body),
                      "bounce", recipients)  # fmt: skip

    return [
        send("unknown", f"<{ANA}>:\n192.0.2.25 does not like recipient.\nRemote host said: 550 5.1.1 <{ANA}>: User unknown\n"
             "Giving up on 192.0.2.25.\n", (ANA, True)),
        send("no mailbox here", f"<{ANA}>:\nSorry, no mailbox here by that name. (#5.1.1)\n", (ANA, True)),
        send("no host", f"<{ANA}>:\nSorry, I couldn't find any host named news.example.net. (#5.1.2)\n", (ANA, True)),
        send("full, and unknown", f"<{BEN}>:\nUser mailbox exceeds allowed size: {BEN} (#5.2.2)\n\n<{ANA}>:\n"
             "This address no longer accepts mail.\n", (BEN, False), (ANA, True)),
        send("expired", f"<{ANA}>:\nCNAME lookup failed temporarily. (#4.4.3)\nI'm not going to try again; this message has "
             "been in the queue too long.\n", (ANA, False)),
        send("refused", f"<{ANA}>:\n192.0.2.25 failed after I sent the message.\nRemote host said: 550-5.7.1 Unauthenticated email "
             "from example.org is not accepted due to domain's\n550 5.7.1 DMARC policy.\n", (ANA, False)),
    ]  # fmt: skip


def servers() -> list[Sample]:
    domino = (
        "Your message\n\n  Subject: Harbour report finds cleaner water\n\nwas not delivered to:\n\n  "
        f"{ANA}\n\nbecause:\n\n  User Ana Ruiz ({ANA}) not listed in Domino Directory\n"
    )
    notes = f"------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n{ANA}\n\n------- Returned Message --------\n{release(ANA)}"
    mailenable = (
        "MailEnable: Message could not be delivered to some recipients.\nThe following recipient(s) could not be reached:\n\n"
        f"\tRecipient: [SMTP:{ANA}]\n\tReason: The message could not be delivered because the user's mailbox does not exist\n\n"
        f"Message headers follow:\n\n{release(ANA)}"
    )
    james = (
        "Error: Invalid user address\n\nError message below:\n550 - Requested action not taken: no such user here\n\nMessage details:\n"
        f"  Subject: Harbour report\n  MAIL FROM: {VERP}\n  RCPT TO: {ANA}\n  From: press@example.org\n  Size (in bytes): 39\n"
    )
    marshal = (
        "Your message:\n   From:    press@example.org\n   Subject: Harbour report\n\nCould not be delivered because of\n\n"
        f"550 5.1.1 User unknown\n\nThe following recipients were affected: \n    {ANA}\n\n\nAdditional Information\n"
        f"======================\nOriginal Sender:    <{VERP}>\nSender-MTA:         <192.0.2.10>\n"
    )
    mdaemon = (
        "The following data may be used by technical support to assist in\ndetermining the cause of this error.\n\n"
        f"Failed Recipient: {ANA}\n--- Session Transcript ---\n RCPT To:<{ANA}>\n 550 5.1.1 Recipient unknown {ANA}\n--- End Transcript ---\n"
    )
    groupwise = f"The message that you sent was undeliverable to the following:\n\tana.ruiz@news.example.net (user not found)\n\nPossibly truncated original message follows:\n\n{release(ANA)}"
    communigate = f"Failed to deliver to '<{ANA}>'\nLOCAL module(account ana.ruiz) reports:\n account is full (quota exceeded)\n\n"
    icewarp = (
        f"Message could not be delivered to the following recipient(s):\n\n{ANA}\n   550 5.1.1 <{ANA}> User unknown; rejecting\n\n"
        f"The original message follows.\n\n{release(ANA)}"
    )
    imail = f"Unknown user: {ANA}\n\n\nOriginal message follows.\n\n{release(ANA)}"
    sun = (
        "This report relates to a message you sent with the following header fields:\n\n"
        f"  Message-id: {MESSAGE_ID}\n  Date: Tue, 03 Mar 2026 09:00:00 +0000\n  From: Press <press@example.org>\n  To: {ANA}\n\n"
        f"Your message cannot be delivered to the following recipients:\n\n  Recipient address: {ANA}\n"
        "  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.1.1 User Unknown\n"
    )
    ironport = (
        f"The following message to <{ANA}> was undeliverable.\nThe reason for the problem:\n5.1.0 - Unknown address error "
        "550-'5.1.1 The email account that you tried to reach does not exist.'\n"
    )

    def plain(name: str, sender: str, subject: str, body: str, hard: bool, **more: str) -> Sample:
        return Sample(name, note(sender=sender, subject=subject, body=body, **more), "bounce", ((ANA, hard),))

    def report(name: str, status: str, said: str, hard: bool, talk: str, **more: str) -> Sample:
        content = dsn(sender="postmaster@mx.example.net", subject="Delivery report", talk=talk, to=ANA,
                      fields=fields(ANA, status, said), **more)  # fmt: skip
        return Sample(name, content, "bounce", ((ANA, hard),))

    return [
        plain("Domino without a report", "Postmaster@news.example.net",
              f"DELIVERY FAILURE: User Ana Ruiz ({ANA}) not listed in Domino Directory", domino, True),
        report("Domino with a report", "5.0.0", "", True, domino),
        plain("Lotus Notes", "postmaster@news.example.net", "Undeliverable message", notes, True),
        plain("MailEnable", '"Delivery Subsystem" <postmaster@news.example.net>', "Message Delivery Failure", mailenable, True),
        plain("Apache James", "post_master@news.example.net", "Re:Harbour report", james, True, header=f"In-Reply-To: {MESSAGE_ID}\n"),
        plain("MailMarshal", "postmaster@news.example.net", 'Undeliverable Mail: "Harbour report"', marshal, True),
        plain("MDaemon", "MDaemon@news.example.net", "Permanent Delivery Failure", mdaemon, True),
        plain("GroupWise", "Mailer-Daemon@news.example.net", "Message status - undeliverable", groupwise, True),
        plain("CommuniGate Pro", "<MAILER-DAEMON@news.example.net>", "Undeliverable mail: Harbour report", communigate, False),
        plain("IceWarp", '"Mail Delivery System" <MAILER-DAEMON@news.example.net>', "Message delivery failure", icewarp, True),
        plain("IMail", '"Postmaster" <postmaster@news.example.net>', "Undeliverable Mail", imail, True, header="X-Mailer: <SMTP32 v990729>\n"),
        report("Sun Messaging Server", "5.1.1 (Remote SMTP server has rejected address)", "550 5.1.1 User Unknown", True, sun),
        report("Cisco IronPort", "5.0.0 (permanent failure)", "5.1.0 - Unknown address error (delivery attempts: 0)", True, ironport),
        report("Courier", "5.0.0", f"550 5.1.1 <{ANA}>... User Unknown", True,
               f"                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{ANA}>:\n"
               f"    mx.news.example.net [192.0.2.25]:\n>>> RCPT TO:<{ANA}>\n<<< 550 5.1.1 <{ANA}>... User Unknown\n"),
        report("Proofpoint", "5.1.1", "550 5.1.1 User Unknown", True, "   ----- The following addresses had permanent fatal errors -----\n"
               f"<{ANA}>\n    (reason: 550 5.1.1 User Unknown)\n"),
        report("Barracuda", "5.7.1", "550 5.7.1 Message content rejected, UBE, id=00000-22-225", False,
               f"Your message to: {ANA}\nwas blocked by our Spam Firewall. The email you sent has NOT BEEN DELIVERED:\n"),
        report("OpenSMTPD", "5.0.0", "", True, "        Hi!\n\n        This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n"
               f"        An error has occurred while attempting to deliver a message for\n        the following list of recipients:\n\n{ANA}: 550 5.1.1 User unknown\n"),
    ]  # fmt: skip


def broken() -> list[Sample]:
    whole = postfix()[1].content
    no_from = b"\n".join(line for line in whole.split(b"\n") if not line.startswith(b"From: MAILER"))
    wrapped = note(
        sender="Mail Delivery Subsystem <MAILER-DAEMON@gate.example.net>",
        subject="Returned mail: User unknown",
        content_type="multipart/mixed; boundary=outer",
        body="--outer\n\n----- The following addresses had permanent delivery errors -----\n\n"
        "--outer\nContent-Type: message/rfc822\n\n" + whole.decode() + "\n--outer--\n",
    )
    qmail_no_from = qmail()[0].content.replace(b"From: MAILER-DAEMON@mx.example.net\n", b"")
    return [
        Sample("a report without From", no_from, "bounce", ((ANA, True),)),
        Sample("words without From", qmail_no_from, "bounce", ((ANA, True),)),
        Sample("cut in the status fields", whole[: whole.index(b"Diagnostic-Code")], "bounce", ((ANA, True),)),
        Sample("cut before the status fields", whole[: whole.index(b"Reporting-MTA")], "bounce", ((ANA, True),)),
        Sample("a boundary that never comes", whole.replace(b"--b1-report", b"--b2-report"), "bounce", ((ANA, True),)),
        Sample("a charset that isn't", whole.replace(b"charset=us-ascii", b"charset=x-klingon").replace(b"I'm sorry", b"I\x92m s\xf6rry"),
               "bounce", ((ANA, True),)),
        Sample("line ends of old Macs", whole.replace(b"\n", b"\r"), "bounce", ((ANA, True),)),
        Sample("line ends of SMTP, an mbox line in front", b"From MAILER-DAEMON Tue Mar  3 09:00:05 2026\r\n" + whole.replace(b"\n", b"\r\n"),
               "bounce", ((ANA, True),)),
        Sample("two groups without a blank line", dsn(sender=DAEMON, subject="Undelivered", talk="It failed.", to=ANA,
               fields=fields(ANA, "5.1.1", "550 5.1.1 no") + fields(BEN, "4.2.2", "452 4.2.2 full")), "bounce", ((ANA, True), (BEN, False))),
        Sample("a report flattened into text", note(sender=DAEMON, subject="Undelivered Mail Returned to Sender",
               body=f"Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.1.1\n"),
               "bounce", ((ANA, True),)),
        Sample("a bounce wrapped in a bounce", wrapped, "bounce", ((ANA, True),)),
        Sample("HTML alone", note(sender="postmaster@example.com", subject="Undeliverable: Harbour report",
               content_type="text/html; charset=utf-8",
               body=f'<html><head><style>p {{}}</style></head><body><p>Delivery has failed to these recipients:</p><p><a href="mailto:{ANA}">{ANA}'
                    "</a><br>The email address you entered couldn&#39;t be found.</p><p>#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##</p></body></html>"),
               "bounce", ((ANA, True),)),
        Sample("no address but our VERP one", note(sender="Mail Delivery System <mailer-daemon@mx.example.net>",
               subject="Undeliverable mail", body="The message could not be delivered: 550 5.1.1 user unknown\n"), "bounce", (("", True),)),
        Sample("German words", note(sender="Mail Delivery System <mailer-daemon@post.example.net>", subject="Unzustellbare Nachricht",
               body=f"Ihre Nachricht konnte nicht zugestellt werden:\n\n{ANA}\n   Empfänger unbekannt\n"), "bounce", ((ANA, True),)),
        Sample("Spanish words", note(sender="postmaster@correo.example.net", subject="No se pudo entregar el mensaje",
               body=f"Su mensaje no se pudo entregar a:\n\n  {ANA}\n\nEl buzón de correo está lleno.\n"), "bounce", ((ANA, False),)),
        Sample("Japanese words", note(sender="MAILER-DAEMON@mail.example.net", subject="配信不能",
               body=f"次の宛先に配信できませんでした。\n\n{ANA}\n宛先不明\n"), "bounce", ((ANA, True),)),
        Sample("a filter's receipt", dsn(sender="Mail Delivery Subsystem <postmaster@news.example.net>", to=ANA,
               subject="Rejected: Harbour report", outer="multipart/report; report-type=disposition-notification",
               status_type="message/disposition-notification",
               talk=f"Your message to <{ANA}> was automatically rejected:\nQuota exceeded (mailbox for user is full)\n",
               fields=f"Final-Recipient: rfc822; {ANA}\nDisposition: automatic-action/MDN-sent-automatically; deleted\n"),
               "bounce", ((ANA, False),)),
    ]  # fmt: skip


def international() -> list[Sample]:
    """RFC 6533: status fields in UTF-8, and addresses in its escaped form."""
    name, escaped = "josé@correo.example.net", r"jos\x{E9}@correo.example.net"
    utf8 = f"Final-Recipient: utf-8; {name}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 usuario desconocido\n"
    ascii_only = f"Original-Recipient: utf-8; {escaped}\nFinal-Recipient: rfc822; x1@correo.example.net\nAction: failed\nStatus: 5.6.7\n"
    return [
        Sample("RFC 6533 in UTF-8", dsn(sender=DAEMON, subject="Undelivered", talk="Fallo.", fields=utf8, to=name,
               status_type="message/global-delivery-status", returned_type="message/global-headers",
               talk_type="text/plain; charset=utf-8"), "bounce", ((name, True),)),
        Sample("RFC 6533 escaped", dsn(sender=DAEMON, subject="Undelivered", talk="It failed.", fields=ascii_only, to=ANA),
               "bounce", ((name, False),)),
    ]  # fmt: skip


def bounces() -> list[Sample]:
    """All of them."""
    families = (postfix, exim, sendmail, microsoft, google, providers, qmail, servers, broken, international)
    return [sample for family in families for sample in family()]


assert TOKEN in VERP
