"""The repository's own checks must fail when they should: each is given a small repository with one fault."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"


class Checks(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="ibid_checks_")
        self.addCleanup(holder.cleanup)
        self.root = pathlib.Path(holder.name)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.put("tools/layers.toml", (TOOLS / "layers.toml").read_text())
        self.put("src/base/good.h", "#pragma once\n")
        self.put("src/base/good.cc", '#include "base/good.h"\n')
        self.put("src/base/CMakeLists.txt", "SOURCES good.cc\n")

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_check(self, tool):
        finished = subprocess.run([sys.executable, "-B", TOOLS / tool, self.root], capture_output=True, text=True)
        self.assertEqual(finished.stderr, "")
        return finished

    def assert_clean(self, tool):
        finished = self.run_check(tool)
        self.assertEqual(finished.returncode, 0, finished.stdout)

    def assert_found(self, tool, *parts):
        finished = self.run_check(tool)
        self.assertEqual(finished.returncode, 1, finished.stdout)
        for part in parts:
            self.assertIn(part, finished.stdout)

    def test_a_good_repository_passes(self):
        self.assert_clean("check_layers.py")
        self.assert_clean("check_repo.py")

    def test_layers(self):
        for name, text, part in (
            ("src/base/up.h", '#include "platform/file.h"\n', "'base' may not include 'platform'"),
            ("src/engine/ops/add.h", '\n#include "data/idx.h"\n', "src/engine/ops/add.h:2: 'engine' may not include 'data'"),
            ("src/engine/kernels/cpu/a.h", '#include "engine/kernels/cuda/b.h"\n', "may not include 'engine/kernels/cuda'"),
            ("src/data/a.cc", '#include "cli/run.h"\n', "'data' may not include 'cli'"),
            ("src/data/a.cc", "#include <xxhash.h>\n", "belongs in src/base/digest.cc alone"),
            ("src/data/a.cc", "#include <sys/stat.h>\n", "belongs in src/platform/"),
            ("src/novel/a.h", "", "has no place in tools/layers.toml"),
        ):
            with self.subTest(name + text):
                for header in ("platform/file", "data/idx", "engine/kernels/cuda/b", "cli/run"):
                    self.put(f"src/{header}.h", "#pragma once\n")
                self.put(name, text)
                self.assert_found("check_layers.py", part)
                (self.root / name).unlink()
        self.put("src/data/reader.h", '#include "platform/file.h"\n#include <string>\n')
        self.assert_clean("check_layers.py")

    def test_repository(self):
        unfinished = "TO" + "DO"
        long_function = "int f() {\n" + "  g();\n" * 81 + "}\n"
        for name, text, part in (
            ("src/base/good.cc", "int x;\n" * 801, "801 lines; the limit is 800"),
            ("src/base/good.h", "#pragma once\n" + "int x;\n" * 500, "501 lines; the limit is 500"),
            ("src/base/good.cc", long_function, "src/base/good.cc:1: a function of 81 lines"),
            ("src/base/good.cc", "double s = std::reduce(a, b);\n", "std::reduce"),
            ("src/base/good.cc", "std::normal_distribution<> d;\n", "base/random_stream.h"),
            ("src/base/good.cc", "int x = rand();\n", "base/random_stream.h"),
            ("src/base/good.cc", 'std::printf("x");\n', "library code never prints"),
            ("src/base/good.cc", 'auto x = std::getenv("X");\n', "settings reach library code as arguments"),
            ("src/base/good.cc", "const char* x = __DATE__;\n", "__DATE__"),
            ("src/engine/good.cc", "std::unordered_map<int, int> m;\n", "order of its elements"),
            ("src/engine/good.cc", "y = std::exp(x);\n", "libm"),
            ("src/engine/good.cc", "#pragma omp parallel\n", "engine/parallel"),
            ("cmake/flags.cmake", "add_compile_options(-ffast-math)\n", "'-ffast-math' would change results"),
            ("src/base/bad.h", "int x;\n", "without '#pragma once'"),
            ("src/base/Bad.h", "#pragma once\n", "snake_case"),
            ("src/base/forgotten.cc", "", "it is not built"),
            ("tests/unit/base/forgotten_test.cc", "", "it is not built"),
            ("tests/e2e/forgotten_test.py", "", "it does not run"),
            ("src/base/good.cc", f"// {unfinished}: more\n", unfinished),
            ("docs/a.md", "see `src/base/gone.h`\n", "'src/base/gone.h' does not exist"),
            ("docs/a.md", "see [this](gone.md)\n", "leads nowhere"),
            ("tools/a.sh", "cd /ro" + "ot/ibid\n", "a path of one machine"),
        ):
            with self.subTest(part + name):
                saved = (self.root / name).read_text() if (self.root / name).exists() else None
                self.put(name, text)
                self.put("src/engine/CMakeLists.txt", "SOURCES good.cc\n")
                self.assert_found("check_repo.py", name, part)
                (self.root / name).unlink() if saved is None else self.put(name, saved)
        self.assert_clean("check_repo.py")

    def test_what_only_looks_forbidden_passes(self):
        self.put("src/base/good.cc", '// std::reduce, rand()\nconst char* x = "std::exit(1)";\nint operand(int);\n')
        self.put("cmake/flags.cmake", "add_compile_options(-fno-fast-math)\n")
        self.put("docs/a.md", "see `src/base/good.h`, `src/base/*.cc` and [the code](../src/base/good.cc)\n")
        self.assert_clean("check_repo.py")

    def check_symbols(self, source):
        folder = self.root / "build/ibid_kernels_avx2.dir/cpu"
        folder.mkdir(parents=True, exist_ok=True)
        compiler = os.environ.get("CXX") or shutil.which("c++")
        if compiler is None:
            self.skipTest("no compiler here")
        (self.root / "a.cc").write_text(source)
        subprocess.run([compiler, "-O0", "-c", self.root / "a.cc", "-o", folder / "a.cc.o"], check=True)
        command = [TOOLS / "check_isa_symbols.sh", self.root / "build"]
        return subprocess.run(command, capture_output=True, text=True)

    def test_symbols_of_kernels(self):
        good = "namespace k::avx2 { static int f(int x) { return x; } int install(int x) { return f(x); } }\n"
        self.assertEqual(self.check_symbols(good).returncode, 0)
        weak = self.check_symbols(good + "inline int shared(int x) { return x; }\nnamespace k::avx2 { int g() { return shared(1); } }\n")
        self.assertEqual(weak.returncode, 1)
        self.assertIn("weak symbol: shared(int)", weak.stdout)
        stray = self.check_symbols("int stray() { return 1; }\n")
        self.assertEqual(stray.returncode, 1)
        self.assertIn("outside its namespace: stray()", stray.stdout)

    def test_symbols_of_nothing_are_no_success(self):
        command = [TOOLS / "check_isa_symbols.sh", self.root]
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 2)


if __name__ == "__main__":
    unittest.main()
