"""Recordings: what a server answered once, to be replayed where there is no server.

    from rechat_conformance import Settings
    from rechat_conformance.recordings import ReplayTransport, load, record, save

    save(record(Settings(base_url="http://127.0.0.1:8000")), Path("server.json"))

    recording = load(Path("server.json"))
    client = LeadClient(recording.lead_channel, transport=ReplayTransport(recording))

A recording is a JSON file that people can read. It holds no credential and no personal data: the
requests are made of the contract's own examples, and of an answer only what was sent, what the
contract names, and placeholders are kept (see ``redaction``).
"""

from .fingerprints import changed_operations
from .judging import Break, breaks
from .model import (
    RecordedAnswer,
    RecordedBody,
    RecordedExchange,
    RecordedRequest,
    Recording,
    RecordingError,
    load,
    save,
)
from .recorder import record, recording_plan
from .replaying import ReplayTransport, UnrecordedRequestError

__all__ = [
    "Break",
    "RecordedAnswer",
    "RecordedBody",
    "RecordedExchange",
    "RecordedRequest",
    "Recording",
    "RecordingError",
    "ReplayTransport",
    "UnrecordedRequestError",
    "breaks",
    "changed_operations",
    "load",
    "record",
    "recording_plan",
    "save",
]
