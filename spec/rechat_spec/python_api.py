"""What a new contract changes in the Python API: the generated packages and the SDK over them.

griffe reads the source of both, before and after, without importing it, and finds what breaks;
keyword arguments that are typed as ``Unpack[…Dict]`` count as parameters. Here is added what it
does not look at: names that are new, types of fields that changed, and fields that the
constructor of a generated model demands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import griffe

GENERATED_PACKAGES = ("rechat_lead_capture_client", "rechat_lead_capture_contract")
SDK_PACKAGE = "rechat_leads"


@dataclass(frozen=True, order=True)
class ApiChange:
    """One difference between two Python APIs."""

    path: str
    """The shortest public name under which it is imported, dotted."""
    kind: str
    """``added``, ``removed``, ``required``, ``retyped``, ``unusable``, or griffe's name of a
    breakage."""
    text: str
    breaking: bool
    member: str = ""
    """The name of the parameter, if it is about one."""

    @property
    def package(self) -> str:
        """The top-level package."""
        return self.path.partition(".")[0]


class _Unpack(griffe.UnpackTypedDictExtension):
    """Keywords of a typed dictionary as parameters; none if the contract does not have it."""

    def __init__(self) -> None:
        super().__init__()
        self.unusable: set[str] = set()

    def on_function(self, *, func: griffe.Function, **event: Any) -> None:
        try:
            super().on_function(func=func, **event)
        except KeyError:
            self.unusable.add(func.path)


@dataclass(frozen=True)
class PythonApi:
    """The public names of the packages, each with what stands behind it."""

    packages: dict[str, griffe.Module]
    names: dict[str, griffe.Object]
    unusable: frozenset[str] = frozenset()
    """Functions of the SDK whose keywords the contract does not have (yet, or any more)."""


def read_api(generated: Path, sdk: Path) -> PythonApi:
    """The API of the generated packages in ``generated`` and of the SDK in ``sdk``.

    A package that is not there has no names.
    """
    loader = griffe.GriffeLoader(search_paths=[generated, sdk], allow_inspection=False)
    packages: dict[str, griffe.Module] = {}
    unpack = _Unpack()
    for name in GENERATED_PACKAGES:
        if (generated / name).is_dir():
            packages[name] = loader.load(name)  # type: ignore[assignment]
    if GENERATED_PACKAGES[1] in packages and (sdk / SDK_PACKAGE).is_dir():
        # It needs the typed dictionaries, which are read by now.
        loader.extensions = griffe.load_extensions(unpack)
        packages[SDK_PACKAGE] = loader.load(SDK_PACKAGE)  # type: ignore[assignment]
    loader.resolve_aliases(implicit=False)
    names: dict[str, griffe.Object] = {}
    for package in packages.values():
        names |= dict(_public(package, package.path, set()))
    return PythonApi(packages, names, frozenset(unpack.unusable))


def _public(item: griffe.Object, path: str, above: set[str]) -> Iterator[tuple[str, griffe.Object]]:
    """Every public name at and below ``item``, with what it names."""
    yield path, item
    above = above | {item.path}
    if not (item.is_module or item.is_class):
        return
    for name, member in item.all_members.items():
        if not member.is_public or name == "__all__":
            continue
        target = member
        if isinstance(target, griffe.Alias):
            try:
                target = target.final_target
            except griffe.AliasResolutionError:
                continue  # from another library
        if isinstance(target, griffe.Object) and target.path not in above:
            yield from _public(target, f"{path}.{name}", above)


def api_changes(old: PythonApi, new: PythonApi) -> list[ApiChange]:
    """What differs, each thing under one name, sorted."""
    found = {
        *_breakages(old, new),
        *_added(old, new),
        *_retyped(old, new),
        *_demanded(old, new),
    }
    return sorted(found)


def _breakages(old: PythonApi, new: PythonApi) -> Iterator[ApiChange]:
    for name, before in old.packages.items():
        after = new.packages.get(name)
        if after is None:
            yield ApiChange(name, "removed", f"{name} is gone", breaking=True)
            continue
        for breakage in griffe.find_breaking_changes(before, after):
            path = breakage.obj.path
            if path in old.unusable | new.unusable:
                continue  # it could not be called before, or is told below
            side = new if path in {item.path for item in new.names.values()} else old
            for public in _shown(side, path):
                yield _told(breakage, public)

    for path in sorted(new.unusable - old.unusable):
        for public in _shown(new, path):
            text = f"{public}() takes keywords that the contract no longer has: mend the SDK"
            yield ApiChange(public, "unusable", text, breaking=True)


def _told(breakage: griffe.Breakage, path: str) -> ApiChange:
    if breakage.kind is griffe.BreakageKind.OBJECT_REMOVED:
        return ApiChange(path, "removed", f"{path} is gone", breaking=True)
    value = breakage.old_value or breakage.new_value
    member = value.name if isinstance(value, griffe.Parameter) else ""
    kinds = {
        griffe.BreakageKind.PARAMETER_REMOVED: f"{path}() no longer takes `{member}`",
        griffe.BreakageKind.PARAMETER_ADDED_REQUIRED: f"{path}() demands `{member}` now",
        griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED: f"{path}() demands `{member}` now",
    }
    text = kinds.get(breakage.kind, f"{path}: {breakage.kind.value.lower()}")
    return ApiChange(path, breakage.kind.name.lower(), text, breaking=True, member=member)


def _added(old: PythonApi, new: PythonApi) -> Iterator[ApiChange]:
    known = {item.path for item in old.names.values()}
    fresh = {path for path, item in new.names.items() if path not in old.names}
    # One name for a thing is enough; a class brings its members, a module what it alone names.
    shown = {p for p in fresh if p == _shortest(new, new.names[p].path)}
    modules = {path for path in shown if new.names[path].is_module}
    # The innermost first, so that a package is shown only for what no module of its own brings.
    for module in sorted(modules, key=lambda path: (-path.count("."), path)):
        below = {p for p in shown - modules if p.startswith(f"{module}.")}
        shown -= below or {module}
    for path in sorted(shown):
        is_inside = path.rpartition(".")[0] in shown
        if not is_inside and new.names[path].path not in known:
            yield ApiChange(path, "added", f"{path} is new", breaking=False)
    for path, after in new.names.items():
        before = old.names.get(path)
        if after.path in old.unusable | new.unusable:
            continue
        if not isinstance(before, griffe.Function) or not isinstance(after, griffe.Function):
            continue
        names = {parameter.name for parameter in before.parameters}
        for parameter in after.parameters:
            if parameter.name not in names and not parameter.required:
                text = f"{path}() takes `{parameter.name}`"
                yield ApiChange(path, "added", text, breaking=False, member=parameter.name)


def _retyped(old: PythonApi, new: PythonApi) -> Iterator[ApiChange]:
    """Fields whose type changed. Whether that breaks anything, the change of the contract says."""
    for path, after in new.names.items():
        before = old.names.get(path)
        if not isinstance(before, griffe.Attribute) or not isinstance(after, griffe.Attribute):
            continue
        was, now = str(before.annotation), str(after.annotation)
        if was != now and path == _shortest(new, after.path):
            was, now = _where_they_differ(was, now)
            text = f"{path} is `{now}` now, it was `{was}`"
            yield ApiChange(path, "retyped", text, breaking=False)


def _where_they_differ(one: str, other: str) -> tuple[str, str]:
    """Both without the words that they begin and end with, if they are long."""
    if max(len(one), len(other)) <= 80:
        return one, other
    words, others = one.split(" "), other.split(" ")
    start = end = 0
    while words[start : start + 1] == others[start : start + 1] and start < len(words):
        start += 1
    while words[-1 - end :][:1] == others[-1 - end :][:1] and end < min(
        len(words) - start, len(others) - start
    ):
        end += 1
    kept = [
        " ".join(
            ["…"] * (start > 1) + many[max(start - 1, 0) : len(many) - end + 1] + ["…"] * (end > 1)
        )
        for many in (words, others)
    ]
    return kept[0], kept[1]


def _demanded(old: PythonApi, new: PythonApi) -> Iterator[ApiChange]:
    """Fields without a default in a generated model: its constructor, which attrs writes."""
    for path, after in new.names.items():
        before = old.names.get(path)
        if not isinstance(before, griffe.Class) or not isinstance(after, griffe.Class):
            continue
        if not any("define" in str(item.value) for item in after.decorators):
            continue
        required = _required_fields(after) - _required_fields(before)
        for name in sorted(required) if path == _shortest(new, after.path) else ():
            text = f"{path}() demands `{name}` now"
            yield ApiChange(path, "required", text, breaking=True, member=name)


def _required_fields(model: griffe.Class) -> set[str]:
    return {
        name
        for name, member in model.members.items()
        if isinstance(member, griffe.Attribute)
        and "instance-attribute" in member.labels
        and member.value is None
    }


def _shown(api: PythonApi, path: str) -> list[str]:
    """The public names of what is at ``path``: of those in one package the shortest, per class."""
    names = [name for name, item in api.names.items() if item.path == path]
    if not names:
        return [path]
    parents = {name.rpartition(".")[0]: name for name in sorted(names, key=_order, reverse=True)}
    # A method that several public classes inherit is shown for each, a model only once.
    classes = {api.names[parent].path: name for parent, name in parents.items() if parent}
    return sorted(classes.values())


def _shortest(api: PythonApi, path: str) -> str:
    return min((name for name, item in api.names.items() if item.path == path), key=_order)


def _order(name: str) -> tuple[int, str]:
    return name.count("."), name
