"""The vault core: files to text, text to chunks, chunks to vectors, queries to ranks. No framework in here."""
