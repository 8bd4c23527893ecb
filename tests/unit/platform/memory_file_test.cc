#include "platform/memory_file.h"

#include <doctest/doctest.h>

#include "platform/process.h"

namespace ibid::platform {
namespace {

TEST_CASE("another program reads a file that lies in memory") {
  const std::string content("a\0b\n", 4);
  std::string place;
  {
    const MemoryFile file = MemoryFile::create(content).value();
    place = file.path().string();
    const ProcessResult result =
        run_process({.arguments = {"cat", place}, .environment = {}, .folder = {}, .timeout_seconds = {}})
            .value();
    CHECK(result.standard_output == content);
  }
  CHECK_FALSE(path_exists(place));
}

}  // namespace
}  // namespace ibid::platform
