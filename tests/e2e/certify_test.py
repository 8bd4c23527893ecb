"""ibid certify: keys, certificates, and that no byte of what they cover can change unseen."""

import base64
import json
import os
import shutil
import stat
import subprocess
import sys
import unittest

import support


class CertifyTest(support.ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "data.txt").write_text("1 2 3\n")
        script = "print(open('data.txt').read()); open('model.txt', 'w').write('weights')\n"
        (self.folder / "script.py").write_text(script)
        self.run_ibid("verify", "--output", "v", "--", sys.executable, "script.py")
        self.run_ibid("certify", "keygen", "mine")
        self.run_ibid("certify", "sign", "v", "--key", "mine.key")
        self.certificate = self.folder / "v" / "certificate.json"

    def check(self, *words, status=0, certificate="v/certificate.json", key="mine.pub"):
        return self.run_ibid("certify", "check", certificate, "--key", key, *words, status=status)

    def statement(self):
        return json.loads(base64.b64decode(json.loads(self.certificate.read_text())["payload"]))

    def test_an_untouched_verification_is_valid(self):
        report = json.loads(self.check("--json").stdout)
        self.assertEqual((report["signed"], report["intact"], report["added"]), (True, True, []))
        self.assertEqual({entry["state"] for entry in report["record"] + report["outside"]}, {"same"})
        names = {entry["name"] for entry in report["outside"]}
        self.assertEqual(names, {f"data:{self.folder}/data.txt", f"data:{self.folder}/script.py",
                                 f"model:{self.folder}/model.txt"})

    def test_the_statement_is_in_totos(self):
        statement = self.statement()
        self.assertEqual(statement["_type"], "https://in-toto.io/Statement/v1")
        self.assertEqual(statement["predicateType"], "urn:ibid:verification:1")
        self.assertIs(statement["predicate"]["same"], True)
        self.assertEqual(statement["predicate"]["runs"], [{"name": "as it is 2", "same": True, "outcome": 1}])
        names = [subject["name"] for subject in statement["subject"]]
        self.assertEqual(len(names), len(set(names)))
        for name in ("code", "environment", "hardware", "verification/report.json"):
            self.assertIn(name, names)

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_openssl_agrees_that_it_is_signed(self):
        """An independent check: the encoding that is signed, built here by the specification."""
        envelope = json.loads(self.certificate.read_text())
        payload = base64.b64decode(envelope["payload"])
        kind = envelope["payloadType"].encode()
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        (self.folder / "signed").write_bytes(signed)
        (self.folder / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "mine.pub", "-rawin", "-in", "signed",
                   "-sigfile", "sig"]
        finished = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)

    def test_no_byte_of_the_certificate_is_free(self):
        """One byte changed, one taken away, one added: at places all over the file."""
        original = self.certificate.read_bytes()
        step = max(1, len(original) // 60)
        # Between the members too: the first and last hundred bytes one by one.
        places = {*range(0, len(original), step), *range(100), *range(len(original) - 160, len(original))}
        for place in sorted(places):
            flipped = bytes([original[place] ^ 1])
            self.certificate.write_bytes(original[:place] + flipped + original[place + 1:])
            finished = subprocess.run(
                [support.BINARY, "certify", "check", "v/certificate.json", "--key", "mine.pub"],
                cwd=self.folder, capture_output=True, text=True, env=self.environment)
            self.assertIn(finished.returncode, (1, 3), f"byte {place}: {finished.stdout}")
        for changed in (original[:-1], original + b"\n", b" " + original):
            self.certificate.write_bytes(changed)
            self.check(status=3)

    def test_a_changed_file_anywhere_is_named(self):
        for name in ("v/report.json", "v/01-as-it-is-1/seen.json", "v/02-as-it-is-2/stdout.txt", "data.txt", "model.txt"):
            path = self.folder / name
            content = path.read_bytes()
            path.write_bytes(content + b" ")
            finished = self.check(status=1)
            self.assertIn("changed: ", finished.stdout, name)
            self.assertIn(path.name, finished.stdout)
            path.write_bytes(content)
        self.check()

    def test_files_that_come_or_go_are_named(self):
        (self.folder / "v" / "extra.txt").write_text("more")
        self.assertIn("added: extra.txt", self.check(status=1).stdout)
        (self.folder / "v" / "extra.txt").unlink()
        (self.folder / "v" / "01-as-it-is-1" / "seen.json").unlink()
        self.assertIn("missing: verification/01-as-it-is-1/seen.json", self.check(status=1).stdout)

    def test_elsewhere_the_record_counts_and_what_is_not_there_is_said(self):
        shutil.move(self.folder / "v", self.folder / "moved")
        (self.folder / "data.txt").unlink()
        finished = self.check(certificate="moved/certificate.json")
        self.assertIn("1 are not here and were not checked", finished.stdout)

    def test_a_record_that_was_repeated_is_covered_too(self):
        self.run_ibid("run", "--output", "r", "--", "echo", "1")
        self.run_ibid("verify", "--output", "w", "r")
        self.run_ibid("certify", "sign", "w", "--key", "mine.key")
        self.check(certificate="w/certificate.json")
        with open(self.folder / "r" / "stdout.txt", "a") as output:
            output.write("2")
        self.assertIn("changed: first/stdout.txt", self.check(certificate="w/certificate.json", status=1).stdout)

    def test_another_key_is_refused(self):
        self.run_ibid("certify", "keygen", "theirs")
        self.assertIn("not valid", self.check(key="theirs.pub", status=1).stdout)

    def test_a_certificate_alone(self):
        shutil.copy(self.certificate, self.folder / "alone.json")
        self.assert_error(self.check(certificate="alone.json", status=2), "usage", "--folder")
        self.assertIn("same bits", self.check("--signature-only", certificate="alone.json").stdout)
        self.check("--folder", "v", certificate="alone.json", status=1)  # the other one was added to the folder
        self.certificate.unlink()
        self.check("--folder", "v", certificate="alone.json")

    def test_keys_are_kept(self):
        mode = stat.S_IMODE(os.stat(self.folder / "mine.key").st_mode)
        self.assertEqual(mode, 0o600)
        self.assert_error(self.run_ibid("certify", "keygen", "mine", status=2), "usage", "exists already")

    def test_mistakes(self):
        self.assert_error(self.run_ibid("certify", "sign", "v", status=2), "usage", "--key")
        self.assert_error(self.run_ibid("certify", "sign", "v", "--key", "mine.key", status=2), "usage", "exists already")
        command = ("certify", "sign", "v", "--output", "c.json", "--key")
        self.assert_error(self.run_ibid(*command, "mine.pub", status=3), "malformed", "private")
        self.assert_error(self.run_ibid(*command, "none.key", status=3), "not-found", "none.key")
        self.assert_error(self.run_ibid("certify", "sign", ".", "--key", "mine.key", status=3), "not-found", "report.json")
        self.assert_error(self.check(certificate="data.txt", status=3), "malformed")


if __name__ == "__main__":
    unittest.main()
