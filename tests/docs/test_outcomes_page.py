"""What the page "What happened to the lead" says in its tree and tables is what happens."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest

import rechat_leads
from docs.pages import blocks, rows
from rechat_leads import DeliveryError, InvalidPayloadError, LeadClient, RechatError

CHANNEL = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"
LEAD = "0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11"
PAGE = "outcomes.md"


def answers(status: int, **more: object) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, **more)  # type: ignore[arg-type]


def raises(kind: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    def fail(_: httpx.Request) -> httpx.Response:
        raise kind("for the test")

    return fail


SOON = {"Retry-After": "0"}
CASES = {
    "no connection: refused, unknown host, TLS": [raises(httpx.ConnectError)],
    "4xx": [answers(400), answers(422)],
    "429": [answers(429)],
    "503 with `Retry-After`": [answers(503, headers=SOON)],
    "any other 5xx": [answers(500), answers(503)],
    "the connection broke or went silent after sending began": [
        raises(httpx.ReadError),
        raises(httpx.RemoteProtocolError),
        raises(httpx.ReadTimeout),
    ],
    "the time was up before sending began": [raises(httpx.ConnectTimeout)],
    "the time was up after sending began": [raises(httpx.ReadTimeout)],
    "a success that cannot be read, an unlisted 2xx, a redirect": [
        answers(200, text="<html>"),
        answers(206),
        answers(302, headers={"Location": "https://example.com/"}),
    ],
    "could not connect": [raises(httpx.ConnectError)],
    "connection lost": [raises(httpx.ReadError)],
    "an answer that cannot be read": [answers(200, text="<html>")],
    "any other 4xx": [answers(400)],
    "time used up": [raises(httpx.ReadTimeout)],
}


def client_for(
    case: str, answer: Callable[[httpx.Request], httpx.Response], retries: int
) -> LeadClient:
    # So short that a timeout is the whole call's.
    timeout = 0.01 if "time " in case else 30.0
    transport = httpx.MockTransport(answer)
    return LeadClient(
        CHANNEL, base_url="https://example.com", transport=transport, timeout=timeout,
        retries=retries,
    )  # fmt: skip


def test_the_tree_of_errors_is_the_tree_of_classes() -> None:
    [tree] = [block for block in blocks("text") if block.file.endswith(PAGE)]
    above: list[type] = []
    told: set[type] = set()
    for line in tree.text.splitlines():
        [(indent, name)] = re.findall(r"^([│├└─ ]*)(\w+)", line)
        kind = getattr(rechat_leads, name)
        above[len(indent) // 4 :] = [kind]
        told.add(kind)
        base = above[-2] if len(above) > 1 else Exception
        assert kind.__bases__ == (base,), line
    exist = {getattr(rechat_leads, name) for name in rechat_leads.__all__}
    kinds = {kind for kind in exist if isinstance(kind, type)}
    assert told == {kind for kind in kinds if issubclass(kind, RechatError)}


@pytest.mark.parametrize("row", rows(PAGE, "## May it have been delivered?"), ids=lambda r: r[0])
def test_a_row_of_the_table_of_outcomes_holds(row: list[str]) -> None:
    case, error_name, may_have = row
    kind = getattr(rechat_leads, error_name.strip("`"))
    if kind is InvalidPayloadError:
        with LeadClient(CHANNEL, base_url="https://example.com") as client:
            with pytest.raises(InvalidPayloadError) as caught:
                client.capture({"nothing": "of the contract"})
            assert str(caught.value.may_have_been_delivered) == may_have.strip("`")
        return
    for answer in CASES[case]:
        with client_for(case, answer, retries=0) as client:
            with pytest.raises(RechatError) as failed:
                client.capture(first_name="Ada")
            assert type(failed.value) is kind
            assert str(failed.value.may_have_been_delivered) == may_have.strip("`")


def retried_cases() -> Iterator[tuple[str, str, str]]:
    for causes, post, put in rows(PAGE, "## Retries"):
        for cause in re.split(r", (?![^(]*\))", causes):
            yield cause, post, put


@pytest.mark.parametrize(("cause", "post", "put"), list(retried_cases()))
def test_a_row_of_the_table_of_retries_holds(
    cause: str, post: str, put: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)

    def attempts(call: Callable[[LeadClient], object], *, duplicates: bool = False) -> int:
        with client_for(cause, CASES[cause][0], retries=1) as client:
            with pytest.raises(DeliveryError) as failed:
                call(client.with_options(allow_duplicates=duplicates))
            return failed.value.attempts

    def capture(client: LeadClient) -> object:
        return client.capture(first_name="Ada")

    def activity(client: LeadClient) -> object:
        return client.lead(LEAD).logged_in()

    def reassign(client: LeadClient) -> object:
        return client.reassign(LEAD, {"email": "agent@example.com"})

    expected = 2 if post == "retried" else 1
    assert attempts(capture) == attempts(activity) == expected
    assert attempts(reassign) == (2 if put == "retried" else 1)
    if "unless" in post:
        assert attempts(capture, duplicates=True) == 2
