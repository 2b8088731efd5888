"""A suite that finds where a server leaves the contract of the Rechat Lead Capture API.

    from rechat_conformance import Settings, run_suite

    report = run_suite(Settings(base_url="http://127.0.0.1:8000"))
    assert not report.findings

The command ``rechat-conformance URL`` does the same and prints what it found.
"""

try:
    from .errors import ConformanceError, SettingsError, UnreachableError
    from .findings import Finding, Step
    from .grounds import Ground
    from .report import LayerSummary, Report
    from .settings import Settings
    from .suite import live_plan, run_suite
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"hypothesis", "jsonschema"}:
        raise
    raise ImportError(
        f"the contract suite needs {error.name}: install it with its extra, "
        "rechat-leads[conformance]"
    ) from error

__all__ = [
    "ConformanceError",
    "Finding",
    "Ground",
    "LayerSummary",
    "Report",
    "Settings",
    "SettingsError",
    "Step",
    "UnreachableError",
    "live_plan",
    "run_suite",
]
