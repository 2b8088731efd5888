"""What HTTP and the contract say of requests that are wrong as a whole, and of other origins."""

from __future__ import annotations

from rechat_conformance.answers import METHOD_REFUSALS, check_answer
from rechat_conformance.document import METHODS, Body, Operation, child
from rechat_conformance.encoding import FORM, encode, is_xml
from rechat_conformance.exchange import Exchange, Request
from rechat_conformance.grounds import ground_of
from rechat_conformance.parameters import tried
from rechat_conformance.run import Run
from rechat_conformance.scenario import (
    Lead,
    accepted_ground,
    carried,
    first_lead,
    is_on_lead,
    path_values,
)
from rechat_conformance.spelling import spellings
from rechat_conformance.target import path_of
from rechat_conformance.unusual import check_unusual

__all__ = ["check"]

_ORIGIN = "https://www.example.com"
_MALFORMED_JSON = (
    (b"", "an empty text as JSON"),
    (b"{", "JSON that ends too early"),
    (b"{'a': 1}", "JSON with single quotes"),
    (b'{"a": 1,}', "JSON with a comma too many"),
    (b'{"a": NaN}', "JSON with NaN"),
    (b'{"a": "\xff"}', "JSON that is not UTF-8"),
    (b'{"a": 1} x', "JSON with something after its end"),
    (b"a=1&b=2", "a form that says it is JSON"),
)
_MALFORMED_XML = (
    (b"", "an empty text as XML"),
    (b"<", "XML that ends too early"),
    (b"<a></b>", "XML whose tags do not match"),
    (b"not XML", "plain text that says it is XML"),
    (b"<NotInTheContract/>", "XML with another root"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "XML with an entity of its own"),
)
# Not "..": whoever collapses it (RFC 3986, section 5.2.4) answers for another path.
_MALFORMED_IDS = ("0", "not-a-uuid", "%00", "a b", "\u00e9", "1" * 300, "{}", "null")
_OTHER_MEDIA_TYPES = ("text/plain", "application/octet-stream", "image/png", "application/jsonx")


def check(run: Run) -> None:
    """Ids, parameters, media types, malformed bodies, methods, and the Fetch standard's CORS."""
    some_lead = first_lead(run)
    for operation in run.document.operations.values():
        lead = some_lead if is_on_lead(run, operation) else None
        _ids(run, operation, lead)
        if lead is None and is_on_lead(run, operation):
            continue
        _parameters(run, operation, lead)
        _media_types(run, operation, lead)
        _malformed(run, operation, lead)
        _spellings(run, operation, lead)
        _cross_origin(run, operation, lead)
        check_unusual(run, operation, lead)
    _methods(run)


def _after(lead: Lead | None) -> tuple[Exchange, ...]:
    return (lead.exchange,) if lead else ()


def _first_body(run: Run, operation: Operation) -> tuple[Body | None, object]:
    body = operation.first_body
    return body, run.maker.full(body.schema) if body else None


# --- Ids -----------------------------------------------------------------------------------------


def _ids(run: Run, operation: Operation, lead: Lead | None) -> None:
    chance = run.random("unknown ids")
    body, value = _first_body(run, operation)
    for parameter in operation.parameters:
        if parameter.location != "path" or parameter.schema.value.get("format") != "uuid":
            continue
        given = path_values(run, operation)
        if is_on_lead(run, operation):
            # Each of them twice: to be asked for makes no lead.
            for unknown in 2 * [run.uuid(chance) for _ in range(3)]:
                exchange = run.call(operation, {**given, parameter.name: unknown}, body, value)
                ground = ground_of(operation.response_pointer("404"))
                why = f"{operation.operation_id} on a {parameter.name} that nobody has"
                check_answer(run, exchange, {"404"}, ground, "unknown-id", why)
            if lead is not None:
                _near_ids(run, operation, parameter.name, lead)
        for malformed in _MALFORMED_IDS:
            exchange = run.call(operation, {**given, parameter.name: malformed}, body, value)
            rule = child(parameter.schema.pointer, "format")
            ground = ground_of(rule, operation.response_pointer("404"))
            why = f"{operation.operation_id} on a {parameter.name} that is no UUID"
            _refused(run, exchange, {"400", "404"}, "malformed-id", why, ground.pointers)


