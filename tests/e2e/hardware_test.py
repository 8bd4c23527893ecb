"""`ibid hardware`: reports of this machine and of the captured ones against the published schema."""

import copy
import json
import pathlib
import unittest

import support

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs/formats/hardware.schema.json").read_text())
CAPTURED = sorted((ROOT / "tests/fixtures/machines").glob("*/report.json"))


def errors(report):
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(report)]


@unittest.skipIf(jsonschema is None, "Python's jsonschema is missing; tools/setup.sh installs it")
class Schema(support.ProgramTest):
    def report(self, *options):
        return json.loads(self.run_ibid("hardware", "--json", *options).stdout)

    def test_the_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_this_machine(self):
        self.assertEqual(errors(self.report()), [])

    def test_this_machine_redacted(self):
        report = self.report("--redact")
        self.assertEqual(errors(report), [])
        self.assertEqual(report["system"]["host_name"], {"redacted": "private"})

    def test_captured_machines(self):
        self.assertGreaterEqual(len(CAPTURED), 9)
        for path in CAPTURED:
            self.assertEqual(errors(json.loads(path.read_text())), [], path.parent.name)

    def test_wrong_reports_are_refused(self):
        good = json.loads(CAPTURED[0].read_text())
        for spoil in (
            lambda report: report.pop("memory"),
            lambda report: report["cpu"].pop("cores"),
            lambda report: report["cpu"].update(cores={}),
            lambda report: report["cpu"].update(cores={"unknown": ""}),
            lambda report: report["cpu"].update(cores={"value": "many", "source": "a guess"}),
            lambda report: report["cpu"].update(cores={"value": 2}),
            lambda report: report["cpu"].update(color={"value": 2, "source": "a guess"}),
            lambda report: report["disks"].pop("unknown", report["disks"].pop("source", None)),
            lambda report: report.update(version=2),
        ):
            report = copy.deepcopy(good)
            spoil(report)
            self.assertNotEqual(errors(report), [])


class Program(support.ProgramTest):
    def test_every_fact_is_shown_or_explained(self):
        text = self.run_ibid("hardware").stdout
        for part in ("Processor", "Memory", "Disks", "File systems", "Network interfaces", "System", "Container"):
            self.assertIn(part, text)
        self.assertNotIn("nobody looked", text)


if __name__ == "__main__":
    unittest.main()
