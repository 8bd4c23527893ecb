#include "data/hash_cache.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/digest.h"
#include "platform/atomic_file.h"

namespace ibid::data {
namespace {

// The file: this line, the records as they lie in memory, and the XXH3-128 of all that. The last guards
// against torn and damaged files, not against forgery: who may write there may also alter what ibid is.
constexpr std::string_view kFormat = "ibid-hashes 1\n";
constexpr size_t kDigestBytes = sizeof(Digest128);
constexpr size_t kMaxRecords = 1'000'000;
constexpr int64_t kSettlingNs = 2'000'000'000;

std::string_view bytes_of(const Digest128& digest) {
  return {reinterpret_cast<const char*>(&digest), kDigestBytes};
}

}  // namespace

HashCache::HashCache(int64_t now_ms) : newest_ns_(now_ms * 1'000'000 - kSettlingNs) {}

bool HashCache::settled(const platform::FileStatus& status) const {
  return status.modified_ns < newest_ns_ && status.changed_ns < newest_ns_;
}

bool HashCache::read_records(std::string_view content) {
  static_assert(std::is_trivially_copyable_v<Record> && std::has_unique_object_representations_v<Record>);
  if (content.size() < kFormat.size() + kDigestBytes || !content.starts_with(kFormat)) return false;
  const std::string_view covered = content.substr(0, content.size() - kDigestBytes);
  if (bytes_of(digest_bytes(covered)) != content.substr(covered.size())) return false;
  const std::string_view records = covered.substr(kFormat.size());
  if (records.size() % sizeof(Record) != 0) return false;
  loaded_.resize(records.size() / sizeof(Record));
  if (!records.empty()) std::memcpy(loaded_.data(), records.data(), records.size());
  const auto by_key = [](const Record& a, const Record& b) { return a.key < b.key; };
  return std::ranges::is_sorted(loaded_, by_key);
}

void HashCache::load(const platform::Path& path) {
  constexpr int64_t kMaxBytes =
      static_cast<int64_t>(kFormat.size() + kMaxRecords * sizeof(Record) + kDigestBytes);
  const Result<std::string> content = platform::read_file(path, kMaxBytes);
  if (!content.ok() || !read_records(content.value())) loaded_.clear();
}

std::optional<Sha256Digest> HashCache::find(const platform::FileStatus& status) const {
  const Key key{status.device, status.inode};
  const auto found = std::ranges::lower_bound(loaded_, key, {}, &Record::key);
  if (!settled(status) || found == loaded_.end() || found->key != key) return std::nullopt;
  const Value& value = found->value;
  if (value.size_bytes != status.size_bytes || value.modified_ns != status.modified_ns ||
      value.changed_ns != status.changed_ns)
    return std::nullopt;
  return value.digest;
}

void HashCache::insert(const platform::FileStatus& status, const Sha256Digest& digest) {
  if (!settled(status)) return;
  if (find(status) != digest) changed_ = true;
  inserted_[{status.device, status.inode}] = {status.size_bytes, status.modified_ns, status.changed_ns,
                                              digest};
}

Result<void> HashCache::save(const platform::Path& path) const {
  std::vector<Record> records;
  for (const auto& [key, value] : inserted_) records.push_back({key, value});
  for (const Record& record : loaded_) {
    if (!inserted_.contains(record.key)) records.push_back(record);
  }
  records.resize(std::min(records.size(), kMaxRecords));
  std::ranges::sort(records, {}, &Record::key);
  std::string content(kFormat);
  content.append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record));
  content += bytes_of(digest_bytes(content));
  IBID_TRY(platform::make_folders(path.parent_path()));
  return platform::write_file_atomically(path, content);
}

}  // namespace ibid::data
