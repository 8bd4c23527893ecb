#include "compare/zip_archive.h"

#include <doctest/doctest.h>

#include "platform/file.h"

namespace ibid::compare {
namespace {

// One member of 208 bytes, packed.
std::string packed() {
  return platform::read_file(IBID_SOURCE_DIR "/fuzz/corpus/model_file/packed.npz").value();
}

TEST_CASE("members come out whole") {
  const std::string bytes = packed();
  REQUIRE(is_zip(bytes));
  const std::vector<ZipMember> members = unzip(bytes, "z", 208).value();
  REQUIRE(members.size() == 1);
  CHECK(members[0].name == "a.npy");
  CHECK(members[0].content.size() == 208);
  CHECK(members[0].content.starts_with("\x93NUMPY"));
}

TEST_CASE("no more is unpacked than is allowed") {
  const auto refused = unzip(packed(), "z", 207);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::kUnsupported);
  CHECK(refused.error().message().find("unpacks to more") != std::string::npos);
}

TEST_CASE("archives cut short or altered are refused") {
  const std::string bytes = packed();
  CHECK(unzip(bytes.substr(0, bytes.size() / 2), "z", 1000).error().code() == ErrorCode::kMalformed);
  std::string altered = bytes;
  altered[60] = static_cast<char>(altered[60] ^ 1);  // in the packed bytes
  CHECK_FALSE(unzip(altered, "z", 1000).ok());
  CHECK_FALSE(unzip("PK\x03\x04", "z", 1000).ok());
}

}  // namespace
}  // namespace ibid::compare
