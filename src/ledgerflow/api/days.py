"""A day as it is written to us: 2026-04-01, and nothing that could be taken for one, such as seconds since 1970."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written(said: object) -> object:
    if isinstance(said, date) or (isinstance(said, str) and _WRITTEN.fullmatch(said)):
        return said
    raise PydanticCustomError("date_parsing", "Input should be a day as in 2026-04-01")


Day = Annotated[date, BeforeValidator(_written)]
