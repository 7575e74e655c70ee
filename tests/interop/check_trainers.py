"""TRL's own trainers prepare the SFT, DPO and KTO files: the same pairs come out, with the loss on the answer only.

Needs trl and torch (requirements/trainers.in), several gigabytes; `python -m tests.interop --trainers` installs them.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""

from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.decoders import ByteLevel
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

from datasets import Dataset, load_dataset

TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level toy tokenizer with a chat template; nothing is downloaded."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    found = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(letters)}, merges=[]))
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = ByteLevel()
    made = PreTrainedTokenizerFast(tokenizer_object=found, eos_token="</s>", pad_token="<pad>", unk_token="<unk>")
    made.chat_template = TEMPLATE
    return made


def model(words: int) -> LlamaForCausalLM:
    """A model too small to learn, which the trainers want to see."""
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    return LlamaForCausalLM(LlamaConfig(vocab_size=words, **shape))


def check_loss(toy: PreTrainedTokenizerFast, ready: Dataset) -> None:
    """The loss falls on the whole answer and on nothing of the question."""
    for row in ready.select(range(20)):
        learned = toy.decode([token for token in row["labels"] if token != -100])
        if learned.removesuffix("</s>") != row["completion"][0]["content"]:
            raise SystemExit(f"TRL learns {learned!r:.200} of pair {row['pair_id']}")


def main() -> None:
    folder = Path(sys.argv[1]) / "export/derived"
    warnings.simplefilter("ignore")
    toy = tokenizer()
    kinds = {
        "sft_trl": (SFTTrainer, SFTConfig),
        "sft_messages": (SFTTrainer, SFTConfig),
        "dpo_trl": (DPOTrainer, DPOConfig),
        "kto_trl": (KTOTrainer, KTOConfig),
    }
    with tempfile.TemporaryDirectory() as place:
        for name, (trainer, config) in kinds.items():
            rows = load_dataset("json", data_files=str(folder / f"{name}.jsonl"), split="train", cache_dir=place)
            settings = config(output_dir=place, report_to=[], use_cpu=True, bf16=False, max_length=None)
            others = {} if trainer is SFTTrainer else {"ref_model": model(len(toy))}
            made = trainer(model=model(len(toy)), args=settings, train_dataset=rows, processing_class=toy, **others)
            ready = made.train_dataset
            if ready.num_rows != rows.num_rows:
                raise SystemExit(f"TRL takes {ready.num_rows} of {rows.num_rows} rows of {name}")
            if name == "sft_trl":
                check_loss(toy, ready)
            columns = ", ".join(ready.column_names)
            print(f"ok    TRL's {trainer.__name__} takes all {rows.num_rows} rows of {name}: {columns}")


if __name__ == "__main__":
    main()
