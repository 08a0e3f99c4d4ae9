"""What pydantic refuses in something a person typed, told as a Finding: where it stands and what is wrong with it."""

from reprlib import Repr

from pydantic_core import ErrorDetails

from ledgerflow.billing.errors import Finding

_LONGEST = 80
_SHORT = Repr()
_SHORT.maxlevel = 2


def mistake(fault: ErrorDetails, advice: str = "", under: str = "") -> Finding:
    """The finding for one fault; its place is a JSON pointer below `under`."""
    place = under + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in fault["loc"])
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    if fault["type"] == "missing":
        return Finding("missing", place, f"{name!r} is missing.", "Add it.", {"key": name})
    if fault["type"] == "extra_forbidden":
        return Finding("unknown_key", place, f"There is no key {name!r} here.", advice, {"key": name})
    context = {key: str(value) for key, value in fault.get("ctx", {}).items()}
    given = _shown(fault["input"])
    words = fault["msg"].removeprefix("Value error, ")
    return Finding(
        code=f"value_{fault['type']}",
        place=place,
        message=f"{given!r} will not do: {words[0].lower()}{words[1:]}.",
        advice=advice,
        parameters=context | {"value": given},
    )


def _shown(given: object) -> str:
    """The beginning of what was given. A list is not written out: a few lines of references hold billions of items."""
    if isinstance(given, list | tuple | dict | set):
        return _SHORT.repr(given)[:_LONGEST]
    if isinstance(given, int) and given.bit_length() > 1024:
        return "a number of more than 300 digits"  # Python refuses to write some of these
    return str(given)[:_LONGEST]
