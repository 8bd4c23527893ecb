#include "environment/conda_lock.h"

#include <doctest/doctest.h>

#include "environment/conda.h"
#include "environment/packages.h"
#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

const Fact<std::string> kPrefix = Fact<std::string>::known("/c", "-");

void add_environment(CapturedFiles& files) {
  files.add(
      "/c/conda-meta/zlib-1.3-h1_0.json",
      R"({"name": "zlib", "version": "1.3", "build": "h1_0", "channel": "https://conda.example/forge/linux-64",
                "subdir": "linux-64", "md5": "0aa", "sha256": "0bb",
                "url": "https://u:p@conda.example/forge/linux-64/zlib-1.3-h1_0.conda"})");
  files.add(
      "/c/conda-meta/numpy-1.26.4-py311_0.json",
      R"({"name": "numpy", "version": "1.26.4", "build": "py311_0", "channel": "https://conda.example/forge/linux-64",
                "subdir": "linux-64", "sha256": "0cc", "url": "https://conda.example/forge/linux-64/numpy-1.26.4-py311_0.conda"})");
  files.add("/c/conda-meta/tz-2024-0.json",
            R"({"name": "tz", "version": "2024", "build": "0", "channel": "other", "subdir": "noarch",
                "md5": "0dd", "url": "https://conda.example/other/noarch/tz-2024-0.tar.bz2"})");
}

FactList<Package> python_packages() {
  CapturedFiles files;
  files.add("/s/numpy-1.26.4.dist-info/METADATA", "Name: numpy\nVersion: 1.26.4\n");
  files.add("/s/numpy-1.26.4.dist-info/INSTALLER", "conda\n");
  files.add("/s/six-1.16.0.dist-info/METADATA", "Name: Six\nVersion: 1.16.0\n");
  files.add("/s/six-1.16.0.dist-info/INSTALLER", "pip\n");
  return collect_packages(files.subject(), {"/s"}, "-");
}

TEST_CASE("the explicit list has the address and digest of each package, without credentials") {
  CapturedFiles files;
  add_environment(files);
  const auto text = conda_explicit_text(collect_conda_packages(files.subject(), kPrefix), python_packages());
  REQUIRE(text.ok());
  const std::string& list = text.value();
  CHECK(list.find("\n# platform: linux-64\n") != std::string::npos);
  CHECK(list.find("\n# installed by pip, so not in this list: six==1.16.0\n") != std::string::npos);
  CHECK(list.substr(list.find("@EXPLICIT")) ==
        "@EXPLICIT\n"
        "https://conda.example/forge/linux-64/numpy-1.26.4-py311_0.conda#sha256:0cc\n"
        "https://conda.example/other/noarch/tz-2024-0.tar.bz2#0dd\n"
        "https://conda.example/forge/linux-64/zlib-1.3-h1_0.conda#0aa\n");
}

TEST_CASE("the environment.yml has exact builds, the channels and what pip installed") {
  CapturedFiles files;
  add_environment(files);
  const auto text = conda_yaml_text(collect_conda_packages(files.subject(), kPrefix), python_packages());
  REQUIRE(text.ok());
  CHECK(text.value().substr(text.value().find("channels:")) ==
        "channels:\n  - \"https://conda.example/forge\"\n  - \"other\"\n  - nodefaults\ndependencies:\n"
        "  - \"numpy=1.26.4=py311_0\"\n  - \"tz=2024=0\"\n  - \"zlib=1.3=h1_0\"\n"
        "  - pip:\n      - \"six==1.16.0\"\n");
}

TEST_CASE("what cannot be written is an error with its reason") {
  CapturedFiles files;
  add_environment(files);
  files.add("/c/conda-meta/lost-1-0.json", R"({"name": "lost", "version": "1", "build": "0", "md5": "0"})");
  const auto lost = conda_explicit_text(collect_conda_packages(files.subject(), kPrefix), {});
  REQUIRE(!lost.ok());
  CHECK(lost.error().message().find("'url'") != std::string::npos);
  CHECK(conda_yaml_text(collect_conda_packages(files.subject(), kPrefix), {}).ok());
  files.add("/c/conda-meta/bad-1-0.json", "{");
  CHECK(conda_yaml_text(collect_conda_packages(files.subject(), kPrefix), {}).error().code() ==
        ErrorCode::kMalformed);
  const auto none = conda_yaml_text(collect_conda_packages(CapturedFiles().subject(), kPrefix), {});
  REQUIRE(!none.ok());
  CHECK(none.error().message().find("no conda environment") != std::string::npos);
}

}  // namespace
}  // namespace ibid::environment
