#include "compare/zip_archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <memory>

#include "platform/signals.h"

namespace ibid::compare {
namespace {

constexpr size_t kMaxMembers = 1'000'000;

struct Closer {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, Closer>;

Error malformed(const std::string& where, archive* reader) {
  const char* why = archive_error_string(reader);
  return Error(ErrorCode::kMalformed, where + " is no intact zip archive: " + (why != nullptr ? why : "?"),
               "the file was cut short or altered, or is encrypted: write it again");
}

std::string name_of(archive_entry* entry) {
  // Which of the two there is depends on the locale and on the archive.
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name == nullptr ? "" : name;
}

Result<std::string> read_content(archive* reader, const std::string& where, int64_t max_bytes) {
  std::string content;
  std::array<char, 1 << 16> piece;
  while (true) {
    IBID_TRY(platform::check_not_stopped());
    const la_ssize_t count = archive_read_data(reader, piece.data(), piece.size());
    if (count == 0) return content;
    if (count < 0) return malformed(where, reader);
    if (count > max_bytes - static_cast<int64_t>(content.size())) {
      return Error(ErrorCode::kUnsupported, where + " unpacks to more than is allowed for its size",
                   "if it is no bomb, unpack it and compare what is inside");
    }
    content.append(piece.data(), static_cast<size_t>(count));
  }
}

}  // namespace

bool is_zip(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with(std::string_view("PK\x05\x06", 4));
}

Result<std::vector<ZipMember>> unzip(std::string_view bytes, const std::string& where, int64_t max_bytes) {
  const Reader reader(archive_read_new());
  if (!reader) return Error(ErrorCode::kOutOfMemory, "no memory to unpack " + where);
  if (archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK ||
      archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return malformed(where, reader.get());
  std::vector<ZipMember> members;
  archive_entry* entry = nullptr;
  while (true) {
    const int state = archive_read_next_header(reader.get(), &entry);
    if (state == ARCHIVE_EOF) return members;
    if (state != ARCHIVE_OK && state != ARCHIVE_WARN) return malformed(where, reader.get());
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (members.size() == kMaxMembers)
      return Error(ErrorCode::kUnsupported, where + " has more than a million members",
                   "unpack it and compare what is inside");
    ZipMember member{name_of(entry), {}};
    IBID_ASSIGN(member.content, read_content(reader.get(), where + ": " + member.name, max_bytes));
    max_bytes -= static_cast<int64_t>(member.content.size());
    members.push_back(std::move(member));
  }
}

}  // namespace ibid::compare
