"""Every write of the datasets app that means something; import actions from here."""

from datasets.actions.proposals import propose_pair

__all__ = ["propose_pair"]
