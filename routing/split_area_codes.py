"""North American area codes that lie in more than one time zone, where phonenumbers' data often names only one.

It puts +1 423, most of which keeps Eastern time, into Central; a call at 20:30 by that would ring at 21:30. From
the area code maps of NANPA and the Canadian Numbering Administrator, and the zones' boundaries in 49 CFR 71.
"""

from itertools import chain

_EASTERN = "America/New_York"
_CENTRAL = "America/Chicago"
_MOUNTAIN = "America/Denver"
_PACIFIC = "America/Los_Angeles"

_BY_ZONES: dict[tuple[str, ...], str] = {
    # Michigan; Indiana; Kentucky; Tennessee; Florida
    (_EASTERN, _CENTRAL): "906 219 574 812 930 270 364 606 423 931 850 448",
    # North and South Dakota, Nebraska, Kansas, Texas
    (_CENTRAL, _MOUNTAIN): "701 605 308 620 785 432 915",
    # Idaho, Oregon, Nevada
    (_MOUNTAIN, _PACIFIC): "208 986 541 458 775",
    # Arizona, where the Navajo Nation keeps summer time and the rest does not
    (_MOUNTAIN, "America/Phoenix"): "928",
    # Alaska with the Aleutian Islands
    ("America/Anchorage", "America/Adak"): "907",
    # Newfoundland and Labrador; Quebec; Ontario; Saskatchewan; British Columbia
    ("America/St_Johns", "America/Halifax"): "709 879",
    ("America/Toronto", "America/Halifax"): "418 581 367",
    ("America/Toronto", "America/Winnipeg"): "807",
    ("America/Regina", "America/Edmonton"): "306 639 474",
    ("America/Vancouver", "America/Edmonton"): "250 778 236 672",
    # Yukon, Northwest Territories, Nunavut
    ("America/Whitehorse", "America/Edmonton", "America/Winnipeg", "America/Toronto"): "867",
}

SPLIT_AREA_CODES: dict[str, tuple[str, ...]] = dict(
    chain.from_iterable(((code, zones) for code in codes.split()) for zones, codes in _BY_ZONES.items())
)
"""Three digits after +1, to all zones (IANA names) in which such numbers are."""
