"""XML bodies: read by a hardened parser, then put into the object that the contract describes.

The mapping is OpenAPI's own (3.1, "XML Object": ``name``, ``attribute``, ``wrapped``,
``namespace``). No element name stands here.
"""

from dataclasses import dataclass, field
from typing import Any, cast
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from rechat_sandbox.checks import Fault
from rechat_sandbox.document import Document, is_list, pointer_of
from rechat_sandbox.texts import typed

__all__ = ["MAX_DEPTH", "MalformedXmlError", "xml_object"]

MAX_DEPTH = 32
"""How deep elements may stand in one another."""

# What expat reads by itself. Any other name would be handed to Python's codecs, which were not
# made for strangers' bytes.
_ENCODINGS = {"utf-8", "utf-16", "iso-8859-1", "us-ascii"}


class MalformedXmlError(ValueError):
    """The text is not the XML the contract describes; it repeats no value of it.

    Args:
        message: What is wrong.
        faults: Where, if it was the form of the document.
    """

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    children: "list[_Element]" = field(default_factory=list["_Element"])
    pieces: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class _Builder:
    """What the parser tells of a document, as a tree of bounded depth."""

    def __init__(self) -> None:
        self._open: list[_Element] = []
        self._root: _Element | None = None

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise MalformedXmlError(f"it is nested deeper than {MAX_DEPTH} elements")
        element = _Element(tag, attrs)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the parser checks that it is the right one
        self._open.pop()

    def data(self, data: str) -> None:
        if self._open:
            self._open[-1].pieces.append(data)

    def close(self) -> _Element | None:
        return self._root


def xml_object(
    document: Document, content: bytes, pointer: str, charset: str | None = None
) -> dict[str, Any]:
    """Read an XML document into the object that the contract's schema describes.

    Elements and attributes that the schema does not name are kept as they come: the API tolerates
    what it does not know.

    Args:
        document: The contract.
        content: The XML document.
        pointer: Where its schema stands in the contract.
        charset: The encoding that the media type names; else the document's own word holds.

    Raises:
        MalformedXmlError: Not well-formed, a document type declaration, too deep, another root
            element, text where only elements may stand, an element twice that may stand once.
    """
    root = _parse(content, charset)
    pointer = document.resolve(pointer)
    schema = document.flat(document.at(pointer))
    name = _name(schema, pointer.rpartition("/")[2])
    if root.name != name:
        fault = Fault("", "xml", f"the root element {name}", f"{pointer}/xml")
        raise MalformedXmlError(f"the root element is not {name}", (fault,))
    reader = _Reader(document, pointer)
    return cast("dict[str, Any]", reader.value(root, schema, ()))


def _parse(content: bytes, charset: str | None) -> _Element:
    if charset is not None and charset.lower() not in _ENCODINGS:
        raise MalformedXmlError("its encoding is not one that is read here: use UTF-8")
    parser = DefusedXMLParser(target=cast("Any", _Builder()), encoding=charset, forbid_dtd=True)
    cast("Any", parser).parser.XmlDeclHandler = _check_declaration if charset is None else None
    try:
        parser.feed(content)
        root = cast("_Element | None", parser.close())
    except ParseError as error:
        line, column = error.position
        raise MalformedXmlError(
            f"it is not well-formed XML (line {line}, column {column})"
        ) from None
    except DefusedXmlException:
        raise MalformedXmlError("it holds a document type declaration or an entity") from None
    if root is None:  # pragma: no cover - expat calls an empty document not well-formed
        raise MalformedXmlError("it holds no element")
    return root


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise MalformedXmlError("its encoding is not one that is read here: use UTF-8")


def _name(schema: dict[str, Any], otherwise: str) -> str:
    xml = schema.get("xml", {})
    name: str = xml.get("name", otherwise)
    return f"{{{xml['namespace']}}}{name}" if "namespace" in xml else name


@dataclass(frozen=True, slots=True)
class _Place:
    """What the schema of an object says of one of its elements."""

    key: str
    schema: dict[str, Any]
    many: bool


