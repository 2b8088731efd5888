"""What changed in the Python API, on two small projects of the same shape as ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from rechat_spec.python_api import api_changes, read_api

PAYLOADS = """
from typing import Literal, Required, TypedDict

__all__ = ["LeadDict"]

class LeadDict(TypedDict, total=False):
    first_name: str
    tag: list[str]
    kind: Literal["a", "b"]
"""
MODEL = """
from attrs import define as _attrs_define

@_attrs_define
class Lead:
    first_name: str
    tag: str = ""
"""
SDK = """
from typing import Unpack
from rechat_lead_capture_contract.payloads import LeadDict

class LeadClient:
    def capture(self, **fields: Unpack[LeadDict]) -> None:
        "Capture."
"""


def project(root: Path, payloads: str = PAYLOADS, model: str = MODEL, sdk: str = SDK) -> Path:
    files = {
        "generated/rechat_lead_capture_contract/__init__.py": "",
        "generated/rechat_lead_capture_contract/payloads.py": payloads,
        "generated/rechat_lead_capture_client/__init__.py": "",
        "generated/rechat_lead_capture_client/models/__init__.py": (
            "from .lead import Lead\n__all__ = ['Lead']\n"
        ),
        "generated/rechat_lead_capture_client/models/lead.py": model,
        "overlay/rechat_leads/__init__.py": (
            "from ._client import LeadClient\n__all__ = ['LeadClient']\n"
        ),
        "overlay/rechat_leads/_client.py": sdk,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def changes(tmp_path: Path, **new: str) -> set[tuple[str, bool]]:
    old = project(tmp_path / "old")
    now = project(tmp_path / "new", **new)
    apis = [read_api(root / "generated", root / "overlay") for root in (old, now)]
    return {(change.text, change.breaking) for change in api_changes(*apis)}


CAPTURE = "rechat_leads.LeadClient.capture()"
DICT = "rechat_lead_capture_contract.payloads.LeadDict"
LEAD = "rechat_lead_capture_client.models.Lead"


def test_nothing_changes(tmp_path: Path) -> None:
    assert changes(tmp_path) == set()


def test_a_field_less_in_a_typed_dictionary(tmp_path: Path) -> None:
    assert changes(tmp_path, payloads=PAYLOADS.replace("    tag: list[str]\n", "")) == {
        (f"{DICT}.tag is gone", True),
        (f"{CAPTURE} no longer takes `tag`", True),
    }


def test_a_field_more(tmp_path: Path) -> None:
    more = PAYLOADS.replace("    tag:", "    note: str\n    tag:")
    assert changes(tmp_path, payloads=more) == {
        (f"{DICT}.note is new", False),
        (f"{CAPTURE} takes `note`", False),
    }


def test_a_field_that_is_required(tmp_path: Path) -> None:
    more = PAYLOADS.replace("    tag:", "    note: Required[str]\n    tag:")
    found = changes(tmp_path, payloads=more)
    assert (f"{CAPTURE} demands `note` now", True) in found


def test_another_type(tmp_path: Path) -> None:
    other = PAYLOADS.replace('"b"]', '"b", "c"]')
    ((text, breaking),) = changes(tmp_path, payloads=other)
    assert text == f"{DICT}.kind is `Literal['a', 'b', 'c']` now, it was `Literal['a', 'b']`"
    assert not breaking


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('    tag: str = ""\n', "", (f"{LEAD}.tag is gone", True)),
        ('    tag: str = ""\n', "    tag: str\n", (f"{LEAD}() demands `tag` now", True)),
        ("    tag:", '    note: str = ""\n    tag:', (f"{LEAD}.note is new", False)),
        ("    tag:", "    note: str\n    tag:", (f"{LEAD}() demands `note` now", True)),
    ],
)
def test_a_model(old: str, new: str, expected: tuple[str, bool], tmp_path: Path) -> None:
    assert expected in changes(tmp_path, model=MODEL.replace(old, new))


def test_the_sdk_counts_by_its_public_names(tmp_path: Path) -> None:
    other = SDK.replace("capture(self,", "capture(self, retries: int,")
    assert changes(tmp_path, sdk=other) == {(f"{CAPTURE} demands `retries` now", True)}
    private = SDK + "\ndef _helper() -> None: ...\n"
    assert changes(tmp_path / "private", sdk=private) == set()


def test_a_dictionary_that_the_contract_lost(tmp_path: Path) -> None:
    """The SDK still says it: that breaks, and is told, not a crash."""
    gone = PAYLOADS.replace("class LeadDict", "class OtherDict").replace('["LeadDict"]', "[]")
    assert changes(tmp_path, payloads=gone) == {
        ("rechat_lead_capture_contract.payloads.OtherDict is new", False),
        (f"{DICT} is gone", True),
        (f"{CAPTURE} takes keywords that the contract no longer has: mend the SDK", True),
    }
