// A table ends with a footer that says where its index lies; the index is a block whose values say where the
// other blocks lie. In a block each key is stored as how much it shares with the one before, and the rest.

#include "compare/sorted_table.h"

#include "compare/crc32c.h"
#include "compare/protobuf_reader.h"

namespace ibid::compare {
namespace {

constexpr std::string_view kMagic("\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8);
constexpr size_t kFooterBytes = 48;
constexpr size_t kTrailerBytes = 5;  // behind each block: how it is packed, and its checksum
constexpr size_t kNumberBytes = 4;

using Entries = std::vector<std::pair<std::string, std::string>>;

Error malformed(const std::string& where, const std::string& what) {
  return Error(ErrorCode::kMalformed, where + " is no intact table of a checkpoint: " + what,
               "the file was altered: fetch or write it again");
}

uint32_t number_at(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = kNumberBytes; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

struct Place {
  uint64_t offset = 0, size = 0;
};

Result<Place> read_place(ProtobufReader& numbers) {
  Place place;
  IBID_ASSIGN(place.offset, numbers.varint());
  IBID_ASSIGN(place.size, numbers.varint());
  return place;
}

Result<std::string_view> find_block(std::string_view bytes, const Place& place, const std::string& where) {
  if (place.offset > bytes.size() || place.size > bytes.size() - place.offset ||
      bytes.size() - place.offset - place.size < kTrailerBytes)
    return malformed(where, "a block lies outside of the file");
  const auto offset = static_cast<size_t>(place.offset), size = static_cast<size_t>(place.size);
  if (masked_crc32c(bytes.substr(offset, size + 1)) != number_at(bytes, offset + size + 1))
    return malformed(where, "the checksum of a block does not agree");
  if (bytes[offset + size] != 0)
    return Error(ErrorCode::kUnsupported, where + " has packed blocks, which ibid does not read",
                 "compare the files of weights, or save the model as .keras");
  return bytes.substr(offset, size);
}

Result<void> read_block(std::string_view block, const std::string& where, Entries& entries) {
  const size_t n_restarts = block.size() < kNumberBytes ? 0 : number_at(block, block.size() - kNumberBytes);
  if (block.size() < kNumberBytes || n_restarts > (block.size() - kNumberBytes) / kNumberBytes)
    return malformed(where, "a block is too short");
  std::string_view rest = block.substr(0, block.size() - kNumberBytes * (n_restarts + 1));
  std::string key;
  while (!rest.empty()) {
    ProtobufReader numbers(rest, where);
    IBID_ASSIGN(const uint64_t shared, numbers.varint());
    IBID_ASSIGN(const uint64_t further, numbers.varint());
    IBID_ASSIGN(const uint64_t n_value, numbers.varint());
    rest.remove_prefix(numbers.position());
    if (shared > key.size() || further > rest.size() || n_value > rest.size() - further)
      return malformed(where, "a key or its value does not fit");
    key.resize(static_cast<size_t>(shared));
    key += rest.substr(0, static_cast<size_t>(further));
    entries.emplace_back(key, rest.substr(static_cast<size_t>(further), static_cast<size_t>(n_value)));
    rest.remove_prefix(static_cast<size_t>(further + n_value));
  }
  return {};
}

}  // namespace

bool looks_like_sorted_table(std::string_view bytes) {
  return bytes.size() >= kFooterBytes && bytes.ends_with(kMagic);
}

Result<Entries> read_sorted_table(std::string_view bytes, const std::string& where) {
  if (!looks_like_sorted_table(bytes)) return malformed(where, "its end is missing");
  ProtobufReader footer(bytes.substr(bytes.size() - kFooterBytes), where);
  IBID_TRY(read_place(footer));  // of what describes the table: nothing, here
  IBID_ASSIGN(const Place index_place, read_place(footer));
  IBID_ASSIGN(const std::string_view index_block, find_block(bytes, index_place, where));
  Entries blocks, entries;
  IBID_TRY(read_block(index_block, where, blocks));
  // No more than every byte once: an index could name one block many times.
  uint64_t left = bytes.size();
  for (const auto& [last_key, spelled] : blocks) {
    ProtobufReader numbers(spelled, where);
    IBID_ASSIGN(const Place place, read_place(numbers));
    if (place.size > left) return malformed(where, "its blocks overlap");
    left -= place.size;
    IBID_ASSIGN(const std::string_view block, find_block(bytes, place, where));
    IBID_TRY(read_block(block, where, entries));
  }
  return entries;
}

}  // namespace ibid::compare
