#include "verify/hook_events.h"

#include <doctest/doctest.h>

#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::verify {
namespace {

HookEvents read(const std::string& first, const std::string& second = "") {
  const test::TemporaryFolder folder;
  REQUIRE(platform::write_file_atomically(folder.path() / "1-7.jsonl", first).ok());
  if (!second.empty()) REQUIRE(platform::write_file_atomically(folder.path() / "2-8.jsonl", second).ok());
  REQUIRE(platform::write_file_atomically(folder.path() / "notes.txt", "not ours").ok());
  Result<HookEvents> events = read_hook_events(folder.path());
  REQUIRE(events.ok());
  return std::move(events).value();
}

TEST_CASE("without a folder there are no events") {
  const Result<HookEvents> events = read_hook_events("/no/such/folder");
  REQUIRE(events.ok());
  CHECK(events.value().processes.empty());
}

TEST_CASE("events of several processes come together, in the order of their files") {
  const HookEvents events = read(
      R"({"event":"process","process":7}
{"event":"seed","library":"torch","call":"torch.manual_seed","value":"1","at":"a.py:1"}
{"event":"metric","name":"loss","value":0.5,"step":3,"source":"mlflow"}
{"event":"end","seconds":1}
)",
      "{\"event\":\"process\",\"process\":8}\n{\"event\":\"metric\",\"name\":\"loss\",\"value\":0.25}\n");
  CHECK(events.processes.size() == 2);
  CHECK(events.seeds[0]["process"] == "1-7");
  REQUIRE(events.metrics.size() == 2);
  CHECK(events.metrics[0]["step"] == 3);
  CHECK(events.metrics[1]["step"] == -1);
  CHECK(events.n_unreadable_lines == 0);
}

TEST_CASE("a file keeps what it was when it was first read") {
  const HookEvents events = read(R"({"event":"open","path":"/in","mode":"read","size":3,"modified_ns":5}
{"event":"open","path":"/in","mode":"read","size":4,"modified_ns":6}
{"event":"open","path":"/out","mode":"write"}
{"event":"open","path":"/out","mode":"read","size":9,"modified_ns":9}
)");
  const OpenedFile& in = events.files.at("/in");
  CHECK(in.read);
  CHECK_FALSE(in.written);
  CHECK(in.size_bytes == 3);
  CHECK(in.modified_ns == 5);
  const OpenedFile& out = events.files.at("/out");
  CHECK(out.read);
  CHECK(out.written);
  CHECK(out.size_bytes == -1);
}

TEST_CASE("digests become a log for each process that took steps") {
  const std::string digest(32, 'a');
  const std::string line = R"({"event":"digest","step":0,"tensors":{"loss":")" + digest + "\"}}\n";
  const HookEvents events =
      read(line + R"({"event":"digest","step":1,"tensors":{"loss":")" + digest + "\"}}\n", line);
  REQUIRE(events.digests.size() == 2);
  REQUIRE(events.digests[0].log.size() == 2);
  CHECK(events.digests[0].log[0].root == events.digests[1].log[0].root);
  CHECK(events.digests[0].log[0].chain == events.digests[1].log[0].chain);
  CHECK(events.digests[0].log[1].chain != events.digests[0].log[0].chain);
}

TEST_CASE("lines that are none of ours are counted and do no harm") {
  const std::string digest(32, 'a');
  const std::string lines[] = {
      "no json",
      "[]",
      "{}",
      R"({"event":"unheard-of"})",
      R"({"event":"open","mode":"read"})",
      R"({"event":"open","path":"/x","mode":"sideways"})",
      R"({"event":"metric","name":"loss"})",
      R"({"event":"metric","name":"loss","value":[]})",
      R"({"event":"digest","tensors":{}})",
      R"({"event":"digest","step":-1,"tensors":{}})",
      R"({"event":"digest","step":0,"tensors":{"loss":"short"}})",
      R"({"event":"digest","step":0,"tensors":{"a":")" + digest + R"(","a.b":")" + digest + "\"}}",
      R"({"event":"digest","step":0,"tens)"};
  for (const std::string& line : lines) {
    CAPTURE(line);
    const HookEvents events = read("{\"event\":\"process\",\"process\":7}\n" + line);
    CHECK(events.n_unreadable_lines == 1);
    CHECK(events.processes.size() == 1);
    CHECK(events.digests.empty());
    CHECK(events.files.empty());
  }
}

TEST_CASE("a step that comes twice counts once") {
  const std::string line =
      R"({"event":"digest","step":4,"tensors":{"loss":")" + std::string(32, '0') + "\"}}\n";
  const HookEvents events = read(line + line);
  CHECK(events.digests[0].log.size() == 1);
  CHECK(events.n_unreadable_lines == 1);
}

TEST_CASE("files that get another name, or lose theirs") {
  const HookEvents events = read(R"({"event":"trace","by":"ptrace and seccomp","no_new_privileges":false}
{"event":"open","path":"/a.tmp","mode":"write"}
{"event":"rename","path":"/a.tmp","to":"/a","folder":false}
{"event":"open","path":"/new/x","mode":"write"}
{"event":"open","path":"/newer","mode":"write"}
{"event":"rename","path":"/new","to":"/final","folder":true}
{"event":"remove","path":"/a"}
{"event":"open","path":"/a","mode":"write"}
{"event":"trace_end"}
)");
  CHECK(events.n_unreadable_lines == 0);
  CHECK(events.trace["by"] == "ptrace and seccomp");
  CHECK(events.files.at("/a.tmp").became == "it was renamed to /a");
  CHECK(events.files.at("/a").became.empty());  // it was made anew
  CHECK(events.files.at("/a").seen_by_trace);
  CHECK_FALSE(events.files.at("/a").seen_by_hook);
  CHECK(events.files.at("/final/x").written);
  CHECK(events.files.at("/new/x").became == "it was renamed to /final/x");
  CHECK(events.files.at("/newer").became.empty());
}

TEST_CASE("ranks are told apart, and processes of one rank are numbered") {
  const std::string digest =
      R"({"event":"digest","step":0,"tensors":{"a":"00000000000000000000000000000001"}})";
  const HookEvents events = read("{\"event\":\"process\"}\n" + digest + "\n",
                                 "{\"event\":\"process\",\"rank\":12}\n" + digest +
                                     "\n{\"event\":\"metric\",\"name\":\"loss\",\"value\":1}\n");
  REQUIRE(events.digests.size() == 2);
  CHECK(events.digests[0].file_name() == "digests.jsonl");
  CHECK(events.digests[1].file_name() == "digests-rank-12.jsonl");
  CHECK(events.digests[1].title() == "rank 12");
  CHECK(events.metrics[0]["rank"] == 12);
  const ProcessDigests second{12, 2, {}};
  CHECK(second.file_name() == "digests-rank-12-2.jsonl");
  CHECK(second.title() == "rank 12, process 2");
}

}  // namespace
}  // namespace ibid::verify
