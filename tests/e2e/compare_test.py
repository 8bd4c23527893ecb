"""ibid compare: files of other programs, the same or not, by bytes and by meaning."""

import gzip
import importlib.util
import json
import os
import pathlib
import pickle
import random
import struct
import subprocess
import sys
import unittest
import zipfile
import zlib

import support
from run_test import has_torch

try:
    import numpy
except ImportError:
    numpy = None


class CompareTest(support.ProgramTest):
    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def compare(self, a, b, meaning, bytes_too=False):
        """The report on two files, whose verdicts have to be these."""
        report = json.loads(self.run_ibid("compare", "--json", a, b, status=0 if meaning else 1).stdout)
        self.assertEqual((report["same_meaning"], report["same_bytes"]), (meaning, bytes_too), report)
        return report


class AnyFile(CompareTest):
    def test_the_same_bytes(self):
        self.compare(self.write("a", b"\0x"), self.write("b", b"\0x"), True, bytes_too=True)
        self.compare(self.write("a", ""), self.write("b", ""), True, bytes_too=True)

    def test_other_bytes_without_a_format(self):
        report = self.compare(self.write("a", b"\0abc"), self.write("b", b"\0abd"), False)
        self.assertEqual((report["format"], report["first_different_byte"]), ("bytes", 3))
        self.compare(self.write("a", ""), self.write("b", "x"), False)

    def test_json_text_and_tables(self):
        self.assertEqual(self.compare(self.write("a", '{"a":1,"b":2}'), self.write("b", '{"b":2, "a":1}'), True)["format"], "json")
        report = self.compare(self.write("a.csv", "id,loss\n1,0.5\n"), self.write("b.csv", "id,loss\n1,0.25\n"), False)
        self.assertEqual(report["details"]["first"]["column_name"], "loss")
        report = self.compare(self.write("a", "one\ntwo\n"), self.write("b", "one\n2\n"), False)
        self.assertEqual((report["format"], report["details"]["first"]["line"]), ("text", 2))

    def test_what_only_looks_like_json_is_text(self):
        report = self.compare(self.write("a", "[1] first\n"), self.write("b", "[1] second\n"), False)
        self.assertEqual(report["details"]["first"]["line"], 1)

    def test_archives_without_their_times(self):
        def archive(name, year, content):
            with zipfile.ZipFile(self.folder / name, "w") as file:
                file.writestr(zipfile.ZipInfo("m.json", (year, 1, 1, 0, 0, 0)), content)
            return self.folder / name

        self.compare(archive("a.zip", 2000, '{"a": 1}'), archive("b.zip", 2001, '{"a":1}'), True)
        report = self.compare(self.folder / "a.zip", archive("c.zip", 2000, '{"a": 2}'), False)
        self.assertEqual(report["details"]["members"][0]["comparison"]["details"]["first"]["path"], "/a")
        packed = [self.write(f"{time}.gz", gzip.compress(b"text", mtime=time)) for time in (1, 2)]
        self.compare(*packed, True)

    def test_pixels_of_a_figure(self):
        def figure(name, pixel, text):
            def chunk(kind, data):
                return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

            rows = zlib.compress(b"\0" + bytes([1, 2, 3]) + bytes([pixel, 0, 0]))
            return self.write(name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)) +
                              chunk(b"tEXt", b"Software\0" + text) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))

        self.compare(figure("a.png", 9, b"one"), figure("b.png", 9, b"two"), True)
        report = self.compare(self.folder / "a.png", figure("c.png", 12, b"one"), False)
        self.assertEqual((report["details"]["different_pixels"], report["details"]["largest_difference"]), (1, 3))
        self.assertEqual(report["details"]["first"], {"x": 1, "y": 0})

    def test_figures_as_pdf_without_their_time(self):
        def figure(name, time, line):
            return self.write(name, f"%PDF-1.4\n1 0 obj\n<< /CreationDate (D:{time}) >>\nendobj\n{line}\n%%EOF\n")

        report = self.compare(figure("a.pdf", 20260101, "0 0 m"), figure("b.pdf", 20260102, "0 0 m"), True)
        self.assertEqual((report["format"], report["details"]["left_out"]), ("pdf", ["/CreationDate"]))
        self.compare(self.folder / "a.pdf", figure("c.pdf", 20260101, "0 1 m"), False)

    def test_damaged_files_have_an_unknown_meaning(self):
        with zipfile.ZipFile(self.folder / "a.zip", "w") as file:
            file.writestr("k", "x" * 1000)
        whole = (self.folder / "a.zip").read_bytes()
        report = self.compare(self.folder / "a.zip", self.write("cut.zip", whole[:500]), None)
        self.assertIn("no intact zip archive", report["why_unknown"])

    def test_bytes_can_be_made_to_count(self):
        self.write("a", "{\"a\": 1}"), self.write("b", "{\"a\":1}")
        self.run_ibid("compare", "a", "b")
        self.run_ibid("compare", "--bytes", "a", "b", status=1)

    def test_what_cannot_be_read(self):
        self.write("a", "x")
        self.assert_error(self.run_ibid("compare", "a", "none", status=3), "not-found", "none")
        self.assert_error(self.run_ibid("compare", "a", ".", status=2), "usage", "ibid data diff")
        os.mkfifo(self.folder / "pipe")
        self.assertIn("error[unsupported]: ", self.run_ibid("compare", "pipe", "a", status=3).stderr)


