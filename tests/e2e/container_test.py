"""`ibid env dockerfile` with a real builder, and ibid inside a real container."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import containers
import support
import wheels

WHY_NOT = containers.unusable()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Container(support.ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="ibid_containers_")
        cls.addClassCleanup(cls.holder.cleanup)
        folder = pathlib.Path(cls.holder.name)
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"}
        containers.write_root(folder / "root.tar")
        cls.stores = []
        for name in ("one", "two"):
            store = containers.Store(folder / name, environment)
            cls.addClassCleanup(store.remove)
            cls.stores.append(store)
        try:
            cls.digests = [store.make_base(folder / "root.tar") for store in cls.stores]
            cls.stores[0].run("podman", "run", "--rm", containers.BASE, "python3", "-c", "print(1)")
        except AssertionError as problem:
            raise unittest.SkipTest(f"no container can be made or run here: {problem}")
        cls.make_environment(folder)

    @classmethod
    def make_environment(cls, folder):
        cls.wheels = folder / "wheels of mine"
        cls.wheels.mkdir()
        wheels.write(cls.wheels, "tiny", "1.5", {"tiny/__init__.py": "answer = 42\n", "tiny/data.txt": "x\n"})
        cls.python = folder / "v" / "bin" / "python"
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", str(folder / "v")], check=True)
        cls.pip = wheels.unpacked_pip(folder / "pip")
        wheels.install(cls.python, cls.pip, cls.wheels, ["tiny"])

    def dockerfile(self, *words, output="context", variables=None, status=0):
        environment = {"PYTHONPATH": str(self.pip), **self.stores[0].variables, **(variables or {})}
        self.run_ibid("env", "dockerfile", "--python", self.python, "--wheelhouse", self.wheels, "--output",
                      self.folder / output, "--base", containers.BASE, *words, environment=environment, status=status)
        return self.folder / output

    def in_container(self, image, *words, options=()):
        libraries = "/usr/lib/" + os.uname().machine + "-linux-gnu"
        return self.stores[0].run("podman", "run", "--rm", "--network", "none", "--volume",
                                  f"{libraries}:{libraries}:ro", "--volume", f"{support.BINARY}:/usr/bin/ibid:ro",
                                  *options, image, *words)

    def test_the_same_image_from_two_builds_in_two_stores(self):
        self.assertEqual(*self.digests)
        variables = {"OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "0"}
        context = self.dockerfile(variables=variables)
        text = (context / "Dockerfile").read_text()
        self.assertIn(f"FROM {containers.BASE}@{self.digests[0]}\n", text)
        again = self.dockerfile(output="again", variables=variables)
        for file in context.rglob("*"):
            if file.is_file():
                self.assertEqual(file.read_bytes(), (again / file.relative_to(context)).read_bytes(), file)
        ids = [store.build(folder, "rebuilt") for store, folder in zip(self.stores, (context, again))]
        self.assertEqual(*ids)
        inside = self.stores[0].run("podman", "run", "--rm", "rebuilt", "python3", "-c",
                                    "import tiny, os; print(tiny.answer, os.environ['OMP_NUM_THREADS'])").stdout
        self.assertEqual(inside, "42 2\n")
        # What may not be equal: another switch is another image.
        other = self.dockerfile(output="other", variables={"OMP_NUM_THREADS": "3"})
        self.assertNotEqual(self.stores[0].build(other, "other"), ids[0])

    def test_the_container_is_checked_against_its_lock(self):
        variables = {"PYTHONHASHSEED": "0"}
        context = self.dockerfile(variables=variables)
        self.stores[0].build(context, "checked")
        mount = ("--volume", f"{context}:/context:ro")
        found = self.in_container("checked", "ibid", "env", "check", "/context/environment.lock.json", "--json",
                                  options=mount)
        self.assertEqual(json.loads(found.stdout)["verdict"], "same results expected")

    def test_an_archive_of_this_machine_goes_along(self):
        lone = self.folder / "lone ones"
        lone.mkdir()
        wheel = wheels.write(lone, "lone", "0.1", {"lone.py": "answer = 7\n"})
        # Only from version 23.1 on does pip write the digest down by itself.
        address = f"lone @ {wheel.as_uri()}#sha256={hashlib.sha256(wheel.read_bytes()).hexdigest()}"
        wheels.install(self.python, self.pip, self.wheels, [address])
        for left in pathlib.Path(self.holder.name, "v", "lib").glob("*/site-packages/lone*"):
            self.addCleanup(shutil.rmtree if left.is_dir() else os.remove, left)
        self.stores[0].build(self.dockerfile(), "along")
        inside = self.stores[0].run("podman", "run", "--rm", "along", "python3", "-c", "import lone; print(lone.answer)")
        self.assertEqual(inside.stdout, "7\n")
        wheels.write(lone, "lone", "0.1", {"lone.py": "answer = 8\n"})
        context = self.dockerfile(output="changed", status=1)
        self.assertIn("# - lone 0.1 is not in the image", (context / "Dockerfile").read_text())

    def test_a_changed_wheel_is_not_installed(self):
        context = self.dockerfile()
        wheel = context / "wheels" / "tiny-1.5-py3-none-any.whl"
        wheel.unlink()
        wheels.write(context / "wheels", "tiny", "1.5", {"tiny/__init__.py": "answer = 43\n"})
        with self.assertRaisesRegex(AssertionError, "(?i)hashes"):
            self.stores[0].build(context, "forged")

    def test_what_ibid_sees_from_inside(self):
        limits = ("--memory", "300m", "--cpus", "1.5")
        report = json.loads(self.in_container(containers.BASE, "ibid", "hardware", "--json", options=limits).stdout)
        self.assertEqual(report["container"]["kind"]["value"], "podman")
        self.assertEqual(report["memory"]["cgroup_limit_bytes"].get("value"), 300 << 20)
        self.assertEqual(report["cpu"]["cgroup_cpus"].get("value"), 1.5)
        for name, fact in report["container"].items():
            self.assertTrue(fact.get("unknown") or "value" in fact, name)
        environment = json.loads(self.in_container(containers.BASE, "ibid", "env", "capture", "--json").stdout)
        self.assertRegex(environment["python"]["version"]["value"], r"^3\.")
        self.assertEqual(environment["python"]["kind"]["value"], "system")

    def test_a_program_is_recorded_and_verified_inside(self):
        (self.folder / "script.py").write_text("import random\nopen('out.txt', 'w').write(str(random.random()))\n")
        built = pathlib.Path(support.BINARY).parent.parent
        options = ("--volume", f"{built}:/opt/ibid:ro", "--volume", f"{self.folder}:/here", "--workdir", "/here")
        command = "/opt/ibid/bin/ibid verify --seed 3 --output v -- python3 script.py; /opt/ibid/bin/ibid verify -- python3 script.py"
        found = self.in_container(containers.BASE, "sh", "-c", command + "; true", options=options)
        self.assertIn("same bits in 2 runs: 0 digested steps, 0 metrics, 1 files written", found.stdout)
        self.assertIn("first operation: random.random", found.stdout)
        self.assertIn("at: /here/script.py:2", found.stdout)
        hardware = json.loads((self.folder / "v" / "01-as-it-is-1" / "hardware.json").read_text())
        self.assertEqual(hardware["container"]["kind"]["value"], "podman")


class Without(support.ProgramTest):
    """What needs no container."""

    def test_a_base_that_nobody_knows(self):
        finished = self.run_ibid("env", "dockerfile", "--base", "localhost/never-heard-of", status=3,
                                 environment={"PATH": "/usr/bin:/bin", "CONTAINERS_STORAGE_CONF": "/nowhere"})
        self.assert_error(finished, "not-found", "never-heard-of", "--base NAME@sha256:DIGEST")
        self.assert_error(self.run_ibid("env", "dockerfile", status=2), "usage", "--base")

    def test_somebody_elses_dockerfile_is_not_overwritten(self):
        (self.folder / "Dockerfile").write_text("FROM scratch\n")
        finished = self.run_ibid("env", "dockerfile", "--base", "x@sha256:" + "a" * 64, "--output", self.folder,
                                 status=2)
        self.assert_error(finished, "usage", "is not ibid's")
        self.assertEqual((self.folder / "Dockerfile").read_text(), "FROM scratch\n")


if __name__ == "__main__":
    unittest.main()
