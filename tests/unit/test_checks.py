"""What is refused before sending, what is mended, and how the faults are told."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import json
import sys
import types
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import httpx
import pytest
from overlay_helpers.harness import LEAD, Harness, Recorder, accept

from rechat_lead_capture_client import models
from rechat_lead_capture_contract import contract
from rechat_leads import ConfigurationError, Fault, InvalidPayloadError, LeadClient, check_lead

CHANNEL = "8c1d7e52-0f3a-4b96-a2c8-5e7b91d04f36"


class Sent:
    """A client whose captures come back as the JSON that was sent."""

    def __init__(self) -> None:
        self.recorder = Recorder(accept)
        self.client = LeadClient(CHANNEL, transport=httpx.MockTransport(self.recorder))

    def __call__(self, payload: Any = None, **options: Any) -> Any:
        self.client.capture(payload, **options)
        return json.loads(self.recorder.requests[-1].content)

    def faults(self, payload: Any = None, **options: Any) -> tuple[Fault, ...]:
        before = len(self.recorder.requests)
        with pytest.raises(InvalidPayloadError) as caught:
            self.client.capture(payload, **options)
        assert len(self.recorder.requests) == before
        assert caught.value.may_have_been_delivered is False
        assert caught.value.__cause__ is None
        for fault in caught.value.faults:
            assert str(fault) in str(caught.value)
        return caught.value.faults


@pytest.fixture
def sent() -> Iterator[Sent]:
    made = Sent()
    with made.client:
        yield made


def at(pointer: str, document: Any) -> Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key) if isinstance(document, list) else key]
    return document


def pairs(faults: tuple[Fault, ...]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.rule) for fault in faults]


# --- Faults ---------------------------------------------------------------------------------------


def test_all_faults_at_once_with_pointer_rule_expectation_and_source(sent: Sent) -> None:
    faults = sent.faults(
        {
            "email": "zaphod at example",
            "first_name": 42,
            "tag": ["ok", 7, None],
            "listing": {"price": "much", "property": {"address": {"city": False}}},
            "assignees": [{}, {"email": "nobody"}],
            "referer_url": "www.example.com",
            "tags": [],
        }
    )
    assert [(f.pointer, f.rule, f.expected, f.contract) for f in faults] == [
        (
            "/assignees/1/email",
            "format",
            "an e-mail address",
            "/components/schemas/Assignee/properties/email/format",
        ),
        (
            "/email",
            "format",
            "an e-mail address",
            "/components/schemas/LeadCapturePayload/properties/email/format",
        ),
        (
            "/first_name",
            "type",
            "text",
            "/components/schemas/LeadCapturePayload/properties/first_name/type",
        ),
        (
            "/listing/price",
            "type",
            "a number",
            "/components/schemas/Listing/properties/price/type",
        ),
        (
            "/listing/property/address/city",
            "type",
            "text",
            "/components/schemas/Address/properties/city/type",
        ),
        (
            "/referer_url",
            "format",
            "an absolute URL, such as https://www.example.com/page",
            "/components/schemas/LeadCapturePayload/properties/referer_url/format",
        ),
        (
            "/tag/1",
            "type",
            "text",
            "/components/schemas/LeadCapturePayload/properties/tag/items/type",
        ),
        (
            "/tags",
            "unknown-field",
            "a field of the contract: did you mean 'tag'? "
            "(to send one it does not name, use extra_fields)",
            "",
        ),
    ]
    for fault in faults:
        if fault.contract:
            at(fault.contract, contract())


def test_a_fault_in_one_line() -> None:
    fault = Fault("/listing/price", "type", "a number")
    assert str(fault) == "/listing/price: expected a number (rule type)"
    assert str(Fault("", "type", "an object")) == "/: expected an object (rule type)"


@pytest.mark.parametrize(
    ("action", "given", "missing"),
    [
        ("ContactViewedListing", {}, "/listing"),
        ("ContactValuedListing", {"search": {}}, "/listing"),
        ("ContactCreatedSearch", {}, "/search"),
        ("ContactSearchedListings", {"listing": {}}, "/search"),
        ("ContactViewedListing", {"listing": None}, "/listing"),
    ],
)
async def test_the_rules_of_the_actions(
    harness: Harness, action: str, given: Any, missing: str
) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        for checks in ("strict", "rules"):
            view = client.with_options(checks=checks)
            with pytest.raises(InvalidPayloadError) as caught:
                await view.post_activity(LEAD, {"action": action, **given})
            (fault,) = caught.value.faults
            assert (fault.pointer, fault.rule) == (missing, "required")
            assert fault.expected == "this field, which is required here"
            assert at(fault.contract, contract()) == [missing[1:]]
        for payload, rule in (({}, "required"), ({"action": "ContactMovedIn"}, "enum"),
                              ({"action": ""}, "enum"), ({"action": None}, "type"),
                              ({"action": 5}, "type")):  # fmt: skip
            with pytest.raises(InvalidPayloadError) as caught:
                await client.post_activity(LEAD, payload)
            faults = caught.value.faults
            assert {fault.pointer for fault in faults} == {"/action"}
            assert rule in {fault.rule for fault in faults}
        enumeration = next(f for f in caught.value.faults if f.rule in {"enum", "type"})
        assert "ContactMovedIn" not in str(enumeration)
    assert recorder.requests == []


def test_an_unknown_action_is_told_the_known_ones(sent: Sent) -> None:
    with pytest.raises(InvalidPayloadError) as caught:
        sent.client.post_activity(LEAD, {"action": "Zaphod"})
    assert "ContactViewedListing" in str(caught.value)
    assert "Zaphod" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("tags", "tag"),
        ("firstname", "first_name"),
        ("firstName", "first_name"),
        ("First_Name", "first_name"),
        ("e_mail", "email"),
        ("phone_numbers", "phone_number"),
        ("referrer_url", "referer_url"),
        ("notes", "note"),
        ("assignee", "assignees"),
        ("first", "first_name"),
        ("shoe_size", None),
        ("", None),
        ("x" * 200, None),
    ],
)
def test_near_misses(sent: Sent, name: str, near: str | None) -> None:
    (fault,) = sent.faults({name: "Zaphod"})
    assert fault.rule == "unknown-field"
    assert fault.pointer == f"/{name}"
    assert "extra_fields" in fault.expected
    assert (f"did you mean {near!r}?" in fault.expected) is (near is not None)
    assert ("did you mean" in fault.expected) is (near is not None)
    if near is None:
        assert fault.expected == (
            "a field of the contract (to send one it does not name, use extra_fields)"
        )
    assert "Zaphod" not in str(fault)


def test_pointers_are_escaped(sent: Sent) -> None:
    assert pairs(sent.faults({"a/b~c": 1})) == [("/a~1b~0c", "unknown-field")]
    assert pairs(sent.faults(extra_fields={"a/b": {"~": {1}}})) == [("/a~1b/~0", "not-json")]


# --- Mending --------------------------------------------------------------------------------------


def test_none_and_blank_optional_fields_are_omitted(sent: Sent) -> None:
    payload = {
        "first_name": "",
        "last_name": None,
        "email": "  ",
        "note": "\t\n",
        "phone_number": " 5 ",
        "tag": [None, "a", None, ""],
        "listing": {"price": None, "property": {"address": {"city": " "}}},
        "assignees": [None, {"email": None}],
        "referer_url": "\u2003",
    }
    assert sent(payload) == {
        "phone_number": " 5 ",
        "tag": ["a", ""],
        "listing": {"property": {"address": {}}},
        "assignees": [{}],
    }
    assert sent(**payload) == sent(payload)
    assert sent() == {}
    assert sent(None) == {}


def test_surrounding_space_is_stripped_in_formatted_fields_only(sent: Sent) -> None:
    payload = {"email": " ada@example.com\n", "referer_url": "\thttps://x.example/ ", "note": " x "}
    assert sent(payload) == {
        "email": "ada@example.com",
        "referer_url": "https://x.example/",
        "note": " x ",
    }


@pytest.mark.parametrize(
    ("given", "ascii_form"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.Lovelace+x@Example.COM", "Ada.Lovelace+x@Example.COM"),
        ("ada@exämple.de", "ada@xn--exmple-cua.de"),
        ("ada@EXÄMPLE.de", "ada@xn--exmple-cua.de"),
        (" ada@exämple.de ", "ada@xn--exmple-cua.de"),
        ("ada@例え.jp", "ada@xn--r8jz45g.jp"),
        ("ada@straße.de", "ada@xn--strae-oqa.de"),
        ("ada@sub.bücher.example", "ada@sub.xn--bcher-kva.example"),
        ("ada@xn--exmple-cua.de", "ada@xn--exmple-cua.de"),
        ('"a@b"@exämple.de', '"a@b"@xn--exmple-cua.de'),
    ],
)
def test_international_addresses(sent: Sent, given: str, ascii_form: str) -> None:
    assert sent(email=given) == {"email": ascii_form}


@pytest.mark.parametrize(
    "given",
    ["ada", "ada@", "@example.com", "ada@exa mple.com", "a@b@c", "ada l@Example.COM",
     "ada@-ä-.de", "ada@ä..de", "ada@\u2488com.de", "ada@" + "ä" * 300 + ".de", "jörg@example.com"],
)  # fmt: skip
def test_no_addresses(sent: Sent, given: str) -> None:
    (fault,) = sent.faults(email=given)
    assert (fault.pointer, fault.rule) == ("/email", "format")
    assert given not in str(fault)
    view = sent.client.with_options(checks="rules")
    view.capture(email=given)
    assert json.loads(sent.recorder.requests[-1].content) == {"email": given}


@pytest.mark.parametrize(
    ("given", "ascii_form"),
    [
        ("https://x.example/a?b=c#d", None),
        ("https://x.example/a%20b", None),
        ("http://127.0.0.1:8000/", None),
        ("https://x.example/a b", "https://x.example/a%20b"),
        ("https://x.example/ø|x", "https://x.example/%C3%B8%7Cx"),
        ("https://x.example/?q=ø&r=a b|c", "https://x.example/?q=%C3%B8&r=a%20b%7Cc"),
        ("https://x.example/#ø", "https://x.example/#%C3%B8"),
        ("https://x.example/100%/ø", "https://x.example/100%25/%C3%B8"),
        ("https://x.example/%C3%B8/ø", "https://x.example/%C3%B8/%C3%B8"),
        ("https://x.example/%c3%b8/ø", "https://x.example/%c3%b8/%C3%B8"),
        ("https://x.example/%zz%4", "https://x.example/%25zz%254"),
        ("https://x.example/%XX/ø", "https://x.example/%25XX/%C3%B8"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://BÜCHER.example:8443/x?y", "https://xn--bcher-kva.example:8443/x?y"),
        ("https://ü@bücher.example/", "https://%C3%BC@xn--bcher-kva.example/"),
        ("https://u:ü@[::1]:80/ø", "https://u:%C3%BC@[::1]:80/%C3%B8"),
        ('https://x.example/{a}[b]\\^`<>"', "https://x.example/%7Ba%7D%5Bb%5D%5C%5E%60%3C%3E%22"),
        ("https://x.example/a?b[]=c", "https://x.example/a?b%5B%5D=c"),
        ("mailto:ada@example.com", None),
    ],
)
def test_international_urls(sent: Sent, given: str, ascii_form: str | None) -> None:
    assert sent(referer_url=given) == {"referer_url": ascii_form or given}
    assert sent(listing={"cover_image_url": f" {given} "}) == {
        "listing": {"cover_image_url": ascii_form or given}
    }


@pytest.mark.parametrize(
    "given",
    ["www.example.com", "/a/b", "//x.example/ø", "https://[::1/ø", "https://ü:x/", "ø",
     "https://ü:99999999/", "https://-ü-.example/", "https://x.example:ø/", "1:x"],
)  # fmt: skip
def test_no_urls(sent: Sent, given: str) -> None:
    (fault,) = sent.faults(referer_url=given)
    assert (fault.pointer, fault.rule) == ("/referer_url", "format")


def test_rules_only(sent: Sent) -> None:
    view = sent.client.with_options(checks="rules")
    view.capture(email="nobody", referer_url="nowhere", assignees=[{"email": "x y"}])
    assert json.loads(sent.recorder.requests[-1].content) == {
        "email": "nobody",
        "referer_url": "nowhere",
        "assignees": [{"email": "x y"}],
    }
    for payload in ({"email": 5}, {"tags": []}, {"listing": []}, {"note": float("nan")}):
        with pytest.raises(InvalidPayloadError):
            view.capture(payload)


# --- Python values --------------------------------------------------------------------------------


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    BIG = 9


class Text(str):
    """A text that shows something else."""

    __slots__ = ()

    def __str__(self) -> str:
        return "masked"


class Whole(int):
    def __str__(self) -> str:
        return "masked"


class View(Mapping[str, Any]):
    """A mapping that is no dictionary."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)


