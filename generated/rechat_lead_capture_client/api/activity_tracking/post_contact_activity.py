# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.activity_payload import ActivityPayload
from ...models.activity_response import ActivityResponse
from ...models.error_response import ErrorResponse
from ...types import Response


def _get_kwargs(
    lead_id: UUID,
    *,
    body: ActivityPayload,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/leads/{lead_id}/timeline".format(
            lead_id=quote(str(lead_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ActivityResponse | ErrorResponse | None:
    if response.status_code == 200:
        response_200 = ActivityResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorResponse.from_dict(response.json())

        return response_400

    if response.status_code == 404:
        response_404 = ErrorResponse.from_dict(response.json())

        return response_404

    if response.status_code == 413:
        response_413 = ErrorResponse.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = ErrorResponse.from_dict(response.json())

        return response_415

    if response.status_code == 429:
        response_429 = ErrorResponse.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorResponse.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ErrorResponse.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ActivityResponse | ErrorResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    lead_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: ActivityPayload,
) -> Response[ActivityResponse | ErrorResponse]:
    """Post activity to a lead's timeline

     Track contact activities such as viewing listings, creating searches, signing up, and other
    interactions. This endpoint allows you to post various activity types to a contact's timeline for
    better engagement tracking.

    Args:
        lead_id (UUID):
        body (ActivityPayload): Payload for posting activities to a contact's timeline. Different
            activity types require different fields.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ActivityResponse | ErrorResponse]
    """

    kwargs = _get_kwargs(
        lead_id=lead_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    lead_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: ActivityPayload,
) -> ActivityResponse | ErrorResponse | None:
    """Post activity to a lead's timeline

     Track contact activities such as viewing listings, creating searches, signing up, and other
    interactions. This endpoint allows you to post various activity types to a contact's timeline for
    better engagement tracking.

    Args:
        lead_id (UUID):
        body (ActivityPayload): Payload for posting activities to a contact's timeline. Different
            activity types require different fields.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ActivityResponse | ErrorResponse
    """

    return sync_detailed(
        lead_id=lead_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    lead_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: ActivityPayload,
) -> Response[ActivityResponse | ErrorResponse]:
    """Post activity to a lead's timeline

     Track contact activities such as viewing listings, creating searches, signing up, and other
    interactions. This endpoint allows you to post various activity types to a contact's timeline for
    better engagement tracking.

    Args:
        lead_id (UUID):
        body (ActivityPayload): Payload for posting activities to a contact's timeline. Different
            activity types require different fields.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ActivityResponse | ErrorResponse]
    """

    kwargs = _get_kwargs(
        lead_id=lead_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    lead_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: ActivityPayload,
) -> ActivityResponse | ErrorResponse | None:
    """Post activity to a lead's timeline

     Track contact activities such as viewing listings, creating searches, signing up, and other
    interactions. This endpoint allows you to post various activity types to a contact's timeline for
    better engagement tracking.

    Args:
        lead_id (UUID):
        body (ActivityPayload): Payload for posting activities to a contact's timeline. Different
            activity types require different fields.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ActivityResponse | ErrorResponse
    """

    return (
        await asyncio_detailed(
            lead_id=lead_id,
            client=client,
            body=body,
        )
    ).parsed
