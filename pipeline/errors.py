"""The one family of errors: a stable code, where it happened, and what to tell the user."""

from typing import Any


class PipelineError(Exception):
    """Something the user is told: `fa` and `en` say what happened, where, and what to do.

    `code` is stable and machine-readable; `where` names a place (line, column, file) when there
    is one; `values` keeps what was found, for logs and templates.
    """

    def __init__(
        self, code: str, *, fa: str, en: str, where: str | None = None, **values: Any
    ) -> None:
        super().__init__(en)
        self.code = code
        self.where = where
        self.fa = fa
        self.en = en
        self.values = values


class RefusedFile(PipelineError):  # noqa: N818 - a name of the domain
    """The file is no table that can be read: what it is and what to do instead."""
