#include "source/tree_files.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/hex.h"
#include "base/text.h"
#include "data/hash_cache.h"
#include "data/hash_workers.h"
#include "data/tree_hash.h"
#include "platform/input_file.h"
#include "platform/signals.h"
#include "source/place_file.h"

namespace ibid::source {
namespace {

using data::EntryKind;
using data::HashWorker;
using data::kPieceBytes;
using platform::InputFile;

constexpr const char* kChanged = "it changed while it was read";

Sha256Digest digest_of(std::string_view text) {
  Sha256Stream stream;
  stream.update(text);
  return stream.digest();
}

bool is_file(const TreeFile& file) {
  return file.kind == EntryKind::kFile || file.kind == EntryKind::kExecutable;
}

// Reads [begin, end) into the worker's stream. False: the file ends before.
Result<bool> read_range(const InputFile& input, int64_t begin, int64_t end, HashWorker& worker) {
  for (int64_t offset = begin; offset < end;) {
    IBID_TRY(platform::check_not_stopped());
    const auto wanted = std::min(end - offset, static_cast<int64_t>(worker.buffer.size()));
    const std::span<std::byte> piece = std::span(worker.buffer).first(static_cast<size_t>(wanted));
    IBID_ASSIGN(const size_t n_read, input.read_at(offset, piece));
    if (n_read < piece.size()) return false;
    worker.stream.update(piece);
    offset += wanted;
  }
  return true;
}

Result<void> hash_content(const InputFile& input, TreeFile& file, HashWorker& worker) {
  const int64_t size = file.status.size_bytes;
  std::string lines;
  for (int64_t begin = 0; begin == 0 || begin < size; begin += kPieceBytes) {
    (void)worker.stream.finish();  // an error may have left something
    IBID_ASSIGN(const bool whole, read_range(input, begin, std::min(begin + kPieceBytes, size), worker));
    if (!whole) {
      file.problem = kChanged;
      return {};
    }
    file.digest = worker.stream.finish();
    lines += hex_text(file.digest) + "\n";
  }
  if (size > kPieceBytes) file.digest = digest_of(lines);
  IBID_ASSIGN(const platform::FileStatus now, input.status());
  if (now != file.status) file.problem = kChanged;
  return {};
}

Result<void> hash_file(const platform::Path& root, TreeFile& file, HashWorker& worker) {
  const auto input = InputFile::open(root / file.path);
  const Result<void> result = input.ok() ? hash_content(input.value(), file, worker) : input.error();
  if (result.ok()) return {};
  if (result.error().code() == ErrorCode::kInterrupted) return result;
  file.problem = reason_without_path(result.error());
  return {};
}

void hash_link(const platform::Path& root, TreeFile& file) {
  const auto target = platform::link_target(root / file.path);
  if (target.ok()) {
    file.digest = digest_of(target.value());
    file.status.size_bytes = static_cast<int64_t>(target.value().size());
  } else {
    file.problem = reason_without_path(target.error());
  }
}

// '/' comes before every byte that a name may have: the order of manifests.
std::string sort_key(std::string path) {
  std::ranges::replace(path, '/', '\0');
  return path;
}

std::set<std::string> folders_of(const std::vector<TreeFile>& files) {
  std::set<std::string> folders;
  for (const TreeFile& file : files) {
    if (!file.problem.empty()) continue;
    std::string_view path = file.path;
    if (file.kind == EntryKind::kFolder) folders.emplace(path);
    for (size_t slash = path.rfind('/'); slash != std::string_view::npos; slash = path.rfind('/')) {
      path = path.substr(0, slash);
      if (!folders.emplace(path).second) break;
    }
  }
  return folders;
}

}  // namespace

Result<void> hash_files(const platform::Path& root, std::vector<TreeFile>& files,
                        const HashSettings& settings) {
  data::HashCache cache(settings.now_ms);
  if (settings.cache_file) cache.load(*settings.cache_file);
  std::vector<TreeFile*> to_read;
  for (TreeFile& file : files) {
    if (file.kind == EntryKind::kLink) hash_link(root, file);
    if (!is_file(file) || !file.problem.empty()) continue;
    if (const auto known = cache.find(file.status)) {
      file.digest = *known;
    } else {
      to_read.push_back(&file);
    }
  }
  IBID_TRY(data::run_hash_tasks(
      settings.n_threads, static_cast<int64_t>(to_read.size()),
      [&](int64_t index, HashWorker& worker) {
        return hash_file(root, *to_read[static_cast<size_t>(index)], worker);
      },
      [] {}));
  for (const TreeFile* file : to_read) {
    if (file->problem.empty()) cache.insert(file->status, file->digest);
  }
  // Without a cache everything works all the same.
  if (settings.cache_file && cache.changed()) (void)cache.save(*settings.cache_file);
  return {};
}

Result<data::Manifest> manifest_of(const std::vector<TreeFile>& files) {
  data::Manifest manifest;
  for (const std::string& folder : folders_of(files))
    manifest.entries.push_back({.kind = EntryKind::kFolder, .path = folder});
  for (const TreeFile& file : files) {
    if (file.kind == EntryKind::kFolder || !file.problem.empty()) continue;
    manifest.entries.push_back({file.kind, file.status.size_bytes, file.digest, file.path});
  }
  std::ranges::sort(manifest.entries, {},
                    [](const data::ManifestEntry& entry) { return sort_key(entry.path); });
  manifest.entries.insert(manifest.entries.begin(), {.kind = EntryKind::kFolder, .path = "."});
  IBID_TRY(data::close_folders(manifest.entries));
  return manifest;
}

Result<std::string> put_content(data::ObjectStore& store, std::string_view content) {
  if (static_cast<int64_t>(content.size()) <= kPieceBytes) return store.put(content);
  std::string lines;
  for (size_t at = 0; at < content.size(); at += static_cast<size_t>(kPieceBytes)) {
    IBID_TRY(platform::check_not_stopped());
    IBID_ASSIGN(const std::string piece, store.put(content.substr(at, static_cast<size_t>(kPieceBytes))));
    lines += piece + "\n";
  }
  return store.put(lines);
}

Result<std::string> get_content(const data::ObjectStore& store, const std::string& digest,
                                int64_t size_bytes) {
  IBID_ASSIGN(std::string object, store.get(digest));
  if (size_bytes <= kPieceBytes) return object;
  std::string content;
  for (const std::string& line : split(trim(object), '\n')) {
    IBID_TRY(platform::check_not_stopped());
    IBID_ASSIGN(const std::string piece, store.get(line));
    content += piece;
  }
  return content;
}

std::optional<Sha256Digest> digest_from_hex(std::string_view text) {
  if (!data::is_sha256(text)) return std::nullopt;
  Sha256Digest digest;
  for (size_t i = 0; i < digest.size(); ++i)
    digest[i] = static_cast<uint8_t>(*parse_hex(text.substr(2 * i, 2)));
  return digest;
}

Result<std::string> plain_sha256(const platform::Path& path) {
  IBID_ASSIGN(const InputFile input, InputFile::open(path));
  IBID_ASSIGN(const platform::FileStatus status, input.status());
  HashWorker worker;
  IBID_ASSIGN(const bool whole, read_range(input, 0, status.size_bytes, worker));
  if (whole) return hex_text(worker.stream.finish());
  return Error(ErrorCode::kIo, "'" + path.string() + "' changed while it was read", "try again");
}

}  // namespace ibid::source