@pytest.mark.parametrize(
    ("given", "as_json"),
    [
        (Colour.RED, "red"),
        (Text("plain"), "plain"),
        (uuid.UUID(LEAD), LEAD),
        (dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), "2026-11-23T09:00:00+00:00"),
        (dt.date(2026, 11, 23), "2026-11-23"),
        pytest.param("ü\U0001f600\x00", "ü\U0001f600\x00", id="any characters"),
        (models.ActivityAction("ContactSignedUp"), "ContactSignedUp"),
    ],
    ids=repr,
)
def test_values_that_become_text(sent: Sent, given: Any, as_json: str) -> None:
    assert sent(note=given) == {"note": as_json}


@pytest.mark.parametrize(
    ("given", "as_json"),
    [
        (750000, "750000"),
        (Size.BIG, "9"),
        (Whole(7), "7"),
        (0.1, "0.1"),
        (-0.0, "-0.0"),
        (Decimal("750000.10"), "750000.1"),
        (Decimal("750000.00"), "750000"),
        (Decimal("1e6"), "1000000"),
        (Decimal("1e-400"), "0.0"),
        (Decimal("-1e308"), "-1" + "0" * 308),
        (10**308, "1" + "0" * 308),
        (2**53 + 1, "9007199254740993"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
    ids=str,
)
def test_numbers(sent: Sent, given: Any, as_json: str) -> None:
    assert sent(listing={"price": given}) == {"listing": {"price": json.loads(as_json)}}
    assert f'{{"price":{as_json}}}'.encode() in sent.recorder.requests[-1].content


@pytest.mark.parametrize(
    "given",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1e309"),
        Decimal("-1e999999"),
        10**309,
        -(10**5000),
    ],
    ids=range(10),
)
def test_numbers_that_json_cannot_hold(sent: Sent, given: Any) -> None:
    assert pairs(sent.faults(listing={"price": given})) == [("/listing/price", "not-json")]
    assert pairs(sent.faults(extra_fields={"x": [given]})) == [("/x/0", "not-json")]
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact, decimal.Overflow])):
        assert pairs(sent.faults(listing={"price": given})) == [("/listing/price", "not-json")]
        assert sent(listing={"price": Decimal("750000.10")}) == {"listing": {"price": 750000.1}}


class Odd:
    """Something that is no JSON."""


class BadModel:
    def to_dict(self) -> Any:
        raise KeyError("zaphod")


class ListModel:
    def to_dict(self) -> Any:
        return ["zaphod"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"zaphod",
        lambda: bytearray(b"zaphod"),
        lambda: memoryview(b"zaphod"),
        lambda: {"zaphod"},
        lambda: frozenset({"zaphod"}),
        lambda: (x for x in ["zaphod"]),
        lambda: iter(["zaphod"]),
        lambda: map(str, ["zaphod"]),
        lambda: range(3),
        lambda: collections.deque(["zaphod"]),
        {"zaphod": 1}.items,
        lambda: 1j,
        lambda: dt.time(9),
        lambda: dt.timedelta(1),
        Odd,
        lambda: Odd,
        lambda: len,
        lambda: ...,
        lambda: NotImplemented,
        lambda: ValueError("zaphod"),
        lambda: "\ud800zaphod",
        BadModel,
        ListModel,
        lambda: models.Listing(property_="zaphod"),  # type: ignore[arg-type]
        lambda: models.LeadCapturePayload(listing=None),  # type: ignore[arg-type]
    ],
)
@pytest.mark.parametrize("place", ["note", "listing", "tag", "extra", "payload"])
def test_what_is_not_json_is_a_typed_fault(sent: Sent, make: Any, place: str) -> None:
    value = make()
    if place == "extra":
        faults, pointer = sent.faults(extra_fields={"x": {"y": value}}), "/x/y"
    elif place == "payload":
        faults, pointer = sent.faults(value), ""
    elif place == "tag":
        faults, pointer = sent.faults(tag=[value]), "/tag/0"
    else:
        faults, pointer = sent.faults({place: value}), f"/{place}"
    assert pairs(faults) == [(pointer, "not-json")]
    assert "zaphod" not in str(faults)
    # With keywords over it, a payload is the same.
    if place == "payload" and not isinstance(value, str):
        assert sent.faults(value, first_name="Ada")[0].rule == "not-json"


