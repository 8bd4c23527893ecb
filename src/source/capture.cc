#include "source/capture.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/number_text.h"
#include "platform/file_error.h"
#include "source/collection.h"
#include "source/git_repository.h"
#include "source/name_text.h"

namespace ibid::source {
namespace {

using platform::Path;
using report::Fact;
using report::FactList;
using Text = Fact<std::string>;

struct ResolvedRoot {
  const CaptureRoot* asked;
  Path path;        // links resolved; as asked where that cannot be done
  Path tree;        // the root of the tree that holds it
  std::string why;  // not: why it is left out
};

bool is_too_wide(const Path& path, const CaptureRequest& request) {
  return path == path.root_path() || (request.home && path == *request.home);
}

Error too_wide(const Path& path) {
  return Error(
      ErrorCode::kUsage,
      "'" + path.string() + "' is the home folder or the root of the file system: that is more than source",
      "name the folder in it that holds the program");
}

Result<Path> resolved(const Path& path) {
  std::error_code problem;
  Path out = std::filesystem::canonical(path, problem);
  if (problem) return platform::file_error("open", path, problem.value());
  if (!platform::is_folder(out)) out = out.parent_path();
  return out;
}

Result<ResolvedRoot> resolve(const CaptureRoot& asked, const CaptureRequest& request) {
  ResolvedRoot root{&asked, asked.path, {}, {}};
  const Result<Path> path = resolved(asked.path);
  if (!path.ok()) {
    if (asked.required) return path.error();
    root.why = path.error().message();
    return root;
  }
  root.path = path.value();
  if (is_too_wide(root.path, request)) {
    if (asked.required) return too_wide(root.path);
    root.why = "it is the home folder or the root of the file system";
    return root;
  }
  const auto repository = find_repository(root.path);
  // A repository of somebody's home is for settings; what lies below it is no part of it.
  root.tree = repository && !is_too_wide(*repository, request) ? *repository : root.path;
  return root;
}

bool is_inside(const Path& path, const Path& folder) {
  const auto [end, ignored] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

// Names that no two trees share, in the order of the roots' paths.
std::map<Path, std::string> names_of(const std::vector<ResolvedRoot>& roots) {
  std::map<Path, std::string> names;
  for (const ResolvedRoot& root : roots) {
    if (root.why.empty()) names.emplace(root.tree, "");
  }
  std::map<std::string, int> used;
  for (auto& [tree, name] : names) {
    name = tree.filename().string();
    const int count = ++used[name];
    if (count > 1) name += "~" + number_text(count);
  }
  return names;
}

template <class T>
void sort_by_name(std::vector<T>& items) {
  std::ranges::stable_sort(items, {}, [](const T& item) { return item.name.value(); });
}

// By path, the names of all trees that were captured.
std::map<std::string, std::string> captured_trees(const Collection& collection) {
  std::map<std::string, std::string> trees;
  for (const Repository& repository : collection.repositories)
    trees.emplace(repository.root.value(), repository.name.value());
  for (const Folder& folder : collection.folders) trees.emplace(folder.root.value(), folder.name.value());
  return trees;
}

Root describe_root(const ResolvedRoot& resolved, const std::map<std::string, std::string>& trees) {
  Root root;
  root.path = Text::known(name_text(resolved.path.native()), resolved.asked->origin);
  root.origin = Text::known(resolved.asked->origin, "the request");
  root.tree = Text::unknown(resolved.why.empty() ? "it was not captured" : resolved.why);
  if (!resolved.why.empty()) return root;
  // The innermost tree that holds it: one may lie in another.
  for (Path path = resolved.path;; path = path.parent_path()) {
    const auto found = trees.find(name_text(path.native()));
    if (found != trees.end()) {
      root.tree = Text::known(found->second, "the folders above it");
      return root;
    }
    if (path == path.parent_path()) return root;
  }
}

Report finished(Collection& collection, const std::vector<ResolvedRoot>& roots) {
  const auto trees = captured_trees(collection);
  sort_by_name(collection.repositories);
  sort_by_name(collection.submodules);
  sort_by_name(collection.folders);
  sort_by_name(collection.changes);
  sort_by_name(collection.left_out);
  sort_by_name(collection.notebooks);
  Report report;
  std::vector<Root> described;
  for (const ResolvedRoot& root : roots) described.push_back(describe_root(root, trees));
  report.roots = FactList<Root>::known(std::move(described), "the request");
  const std::string looked = "the folders that were looked at";
  report.repositories = FactList<Repository>::known(std::move(collection.repositories), looked);
  report.submodules =
      FactList<Submodule>::known(std::move(collection.submodules), "the repositories' indexes");
  report.folders = FactList<Folder>::known(std::move(collection.folders), looked);
  report.changes = FactList<Change>::known(std::move(collection.changes), "HEAD against the working trees");
  report.left_out = FactList<LeftOutFile>::known(std::move(collection.left_out), "the rules of this format");
  report.notebooks =
      FactList<Notebook>::known(std::move(collection.notebooks), "the files that were captured");
  return report;
}

}  // namespace

Result<Report> capture(const CaptureRequest& request, data::ObjectStore& store) {
  std::vector<ResolvedRoot> roots;
  for (const CaptureRoot& asked : request.roots) {
    IBID_ASSIGN(ResolvedRoot root, resolve(asked, request));
    const auto same = [&root](const ResolvedRoot& other) { return other.path == root.path; };
    if (std::ranges::none_of(roots, same)) roots.push_back(std::move(root));
  }
  Collection collection(request, store);
  // In the order of their paths, so that a folder comes before what lies in it.
  Path last_folder;
  for (const auto& [tree, name] : names_of(roots)) {
    const bool covered =
        !last_folder.empty() && is_inside(tree, last_folder) && find_repository(tree) != tree;
    if (covered) continue;
    const size_t n_folders = collection.folders.size();
    IBID_TRY(capture_tree(collection, tree, name, "root"));
    if (collection.folders.size() > n_folders) last_folder = tree;
  }
  IBID_TRY(store.flush());
  return finished(collection, roots);
}

}  // namespace ibid::source
