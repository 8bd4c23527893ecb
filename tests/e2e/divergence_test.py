"""ibid verify names the first operation at which runs part: real scripts that are broken in known ways."""

import importlib.util
import json
import sys
import textwrap
import unittest
import xml.etree.ElementTree

import support
from run_test import has_torch


def has(module):
    return importlib.util.find_spec(module) is not None


class DivergenceTest(support.ProgramTest):
    def findings(self, text, *words):
        """What `first_operations` of the report has for a script that differs."""
        self.lines = [""] + textwrap.dedent(text).strip("\n").split("\n")
        (self.folder / "script.py").write_text("\n".join(self.lines[1:]) + "\n")
        command = (*words, "--", sys.executable, "script.py")
        finished = self.run_ibid("verify", "--json", "--output", self.folder / "v", *command, status=1)
        return json.loads(finished.stdout)["first_operations"]

    def finding(self, text, *words):
        found = self.findings(text, *words)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assert_at(self, place, part):
        """The place is the line of the script that has `part` in it."""
        path, _, line = place.rpartition(":")
        self.assertTrue(path.endswith("script.py"), place)
        self.assertIn(part, self.lines[int(line)])


class PurePython(DivergenceTest):
    def test_a_generator_without_a_seed(self):
        found = self.finding("""
            import random
            values = [3, 1, 2, 9, 8, 7]
            random.shuffle(values)
            print(values)
        """)
        self.assertEqual(found["cause"], "generator")
        self.assertEqual(found["operation"]["op"], "random.shuffle")
        self.assert_at(found["operation"]["at"], "random.shuffle")
        self.assertEqual(found["catalogue"], ["PY001"])

    def test_a_seed_from_the_clock(self):
        found = self.finding("""
            import random
            import time

            random.seed(time.time_ns())
            print(random.random())
        """)
        self.assertEqual((found["cause"], found["operation"]["op"]), ("argument", "random.seed"))
        self.assert_at(found["operation"]["at"], "random.seed")
        self.assertIn("time.time_ns()", found["why"])

    def test_a_clock_that_is_printed_is_only_perhaps_the_reason(self):
        found = self.finding("""
            import time
            print(time.time_ns())
        """)
        self.assertIs(found["found"], False)
        self.assertEqual(found["clocks"][0]["op"], "time.time_ns")
        self.assert_at(found["clocks"][0]["at"], "print")

    def test_the_order_of_a_set_of_texts(self):
        found = self.finding("""
            print(list({f"word {i}" for i in range(40)}))
        """)
        self.assertIs(found["found"], False)
        self.assertEqual(found["catalogue"], ["PY005"])
        self.assertIn("PYTHONHASHSEED", found["why"])

    def test_what_a_library_draws_while_it_is_imported_is_no_reason(self):
        package = self.folder / "site-packages" / "entropic"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("import random\nname = random.random()\n")
        found = self.finding("""
            import sys
            sys.path.append("site-packages")
            import entropic
            import random
            print(random.random())
        """)
        self.assertEqual(found["cause"], "generator")
        self.assert_at(found["operation"]["at"], "print(random.random())")

    def test_results_in_the_order_in_which_processes_finish(self):
        found = self.finding("""
            import multiprocessing
            import random
            import time

            def work(i):
                time.sleep(random.SystemRandom().random() / 20)
                return i * i

            if __name__ == "__main__":
                with multiprocessing.Pool(4) as pool:
                    print([value for value in pool.imap_unordered(work, range(12))])
        """)
        self.assertEqual((found["cause"], found["operation"]["op"]),
                         ("outside value", "multiprocessing.pool.Pool.imap_unordered"))
        self.assert_at(found["operation"]["at"], "pool.imap_unordered")
        self.assertEqual(found["catalogue"], ["PY013"])

    def test_a_run_that_only_some_see_differ_is_not_searched_on_request(self):
        found = self.findings("""
            import random
            print(random.random())
        """, "--no-search")
        self.assertEqual(found, [])

    def test_ci_gets_annotations_a_summary_and_junit(self):
        (self.folder / "script.py").write_text("import random\n\nprint(random.random(), '100%')\n")
        command = ("verify", "--ci", "--output", "v", "--", sys.executable, "script.py")
        finished = self.run_ibid(*command, status=1, environment={"GITHUB_STEP_SUMMARY": str(self.folder / "summary")})
        lines = [line for line in finished.stdout.split("\n") if line.startswith("::error ")]
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith("::error file=script.py,line=3,title=ibid%3A runs part here::first operation: "))
        self.assertIn("%0Aat: ", lines[0])
        self.assertIn("'100%25')", lines[0])
        self.assertIn("random.random", (self.folder / "summary").read_text())
        cases = xml.etree.ElementTree.parse(self.folder / "v" / "junit.xml").getroot()
        self.assertEqual((cases.get("tests"), cases.get("failures")), ("1", "1"))
        finished = self.run_ibid("verify", "--ci", "--", "echo", "1")
        self.assertNotIn("::error", finished.stdout)

    def test_a_program_that_is_no_python(self):
        finished = self.run_ibid("verify", "--json", "--", "sh", "-c", "date +%N", status=1)
        found = json.loads(finished.stdout)["first_operations"][0]
        self.assertIn("no Python process", found["why_not_found"])


