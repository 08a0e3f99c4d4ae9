"""What pydantic refuses in something a person typed, told as a Finding: where it stands and what is wrong with it."""

from pydantic_core import ErrorDetails

from ledgerflow.billing.errors import Finding


def mistake(fault: ErrorDetails, advice: str = "", under: str = "") -> Finding:
    """The finding for one fault; its place is a JSON pointer below `under`."""
    place = under + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in fault["loc"])
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    if fault["type"] == "missing":
        return Finding("missing", place, f"{name!r} is missing.", "Add it.", {"key": name})
    if fault["type"] == "extra_forbidden":
        return Finding("unknown_key", place, f"There is no key {name!r} here.", advice, {"key": name})
    context = {key: str(value) for key, value in fault.get("ctx", {}).items()}
    given = str(fault["input"])[:80]
    words = fault["msg"].removeprefix("Value error, ")
    return Finding(
        code=f"value_{fault['type']}",
        place=place,
        message=f"{given!r} will not do: {words[0].lower()}{words[1:]}.",
        advice=advice,
        parameters=context | {"value": given},
    )
