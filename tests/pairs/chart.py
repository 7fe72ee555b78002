"""A chart of horizontal bars as SVG."""

from xml.sax.saxutils import escape

COLOURS = {"accepted": "#2a7f3f", "partly": "#b58a1d", "refused": "#a33c2b"}
ROW, LABEL, BAR, END = 22, 300, 420, 110


def bars(title: str, rows: list[tuple[str, int, str]], whole: int) -> str:
    """Each row: label, number, colour's name; the bars' full length is `whole`."""
    width, height = LABEL + BAR + END, ROW * (len(rows) + 2)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="13">',
             f"<title>{escape(title)}</title>", f'<rect width="{width}" height="{height}" fill="white"/>',
             f'<text x="10" y="{ROW}" font-weight="bold">{escape(title)}</text>']
    for index, (label, number, colour) in enumerate(rows):
        top = ROW * (index + 1) + 10
        length = max(1, round(BAR * number / max(whole, 1)))
        percent = 100 * number / max(whole, 1)
        parts += [f'<text x="{LABEL - 8}" y="{top + 14}" text-anchor="end">{escape(label)}</text>',
                  f'<rect x="{LABEL}" y="{top + 2}" width="{length}" height="{ROW - 6}" fill="{COLOURS[colour]}"/>',
                  f'<text x="{LABEL + length + 6}" y="{top + 14}">{number} ({percent:.0f} %)</text>']
    return "\n".join([*parts, "</svg>"]) + "\n"
