// Tables of sorted keys and the checkpoints of TensorFlow that they are the index of. As they are, and as the
// only block of a table whose checksums agree: else hardly an altered one would be read beyond its checksum.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "compare/crc32c.h"
#include "compare/sorted_table.h"
#include "compare/tensor_difference.h"
#include "compare/tensor_files.h"

namespace {

using namespace ibid;

std::string little_endian(uint32_t value) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(0x80 | (value & 0x7F));
  return text + static_cast<char>(value);
}

std::string with_checksum(std::string block) {
  block += '\0';
  return block + little_endian(compare::masked_crc32c(block));
}

std::string table_of(const std::string& block) {
  const std::string place = varint(0) + varint(block.size());
  const std::string index =
      varint(0) + varint(0) + varint(place.size()) + place + little_endian(0) + little_endian(1);
  const std::string blocks = with_checksum(block);
  std::string footer = varint(0) + varint(0) + varint(blocks.size()) + varint(index.size());
  footer.resize(40, '\0');
  return blocks + with_checksum(index) + footer + std::string("\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8);
}

void check(std::string_view table) {
  const auto entries = compare::read_sorted_table(table, "input");
  const std::string shard(200, '\1');
  for (const auto& shards : {std::vector<std::string_view>{}, std::vector<std::string_view>{shard}}) {
    const auto set = compare::read_checkpoint({table, shards, "input"});
    if (!set.ok()) continue;
    IBID_CHECK(entries.ok(), "a checkpoint whose table cannot be read");
    for (const compare::TensorView& tensor : set.value().tensors)
      IBID_CHECK(compare::compare_tensors(tensor, tensor).same(), "a tensor that differs from itself");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string input(reinterpret_cast<const char*>(bytes), size);
  check(input);
  check(table_of(input));
  return 0;
}