def _near_ids(run: Run, operation: Operation, name: str, lead: Lead) -> None:
    """Ids that are nearly a lead's, and the lead's own in capital letters."""
    body, value = _first_body(run, operation)
    given = path_values(run, operation, lead)
    known = given[name]
    last = "0" if known[-1] != "0" else "1"
    for near in (known[:-1] + last, known[:8] + "-0000-4000-8000-000000000000"):
        exchange = run.call(operation, {**given, name: near}, body, value, after=_after(lead))
        ground = ground_of(operation.response_pointer("404"))
        why = f"{operation.operation_id} on a {name} that is nearly a lead's"
        check_answer(run, exchange, {"404"}, ground, "unknown-id", why)
    capital = {**given, name: known.upper()}
    exchange = run.call(operation, capital, body, value, after=_after(lead))
    ground = ground_of(
        *accepted_ground(run, operation, body).pointers, standard="RFC 9562, section 4"
    )
    why = f"{operation.operation_id} on a lead's {name} in capital letters"
    check_answer(run, exchange, operation.success, ground, "id-in-capitals", why)


def _refused(
    run: Run, exchange: Exchange, expected: set[str], name: str, why: str, rules: tuple[str, ...]
) -> None:
    check_answer(run, exchange, expected, ground_of(*rules), name, why)


# --- Query and header fields ---------------------------------------------------------------------


def _parameters(run: Run, operation: Operation, lead: Lead | None) -> None:
    """Right and wrong values of the parameters beside the path, the optional ones included."""
    body, value = _first_body(run, operation)
    values = path_values(run, operation, lead)
    for one in tried(run.document, operation, run.maker, run.oracle):
        exchange = run.call(
            operation, values, body, value, parameters=one.parameters, after=_after(lead)
        )
        why = f"{operation.operation_id}, {one.about},"
        if one.broken is None:
            accepted = accepted_ground(run, operation, body).pointers
            ground = ground_of(one.parameter.schema.pointer, *accepted)
            check_answer(run, exchange, operation.success, ground, "parameter-accepted", why)
        else:
            ground = ground_of(one.broken, operation.response_pointer("400"))
            check_answer(run, exchange, {"400"}, ground, "parameter-refused", why)


# --- Bodies as a whole ---------------------------------------------------------------------------


def _media_types(run: Run, operation: Operation, lead: Lead | None) -> None:
    body, value = _first_body(run, operation)
    if body is None:
        return
    _media_type_spellings(run, operation, lead)
    content = encode(run.document, body, value)
    values = path_values(run, operation, lead)
    for media_type in _OTHER_MEDIA_TYPES:
        headers = {"Content-Type": media_type}
        exchange = run.call(
            operation, values, body, value, headers=headers, content=content, after=_after(lead)
        )
        rules: tuple[str, ...] = (operation.response_pointer("415"), body.pointer)
        why = f"{operation.operation_id} with a body of {media_type}"
        _refused(run, exchange, {"415"}, "media-type-refused", why, rules)
    exchange = run.call(operation, values, content=content, after=_after(lead))
    # Whether a server guesses, the contract does not say; it does not fail.
    ground = ground_of(operation.response_pointer("415"), body.pointer)
    why = f"{operation.operation_id} with a body of no media type"
    expected = {*operation.success, "400", "415"}
    check_answer(run, exchange, expected, ground, "media-type-missing", why)
    if operation.is_body_required:
        exchange = run.call(operation, values, after=_after(lead))
        rules = (child(operation.pointer, "requestBody", "required"),)
        why = f"{operation.operation_id} without its body"
        _refused(run, exchange, {"400", "415"}, "body-required", why, rules)


def _media_type_spellings(run: Run, operation: Operation, lead: Lead | None) -> None:
    values = path_values(run, operation, lead)
    for body in operation.bodies.values():
        value = carried(run, body, run.maker.full(body.schema))
        content = encode(run.document, body, value)
        for spelling in (f"{body.media_type}; charset=utf-8", body.media_type.upper()):
            headers = {"Content-Type": spelling}
            exchange = run.call(
                operation, values, body, value, headers=headers, content=content, after=_after(lead)
            )
            ground = accepted_ground(run, operation, body)
            why = f"{operation.operation_id} with a body of {spelling}"
            check_answer(run, exchange, operation.success, ground, "media-type-spelling", why)


def _malformed(run: Run, operation: Operation, lead: Lead | None) -> None:
    values = path_values(run, operation, lead)
    for body in operation.bodies.values():
        if body.media_type == FORM:
            continue  # any bytes are a form
        texts = _MALFORMED_XML if is_xml(body.media_type) else _MALFORMED_JSON
        for content, what in texts:
            if not content and not operation.is_body_required:
                continue  # no bytes may be no body
            exchange = run.call(operation, values, body, content=content, after=_after(lead))
            rules: tuple[str, ...] = (operation.response_pointer("400"), body.pointer)
            _refused(run, exchange, {"400"}, "malformed-body", what, rules)