class Safetensors(CompareTest):
    def test_half_precision_by_name(self):
        def model(name, order, bits):
            entries = {key: {"dtype": "BF16", "shape": [1], "data_offsets": [2 * i, 2 * i + 2]} for i, key in enumerate(order)}
            header = json.dumps(entries).encode()
            return self.write(name, struct.pack("<Q", len(header)) + header + b"".join(struct.pack("<H", bits[key]) for key in order))

        bits = {"x": 0x3F80, "y": 0x7FC0}
        a = model("a.safetensors", "xy", bits)
        self.assertIs(self.compare(a, model("b.safetensors", "yx", bits), True)["details"]["same_order"], False)
        report = self.compare(a, model("c.safetensors", "xy", {"x": 0x3F82, "y": 0xFFC1}), False)
        self.assertEqual([(tensor["name"], tensor["max_ulp"]) for tensor in report["details"]["tensors"]], [("x", 2)])


@unittest.skipUnless(numpy, "NumPy is not installed for this interpreter (python3-numpy)")
class NumPy(CompareTest):
    def save(self, name, array):
        numpy.save(self.folder / name, array)
        return self.folder / name

    def test_orders_and_byte_orders_mean_the_same(self):
        array = numpy.arange(24.0).reshape(2, 3, 4)
        a = self.save("a.npy", array)
        self.compare(a, self.save("f.npy", numpy.asfortranarray(array)), True)
        self.compare(a, self.save("b.npy", array.astype(">f8")), True)

    def test_the_first_element_that_differs(self):
        array = numpy.arange(24, dtype="f2").reshape(2, 3, 4)
        other = array.copy()
        other[1, 0, 2] = numpy.nextafter(other[1, 0, 2], numpy.float16(99))
        report = self.compare(self.save("a.npy", array), self.save("b.npy", other), False)
        tensor = report["details"]["tensors"][0]
        self.assertEqual((tensor["first"]["index"], tensor["max_ulp"], tensor["different_elements"]), ([1, 0, 2], 1, 1))

    def test_packed_or_not(self):
        numpy.savez(self.folder / "a.npz", x=numpy.ones(3), y=numpy.zeros(3))
        numpy.savez_compressed(self.folder / "b.npz", y=numpy.zeros(3), x=numpy.ones(3))
        self.compare(self.folder / "a.npz", self.folder / "b.npz", True)

    def test_arrays_of_objects_are_not_unpickled(self):
        for name, value in (("a.npy", 1), ("b.npy", 2)):
            numpy.save(self.folder / name, numpy.array([value, None]), allow_pickle=True)
        self.compare(self.folder / "a.npy", self.folder / "b.npy", None)


try:
    import onnx
    from onnx import helper, numpy_helper
except ImportError:
    onnx = None