def test_a_text_of_another_class_is_mended_and_refused_as_any_text(sent: Sent) -> None:
    assert sent(email=Text(" ada@exämple.de ")) == {"email": "ada@xn--exmple-cua.de"}
    assert pairs(sent.faults(note=Text("\ud800"))) == [("/note", "not-json")]


def test_what_is_no_structure_of_json_is_told_in_words(sent: Sent) -> None:
    loop: list[Any] = []
    loop.append(loop)
    (fault,) = sent.faults(extra_fields={"x": loop})
    assert (fault.pointer, fault.rule) == ("/x/0", "not-json")
    assert fault.expected == "a structure that does not contain itself"
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    (fault,) = sent.faults(extra_fields={"x": deep})
    assert fault.expected == "at most 64 levels of nesting"
    assert fault.pointer == "/x" + "/0" * 63


def test_what_is_no_json_is_told_in_words(sent: Sent) -> None:
    class Model:
        def to_dict(self) -> Any:
            raise ZeroDivisionError

    no_json = "a JSON value (text, number, true or false, list, or mapping), not "
    assert sent.faults(note=b"x")[0].expected == no_json + "bytes"
    assert sent.faults({1: "x"})[0].expected == "names that are text, not int"
    fault = sent.faults(listing=Model())[0]
    assert fault.expected == (
        "a model whose fields hold what their annotations say (Model: ZeroDivisionError)"
    )
    # A payload that is none, with keywords over it.
    assert pairs(sent.faults(Model(), first_name="Ada")) == [("", "not-json")]


