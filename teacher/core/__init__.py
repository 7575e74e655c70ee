"""Draft, critique, verify, revise: the loop as a pure flow, its checks and its words."""
