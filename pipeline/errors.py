"""The one family of errors: what happened, where, and what to do, in Persian and English."""

from __future__ import annotations


class PipelineError(Exception):
    """An error written for the person who must act.

    `code` is stable and machine-readable; `fa` and `en` are templates filled with `values`.
    `where` names the place (file, key, line) when there is one.
    """

    def __init__(
        self, code: str, *, fa: str, en: str, where: str | None = None, **values: object
    ) -> None:
        self.code = code
        self.where = where
        self.values = values
        self.fa = _filled(fa, values)
        self.en = _filled(en, values)
        super().__init__(self.en if where is None else f"{where}: {self.en}")

    def text(self, language: str) -> str:
        """The message in `language` ("fa" or "en"), its place first."""
        words = self.fa if language == "fa" else self.en
        return words if self.where is None else f"{self.where}: {words}"


def _filled(template: str, values: dict[str, object]) -> str:
    """The template with its values; a text that is no template, braces and all, stays as it is."""
    try:
        return template.format(**values)
    except (KeyError, IndexError, ValueError):
        return template


class RefusedFile(PipelineError):
    """The file cannot be taken in: nothing of it was kept."""


class RefusedAction(PipelineError):
    """The action is not possible in the present state: nothing was changed."""


class WrongContract(PipelineError):
    """A configuration file is not valid; the message lists every fault in it."""


class DatabaseAway(PipelineError):
    """PostgreSQL cannot be reached."""


class SchemaMissing(PipelineError):
    """The database is there, but not prepared for this version of the product."""


class LostClaim(PipelineError):
    """The job was taken over by another process, or called off; this one may write no more."""

    def __init__(self, job_id: int) -> None:
        super().__init__(
            "CLAIM_LOST",
            fa="کار {job_id} دیگر در دست این پردازه نیست: پردازهٔ دیگری آن را گرفته یا لغو شده "
            "است. از این‌جا چیزی ثبت نشد؛ وضعیت کار را با «jobs» ببینید.",
            en="Job {job_id} is no longer in the hands of this process: another one took it over, "
            "or it was cancelled. Nothing more was stored from here; see `jobs`.",
            job_id=job_id,
        )
