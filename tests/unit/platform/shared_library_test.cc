#include "platform/shared_library.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <vector>

#include "support/temporary_folder.h"

using namespace ibid;
using platform::SharedLibrary;

TEST_CASE("a library and its functions") {
  const auto library = SharedLibrary::open("libc.so.6");
  REQUIRE(library.ok());
  const auto function = library.value().function<int(int)>("abs");
  REQUIRE(function.ok());
  CHECK(function.value()(-5) == 5);
  const auto none = library.value().function<int()>("no_such_function");
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().message() == "libc.so.6 has no no_such_function");
  CHECK(library.value().file().value().is_absolute());
}

TEST_CASE("libraries that are not there are named together") {
  const std::vector<std::string> names = {"libnone.so.3", "libnone.so.2", "libnone.so.1"};
  const auto library = SharedLibrary::open_first(names);
  REQUIRE_FALSE(library.ok());
  CHECK(library.error().code() == ErrorCode::kNotFound);
  CHECK(library.error().message() ==
        "there is no libnone.so.3, libnone.so.2 or libnone.so.1 in the loader's path");
}

TEST_CASE("the first of several that is there") {
  const std::vector<std::string> names = {"libnone.so.3", "libc.so.6"};
  const auto library = SharedLibrary::open_first(names);
  REQUIRE(library.ok());
  CHECK(library.value().name() == "libc.so.6");
}

TEST_CASE("a file that is no library") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "lib.so") << "text";
  const auto library = SharedLibrary::open(folder / "lib.so");
  REQUIRE_FALSE(library.ok());
  CHECK(library.error().code() == ErrorCode::kUnsupported);
  CHECK(library.error().message().find("cannot be loaded") != std::string::npos);
}
