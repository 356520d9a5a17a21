"""Names as registers compare them: typed, pasted, or written by a system of the time before Unicode.

A mismatch costs the applicant one of a few checks a day, so the folding errs on the side of matching. Nothing is stored
or shown folded.
"""

import re
import unicodedata

from domain.visible_text import visible_text

_SPACES = re.compile(r"\s+")
# What people and systems write between the parts of a name, after NFKC: full stops, bullets and middle dots.
_DOTS = re.compile(
    "[.\u00b7\u0387\u05c5\u16eb\u2022\u2023\u2024\u2027\u2043\u2218\u2219\u22c5\u25cf\u25cb\u25e6\u2981\u2a2f"
    "\u2e30\u2e31\u2e33\u3002\u30fb\ua78f\ufe45\U00010101\U0001f784]+"
)
_MIDDLE_DOT = "\u00b7"
# A dot above as a character: NFKC makes a blank and a mark of it.
_DOT_ABOVE = "\u02d9"

# GB 18030-2022 and GBK: 0xFE50 and the following codes, which old systems keep in the private-use area from U+E815 on.
_OF_FE50 = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹"
    "䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
# Vertical punctuation, and the letter m with an acute accent.
_OTHERS = {
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14, 0xE792: 0xFE15, 0xE793: 0xFE16,
    0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19, 0xE7C7: 0x1E3F, 0xE7C8: 0x01F9,
}  # fmt: skip
FROM_PRIVATE_USE = {0xE815 + place: ord(character) for place, character in enumerate(_OF_FE50)} | _OTHERS
"""Code points of the private-use area, and those that GB 18030-2022 gives the same characters."""


def folded_name(name: str) -> str:
    """The name for a comparison: one dot between its parts, no blanks, nothing invisible, Unicode's own characters."""
    mapped = visible_text(name).translate(FROM_PRIVATE_USE).replace(_DOT_ABOVE, _MIDDLE_DOT)
    plain = _SPACES.sub("", visible_text(unicodedata.normalize("NFKC", mapped)))
    return _DOTS.sub(_MIDDLE_DOT, plain).strip(_MIDDLE_DOT).casefold()
