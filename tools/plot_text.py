"""Users' text in a figure: as it was written, whatever it is."""

import unicodedata


def visible(text):
    """User's text without what cannot be drawn: control characters, marks of direction and bytes
    that are no UTF-8 stand as their escapes."""
    def shown(c):
        if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            return c
        names = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
        code = ord(c) - 0xdc00 if 0xdc80 <= ord(c) <= 0xdcff else ord(c)  # a byte of argv
        return names.get(c, f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
    return "".join(map(shown, text))


def literal(text):
    """The same for matplotlib, which takes text between dollars for mathematics."""
    return visible(text).replace("$", r"\$")


def characters_of(path):
    """What a font file has glyphs for; nothing where it cannot be read."""
    from matplotlib import ft2font
    try:
        return ft2font.FT2Font(path).get_charmap().keys()
    except (OSError, RuntimeError):
        return set()


def choose_fonts(texts):
    """Adds installed fonts that have the characters which the usual one lacks (CJK and others).
    Returns those that none has: matplotlib draws a box for each."""
    from matplotlib import font_manager, rcParams
    usual = rcParams["font.sans-serif"]
    missing = {ord(c) for c in "".join(texts)}
    missing -= characters_of(font_manager.findfont(font_manager.FontProperties()))
    found = []
    fonts = font_manager.fontManager.ttflist if missing else []
    for font in sorted(fonts, key=lambda font: ("Sans" not in font.name, font.name)):
        has = missing & characters_of(font.fname) if missing and font.style == "normal" else set()
        if has:
            found.append(font.name)
            missing -= has
    rcParams["font.family"] = [usual[0], *found]
    return " ".join(map(chr, sorted(missing)))
