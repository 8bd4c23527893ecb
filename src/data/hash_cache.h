#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/sha256.h"
#include "platform/folder_scan.h"

namespace ibid::data {

// Digests of files by what the system says about them, so that an unchanged file need not be read again. What
// is wrong with the cache's own file never is an error: then there is no cache.
class HashCache {
 public:
  // Files that changed less than two seconds before `now_ms` (since 1970-01-01 UTC) are neither looked up nor
  // kept: a further change might fall into the same tick of the file system's clock.
  explicit HashCache(int64_t now_ms);

  void load(const platform::Path& path);

  std::optional<Sha256Digest> find(const platform::FileStatus& status) const;
  void insert(const platform::FileStatus& status, const Sha256Digest& digest);

  // Whether insert() brought anything that load() did not.
  bool changed() const { return changed_; }
  // At most a million entries, those inserted first of all.
  Result<void> save(const platform::Path& path) const;

 private:
  struct Key {
    uint64_t device, inode;
    auto operator<=>(const Key&) const = default;
  };
  struct Value {
    int64_t size_bytes, modified_ns, changed_ns;
    Sha256Digest digest;
    bool operator==(const Value&) const = default;
  };
  struct Record {
    Key key;
    Value value;
  };

  bool settled(const platform::FileStatus& status) const;
  bool read_records(std::string_view content);

  int64_t newest_ns_;
  bool changed_ = false;
  std::vector<Record> loaded_;  // by key
  std::map<Key, Value> inserted_;
};

}  // namespace ibid::data
