"""A small HTTP/2 server without TLS, for a client that knows beforehand (RFC 9113, 3.3)."""

from __future__ import annotations

import h2.config
import h2.connection
import h2.events

from overlay_helpers.servers import CAPTURED, Connection


def echoing_http2(connection: Connection) -> None:
    """Answers every request with a capture, and repeats its path in a header."""
    config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
    protocol = h2.connection.H2Connection(config)
    protocol.initiate_connection()
    connection.send(protocol.data_to_send())
    paths: dict[int, str] = {}
    while data := connection.socket.recv(65536):
        for event in protocol.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                paths[event.stream_id] = dict(event.headers)[":path"]
                connection.server.requests.append(f"POST {paths[event.stream_id]} h2".encode())
            elif isinstance(event, h2.events.StreamEnded):
                headers = [(":status", "200"), ("x-path", paths[event.stream_id])]
                protocol.send_headers(event.stream_id, headers)
                protocol.send_data(event.stream_id, CAPTURED, end_stream=True)
        connection.send(protocol.data_to_send())
