#include "data/manifest.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/checked_int.h"
#include "base/hex.h"
#include "base/number_text.h"
#include "data/quoted_name.h"

namespace ibid::data {
namespace {

constexpr std::string_view kFormat = "ibid-manifest ";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kRemedy = "write it again with 'ibid data hash --manifest'";
constexpr std::array<EntryKind, 4> kKinds = {EntryKind::kFile, EntryKind::kExecutable, EntryKind::kLink,
                                             EntryKind::kFolder};

std::string entry_line(const ManifestEntry& entry, std::string_view name) {
  return std::string(kind_name(entry.kind)) + " " + number_text(entry.size_bytes) + " " +
         hex_text(entry.digest) + " " + quoted_name(name) + "\n";
}

std::string_view folder_part(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view(".") : path.substr(0, slash);
}

std::string_view name_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Byte order of names, folder by folder: '/' comes before every byte that a name may have.
bool comes_before(std::string_view a, std::string_view b) {
  const size_t n_common = std::min(a.size(), b.size());
  for (size_t i = 0; i < n_common; ++i) {
    if (a[i] == b[i]) continue;
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<uint8_t>(c) + 1; };
    return rank(a[i]) < rank(b[i]);
  }
  return a.size() < b.size();
}

bool is_possible_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return false;
    if (slash == std::string_view::npos) return true;
    path = path.substr(slash + 1);
  }
}

// The folders that are open while the entries are gone through in order.
class FolderCloser {
 public:
  explicit FolderCloser(std::vector<ManifestEntry>& entries) : entries_(entries) {}

  Result<void> run() {
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (i > 0) IBID_TRY(close_until(folder_part(entries_[i].path)));
      if (entries_[i].kind == EntryKind::kFolder) {
        open_.push_back({i, 0, {}});
      } else if (i > 0) {
        IBID_TRY(add(entries_[i]));
      }
    }
    while (!open_.empty()) IBID_TRY(close_last());
    return {};
  }

 private:
  struct OpenFolder {
    size_t index;
    int64_t size_bytes;
    Sha256Stream lines;
  };

  Result<void> add(const ManifestEntry& entry) {
    OpenFolder& folder = open_.back();
    const auto size_bytes = checked_add(folder.size_bytes, entry.size_bytes);
    if (!size_bytes) {
      return Error(ErrorCode::kMalformed,
                   "the sizes up to " + quoted_name(entry.path) + " add up to more than 64 bits hold");
    }
    folder.size_bytes = *size_bytes;
    folder.lines.update(entry_line(entry, name_part(entry.path)));
    return {};
  }

  Result<void> close_last() {
    OpenFolder& folder = open_.back();
    ManifestEntry& entry = entries_[folder.index];
    entry.size_bytes = folder.size_bytes;
    entry.digest = folder.lines.digest();
    open_.pop_back();
    return open_.empty() ? Result<void>() : add(entry);
  }

  Result<void> close_until(std::string_view path) {
    while (!open_.empty() && entries_[open_.back().index].path != path) {
      if (open_.size() == 1) break;
      IBID_TRY(close_last());
    }
    if (!open_.empty() && entries_[open_.back().index].path == path) return {};
    return Error(ErrorCode::kMalformed,
                 "no folder " + quoted_name(path) + " stands before the entries that are in it");
  }

  std::vector<ManifestEntry>& entries_;
  std::vector<OpenFolder> open_;
};

std::optional<EntryKind> parse_kind(std::string_view text) {
  for (const EntryKind kind : kKinds) {
    if (text == kind_name(kind)) return kind;
  }
  return std::nullopt;
}

std::optional<Sha256Digest> parse_digest(std::string_view text) {
  Sha256Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (size_t i = 0; i < digest.size(); ++i) {
    const auto value = parse_hex(text.substr(2 * i, 2));
    if (!value) return std::nullopt;
    digest[i] = static_cast<uint8_t>(*value);
  }
  if (hex_text(digest) != text) return std::nullopt;  // upper case
  return digest;
}

std::string_view take_word(std::string_view& rest) {
  const size_t space = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, space);
  rest.remove_prefix(std::min(space + 1, rest.size()));
  return word;
}

