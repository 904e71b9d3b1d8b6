"""Why a header was matched or left alone, in words for the person who checks the mapping."""

from typing import Final

_TEXTS: Final = {
    "exact": (
        "سرستون همان «{wanted}» است.",
        "The header is exactly “{wanted}”.",
    ),
    "folded": (
        "همان «{wanted}» است؛ فقط شیوهٔ نوشتن فرق دارد.",
        "This is “{wanted}”; only the spelling differs.",
    ),
    "alias": (
        "نام دیگر و شناخته‌شدهٔ «{wanted}» است.",
        "This is a known other name of “{wanted}”.",
    ),
    "similar": (
        "هم‌معنی «{wanted}» به نظر می‌رسد؛ لطفاً بررسی کنید.",
        "This seems to mean the same as “{wanted}”; please check.",
    ),
    "similar_confirmed": (
        "هم‌معنی «{wanted}» به نظر می‌رسد و مقدارهای ستون هم با آن می‌خواند؛ لطفاً بررسی کنید.",
        "This seems to mean the same as “{wanted}”, and the cells agree; please check.",
    ),
    "values": (
        "سرستون کامل نیست، اما مقدارهای ستون با «{wanted}» می‌خواند؛ لطفاً بررسی کنید.",
        "The header says too little, but the cells fit “{wanted}”; please check.",
    ),
    "doubtful_cells": (
        "ولی مقدارهای ستون به آن نمی‌خورد؛ پیش از ادامه نگاه کنید.",
        "But the cells do not look like it; look before going on.",
    ),
    "empty": (
        "سرستون خالی است.",
        "The header is empty.",
    ),
    "repeated": (
        "تکرار سرستون شمارهٔ {position} است؛ همان یکی به کار می‌رود.",
        "This repeats header number {position}; that one is used.",
    ),
    "taken": (
        "با «{wanted}» می‌خواند، اما سرستون «{other}» برای آن برگزیده شده است.",
        "This fits “{wanted}”, but the header “{other}” was chosen for it.",
    ),
    "ambiguous": (
        "روشن نیست: «{header}» با «{wanted}» یا «{other}»؟ خودتان برگزینید.",
        "Unclear: “{header}” may go with “{wanted}” or “{other}”; please choose.",
    ),
    "differs": (
        "شبیه «{wanted}» است، اما واژهٔ «{word}» آن دو را از هم جدا می‌کند.",
        "This resembles “{wanted}”, but the word “{word}” sets them apart.",
    ),
    "refuted": (
        "نامش به «{wanted}» می‌خورد، اما مقدارهای ستون نمی‌خورد.",
        "The name fits “{wanted}”, but the cells do not.",
    ),
    "unlike": (
        "با هیچ ستونی که لازم داریم نمی‌خواند.",
        "This fits none of the columns we look for.",
    ),
}


def reason(code: str, **values: str | int) -> tuple[str, str]:
    """Give the Persian and the English sentence of a reason; a missing value is a KeyError."""
    persian, english = _TEXTS[code]
    return persian.format(**values), english.format(**values)
