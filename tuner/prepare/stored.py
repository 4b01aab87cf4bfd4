"""Records that are stored as plain JSON: a kind, a version and their fields."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar, Self

from tuner.errors import PreparationError
from tuner.prepare import jsonfiles
from tuner.prepare.checks import shown


class Stored(ABC):
    """A frozen dataclass of numbers, texts, tuples and None, which checks its fields when it is made."""

    __slots__ = ()
    kind: ClassVar[str]
    version: ClassVar[int] = 1

    def to_dict(self) -> dict[str, Any]:
        """The record in JSON's own types; `from_dict` gives an equal one back."""
        record: Any = self
        values = {field.name: _plain(getattr(self, field.name)) for field in fields(record)}
        return {"kind": self.kind, "version": self.version, **values}

    @classmethod
    def from_dict(cls, content: Any) -> Self:
        """The record that `to_dict` wrote.

        Raises: PreparationError where the kind or the version is another, a key is missing or unknown, or
        a value is not what it must be.
        """
        make: Any = cls
        made: Self = make(**values_of(cls, content))
        return made

    def save(self, path: str | Path) -> None:
        """Write it as a JSON file, whole or not at all.

        Raises: PreparationError where the file cannot be written.
        """
        jsonfiles.write(Path(path), self.to_dict())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote.

        Raises: PreparationError where the file cannot be read or holds anything else.
        """
        content = jsonfiles.read(Path(path))
        with jsonfiles.naming(Path(path)):
            return cls.from_dict(content)


def values_of(cls: type[Stored], content: Any) -> dict[str, Any]:
    """The fields of a record of a class as `to_dict` wrote them, as yet unchecked."""
    kind = kind_of(content)
    if kind != cls.kind:
        raise PreparationError(f"a record of kind {cls.kind!r} is needed, this one is {shown(kind)}")
    version = content.get("version")
    if type(version) is not int or version != cls.version:
        raise PreparationError(
            f"{kind}: written in version {shown(version)}, this tuner reads version {cls.version}"
        )
    record: Any = cls
    names = [field.name for field in fields(record)]
    values = {key: value for key, value in content.items() if key not in ("kind", "version")}
    if unknown := [key for key in values if key not in names]:
        raise PreparationError(f"{kind}: the key {shown(unknown[0])} is unknown")
    if missing := [name for name in names if name not in values]:
        raise PreparationError(f"{kind}: the key {missing[0]!r} is missing")
    return values


def kind_of(content: Any) -> Any:
    """What kind of record this is. Raises: PreparationError where it is none."""
    if not isinstance(content, Mapping) or "kind" not in content:
        raise PreparationError(f"a record with a kind is needed, this is {shown(content)}")
    return content["kind"]


def _plain(value: Any) -> Any:
    if isinstance(value, Stored):
        return value.to_dict()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
