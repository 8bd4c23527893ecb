#include "cli/variation_options.h"

#include "cli/invocation.h"

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
       .help = "also in these locales (LC_ALL)"}};
}

Result<std::vector<verify::Variation>> read_variations(const Invocation& invocation) {
  std::vector<verify::Variation> variations;
  const auto add = [&](std::vector<verify::Variation> more) {
    variations.insert(variations.end(), more.begin(), more.end());
  };
  if (const auto threads = invocation.text("threads")) {
    IBID_ASSIGN(std::vector<verify::Variation> more, verify::thread_variations(*threads));
    add(std::move(more));
  }
  if (const auto isa = invocation.text("isa")) {
    IBID_ASSIGN(std::vector<verify::Variation> more, verify::isa_variations(*isa));
    add(std::move(more));
  }
  add(verify::hash_seed_variations(invocation.integer("hash-seeds").value_or(0)));
  if (const auto zones = invocation.text("timezone"))
    add(verify::variable_variations("timezone", "TZ", *zones));
  if (const auto locales = invocation.text("locale"))
    add(verify::variable_variations("locale", "LC_ALL", *locales));
  return variations;
}

}  // namespace ibid::cli