@unittest.skipUnless(onnx, "ONNX is not installed for this interpreter (python3-onnx)")
class Onnx(CompareTest):
    def model(self, name, weight=None, typed=False, turned=False, epsilon=1e-5, changed=lambda model: None, **saving):
        weight = numpy.arange(12, dtype="f4").reshape(3, 4) if weight is None else weight
        arrays = {"w": weight, "half": numpy.array([1, 2], "f2"), "flag": numpy.array([True, False]), "small": numpy.array([1, -2], "i1"),
                  "long": numpy.array([1 << 60, -1]), "double": numpy.array([[0.5]]), "unsigned": numpy.array([1 << 63], "u8")}
        # The elements one by one, or as they lie in memory.
        tensors = [helper.make_tensor(key, helper.np_dtype_to_tensor_dtype(array.dtype) if hasattr(helper, "np_dtype_to_tensor_dtype")
                                      else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype], array.shape, array.ravel().tolist())
                   if typed else numpy_helper.from_array(array, key) for key, array in arrays.items()]
        nodes = [helper.make_node("Constant", [], ["k"], value=numpy_helper.from_array(numpy.ones(4, "f4"))),
                 helper.make_node("Identity", ["x"], ["same"]),
                 helper.make_node("BatchNormalization", ["same", "k", "k", "k", "k"], ["bn"], epsilon=epsilon),
                 helper.make_node("Gemm", ["bn", "w"], ["y"], transB=1, alpha=0.5)]
        if turned:
            tensors.reverse()
            nodes[:2] = nodes[1::-1]
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["N", 4])],
                                  [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["N", 3])], tensors)
        model = helper.make_model(graph, producer_name="test")
        changed(model)
        onnx.save(model, str(self.folder / name), **saving)
        return self.folder / name

    def test_the_same_model_written_otherwise(self):
        report = self.compare(self.model("a.onnx"), self.model("b.onnx", typed=True, turned=True), True)
        self.assertEqual((report["format"], report["details"]["compared_tensors"]), ("onnx", 8))

    def test_weights_attributes_and_texts(self):
        a = self.model("a.onnx")
        weight = numpy.arange(12, dtype="f4").reshape(3, 4)
        weight[1, 2] = numpy.nextafter(weight[1, 2], numpy.float32(99))
        tensor, = self.compare(a, self.model("b.onnx", weight), False)["details"]["tensors"]
        self.assertEqual((tensor["name"], tensor["max_ulp"], tensor["first"]["index"]), ("w", 1, [1, 2]))

        def told(model):
            model.producer_version, model.doc_string = "2", "told"

        report = self.compare(a, self.model("c.onnx", epsilon=0.5, changed=told), False)
        self.assertEqual({value["name"]: value["b"] for value in report["details"]["values"]},
                         {"producer_version": "2", "doc_string": "told", "node bn.epsilon": "0.5"})

    def test_what_lies_elsewhere_or_has_other_types_is_unknown(self):
        a = self.model("a.onnx")
        outside = self.model("b.onnx", save_as_external_data=True, location="b.bin", size_threshold=0)
        self.assertIn("another file", self.compare(a, outside, None)["why_unknown"])

        def eighth(model):
            model.graph.initializer[3].data_type = 17

        report = self.compare(a, self.model("c.onnx", changed=eighth), None)
        self.assertIn("'small' has elements of type FLOAT8E4M3FN", report["why_unknown"])
        self.compare(a, self.model("d.onnx", epsilon=0.5, changed=eighth), False)

    def test_cut_short(self):
        a = self.model("a.onnx")
        self.assertIn("ends in the middle", self.compare(a, self.write("cut.onnx", a.read_bytes()[:200]), None)["why_unknown"])


try:
    import h5py
except ImportError:
    h5py = None


class DamagedHdf5(CompareTest):
    def test_no_intact_file_is_unknown(self):
        magic = b"\x89HDF\r\n\x1a\n"
        report = self.compare(self.write("a.h5", magic + b"1"), self.write("b.h5", magic + b"2"), None)
        self.assertIn("no intact HDF5", report["why_unknown"])
        self.assertIn("meaning unknown", self.run_ibid("compare", "a.h5", "b.h5", status=1).stdout)


