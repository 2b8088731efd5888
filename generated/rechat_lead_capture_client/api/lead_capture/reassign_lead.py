# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.assignee import Assignee
from ...models.error_response import ErrorResponse
from ...models.reassignment_response import ReassignmentResponse
from ...types import Response


def _get_kwargs(
    lead_id: UUID,
    *,
    body: list[Assignee],
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/leads/{lead_id}/assignees".format(
            lead_id=quote(str(lead_id), safe=""),
        ),
    }

    _kwargs["json"] = []
    for body_item_data in body:
        body_item = body_item_data.to_dict()
        _kwargs["json"].append(body_item)

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | ReassignmentResponse | None:
    if response.status_code == 200:
        response_200 = ReassignmentResponse.from_dict(response.json())

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
) -> Response[ErrorResponse | ReassignmentResponse]:
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
    body: list[Assignee],
) -> Response[ErrorResponse | ReassignmentResponse]:
    """Reassign a lead to different agents or team members

     Reassign an existing lead to different agents or team members. This endpoint updates the assignees
    for a lead, replacing the current assignees with the new ones provided in the request body.

    Args:
        lead_id (UUID):
        body (list[Assignee]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | ReassignmentResponse]
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
    body: list[Assignee],
) -> ErrorResponse | ReassignmentResponse | None:
    """Reassign a lead to different agents or team members

     Reassign an existing lead to different agents or team members. This endpoint updates the assignees
    for a lead, replacing the current assignees with the new ones provided in the request body.

    Args:
        lead_id (UUID):
        body (list[Assignee]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | ReassignmentResponse
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
    body: list[Assignee],
) -> Response[ErrorResponse | ReassignmentResponse]:
    """Reassign a lead to different agents or team members

     Reassign an existing lead to different agents or team members. This endpoint updates the assignees
    for a lead, replacing the current assignees with the new ones provided in the request body.

    Args:
        lead_id (UUID):
        body (list[Assignee]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | ReassignmentResponse]
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
    body: list[Assignee],
) -> ErrorResponse | ReassignmentResponse | None:
    """Reassign a lead to different agents or team members

     Reassign an existing lead to different agents or team members. This endpoint updates the assignees
    for a lead, replacing the current assignees with the new ones provided in the request body.

    Args:
        lead_id (UUID):
        body (list[Assignee]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | ReassignmentResponse
    """

    return (
        await asyncio_detailed(
            lead_id=lead_id,
            client=client,
            body=body,
        )
    ).parsed