def test_the_error_tells_each_fault_on_a_line_of_its_own(sent: Sent) -> None:
    with pytest.raises(InvalidPayloadError) as caught:
        sent(note=5, first_name=7)
    assert str(caught.value).splitlines()[1:] == [
        "  /first_name: expected text (rule type)",
        "  /note: expected text (rule type)",
    ]


@pytest.mark.parametrize("value", ["text", 5, 5.5, True, [], [{}], uuid.UUID(LEAD), Colour.RED])
def test_a_payload_that_is_json_but_no_object(sent: Sent, value: Any) -> None:
    assert pairs(sent.faults(value)) == [("", "type")]
    assert sent.faults(value, first_name="Ada")[0].pointer == ""


@pytest.mark.parametrize("key", [1, None, b"note", ("a",), 1.5, True, Odd()])
def test_names_that_are_no_text(sent: Sent, key: Any) -> None:
    assert pairs(sent.faults({key: "x"})) == [("", "not-json")]
    assert pairs(sent.faults({"listing": {key: "x"}})) == [("/listing", "not-json")]
    assert pairs(sent.faults(extra_fields={"x": {key: "x"}})) == [("/x", "not-json")]


def test_names_that_are_odd_text(sent: Sent) -> None:
    class Name(str, enum.Enum):  # noqa: UP042 - the older way
        NOTE = "note"

    assert sent({Name.NOTE: "x"}) == {"note": "x"}
    assert sent({Text("note"): "x"}) == {"note": "x"}
    assert pairs(sent.faults({"\ud800": "x"})) == [("", "not-json")]
    assert pairs(sent.faults(extra_fields={"\udfff": "x"})) == [("", "not-json")]
    assert sent.faults({"\ud800": "x"})[0].expected == "names without lone surrogates"
    assert sent.faults(note="\ud800")[0].expected == "text without lone surrogates"