@unittest.skipUnless(h5py, "h5py is not installed for this interpreter (python3-h5py)")
class Hdf5(CompareTest):
    WEIGHT = numpy.arange(12, dtype="f4").reshape(3, 4) if numpy else None

    def file(self, name, weight=WEIGHT, epoch=3, more=lambda file: None, big_endian=False, version="earliest", **packing):
        with h5py.File(self.folder / name, "w", libver=version) as file:
            dense = file.create_group("dense")
            dense.create_dataset("kernel", data=weight.astype(">f4") if big_endian else weight, **packing)
            dense.attrs.update(epoch=epoch, names=["kernel", "bias"], text="weights é", fixed=numpy.bytes_("x"))
            file.update({"half": numpy.ones(3, "f2"), "flag": numpy.array([True, False]), "count": numpy.arange(3, dtype="i8"),
                         "long": "x" * 300, "labels": numpy.array([b"a", b"bc"]), "nothing": h5py.Empty("f"), "none": numpy.zeros((0, 3)),
                         "soft": h5py.SoftLink("/dense/kernel"), "loop": h5py.SoftLink("/loop")})
            file["dense/up"] = file["/"]
            more(file)
        return self.folder / name

    def test_packing_orders_and_versions_do_not_count(self):
        a = self.file("a.h5")
        packed = self.file("b.h5", chunks=(2, 2), compression="gzip", shuffle=True, fletcher32=True)
        report = self.compare(a, packed, True)
        self.assertEqual((report["format"], report["details"]["compared_tensors"]), ("hdf5", 6))
        self.assertEqual(report["details"]["compared_values"], 9)
        self.compare(a, self.file("c.h5", big_endian=True), True)
        self.compare(a, self.file("d.h5", version="latest"), True)

    def test_datasets_attributes_texts_and_links(self):
        a = self.file("a.h5")
        weight = self.WEIGHT.copy()
        weight[1, 2] = numpy.nextafter(weight[1, 2], numpy.float32(99))
        tensor, = self.compare(a, self.file("b.h5", weight), False)["details"]["tensors"]
        self.assertEqual((tensor["name"], tensor["max_ulp"], tensor["first"]["index"]), ("/dense/kernel", 1, [1, 2]))
        tensor, = self.compare(a, self.file("c.h5", epoch=4), False)["details"]["tensors"]
        self.assertEqual((tensor["name"], tensor["first"]), ("/dense@epoch", {"index": [], "a": "3", "b": "4"}))

        def other_texts(file):
            file["dense"].attrs["text"] = "weights e"
            del file["soft"]
            file["soft"] = h5py.SoftLink("/half")

        values = self.compare(a, self.file("d.h5", more=other_texts), False)["details"]["values"]
        self.assertEqual({value["name"]: value["b"] for value in values}, {"/dense@text": "weights e", "/soft": "a link to /half"})

    def test_what_is_elsewhere_or_no_number_is_unknown(self):
        outside, a = self.file("outside.h5"), self.file("a.h5")

        def link(file):
            file["x"] = h5py.ExternalLink("outside.h5", "/half")

        def layout(file):
            virtual = h5py.VirtualLayout(shape=(3,), dtype="f2")
            virtual[:] = h5py.VirtualSource(str(outside), "half", shape=(3,))
            file.create_virtual_dataset("x", virtual)

        def table(file):
            file["x"] = numpy.zeros(2, [("a", "f4"), ("b", "i4")])

        for more, why in ((link, "a link to another file"), (layout, "elements in other files"), (table, "compound")):
            report = self.compare(a, self.file("b.h5", more=more), None)
            self.assertIn("'/x' ", report["why_unknown"])
            self.assertIn(why, report["why_unknown"])

    def test_whatever_damage_is_no_crash(self):
        a = self.file("a.h5")
        whole = a.read_bytes()
        for seed in range(60):
            draw, altered = random.Random(seed), bytearray(whole)
            for _ in range(8):
                altered[draw.randrange(8, len(altered))] = draw.choice((0, 255))
            if altered == whole:
                continue
            self.write("b.h5", bytes(altered))
            run = subprocess.run([support.BINARY, "compare", "--json", a, "b.h5"], cwd=self.folder, capture_output=True, timeout=120)
            self.assertIn(run.returncode, (0, 1), (seed, run.stderr))
            self.assertEqual(json.loads(run.stdout)["format"], "hdf5")

    def test_models_of_keras_without_the_time_of_saving(self):
        def model(name, time, weights, **config):
            with zipfile.ZipFile(self.folder / name, "w") as file:
                file.writestr("metadata.json", json.dumps({"keras_version": "3", "date_saved": time}))
                file.writestr("config.json", json.dumps(config))
                file.writestr("model.weights.h5", weights.read_bytes())
            return self.folder / name

        weights = self.file("w.h5")
        a = model("a.keras", "2026-01-01", weights, units=3)
        self.assertEqual(self.compare(a, model("b.keras", "2026-01-02", weights, units=3), True)["format"], "keras")
        self.compare(a, model("c.keras", "2026-01-01", weights, units=4), False)
        report = self.compare(a, model("d.keras", "2026-01-01", self.file("v.h5", epoch=4), units=3), False)
        self.assertEqual(report["details"]["members"][0]["comparison"]["details"]["tensors"][0]["name"], "/dense@epoch")
        self.compare(a, model("e.keras", "2026-01-01", self.write("cut.h5", weights.read_bytes()[:3000]), units=3), None)


