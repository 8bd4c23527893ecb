#include "platform/process.h"

#include <doctest/doctest.h>

#include "support/temporary_folder.h"

namespace ibid::platform {
namespace {

Result<ProcessResult> shell(const std::string& script) {
  return run_process(
      {.arguments = {"sh", "-c", script}, .environment = {}, .folder = {}, .timeout_seconds = {}});
}

TEST_CASE("output, errors and exit status come back") {
  const ProcessResult result = shell("echo out; echo err >&2; exit 7").value();
  CHECK(result.standard_output == "out\n");
  CHECK(result.standard_error == "err\n");
  CHECK(result.exit_status == 7);
  CHECK(result.peak_resident_bytes > 0);
}

TEST_CASE("more output than a pipe holds, on both streams, does not block") {
  const ProcessResult result = shell("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero").value();
  CHECK(result.standard_output.size() == 300000);
  CHECK(result.standard_error.size() == 300000);
}

TEST_CASE("a signal is 128 + its number") { CHECK(shell("kill -9 $$").value().exit_status == 137); }

TEST_CASE("environment and folder are the ones asked for") {
  const test::TemporaryFolder folder;
  const ProcessResult result = run_process({.arguments = {"sh", "-c", "echo $IBID_X; pwd -P"},
                                            .environment = {{"IBID_X", "a b"}},
                                            .folder = folder.path(),
                                            .timeout_seconds = {}})
                                   .value();
  CHECK(result.standard_output == "a b\n" + std::filesystem::canonical(folder.path()).string() + "\n");
}

TEST_CASE("a program that does not end is ended") {
  const ProcessResult result =
      run_process({.arguments = {"sleep", "60"}, .environment = {}, .folder = {}, .timeout_seconds = 0.1})
          .value();
  CHECK(result.timed_out);
  CHECK(result.exit_status == 137);
}

TEST_CASE("a program that does not exist is an error") {
  const auto result = run_process(
      {.arguments = {"ibid-no-such-program"}, .environment = {}, .folder = {}, .timeout_seconds = {}});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(find_program("ibid-no-such-program").has_value());
  CHECK(find_program("sh").has_value());
}

}  // namespace
}  // namespace ibid::platform
