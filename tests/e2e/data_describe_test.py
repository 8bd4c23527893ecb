"""Cards of data sets through the real program: planted leaks, the figures computed a second time here, golden cards,
real data, and everything that can be wrong with a table or a folder of images."""

import collections
import csv
import gzip
import html.parser
import json
import math
import os
import pathlib
import resource
import statistics
import struct
import unittest
import zlib

import support

ROOT = pathlib.Path(__file__).resolve().parents[2]
CARDS = ROOT / "tests/fixtures/cards"
DATA = pathlib.Path(os.environ.get("IBID_DATA_DIR", "/nowhere"))
# Set to write the golden cards again, after a change that is meant; then read the difference.
REWRITE = "IBID_REWRITE_CARDS" in os.environ
GOLDEN_WORDS = ("data", "describe", "--split", "train=train.csv", "--split", "test=test.csv", "--label", "outcome",
                "--group", "patient", "--note", "licence=made up for a test")

try:
    import jsonschema
except ImportError:
    jsonschema = None


def png(pixels, width=2, height=2):
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\0" + pixels[i * width:(i + 1) * width] for i in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class DescribeTest(support.ProgramTest):
    def card(self, *words, **options):
        return json.loads(self.run_ibid("data", "describe", *words, "--json", **options).stdout)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def kinds(self, card):
        return [finding["kind"] for finding in card["findings"]]


