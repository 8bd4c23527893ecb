#include "hardware/usage_machine.h"

#include <algorithm>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/usage_process.h"

namespace ibid::hardware {
namespace {

constexpr const char* kStat = "/proc/stat";
constexpr const char* kMemory = "/proc/meminfo";

// "user nice system idle iowait irq softirq steal": all but the two in which nothing was computed.
int64_t busy_ticks(const std::string& line) {
  int64_t busy = 0, place = 0;
  for (const std::string& word : split(line, ' ')) {
    const auto ticks = parse_int64(word);
    if (!ticks) continue;
    const bool is_sensible = *ticks >= 0 && *ticks < int64_t{1} << 56;
    if (is_sensible && place < 8 && place != 3 && place != 4) busy += *ticks;
    ++place;
  }
  return busy;
}

int64_t kibibytes(const KeyValues& values, std::string_view key) {
  const auto text = values.text(key, kMemory);
  if (!text.ok()) return -1;
  const int64_t number = parse_int64(text.value().substr(0, text.value().find(' '))).value_or(-1);
  return number < int64_t{1} << 50 ? number : -1;
}

}  // namespace

void WholeMachine::look() {
  look_at_cores();
  look_at_memory();
  int64_t n_processes = 0;
  for (const std::string& name : machine_->names("/proc")) n_processes += parse_int64(name) ? 1 : 0;
  max_processes_ = std::max(max_processes_, n_processes);
  // "0.20 0.18 0.12 1/80 11206": running and all threads.
  const auto load = machine_->read_line("/proc/loadavg");
  if (!load.ok()) return;
  const std::string& line = load.value();
  const size_t slash = line.find('/');
  if (slash == std::string::npos) return;
  const auto n_threads = parse_int64(line.substr(slash + 1, line.find(' ', slash) - slash - 1));
  max_threads_ = std::max(max_threads_, n_threads.value_or(-1));
}

void WholeMachine::look_at_cores() {
  const auto text = machine_->read(kStat);
  if (!text.ok()) return;
  for (const std::string& line : split(text.value(), '\n')) {
    const size_t end = line.find(' ');
    if (!line.starts_with("cpu") || end == std::string::npos) continue;
    const auto core = parse_int64(line.substr(3, end - 3));
    if (!core) continue;
    const int64_t busy = busy_ticks(line.substr(end));
    first_busy_ticks_.emplace(*core, busy);
    last_busy_ticks_[*core] = busy;
  }
}

void WholeMachine::look_at_memory() {
  const auto text = machine_->read(kMemory);
  if (!text.ok()) return;
  const KeyValues values(text.value(), ':');
  const int64_t total = kibibytes(values, "MemTotal"), available = kibibytes(values, "MemAvailable");
  if (total >= 0 && available >= 0)
    max_memory_bytes_ = std::max(max_memory_bytes_, (total - available) * 1024);
}

void WholeMachine::write(Used& used) const {
  const auto known_or = [](int64_t value, const std::string& source, const std::string& reason) {
    return value >= 0 ? Fact<int64_t>::known(value, source) : Fact<int64_t>::unknown(reason);
  };
  const std::string whole = "the whole machine was sampled, no process: name one with --pid";
  used.process = used.memory_peak_bytes = Fact<int64_t>::unknown(whole);
  used.cpu_wait_s = Fact<double>::unknown(whole);
  used.processes_max = known_or(max_processes_, "/proc", whole);
  used.threads_max = known_or(max_threads_, "/proc/loadavg", "/proc/loadavg cannot be read");
  used.memory_max_bytes = known_or(max_memory_bytes_, std::string(kMemory) + ", MemTotal less MemAvailable",
                                   std::string(kMemory) + " names no MemAvailable");
  if (last_busy_ticks_.empty()) {
    const std::string reason = std::string(kStat) + " names no cores";
    used.cores = Fact<std::string>::unknown(reason);
    used.cores_count = Fact<int64_t>::unknown(reason);
    used.cpu_s = Fact<double>::unknown(reason);
    return;
  }
  std::set<int64_t> cores;
  int64_t ticks = 0;
  for (const auto& [core, last] : last_busy_ticks_) {
    const int64_t grown = std::max<int64_t>(0, last - first_busy_ticks_.at(core));
    if (grown > 0) cores.insert(core);
    ticks += grown;
  }
  used.cores =
      Fact<std::string>::known(cores.empty() ? "none" : list_of_numbers({cores.begin(), cores.end()}), kStat);
  used.cores_count = Fact<int64_t>::known(static_cast<int64_t>(cores.size()), kStat);
  used.cpu_s = Fact<double>::known(
      static_cast<double>(ticks) / static_cast<double>(machine_->answers().ticks_per_second), kStat);
}

}  // namespace ibid::hardware
