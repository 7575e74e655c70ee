"""Sample documents and questions about a cold-chain carrier that does not exist; `manage.py demo` works on them."""

from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
DOCUMENTS = tuple(sorted(path for path in FOLDER.iterdir() if path.suffix in {".md", ".txt", ".html", ".csv"}))
DIGESTS = frozenset(sha256(path.read_bytes()).hexdigest() for path in DOCUMENTS)
COLLECTION = "Samples"
QUESTIONS = (
    "At what temperature must vaccines be stored?",
    "How long may the doors of a reefer stay open during loading?",
    "What compensation does the customer get when a delivery is late?",
    "Who approves travel expenses above 500 euros?",
    "How often must the temperature sensor of the RX-40 be calibrated?",
)
# Drafts as somebody might write them from memory; the teachers find what is wrong with them.
DRAFTS = {
    QUESTIONS[1]: (
        "The doors of a reefer may stay open for at most 20 minutes during loading. If loading takes longer, close the "
        "doors, run the unit for ten minutes and begin again. Drivers get a bonus for quick loading."
    ),
    QUESTIONS[
        3
    ]: "Travel expenses above 500 euros are approved by the team lead. An approval is given in the expense tool.",
}
