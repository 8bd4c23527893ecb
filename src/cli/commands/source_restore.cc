#include <algorithm>

#include "base/json.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/source_store.h"
#include "platform/core_affinity.h"
#include "source/name_text.h"
#include "source/restore.h"

namespace ibid::cli {
namespace {

using source::RestoredTree;
using State = RestoredTree::State;

std::string_view state_name(State state) {
  switch (state) {
    case State::kSame:
      return "restored";
    case State::kDiffers:
      return "differs";
    case State::kNotRestored:
      return "not restored";
  }
  return "unknown";
}

void print_trees(const std::vector<RestoredTree>& trees, Console& console) {
  for (const RestoredTree& tree : trees) {
    const Style style = tree.state == State::kSame ? Style::kGood : Style::kBad;
    console.print(console.styled(style, state_name(tree.state)) + "  " +
                  source::name_text(tree.folder.native()) + (tree.detail.empty() ? "" : ": " + tree.detail) +
                  "\n");
    for (const std::string& command : tree.commands) console.print("    " + command + "\n");
  }
  if (trees.empty()) console.print("the record has no tree\n");
}

Json as_json(const std::vector<RestoredTree>& trees) {
  Json list = Json::array();
  for (const RestoredTree& tree : trees) {
    list.push_back({{"name", source::name_text(tree.name)},
                    {"folder", source::name_text(tree.folder.native())},
                    {"state", state_name(tree.state)},
                    {"detail", tree.detail},
                    {"commands", tree.commands}});
  }
  return {{"trees", std::move(list)}};
}

Result<int> run(const Invocation& invocation, Console& console) {
  const std::string path = *invocation.argument("RECORD");
  IBID_ASSIGN(const Json record, read_source_record(path));
  IBID_ASSIGN(const source::RecordedSource recorded, source::recorded_source(record, path));
  IBID_ASSIGN(const data::ObjectStore store, source_store(invocation));
  source::RestoreRequest request;
  request.folder = *invocation.argument("FOLDER");
  request.may_clone = invocation.flag("clone");
  request.hashing.n_threads = std::max<int64_t>(1, platform::count_allowed_cores());
  console.show_progress("restoring");
  IBID_ASSIGN(const std::vector<RestoredTree> trees, source::restore(recorded, store, request));
  if (invocation.flag("json")) {
    console.print(json_text(as_json(trees)));
  } else {
    print_trees(trees, console);
  }
  const auto same = [](const RestoredTree& tree) { return tree.state == State::kSame; };
  return std::ranges::all_of(trees, same) ? 0 : 1;
}

}  // namespace

CommandSpec source_restore_command() {
  return {
      .name = "source restore",
      .summary = "bring recorded source back, and check that it is the same",
      .description =
          "Rebuilds each tree of a record below a new folder: folders from the store; repositories from "
          "where they "
          "were on this machine, or with --clone from their remotes, at the recorded commit, with the "
          "recorded patch "
          "applied. Then every tree is compared with its recorded digest. Where a commit cannot be had, the "
          "git "
          "commands are shown that would bring it. What the record left out stays out.",
      .arguments = {{"RECORD", "a record written by ibid source capture"},
                    {"FOLDER", "where to, not there yet"}},
      .options = {{.name = "clone", .help = "fetch commits from the recorded remotes if they are not here"},
                  source_store_option(),
                  {.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid source restore source.json copy", "the source of a run, again"}},
      .exit_statuses = {{1, "a tree could not be restored, or is not the same"}},
      .run = run,
  };
}

}  // namespace ibid::cli
