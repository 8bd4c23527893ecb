#include "verify/variation.h"

#include <algorithm>
#include <locale>
#include <optional>
#include <stdexcept>

#include "base/number_text.h"
#include "base/text.h"
#include "engine/kernels/isa.h"
#include "platform/clock.h"
#include "platform/environment.h"

namespace ibid::verify {
namespace {

struct IsaSwitches {
  std::string_view name;
  std::string_view aten, openblas, onednn, mkl, numpy_off;
  std::optional<kernels::Isa> needs;
};

// The names that each library gives to its levels. NumPy is told what to leave out; from 2.4 on it knows AVX2
// and AVX-512 by the levels of x86-64, and warns of names that it does not know.
constexpr std::string_view kAvx512 =
    "X86_V4 AVX512F AVX512CD AVX512_KNL AVX512_KNM AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR";
const IsaSwitches kIsas[] = {
    {"generic", "default", "NEHALEM", "SSE41", "COMPATIBLE", "", std::nullopt},
    {"avx2", "avx2", "HASWELL", "AVX2", "AVX2", kAvx512, kernels::Isa::kAvx2},
    {"avx512", "avx512", "SKYLAKEX", "AVX512_CORE", "AVX512", "", kernels::Isa::kAvx512},
};

Variation isa_variation(const IsaSwitches& isa) {
  const std::string off =
      isa.name == "generic" ? "X86_V3 AVX2 FMA3 " + std::string(kAvx512) : std::string(isa.numpy_off);
  Variation variation{"isa",
                      std::string(isa.name),
                      {{"ATEN_CPU_CAPABILITY", std::string(isa.aten)},
                       {"OPENBLAS_CORETYPE", std::string(isa.openblas)},
                       {"ONEDNN_MAX_CPU_ISA", std::string(isa.onednn)},
                       {"DNNL_MAX_CPU_ISA", std::string(isa.onednn)},
                       {"MKL_CBWR", std::string(isa.mkl)},
                       {"IBID_FORCE_ISA", isa.name == "generic" ? "scalar" : std::string(isa.name)}},
                      ""};
  if (!off.empty()) variation.environment.emplace_back("NPY_DISABLE_CPU_FEATURES", off);
  const std::vector<kernels::Isa> available = kernels::available_isas();
  if (isa.needs && std::find(available.begin(), available.end(), *isa.needs) == available.end())
    variation.skipped = "this processor has no " + std::string(isa.name);
  return variation;
}

// Where programs look for what belongs to the user. Packages that pip has put below the own home stay.
Variables home_variables(const platform::Path& home) {
  Variables variables = {{"HOME", home.string()},
                         {"XDG_CONFIG_HOME", (home / ".config").string()},
                         {"XDG_CACHE_HOME", (home / ".cache").string()},
                         {"XDG_DATA_HOME", (home / ".local" / "share").string()},
                         {"XDG_STATE_HOME", (home / ".local" / "state").string()}};
  const Result<platform::Path> own = platform::home_folder();
  if (own.ok() && !platform::environment_variable("PYTHONUSERBASE"))
    variables.emplace_back("PYTHONUSERBASE", (own.value() / ".local").string());
  return variables;
}

// In the place of the value that a variable has, if it has one.
void set_variable(Variables& variables, const std::string& name, const std::string& value) {
  std::erase_if(variables, [&](const auto& variable) { return variable.first == name; });
  variables.emplace_back(name, value);
}

// What bindings/preload reads. A library that is in front already stays behind ours.
void add_preload(RecordOptions& record, const Variation& variation, const RunFolder& folder) {
  if (variation.preload.empty()) return;
  Variables& variables = record.environment;
  const auto given = std::find_if(variables.begin(), variables.end(),
                                  [](const auto& variable) { return variable.first == "LD_PRELOAD"; });
  const std::string own =
      given != variables.end() ? given->second : platform::environment_variable("LD_PRELOAD").value_or("");
  std::optional<int64_t> shift = variation.time_shift;
  if (variation.starts_at) shift = *variation.starts_at - platform::unix_milliseconds() / 1000;
  if (shift) set_variable(variables, "IBID_PRELOAD_TIME_SHIFT", number_text(*shift));
  set_variable(variables, "IBID_PRELOAD_EVENTS", folder.file("events").string());
  set_variable(variables, "LD_PRELOAD", variation.preload + (own.empty() ? "" : ":" + own));
}

// "'torch'", of the last line that Python prints when an import fails; else empty.
std::string missing_module(const std::string& errors) {
  static constexpr std::string_view kSays = "ModuleNotFoundError: No module named ";
  const size_t at = errors.rfind(kSays);
  if (at == std::string::npos) return "";
  const size_t begin = at + kSays.size();
  return errors.substr(begin, errors.find('\n', begin) - begin);
}

// The first n above 100.
std::vector<int64_t> first_primes(int64_t n) {
  const auto is_prime = [](int64_t number) {
    for (int64_t divisor = 2; divisor * divisor <= number; ++divisor) {
      if (number % divisor == 0) return false;
    }
    return true;
  };
  std::vector<int64_t> primes;
  for (int64_t number = 101; static_cast<int64_t>(primes.size()) < n; ++number) {
    if (is_prime(number)) primes.push_back(number);
  }
  return primes;
}

}  // namespace

Result<void> vary(RecordOptions& record, const Variation& variation, const RunFolder& folder) {
  if (variation.seed) record.enforcement.seed = variation.seed;
  if (variation.order_seed) record.enforcement.order_seed = variation.order_seed;
  if (variation.umask) record.umask = variation.umask;
  if (!variation.program.empty()) record.command.front() = variation.program;
  for (const auto& [name, value] : variation.environment) set_variable(record.environment, name, value);
  add_preload(record, variation, folder);
  if (variation.home.empty()) return {};
  const platform::Path home = folder.file(variation.home);
  IBID_TRY(platform::make_folders(home));
  for (const auto& [name, value] : home_variables(home)) set_variable(record.environment, name, value);
  return {};
}

Result<std::string> why_nothing_was_varied(const Variation& variation, const RunFolder& folder) {
  if (!variation.shown_by.empty()) {
    IBID_ASSIGN(const Json seen, folder.read_json("seen.json"));
    const Json enforced = seen.value("enforced", Json::array());
    const bool shown = std::any_of(enforced.begin(), enforced.end(), [&](const Json& entry) {
      return entry.value("name", "") == variation.shown_by;
    });
    if (!shown) return variation.otherwise;
  }
  if (variation.program.empty()) return std::string();
  IBID_ASSIGN(const Json end, folder.read_json("result.json"));
  if (end.value("exit_status", Json()) == Json(0)) return std::string();
  IBID_ASSIGN(const std::string errors, platform::read_file(folder.file("stderr.txt")));
  const std::string missing = missing_module(errors);
  return missing.empty() ? std::string() : variation.program + " has no module " + missing;
}

Variation crossed(const Variation& a, const Variation& b) {
  Variation both = a;
  both.value += ", " + b.name();
  both.environment.insert(both.environment.begin(), b.environment.begin(), b.environment.end());
  const auto take = [](auto& own, const auto& other) {
    if (other) own = other;
  };
  take(both.seed, b.seed);
  take(both.order_seed, b.order_seed);
  take(both.umask, b.umask);
  take(both.time_shift, b.time_shift);
  take(both.starts_at, b.starts_at);
  for (const auto member : {&Variation::skipped, &Variation::home, &Variation::program, &Variation::preload,
                            &Variation::shown_by, &Variation::otherwise}) {
    if (!(b.*member).empty()) both.*member = b.*member;
  }
  return both;
}

Result<std::vector<Variation>> thread_variations(std::string_view comma_separated) {
  std::vector<Variation> variations;
  for (const std::string& text : split(comma_separated, ',')) {
    const auto n = parse_int64(text);
    if (!n || *n < 1 || *n > 1024) {
      return Error(ErrorCode::kUsage, "--threads has '" + text + "', which is no number from 1 to 1024",
                   "write them as in --threads 1,2");
    }
    Variation variation{"threads", text, {}, ""};
    for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
                             "NUMEXPR_NUM_THREADS", "IBID_HOOK_THREADS"})
      variation.environment.emplace_back(name, text);
    variations.push_back(std::move(variation));
  }
  return variations;
}

