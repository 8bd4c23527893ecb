#include "verify/run_folder.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::verify {
namespace {

DigestLog entries(int64_t n) {
  DigestLog log;
  for (int64_t step = 0; step < n; ++step)
    log.push_back(make_entry(log, step, {{"a", digest_bytes(std::to_string(step))}}));
  return log;
}

TEST_CASE("create wants an empty folder, open a run.json, free_path a free name") {
  const test::TemporaryFolder temporary;
  const platform::Path path = temporary / "run";
  CHECK_FALSE(RunFolder::open(path).ok());
  const RunFolder folder = RunFolder::create(path).value();
  CHECK_FALSE(RunFolder::open(path).ok());
  REQUIRE(folder.write_json("run.json", {{"seed", 1}}).ok());
  CHECK(RunFolder::open(path).ok());
  CHECK(RunFolder::create(path).error().code() == ErrorCode::kUsage);
  CHECK(folder.read_json("run.json").value()["seed"] == 1);
  CHECK_FALSE(folder.read_json("result.json").ok());
  CHECK(RunFolder::free_path(temporary.path(), "mnist") == temporary / "mnist-1");
  REQUIRE(platform::make_folders(temporary / "mnist-1").ok());
  CHECK(RunFolder::free_path(temporary.path(), "mnist") == temporary / "mnist-2");
}

TEST_CASE("lines come back in order, and more can be appended") {
  const test::TemporaryFolder temporary;
  const DigestLog log = entries(4);
  {
    RunFolder folder = RunFolder::create(temporary / "run").value();
    for (int64_t i = 0; i < 3; ++i) REQUIRE(folder.append_digests(log[static_cast<size_t>(i)]).ok());
    REQUIRE(folder.flush().ok());
    CHECK(folder.read_digests().value().size() == 3);
    REQUIRE(folder.write_json("run.json", Json::object()).ok());
  }
  RunFolder folder = RunFolder::open(temporary / "run").value();
  REQUIRE(folder.append_digests(log[3]).ok());
  REQUIRE(folder.flush().ok());
  const DigestLog back = folder.read_digests().value();
  REQUIRE(back.size() == 4);
  CHECK(back[3].chain == log[3].chain);
}

TEST_CASE("rewind drops later lines and what a crash left behind") {
  const test::TemporaryFolder temporary;
  const DigestLog log = entries(5);
  {
    RunFolder folder = RunFolder::create(temporary / "run").value();
    for (int64_t step = 0; step < 5; ++step) {
      REQUIRE(folder.append_metrics({{"step", step}, {"loss", 0.5}}).ok());
      REQUIRE(folder.append_digests(log[static_cast<size_t>(step)]).ok());
    }
    REQUIRE(folder.flush().ok());
  }
  RunFolder folder = RunFolder::create(temporary / "other").value();
  REQUIRE(folder.rewind(3).ok());  // nothing there yet: nothing to drop
  REQUIRE(folder.write_json("run.json", Json::object()).ok());
  const auto copy = [&](const char* name, const std::string& tail) {
    const std::string text = platform::read_file(temporary / "run" / name).value();
    REQUIRE(platform::write_file_atomically(folder.file(name), text + tail).ok());
  };
  copy("metrics.jsonl", "{\"step\":5,\"lo");
  copy("digests.jsonl", "");
  REQUIRE(folder.rewind(3).ok());
  CHECK(folder.read_digests().value().size() == 3);
  CHECK(platform::read_file(folder.file("metrics.jsonl")).value() ==
        "{\"step\":0,\"loss\":0.5}\n{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.5}\n");
  // Written again from there, the record is what it would have been.
  for (size_t step = 3; step < 5; ++step) REQUIRE(folder.append_digests(log[step]).ok());
  REQUIRE(folder.flush().ok());
  CHECK(platform::read_file(folder.file("digests.jsonl")).value() ==
        platform::read_file(temporary / "run" / "digests.jsonl").value());
  REQUIRE(folder.rewind(0).ok());
  CHECK(platform::read_file(folder.file("metrics.jsonl")).value().empty());
}

}  // namespace
}  // namespace ibid::verify