def _spellings(run: Run, operation: Operation, lead: Lead | None) -> None:
    """The same body in other bytes: as other programs than ours would write it."""
    values = path_values(run, operation, lead)
    for body in operation.bodies.values():
        for content, value, what in spellings(run, body):
            exchange = run.call(operation, values, body, value, content=content, after=_after(lead))
            ground = accepted_ground(run, operation, body)
            name = "spelling-accepted"
            why = f"{operation.operation_id} ({body.media_type}), {what},"
            check_answer(run, exchange, operation.success, ground, name, why)


# --- Methods -------------------------------------------------------------------------------------


def _methods(run: Run) -> None:
    by_path: dict[str, list[Operation]] = {}
    for operation in run.document.operations.values():
        by_path.setdefault(operation.path, []).append(operation)
    for path, operations in by_path.items():
        known = {operation.method for operation in operations}
        for method in (name.upper() for name in METHODS):
            if method in known or method in {"OPTIONS", "TRACE"}:
                continue
            request = Request(method, path_of(path, path_values(run, operations[0])))
            exchange = run.target.send(request)
            ground = ground_of(operations[0].pointer, standard="RFC 9110, section 15.5.6")
            held = exchange.status in METHOD_REFUSALS
            text = f"{method} where the contract has {', '.join(sorted(known))} is answered 405"
            run.check("method-refused", ground, held, f"{text}, not {exchange.status}", exchange)
            if exchange.answer is not None and exchange.status == 405:
                allowed = {
                    word.strip()
                    for line in exchange.answer.values("allow")
                    for word in line.split(",")
                }
                text = f"an answer 405 says in Allow that {', '.join(sorted(known))} may be used"
                run.check("allow", ground, known <= allowed, text, exchange)


# --- Other origins -------------------------------------------------------------------------------


def _cross_origin(run: Run, operation: Operation, lead: Lead | None) -> None:
    rule = child(operation.pointer, "x-cross-origin")
    ground = ground_of(rule)
    if not operation.value.get("x-cross-origin") or not run.expects(ground):
        return
    values = path_values(run, operation, lead)
    preflight = Request(
        "OPTIONS",
        path_of(operation.path, values),
        {
            "Origin": _ORIGIN,
            "Access-Control-Request-Method": operation.method,
            "Access-Control-Request-Headers": "content-type",
        },
    )
    exchange = run.target.send(preflight, after=_after(lead))
    is_good = exchange.status is not None and 200 <= exchange.status < 300
    text = (
        f"a preflight request for {operation.operation_id} is answered 2xx, not {exchange.status}"
    )
    if run.check("cors-preflight", ground, is_good, text, exchange):
        methods = _words(exchange, "access-control-allow-methods")
        # POST needs no permission (the Fetch standard's CORS-safelisted methods).
        may = bool({operation.method, "*"} & methods) or operation.method in {"GET", "HEAD", "POST"}
        text = f"a preflight answer allows {operation.method}"
        run.check("cors-preflight", ground, may, text, exchange)
        fields = {word.lower() for word in _words(exchange, "access-control-allow-headers")}
        text = "a preflight answer allows the header Content-Type"
        run.check("cors-preflight", ground, bool({"content-type", "*"} & fields), text, exchange)
        _check_origin(run, exchange, "a preflight answer", ground_pointer=rule)
    body, value = _first_body(run, operation)
    origin = {"Origin": _ORIGIN}
    good = run.call(operation, values, body, value, headers=origin, after=_after(lead))
    _check_origin(run, good, "an answer to a script", ground_pointer=rule)
    bad = run.call(operation, values, body, headers=origin, content=b"{", after=_after(lead))
    _check_origin(run, bad, "an answer that refuses", ground_pointer=rule)
    if body is not None:
        other = {**origin, "Content-Type": _OTHER_MEDIA_TYPES[0]}
        bad = run.call(operation, values, body, headers=other, content=b"a", after=_after(lead))
        _check_origin(run, bad, "an answer to another media type", ground_pointer=rule)
    if is_on_lead(run, operation):
        nobody = dict.fromkeys(values, run.uuid(run.random("nobody")))
        unknown = run.call(operation, nobody, body, value, headers=origin)
        _check_origin(run, unknown, "an answer on an id that nobody has", ground_pointer=rule)


def _words(exchange: Exchange, name: str) -> set[str]:
    lines = exchange.answer.values(name) if exchange.answer else []
    return {word.strip() for line in lines for word in line.split(",")}


def _check_origin(run: Run, exchange: Exchange, what: str, *, ground_pointer: str) -> None:
    if exchange.answer is None:
        return
    found = exchange.answer.values("access-control-allow-origin")
    held = found in (["*"], [_ORIGIN])
    text = f"{what} lets other origins read it (Access-Control-Allow-Origin)"
    run.check("cors", ground_of(ground_pointer), held, text, exchange)
