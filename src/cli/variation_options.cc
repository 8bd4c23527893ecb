#include "cli/variation_options.h"

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

// The variations that several options ask for, gathered in order.
class Gatherer {
 public:
  explicit Gatherer(const Invocation& invocation) : invocation_(invocation) {}

  void add(const Variations& more) { all_.insert(all_.end(), more.begin(), more.end()); }

  // Of an option that was given: `make` gets its text.
  template <class Make>
  Result<void> add_list(std::string_view option, const Make& make) {
    const auto text = invocation_.text(option);
    if (!text) return {};
    IBID_ASSIGN(const Variations more, make(*text));
    add(more);
    return {};
  }

  Variations all() && { return std::move(all_); }

 private:
  const Invocation& invocation_;
  Variations all_;
};

}  // namespace

Result<std::vector<verify::Variation>> read_variations(const Invocation& invocation,
                                                       const verify::RecordOptions& record) {
  Gatherer gatherer(invocation);
  IBID_TRY(gatherer.add_list("threads", verify::thread_variations));
  IBID_TRY(gatherer.add_list("isa", verify::isa_variations));
  gatherer.add(verify::hash_seed_variations(invocation.integer("hash-seeds").value_or(0)));
  if (const auto zones = invocation.text("timezone"))
    gatherer.add(verify::variable_variations("timezone", "TZ", *zones));
  if (const auto locales = invocation.text("locale"))
    gatherer.add(verify::variable_variations("locale", "LC_ALL", *locales));
  IBID_TRY(gatherer.add_list("umask", verify::umask_variations));
  if (invocation.flag("home")) gatherer.add(verify::home_variations());
  for (const std::string& text : invocation.texts("env")) {
    IBID_ASSIGN(const Variations more, verify::env_variations(text, record.command));
    gatherer.add(more);
  }
  IBID_TRY(
      gatherer.add_list("device", [](const std::string& text) { return verify::device_variations(text); }));
  IBID_TRY(gatherer.add_list(
      "workers", [&](const std::string& text) { return verify::worker_variations(text, record); }));
  gatherer.add(verify::file_order_variations(invocation.integer("file-order").value_or(0)));
  IBID_TRY(gatherer.add_list("time", verify::time_variations));
  return std::move(gatherer).all();
}

}  // namespace ibid::cli