class Checkpoints(CompareTest):
    def test_elements_if_both_have_their_shards_else_checksums(self):
        fixtures = pathlib.Path(__file__).parents[1] / "fixtures" / "checkpoints"
        for file in sorted(fixtures.iterdir()):
            self.write(file.name, file.read_bytes())
        report = self.compare(self.folder / "a.index", self.folder / "b.index", False)
        self.assertEqual((report["format"], report["details"]["tensors"][0]["different_elements"]), ("tensorflow", 6))
        (self.folder / "b.data-00000-of-00001").unlink()
        report = self.compare(self.folder / "a.index", self.folder / "b.index", False)
        self.assertEqual([value["name"] for value in report["details"]["values"]], ["v/.ATTRIBUTES/VARIABLE_VALUE"])
        self.assertIn("the second file has not all its shards", report["details"]["why_checksums"])

    def test_graphs_are_unknown(self):
        os.makedirs(self.folder / "one"), os.makedirs(self.folder / "two")
        report = self.compare(self.write("one/saved_model.pb", b"\x08\x01\x12\x01a"), self.write("two/saved_model.pb", b"\x08\x01\x12\x01b"), None)
        self.assertIn("variables.index", report["why_unknown"])


def installed(name):
    return importlib.util.find_spec(name) is not None


class BoostedTrees(CompareTest):
    def train(self, script):
        subprocess.run([sys.executable, "-c", script], cwd=self.folder, check=True, timeout=120, capture_output=True)

    @unittest.skipUnless(installed("xgboost"), "XGBoost is not installed for this interpreter (python3-xgboost)")
    def test_models_of_xgboost(self):
        self.train("""
import numpy, xgboost
x = numpy.random.RandomState(0).rand(200, 5); y = x[:, 0] + x[:, 1] > 1
for name, weight in (("a", 1), ("b", 2)):
    xgboost.train({"max_depth": 3, "lambda": weight, "nthread": 1}, xgboost.DMatrix(x, y), 3).save_model(name + ".ubj")
""")
        report = self.compare(self.folder / "a.ubj", self.folder / "b.ubj", False)
        self.assertEqual(report["format"], "ubjson")
        self.assertTrue(report["details"]["tensors"][0]["name"].startswith("learner.gradient_booster.model.trees.0."))
        self.compare(self.folder / "a.ubj", self.write("cut.ubj", (self.folder / "a.ubj").read_bytes()[:-30]), None)

    @unittest.skipUnless(installed("lightgbm"), "LightGBM is not installed for this interpreter (PyPI's lightgbm)")
    def test_models_of_lightgbm(self):
        self.train("""
import lightgbm, numpy
x = numpy.random.RandomState(0).rand(300, 5); y = x[:, 0] + x[:, 1] > 1
for name, weight, threads in (("a", 1, 1), ("same", 1, 2), ("b", 2, 1)):
    options = {"verbose": -1, "lambda_l2": weight, "num_threads": threads, "deterministic": True, "force_row_wise": True}
    lightgbm.train(options, lightgbm.Dataset(x, y), 3).save_model(name + ".txt")
""")
        self.assertEqual(self.compare(self.folder / "a.txt", self.folder / "same.txt", True)["format"], "lightgbm")
        details = self.compare(self.folder / "a.txt", self.folder / "b.txt", False)["details"]
        self.assertTrue(details["tensors"][0]["name"].startswith("tree 0."))
        self.assertEqual([value["name"] for value in details["values"]], ["parameter lambda_l2"])


