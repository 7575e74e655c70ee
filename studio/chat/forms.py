"""What people type into the pages of conversations."""

from django import forms

from studio.chat.actions import LONGEST_QUESTION, LONGEST_TITLE


class QuestionForm(forms.Form):
    """A question, and the answer below which it is asked."""

    question = forms.CharField(
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input", "placeholder": "What would you like to know?"}),
        error_messages={"required": "Write a question first."},
    )
    parent = forms.UUIDField(required=False, widget=forms.HiddenInput)


class RenameForm(forms.Form):
    """A conversation's title."""

    title = forms.CharField(max_length=LONGEST_TITLE, error_messages={"required": "Give it a title."})
