"""PDF files made by hand: pages of text, or pages that hold none."""

from __future__ import annotations

import io

from pypdf import PdfReader, PdfWriter

ANNUAL_REPORT = [
    "Annual Report of Marram Works\n\nMarram Works builds tide gauges for small harbours on the northern coast.\n"
    "The company was founded in 1998 and employs 212 people at three sites.",
    "Production\n\nThe workshop in Brinlow delivered 640 gauges during the year.\n"
    "A new test basin opened in March and halved the time that calibration takes.",
    "Revenue\n\nRevenue rose by 12 percent to 48 million crowns, driven by orders from harbour authorities.\n"
    "Service contracts brought in a third of all revenue for the first time.",
]


def pdf(pages: list[str]) -> bytes:
    """A PDF with these pages; a line of text is a line on the page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in pages:
        stream = _drawn(text)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _file(objects)


def protected(pages: list[str], password: str) -> bytes:
    """The same, to be opened with a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(pages))))
    writer.encrypt(password)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _drawn(text: str) -> bytes:
    lines = []
    for line in text.split("\n"):
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        lines.append(b"(%s) Tj T*" % escaped.encode("latin-1"))
    return b"BT /F1 11 Tf 60 780 Td 15 TL\n%s\nET" % b"\n".join(lines) if text else b""


def _file(objects: list[bytes]) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return made + end % (size, table, size, len(made))