def test_of_a_payload_of_ten_thousand_values_all_faults_are_told(sent: Sent) -> None:
    """Of a larger one, the first stands for all: see InvalidPayloadError."""
    wrong: list[Any] = [1, 2, *(["x"] * 9_997)]
    assert pairs(sent.faults(tag=wrong)) == [("/tag/0", "type"), ("/tag/1", "type")]
    assert len(sent.faults(tag=[*wrong, "x"])) == 1


def test_mappings_of_any_kind(sent: Sent) -> None:
    assert sent(types.MappingProxyType({"note": "x"})) == {"note": "x"}
    assert sent(collections.OrderedDict(note="x")) == {"note": "x"}
    assert sent(View({"listing": View({"price": 1})})) == {"listing": {"price": 1}}
    assert sent(collections.ChainMap({"note": "x"}, {"note": "y"})) == {"note": "x"}
    assert sent(View({"note": "x"}), first_name="Ada") == {"note": "x", "first_name": "Ada"}


def test_structures_that_contain_themselves(sent: Sent) -> None:
    one: list[Any] = []
    one.append(one)
    two: dict[str, Any] = {}
    two["listing"] = two
    wide: list[Any] = []
    wide.extend([wide, wide, wide])  # without care, 3 to the power of 64 steps
    assert pairs(sent.faults(tag=one)) == [("/tag/0", "not-json")]
    assert sent.faults(two)[0].pointer == "/listing"
    assert len(sent.faults(extra_fields={"x": wide})) == 3
    shared = {"city": "Springfield"}
    assert sent(extra_fields={"a": [shared, shared], "b": shared}) == {
        "a": [shared, shared],
        "b": shared,
    }


def test_deep_structures(sent: Sent) -> None:
    def nested(depth: int) -> Any:
        value: Any = "x"
        for _ in range(depth):
            value = [value]
        return value

    assert sent(extra_fields={"x": nested(60)}) == {"x": nested(60)}
    for depth in (64, 100, 100_000):
        (fault,) = sent.faults(extra_fields={"x": nested(depth)})
        assert fault.rule == "not-json"
        assert "64 levels" in fault.expected


def test_a_fault_around_others_is_told_once(sent: Sent) -> None:
    assert pairs(sent.faults({"listing": {1}, "email": b"x", "tag": {"a"}})) == [
        ("/email", "not-json"),
        ("/listing", "not-json"),
        ("/tag", "not-json"),
    ]


@pytest.mark.parametrize(
    ("call", "places"),
    [
        (
            lambda c: c.post_activity("..", action="Nope", listing=5),
            [("/action", "enum"), ("/lead_id", "format"), ("/listing", "type")],
        ),
        (
            lambda c: c.reassign("..", {"email": "bad"}),
            [("/0/email", "format"), ("/lead_id", "format")],
        ),
        (
            lambda c: c.post_activity("..", b"x", notes="x"),
            [("", "not-json"), ("/lead_id", "format")],
        ),
        (
            lambda c: c.capture({1: "x", "email": "bad", "first_name": 5}),
            [("", "not-json"), ("/email", "format"), ("/first_name", "type")],
        ),
        (
            lambda c: c.capture({"\ud800": "x", "email": "bad"}),
            [("", "not-json"), ("/email", "format")],
        ),
        (
            lambda c: c.capture(listing={1: "x", "\ud800": "x", "price": "1"}),
            [("/listing", "not-json"), ("/listing", "not-json"), ("/listing/price", "type")],
        ),
        (
            lambda c: c.capture(first_name=5, extra_fields=["x"]),
            [("", "type"), ("/first_name", "type")],
        ),
        (
            lambda c: c.capture(first_name=5, extra_fields={"x": {b"y": 1}, 2: 3}),
            [("", "not-json"), ("/first_name", "type"), ("/x", "not-json")],
        ),
        (lambda c: c.reassign(LEAD, {}, 5, extra_fields={"x": 1}), [("/1", "type")]),
        (lambda c: c.capture("text", extra_fields={"x": 1}), [("", "type")]),
    ],
)
def test_no_fault_hides_another(sent: Sent, call: Any, places: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidPayloadError) as caught:
        call(sent.client)
    assert pairs(caught.value.faults) == places
    assert sent.recorder.requests == []


