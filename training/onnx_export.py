"""From a fine-tuned encoder in torch to an int8 file that onnxruntime runs without torch.

Needs torch, onnx, onnxscript, onnxruntime and tokenizers, which are needed for nothing else in training/.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import numpy.typing as npt

INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT: Final = "logits"
SMALLER: Final = ["MatMul", "Gather"]  # what becomes int8: matrices, and the embeddings of words
EXACT: Final = 1e-3  # how far logits may be from torch before weights are rounded
CLOSE: Final = 0.05  # how far probabilities may be, on average, once weights are int8
MOST_TOKENS: Final = 512

Logits = npt.NDArray[np.float32]


def export(
    module: Any, tokenizer: Path, out: Path, samples: Sequence[tuple[str, str]], max_tokens: int = 128
) -> float:
    """Write `module` to the file `out` as ONNX with int8 weights; return how far probabilities moved.

    Matrices are rounded per output channel to seven bits (`reduce_range`), so that sums of int8 products do
    not overflow on processors without VNNI; activations are rounded while it runs.

    Parameters
    ----------
    module
        A torch module that maps input_ids, attention_mask and token_type_ids (int64, texts × tokens) to
        logits (texts × labels).
    tokenizer
        The tokenizer.json that belongs to it.
    out
        Where the file goes.
    samples
        Texts with what stands beside them ("" for nothing), on which the file is compared with `module`.
    max_tokens
        Where pairs are cut.

    Returns
    -------
    float
        The mean absolute difference of probabilities on `samples`.

    Raises
    ------
    ValueError
        The file does not give what `module` gives: logits differ by more than EXACT before weights are
        rounded, or probabilities by more than CLOSE on average afterwards.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - not always there

    rows = [encoded(tokenizer, text, context, max_tokens) for text, context in samples]
    wanted = torch_logits(module, rows)
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "float.onnx"
        write_float(module, whole)
        off = float(np.abs(onnx_logits(whole, rows) - wanted).max())
        if off > EXACT:
            raise ValueError(f"{out.name}: exported logits are {off:.2g} away from those of torch")
        quantize_dynamic(
            whole,
            out,
            op_types_to_quantize=SMALLER,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
    _strip(out)
    moved = float(np.abs(softmax(onnx_logits(out, rows)) - softmax(wanted)).mean())
    if moved > CLOSE:
        raise ValueError(f"{out.name}: int8 weights move probabilities by {moved:.2g} on average")
    return moved


def write_float(module: Any, path: Path) -> None:
    """Write `module` as ONNX with float weights, for any number of texts and tokens."""
    import torch  # noqa: PLC0415 - not always there
    from transformers import PreTrainedModel  # noqa: PLC0415 - not always there

    for part in module.modules():
        if isinstance(part, PreTrainedModel):
            part.set_attn_implementation("eager")  # plain products, which make the smallest graph
    shape = {
        0: torch.export.Dim("texts", max=1024),
        1: torch.export.Dim("tokens", min=2, max=MOST_TOKENS),
    }
    # Three tensors: of one that is given twice the exporter makes one input.
    example = tuple(torch.full((2, 8), value) for value in (1, 1, 0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            example,
            path,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_shapes=[shape] * len(INPUTS),
            external_data=False,
            dynamo=True,
            verbose=False,
        )


def encoded(tokenizer: Path, text: str, context: str, max_tokens: int) -> dict[str, npt.NDArray[np.int64]]:
    """Return the inputs for one text: [CLS] text [SEP], and context [SEP] where there is one; 1 × tokens."""
    from tokenizers import Tokenizer  # noqa: PLC0415 - not always there

    reader = Tokenizer.from_file(str(tokenizer))
    reader.no_padding()
    reader.enable_truncation(max_tokens)
    found = reader.encode(text, context or None)
    values = (found.ids, found.attention_mask, found.type_ids)
    return {name: np.array([row], dtype=np.int64) for name, row in zip(INPUTS, values, strict=True)}


def torch_logits(module: Any, rows: Sequence[dict[str, npt.NDArray[np.int64]]]) -> Logits:
    """Return the logits of `module` for each row, rows × labels."""
    import torch  # noqa: PLC0415 - not always there

    with torch.no_grad():
        found = [module.eval()(*(torch.from_numpy(row[name]) for name in INPUTS)) for row in rows]
    return np.concatenate([logits.numpy() for logits in found])


def onnx_logits(path: Path, rows: Sequence[dict[str, npt.NDArray[np.int64]]]) -> Logits:
    """Return the logits of the file at `path` for each row, rows × labels."""
    from onnxruntime import InferenceSession  # noqa: PLC0415 - not always there

    session = InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run([OUTPUT], row)[0] for row in rows])


def softmax(logits: Logits) -> Logits:
    """Return probabilities of each row."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _strip(path: Path) -> None:
    """Remove what an export tells of the machine and the code that it ran on."""
    import onnx  # noqa: PLC0415 - not always there

    model = onnx.load(path)
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    del graph.value_info[:]
    onnx.save(model, path)
