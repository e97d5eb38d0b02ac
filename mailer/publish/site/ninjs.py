"""A release as ninjs 3.1, the IPTC's news in JSON (https://iptc.org/std/ninjs/): what an agency's system takes in."""

from __future__ import annotations

import json
from typing import Any

from lxml import html

from mailer.model import Kind
from mailer.publish.site.feeds import absolute, clean
from mailer.publish.site.made import House
from mailer.publish.site.page import Page, Pages, PressPicture

_SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"
_NAMES = {0: "print", -1: "preview"}
"""What renditions are called by their place; those between are for the web."""


def ninjs_files(site: Pages, house: House) -> dict[str, bytes]:
    """Every page as ninjs, by path."""
    return {
        page.ninjs: (json.dumps(_item(page, site, house), ensure_ascii=False, indent=2) + "\n").encode()
        for page in site.all
    }


def _item(page: Page, site: Pages, house: House) -> dict[str, Any]:
    newsroom = house.of(page.language)
    withdrawn = site.withdrawal(page)
    item: dict[str, Any] = {
        "uri": page.tag,
        "standard": {"name": "ninjs", "version": "3.1", "schema": _SCHEMA},
        "type": "text",
        "representationType": "full",
        "firstCreated": page.published,
        "versionCreated": site.changed(page),
        "pubStatus": "canceled" if withdrawn else "usable",
        "language": page.language,
        "title": page.headline,
        "headlines": [{"role": "main", "value": page.headline}],
        "by": newsroom.name,
        "slugline": page.folder,
        "copyrightHolder": newsroom.name,
        "organisations": [{"name": newsroom.name, "rel": "issuer"}],
        "genres": [{"literal": page.kind}],
    }
    if page.embargo:
        item["embargoedUntil"] = page.embargo
    if page.canonical:
        item["altIds"] = [{"role": "canonical", "value": page.canonical}]
    if withdrawn:
        return item | {"edNote": f"{withdrawn.headline}. {withdrawn.correction}".strip()}
    if page.subhead:
        item["headlines"].append({"role": "sub", "value": page.subhead})
    if page.dateline:
        item["located"] = page.dateline
    if page.description:
        item["descriptions"] = [{"role": "summary", "contentType": "text/plain", "value": page.description}]
    if changes := [each for each in site.followers(page) if each.kind != Kind.FOLLOW_UP.value]:
        item["edNote"] = " ".join(f"{each.headline}. {each.correction}".strip() for each in changes)
    item["bodies"] = _bodies(page, house)
    if house.base and page.pictures:
        item["associations"] = [
            _picture(page, number, each, house) for number, each in enumerate(page.pictures, 1)
        ]
    return item


def _bodies(page: Page, house: House) -> list[dict[str, Any]]:
    words = " ".join(
        html.fragment_fromstring(clean(page.article), create_parent="div").text_content().split()
    )
    rich = absolute(page.article, house.base + page.path) if house.base else page.article
    return [
        {"role": "main", "contentType": "text/html", "wordCount": len(words.split()), "value": rich},
        {"role": "plain", "contentType": "text/plain", "charCount": len(words), "value": words},
    ]


def _picture(page: Page, number: int, picture: PressPicture, house: House) -> dict[str, Any]:
    last = len(picture.renditions) - 1
    found: dict[str, Any] = {
        "name": f"picture{number}",
        "uri": f"{page.tag}/picture{number}",
        "type": "picture",
        "headlines": [{"value": picture.caption or picture.alt}],
        "descriptions": [{"role": "alt", "contentType": "text/plain", "value": picture.alt}],
        "renditions": [
            {
                "name": _NAMES[0] if place == 0 else _NAMES[-1] if place == last else "web",
                "href": house.base + each.path,
                "contentType": each.media_type,
                "width": each.width,
                "height": each.height,
                "sizeInBytes": each.octets,
            }
            for place, each in enumerate(picture.renditions)
        ],
    }
    return found | ({"by": picture.credit} if picture.credit else {})
