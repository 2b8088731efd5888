# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.lead_capture_form import LeadCaptureForm
from ...models.lead_capture_payload import LeadCapturePayload
from ...models.lead_capture_response import LeadCaptureResponse
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    lead_channel: UUID,
    *,
    body: LeadCapturePayload | LeadCaptureForm | File | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/leads/channels/{lead_channel}/webhook".format(
            lead_channel=quote(str(lead_channel), safe=""),
        ),
    }

    if isinstance(body, LeadCapturePayload):
        if not isinstance(body, Unset):
            _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, LeadCaptureForm):
        if not isinstance(body, Unset):
            _kwargs["data"] = body.to_dict()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if isinstance(body, File):
        if not isinstance(body, Unset):
            _kwargs["content"] = body.payload
        headers["Content-Type"] = "text/xml"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorResponse | LeadCaptureResponse | None:
    if response.status_code == 200:
        response_200 = LeadCaptureResponse.from_dict(response.json())

        return response_200

    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Response[Any | ErrorResponse | LeadCaptureResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    lead_channel: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadCapturePayload | LeadCaptureForm | File | Unset = UNSET,
) -> Response[Any | ErrorResponse | LeadCaptureResponse]:
    """Capture leads using a known lead channel ID (webhook).

     Integrate Rechat's lead capture functionality into your website using your `lead_channel` id (which
    you can get through Rechat's [**Lead Routing**](https://help.rechat.com/guides/crm/contacts/adding-
    contacts/lead-routing) interface).

    Args:
        lead_channel (UUID):
        body (LeadCapturePayload | Unset): JSON payload for Rechat's lead capture API. All fields
            are optional.
        body (LeadCaptureForm | Unset): URL-encoded payload for Rechat's lead capture API, flat
            fields only. All fields are optional.
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | LeadCaptureResponse]
    """

    kwargs = _get_kwargs(
        lead_channel=lead_channel,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    lead_channel: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadCapturePayload | LeadCaptureForm | File | Unset = UNSET,
) -> Any | ErrorResponse | LeadCaptureResponse | None:
    """Capture leads using a known lead channel ID (webhook).

     Integrate Rechat's lead capture functionality into your website using your `lead_channel` id (which
    you can get through Rechat's [**Lead Routing**](https://help.rechat.com/guides/crm/contacts/adding-
    contacts/lead-routing) interface).

    Args:
        lead_channel (UUID):
        body (LeadCapturePayload | Unset): JSON payload for Rechat's lead capture API. All fields
            are optional.
        body (LeadCaptureForm | Unset): URL-encoded payload for Rechat's lead capture API, flat
            fields only. All fields are optional.
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | LeadCaptureResponse
    """

    return sync_detailed(
        lead_channel=lead_channel,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    lead_channel: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadCapturePayload | LeadCaptureForm | File | Unset = UNSET,
) -> Response[Any | ErrorResponse | LeadCaptureResponse]:
    """Capture leads using a known lead channel ID (webhook).

     Integrate Rechat's lead capture functionality into your website using your `lead_channel` id (which
    you can get through Rechat's [**Lead Routing**](https://help.rechat.com/guides/crm/contacts/adding-
    contacts/lead-routing) interface).

    Args:
        lead_channel (UUID):
        body (LeadCapturePayload | Unset): JSON payload for Rechat's lead capture API. All fields
            are optional.
        body (LeadCaptureForm | Unset): URL-encoded payload for Rechat's lead capture API, flat
            fields only. All fields are optional.
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | LeadCaptureResponse]
    """

    kwargs = _get_kwargs(
        lead_channel=lead_channel,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    lead_channel: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadCapturePayload | LeadCaptureForm | File | Unset = UNSET,
) -> Any | ErrorResponse | LeadCaptureResponse | None:
    """Capture leads using a known lead channel ID (webhook).

     Integrate Rechat's lead capture functionality into your website using your `lead_channel` id (which
    you can get through Rechat's [**Lead Routing**](https://help.rechat.com/guides/crm/contacts/adding-
    contacts/lead-routing) interface).

    Args:
        lead_channel (UUID):
        body (LeadCapturePayload | Unset): JSON payload for Rechat's lead capture API. All fields
            are optional.
        body (LeadCaptureForm | Unset): URL-encoded payload for Rechat's lead capture API, flat
            fields only. All fields are optional.
        body (File | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | LeadCaptureResponse
    """

    return (
        await asyncio_detailed(
            lead_channel=lead_channel,
            client=client,
            body=body,
        )
    ).parsed
