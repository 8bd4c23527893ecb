#include "cli/variation_options.h"

#include <algorithm>
#include <optional>

#include "base/number_text.h"
#include "cli/invocation.h"
#include "verify/variation_by_preload.h"
#include "verify/variation_of_programs.h"

namespace ibid::cli {

std::vector<OptionSpec> variation_options() {
  return {
      {.name = "threads",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also with so many threads: 1,2"},
      {.name = "isa",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also held to instruction sets, by the switches of OpenBLAS, oneDNN, MKL, NumPy and PyTorch: "
               "generic,avx2,avx512"},
      {.name = "hash-seeds",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "also with N values of PYTHONHASHSEED",
       .least = 0},
      {.name = "timezone",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also in these time zones (TZ)"},
      {.name = "locale",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also in these locales (LC_ALL)"},
      {.name = "umask",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also with these masks of file modes: 022,077"},
      {.name = "home", .help = "also with a fresh, empty home folder, and with another whose path is longer"},
      {.name = "env",
       .type = OptionType::kText,
       .value_name = "NAME=LIST",
       .help = "also with these values of a variable; PYTHON=3.11,3.12 is the interpreter of the command",
       .repeatable = true},
      {.name = "device",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also on these devices alone, by what is visible to CUDA and HIP: cpu,cuda:0,cuda:1"},
      {.name = "workers",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also with so many worker processes in PyTorch's data loaders: 0,2"},
      {.name = "file-order",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "also with the files of folders in N other orders; each second one is the reverse of the one "
               "before",
       .least = 0},
      {.name = "time",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also at other times of day: shifted (+1d,-1y) or at the beginning of a day (2038-01-20)"}};
}

namespace {

using Variations = std::vector<verify::Variation>;

// What is varied for a probe whose option was not given.
struct Usual {
  std::string_view probe, option, text;
};

constexpr Usual kUsual[] = {
    {"threads", "threads", "1,2"},
    {"isa", "isa", "generic,avx2,avx512"},
    {"hash-seed", "hash-seeds", "2"},
    {"timezone", "timezone", "Asia/Kathmandu,America/St_Johns"},
    {"locale", "locale", "C,C.UTF-8,de_DE.UTF-8,tr_TR.UTF-8"},
    {"umask", "umask", "022,077"},
    {"device", "device", "cpu,cuda:0,cuda:1"},
    {"workers", "workers", "0,2"},
    {"file-order", "file-order", "2"},
    {"time", "time", "+1d,2038-01-20"},
};

// The variations that several options ask for, gathered in order.
class Gatherer {
 public:
  Gatherer(const Invocation& invocation, const std::set<std::string_view>& probes)
      : invocation_(invocation), probes_(probes) {}

  void add(const Variations& more) { all_.insert(all_.end(), more.begin(), more.end()); }

  // Of an option that was given, or whose probe is wanted: `make` gets its text.
  template <class Make>
  Result<void> add_list(std::string_view option, const Make& make) {
    const auto text = wanted(option);
    if (!text) return {};
    IBID_ASSIGN(const Variations more, make(*text));
    add(more);
    return {};
  }

  // The same for a number of variations.
  template <class Make>
  void add_count(std::string_view option, const Make& make) {
    if (const auto text = wanted(option)) add(make(parse_int64(*text).value_or(0)));
  }

  bool wants(std::string_view probe) const { return probes_.contains(probe); }
  Variations all() && { return std::move(all_); }

 private:
  std::optional<std::string> wanted(std::string_view option) const {
    if (const auto given = invocation_.text(option)) return given;
    const auto* usual = std::find_if(std::begin(kUsual), std::end(kUsual),
                                     [&](const Usual& other) { return other.option == option; });
    if (usual == std::end(kUsual) || !probes_.contains(usual->probe)) return std::nullopt;
    return std::string(usual->text);
  }

  const Invocation& invocation_;
  const std::set<std::string_view>& probes_;
  Variations all_;
};

Result<void> add_variables(Gatherer& gatherer, const Invocation& invocation,
                           const std::vector<std::string>& command) {
  const std::vector<std::string> texts = invocation.texts("env");
  for (const std::string& text : texts) {
    IBID_ASSIGN(const Variations more, verify::env_variations(text, command));
    gatherer.add(more);
  }
  const bool named = std::any_of(texts.begin(), texts.end(),
                                 [](const std::string& text) { return text.starts_with("PYTHON="); });
  if (gatherer.wants("python") && !named) gatherer.add(verify::other_python_variations(command));
  return {};
}

}  // namespace

Result<std::vector<verify::Variation>> read_variations(const Invocation& invocation,
                                                       const verify::RecordOptions& record,
                                                       const std::set<std::string_view>& probes) {
  Gatherer gatherer(invocation, probes);
  IBID_TRY(gatherer.add_list("threads", verify::thread_variations));
  IBID_TRY(gatherer.add_list("isa", verify::isa_variations));
  gatherer.add_count("hash-seeds", verify::hash_seed_variations);
  IBID_TRY(gatherer.add_list("timezone", verify::timezone_variations));
  IBID_TRY(gatherer.add_list("locale", verify::locale_variations));
  IBID_TRY(gatherer.add_list("umask", verify::umask_variations));
  if (invocation.flag("home") || gatherer.wants("home")) gatherer.add(verify::home_variations());
  IBID_TRY(add_variables(gatherer, invocation, record.command));
  IBID_TRY(
      gatherer.add_list("device", [](const std::string& text) { return verify::device_variations(text); }));
  IBID_TRY(gatherer.add_list(
      "workers", [&](const std::string& text) { return verify::worker_variations(text, record); }));
  gatherer.add_count("file-order", verify::file_order_variations);
  IBID_TRY(gatherer.add_list("time", verify::time_variations));
  return std::move(gatherer).all();
}

}  // namespace ibid::cli
