"""Who sells, who buys and where it is delivered, as blocks of text; and how to pay."""

from typing import Final

from ledgerflow.billing.party import Party, Place
from ledgerflow.rendering.draft import Draft, listed
from ledgerflow.rendering.page import Block, Fact

_BANKING: Final = ("bank", "account", "ifsc", "iban")
_ONLY_ON_EXPORTS: Final = "lut"


def seller(draft: Draft) -> Block:
    party = draft.supply.seller
    numbers = _identifiers(
        draft, party, skip=_BANKING if draft.supply.without_payment else (*_BANKING, _ONLY_ON_EXPORTS)
    )
    return Block(
        draft.label("parties", "seller"),
        _names(draft, party),
        _address(draft, party.place),
        (*_tax_number(draft, party), *numbers, *_contact(draft, party)),
    )


def buyer(draft: Draft) -> Block:
    party = draft.supply.buyer
    heading = draft.label("parties", "bill_to")
    if not party.name:
        walk_in = draft.label("parties", "walk_in")
        return Block(heading, tuple(name for name in (walk_in.first, walk_in.second) if name))
    facts = (*_tax_number(draft, party), *_identifiers(draft, party, skip=_BANKING), *_contact(draft, party))
    return Block(heading, _names(draft, party), _address(draft, party.place), facts)


def delivery(draft: Draft) -> Block | None:
    """The place of delivery, where it is not the buyer's own."""
    place = draft.supply.delivered_to
    if place is None or place == draft.supply.buyer.place or not (place.street or place.city):
        return None
    return Block(draft.label("parties", "deliver_to"), (), _address(draft, place))


def payment(draft: Draft) -> tuple[Fact, ...]:
    """The seller's bank, from its identifiers."""
    identifiers = {key.lower(): value for key, value in draft.supply.seller.identifiers.items()}
    return tuple(
        Fact(draft.label("parties", key), identifiers[key], code=key != "bank")
        for key in _BANKING
        if identifiers.get(key)
    )


def place_of_supply(draft: Draft) -> str:
    """The state with its code, as Rule 46(n) wants it: Maharashtra (27)."""
    place = draft.tax.place_of_supply
    name = place.region_name or draft.country(place)
    return f"{name} ({place.region})" if place.region else name


def _names(draft: Draft, party: Party) -> tuple[str, ...]:
    label = draft.terms.both(party.name, party.name_local)
    return tuple(name for name in (label.first, label.second) if name)


def _address(draft: Draft, place: Place) -> tuple[str, ...]:
    abroad = draft.crosses_border
    if draft.is_indian:
        state = f"{place.region_name} ({place.region})" if place.region and place.region_name else place.region_name
        at_home = place.country == draft.supply.seller.place.country
        region = listed((state if at_home else "", draft.country(place) if abroad else ""))
        lines = [place.street, listed((place.city, place.postal_code), " "), region]
        return tuple(line for line in lines if line)
    return tuple(line for line in (*_local_address(draft, place), *_english_address(draft, place, abroad)) if line)


def _english_address(draft: Draft, place: Place, abroad: bool) -> tuple[str, ...]:
    region = place.region_name if place.region_name != place.city else ""
    country = draft.label("countries", place.country)
    city = listed((listed((place.city, place.postal_code), " "), region))
    return place.street, listed((city, (country.second or country.first) if abroad else ""))


def _local_address(draft: Draft, place: Place) -> tuple[str, ...]:
    if not draft.terms.right_to_left or not place.city_local:
        return ()
    region = place.region_name_local if place.region_name_local != place.city_local else ""
    return (draft.terms.local(listed((place.street_local, place.city_local, region, draft.country(place)), "، ")),)


def _tax_number(draft: Draft, party: Party) -> tuple[Fact, ...]:
    if not party.tax_number:
        return ()
    presentation = draft.invoice.presentation
    label = draft.label("parties", "tax_number")
    if presentation.tax_number_label and party.place.country == draft.supply.seller.place.country:
        label = draft.terms.both(presentation.tax_number_label, presentation.tax_number_label_local)
    return (Fact(label, party.tax_number, code=True),)


def _identifiers(draft: Draft, party: Party, skip: tuple[str, ...]) -> tuple[Fact, ...]:
    return tuple(
        Fact(draft.label("parties", key.lower()), value, code=True)
        for key, value in party.identifiers.items()
        if value and key.lower() not in skip
    )


def _contact(draft: Draft, party: Party) -> tuple[Fact, ...]:
    contact = (("phone", party.phone), ("email", party.email))
    return tuple(Fact(draft.label("parties", key), value) for key, value in contact if value)
