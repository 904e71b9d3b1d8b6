"""The one family of errors that users see: a code, and a text in Persian and in English."""


class PipelineError(Exception):
    """Says what happened and what to do; `values` fill the places in both texts."""

    def __init__(
        self, code: str, *, fa: str, en: str, where: str | None = None, **values: object
    ) -> None:
        super().__init__(en.format(**values))
        self.code = code
        self.where = where
        self.fa = fa.format(**values)
        self.en = en.format(**values)
        self.values = values


class RefusedFile(PipelineError):
    """A file that is no table: what it is and what to do."""