@unittest.skipUnless(has("numpy"), "numpy is not installed")
class Numpy(DivergenceTest):
    def test_the_first_unseeded_draw(self):
        found = self.finding("""
            import numpy as np
            np.random.seed(1)
            a = np.random.rand(3)
            rng = np.random.default_rng()
            print(a.sum(), rng.normal())
        """)
        self.assertEqual((found["cause"], found["operation"]["op"]), ("outside value", "numpy.random.default_rng"))
        self.assert_at(found["operation"]["at"], "default_rng")
        self.assertIn("NP002", found["catalogue"])


TRAINING = """
    import torch

    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(300, 64), torch.nn.ReLU(), torch.nn.Linear(64, 4))
    optimiser = torch.optim.SGD(net.parameters(), lr=0.1)
    x, y = torch.randn(128, 300), torch.randint(0, 4, (128,))
    for step in range({steps}):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x{noise}), y)
        loss.backward()
        optimiser.step()
    print(loss.item())
"""


@unittest.skipUnless(has_torch(), "PyTorch is not installed")
class Torch(DivergenceTest):
    def test_a_sum_in_another_order_with_another_instruction_set(self):
        """An unmodified torch.nn.Linear: initial weights and products round otherwise."""
        found = self.finding("""
            import torch
            torch.manual_seed(0)
            weights = torch.ones(500, 2000).cumsum(1).reciprocal()
            x = torch.ones(300, 2000).cumsum(0).reciprocal()
            layer = torch.nn.Linear(2000, 500)
            layer.weight.data.copy_(weights)
            layer.bias.data.zero_()
            torch.save(layer(x), "y.pt")
        """, "--isa", "generic")
        self.assertEqual(found["run"], "isa=generic")
        self.assertEqual(found["cause"], "computation")
        self.assertIn("PT119", found["catalogue"])
        tensors = found["difference"]["details"]["tensors"]
        self.assertGreater(tensors[0]["different_elements"], 0)
        self.assertGreater(tensors[0]["max_ulp"], 0)

    def test_a_late_draw_is_found_among_many_steps(self):
        """Digests of some steps only; the range between two of them is looked at step by step."""
        noise = " + (torch.randn(128, 300, generator=entropy()) if step == 37 else 0)"
        text = textwrap.dedent(TRAINING).format(steps=60, noise=noise)
        text = text.replace("torch.manual_seed(1)", "torch.manual_seed(1)\n"
                            "def entropy():\n    generator = torch.Generator()\n    generator.seed()\n    return generator")
        found = self.finding(text, "--digest-every", "16")
        self.assertEqual((found["step"], found["cause"]), (37, "generator"))
        self.assertEqual(found["operation"]["op"], "aten.randn.generator")
        self.assert_at(found["operation"]["at"], "torch.randn(128, 300, generator=entropy())")

    def test_data_from_outside(self):
        text = textwrap.dedent(TRAINING).format(steps=3, noise=" + offset")
        text = "import os\nimport torch\noffset = torch.tensor([float(len(os.environ.get('TZ', '')))])\n" + text
        found = self.finding(text, "--timezone", "UTC")
        self.assertEqual((found["cause"], found["differs"]), ("input", "self"))
        self.assertEqual(found["operation"]["op"], "aten.lift_fresh.default")
        self.assert_at(found["operation"]["at"], "offset = torch.tensor")

    def test_two_machines_compare_what_they_have_recorded(self):
        """Each writes down the operations of the step that the first comparison has named."""
        text = textwrap.dedent(TRAINING).format(steps=3, noise=" * (1 + (step == 1) * len(os.environ.get('TZ', '')))")
        (self.folder / "script.py").write_text("import os\n" + text)
        for name, zone in (("here", ""), ("there", "UTC")):
            command = ("run", "--output", name, "--operations", "1", "--", sys.executable, "script.py")
            self.run_ibid(*command, environment={"TZ": zone})
        report = json.loads(self.run_ibid("diff", "--json", "here", "there", status=1).stdout)
        self.assertEqual(report["first_divergence"]["step"], 1)
        found = report["first_operation"]
        self.assertEqual((found["cause"], found["differs"], found["step"]), ("argument", "other", 1))
        self.assertIn("first operation: aten.mul", self.run_ibid("diff", "here", "there", status=1).stdout)
        self.assertIn("agree", self.run_ibid("diff", "here", "here").stdout)

    def test_steps_are_named_as_numbers(self):
        for steps in ("x", "3-2", "1-2-3", "-1"):
            finished = self.run_ibid("run", "--operations", steps, "--", "touch", "ran", status=2)
            self.assert_error(finished, "usage", "--operations")
        self.assertFalse((self.folder / "ran").exists())

    def test_code_that_runs_in_the_backward_pass(self):
        found = self.finding("""
            import os
            import torch

            class Scaled(torch.autograd.Function):
                @staticmethod
                def forward(context, x):
                    return x + 1

                @staticmethod
                def backward(context, gradient):
                    return gradient * (1 + len(os.environ.get("TZ", "")))

            x = torch.ones(4, requires_grad=True)
            optimiser = torch.optim.SGD([x], lr=0.5)
            Scaled.apply(x).sum().backward()
            optimiser.step()
        """, "--timezone", "UTC")
        self.assertEqual((found["cause"], found["operation"]["op"]), ("argument", "aten.mul.Tensor"))
        self.assertIs(found["operation"]["backward"], True)
        self.assert_at(found["operation"]["at"], "return gradient *")

    def operations(self, text):
        """All operations of one run of a script."""
        (self.folder / "script.py").write_text(textwrap.dedent(text))
        command = ("run", "--output", self.folder / "r", "--", sys.executable, "script.py")
        self.run_ibid(*command, environment={"IBID_HOOK_OPERATIONS": "0-"})
        paths = (self.folder / "r" / "operations").glob("*.jsonl")
        return [json.loads(line) for path in sorted(paths) for line in path.read_text().splitlines()]

    def test_memory_that_nothing_has_written_is_told_where_it_is_read(self):
        lines = self.operations("""
            import torch
            bad = torch.empty(5) * 2
            good = torch.empty(5).fill_(1.0) * 2
            out = torch.empty(5)
            torch.add(good, 1, out=out)
            fine = out * 3
        """)
        products = [line for line in lines if line["op"].startswith("aten.mul")]
        self.assertEqual([line["inputs"][0].get("unwritten", False) for line in products], [True, False, False])
        self.assertFalse(any("digest" in line["outputs"][0] for line in lines if line["op"].startswith("aten.empty")))

    def test_batches_of_workers_are_told_in_the_order_of_the_loader(self):
        lines = self.operations("""
            import torch
            data = torch.arange(8.0)
            class Data(torch.utils.data.Dataset):
                def __len__(self):
                    return len(data)
                def __getitem__(self, index):
                    return {"x": data[index]}
            for batch in torch.utils.data.DataLoader(Data(), 2, num_workers=2):
                batch["x"].sum()
        """)
        batches = [line for line in lines if line["op"] == "torch.utils.data.DataLoader"]
        self.assertEqual([line["inputs"][0]["name"] for line in batches], ["batch.x"] * 4)
        sums = [line["inputs"][0]["digest"] for line in lines if line["op"] == "aten.sum.default"]
        self.assertEqual([line["inputs"][0]["digest"] for line in batches], sums)
        self.assertFalse([line["op"] for line in lines if line["op"] == "aten.set_.source_Storage_storage_offset"])

    def test_parts_of_the_backward_pass_are_led_back_to_their_layers(self):
        lines = self.operations(textwrap.dedent(TRAINING).format(steps=1, noise=""))
        backward = [line for line in lines if line["op"] == "aten.mm.default"]
        self.assertEqual([line["module"] for line in backward], ["Sequential.2", "Sequential.2", "Sequential.0"])
        for line in backward:
            self.assertIn("loss.backward()", line["code"])
            self.assertIn("net(x)", line["forward_code"])

    def test_watching_operations_changes_no_digest(self):
        text = textwrap.dedent(TRAINING).format(steps=6, noise="")
        (self.folder / "script.py").write_text(text)
        command = ("--digest-every", "1", "--", sys.executable, "script.py")
        self.run_ibid("run", "--output", "plain", *command)
        self.run_ibid("run", "--output", "watched", *command, environment={"IBID_HOOK_OPERATIONS": "0-"})
        plain, watched = ((self.folder / name / "digests.jsonl").read_text() for name in ("plain", "watched"))
        self.assertEqual(plain, watched)


