"""Passages that the tests of answers share."""

from studio.chat.core.citations import Passage

REFUNDS = "Refunds are paid within fourteen (14) days. The fee is 30 euro, unless the customer is a member."
SHIPPING = "Orders ship on Monday.\nInsurance is not included in the price. Orders ship from Tromsø."


def passage(label: int, text: str, *, start: int = 0) -> Passage:
    return Passage(
        label=label,
        document_id=f"00000000-0000-7000-8000-{label:012}",
        chunk_id=100 + label,
        title=f"Document {label}",
        start=start,
        end=start + len(text),
        text=text,
        score=1 / label,
    )


PASSAGES = (passage(1, REFUNDS, start=1_000), passage(2, SHIPPING, start=50))
