"""XML: read by the contract's schema, and with care."""

from decimal import Decimal

import httpx
import pytest
from sandbox.support import WEBHOOK, Client, faults_of, must_be_error

from rechat_sandbox.document import Document
from rechat_sandbox.xml_bodies import MAX_DEPTH, MalformedXmlError, xml_object

LEAD = "<LeadList><Lead>{}</Lead></LeadList>"
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8))
    + "]>"
)


def _post(client: Client, body: str | bytes, kind: str = "text/xml") -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    return client.post(WEBHOOK, content=content, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "<LeadList>",
        "<LeadList></Lead>",
        LEAD.format("") + LEAD.format(""),
        LEAD.format("&nbsp;"),
        LEAD.format("&#0;"),
        LEAD.format("<Contact><Note>\x00</Note></Contact>"),
        "<!DOCTYPE LeadList>" + LEAD.format(""),
        BOMB + LEAD.format("<LeadSource>&i;</LeadSource>"),
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + LEAD.format("&e;"),
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + LEAD.format(""),
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>' + LEAD.format(""),
        "<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1),
        "<a>" * 50_000,
        b"<LeadList>\xff</LeadList>",
        '<?xml version="1.0" encoding="hex"?>' + LEAD.format(""),
        '<?xml version="1.0" encoding="unicode_escape"?>' + LEAD.format(""),
        '<?xml version="1.0" encoding="no-such"?>' + LEAD.format(""),
    ],
)
def test_malformed_or_hostile_xml(client: Client, body: str | bytes) -> None:
    answer = _post(client, body)
    assert "malformed" in must_be_error(answer, 400)["message"]
    assert "passwd" not in answer.text
    assert client.stored(lambda store: store.leads()) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("<Leads/>", ""),
        ('<LeadList xmlns="urn:other"><Lead/></LeadList>', ""),
        ("<LeadList>text<Lead/></LeadList>", ""),
        (LEAD.format("text"), "/Lead"),
        (LEAD.format("<LeadSource><b/></LeadSource>"), "/Lead/LeadSource"),
        (LEAD.format("<LeadSource>a</LeadSource><LeadSource>b</LeadSource>"), "/Lead/LeadSource"),
        (LEAD.format("<Contact><PhoneList>1</PhoneList></Contact>"), "/Lead/Contact/PhoneList"),
        (
            LEAD.format("<Contact><PhoneList><Fax/></PhoneList></Contact>"),
            "/Lead/Contact/PhoneList",
        ),
        (
            "<LeadList><Status><Code>0</Code><Code>1</Code></Status><Lead/></LeadList>",
            "/Status/Code",
        ),
    ],
)
def test_xml_that_stands_otherwise_than_described(client: Client, body: str, pointer: str) -> None:
    assert faults_of(_post(client, body)) == {(pointer, "xml")}


def test_the_depth_is_bounded_at_its_number(client: Client) -> None:
    def nested(depth: int) -> str:
        return LEAD.format("<a>" * (depth - 2) + "</a>" * (depth - 2))

    assert _post(client, nested(MAX_DEPTH)).status_code == 200
    deeper = must_be_error(_post(client, nested(MAX_DEPTH + 1)), 400)
    assert "nested deeper" in deeper["message"]


def test_an_empty_list_breaks_its_rule(client: Client) -> None:
    body = LEAD.format("<Contact><PhoneList/></Contact>")
    assert faults_of(_post(client, body)) == {("/Lead/Contact/PhoneList", "minItems")}


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [
        ("utf-8", "text/xml"),
        ("utf-8", "text/xml; charset=utf-8"),
        ("iso-8859-1", "text/xml"),
        ("utf-16", "text/xml"),
        ("iso-8859-1", "text/xml; charset=ISO-8859-1"),
    ],
)
def test_the_encodings_that_are_read(client: Client, encoding: str, kind: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = declared + LEAD.format("<Contact><Note>caf\u00e9</Note></Contact>")
    answer = _post(client, text.encode(encoding), kind)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["parsed_payload"] == {"note": "caf\u00e9"}


def test_another_charset_is_refused(client: Client) -> None:
    must_be_error(_post(client, LEAD.format(""), "text/xml; charset=koi8-r"), 400)


def test_what_the_contract_does_not_name_is_kept(client: Client) -> None:
    extra = '<Pet kind="cat"><Name>Tom</Name><Name>Kit</Name>!</Pet><Odd/><Odd>2</Odd>'
    data = _post(client, LEAD.format(extra)).json()["data"]
    assert data["raw_payload"]["Lead"] == {
        "Pet": {"@kind": "cat", "Name": ["Tom", "Kit"], "#text": "!"},
        "Odd": ["", "2"],
    }
    assert data["parsed_payload"] == {}


SHAPE = {
    "xml": {"name": "order", "namespace": "urn:shop"},
    "type": "object",
    "properties": {
        "number": {"type": "integer", "xml": {"attribute": True, "name": "no"}},
        "paid": {"type": "boolean"},
        "total": {"$ref": "#/components/schemas/Money"},
        "lines": {"type": "array", "items": {"type": "number", "xml": {"name": "line"}}},
        "names": {
            "type": "array",
            "xml": {"wrapped": True, "name": "people"},
            "items": {"type": "string", "xml": {"name": "person"}},
        },
        "next": {"$ref": "#/components/schemas/Order"},
    },
}
SHOP = Document(
    {
        "components": {
            "schemas": {
                "Order": SHAPE,
                "Money": {"type": "number", "xml": {"name": "sum"}},
            }
        }
    }
)


def test_the_mapping_is_the_contracts() -> None:
    body = b"""<s:order xmlns:s="urn:shop" no="7"><paid>true</paid><sum>1.50</sum><line>1</line>
      <people><person>Ada</person><person/></people><line>x</line><s:order no="8"/></s:order>"""
    assert xml_object(SHOP, body, "/components/schemas/Order") == {
        "number": 7,
        "paid": True,
        "total": Decimal("1.50"),
        "lines": [1, "x"],
        "names": ["Ada", ""],
        "next": {"number": 8},
    }


def test_the_root_without_its_namespace() -> None:
    with pytest.raises(MalformedXmlError, match="root element"):
        xml_object(SHOP, b"<order/>", "/components/schemas/Order")
