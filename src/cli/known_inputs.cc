#include "cli/known_inputs.h"

#include "base/hex.h"
#include "data/quoted_name.h"
#include "data/tree_hash.h"
#include "platform/clock.h"
#include "platform/environment.h"

namespace ibid::cli {
namespace {

constexpr const char* kRegisterName = "known-inputs.jsonl";

// Empty: there is to be no register.
Result<platform::Path> register_file(const Invocation& invocation) {
  if (const auto file = invocation.text("inputs")) return platform::Path(*file);
  if (const auto file = platform::environment_variable("IBID_KNOWN_INPUTS")) return platform::Path(*file);
  IBID_ASSIGN(const platform::Path folder, platform::state_folder());
  return folder / kRegisterName;
}

}  // namespace

OptionSpec known_inputs_option() {
  return {
      .name = "inputs",
      .type = OptionType::kPath,
      .value_name = "FILE",
      .help = "the register of inputs, instead of IBID_KNOWN_INPUTS or the one in the user's state folder"};
}

std::vector<data::ChangedInput> warn_of_changed_inputs(const std::vector<data::Input>& inputs,
                                                       const RememberInputs& request,
                                                       const Invocation& invocation, Console& console) {
  const Result<platform::Path> file = register_file(invocation);
  if (file.ok() && file.value().empty()) return {};
  const auto remember = [&]() -> Result<data::Remembered> {
    IBID_TRY(file);
    return data::remember_inputs(inputs, {.file = file.value(),
                                          .run = request.run,
                                          .now = platform::utc_text(platform::unix_milliseconds()),
                                          .accept = request.accept});
  };
  Result<data::Remembered> remembered = remember();
  if (!remembered.ok()) {
    console.print_warning("inputs are neither compared nor remembered: " + remembered.error().to_string());
    return {};
  }
  if (!remembered.value().problem.empty()) console.print_warning(remembered.value().problem);
  for (const data::ChangedInput& change : remembered.value().changed) {
    if (request.accept) {
      console.print_warning("the input " + data::quoted_name(change.now.key) + " was " +
                            change.before.digest + " and is accepted as " + change.now.digest);
    } else {
      console.print_warning(change_text(change));
    }
  }
  return std::move(remembered.value().changed);
}

Result<std::vector<data::Input>> hash_inputs(const std::vector<platform::Path>& paths) {
  std::vector<data::Input> inputs;
  for (const platform::Path& path : paths) {
    IBID_ASSIGN(const data::TreeHash hash, data::hash_tree(path, {.now_ms = platform::unix_milliseconds()}));
    const data::ManifestEntry& root = hash.manifest.root();
    inputs.push_back({data::input_key(path), hex_text(root.digest), root.size_bytes});
  }
  return inputs;
}

}  // namespace ibid::cli