@pytest.mark.parametrize("body_format", ["yaml", "JSON", None, ["json"], 5])
def test_body_formats_that_there_are_not(sent: Sent, body_format: Any) -> None:
    for call in (sent.client.capture, check_lead):
        with pytest.raises(ConfigurationError, match="body_format is 'json', 'form' or 'xml'"):
            call(first_name="Ada", body_format=body_format)
    assert sent.recorder.requests == []


@pytest.mark.parametrize("checks", ["none", None, "STRICT", [], 5])
def test_checks_that_there_are_not(sent: Sent, checks: Any) -> None:
    with pytest.raises(ConfigurationError, match="checks is 'strict' or 'rules'"):
        check_lead({"email": "x"}, checks=checks)
    with pytest.raises(ConfigurationError, match="checks is 'strict' or 'rules'"):
        sent.client.with_options(checks=checks)


# --- Extra fields ---------------------------------------------------------------------------------


def test_an_extra_field_replaces_what_it_cannot_be_merged_with(sent: Sent) -> None:
    extra = {"listing": {"x": 7}}
    assert sent(listing={"price": 1}, extra_fields=extra) == {"listing": {"price": 1, "x": 7}}
    faults = sent.faults(listing={"price": 1}, extra_fields={"listing": 7})
    assert pairs(faults) == [("/listing", "type")]
    assert sent(extra_fields={"x": {"y": 1}}) == {"x": {"y": 1}}


def test_extra_fields_are_merged_deep_and_sent_as_they_are(sent: Sent) -> None:
    payload = {"first_name": "Ada", "listing": {"price": 1, "property": {"address": {"city": "x"}}}}
    extra = {
        "listing": {"id": "L", "property": {"address": {"geo": [1, None, ""]}, "kind": " a "}},
        "search": {"postal_codes": ["75001"]},
        "nothing": None,
        "blank": "",
    }
    assert sent(payload, extra_fields=extra) == {
        "first_name": "Ada",
        "listing": {
            "price": 1,
            "id": "L",
            "property": {"address": {"city": "x", "geo": [1, None, ""]}, "kind": " a "},
        },
        "search": {"postal_codes": ["75001"]},
        "nothing": None,
        "blank": "",
    }
    assert payload["listing"] == {"price": 1, "property": {"address": {"city": "x"}}}
    assert sent(extra_fields={}) == {}
    assert sent(first_name="Ada", extra_fields={"first_name": "Grace"}) == {"first_name": "Grace"}


def test_extra_fields_are_checked_where_the_contract_names_them(sent: Sent) -> None:
    assert pairs(sent.faults(extra_fields={"first_name": 5, "x": 5})) == [("/first_name", "type")]
    assert pairs(sent.faults(extra_fields={"listing": {"price": None}})) == [
        ("/listing/price", "type")
    ]
    assert pairs(sent.faults(extra_fields=["x"])) == [("", "type")]
    assert pairs(sent.faults(extra_fields={1, 2})) == [("", "not-json")]


def test_reassign_faults_name_the_assignee(sent: Sent) -> None:
    with pytest.raises(InvalidPayloadError) as caught:
        sent.client.reassign(LEAD, {"email": "ok@example.com"}, {"mail": "x"}, {"email": "x"}, b"x")
    assert pairs(caught.value.faults) == [
        ("/1/mail", "unknown-field"),
        ("/2/email", "format"),
        ("/3", "not-json"),
    ]
    assert "did you mean 'email'?" in caught.value.faults[0].expected


