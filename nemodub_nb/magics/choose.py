"""Finds the project that a magic is about among the user's variables."""

from __future__ import annotations

from typing import Any, Final

from IPython.core.error import UsageError

from nemodub_nb.project import Project, open_project

_USUAL: Final = "project"


class Chooser:
    """Chooses in one namespace; remembers a project that it had to open itself."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._own: Project | None = None

    def choose(self, name: str | None) -> Project:
        """Return the project of that variable; without a name `project`, else the last one made, else a new one.

        Raises UsageError when the variable holds none.
        """
        if name is not None:
            found = self._namespace.get(name)
            if isinstance(found, Project):
                return found
            known = ", ".join(projects(self._namespace)) or "none yet"
            raise UsageError(f"The variable {name} holds no project. Variables that do: {known}.")
        return self._present() or self._open()

    def _present(self) -> Project | None:
        usual = self._namespace.get(_USUAL)
        if isinstance(usual, Project):
            return usual
        # A namespace keeps the order in which its names were made; `_` and Out hold what was never named.
        made = [value for value in self._namespace.values() if isinstance(value, Project)]
        return made[-1] if made else self._own

    def _open(self) -> Project:
        self._own = open_project()
        if _USUAL not in self._namespace:
            self._namespace[_USUAL] = self._own
        print(f"Opened a project on {self._own.backend}: the variable {_USUAL} is it.")  # noqa: T201 - said once, in the cell
        return self._own


def projects(namespace: dict[str, Any]) -> list[str]:
    """Return the names of the variables that hold a project."""
    return [
        name for name, value in namespace.items() if isinstance(value, Project) and not name.startswith("_")
    ]
