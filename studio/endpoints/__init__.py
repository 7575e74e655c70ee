"""Model endpoints: where teachers and answerers are reached, by whom they are used, and what they cost."""
