#!/usr/bin/env python3
"""Checks the repository against its own habits (docs/ARCHITECTURE.md). Usage: check_repo.py [ROOT]

Each check is a function that yields (file, line, text). What is checked are the files git knows or would add."""

import pathlib
import re
import subprocess
import sys

CODE = (".h", ".cc", ".cu", ".cuh")
TEXT = CODE + (".py", ".sh", ".md", ".toml", ".json", ".cmake", ".txt", ".in", ".def")

MAX_LINES = {".cc": 800, ".cu": 800, ".h": 500, ".cuh": 500}
MAX_FUNCTION_LINES = 80

# (pattern, where it is forbidden, exceptions, why). Comments and texts in quotes are not looked at.
FORBIDDEN = (
    (r"std::(reduce|transform_reduce|execution)\b", "src/", (), "the order of its operations is not defined"),
    (r"\b(std::)?s?rand\(|random_device|mt19937|_distribution\b|std::(shuffle|sample)\b", "src/", (),
     "random numbers come from base/random_stream.h alone"),
    (r"unordered_(map|set)", "src/engine/", (), "the order of its elements is not defined"),
    (r"#\s*pragma\s+omp", "src/", (), "threads come from engine/parallel"),
    (r"\bstd::(exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sinh|cosh|tanh|erf|cbrt|hypot)f?\(", "src/engine/", (),
     "libm differs from machine to machine; the standard's functions are correctly rounded"),
    (r"\bgetenv\(", "src/", ("src/platform/environment.cc", "src/engine/kernels/dispatch.cc"),
     "settings reach library code as arguments"),
    (r"std::(cout|cerr|clog)\b|\b(std::)?(f?printf|puts|fputs)\(|\bstd::exit\(", "src/",
     ("src/cli/", "src/base/check.cc"), "library code never prints or exits"),
    (r"directory_iterator", "src/", ("src/platform/file.cc",), "use platform::list_sorted: folders have no order"),
    (r"__(DATE|TIME|TIMESTAMP)__", "", (), "two builds of one source must be the same bytes"),
    (r"\bstod\(|\bstof\(|\batof\(|\bstrto(d|f)\(|\bsscanf\(", "src/", (), "depends on the locale: use base/number_text.h"),
)
FAST_MATH = re.compile(
    r"-(ffast-math|Ofast|funsafe-math-optimizations|ffinite-math-only|fno-signed-zeros|fassociative-math|march=native|mtune=native)"
)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
# A path of one developer's machine means nothing to the reader.
PRIVATE = re.compile(r"(?<![\w.])/(work|root)/|/home/(?!someone\b)\w")
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.DOTALL)
DOCUMENTED_PATH = re.compile(
    r"`((?:src|tests|docs|tools|cmake|specs|fuzz|bench|models|include|bindings|web|templates)/[\w./*-]+)`"
)
MARKDOWN_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def tracked_files(root):
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return [name for name in sorted(set(names)) if name and (root / name).is_file()]


class Repository:
    def __init__(self, root):
        self.root = root
        self.names = tracked_files(root)
        self.texts = {}
        for name in self.names:
            if name.endswith(TEXT):
                self.texts[name] = (root / name).read_text()

    def code(self):
        return ((name, text) for name, text in self.texts.items() if name.endswith(CODE))

    def cmake(self):
        return "\n".join(t for n, t in self.texts.items() if n.endswith(("CMakeLists.txt", ".cmake", ".def")))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def without_comments_and_texts(text):
    """The same number of lines, with comments, strings and characters blanked."""
    return COMMENT_OR_TEXT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def check_sizes(repository):
    for name, text in repository.code():
        limit = MAX_LINES.get(pathlib.PurePath(name).suffix)
        lines = text.count("\n")
        if limit and lines > limit:
            yield name, 1, f"{lines} lines; the limit is {limit}: split it"


