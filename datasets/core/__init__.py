"""Pure cores of the data sets app: the frame codec, signing, export and verification; no framework."""
