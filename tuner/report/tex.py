"""What LaTeX makes of a character, and what it needs for those beyond ASCII.

Which characters its own fonts know was found by setting each of them with pdfLaTeX (TeX Live 2022), without
any package and with the encoding T1.
"""

import re
import unicodedata

from tuner.report.formats import MINUS, NONE, TIMES

_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi"
    "|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega"
)
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"\symbol{34}",  # \textquotedbl is unknown to LaTeX's first font encoding
    "[": "{[}",  # after the end of a row it would be a length
    "]": "{]}",
    "*": "{*}",  # as well
    NONE: "---",
    "\N{EN DASH}": "--",
    "…": r"\ldots{}",
    MINUS: "$-$",
    TIMES: r"$\times$",
    "±": r"$\pm$",
    "≈": r"$\approx$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "→": r"$\rightarrow$",
    "√": r"$\surd$",
    "\N{GREEK SMALL LETTER FINAL SIGMA}": r"$\varsigma$",
    "\N{FRACTION SLASH}": "/",
    "∞": r"$\infty$",
    "\N{MICRO SIGN}": r"$\mu$",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}
# Greek letters that TeX takes from Latin.
_LIKE_LATIN = dict(
    zip(
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf",
        "ABEZHIKMNOPTYXo",
        strict=True,
    )
)

_LAST_KNOWN = "\u017f"  # up to here all but the next
# Latin letters that no encoding of LaTeX's own fonts has.
_UNKNOWN = "\u0126\u0127\u0138\u013f\u0140\u0149\u0166\u0167\u017f"
# Guillemets, low quotation marks, and letters of Polish, Icelandic and others: not in the first encoding.
_IN_T1 = (
    "\u00ab\u00bb\u00d0\u00de\u00f0\u00fe\u0104\u0105\u0110\u0111\u0118\u0119\u012e\u012f\u014a"
    "\u014b\u0172\u0173\u01ea\u01eb\u201a\u201e\u2039\u203a"
)
# Known as well: letters with a caron, of Romanian and others, quotation marks, daggers, ligatures.
_BEYOND = (
    "\u0192\u01c4\u01c5\u01c6\u01c7\u01c8\u01c9\u01ca\u01cb\u01cc\u01cd\u01ce\u01cf\u01d0\u01d1"
    "\u01d2\u01d3\u01d4\u01e2\u01e3\u01e6\u01e7\u01e8\u01e9\u01ea\u01eb\u01f0"
    "\u01f4\u01f5\u0218\u0219\u021a\u021b\u0232\u0233\u0237\u2010\u2011\u2012\u2015\u2016\u2018"
    "\u2019\u201a\u201c\u201d\u201e\u2020\u2021\u2022\u2030\u2031\u2039\u203a\u203b\u203d\u204e"
    "\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
)
_SIGNS_END = "\u2e80"  # punctuation and numbers of whole scripts begin here


def tex(character: str) -> str:
    """A character as LaTeX sets it, in text."""
    if character in _TEX:
        return _TEX[character]
    return character if character.isascii() else _beyond_ascii(character)


def beyond_latin(text: str) -> bool:
    """Whether there are letters that LaTeX shows with a font for them only."""
    return any(unicodedata.category(one)[0] in "LMNP" and not _is_known(one) for one in text)


def needs_t1(text: str) -> bool:
    """Whether there are characters that LaTeX's first font encoding lacks."""
    return any(one in _IN_T1 for one in text)


def _is_known(character: str) -> bool:
    return (character <= _LAST_KNOWN and character not in _UNKNOWN) or character in _BEYOND


def _beyond_ascii(character: str) -> str:
    """Letters as they are, raised ones raised, what stands for others as those, signs by their name."""
    kind, _, base = unicodedata.decomposition(character).partition(" ")
    if kind in ("<super>", "<sub>") and " " not in base:
        return f"\\text{kind[1:-1]}script{{{tex(chr(int(base, 16)))}}}"
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", name)
    if greek and _GREEK.fullmatch(letter := _greek(*greek.groups())):
        return f"$\\{letter}$"
    if character in _LIKE_LATIN:
        return _LIKE_LATIN[character]
    joins = unicodedata.category(character) == "Cf" or name.startswith(("VARIATION", "EMOJI MODIFIER"))
    if joins:  # of an emoji that is named part by part
        return ""
    if _is_known(character):
        return character
    others = unicodedata.normalize("NFKC", character)
    if others != character and not any(map(unicodedata.combining, others)):
        return "".join(map(tex, others))
    kinds = ("L", "M", "Nd") if character < _SIGNS_END else ("L", "M", "N", "P")
    return character if unicodedata.category(character).startswith(kinds) else f"({name.lower()})"


def _greek(size: str, name: str) -> str:
    """The name of a Greek letter in LaTeX, from the one in Unicode, which spells lambda without b."""
    name = name.replace("LAMDA", "LAMBDA")
    return name.lower() if size == "SMALL" else name.capitalize()
