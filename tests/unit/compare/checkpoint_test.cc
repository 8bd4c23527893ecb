#include <doctest/doctest.h>

#include "compare/crc32c.h"
#include "compare/file_comparison.h"
#include "compare/sorted_table.h"
#include "compare/tensor_files.h"
#include "platform/file.h"

namespace ibid::compare {
namespace {

// Written by TensorFlow 2.21: v are six f32, from 0 and from 1 on; h are three f16.
platform::Path fixture(const std::string& name) {
  return platform::Path(IBID_SOURCE_DIR "/tests/fixtures/checkpoints") / name;
}

TEST_CASE("CRC-32C") {
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c("") == 0);
  CHECK(masked_crc32c("") == 0xA282EAD8);
}

TEST_CASE("two checkpoints with their shards") {
  const FileComparison comparison = compare_files(fixture("a.index"), fixture("b.index")).value();
  CHECK(comparison.format == "tensorflow");
  CHECK(comparison.same_meaning == false);
  CHECK(comparison.details["compared_tensors"] == 2);
  const Json& tensor = comparison.details["tensors"][0];
  CHECK(tensor["name"] == "v/.ATTRIBUTES/VARIABLE_VALUE");
  CHECK(tensor["a"] == "f32 (6,)");
  CHECK(tensor["different_elements"] == 6);
  CHECK(tensor["max_absolute_difference"] == "1");
}

TEST_CASE("without shards checksums are compared") {
  const std::string a = platform::read_file(fixture("a.index")).value();
  const TensorSet set = read_checkpoint({a, {}, "a"}).value();
  CHECK(set.tensors.empty());
  REQUIRE(set.values.size() == 3);
  CHECK(set.values[1].first == "h/.ATTRIBUTES/VARIABLE_VALUE");
  CHECK(set.values[1].second == "f16 (3,), checksum b0a2436f");
}

TEST_CASE("shards of another checkpoint and altered tables are refused") {
  const std::string a = platform::read_file(fixture("a.index")).value();
  const std::string shard = platform::read_file(fixture("b.data-00000-of-00001")).value();
  CHECK(read_checkpoint({a, {shard}, "a"}).error().code() == ErrorCode::kMalformed);
  for (size_t i = 0; i < a.size(); ++i) {
    std::string altered = a;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    const auto entries = read_sorted_table(altered, "a");
    if (entries.ok()) CHECK(entries.value() == read_sorted_table(a, "a").value());  // in padding
  }
  CHECK_FALSE(read_sorted_table(a.substr(1), "a").ok());
}

TEST_CASE("packed blocks are not read") {
  std::string packed = std::string("x\x01", 2);  // packed by snappy
  const uint32_t sum = masked_crc32c(packed);
  for (int i = 0; i < 4; ++i) packed += static_cast<char>(sum >> (8 * i) & 0xFF);
  std::string footer("\0\0\0\1", 4);
  footer.resize(40, '\0');
  const auto refused = read_sorted_table(packed + footer + "\x57\xfb\x80\x8b\x24\x75\x47\xdb", "p");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace ibid::compare