@pytest.mark.parametrize("assignees", [[None], [{"email": "agent@example.com"}, None]])
def test_no_assignee_is_left_out(sent: Sent, assignees: list[Any]) -> None:
    """All are replaced by what is sent: without the None, more would be taken away than meant."""
    with pytest.raises(InvalidPayloadError) as caught:
        sent.client.reassign(LEAD, *assignees)
    assert pairs(caught.value.faults) == [(f"/{len(assignees) - 1}", "type")]


async def test_a_capture_without_a_channel(harness: Harness) -> None:
    from rechat_leads import AsyncLeadClient, ConfigurationError

    recorder = Recorder(accept)
    kind = AsyncLeadClient if harness.is_async else LeadClient
    async with harness.wrap(kind(transport=httpx.MockTransport(recorder))) as client:
        with pytest.raises(ConfigurationError, match="RECHAT_LEAD_CHANNEL"):
            await client.capture()
    assert recorder.requests == []


LARGEST = int(sys.float_info.max)


@pytest.mark.parametrize("value", [LARGEST, -LARGEST, Decimal(LARGEST), 1e308], ids=repr)
def test_the_largest_numbers_are_sent(sent: Sent, value: Any) -> None:
    assert sent(listing={"price": value}) == {"listing": {"price": value}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LARGEST + 1, "a number of at most 308 digits"),
        (-LARGEST - 1, "a number of at most 308 digits"),
        (Decimal(LARGEST + 1), "a number of at most 308 digits"),
        (float("nan"), "a finite number"),
        (Decimal("-Infinity"), "a finite number"),
        (Decimal("sNaN"), "a finite number"),
    ],
    ids=repr,
)
def test_numbers_that_are_none_in_json(sent: Sent, value: Any, expected: str) -> None:
    (fault,) = sent.faults(listing={"price": value})
    assert (fault.pointer, fault.rule, fault.expected) == ("/listing/price", "not-json", expected)


# --- Without sending ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "options", "places"),
    [
        ({"first_name": "Ada", "email": " ada@exämple.de "}, {}, []),
        ({}, {}, []),
        (models.LeadCapturePayload(first_name="Ada"), {"last_name": "Lovelace"}, []),
        (None, {"first_name": "Ada", "tag": ["Website"]}, []),
        ({"email": "nobody", "first_name": 5}, {}, ["/email", "/first_name"]),
        ({"email": "nobody", "first_name": 5}, {"checks": "rules"}, ["/first_name"]),
        ({"listing": {"price": 1}}, {"body_format": "form"}, ["/listing"]),
        ({"tag": ["Website"]}, {"body_format": "xml"}, ["/tag"]),
        ({"firstname": "Ada"}, {}, ["/firstname"]),
        (
            {},
            {"extra_fields": {"firstname": "Ada", "listing": {"price": "much"}}},
            ["/listing/price"],
        ),
        ({"note": float("nan")}, {}, ["/note"]),
        (["a list"], {}, [""]),
        ("text", {"first_name": "Ada"}, [""]),
    ],
)
def test_checking_says_what_capturing_would(
    sent: Sent, payload: Any, options: dict[str, Any], places: list[str]
) -> None:
    found = check_lead(payload, **options)
    assert [fault.pointer for fault in found] == places
    sent.client = sent.client.with_options(checks=options.pop("checks", "strict"))
    before = len(sent.recorder.requests)
    if places:
        assert found == sent.faults(payload, **options)
    else:
        sent.client.capture(payload, **options)
    assert len(sent.recorder.requests) == before + (not places)


def test_pointers_count_the_items_that_are_left_out(sent: Sent) -> None:
    lead = {"tag": [None, "a", None, 7], "assignees": [None, {"email": "x"}, {"mls": None}]}
    assert [fault.pointer for fault in sent.faults(lead)] == ["/assignees/1/email", "/tag/3"]
    # An extra field that takes a list's place has pointers of its own.
    faults = sent.faults({"tag": [None, "a"]}, extra_fields={"tag": ["a", "b", 7]})
    assert [fault.pointer for fault in faults] == ["/tag/2"]
