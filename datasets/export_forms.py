"""What people choose and hand in about exports, keys, imports and verification."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from datasets.actions import ExportChoice, next_version
from datasets.core import parquet
from datasets.core.layouts import LAYOUTS
from datasets.core.settings import DEFAULT_LAYOUTS
from datasets.models import Dataset, FrameSecret, SigningKey
from studio.accounts.models import Team

QUALITIES = [("", "Any score"), ("0.75", "0.75 and more"), ("0.85", "0.85 and more"), ("0.95", "0.95 and more")]
LAYOUT_CHOICES = [(name, f"{name}: {layout.consumer}") for name, layout in LAYOUTS.items()]


class _StyledForm(forms.BaseForm):
    """A form whose boxes look like those of the studio."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect, forms.ClearableFileInput)
        for field in self.fields.values():
            if not isinstance(field.widget, plain):
                field.widget.attrs.setdefault("class", "input")


class ExportForm(_StyledForm, forms.Form):
    """What leaves, in which forms, signed by whom."""

    dataset = forms.ModelChoiceField(Dataset.objects.none(), empty_label=None, label="Data set")
    min_quality = forms.TypedChoiceField(
        choices=QUALITIES, coerce=Decimal, empty_value=None, required=False, label="Score"
    )
    version = forms.CharField(max_length=40, required=False, help_text="Empty: the next number.")
    description = forms.CharField(
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands in the data set card. Empty: the data set's own.",
    )
    layouts = forms.MultipleChoiceField(
        choices=LAYOUT_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Files for trainers",
        help_text="data/train.jsonl is always there; these hold the same pairs in the layout of one kind of trainer.",
    )
    parquet = forms.BooleanField(required=False, label="Parquet file of the rows")
    frames = forms.BooleanField(
        required=False, label="ForgeNumerics frames", help_text="About 12 times the size of the text."
    )
    frame_secret = forms.ModelChoiceField(
        FrameSecret.objects.none(),
        required=False,
        empty_label="no signature line",
        label="Shared secret for frames",
        help_text="Adds the old format's signature line, which proves something only to holders of the secret.",
    )
    outside = forms.ChoiceField(
        choices=[("", "With the studio's key, at once"), ("1", "With a key on another machine, later")],
        required=False,
        widget=forms.RadioSelect,
        label="Signature",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, team: Team, default: Dataset) -> None:
        initial = {
            "dataset": default.pk,
            "layouts": list(DEFAULT_LAYOUTS),
            "parquet": parquet.is_available(),
            "outside": "",
        }
        super().__init__(data, initial=initial)
        _models(self, "dataset", Dataset.objects.filter(team=team).order_by("name"))
        _models(self, "frame_secret", FrameSecret.objects.filter(team=team).order_by("signer_id"))
        self.fields["version"].widget.attrs["placeholder"] = next_version(default)
        if not SigningKey.objects.filter(team=team, sealed="", state="active").exists():
            del self.fields["outside"]
        if not FrameSecret.objects.filter(team=team).exists():
            del self.fields["frame_secret"]
        if not parquet.is_available():
            del self.fields["parquet"]

    def choice(self) -> ExportChoice:
        """What was chosen; of a valid form."""
        data = self.cleaned_data
        return ExportChoice(
            dataset=data["dataset"],
            min_quality=data["min_quality"],
            version=data["version"],
            description=data["description"],
            layouts=data["layouts"],
            parquet=data.get("parquet", False),
            frames=data["frames"],
            frame_secret=data.get("frame_secret"),
            outside=bool(data.get("outside")),
        )


class DatasetForm(_StyledForm, forms.ModelForm[Dataset]):
    """The name, description and licence that stand in a data set's card."""

    class Meta:
        model = Dataset
        fields = ("name", "description", "licence")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"licence": "An SPDX name such as CC-BY-4.0, or LicenseRef- and your own."}

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = Dataset.objects.filter(team=self.instance.team, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("The team has a data set of this name.")
        return name


class KeyForm(_StyledForm, forms.Form):
    """A new key of the studio."""

    name = forms.CharField(max_length=80, label="Name", help_text="To tell it from the others, such as its year.")

    prefix = "key"


class OutsideKeyForm(_StyledForm, forms.Form):
    """The public half of a key that lives elsewhere."""

    name = forms.CharField(max_length=80)
    public = forms.CharField(
        max_length=2_000,
        label="Public key",
        help_text="PEM, or base64 of the 32 bytes. Never paste a private key here.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    prefix = "outside"


class FrameSecretForm(_StyledForm, forms.Form):
    """A shared secret for frames."""

    signer_id = forms.RegexField(
        r"\A[A-Za-z0-9._@:+-]{1,128}\Z", label="Name in the signature line", help_text="Letters, digits and . _ @ : + -"
    )

    prefix = "frames"


class RevokeForm(forms.Form):
    """Why a key is no longer trusted."""

    reason = forms.CharField(max_length=200, label="Reason", help_text="Stands in the published key list.")


class _FileForm(_StyledForm, forms.Form):
    """A form with one file of bounded size."""

    file = forms.FileField()

    def clean_file(self) -> UploadedFile:
        file = cast("UploadedFile", self.cleaned_data["file"])
        if (file.size or 0) > settings.STUDIO_UPLOAD_MAX_MB * 1_000_000:
            raise forms.ValidationError(f"The file is larger than {settings.STUDIO_UPLOAD_MAX_MB} MB.")
        return file


class VerifyForm(_FileForm):
    """An export to check, and whom to trust."""

    key = forms.CharField(
        max_length=2_000,
        required=False,
        label="Fingerprint or public key",
        help_text="Of whoever signed it, got by another way. Empty: the keys of this team.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    pair = forms.CharField(max_length=128, required=False, label="Prove one pair", help_text="Its id, if you want one.")
    secret = forms.CharField(
        max_length=4_000,
        required=False,
        label="Shared secret of frames",
        help_text="For signed frames, and for files of the original studio. It is used once and not stored.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, files: MultiValueDict[str, UploadedFile] | None = None) -> None:
        super().__init__(data, files)
        self.fields["file"].label = "Export"
        self.fields["file"].help_text = "A zip file of ours, or a .jsonl file of the original studio."


class ImportForm(_FileForm):
    """A file of pairs, and how to read it."""

    dataset = forms.ModelChoiceField(Dataset.objects.none(), empty_label=None, label="Data set")
    take_rest = forms.BooleanField(
        required=False, label="Take the good lines even where others have problems", help_text="Else you are asked."
    )
    secret = forms.CharField(
        max_length=4_000,
        required=False,
        label="Shared secret of the original studio",
        help_text="Only for its own files: rows are then taken only if their signature is right.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    salvage = forms.BooleanField(
        required=False, label="Recover pairs from damaged frames", help_text="They are marked as salvaged."
    )

    def __init__(
        self, data: Any = None, files: MultiValueDict[str, UploadedFile] | None = None, *, team: Team, default: Dataset
    ) -> None:
        super().__init__(data, files, initial={"dataset": default.pk})
        _models(self, "dataset", Dataset.objects.filter(team=team).order_by("name"))
        self.fields["file"].help_text = (
            "A conversation, or chats and pairs of OpenAI, ShareGPT, Alpaca, TRL and the original as JSON; "
            "or an export of ours as it is."
        )


class SignaturesForm(_FileForm):
    """The signatures file that an outside key made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = "Signatures file"


def _models(form: forms.Form, name: str, rows: Any) -> None:
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows
