"""ibid env: real interpreters, a real virtual environment, a real process."""

import copy
import json
import os
import pathlib
import subprocess
import sys
import unittest

import support

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs/formats/environment.schema.json").read_text())


def errors(report):
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(report)]


@unittest.skipIf(jsonschema is None, "Python's jsonschema is missing; tools/setup.sh installs it")
class Schema(support.ProgramTest):
    def report(self, *words, **options):
        return json.loads(self.run_ibid("env", "capture", "--json", *words, **options).stdout)

    def test_the_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_every_kind_of_report_follows_it(self):
        for words in ([], ["--redact"], ["--import", "json"], ["--import", "no_such_module"], ["--pid", os.getpid()],
                      ["--pid", os.getpid(), "--redact"]):
            report = self.report(*words)
            self.assertEqual(errors(report), [], words)
            self.assertGreater(len(report["packages"]["items"]) + len(report["packages"].get("unknown", "")), 0, words)
        self.assertEqual(errors(self.report(environment={"PATH": "/nowhere"})), [])

    def test_wrong_reports_are_refused(self):
        good = self.report("--python", sys.executable, "--import", "json")
        self.assertEqual(errors(good), [])
        for spoil in (
            lambda report: report.pop("floating_point"),
            lambda report: report["python"].pop("abi"),
            lambda report: report["python"].update(version={}),
            lambda report: report["python"].update(version={"unknown": ""}),
            lambda report: report["floating_point"].update(rounding={"value": True, "source": "a guess"}),
            lambda report: report["packages"].pop("source"),
            lambda report: report["packages"]["items"].append({"name": {"value": "x", "source": "-"}}),
            lambda report: report.update(version=2),
        ):
            report = copy.deepcopy(good)
            spoil(report)
            self.assertNotEqual(errors(report), [])


class Capture(support.ProgramTest):
    def capture(self, *words, **options):
        return json.loads(self.run_ibid("env", "capture", "--json", *words, **options).stdout)

    def test_the_interpreter_that_runs_this(self):
        report = self.capture("--python", sys.executable)
        self.assertEqual(report["format"], "ibid.environment")
        self.assertEqual(report["python"]["version"]["value"], ".".join(map(str, sys.version_info[:3])))
        self.assertEqual(report["python"]["prefix"]["value"], sys.prefix)

    def test_packages_are_those_that_importlib_finds(self):
        import importlib.metadata
        found = json.loads(subprocess.run(
            [sys.executable, "-c", "import importlib.metadata, json; print(json.dumps({d.metadata['Name']: d.version "
             "for d in reversed(list(importlib.metadata.distributions())) if d.metadata['Name']}))"],
            env=self.environment, check=True, capture_output=True, text=True, cwd="/").stdout)
        normal = lambda name: importlib.metadata.Prepared(name).normalized
        expected = {normal(name): version for name, version in found.items()}
        report = self.capture("--python", sys.executable)
        ours = {normal(item["name"]["value"]): item["version"]["value"] for item in report["packages"]["items"]
                if "value" in item["name"]}
        self.assertEqual(ours, expected)

    def test_a_virtual_environment_and_its_editable_package(self):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.folder / "v")], check=True)
        python = self.folder / "v" / "bin" / "python"
        site = next((self.folder / "v" / "lib").iterdir()) / "site-packages"
        info = site / "mine-0.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: mine\nVersion: 0.5\n")
        (info / "direct_url.json").write_text('{"url": "file:///src/mine", "dir_info": {"editable": true}}')
        report = self.capture("--python", str(python))
        self.assertEqual(report["python"]["kind"]["value"], "virtual environment")
        mine = [item for item in report["packages"]["items"] if item["name"].get("value") == "mine"]
        self.assertEqual(mine[0]["version"]["value"], "0.5")
        self.assertIs(mine[0]["editable"]["value"], True)

    def test_secrets_are_nowhere_in_the_report(self):
        environment = dict(os.environ, HF_TOKEN="hf_verysecret", MLFLOW_TRACKING_URI="https://me:verysecret@host/",
                           OMP_NUM_THREADS="3", UNRELATED="verysecret")
        for words in (["--json"], ["--md"], []):
            text = self.run_ibid("env", "capture", *words, environment=environment).stdout
            self.assertNotIn("verysecret", text)
        report = self.capture(environment=environment)
        self.assertEqual(report["threads"]["omp_num_threads"]["value"], "3")

    def test_a_running_process_shows_its_libraries_and_variables(self):
        process = subprocess.Popen([sys.executable, "-c", "import zlib, time; print('up', flush=True); time.sleep(60)"],
                                   env=dict(os.environ, OMP_NUM_THREADS="7"), stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(process.stdout.readline(), "up\n")
            report = self.capture("--pid", str(process.pid))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        self.assertEqual(report["threads"]["omp_num_threads"]["value"], "7")
        roles = {item["role"].get("value") for item in report["libraries"]["items"]}
        self.assertIn("C library", roles)
        for item in report["libraries"]["items"]:
            self.assertEqual(len(item["xxh128"]["value"]), 32)

    def test_mistakes(self):
        self.assert_error(self.run_ibid("env", "capture", "--python", "/nowhere/python", status=3), "not-found",
                          "/nowhere/python")
        self.assert_error(self.run_ibid("env", "capture", "--python", "/bin/true", status=3), "not-found", "/bin/true")
        self.assert_error(self.run_ibid("env", "capture", "--pid", "999999999", status=3), "not-found",
                          "no process 999999999")

    def test_without_any_python_the_rest_is_reported(self):
        report = self.capture(environment={"PATH": "/nowhere"})
        self.assertIn("no python3", report["python"]["version"]["unknown"])
        self.assertIn("no python3", report["packages"]["unknown"])


class Difference(support.ProgramTest):
    def test_a_changed_package_and_a_changed_switch(self):
        report = json.loads(self.run_ibid("env", "capture", "--json", "--python", sys.executable).stdout)
        report["packages"]["items"].append(
            {name: {"unknown": "-"} for name in report["packages"]["items"][0]}
            | {"name": {"value": "zzz", "source": "-"}, "version": {"value": "1", "source": "-"}})
        a = self.folder / "a.json"
        a.write_text(json.dumps(report))
        self.assertIn("same results expected", self.run_ibid("env", "diff", str(a), str(a)).stdout)
        report["packages"]["items"][-1]["version"]["value"] = "2"
        report["determinism"]["xla_flags"] = {"value": "--x", "source": "-"}
        b = self.folder / "b.json"
        b.write_text(json.dumps(report))
        text = self.run_ibid("env", "diff", str(a), str(b), status=1).stdout
        self.assertIn("may differ", text)
        self.assertIn("zzz, version: 1  |  2", text)
        self.assertIn("XLA_FLAGS", text)

    def test_mistakes(self):
        bad = self.folder / "bad.json"
        bad.write_text('{"format": "ibid.hardware"}')
        self.assert_error(self.run_ibid("env", "diff", str(bad), str(bad), status=3), "malformed", "ibid.environment")
        self.assert_error(self.run_ibid("env", "diff", "/nowhere", str(bad), status=3), "not-found", "/nowhere")


if __name__ == "__main__":
    unittest.main()
