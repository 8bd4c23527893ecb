"""Parameters that the hook finds, each with its source, and those that the user gives."""

import json
import sys
import unittest

from libraries_test import needs
from run_test import RunTest

CLICK = """
import click
@click.group()
@click.option("--verbose", is_flag=True)
def main(verbose): pass
@main.command()
@click.option("--rate", type=float, default=0.25)
@click.option("--login", hide_input=True)
def train(rate, login): print(rate)
main()
"""

HYDRA = """
import hydra
@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg): print(cfg.optimiser.rate)
main()
"""

ABSL = """
from absl import app, flags
flags.DEFINE_float("rate", 0.25, "how fast")
app.run(lambda _: print(flags.FLAGS.rate))
"""


class ParameterTest(RunTest):
    def parameters(self, text, *words, options=(), output=None):
        (self.folder / "script.py").write_text(text)
        folder, result = self.record(sys.executable, "script.py", *words, options=options)
        self.assertEqual(result.returncode, 0, result.stderr)
        if output is not None:
            self.assertEqual(result.stdout, output)
        seen = self.read(folder, "seen.json")
        self.assertEqual(seen["notes"], [])
        return [{key: value for key, value in p.items() if key != "process"} for p in seen["parameters"]]


class Files(ParameterTest):
    def test_json_below_the_folder_is_flattened_and_told_once(self):
        (self.folder / "config.json").write_text('{"model": {"layers": [2, 3], "blocks": [{"n": 1}]}, "rate": 0.5}')
        found = self.parameters("import json\nfor _ in range(2): print(json.load(open('config.json'))['rate'])", output="0.5\n0.5\n")
        self.assertEqual(found, [
            {"source": "json", "file": "config.json", "name": name, "value": value}
            for name, value in (("model.layers", "[2, 3]"), ("model.blocks.0.n", 1), ("rate", 0.5))])

    def test_what_is_no_configuration_is_left_alone(self):
        other = self.folder.parent / f"{self.folder.name}.json"
        other.write_text('{"elsewhere": 1}')
        self.addCleanup(other.unlink)
        (self.folder / "list.json").write_text("[1, 2]")
        (self.folder / "large.json").write_text('{"text": "' + "x" * (1 << 20) + '"}')
        (self.folder / "data.txt").write_text('{"a": 1}')
        names = f"{str(other)!r}, 'list.json', 'large.json', 'data.txt'"
        self.assertEqual(self.parameters(f"import io, json\nfor n in ({names}): json.load(open(n))\njson.load(io.StringIO('1'))"), [])

    def test_toml(self):
        (self.folder / "config.toml").write_text("[optimiser]\nrate = 0.5\n")
        if sys.version_info < (3, 11):
            self.skipTest("this Python has no tomllib")
        found = self.parameters("import tomllib; tomllib.load(open('config.toml', 'rb'))")
        self.assertEqual(found, [{"source": "toml", "file": "config.toml", "name": "optimiser.rate", "value": 0.5}])

    @needs("yaml", "python3-yaml")
    def test_yaml(self):
        (self.folder / "config.yaml").write_text("optimiser:\n  rate: 0.5\n  names: [a, b]\n")
        found = self.parameters("import yaml; yaml.safe_load(open('config.yaml')); yaml.safe_load('a: 1')")
        self.assertEqual([(p["source"], p["name"], p["value"]) for p in found],
                         [("yaml", "optimiser.rate", 0.5), ("yaml", "optimiser.names", "['a', 'b']")])

    def test_an_error_of_the_parser_is_the_programs(self):
        (self.folder / "config.json").write_text("{")
        (self.folder / "script.py").write_text("import json; json.load(open('config.json'))")
        _, result = self.record(sys.executable, "script.py")
        self.assertEqual(result.returncode, 1)
        self.assertIn("JSONDecodeError", result.stderr)
        self.assertNotIn("ibid_hook", result.stderr.replace("ibid_hook/watching.py", ""))


class CommandLines(ParameterTest):
    @needs("click", "python3-click")
    def test_click_with_commands_within_commands(self):
        found = self.parameters(CLICK, "--verbose", "train", "--rate", "0.5", "--login", "hush", output="0.5\n")
        self.assertEqual([(p["source"], p["command"], p["name"], p["value"]) for p in found], [
            ("click", "script.py", "verbose", True), ("click", "script.py train", "rate", 0.5),
            ("click", "script.py train", "login", "not recorded: it is typed unseen")])

    @needs("absl", "python3-absl")
    def test_absl(self):
        self.assertEqual(self.parameters(ABSL, "--rate=0.5", output="0.5\n"), [{"source": "absl", "name": "rate", "value": 0.5}])

    @needs("hydra", "hydra-core from PyPI")
    def test_hydra_with_files_and_overrides(self):
        (self.folder / "conf").mkdir()
        (self.folder / "conf" / "config.yaml").write_text("optimiser:\n  rate: 0.25\nhalf: ${optimiser.rate}\n")
        found = self.parameters(HYDRA, "optimiser.rate=0.5", output="0.5\n")
        self.assertEqual([(p["name"], p["value"]) for p in found if p["source"] == "hydra"], [("optimiser.rate", 0.5), ("half", 0.5)])

    def test_what_is_named_like_a_secret_has_no_value(self):
        text = ("import argparse; p = argparse.ArgumentParser()\n"
                "for n in ('api-key', 'hf-token', 'password', 'max-token', 'pad-token', 'key'): p.add_argument('--' + n)\n"
                "p.parse_args(['--api-key=s1', '--hf-token=s2', '--password=s3', '--max-token=4', '--pad-token=5', '--key=6'])")
        found = {p["name"]: p["value"] for p in self.parameters(text)}
        self.assertEqual([found[name] for name in ("max_token", "pad_token", "key")], ["4", "5", "6"])
        for name in ("api_key", "hf_token", "password"):
            self.assertIn("not recorded", found[name])


class ByTheUser(ParameterTest):
    def test_the_users_word_goes_before_what_is_found(self):
        (self.folder / "config.json").write_text('{"rate": 0.5}')
        found = self.parameters("import json; json.load(open('config.json'))",
                                options=["--param", "rate=0.75", "--param", "data=a=b"])
        self.assertEqual(found, [{"source": "json", "file": "config.json", "name": "rate", "value": 0.5, "overridden": True},
                                 {"source": "--param", "name": "rate", "value": 0.75},
                                 {"source": "--param", "name": "data", "value": "a=b"}])

    def test_without_a_name_nothing_runs(self):
        for text in ("rate", "=1"):
            _, result = self.record("touch", "ran", options=["--param", text])
            self.assertEqual(result.returncode, 2)
            self.assertIn("--param", result.stderr)
        self.assertFalse((self.folder / "ran").exists())

    def test_a_repetition_of_a_record_has_them_too(self):
        folder, _ = self.record("echo", "1", options=["--param", "rate=1"])
        self.run_ibid("verify", "--output", self.folder / "v", folder)
        again = next((self.folder / "v").glob("02-*"))
        self.assertEqual(self.read(again, "run.json")["parameters"], ["rate=1"])


if __name__ == "__main__":
    unittest.main()