std::optional<ManifestEntry> parse_entry(std::string_view line) {
  const auto kind = parse_kind(take_word(line));
  const std::string_view size = take_word(line);
  const auto size_bytes = parse_int64(size);
  const auto digest = parse_digest(take_word(line));
  auto path = parse_quoted_name(line);
  if (!kind || !size_bytes || *size_bytes < 0 || number_text(*size_bytes) != size || !digest || !path)
    return std::nullopt;
  return ManifestEntry{*kind, *size_bytes, *digest, std::move(*path)};
}

// Lines of one text, counted.
class Lines {
 public:
  Lines(std::string_view text, std::string_view name) : rest_(text), name_(name) {}

  bool done() const { return rest_.empty(); }
  // Without its line feed; a last line that has none is torn.
  std::optional<std::string_view> next() {
    const size_t end = rest_.find('\n');
    ++count_;
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }
  Error error(const std::string& problem) const {
    return Error(ErrorCode::kMalformed, "'" + name_ + "', line " + number_text(count_) + ": " + problem,
                 std::string(kRemedy));
  }

 private:
  std::string_view rest_;
  std::string name_;
  int64_t count_ = 0;
};

Result<void> check_format(Lines& lines, std::string_view name) {
  const auto first = lines.next();
  if (!first || !first->starts_with(kFormat)) return lines.error("this is no manifest of ibid");
  const std::string version(first->substr(kFormat.size()));
  if (version == kVersion) return {};
  return Error(ErrorCode::kUnsupported,
               "'" + std::string(name) + "' is a manifest of version " + quoted_name(version) +
                   "; this ibid knows version " + std::string(kVersion),
               "use the ibid that wrote it, or a newer one");
}

Result<std::vector<ManifestEntry>> parse_entries(Lines& lines) {
  std::vector<ManifestEntry> entries;
  while (!lines.done()) {
    const auto line = lines.next();
    if (!line) return lines.error("the file ends within the line");
    auto entry = parse_entry(*line);
    if (!entry) return lines.error("this is no line KIND SIZE DIGEST \"NAME\"");
    const bool is_root = entries.empty();
    if (is_root != (entry->path == ".")) return lines.error("the root \".\" stands first, and only there");
    if (!is_root && !is_possible_path(entry->path)) return lines.error("no entry can have this name");
    if (entries.size() > 1 && !comes_before(entries.back().path, entry->path))
      return lines.error("the names are not in byte order");
    entries.push_back(std::move(*entry));
  }
  if (entries.empty()) return lines.error("the root is missing");
  return entries;
}

}  // namespace

std::string_view kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::kFile:
      return "file";
    case EntryKind::kExecutable:
      return "exec";
    case EntryKind::kLink:
      return "link";
    case EntryKind::kFolder:
      return "folder";
  }
  return "unknown";
}

Result<void> close_folders(std::vector<ManifestEntry>& entries) { return FolderCloser(entries).run(); }

std::string manifest_text(const Manifest& manifest) {
  std::string text = std::string(kFormat) + std::string(kVersion) + "\n";
  for (const ManifestEntry& entry : manifest.entries) text += entry_line(entry, entry.path);
  return text;
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view name) {
  Lines lines(text, name);
  IBID_TRY(check_format(lines, name));
  Manifest manifest;
  IBID_ASSIGN(manifest.entries, parse_entries(lines));
  std::vector<ManifestEntry> closed = manifest.entries;
  if (auto result = close_folders(closed); !result.ok()) {
    return Error(ErrorCode::kMalformed, "'" + std::string(name) + "': " + result.error().message(),
                 std::string(kRemedy));
  }
  for (size_t i = 0; i < closed.size(); ++i) {
    if (closed[i] == manifest.entries[i]) continue;
    return Error(ErrorCode::kDigestMismatch,
                 "'" + std::string(name) + "': size and digest of the folder " + quoted_name(closed[i].path) +
                     " are not those of its entries: the manifest was altered",
                 "get it again from whoever wrote it, or write it again with 'ibid data hash --manifest'");
  }
  return manifest;
}

}  // namespace ibid::data
