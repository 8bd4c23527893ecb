#include "environment/conda.h"

#include <doctest/doctest.h>

#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

const Fact<std::string> kPrefix = Fact<std::string>::known("/conda", "-");

TEST_CASE("conda's own files name build, channel and digest") {
  CapturedFiles files;
  files.add(
      "/conda/conda-meta/numpy-1.26.4-py312hc5e2394_0.json",
      R"({"build": "py312hc5e2394_0", "channel": "https://u:p@repo.example/main", "files": ["a", {"b": [1]}],
                "name": "numpy", "sha256": "00ff", "paths_data": {"paths": [{"_path": "x"}]},
                "url": "https://repo.example/t/abc/numpy.conda?token=s3cret&x=1", "version": "1.26.4"})");
  files.add("/conda/conda-meta/history", "==> 2024 <==\n");
  const auto list = collect_conda_packages(files.subject(), kPrefix);
  REQUIRE(list.items.size() == 1);
  const CondaPackage& numpy = list.items[0];
  CHECK(numpy.name.value() == "numpy");
  CHECK(numpy.version.value() == "1.26.4");
  CHECK(numpy.build.value() == "py312hc5e2394_0");
  CHECK(numpy.channel.value() == "https://repo.example/main");
  CHECK(numpy.sha256.value() == "00ff");
  CHECK(numpy.url.value() == "https://repo.example/numpy.conda?x=1");
}

TEST_CASE("what conda's file does not say, or cannot, is unknown with the reason") {
  CapturedFiles files;
  files.add("/conda/conda-meta/a-1-0.json", R"({"name": "a", "version": 1})");
  files.add("/conda/conda-meta/b-1-0.json", R"({"name": "b", )");
  files.add("/conda/conda-meta/c-1-0.json", "");
  const auto list = collect_conda_packages(files.subject(), kPrefix);
  REQUIRE(list.items.size() == 3);
  CHECK(list.items[0].name.value() == "a");
  CHECK(list.items[0].version.reason().find("has no 'version'") != std::string::npos);
  CHECK(list.items[1].version.reason().find("damaged") != std::string::npos);
  CHECK(list.items[2].name.reason().find("damaged") != std::string::npos);
}

TEST_CASE("an environment that is none of conda's says so") {
  const auto list = collect_conda_packages(CapturedFiles().subject(), kPrefix);
  CHECK(list.is_known());
  CHECK(list.items.empty());
  CHECK(list.source.find("no conda environment") != std::string::npos);
  CHECK(!collect_conda_packages(CapturedFiles().subject(), Fact<std::string>::unknown("silent")).is_known());
}

}  // namespace
}  // namespace ibid::environment