@unittest.skipUnless(has("xgboost"), "xgboost is not installed")
class Boosting(DivergenceTest):
    DATA = """
        import os
        import numpy as np, xgboost as xgb
        rng = np.random.RandomState(0)
        x = rng.rand(500, 6).astype("f4")
        y = (x[:, 0] + rng.rand(500) > 1).astype("f4")
    """

    def test_a_parameter_that_is_another_one(self):
        found = self.finding(self.DATA + """
        seed = int.from_bytes(os.urandom(3), "little")
        xgb.train({"subsample": 0.5, "seed": seed}, xgb.DMatrix(x, y), 3)
        """)
        self.assertEqual((found["operation"]["op"], found["differs"]), ("xgboost.train", "seed"))
        self.assert_at(found["operation"]["at"], "xgb.train")

    def test_the_node_of_the_tree(self):
        """Features that are no array are not watched: the first node that splits otherwise is named."""
        found = self.finding(self.DATA + """
        x[:, 3] += int.from_bytes(os.urandom(3), "little") * y
        xgb.train({"nthread": 1, "max_depth": 2}, xgb.DMatrix(x.tolist(), y), 3)
        """)
        self.assertEqual(found["operation"]["op"], "xgboost: split of a node")
        self.assertEqual(found["operation"]["module"], "round 0, tree 0, node 0")
        self.assertEqual(found["step"], 0)

    def test_features_that_are_others(self):
        found = self.finding(self.DATA + """
        x[:, 3] += int.from_bytes(os.urandom(3), "little") * y
        xgb.train({"nthread": 1, "max_depth": 2}, xgb.DMatrix(x, y), 3)
        """)
        self.assertEqual((found["cause"], found["operation"]["op"], found["differs"]), ("input", "xgboost.DMatrix", "data"))
        self.assert_at(found["operation"]["at"], "xgb.DMatrix(x, y)")


