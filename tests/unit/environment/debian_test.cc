#include "environment/debian.h"

#include <doctest/doctest.h>

#include "support/captured_files.h"

namespace ibid::environment {
namespace {

constexpr const char* kStatus =
    "Package: base-files\nEssential: yes\nStatus: install ok installed\nVersion: 12\nPre-Depends: awk\n\n"
    "Package: mawk\nStatus: install ok installed\nProvides: awk\nVersion: 1.3\nDepends: libc6 (>= 2.3)\n\n"
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36\n\n"
    "Package: python3-numpy\nStatus: install ok installed\nVersion: 1:1.24.2-1\nArchitecture: amd64\n"
    "Depends: python3 (<< 3.12), python3:any, libblas3 | libblas.so.3, libc6, notinstalled | python3\n\n"
    "Package: python3\nStatus: install ok installed\nVersion: 3.11.2\nDescription: x\n Version: 9\n\n"
    "Package: libopenblas0\nStatus: install ok installed\nVersion: 0.3\nProvides: libblas.so.3, "
    "liblapack.so.3\n\n"
    "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nDepends: python3\n\n";

TEST_CASE("packages of Debian are pinned with what they need, without what every system has") {
  test::CapturedFiles files;
  files.add("/var/lib/dpkg/status", kStatus);
  const auto installed = installed_packages(files.subject());
  CHECK(!installed.contains("gone"));
  CHECK(installed.at("python3").version == "3.11.2");
  const auto packages = with_dependencies(installed, {"python3-numpy", "unheard-of"});
  std::vector<std::string> names;
  for (const DebianPackage& package : packages) names.push_back(package.name + "=" + package.version);
  CHECK(names == std::vector<std::string>{"libopenblas0=0.3", "python3=3.11.2", "python3-numpy=1:1.24.2-1"});
}

TEST_CASE("a system without dpkg has no packages") {
  CHECK(installed_packages(test::CapturedFiles().subject()).empty());
  CHECK(with_dependencies({}, {"python3"}).empty());
}

}  // namespace
}  // namespace ibid::environment
