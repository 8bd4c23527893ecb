"""ibid source: real repositories, the real git, a real interpreter."""

import json
import os
import shutil
import subprocess
import sys
import unittest

import support

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = support.pathlib.Path(__file__).resolve().parents[2]


@unittest.skipUnless(shutil.which("git"), "there is no git")
class SourceTest(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.home = self.folder / "home"
        self.home.mkdir()
        (self.home / ".gitconfig").write_text("[user]\n name = n\n email = n@example.org\n[init]\n defaultBranch = main\n")
        self.environment.update(HOME=str(self.home), GIT_CONFIG_NOSYSTEM="1")
        self.store = self.folder / "store"

    def git(self, *words, cwd="project"):
        subprocess.run(["git", *words], cwd=self.folder / cwd, env=self.environment, check=True, capture_output=True)

    def make_project(self):
        project = self.folder / "project"
        project.mkdir()
        self.git("init", "-q")
        (project / "train.py").write_text("one\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "one")
        return project

    def capture(self, *words, **options):
        text = self.run_ibid("source", "capture", "--store", self.store, "--json", *words, **options).stdout
        return json.loads(text)


class Capture(SourceTest):
    def test_a_project_there_and_back(self):
        project = self.make_project()
        (project / "train.py").write_text("two\n")
        (project / "new.py").write_text("new\n")
        written = self.run_ibid("source", "capture", "project", "-o", "r.json", "--store", self.store)
        self.assertEqual(written.stdout, "written: r.json\n")
        restored = self.run_ibid("source", "restore", "r.json", "copy", "--store", self.store)
        self.assertEqual(restored.stdout, "restored  copy/project\n")
        self.assertEqual((self.folder / "copy/project/train.py").read_text(), "two\n")
        self.assertEqual((self.folder / "copy/project/new.py").read_text(), "new\n")
        record = json.loads((self.folder / "r.json").read_text())
        patch = record["repositories"]["items"][0]["patch"]["value"]
        self.git("clone", "-q", "project", "clone", cwd=".")
        self.git("apply", str(self.store / "objects" / "sha256" / patch[:2] / patch[2:]), cwd="clone")
        self.assertEqual((self.folder / "clone/train.py").read_text(), "two\n")

    def test_the_current_folder_and_the_default_store(self):
        project = self.make_project()
        (project / "sub").mkdir()
        (project / "sub" / "f").write_text("x\n")
        self.run_ibid("source", "capture", "-o", self.folder / "r.json", cwd=project / "sub")
        self.assertTrue((self.home / ".local/share/ibid/store/objects").is_dir())
        report = json.loads((self.folder / "r.json").read_text())
        self.assertEqual(report["repositories"]["items"][0]["name"]["value"], "project")
        self.run_ibid("source", "restore", self.folder / "r.json", self.folder / "copy")

    def test_the_record_is_not_part_of_what_it_records(self):
        project = self.make_project()
        with open(project / "r.json", "w") as out:
            self.run_ibid("source", "capture", "--json", "--store", project / "store", cwd=project, stdout=out)
        report = json.loads((project / "r.json").read_text())
        self.assertEqual(report["changes"]["items"], [])
        self.assertIs(report["repositories"]["items"][0]["dirty"]["value"], False)
        self.run_ibid("source", "capture", "-o", "r.json", "--store", "store", cwd=project)
        self.assertEqual(json.loads((project / "r.json").read_text())["changes"]["items"], [])

    @unittest.skipIf(jsonschema is None, "python3-jsonschema is not installed")
    def test_the_record_follows_its_schema(self):
        project = self.make_project()
        (project / "n.ipynb").write_text('{"cells": [{"cell_type": "code", "source": "1", "execution_count": 1}]}')
        (project / "key.pem").write_text("x")
        (self.folder / "plain").mkdir()
        schema = json.loads((ROOT / "docs/formats/source.schema.json").read_text())
        report = self.capture("project", "plain")
        jsonschema.validate(report, schema)
        broken = self.folder / "broken"
        shutil.copytree(project, broken)
        (broken / ".git" / "index").write_text("nonsense")
        redacted = self.capture("project", "plain", "broken", "--redact", "--python", sys.executable,
                                environment={"PYTHONPATH": str(self.folder / "absent")})
        jsonschema.validate(redacted, schema)
        self.assertNotIn(str(self.folder), json.dumps(redacted))

    def test_what_python_imports(self):
        self.make_project()
        library = self.folder / "library"
        library.mkdir()
        (library / "mine.py").write_text("x = 1\n")
        report = self.capture("project", "--python", sys.executable, environment={"PYTHONPATH": str(library)})
        self.assertEqual([item["name"]["value"] for item in report["folders"]["items"]], ["library"])
        origins = [item["origin"]["value"] for item in report["roots"]["items"]]
        self.assertIn("the command line", origins)
        self.assertTrue(any(origin.startswith("sys.path of ") for origin in origins))

    def test_a_script_and_its_notebook(self):
        self.make_project()
        other = self.folder / "other"
        other.mkdir()
        cells = [{"cell_type": "code", "source": "a", "execution_count": 2},
                 {"cell_type": "code", "source": "b", "execution_count": 1}]
        (other / "n.ipynb").write_text(json.dumps({"cells": cells}))
        report = self.capture("project", "--script", "other/n.ipynb")
        notebook = report["notebooks"]["items"][0]
        self.assertEqual(notebook["name"]["value"], "other/n.ipynb")
        self.assertIs(notebook["in_order"]["value"], False)

    def test_caps(self):
        project = self.make_project()
        (project / "large").write_bytes(bytes(3000))
        self.assertEqual(self.capture("project")["left_out"]["items"], [])
        left_out = self.capture("project", "--max-file", "2KiB")["left_out"]["items"]
        self.assertEqual([item["name"]["value"] for item in left_out], ["project/large"])
        left_out = self.capture("project", "--max-total", "100")["left_out"]["items"]
        self.assertIn("--max-total", left_out[0]["reason"]["value"])

    def test_repositories_of_other_users(self):
        if os.getuid() != 0:
            self.skipTest("only root can give files away")
        project = self.make_project()
        for place, folders, files in os.walk(project):
            for name in [place, *(os.path.join(place, name) for name in folders + files)]:
                os.chown(name, 12345, 12345)
        self.assertEqual(self.capture("project")["repositories"]["items"][0]["branch"]["value"], "main")


class Records(SourceTest):
    def records(self):
        project = self.make_project()
        self.run_ibid("source", "capture", "project", "-o", "a.json", "--store", self.store)
        (project / "train.py").write_text("two\n")
        self.run_ibid("source", "capture", "project", "-o", "b.json", "--store", self.store)

    def test_show(self):
        self.records()
        self.assertIn("project/train.py", self.run_ibid("source", "show", "b.json").stdout)
        self.assertIn("| commit |", self.run_ibid("source", "show", "b.json", "--md").stdout)
        self.run_ibid("source", "show", "b.json", "--html", "b.html")
        self.assertIn("project/train.py", (self.folder / "b.html").read_text())
        self.assertNotIn(str(self.folder), self.run_ibid("source", "show", "b.json", "--redact").stdout)

    def test_diff(self):
        self.records()
        self.assertIn("same results expected", self.run_ibid("source", "diff", "a.json", "a.json").stdout)
        text = self.run_ibid("source", "diff", "a.json", "b.json", status=1).stdout
        self.assertIn("project/train.py", text)

    def test_restore_as_json(self):
        self.records()
        out = self.run_ibid("source", "restore", "b.json", "copy", "--store", self.store, "--json").stdout
        self.assertEqual([tree["state"] for tree in json.loads(out)["trees"]], ["restored"])

    def test_a_commit_that_is_gone(self):
        self.records()
        self.git("remote", "add", "origin", "https://me:verysecret@host.invalid/x.git")
        self.run_ibid("source", "capture", "project", "-o", "b.json", "--store", self.store)
        shutil.move(self.folder / "project", self.folder / "away")
        out = self.run_ibid("source", "restore", "b.json", "copy", "--store", self.store, status=1).stdout
        self.assertIn("not restored", out)
        self.assertIn("git clone", out)
        self.assertIn("apply", out)
        self.assertNotIn("verysecret", out)

    def test_mistakes(self):
        self.records()
        self.assert_error(self.run_ibid("source", "capture", "nowhere", status=3), "not-found", "nowhere")
        self.assert_error(self.run_ibid("source", "capture", self.home, status=2), "usage", "home folder")
        self.assert_error(self.run_ibid("source", "capture", "/", status=2), "usage", "'/'")
        self.assert_error(self.run_ibid("source", "capture", "--max-file", "ten", status=2), "usage", "ten")
        self.assert_error(self.run_ibid("source", "capture", "--python", "/bin/true", status=3), "not-found")
        self.assert_error(self.run_ibid("source", "restore", "a.json", "project", status=2), "usage", "not empty")
        self.assert_error(self.run_ibid("source", "show", "project/train.py", status=3), "malformed", "train.py")
        (self.folder / "x.json").write_text('{"format": "ibid.hardware"}')
        self.assert_error(self.run_ibid("source", "show", "x.json", status=3), "malformed", "format")
        self.assert_error(self.run_ibid("source", "restor", status=2), "usage", "restore")
        missing = self.run_ibid("source", "restore", "b.json", "copy", "--store", "elsewhere", status=1).stdout
        self.assertIn("has no object", missing)
        self.assertIn("--store", missing)

    def test_a_full_disk_leaves_no_half_object(self):
        place = self.folder / "small"
        place.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("this user cannot mount a small file system")
        self.addCleanup(subprocess.run, ["umount", str(place)], check=True)
        project = self.make_project()
        (project / "noise").write_bytes(os.urandom(1 << 20))
        failed = self.run_ibid("source", "capture", "project", "--store", place, status=3)
        self.assert_error(failed, "disk-full", place)
        for path in place.rglob("*"):
            self.assertFalse(path.name.endswith(".part"), path)


if __name__ == "__main__":
    unittest.main()
