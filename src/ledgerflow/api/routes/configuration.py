"""The configuration: what holds here and where it comes from, read anew everywhere, narrowed by a tenant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from ledgerflow.admission.announcing import announce
from ledgerflow.admission.setting_up import keep_overrides
from ledgerflow.api import problems
from ledgerflow.api.access import Anyone, Caller, HouseHere, Manager, Operator
from ledgerflow.api.etags import IfMatch, etag, expected
from ledgerflow.api.house import now
from ledgerflow.api.problems import Absent, FindingModel
from ledgerflow.api.schemas import GUARDED, Given, refusals
from ledgerflow.billing.errors import InputRefused
from ledgerflow.configuration.keeping import Standing, findings_of
from ledgerflow.configuration.rules import Origin
from ledgerflow.configuration.sections import SECTIONS, Overrides
from ledgerflow.identity.roles import Right, may
from ledgerflow.issuing.governing import OVERRIDES, rules_for
from ledgerflow.simulation.typed import Typed

router = APIRouter(prefix="/api/config", tags=["config"])

Name = Annotated[str, Path(max_length=40)]


class Effective(Given):
    """A value that holds, and where it comes from."""

    value: str | int | float | bool | Sequence[str] | None
    origin: Origin


class ReloadFailureModel(Given):
    """A reading of the files that changed nothing: when, and why."""

    at: datetime
    findings: list[FindingModel]


class ConfigurationModel(Given):
    """What holds in this process: `version` is the same wherever the files say the same."""

    version: str
    read_at: datetime
    values: dict[str, Effective]
    warnings: list[FindingModel] | None = None
    failure: ReloadFailureModel | None = None


@router.get("", responses=refusals(*GUARDED))
def show(caller: Anyone, house: HouseHere) -> ConfigurationModel:
    """What holds for who asks, by `section.key`; how reading the files went is for operators."""
    return _told(caller, house.rules.standing)


@router.post("/reload", responses=refusals(*GUARDED))
def reload(caller: Operator, house: HouseHere) -> ConfigurationModel:
    """Reads the files anew, here at once and in every process within two seconds; a mistake in them changes nothing."""
    standing = house.rules.reread(now())
    if standing.failure:
        raise InputRefused(findings_of(standing))
    announce(house.installation, standing.rules.version, at=now(), actor=caller.actor)
    return _told(caller, standing)


@router.get("/schema/{name}", responses=refusals(*GUARDED, 404))
def schema(name: Name, _caller: Anyone) -> dict[str, Any]:
    """The JSON Schema of a section, or of `overrides`."""
    sections: dict[str, type[Typed]] = {**SECTIONS, OVERRIDES: Overrides}
    if name not in sections:
        raise Absent()
    return sections[name].model_json_schema()


@router.get("/overrides", responses=refusals(*GUARDED))
def overrides(caller: Manager, response: Response) -> Overrides:
    """What the tenant's owner set; the ETag is for changing it."""
    document = caller.ledger.documents.find(OVERRIDES)
    response.headers["ETag"] = etag(document.version if document else 0)
    return Overrides.model_validate_json(document.text) if document else Overrides()


@router.put("/overrides", responses=refusals(*GUARDED, 412, 428))
def override(
    said: Overrides, caller: Manager, house: HouseHere, response: Response, if_match: IfMatch = ""
) -> Overrides:
    """Sets a tenant's own settings as a whole; each may only narrow what the installation allows."""
    kept = keep_overrides(caller.ledger, said, house.rules.now, expected(if_match), at=now(), actor=caller.actor)
    response.headers["ETag"] = etag(kept.version)
    return said


def _told(caller: Caller, standing: Standing) -> ConfigurationModel:
    rules = rules_for(caller.ledger, standing.rules)
    told = ConfigurationModel(
        version=rules.version,
        read_at=standing.read_at,
        values={key: Effective(value=value, origin=rules.origin(key)) for key, value in rules.flat().items()},
    )
    if may(caller.role, Right.OPERATE):
        told.warnings = [problems.told(finding) for finding in standing.warnings]
        if standing.failure:
            findings = [problems.told(finding) for finding in standing.failure.findings]
            told.failure = ReloadFailureModel(at=standing.failure.at, findings=findings)
    return told