class Trap:
    def __reduce__(self):
        return os.system, ("touch sprung",)


class Pickles(CompareTest):
    def test_code_in_a_model_never_runs(self):
        for name, epoch in (("a.pt", 1), ("b.pt", 2)):
            with zipfile.ZipFile(self.folder / name, "w") as file:
                file.writestr("archive/data.pkl", pickle.dumps({"trap": Trap(), "epoch": epoch}, 2))
        report = self.compare(self.folder / "a.pt", self.folder / "b.pt", False)
        self.assertEqual(report["details"]["values"], [{"name": "epoch", "a": "1", "b": "2"}])
        self.assertEqual(report["details"]["compared_values"], 3)
        self.assertFalse((self.folder / "sprung").exists())


@unittest.skipUnless(has_torch(), "PyTorch is not installed for this interpreter (python3-torch)")
class Torch(CompareTest):
    SCRIPT = """
import sys, torch
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.BatchNorm1d(30), torch.nn.Linear(30, 3))
optimiser = torch.optim.Adam(net.parameters())
net(torch.randn(4, 20)).sum().backward(); optimiser.step()
def save(name, **options):
    torch.save({"model": net.state_dict(), "optimiser": optimiser.state_dict(), "epoch": 3,
                "half": torch.ones(3).half(), "brain": torch.ones(3).bfloat16(), "turned": torch.ones(4, 5).t()}, name, **options)
save("a.pt"); save("same.pt"); save("old.pt", _use_new_zipfile_serialization=False); torch.save(net, "whole_a.pt"); torch.save(net, "old_whole_a.pt", _use_new_zipfile_serialization=False)
weight = net[0].weight.data
for _ in range(2): weight[0, 17] = torch.nextafter(weight[0, 17], torch.tensor(9.0))
save("b.pt"); save("old_b.pt", _use_new_zipfile_serialization=False); torch.save(net, "whole_b.pt"); torch.save(net, "old_whole_b.pt", _use_new_zipfile_serialization=False)
"""

    def test_real_files(self):
        subprocess.run([sys.executable, "-c", self.SCRIPT], cwd=self.folder, check=True, timeout=120)
        same = (self.folder / "a.pt").read_bytes() == (self.folder / "same.pt").read_bytes()
        self.compare(self.folder / "a.pt", self.folder / "same.pt", True, bytes_too=same)
        for pair, name in ((("a.pt", "b.pt"), "model.0.weight"), (("whole_a.pt", "whole_b.pt"), "_modules.0._parameters.weight")):
            report = self.compare(*(self.folder / part for part in pair), False)
            self.assertEqual(report["format"], "pytorch")
            tensor, = report["details"]["tensors"]
            self.assertEqual((tensor["name"], tensor["a"], tensor["max_ulp"], tensor["different_elements"]), (name, "f32 (30, 20)", 2, 1))
            self.assertEqual(tensor["first"]["index"], [0, 17])
        self.assertEqual(self.compare(self.folder / "a.pt", self.folder / "b.pt", False)["details"]["values"], [])
        for pair, name in ((("old.pt", "old_b.pt"), "model.0.weight"), (("a.pt", "old_b.pt"), "model.0.weight"),
                           (("old_whole_a.pt", "old_whole_b.pt"), "_modules.0._parameters.weight")):
            report = self.compare(*(self.folder / part for part in pair), False)
            tensor, = report["details"]["tensors"]
            self.assertEqual((tensor["name"], tensor["max_ulp"], report["details"]["values"]), (name, 2, []))
            self.assertIn("old pytorch", report["format"])
        self.compare(self.folder / "a.pt", self.folder / "old.pt", True)
        cut = self.write("cut.pt", (self.folder / "old.pt").read_bytes()[:-100])
        self.assertIn("ends in the middle", self.compare(self.folder / "old.pt", cut, None)["why_unknown"])


if __name__ == "__main__":
    unittest.main()
