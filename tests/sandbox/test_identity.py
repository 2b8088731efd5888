"""Ids are UUIDs, each once; without a seed they are in the order of time."""

import time
import uuid

import pytest

from rechat_sandbox.identity import Identity


@pytest.mark.parametrize(("seed", "version"), [(None, 7), (3, 4)])
def test_every_id_is_a_uuid_and_there_once(seed: int | None, version: int) -> None:
    identity = Identity(seed)
    kinds = ("lead", "contact")
    ids = [identity.new_id(kind, number) for kind in kinds for number in range(5_000)]
    assert len(set(ids)) == len(ids)
    parsed = [uuid.UUID(text) for text in ids]
    assert [str(one) for one in parsed] == ids
    assert {(one.version, one.variant) for one in parsed} == {(version, uuid.RFC_4122)}


def test_without_a_seed_an_id_begins_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Identity()
    made: list[str] = []
    for milliseconds in (0x0123_4567_89AB, 0x0123_4567_89AC):
        monkeypatch.setattr(time, "time_ns", lambda now=milliseconds: now * 1_000_000 + 999_999)
        made.append(identity.new_id("lead", 1))
    assert [text[:15] for text in made] == ["01234567-89ab-7", "01234567-89ac-7"]


def test_without_a_seed_the_rest_is_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    identity = Identity()
    bits = [uuid.UUID(identity.new_id("lead", 1)).int for _ in range(200)]
    ever_set, always_set = 0, (1 << 128) - 1
    for one in bits:
        ever_set |= one
        always_set &= one
    # 12 bits after the version, 62 after the variant: RFC 9562, 5.7.
    assert ever_set & ~always_set == (0xFFF << 64) | ((1 << 62) - 1)
