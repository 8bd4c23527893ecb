#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>

#include "support/temporary_folder.h"
#include "verify/variation_of_programs.h"

namespace ibid::verify {
namespace {

void make_devices(const platform::Path& root, std::initializer_list<const char*> names) {
  std::filesystem::create_directory(root / "dev");
  for (const char* name : names) std::ofstream(root / "dev" / name) << "";
}

TEST_CASE("devices are counted by their files") {
  const test::TemporaryFolder root;
  make_devices(root.path(), {"nvidia0", "nvidia1", "nvidiactl"});
  const auto variations = device_variations("cpu,cuda:1,cuda:2", root.path());
  REQUIRE(variations.ok());
  const std::vector<Variation>& all = variations.value();
  REQUIRE(all.size() == 3);
  CHECK(all[0].skipped.empty());
  CHECK(all[0].environment.front() == std::pair<std::string, std::string>("CUDA_VISIBLE_DEVICES", "-1"));
  CHECK(all[1].skipped.empty());
  CHECK(all[1].environment.front().second == "1");
  CHECK(all[2].skipped.find("only 2 devices") != std::string::npos);
}

TEST_CASE("without an accelerator the processor is no variation") {
  const test::TemporaryFolder root;
  const auto variations = device_variations("cpu", root.path());
  REQUIRE(variations.ok());
  CHECK_FALSE(variations.value().front().skipped.empty());
  CHECK_FALSE(device_variations("cuda:-1", root.path()).ok());
  CHECK_FALSE(device_variations("cuda", root.path()).ok());
}

}  // namespace
}  // namespace ibid::verify
