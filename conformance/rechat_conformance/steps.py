"""The way to a finding: its requests in order, with names for what is another one in every run."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .changes import Change
from .document import Document, tokens_of
from .exchange import Exchange
from .findings import Derived, Step
from .privacy import Names
from .settings import Settings
from .shapes import is_list, is_object

__all__ = ["Namer", "links_of", "text_at", "value_at"]


@dataclass(frozen=True, slots=True)
class Namer:
    """Writes exchanges down as steps that somebody else can take."""

    settings: Settings
    document: Document
    """The whole contract: its links say what an answer gives to later requests."""
    names: Names
    derived: Mapping[str, tuple[str, Change]]
    """Ids made of given ones, each with the given one and with how it was made of it."""

    def steps(self, exchange: Exchange) -> tuple[Step, ...]:
        """The requests of an exchange and of those before it, without credentials and ids."""
        way = _Way(self)
        steps = [way.step(one, is_last=one is exchange) for one in (*exchange.after, exchange)]
        return tuple(_needed(step, steps[number + 1 :]) for number, step in enumerate(steps))


def links_of(document: Document, exchange: Exchange) -> dict[str, str]:
    """What an answer gives to later requests: parameters, each with the JSON pointer of its value.

    Args:
        document: The contract, with its links.
        exchange: The exchange.
    """
    operation = document.operations.get(exchange.operation_id or "")
    place = operation.responses.get(str(exchange.status)) if operation else None
    if place is None:
        return {}
    return {
        name: expression.removeprefix("$response.body#")
        for link in place.value.get("links", {}).values()
        for name, expression in link.get("parameters", {}).items()
        if isinstance(expression, str) and expression.startswith("$response.body#")
    }


def _needed(step: Step, later: list[Step]) -> Step:
    """The step without the names that no later one uses."""
    texts = [text for one in later for text in (one.url, *one.headers.values())]
    texts += [one.body.decode("utf-8", "replace") for one in later if one.body is not None]

    def is_used(name: str) -> bool:
        return any("{" + name + "}" in text for text in texts)

    derives = {name: one for name, one in step.derives.items() if is_used(name)}
    bases = {one.base for one in derives.values()}
    gives = {name: at for name, at in step.gives.items() if is_used(name) or name in bases}
    return dataclasses.replace(step, gives=gives, derives=derives)


class _Way:
    """One way: every value that an answer of it gives has a name of its own."""

    def __init__(self, namer: Namer) -> None:
        self._namer = namer
        self._local = Names()
        self._bases: set[str] = set()
        self._replaced: dict[str, str] = {}

    def step(self, exchange: Exchange, *, is_last: bool) -> Step:
        """The next step."""
        request = exchange.request
        headers = {
            name: "{HEADER_" + str(number) + "}"
            for number, name in enumerate(self._namer.settings.headers, 1)
        }
        headers |= {name: self._hide(value) for name, value in request.headers.items()}
        body = request.body
        if body is not None:
            text = body.decode("utf-8", "replace")
            hidden = self._hide(text)
            body = body if hidden == text else hidden.encode()
        path = self._hide(request.path)
        url = self._namer.settings.base_url.rstrip("/") + path
        gives, derives = ({}, {}) if is_last else self._given(exchange)
        return Step(request.method, url, headers, body, gives, derives)

    def _given(self, exchange: Exchange) -> tuple[dict[str, str], dict[str, Derived]]:
        gives: dict[str, str] = {}
        derives: dict[str, Derived] = {}
        for parameter, pointer in links_of(self._namer.document, exchange).items():
            value = text_at(exchange, pointer)
            if value is None or self._local.name_of(value):
                continue
            name = self._free(parameter.upper())
            gives[name] = pointer
            self._local.add(value, name)
            for other, (base, change) in self._namer.derived.items():
                if base == value:
                    derived = self._free(f"{name}_CHANGED")
                    derives[derived] = Derived(name, change)
                    self._replaced[other] = derived
        return gives, derives

    def _free(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._bases:
            number += 1
            name = f"{wanted}_{number}"
        self._bases.add(name)
        return name

    def _hide(self, text: str) -> str:
        # Exactly: an id in upper case is the same id to `Names`.
        for value, name in self._replaced.items():
            text = text.replace(value, "{" + name + "}")
        return self._namer.names.hide(self._local.hide(text))


def text_at(exchange: Exchange, pointer: str) -> str | None:
    """The text at a JSON pointer of an answer; None: there is none."""
    if exchange.answer is None:
        return None
    try:
        value: Any = json.loads(exchange.answer.body)
    except (ValueError, RecursionError):
        return None
    return value_at(value, pointer)


def value_at(value: Any, pointer: str) -> str | None:
    """The text at a JSON pointer of a value; None: there is none."""
    for token in tokens_of(pointer):
        if is_object(value):
            value = value.get(token)
        elif is_list(value) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value if isinstance(value, str) else None