def check_function_sizes(repository):
    """Code is formatted: a function's body ends at the first '}' in the first column."""
    no_function = re.compile(r"^(namespace|class|struct|enum|union|extern|template|constexpr|static constexpr|using)\b|=\s*\{*$")
    for name, text in repository.code():
        start = None
        for number, line in enumerate(text.split("\n"), 1):
            if start is None and line and not line[0].isspace() and line.endswith("{") and not no_function.search(line):
                start = number
            elif start is not None and line.startswith("}"):
                if number - start - 1 > MAX_FUNCTION_LINES:
                    yield name, start, f"a function of {number - start - 1} lines; the limit is {MAX_FUNCTION_LINES}"
                start = None


def check_forbidden(repository):
    for name, text in repository.code():
        bare = without_comments_and_texts(text)
        for pattern, where, exceptions, why in FORBIDDEN:
            if not name.startswith(where) or name.startswith(exceptions or ("\0",)):
                continue
            for match in re.finditer(pattern, bare):
                yield name, line_of(bare, match.start()), f"'{match.group().strip()}' is forbidden here: {why}"


def check_compiler_flags(repository):
    for name, text in repository.texts.items():
        if name.endswith((".md", ".py") + CODE) or name.startswith("specs/catalogue/"):  # they tell of flags
            continue
        for match in FAST_MATH.finditer(text):
            yield name, line_of(text, match.start()), f"'{match.group()}' would change results"


def check_headers(repository):
    for name, text in repository.code():
        if name.endswith((".h", ".cuh")) and "#pragma once" not in text.split("\n"):
            yield name, 1, "a header without '#pragma once'"


def check_names(repository):
    for name, _ in repository.code():
        if not re.fullmatch(r"[a-z0-9_]+(\.inl)?\.\w+", pathlib.PurePath(name).name):
            yield name, 1, "file names are snake_case"


def check_registered(repository):
    """What no CMake file names is not built, and a test that is not built cannot fail."""
    cmake = repository.cmake()
    for name in repository.names:
        path = pathlib.PurePath(name)
        if name.startswith(("src/", "tests/", "fuzz/")) and path.suffix in (".cc", ".cu"):
            # By its name, or as the argument of a function that adds what belongs around it.
            stem = re.escape(path.stem.removesuffix("_fuzz"))
            if not re.search(rf"(?<![\w]){re.escape(path.name)}\b|^ibid_fuzz\({stem}\b|^IBID_COMMAND\({stem}\)", cmake, re.M):
                yield name, 1, "no CMakeLists.txt names it: it is not built"
        if name.startswith("tests/") and name.endswith("_test.py"):
            stem = path.name.removesuffix("_test.py")
            if not re.search(rf"\(\s*{stem}\s*\)|\b{re.escape(path.name)}\b", cmake):
                yield name, 1, "no CMakeLists.txt names it: it does not run"


def check_unfinished(repository):
    for name, text in repository.texts.items():
        for match in UNFINISHED.finditer(text):
            yield name, line_of(text, match.start()), f"'{match.group()}': finish it, or open an issue"
        for match in PRIVATE.finditer(text):
            if name != "tools/check_repo.py":
                yield name, line_of(text, match.start()), f"'{match.group()}...' is a path of one machine"


def check_documented_paths(repository):
    for name, text in repository.texts.items():
        if not name.endswith(".md"):
            continue
        for match in DOCUMENTED_PATH.finditer(text):
            path = match.group(1).rstrip("/.")
            found = list(repository.root.glob(path)) if "*" in path else (repository.root / path).exists()
            if not found:
                yield name, line_of(text, match.start()), f"'{path}' does not exist"
        for match in MARKDOWN_LINK.finditer(text):
            if not (repository.root / name).parent.joinpath(match.group(1)).exists():
                yield name, line_of(text, match.start()), f"the link to '{match.group(1)}' leads nowhere"


CHECKS = (
    check_sizes,
    check_function_sizes,
    check_forbidden,
    check_compiler_flags,
    check_headers,
    check_names,
    check_registered,
    check_unfinished,
    check_documented_paths,
)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    repository = Repository(root)
    problems = 0
    for check in CHECKS:
        for name, line, text in check(repository):
            print(f"{name}:{line}: {text}")
            problems += 1
    print(f"{len(repository.names)} files, {len(CHECKS)} checks, {problems} problems")
    return 1 if problems or not repository.names else 0


if __name__ == "__main__":
    sys.exit(main())
