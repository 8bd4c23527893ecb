#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::compare {

// A field of a protobuf message as it is on the wire: its number, and what it holds.
struct ProtobufField {
  enum class Kind : uint8_t { kVarint, kFixed64, kBytes, kFixed32 };

  uint32_t number = 0;
  Kind kind = Kind::kVarint;
  uint64_t value = 0;           // of all kinds but bytes
  std::string_view bytes = {};  // a text, a message, or packed numbers

  bool is_bytes() const { return kind == Kind::kBytes; }
  int64_t integer() const { return static_cast<int64_t>(value); }
};

// Reads a message field by field, without knowing what it means; every length is checked against what there
// is. `where` is for errors: truncated, and malformed (groups, which proto3 does not have, among them).
class ProtobufReader {
 public:
  ProtobufReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  // False at the end of the message.
  Result<bool> next(ProtobufField& field);
  // A number of packed ones.
  Result<uint64_t> varint();
  // How many bytes have been read.
  size_t position() const { return position_; }
  bool at_end() const { return position_ == bytes_.size(); }

 private:
  Result<std::string_view> take(uint64_t count);
  Result<uint64_t> fixed(size_t n_bytes);

  std::string_view bytes_;
  const std::string& where_;
  size_t position_ = 0;
};

// Calls `use` with each field of a message, until one call fails.
template <class Use>
Result<void> each_field(std::string_view message, const std::string& where, const Use& use) {
  ProtobufReader reader(message, where);
  ProtobufField field;
  while (true) {
    IBID_ASSIGN(const bool more, reader.next(field));
    if (!more) return {};
    IBID_TRY(use(field));
  }
}

}  // namespace ibid::compare
