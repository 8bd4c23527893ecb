# Run by `ibid env lock` in the interpreter that is looked at: asks its pip which archives the configured index offers
# for each NAME==VERSION of the arguments and that fit this interpreter. Nothing is downloaded but the index's pages,
# nothing is built, nothing runs but pip. Prints one JSON object as its last line.
#
# pip's own report (install --dry-run --report) would download every archive and build what has no wheel; the finder
# behind it is no public interface, but has looked the same since pip 20. That it is gone one day is told.
import glob, hashlib, json, logging, os, re, sys


def find_pip():
    try:
        import pip
        return
    except ImportError:
        pass
    # An environment made without pip: Python carries a copy to install it from, and it runs from there.
    places = ["/usr/share/python-wheels"]
    try:
        import ensurepip
        places.insert(0, os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"))
    except ImportError:
        pass
    for place in places:
        for wheel in sorted(glob.glob(os.path.join(place, "pip-*.whl"))):
            sys.path.append(wheel)
            return


class Problems(logging.Handler):
    """What pip only logs: that a page of the index could not be had."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, record):
        text = record.getMessage()
        if "Could not fetch URL" in text or "not a trusted or secure host" in text:
            self.texts.append(re.sub(r"://[^/@\s]*@", "://", text))


def file_digest(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def digest_of(link):
    if link.hash_name == "sha256":
        return link.hash
    return file_digest(link.file_path) if link.is_file else None


def is_missing(text):
    return " 404 " in text or "404 Client Error" in text


def in_short(text):
    cause = re.search(r"Caused by \w+\((.*)\)\)", text)
    text = re.sub(r"<[^>]*>: ", "", cause.group(1) if cause else text.replace(" - skipping", ""))
    return "the index did not answer: " + text.strip("'\" ")


def look_up(finder, problems, wanted):
    from pip._internal.utils.compatibility_tags import get_supported
    from pip._vendor.packaging.version import parse
    answers, unreachable = {}, None
    for requirement in wanted:
        name, version = requirement.split("==", 1)
        if unreachable is None:
            problems.texts.clear()
            candidates = finder.find_all_candidates(name)
            refused = [text for text in problems.texts if not is_missing(text)]
            if refused and not candidates:
                unreachable = in_short(refused[-1])
        if unreachable is not None:
            answers[requirement] = {"problem": unreachable}
            continue
        files = {}
        for candidate in candidates:
            if candidate.version == parse(version):
                files[candidate.link.filename] = digest_of(candidate.link)
        answers[requirement] = {"files": [{"name": file, "sha256": files[file]} for file in sorted(files)]}
    return {"tag": str(get_supported()[0]), "answers": answers}


def main(wanted):
    find_pip()
    from pip import __version__
    from pip._internal.commands import create_command
    command = create_command("install")
    options, _ = command.parse_args(["--no-deps", "--quiet"])
    if "PIP_RETRIES" not in os.environ:
        options.retries = 1  # an index that is not there is asked about many packages
    problems = Problems()
    for name in ("pip._internal.index.collector", "pip._internal.network.session"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(problems)
        logger.propagate = False
    with command.main_context():
        session = command._build_session(options)
        finder = command._build_package_finder(options, session)
        result = {"pip": __version__, "indexes": list(finder.index_urls), "find_links": list(finder.find_links)}
        result.update(look_up(finder, problems, wanted))
    return result


try:
    answer = main(sys.argv[1:])
except ModuleNotFoundError as problem:
    answer = {"error": f"there is no pip for this interpreter ({problem})"}
except Exception as problem:
    answer = {"error": f"this version of pip cannot be asked: {type(problem).__name__}: {problem}"}
print("\n" + json.dumps(answer))