Result<std::vector<Variation>> isa_variations(std::string_view comma_separated) {
  std::vector<Variation> variations;
  for (const std::string& text : split(comma_separated, ',')) {
    const auto* found = std::find_if(std::begin(kIsas), std::end(kIsas),
                                     [&](const IsaSwitches& isa) { return isa.name == text; });
    if (found == std::end(kIsas)) {
      return Error(ErrorCode::kUsage,
                   "--isa has '" + text + "', which is no instruction set libraries can be held to",
                   "choose from generic, avx2, avx512, separated by commas");
    }
    variations.push_back(isa_variation(*found));
  }
  return variations;
}

std::vector<Variation> hash_seed_variations(int64_t n) {
  std::vector<Variation> variations;
  for (int64_t seed = 1; seed <= n; ++seed)
    variations.push_back({"hash-seed", number_text(seed), {{"PYTHONHASHSEED", number_text(seed)}}, ""});
  return variations;
}

Result<std::vector<Variation>> timezone_variations(std::string_view comma_separated) {
  std::vector<Variation> variations;
  for (const std::string& zone : split(comma_separated, ',')) {
    Variation variation{"timezone", zone, {{"TZ", zone}}, ""};
    const platform::Path data = platform::Path("/usr/share/zoneinfo") / zone;
    if (zone.find('/') != std::string::npos && !platform::path_exists(data))
      variation.skipped = "this machine has no time zone " + data.string();
    variations.push_back(std::move(variation));
  }
  return variations;
}

Result<std::vector<Variation>> locale_variations(std::string_view comma_separated) {
  std::vector<Variation> variations;
  for (const std::string& name : split(comma_separated, ',')) {
    Variation variation{"locale", name, {{"LC_ALL", name}}, ""};
    try {
      const std::locale installed(name);
    } catch (const std::runtime_error&) {
      // A program that asks for it would silently have that of C.
      variation.skipped = "the locale '" + name + "' is not installed";
    }
    variations.push_back(std::move(variation));
  }
  return variations;
}

std::vector<Variation> seed_variations(int64_t n) {
  std::vector<Variation> variations;
  for (const int64_t seed : first_primes(n)) variations.push_back({"seed", number_text(seed), {}, "", seed});
  return variations;
}

std::vector<Variation> order_seed_variations(int64_t n) {
  std::vector<Variation> variations;
  for (const int64_t seed : first_primes(n)) {
    Variation variation{"order-seed", number_text(seed), {}, ""};
    variation.order_seed = seed;
    variation.shown_by = "order of samples";
    variation.otherwise =
        "no sampler of PyTorch that shuffles was used, and no other order can be told from a split";
    variations.push_back(std::move(variation));
  }
  return variations;
}

}  // namespace ibid::verify
