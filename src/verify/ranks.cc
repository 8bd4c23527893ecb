#include "verify/ranks.h"

#include <array>

#include "base/number_text.h"
#include "platform/environment.h"

namespace ibid::verify {
namespace {

struct Launcher {
  const char* rank;
  const char* size;  // the number of processes
};

// torchrun comes first: it is itself started by srun or mpirun, once a machine.
constexpr std::array kLaunchers = {Launcher{"RANK", "WORLD_SIZE"},
                                   Launcher{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                   Launcher{"PMI_RANK", "PMI_SIZE"}, Launcher{"PMIX_RANK", "PMIX_SIZE"},
                                   Launcher{"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"}};

std::optional<int64_t> number_in(const char* variable) {
  const auto text = platform::environment_variable(variable);
  return text ? parse_int64(*text) : std::nullopt;
}

}  // namespace

std::string rank_variables() {
  std::string names;
  for (const Launcher& launcher : kLaunchers) {
    if (!platform::environment_variable(launcher.rank))
      names += (names.empty() ? "" : ",") + std::string(launcher.rank);
  }
  return names;
}

std::optional<int64_t> own_rank() {
  for (const Launcher& launcher : kLaunchers) {
    const auto rank = number_in(launcher.rank), size = number_in(launcher.size);
    if (rank && *rank >= 0 && size && *size > 1) return rank;
  }
  return std::nullopt;
}

}  // namespace ibid::verify