@unittest.skipUnless(has("lightgbm"), "lightgbm is not installed")
class LightGBM(DivergenceTest):
    DATA = """
        import os
        import numpy as np, lightgbm
        rng = np.random.RandomState(0)
        x = rng.rand(500, 6)
        y = list((x[:, 0] + rng.rand(500) > 1).astype(float))
        parameters = {"verbose": -1, "num_threads": 1, "num_leaves": 4}
        other = int.from_bytes(os.urandom(3), "little") + 1
    """

    def test_a_parameter_that_is_another_one(self):
        found = self.finding(self.DATA + """
        lightgbm.train({**parameters, "bagging_fraction": 0.5, "bagging_freq": 1, "seed": other}, lightgbm.Dataset(x, y), 3)
        """)
        self.assertEqual((found["operation"]["op"], found["differs"]), ("lightgbm.train", "seed"))
        self.assert_at(found["operation"]["at"], "lightgbm.train")

    def test_labels_given_as_a_list_that_differ(self):
        found = self.finding(self.DATA + """
        y[7] += other
        lightgbm.train(parameters, lightgbm.Dataset(x, y), 3)
        """)
        self.assertEqual((found["operation"]["op"], found["cause"], found["differs"]), ("lightgbm.train", "input", "label"))

    def test_the_node_of_the_tree(self):
        """An objective of the program's own, whose gradients differ from the second round on."""
        found = self.finding(self.DATA + """
        rounds = []
        def objective(predictions, data):
            rounds.append(1)
            scale = 1 + (len(rounds) > 1) / other
            return scale * (predictions - np.array(y)), np.ones(len(y))
        lightgbm.train({**parameters, "objective": objective}, lightgbm.Dataset(x, y), 3)
        """)
        self.assertEqual(found["operation"]["op"], "lightgbm: split of a node")
        self.assertEqual((found["operation"]["module"], found["step"]), ("round 1, tree 0, node 0", 1))


if __name__ == "__main__":
    unittest.main()
