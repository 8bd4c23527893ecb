// A walk lists the tree, then threads take tasks from a list: a small file whole, of a large file one piece.
// Neither the number of threads nor who took what enters a digest.
//
// What was read counts only if the file is, at the end of its reading, still the one that the walk met: same
// inode, size and times. That costs one call per file, and without it a manifest of a tree that is being
// written would describe a state that never was.

#include "data/tree_hash.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>

#include "base/hex.h"
#include "data/hash_cache.h"
#include "data/hash_workers.h"
#include "data/quoted_name.h"
#include "data/tree_walk.h"
#include "platform/input_file.h"
#include "platform/signals.h"

namespace ibid::data {
namespace {

using platform::InputFile;

struct LargeFile {
  LargeFile(size_t entry_index, int64_t n_pieces)
      : entry(entry_index), pieces(static_cast<size_t>(n_pieces)), n_pieces_left(n_pieces) {}

  size_t entry;
  std::vector<Sha256Digest> pieces;
  std::atomic<int64_t> n_pieces_left;
  std::mutex opening;
  std::optional<InputFile> file;  // open from the first piece to the last
};

struct Task {
  size_t entry = 0;
  LargeFile* large = nullptr;  // none: the whole file
  int64_t piece = 0;
};

Error changed_error(const platform::Path& path) {
  return Error(ErrorCode::kIo, quoted_name(path.native()) + " changed while it was read",
               "stop what writes to it, then run this again");
}

bool is_file(const ManifestEntry& entry) {
  return entry.kind == EntryKind::kFile || entry.kind == EntryKind::kExecutable;
}

class TreeHasher {
 public:
  TreeHasher(WalkedTree& tree, const HashOptions& options) : tree_(tree), options_(options) {}

  // Of the files that are not in the cache.
  Result<void> run(const HashCache& cache, TreeHash& hash) {
    for (size_t i = 0; i < tree_.entries.size(); ++i) {
      if (is_file(tree_.entries[i])) plan(i, cache, hash);
    }
    const auto report = [this] {
      if (options_.progress)
        options_.progress({files_done_, progress_.n_files, bytes_done_, progress_.n_bytes});
    };
    return run_hash_tasks(
        options_.n_threads, static_cast<int64_t>(tasks_.size()),
        [this](int64_t index, HashWorker& worker) {
          return run_task(tasks_[static_cast<size_t>(index)], worker);
        },
        report);
  }

 private:
  void plan(size_t index, const HashCache& cache, TreeHash& hash) {
    ManifestEntry& entry = tree_.entries[index];
    const auto known = options_.paranoid ? std::nullopt : cache.find(tree_.statuses[index]);
    if (known) {
      entry.digest = *known;
      ++hash.n_cached;
      return;
    }
    ++progress_.n_files;
    progress_.n_bytes += entry.size_bytes;
    if (entry.size_bytes <= kPieceBytes) {
      tasks_.push_back({.entry = index});
      return;
    }
    const int64_t n_pieces = (entry.size_bytes - 1) / kPieceBytes + 1;
    large_.push_back(std::make_unique<LargeFile>(index, n_pieces));
    for (int64_t piece = 0; piece < n_pieces; ++piece) tasks_.push_back({index, large_.back().get(), piece});
  }

  Result<void> run_task(const Task& task, HashWorker& worker) {
    return task.large == nullptr ? hash_whole(task.entry, worker)
                                 : hash_piece(*task.large, task.piece, worker);
  }

  Result<void> hash_whole(size_t index, HashWorker& worker) {
    IBID_ASSIGN(const InputFile file, InputFile::open(tree_.path_of(index)));
    ManifestEntry& entry = tree_.entries[index];
    if (entry.size_bytes == 0) IBID_TRY(check_empty(file, index, worker));
    IBID_ASSIGN(entry.digest, digest_range(file, index, {0, entry.size_bytes}, worker));
    return finish_file(file, index);
  }

