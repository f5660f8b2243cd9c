"""How well recall and the decision do on labelled conversations, beside plain ways to decide."""
