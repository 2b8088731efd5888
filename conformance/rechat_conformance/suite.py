"""A run: the layers, one after the other, the quick ones first."""

from __future__ import annotations

import importlib
import time
from typing import Protocol, cast

from rechat_lead_capture_contract import provenance

from .errors import LayerError
from .layers import live
from .report import LayerSummary, Report
from .run import Run
from .settings import LayerName, Settings
from .target import Enough, Target

__all__ = ["Layer", "live_plan", "run_suite"]

_LIVE_PAUSE = 1.0


class Layer(Protocol):
    """A layer is a module with this function."""

    def check(self, run: Run) -> None:
        """Make the layer's checks.

        Raises:
            Enough: The run's time is over, or enough was found.
            LayerError: Not all of it could be done.
        """
        ...


def run_suite(settings: Settings) -> Report:
    """Run the suite against a server.

    Args:
        settings: What is asked for.

    Returns:
        The report; its ``exit_code`` is 0 only if every check held.

    Raises:
        UnreachableError: There is no server at the address.
    """
    started = time.monotonic()
    report = Report(
        base_url=settings.base_url,
        profile=settings.profile,
        seed=settings.seed,
        contract=provenance()["contract_sha256"],
    )
    target = Target(
        settings.base_url,
        headers=settings.headers,
        timeout=settings.request_timeout,
        deadline=started + settings.max_time,
        pause=_LIVE_PAUSE if settings.live else 0.0,
    )
    try:
        target.must_answer()
        run = Run(settings, report, target, started)
        names: tuple[str, ...] = ("live",) if settings.live else settings.layers
        for number, name in enumerate(names):
            if not _run_layer(run, name):
                left = names[number + 1 :]
                report.layers += [LayerSummary(name, note="not run") for name in left]
                break
    finally:
        target.close()
        report.requests = sum(layer.requests for layer in report.layers)
        report.seconds = time.monotonic() - started
    return report


def live_plan(settings: Settings) -> list[str]:
    """What a run with ``live`` would create, in words; nothing is sent.

    Args:
        settings: What is asked for.
    """
    target = Target(settings.base_url, headers={}, timeout=1.0, deadline=0.0)
    report = Report(settings.base_url, settings.profile, settings.seed, "")
    return list(live.plan(Run(settings, report, target, 0.0)))


def _run_layer(run: Run, name: LayerName | str) -> bool:
    """Run one layer; False if nothing more is to be run."""
    layer = cast("Layer", importlib.import_module(f"rechat_conformance.layers.{name}"))
    summary = LayerSummary(name)
    run.layer = summary
    run.report.layers.append(summary)
    started, before = time.monotonic(), run.target.requests
    try:
        layer.check(run)
    except KeyboardInterrupt:
        summary.note = "stopped by hand"
        return False
    except Enough as enough:
        is_first = run.settings.stop_at_first and run.report.findings
        over = str(enough) or "the time was over"
        summary.note = "stopped at the first finding" if is_first else over
        return False
    except LayerError as error:
        summary.note = str(error)
        return True
    else:
        summary.is_complete = not summary.left_out
        return True
    finally:
        summary.note = "; ".join(filter(None, (summary.note, *summary.left_out)))
        summary.requests += run.target.requests - before
        summary.seconds = time.monotonic() - started
