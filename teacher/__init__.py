"""Sessions: teachers critique, verify and rewrite a draft until it stands or the loop stops."""
