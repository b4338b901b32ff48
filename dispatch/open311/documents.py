"""Answers of GeoReport v2 as JSON or XML. In both they say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "text/xml; charset=utf-8"

# Characters that XML 1.0 cannot hold, however they are written.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Format(StrEnum):
    """How an answer is written."""

    json = "json"
    xml = "xml"

    @property
    def media_type(self) -> str:
        """Its content type."""
        return XML_TYPE if self is Format.xml else JSON_TYPE


_ENDINGS = frozenset(format.value for format in Format)


def split_format(name: str, accept: str) -> tuple[str, Format]:
    """Return a path's last part without .json or .xml, and the format that it or else the Accept header asks for."""
    stem, dot, ending = name.rpartition(".")
    if dot and ending in _ENDINGS:
        return stem, Format(ending)
    return name, _accepted(accept)


def _accepted(accept: str) -> Format:
    types = [part.partition(";")[0].strip() for part in accept.split(",")]
    wanted = next((t for t in types if t.endswith(("/json", "/xml", "/*"))), "")
    return Format.xml if wanted.endswith("/xml") else Format.json


def write_list(items: Sequence[Mapping[str, Any]], *, root: str, item: str, format: Format) -> bytes:
    """Return a list of records; `root` and `item` name the XML elements."""
    if format is Format.json:
        return _json(list(items))
    top = ElementTree.Element(root)
    for record in items:
        _fill(ElementTree.SubElement(top, item), record)
    return _xml(top)


def write_definition(definition: Mapping[str, Any], format: Format) -> bytes:
    """Return a service definition, which is no list."""
    if format is Format.json:
        return _json(definition)
    top = ElementTree.Element("service_definition")
    ElementTree.SubElement(top, "service_code").text = definition["service_code"]
    attributes = ElementTree.SubElement(top, "attributes")
    for attribute in definition["attributes"]:
        _fill(ElementTree.SubElement(attributes, "attribute"), attribute)
    return _xml(top)


def _fill(element: ElementTree.Element, record: Mapping[str, Any]) -> None:
    for name, value in record.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        ElementTree.SubElement(element, name).text = _NOT_XML.sub("\ufffd", text) or None


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _xml(top: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True))
