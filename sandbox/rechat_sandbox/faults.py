"""Faults on request: which switches are on, and which of them a request meets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from rechat_sandbox.keeper import Keeper
from rechat_sandbox.store import Store
from rechat_sandbox.switches import FaultSwitch, FaultSwitchError

__all__ = ["NO_PLAN", "Faults", "Plan", "http_date", "plan_of"]


class Faults:
    """The fault switches of a sandbox. They are kept in its database, for all its processes.

    For threads; a coroutine calls it by `asyncio.to_thread`.

    Args:
        keeper: What works with the database.
        operation_ids: The operations there are.
    """

    def __init__(self, keeper: Keeper, operation_ids: Collection[str]) -> None:
        self._keeper = keeper
        self.operation_ids = tuple(operation_ids)
        """The operations there are, as the contract names them."""

    def add(self, switch: FaultSwitch) -> FaultSwitch:
        """Switch a fault on.

        Args:
            switch: Which fault, for what, how often.

        Returns:
            The switch, with its ``id``.

        Raises:
            FaultSwitchError: It is for an operation that there is not.
        """
        if switch.operation_id is not None and switch.operation_id not in self.operation_ids:
            known = ", ".join(self.operation_ids)
            raise FaultSwitchError(f"operation_id is one of {known}, or null.", "/operation_id")
        return self._keeper.call(lambda store: store.add_fault_switch(switch))

    def active(self) -> tuple[FaultSwitch, ...]:
        """The switches that are on, oldest first; ``times`` is how many requests are left."""
        return tuple(self._keeper.look(lambda view: view.fault_switches()))

    def clear(self, switch: FaultSwitch | int | None = None) -> int:
        """Switch faults off.

        Args:
            switch: A switch or its ``id``; None: all of them.

        Returns:
            How many were on.

        Raises:
            FaultSwitchError: The switch has no ``id``: it was never added.
        """
        number = switch.id if isinstance(switch, FaultSwitch) else switch
        if isinstance(switch, FaultSwitch) and number is None:
            raise FaultSwitchError("This switch has no id: clear the one that add() returned.")
        return self._keeper.call(lambda store: store.remove_fault_switch(number))


@dataclass(frozen=True, slots=True)
class Plan:
    """The switches that one request meets: at most one of each sort."""

    delay: FaultSwitch | None = None
    ending: FaultSwitch | None = None
    """What becomes of the answer."""
    merge: FaultSwitch | None = None

    @property
    def applied(self) -> tuple[FaultSwitch, ...]:
        """All of them."""
        return tuple(
            switch for switch in (self.delay, self.ending, self.merge) if switch is not None
        )


NO_PLAN = Plan()
"""Nothing goes wrong."""

_SORTS = {"delay": "delay", "merge_duplicates": "merge"}


def plan_of(store: Store, operation_id: str, *, may_merge: bool) -> Plan:
    """The switches that a request meets, each counted against it. Inside a transaction.

    Args:
        store: The store.
        operation_id: What the request is for.
        may_merge: Whether it is one that could make a duplicate.
    """
    switches = store.fault_switches()
    if not switches:
        return NO_PLAN
    found: dict[str, FaultSwitch] = {}
    for switch in switches:
        sort = _SORTS.get(switch.kind, "ending")
        if switch.operation_id in {None, operation_id} and (may_merge or sort != "merge"):
            found.setdefault(sort, switch)
    store.use_fault_switches([switch.id for switch in found.values() if switch.id is not None])
    return Plan(**found)


def http_date(seconds: float) -> str:
    """The HTTP date (RFC 9110, 5.6.7) that is so many seconds from now."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return format_datetime(moment, usegmt=True)
