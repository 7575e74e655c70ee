"""How times, hashes and numbers are spelt in signed documents, in ASCII; each says whether a text is so spelt."""

import re

is_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII).fullmatch
is_hash = re.compile(r"[0-9a-f]{64}").fullmatch
is_decimal = re.compile(r"-?\d{1,6}(\.\d{1,9})?", re.ASCII).fullmatch
