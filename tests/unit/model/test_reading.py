"""The reader of .tflite files: what the shipped models hold, and what damaged ones do."""

from __future__ import annotations

import random
import re
import zipfile
from pathlib import Path

import pytest

import pidoctor
from pidoctor.errors import UsageError
from pidoctor.model.content import Content, read_content
from pidoctor.model.file import open_model
from pidoctor.model.flatbuffer import ModelError
from pidoctor.model.summary import summarise

MODELS = Path(pidoctor.__file__).parent / "proof" / "models"


def content(name: str) -> Content:
    return read_content(memoryview((MODELS / name).read_bytes()))


def test_the_float_model() -> None:
    model = content("float32.tflite")
    summary = summarise(model)
    assert [(op.name, op.version) for op in model.main.operators] == [
        ("CONV_2D", 1),
        ("MAX_POOL_2D", 1),
        ("RESHAPE", 1),
        ("FULLY_CONNECTED", 1),
    ]
    assert model.main.tensors[model.main.inputs[0]].shape == (1, 8, 8, 3)
    assert summary.quantisation == "float32"
    assert set(summary.weights) == {"FLOAT32", "INT32"}
    assert not summary.dynamic
    assert summary.compiled_for is None


def test_the_int8_model() -> None:
    summary = summarise(content("int8.tflite"))
    assert summary.quantisation == "int8 per channel"
    assert [use.name for use in summary.operators] == [
        "CONV_2D",
        "FULLY_CONNECTED",
        "MAX_POOL_2D",
        "RESHAPE",
    ]


def test_multiply_accumulates_by_hand() -> None:
    """8x8x3 through a convolution with bias, pooled, and a dense layer: counted from the shapes."""
    model = content("float32.tflite")
    conv, dense = model.main.operators[0], model.main.operators[3]
    tensors = model.main.tensors
    filters, out = tensors[conv.inputs[1]], tensors[conv.outputs[0]]
    expected = out.elements * filters.shape[1] * filters.shape[2] * filters.shape[3]
    expected += tensors[dense.inputs[1]].elements
    assert summarise(model).macs == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html>", "web page"),
        (b"PK\x03\x04" + b"\0" * 60, "ZIP"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x08\x07\x12\x07pytorch", "ONNX"),
        (b"\x0a\x1d\x0a\x05input\x12\x0bPlaceholder", "a TensorFlow graph"),
        (b"\n\r\n  <html lang", "a web page"),
        (b"\nhello, this is text", "a text, perhaps what a failed download said: hello, this"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"hello world", "not a .tflite model"),
        (b"\x7fELF\x02\x01\x01", "Edge Impulse's .eim"),
        (b"\x01HEF\0\0", "a Hailo chip"),
        (b"RKNN\0\0", "a Rockchip NPU"),
        (b"LITERTLM\1", "litert-lm"),
        (b"LDMK\5\0", "a Kendryte chip"),
        (b"ftrt\1\0", "TensorRT"),
    ],
)
def test_what_is_no_model_is_told_so(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "mine.tflite"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=said), open_model(path):
        pass


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.tflite", b"\x1c\0\0\0TFL2" + bytes(60), "for an old version of TensorFlow Lite (TFL2)"),
        ("a.nb", b"VPMN\x0b\0\1\0" + bytes(60), "compiled for an NPU of VeriSilicon"),
        ("a.MNN", b"\x28\0\0\0\x1e\0\x2c\0" + bytes(60), "a model for MNN"),
        ("a.caffemodel", b"\n\x05LeNet\x12\x04data", "a model for Caffe"),
        ("a.mlmodel", b"\x08\x04\x12\x20", "a Core ML model"),
        ("a.ncnn.param", b"7767517\n75 83\n", "a part of a model for ncnn"),
        ("a.xml", b'<?xml version="1.0"?>\n<net name="a">', "a part of a model for OpenVINO"),
        ("a.xml", b"<!DOCTYPE html>", "a web page"),
        ("a.blob", b"\x7fELF" + bytes(60), "a model compiled for a Movidius chip"),
        ("a.om", b"IMOD\0\1\0\0" + bytes(60), "an Ascend NPU"),
        ("a.bmodel", b"\xee\xaaU\xff\x40\0\0\0", "an NPU of Sophgo"),
        ("a.axmodel", b"\x14\0\0\0\1\2\3\4", "an NPU of Axera"),
        ("a.pte", b"\x30\0\0\0ET12" + bytes(60), "a model for ExecuTorch"),
        ("a.onnx.data", b"\x1f\x3e\0\0\1\2\3\4", "the weights of an ONNX model"),
        ("a.weights.h5", b"\x89HDF\r\n\x1a\n", "the weights of a Keras model"),
        ("ckpt-1.index", b"\0\0\1\2\3\4\5\6\7", "a part of a TensorFlow checkpoint"),
        ("ckpt-1.data-00000-of-00001", b"\x3f\1\2\3" * 4, "a part of a TensorFlow checkpoint"),
        ("saved_model.pb", b"\x08\x01\x12\x9a", "the graph of a TensorFlow SavedModel"),
        ("model.json", b'{"format":"layers-model"}', "a TensorFlow.js model"),
        ("labels.txt", b"0 cat\n1 dog\n", "the names of a model's classes"),
    ],
)
def test_a_model_of_another_kind_is_told_by_its_name_too(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ModelError, match=re.escape(said)), open_model(path):
        pass


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("mine/saved_model.pb", "a TensorFlow SavedModel: convert its folder .*TFLiteConverter"),
        ("mine.mlpackage/Data/com.apple.CoreML/model.mlmodel", "a Core ML model"),
        ("word/document.xml", "a Word document"),
        ("dlc.metadata", "a model for SNPE"),
        ("model.json", "a TensorFlow.js model: export it as TensorFlow Lite where it was made"),
        ("keras_model.h5", "HDF5.*: export it as TensorFlow Lite where it was made"),
    ],
)
def test_an_archive_of_another_kind_is_told_so(tmp_path: Path, entry: str, said: str) -> None:
    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, b"")
    with pytest.raises(ModelError, match=said), open_model(path):
        pass


def test_a_saved_model_folder_says_how_to_convert(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ModelError, match="TFLiteConverter"), open_model(tmp_path):
        pass


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("b.tflite", "a.LITE", "labels.txt"), "name one of the models in it: a.LITE, b.tflite"),
        (tuple(f"{n}.tflite" for n in range(5)), "0.tflite, 1.*, ..."),
        (("model.json", "a.bin"), "TensorFlow.js"),
        (("labels.txt",), "a folder without a .tflite file"),
        (("photo.npy", "old.h5"), "a folder without a .tflite file"),
        (("model.ncnn.param", "model.ncnn.bin"), "a model for ncnn"),
    ],
)
def test_a_folder_says_what_is_in_it(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ModelError, match=said), open_model(tmp_path):
        pass


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"), open_model(tmp_path / "none.tflite"):
        pass


@pytest.mark.parametrize("name", ["float32.tflite", "int8.tflite"])
def test_damaged_models_are_refused_or_read_and_never_more(name: str) -> None:
    """Bits flipped and ends cut: no other error than the reader's own,."""
    whole = (MODELS / name).read_bytes()
    chance = random.Random(name)  # noqa: S311 - to be the same each time
    refused = 0
    for _ in range(1500):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = damaged[: chance.randrange(len(damaged))] if chance.random() < 0.1 else damaged
        try:
            summarise(read_content(memoryview(bytes(cut))))
        except ModelError:
            refused += 1
    assert refused > 300