class TableTest(DescribeTest):
    def test_the_figures_are_those_of_the_standard_library(self):
        card = self.card("--split", f"train={CARDS / 'train.csv'}", "--split", f"test={CARDS / 'test.csv'}", "--label",
                         "outcome", "--group", "patient")
        rows = {}
        for split in ("train", "test"):
            with open(CARDS / f"{split}.csv", newline="") as file:
                rows[split] = list(csv.DictReader(file))
        ages = [int(row["age"]) for row in rows["train"] + rows["test"] if row["age"] != "?"]
        age = next(column for column in card["columns"] if column["name"] == "age")
        self.assertEqual(age["type"], "integer")
        self.assertEqual((age["count"], age["missing"], age["missing_spellings"]), (165, 1, {"?": 1}))
        self.assertEqual(age["distinct"], len(set(ages)))
        self.assertAlmostEqual(age["numbers"]["mean"], statistics.fmean(ages), places=10)
        self.assertAlmostEqual(age["numbers"]["sd"], statistics.stdev(ages), places=10)
        self.assertEqual(age["numbers"]["median"], statistics.median_low(ages))
        self.assertEqual((age["numbers"]["min"], age["numbers"]["max"]), (min(ages), max(ages)))
        # Without the label and the group.
        def content(row):
            return tuple(row[name] for name in ("age", "dose", "site", "day"))
        counts = {split: collections.Counter(map(content, rows[split])) for split in rows}
        shared = set(counts["train"]) & set(counts["test"])
        overlap = card["overlaps"][0]
        self.assertEqual(overlap["contents"], len(shared))
        self.assertEqual(overlap["items_a"], sum(counts["train"][c] for c in shared))
        self.assertEqual(overlap["items_b"], sum(counts["test"][c] for c in shared))
        self.assertEqual(card["duplicates"][0]["surplus_items"],
                         len(rows["train"]) - len(counts["train"]))
        groups = {split: {row["patient"] for row in rows[split]} for split in rows}
        self.assertEqual({g["group"] for g in card["groups"]["shared"]}, groups["train"] & groups["test"])
        labels = collections.Counter(row["outcome"] for row in rows["train"] + rows["test"])
        self.assertEqual({c["label"]: c["items"] for c in card["label"]["classes"]}, labels)
        shares = [n / 165 for n in labels.values()]
        self.assertAlmostEqual(card["label"]["entropy_bits"], -sum(s * math.log2(s) for s in shares), places=5)

    def test_planted_leaks_and_conflicts_are_named_and_strict_refuses_them(self):
        self.write("a.csv", "x,y,label\n1,2,p\n3,4,q\n5,6,p\n")
        self.write("b.csv", "x,y,label\n7,8,p\n3,4,q\n5,6,q\n")
        words = ("--split", "train=a.csv", "--split", "test=b.csv", "--label", "label")
        card = self.card(*words, "--strict", status=1)
        self.assertEqual(self.kinds(card)[:2], ["overlap", "label-conflict"])
        self.assertEqual(card["overlaps"][0]["other_label"], 1)
        self.assertEqual(card["overlaps"][0]["examples"][0],
                         [{"split": "train", "item": '"a.csv" row 2'}, {"split": "test", "item": '"b.csv" row 2'}])
        self.card(*words)
        self.write("b.csv", "x,y,label\n7,8,p\n")
        self.card(*words, "--strict")

    def test_golden_cards(self):
        for name, option in (("card.json", "--json"), ("card.md", "--md"), ("card.txt", None)):
            words = GOLDEN_WORDS + ((option,) if option else ())
            found = self.run_ibid(*words, cwd=CARDS).stdout
            if REWRITE:
                (CARDS / name).write_text(found)
            self.assertEqual(found, (CARDS / name).read_text(), f"{name}; IBID_REWRITE_CARDS writes it again")

    @unittest.skipIf(jsonschema is None, "Python's jsonschema is missing; tools/setup.sh installs it")
    def test_cards_follow_the_schema_and_the_schema_refuses_others(self):
        schema = json.loads((ROOT / "docs/formats/data_card.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        self.write("one.csv", "x\n1\n")
        self.write("images/a/1.png", png(b"abcd"))
        for words in (GOLDEN_WORDS[2:], (self.folder / "one.csv",), (self.folder / "images",)):
            card = self.card(*words, cwd=CARDS)
            self.assertEqual([error.message for error in validator.iter_errors(card)], [])
            for member in card:
                broken = {**card, member: 3}
                self.assertTrue(list(validator.iter_errors(broken)), member)
                del broken[member]
                self.assertTrue(list(validator.iter_errors(broken)), member)

    def test_the_same_data_in_any_dress_has_the_same_figures(self):
        plain = "x,y\n1,a\n2,\"b, c\"\n3,d\n"
        dresses = {
            "crlf.csv": plain.replace("\n", "\r\n").encode(),
            "bom.csv": b"\xef\xbb\xbf" + plain.encode(),
            "no_end.csv": plain.rstrip("\n").encode(),
            "packed.csv": gzip.compress(plain.encode()),
            "tabs.tsv": b"x\ty\n1\ta\n2\tb, c\n3\td\n",
            "semicolons.csv": b"x;y\n1;a\n2;b, c\n3;d\n",
        }
        self.write("plain.csv", plain)
        expected = self.card("plain.csv")["columns"]
        for name, content in dresses.items():
            self.write(name, content)
            self.assertEqual(self.card(name)["columns"], expected, name)
            both = self.card("--split", "a=plain.csv", "--split", f"b={name}")
            self.assertEqual(both["overlaps"][0]["contents"], 3, name)

    def test_numpy_arrays(self):
        def npy(values, columns):
            head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({len(values) // columns}, {columns}), }}"
            head = head.ljust(117) + "\n"
            return (b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode()
                    + struct.pack(f"<{len(values)}d", *values))

        self.write("a.npy", npy([1.5, 2.0, float("nan"), 4.0, 1.5, 2.0], 2))
        card = self.card("a.npy")
        self.assertEqual([c["missing"] for c in card["columns"]], [1, 0])
        self.assertEqual(card["duplicates"][0]["surplus_items"], 1)
        self.write("cut.npy", npy([1.5, 2.0], 2)[:-3])
        self.assert_error(self.run_ibid("data", "describe", "cut.npy", status=3), "truncated", "cut.npy")

    def test_text_from_outside_reaches_no_terminal_as_it_is(self):
        self.write("evil.csv", "na\x1b[2Jme,<script>\n\x1b]0;x\x07,1\n\x1b]0;x\x07,1\n")
        for words in ((), ("--md",)):
            self.assertNotIn("\x1b", self.run_ibid("data", "describe", "evil.csv", *words).stdout)
        self.run_ibid("data", "describe", "evil.csv", "--html", "card.html")
        page = (self.folder / "card.html").read_text()
        self.assertNotIn("<script", page)
        self.assertNotIn("\x1b", page)

    def test_the_page_needs_nothing_else_and_is_well_formed(self):
        self.run_ibid(*GOLDEN_WORDS, "--html", self.folder / "card.html", cwd=CARDS)
        page = (self.folder / "card.html").read_text()
        for forbidden in ("http:", "https:", "src=", "@import", "url("):
            self.assertNotIn(forbidden, page)
        opened = []

        class Parser(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                if tag not in ("meta", "br"):
                    opened.append(tag)

            def handle_endtag(self, tag):
                assert opened.pop() == tag, tag

        Parser().feed(page)
        self.assertEqual(opened, [])

    def test_answers_come_from_the_command_line_and_a_file(self):
        self.write("t.csv", "x\n1\n")
        self.write("notes.json", json.dumps({"licence": "CC0", "split": "none"}))
        card = self.card("t.csv", "--author-notes", "notes.json", "--note", "split=by year")
        answers = {question["key"]: question["answer"] for question in card["asked"]}
        self.assertEqual(answers["licence"], {"value": "CC0", "source": "notes.json"})
        self.assertEqual(answers["split"], {"value": "by year", "source": "--note"})
        self.assertEqual(answers["annotation"], {"unknown": "nobody wrote it down"})
        self.assert_error(self.run_ibid("data", "describe", "t.csv", "--note", "licens=x", status=2), "usage", "licence")
        self.write("notes.json", "[1]")
        self.assert_error(self.run_ibid("data", "describe", "t.csv", "--author-notes", "notes.json", status=3),
                          "malformed", "notes.json")

    def test_what_can_be_wrong_with_a_command_line(self):
        self.write("t.csv", "x,class\n1,a\n")
        for words, part in (((), "nothing to describe"),
                            (("t.csv", "--split", "a=t.csv"), "with a split's name and without"),
                            (("--split", "t.csv"), "NAME=PATH"),
                            (("t.csv", "--label", "clas"), 'did you mean "class"'),
                            (("t.csv", "--group", "9"), "--group"),
                            (("t.csv", "--delimiter", "ab"), "--delimiter"),
                            (("t.csv", "--header", "--no-header"), "contradict"),
                            (("t.csv", "--label", "1", "--label-file", "t.csv"), "--label-file"),
                            (("--split", "a=t.csv", "--split", "b=t.csv", "--label-file", "c=t.csv"), "NAME=FILE")):
            self.assert_error(self.run_ibid("data", "describe", *words, status=2), "usage", part)

    def test_what_can_be_wrong_with_a_file(self):
        self.write("utf16.csv", "x,y\n1,2\n".encode("utf-16"))
        self.write("open.csv", 'x,y\n1,"2\n3,4\n')
        self.write("empty.csv", "")
        self.write("cut.csv.gz", gzip.compress(b"x\n" + os.urandom(5000).hex().encode())[:-9])
        self.write("bytes.bin", os.urandom(64) + b"\0")
        self.write("sparse.txt", "1 3:1 10:0.5\n0 1:2 3:1\n")
        os.mkfifo(self.folder / "pipe")
        for name, code, part in (("utf16.csv", "unsupported", "iconv"), ("open.csv", "malformed", "line 2"),
                                 ("empty.csv", "malformed", "no row"), ("cut.csv.gz", "truncated", "cut.csv.gz"),
                                 ("bytes.bin", "unsupported", "bytes.bin"),
                                 ("sparse.txt", "unsupported", "LIBSVM"), ("pipe", "unsupported", "no file"), ("nothing.csv", "not-found", "nothing.csv")):
            self.assert_error(self.run_ibid("data", "describe", name, status=3), code, part)

    def test_a_full_disk_leaves_no_half_page(self):
        self.write("t.csv", "x\n1\n")
        self.run_ibid("data", "describe", "t.csv", "--html", "/dev/full/card.html", status=3)
        with open("/dev/full", "w") as full:
            self.run_ibid("data", "describe", "t.csv", stdout=full, status=3)

    @unittest.skipIf("ASAN_OPTIONS" in os.environ, "a sanitizer needs memory of its own")
    @unittest.skipIf(support.SANITIZED, "sanitizers reserve more memory than the limit")
    def test_memory_stays_small_where_the_table_is_not(self):
        n_rows = 400_000
        cells = ",".join(f"{i}.{{0}}{i}" for i in range(12))
        with open(self.folder / "large.csv", "w") as file:
            for i in range(n_rows):
                file.write(cells.replace("{0}", str(i)) + "\n")
        limit = 40 << 20
        self.assertGreater((self.folder / "large.csv").stat().st_size, limit)
        card = self.card("large.csv", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
        column = card["columns"][3]
        self.assertFalse(column["distinct_exact"])
        self.assertLess(abs(column["distinct"] - n_rows), n_rows // 10)
        self.assertLess(column["numbers"]["rank_error"], n_rows // 100)
        self.assertEqual(card["duplicates"][0]["surplus_items"], 0)


class ImageFolderTest(DescribeTest):
    def test_classes_duplicates_and_leaks(self):
        for i in range(4):
            self.write(f"d/train/cat/{i}.png", png(bytes([i] * 4)))
            self.write(f"d/test/dog/{i}.png", png(bytes([i + 10] * 4)))
        self.write("d/train/dog/twin.png", png(bytes([0] * 4)))
        self.write("d/test/cat/leak.png", png(bytes([3] * 4)))
        card = self.card("d", "--strict", status=1)
        self.assertEqual([split["name"] for split in card["splits"]], ["test", "train"])
        self.assertEqual({c["label"]: c["by_split"] for c in card["label"]["classes"]},
                         {"cat": [1, 4], "dog": [4, 1]})
        self.assertEqual(card["overlaps"][0]["contents"], 1)
        self.assertEqual([item["item"] for item in card["overlaps"][0]["examples"][0]],
                         ['"cat/leak.png"', '"cat/3.png"'])
        self.assertEqual(card["conflicts"]["items"], 2)
        self.assertEqual(card["images"], [{"format": "PNG", "width": 2, "height": 2, "depth": 1, "channels": 1,
                                           "bits": 8, "items": 10}])

    def test_everything_that_is_wrong_is_named(self):
        whole = png(b"abcd")
        self.write("d/a/good.png", whole)
        self.write("d/a/large.png", png(bytes(9), 3, 3))
        self.write("d/a/cut.png", whole[:-20])
        self.write("d/a/empty.jpg", b"")
        self.write("d/a/text.jpg", b"no image")
        self.write("d/a/really.jpg", png(b"efgh"))
        self.write("d/a/README", b"about the images")
        self.write("d/b/deeper/one.png", png(b"ijkl"))
        os.symlink("a", self.folder / "d/c")
        card = self.card("d")
        found = {item["kind"]: item["examples"] for item in card["irregularities"]}
        self.assertEqual(found, {"truncated": ['"d/a/cut.png"'], "empty-file": ['"d/a/empty.jpg"'],
                                 "no-image": ['"d/a/text.jpg"'], "misnamed": ['"d/a/really.jpg" is PNG'],
                                 "other-files": ['"d/a/README"'], "linked-folder": ['"d/c"']})
        self.assertIn("mixed-images", self.kinds(card))
        self.assertEqual({c["label"]: c["items"] for c in card["label"]["classes"]}, {"a": 4, "b": 1})

    def test_packed_volumes_are_compared_unpacked(self):
        head = bytearray(352)
        struct.pack_into("<i", head, 0, 348)
        struct.pack_into("<8h", head, 40, 3, 3, 2, 1, 1, 1, 1, 1)
        struct.pack_into("<hh", head, 70, 4, 16)
        struct.pack_into("<f", head, 108, 352.0)
        head[344:348] = b"n+1\0"
        volume = bytes(head) + b"v" * 12
        self.write("d/one.nii", volume)
        self.write("d/two.nii.gz", gzip.compress(volume))
        card = self.card("d")
        self.assertEqual(card["duplicates"][0]["surplus_items"], 1)
        self.assertEqual(card["images"][0]["format"], "NIfTI")

    def test_a_folder_without_images_and_options_for_tables_are_refused(self):
        self.write("d/a.csv", "x\n1\n")
        self.assert_error(self.run_ibid("data", "describe", "d", status=3), "unsupported", "no image")
        self.assert_error(self.run_ibid("data", "describe", "d", "--label", "x", status=2), "usage", "--label")


class ArrayTest(DescribeTest):
    def setUp(self):
        super().setUp()
        self.run_ibid("data", "make", "digits", "--output", "digits", "--train", 60, "--test", 20)

    def test_a_folder_of_four_files_has_its_splits_and_labels(self):
        card = self.card("digits")
        self.assertEqual([(split["name"], split["items"]) for split in card["splits"]], [("train", 60), ("test", 20)])
        self.assertEqual(sum(c["items"] for c in card["label"]["classes"]), 80)
        self.assertEqual(card["columns"][0]["count"], 80 * 28 * 28)

    def test_labels_that_do_not_fit_are_refused(self):
        files = sorted((self.folder / "digits").iterdir())
        images = next(path for path in files if path.name.startswith("train-images"))
        labels = next(path for path in files if path.name.startswith("t10k-labels"))
        finished = self.run_ibid("data", "describe", images, "--label-file", labels, status=3)
        self.assert_error(finished, "malformed", "20 labels", "60 images")


class RealDataTest(DescribeTest):
    @unittest.skipUnless((DATA / "covertype").is_dir(), "IBID_DATA_DIR has no covertype")
    def test_covertype_samples_share_rows(self):
        folder = DATA / "covertype"
        card = self.card("--split", f"a={folder / 'covtype.20k.data'}", "--split",
                         f"b={folder / 'covtype.sample92962.data.gz'}", "--label", 55)
        first = collections.Counter(line.rsplit(",", 1)[0] for line in
                                    (folder / "covtype.20k.data").read_text().splitlines())
        with gzip.open(folder / "covtype.sample92962.data.gz", "rt") as file:
            second = collections.Counter(line.rstrip("\n").rsplit(",", 1)[0] for line in file)
        shared = set(first) & set(second)
        self.assertEqual(card["overlaps"][0]["contents"], len(shared))
        self.assertGreater(len(shared), 3000)
        self.assertEqual([c["by_split"][0] for c in card["label"]["classes"]],
                         [2942, 6022, 2160, 2160, 2396, 2160, 2160])
        self.assertIn("label-shift", self.kinds(card))

    @unittest.skipUnless((DATA / "mnist").is_dir(), "IBID_DATA_DIR has no mnist")
    def test_mnist(self):
        card = self.card(DATA / "mnist")
        with gzip.open(DATA / "mnist/train-images-idx3-ubyte.gz") as file:
            train = file.read()[16:]
        with gzip.open(DATA / "mnist/t10k-images-idx3-ubyte.gz") as file:
            test = file.read()[16:]
        images = [{content[i:i + 784] for i in range(0, len(content), 784)} for content in (train, test)]
        self.assertEqual(card["overlaps"][0]["contents"], len(images[0] & images[1]))
        self.assertEqual([d["surplus_items"] for d in card["duplicates"]],
                         [60000 - len(images[0]), 10000 - len(images[1])])
        self.assertAlmostEqual(card["columns"][0]["by_split"][0]["numbers"]["mean"], sum(train) / len(train), places=8)

    @unittest.skipUnless((DATA / "higgs_7k").is_dir(), "IBID_DATA_DIR has no higgs_7k")
    def test_higgs(self):
        folder = DATA / "higgs_7k"
        card = self.card("--split", f"train={folder / 'binary.train'}", "--split", f"test={folder / 'binary.test'}",
                         "--label", 1)
        self.assertEqual({c["label"]: c["by_split"] for c in card["label"]["classes"]},
                         {"0": [3284, 228], "1": [3716, 272]})
        with open(folder / "binary.train") as file:
            values = [float(line.split("\t")[5]) for line in file]
        numbers = card["columns"][5]["by_split"][0]["numbers"]
        self.assertAlmostEqual(numbers["mean"], statistics.fmean(values), places=9)
        self.assertAlmostEqual(numbers["sd"], statistics.stdev(values), places=9)
        self.assertEqual(numbers["median"], statistics.median_low(values))


if __name__ == "__main__":
    unittest.main()
