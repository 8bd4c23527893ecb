#include "environment/dockerfile.h"

#include <doctest/doctest.h>

#include "environment/report.h"
#include "support/captured_files.h"

namespace ibid::environment {
namespace {

const std::string kDigest(64, 'a');

Report report_with(const std::map<std::string, std::string>& variables) {
  Subject subject = test::CapturedFiles().subject();
  subject.variables = variables;
  return collect(subject, {"/v/bin/python",
                           Json{{"version", "3.11.2"}, {"platform", "linux-x86_64"}, {"path", {"/v"}}}});
}

Lock lock() {
  Lock lock;
  lock.environment_sha256 = "e0";
  lock.packages = {{"a", "1", PackageForm::kIndex, "", {{"a.whl", "aa"}}, ""}};
  return lock;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("the Dockerfile pins its base, checks the interpreter and sets the switches") {
  const Report report =
      report_with({{"OMP_NUM_THREADS", "2"}, {"PYTHONHASHSEED", "0"}, {"XLA_FLAGS", "--a=\"$x\""}});
  const DockerfileRequest request{"host/base:1@sha256:" + kDigest, "host/base:1"};
  const std::string text = dockerfile_text(request, lock(), report).value();
  CHECK(has(text, "\nFROM host/base@sha256:" + kDigest + "\n"));
  CHECK(has(text, "\n# host/base:1\n"));
  CHECK(has(text, "v == \"3.11.2\""));
  CHECK(has(text, "\"x86_64\""));
  CHECK(has(text, "--require-hashes"));
  CHECK(has(text,
            "\nENV OMP_NUM_THREADS=\"2\"\nENV PYTHONHASHSEED=\"0\"\nENV XLA_FLAGS=\"--a=\\\"\\$x\\\"\"\n"));
  CHECK(has(text, "ibid.environment=\"sha256:e0\""));
  CHECK(!has(text, "apt-get install"));
  CHECK(!has(text, "--no-index"));
  CHECK(text == dockerfile_text(request, lock(), report).value());
}

TEST_CASE("what the lock has is installed, and what it lacks is said") {
  Lock whole = lock();
  whole.debian = {{.name = "python3", .version = "3.11.2-1"}};
  whole.packages.push_back({"v", "1", PackageForm::kVcs, "git+https://h/v@01", {}, ""});
  whole.packages.push_back({"n", "2", PackageForm::kNone, "", {}, "editable"});
  const DockerfileRequest request{"base@sha256:" + kDigest, "base@sha256:" + kDigest, true, false};
  const std::string text = dockerfile_text(request, whole, report_with({})).value();
  CHECK(has(text, "COPY apt.lock requirements.lock requirements-unhashed.lock "));
  CHECK(has(text, "apt-get install"));
  CHECK(has(text, "--no-index --find-links /tmp/wheels"));
  CHECK(has(text, "snapshot"));
  const std::string both =
      dockerfile_text({request.base, request.base, true, true}, whole, report_with({})).value();
  CHECK(!has(both, "--no-index"));
  CHECK(has(both, "--find-links /tmp/wheels"));
  CHECK(has(text, "# - n 2 is not in the image"));
}

TEST_CASE("a base without a digest is never written") {
  for (const char* base : {"", "base", "base:1", "base@sha256:12", "@sha256:", "b b"}) {
    CHECK(!is_pinned(base));
    CHECK(!dockerfile_text({base, base}, lock(), report_with({})).ok());
  }
  CHECK(!is_pinned("base@sha256:" + std::string(64, 'g')));
  CHECK(!is_pinned("base@sha256:" + kDigest + "\nRUN x"));
  CHECK(is_pinned("base@sha256:" + kDigest));
  CHECK(without_tag("host:5000/base") == "host:5000/base");
  CHECK(without_tag("host:5000/base:1@sha256:a") == "host:5000/base@sha256:a");
}

}  // namespace
}  // namespace ibid::environment
