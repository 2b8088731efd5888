"""What a run can be asked for, and what it refuses before anything is sent."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from conformance.support import CHANNEL

from rechat_conformance import Settings, SettingsError


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://127.8.9.1",
        "http://[::1]:8000",
        "http://localhost:8000/api",
        "https://LOCALHOST",
    ],
)
def test_this_machine_needs_no_permission(url: str) -> None:
    assert Settings(base_url=url).base_url == url


@pytest.mark.parametrize(
    "url",
    ["https://api.example.com", "http://10.0.0.1", "http://0.0.0.0:80", "http://localhost.example"],
)
def test_another_machine_does(url: str) -> None:
    with pytest.raises(SettingsError, match="--fuzz-remote") as caught:
        Settings(base_url=url)
    assert "--live" in str(caught.value)
    assert Settings(base_url=url, fuzz_remote=True)
    assert Settings(base_url=url, live=True, lead_channel=CHANNEL)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"base_url": "127.0.0.1:8000"}, "http://127.0.0.1:8000"),
        ({"base_url": "ftp://127.0.0.1"}, "http://127.0.0.1:8000"),
        ({"base_url": "http://127.0.0.1:99999"}, "http://127.0.0.1:8000"),
        ({"base_url": "http://user:secret@127.0.0.1"}, "no user"),
        ({"base_url": "http://127.0.0.1/?a=b"}, "query"),
        ({"lead_channel": "7d1f2a9e"}, "not a UUID"),
        ({"live": True}, "--lead-channel"),
        ({"live": True, "fuzz_remote": True, "lead_channel": CHANNEL}, "choose one"),
        ({"profile": "strict"}, "documented"),
        ({"layers": ()}, "semantics"),
        ({"layers": ("all",)}, "semantics"),
        ({"max_time": 0}, "above 0"),
        ({"request_timeout": -1}, "above 0"),
        ({"examples": 0}, "above 0"),
        ({"headers": {"a b": "c"}}, "header"),
        ({"headers": {"X-Key": "a\r\nb: c"}}, "header"),
    ],
)
def test_what_is_unusable_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        Settings(**{"base_url": "http://127.0.0.1", **wrong})
    for secret in ("secret", "7d1f2a9e", "a\r\nb"):
        assert secret not in str(caught.value)


def test_settings_do_not_show_secrets() -> None:
    settings = Settings(
        base_url="http://127.0.0.1", lead_channel=CHANNEL, headers={"Authorization": "Bearer hush"}
    )
    assert CHANNEL not in repr(settings)
    assert "hush" not in repr(settings)
    assert dataclasses.replace(settings, seed=2).lead_channel == CHANNEL
