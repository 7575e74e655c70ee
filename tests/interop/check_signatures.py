"""Stock tools verify the envelope: securesystemslib (DSSE, Ed25519) and in-toto-attestation (the Statement)."""

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey


def main() -> None:
    folder = Path(sys.argv[1])
    data = json.loads((folder / "export/attestation.dsse.json").read_bytes())
    key = SSlibKey.from_crypto(_public(folder), keyid=data["signatures"][0]["keyid"])
    for name in ("attestation", "ledger"):
        envelope = Envelope.from_dict(json.loads((folder / f"export/{name}.dsse.json").read_bytes()))
        envelope.verify([key], 1)
        print(f"ok    securesystemslib verifies {name}.dsse.json")
        envelope.payload = envelope.payload.replace(b"1", b"2", 1)
        try:
            envelope.verify([key], 1)
        except VerificationError:
            print(f"ok    securesystemslib refuses a changed {name}")
        else:
            raise SystemExit(f"securesystemslib accepted a changed {name}")
    payload = Envelope.from_dict(json.loads((folder / "export/attestation.dsse.json").read_bytes())).payload
    Statement.copy_from_pb(json_format.Parse(payload, statement_pb2.Statement())).validate()
    print("ok    in-toto-attestation validates the Statement")


def _public(folder: Path) -> PublicKeyTypes:

    return load_pem_public_key((folder / "key.pem").read_bytes())


if __name__ == "__main__":
    main()