  Result<void> hash_piece(LargeFile& large, int64_t piece, HashWorker& worker) {
    IBID_TRY(open_large(large));
    ManifestEntry& entry = tree_.entries[large.entry];
    const int64_t begin = piece * kPieceBytes;
    const Range range{begin, std::min(begin + kPieceBytes, entry.size_bytes)};
    IBID_ASSIGN(large.pieces[static_cast<size_t>(piece)],
                digest_range(*large.file, large.entry, range, worker));
    if (large.n_pieces_left.fetch_sub(1) > 1) return {};
    for (const Sha256Digest& digest : large.pieces) worker.stream.update(hex_text(digest) + "\n");
    entry.digest = worker.stream.finish();
    IBID_TRY(finish_file(*large.file, large.entry));
    large.file.reset();
    return {};
  }

  Result<void> open_large(LargeFile& large) const {
    const std::lock_guard lock(large.opening);
    if (!large.file) {
      IBID_ASSIGN(large.file, InputFile::open(tree_.path_of(large.entry)));
    }
    return {};
  }

  struct Range {
    int64_t begin, end;
  };

  // Files that the kernel makes up, under /proc for one, say 0 and have a content.
  Result<void> check_empty(const InputFile& file, size_t index, HashWorker& worker) const {
    IBID_ASSIGN(const size_t n_read, file.read_at(0, std::span(worker.buffer).first(1)));
    if (n_read == 0) return {};
    return Error(ErrorCode::kUnsupported,
                 quoted_name(tree_.path_of(index).native()) + " says it is empty and has a content",
                 "hash files that lie on a disk: copy it first");
  }

  Result<Sha256Digest> digest_range(const InputFile& file, size_t index, Range range, HashWorker& worker) {
    (void)worker.stream.finish();  // an error may have left something
    for (int64_t offset = range.begin; offset < range.end;) {
      IBID_TRY(platform::check_not_stopped());
      const auto wanted = std::min(range.end - offset, static_cast<int64_t>(worker.buffer.size()));
      const std::span<std::byte> piece = std::span(worker.buffer).first(static_cast<size_t>(wanted));
      IBID_ASSIGN(const size_t n_read, file.read_at(offset, piece));
      if (n_read < piece.size()) return changed_error(tree_.path_of(index));
      worker.stream.update(piece);
      offset += wanted;
      bytes_done_.fetch_add(wanted, std::memory_order_relaxed);
    }
    return worker.stream.finish();
  }

  Result<void> finish_file(const InputFile& file, size_t index) {
    IBID_ASSIGN(const platform::FileStatus status, file.status());
    if (status != tree_.statuses[index]) return changed_error(tree_.path_of(index));
    files_done_.fetch_add(1, std::memory_order_relaxed);
    return {};
  }

  WalkedTree& tree_;
  const HashOptions& options_;
  std::vector<Task> tasks_;
  std::vector<std::unique_ptr<LargeFile>> large_;
  HashProgress progress_;
  std::atomic<int64_t> files_done_{0};
  std::atomic<int64_t> bytes_done_{0};
};

// What was read becomes known, and what was known and proved wrong is told.
void update_cache(const WalkedTree& tree, const HashOptions& options, HashCache& cache, TreeHash& hash) {
  for (size_t i = 0; i < tree.entries.size(); ++i) {
    if (!is_file(tree.entries[i])) continue;
    const auto known = cache.find(tree.statuses[i]);
    if (known && *known != tree.entries[i].digest) hash.silently_changed.push_back(tree.entries[i].path);
    cache.insert(tree.statuses[i], tree.entries[i].digest);
  }
  if (!cache.changed()) return;
  if (const Result<void> saved = cache.save(*options.cache_file); !saved.ok())
    hash.cache_problem = saved.error().message();
}

}  // namespace

Result<TreeHash> hash_tree(const platform::Path& path, const HashOptions& options) {
  TreeHash hash;
  HashCache cache(options.now_ms);
  if (options.cache_file) cache.load(*options.cache_file);
  IBID_ASSIGN(WalkedTree tree, walk_tree(path));
  IBID_TRY(TreeHasher(tree, options).run(cache, hash));
  if (options.cache_file) update_cache(tree, options, cache, hash);
  IBID_TRY(close_folders(tree.entries));
  hash.manifest.entries = std::move(tree.entries);
  hash.links_outside = std::move(tree.links_outside);
  return hash;
}

}  // namespace ibid::data
