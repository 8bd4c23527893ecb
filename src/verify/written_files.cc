#include "verify/written_files.h"

#include <utility>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::verify {
namespace {

constexpr size_t kMostFiles = 100000;

bool is_left_out(const std::string& name) { return name == "__pycache__" || name == ".git"; }

}  // namespace

Result<FolderState> FolderState::of(const platform::Path& folder, const platform::Path& left_out) {
  FolderState state;
  std::vector<std::string> pending = {""};
  while (!pending.empty()) {
    const std::string below = std::move(pending.back());
    pending.pop_back();
    IBID_ASSIGN(const std::vector<platform::FolderEntry> entries, platform::scan_folder(folder / below));
    for (const platform::FolderEntry& entry : entries) {
      const std::string path = below.empty() ? entry.name : below + "/" + entry.name;
      if (entry.status.kind == platform::FileKind::kFolder) {
        if (!is_left_out(entry.name) && folder / path != left_out) pending.push_back(path);
        continue;
      }
      state.files_[path] = entry.status;
    }
    if (state.files_.size() > kMostFiles) {
      return Error(ErrorCode::kUnsupported, "there are more than " +
                                                number_text(static_cast<int64_t>(kMostFiles)) + " files in " +
                                                folder.string());
    }
  }
  return state;
}

std::vector<std::string> FolderState::changed_since(const FolderState& before) const {
  std::vector<std::string> changed;
  for (const auto& [path, status] : files_) {
    const auto found = before.files_.find(path);
    if (found == before.files_.end() || found->second != status) changed.push_back(path);
  }
  return changed;
}

bool FolderState::counts(const std::string& path) {
  for (const std::string& part : split(path, '/')) {
    if (is_left_out(part)) return false;
  }
  return true;
}

}  // namespace ibid::verify
