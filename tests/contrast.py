"""The contrast of two colours, as the Web Content Accessibility Guidelines 2.2 define it: 4.5 is enough for a text."""


def contrast(one: str, other: str) -> float:
    """Return a number from 1 to 21, of colours such as `#00a`."""
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join([digit * 2 for digit in digits])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