class _Reader:
    def __init__(self, document: Document, pointer: str) -> None:
        self._document = document
        self._pointer = pointer

    def value(self, element: _Element, schema: dict[str, Any], at: tuple[str | int, ...]) -> Any:
        types = self._document.types(schema)
        if "object" in types:
            return self._object(element, schema, at)
        if "array" in types:
            return self._wrapped(element, schema, at)
        if not types and (element.children or element.attributes):
            return self._unknown(element)
        if element.children:
            raise self._broken(at, "text, not elements")
        return typed(self._document, element.text, schema)

    def _object(
        self, element: _Element, schema: dict[str, Any], at: tuple[str | int, ...]
    ) -> dict[str, Any]:
        if element.text.strip():
            raise self._broken(at, "elements, and no text between them")
        attributes, places = self._places(schema)
        found: dict[str, Any] = {}
        for name, text in element.attributes.items():
            if name in attributes:
                key, part = attributes[name]
                found[key] = typed(self._document, text, part)
            elif not name.startswith("{"):  # xml:lang, xsi:schemaLocation and the like say nothing
                found[f"@{name}"] = text
        for child in element.children:
            place = places.get(child.name)
            if place is None:
                self._keep(found, child.name, self._unknown(child), at)
            elif place.many:
                items = found.setdefault(place.key, [])
                items.append(self.value(child, place.schema, (*at, place.key, len(items))))
            elif place.key in found:
                raise self._broken((*at, place.key), "the element once")
            else:
                found[place.key] = self.value(child, place.schema, (*at, place.key))
        return found

    def _wrapped(
        self, element: _Element, schema: dict[str, Any], at: tuple[str | int, ...]
    ) -> list[Any]:
        if element.text.strip():
            raise self._broken(at, "elements, and no text between them")
        items = self._document.flat(schema.get("items"))
        name = _name(items, element.name)
        if any(child.name != name for child in element.children):
            raise self._broken(at, f"elements {name} only")
        return [
            self.value(child, items, (*at, index)) for index, child in enumerate(element.children)
        ]

    def _places(
        self, schema: dict[str, Any]
    ) -> tuple[dict[str, tuple[str, dict[str, Any]]], dict[str, _Place]]:
        attributes: dict[str, tuple[str, dict[str, Any]]] = {}
        places: dict[str, _Place] = {}
        for key, node in schema.get("properties", {}).items():
            part = self._document.flat(node)
            xml = part.get("xml", {})
            if xml.get("attribute", False):
                attributes[_name(part, key)] = key, part
            elif "array" in self._document.types(part) and not xml.get("wrapped", False):
                items = self._document.flat(part.get("items"))
                places[_name(items, key)] = _Place(key, items, many=True)
            else:
                places[_name(part, key)] = _Place(key, part, many=False)
        return attributes, places

    def _keep(self, found: dict[str, Any], key: str, value: Any, at: tuple[str | int, ...]) -> None:
        """An element the contract does not name: once it is a value, repeated it is a list."""
        if key not in found:
            found[key] = value
        elif self._document.named(key):
            raise self._broken((*at, key), "an attribute, not an element of that name")
        elif isinstance(found[key], list):
            found[key].append(value)
        else:
            found[key] = [found[key], value]

    def _unknown(self, element: _Element) -> Any:
        if not element.children and not element.attributes:
            return element.text
        value: dict[str, Any] = {f"@{name}": text for name, text in element.attributes.items()}
        for child in element.children:
            inner = self._unknown(child)
            if child.name in value:
                before = is_list(value[child.name])
                if before is None:
                    value[child.name] = [value[child.name], inner]
                else:
                    before.append(inner)
            else:
                value[child.name] = inner
        if element.text.strip():
            value["#text"] = element.text
        return value

    def _broken(self, at: tuple[str | int, ...], expected: str) -> MalformedXmlError:
        fault = Fault(pointer_of(at), "xml", expected, self._pointer)
        return MalformedXmlError("its elements do not stand as the contract describes", (fault,))
