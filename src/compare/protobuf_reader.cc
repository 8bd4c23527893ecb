#include "compare/protobuf_reader.h"

namespace ibid::compare {

using Kind = ProtobufField::Kind;

Result<std::string_view> ProtobufReader::take(uint64_t count) {
  if (count > bytes_.size() - position_)
    return Error(ErrorCode::kTruncated, where_ + " ends in the middle of a message",
                 "the copy was cut short: fetch or write it again");
  const std::string_view piece = bytes_.substr(position_, static_cast<size_t>(count));
  position_ += static_cast<size_t>(count);
  return piece;
}

Result<uint64_t> ProtobufReader::varint() {
  constexpr int kBits = 64;
  uint64_t value = 0;
  for (int shift = 0; shift < kBits; shift += 7) {
    IBID_ASSIGN(const std::string_view piece, take(1));
    const auto byte = static_cast<uint8_t>(piece[0]);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return Error(ErrorCode::kMalformed, where_ + " has a number that does not end",
               "the file was altered: fetch or write it again");
}

Result<uint64_t> ProtobufReader::fixed(size_t n_bytes) {
  IBID_ASSIGN(const std::string_view piece, take(n_bytes));
  uint64_t value = 0;
  for (size_t i = n_bytes; i-- > 0;) value = value << 8 | static_cast<uint8_t>(piece[i]);
  return value;
}

Result<bool> ProtobufReader::next(ProtobufField& field) {
  if (at_end()) return false;
  IBID_ASSIGN(const uint64_t key, varint());
  field = {.number = static_cast<uint32_t>(key >> 3)};
  switch (key & 7) {
    case 0: {
      field.kind = Kind::kVarint;
      IBID_ASSIGN(field.value, varint());
      return true;
    }
    case 1: {
      field.kind = Kind::kFixed64;
      IBID_ASSIGN(field.value, fixed(8));
      return true;
    }
    case 2: {
      field.kind = Kind::kBytes;
      IBID_ASSIGN(const uint64_t length, varint());
      IBID_ASSIGN(field.bytes, take(length));
      return true;
    }
    case 5: {
      field.kind = Kind::kFixed32;
      IBID_ASSIGN(field.value, fixed(4));
      return true;
    }
    default:
      return Error(ErrorCode::kMalformed, where_ + " is no intact protobuf message",
                   "the file was altered: fetch or write it again");
  }
}

}  // namespace ibid::compare
