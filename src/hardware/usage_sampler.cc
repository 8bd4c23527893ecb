#include "hardware/usage_sampler.h"

#include <algorithm>
#include <cmath>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/gpu_list.h"

namespace ibid::hardware {
namespace {

constexpr const char* kNotSampled = "not sampled: use --sample";

// Thousandths are more than sampling is exact to.
double rounded(double value) { return std::round(value * 1000) / 1000; }

}  // namespace

Fact<double> Series::fact(double value, const std::string& source) const {
  return count_ > 0 ? Fact<double>::known(rounded(value), source) : Fact<double>::unknown(reason_);
}

Fact<int64_t> Series::integer(double value, const std::string& source) const {
  return count_ > 0 ? Fact<int64_t>::known(static_cast<int64_t>(value), source)
                    : Fact<int64_t>::unknown(reason_);
}

Result<UsageSampler> UsageSampler::create(const Machine& machine, const GpuLibraries& libraries,
                                          std::optional<int64_t> process) {
  UsageSampler sampler(machine, libraries);
  if (process) {
    IBID_ASSIGN(ProcessTree tree, ProcessTree::watch(machine, *process));
    sampler.tree_ = std::move(tree);
  }
  return sampler;
}

bool UsageSampler::sample(double now_s) {
  if (n_samples_ == 0) first_s_ = now_s;
  const bool is_alive = tree_ ? tree_->look() : true;
  // A tree that has ended adds nothing, and the time after its end is none of its own.
  if (!is_alive) return false;
  last_s_ = now_s;
  ++n_samples_;
  if (!tree_) whole_.look();
  for (GpuReading& reading : meter_.read()) add_reading(std::move(reading));
  return true;
}

void UsageSampler::add_reading(GpuReading reading) {
  const auto place = gpus_.find(reading.address);
  OneGpu& gpu =
      place != gpus_.end() ? place->second : gpus_.emplace(reading.address, OneGpu(reading)).first->second;
  gpu.utilisation_percent.add(reading.utilisation_percent);
  gpu.memory_bytes.add(reading.memory_used_bytes);
  gpu.temperature_celsius.add(reading.temperature_celsius);
  gpu.power_w.add(reading.power_w);
  gpu.clock_hz.add(reading.clock_hz);
  if (reading.throttling.ok()) {
    gpu.throttling.insert(reading.throttling.value().begin(), reading.throttling.value().end());
  } else {
    gpu.throttling_problem = reading.throttling.error().message();
  }
  if (reading.processes.ok()) {
    for (const GpuProcess& process : reading.processes.value()) {
      const auto known = gpu.processes.emplace(process.process, process.memory_bytes).first;
      known->second = std::max(known->second, process.memory_bytes);
      const auto name = machine_->read_line("/proc/" + number_text(process.process) + "/comm");
      if (name.ok()) names_[process.process] = name.value();
    }
  } else {
    gpu.processes_problem = reading.processes.error().message();
  }
  gpu.last = std::move(reading);
}

std::string UsageSampler::process_text(int64_t process, int64_t memory_bytes) const {
  const auto name = names_.find(process);
  return number_text(process) + (name != names_.end() ? " " + name->second : "") +
         (memory_bytes >= 0 ? ": " + format_bytes(memory_bytes) : "");
}

void UsageSampler::write_processes(const OneGpu& gpu, UsedGpu& used) const {
  if (!gpu.processes_problem.empty()) {
    used.processes = Fact<std::vector<std::string>>::unknown(gpu.processes_problem);
    used.by_process = Fact<bool>::unknown(gpu.processes_problem);
    return;
  }
  std::vector<std::string> texts;
  bool is_used = false, any_is_visible = false;
  const std::set<int64_t> members = tree_ ? tree_->members() : std::set<int64_t>();
  for (const auto& [process, memory_bytes] : gpu.processes) {
    texts.push_back(process_text(process, memory_bytes));
    is_used = is_used || members.contains(process);
    any_is_visible = any_is_visible || names_.contains(process);
  }
  used.processes = Fact<std::vector<std::string>>::known(texts, gpu.last.source + ", processes");
  if (!tree_) {
    used.by_process = Fact<bool>::unknown("the whole machine was sampled, no process: name one with --pid");
  } else if (!gpu.processes.empty() && !any_is_visible) {
    // In a container the driver gives the numbers of the host.
    used.by_process = Fact<bool>::unknown("the driver names processes that cannot be seen from here");
  } else {
    used.by_process = Fact<bool>::known(is_used, gpu.last.source + ", processes");
  }
}

UsedGpu UsageSampler::used_gpu(const OneGpu& gpu) const {
  const std::string& source = gpu.last.source;
  UsedGpu used;
  used.pci_address =
      Fact<std::string>::known(gpu.last.address, source.empty() ? "/sys/bus/pci/devices" : source);
  used.name = fact(gpu.last.name, gpu.last.name_source);
  used.utilisation_mean_percent = gpu.utilisation_percent.mean(source);
  used.utilisation_max_percent = gpu.utilisation_percent.max(source);
  used.memory_used_max_bytes = gpu.memory_bytes.max_integer(source);
  used.temperature_max_celsius = gpu.temperature_celsius.max(source);
  used.power_mean_w = gpu.power_w.mean(source);
  used.power_max_w = gpu.power_w.max(source);
  used.clock_sm_min_hz = gpu.clock_hz.min_integer(source);
  used.clock_sm_max_hz = gpu.clock_hz.max_integer(source);
  used.throttling =
      gpu.throttling_problem.empty()
          ? Fact<std::vector<std::string>>::known({gpu.throttling.begin(), gpu.throttling.end()}, source)
          : Fact<std::vector<std::string>>::unknown(gpu.throttling_problem);
  write_processes(gpu, used);
  return used;
}

void UsageSampler::write(Report& report) const {
  Used& used = report.used;
  if (tree_) {
    tree_->write(used);
  } else {
    whole_.write(used);
  }
  const double duration_s = last_s_ - first_s_;
  used.duration_s = Fact<double>::known(rounded(duration_s), "the clock");
  used.samples = Fact<int64_t>::known(n_samples_, "counted");
  if (used.cpu_s.is_known() && duration_s > 0) {
    used.cpu_percent = Fact<double>::known(rounded(used.cpu_s.value() / duration_s * 100),
                                           used.cpu_s.source() + ", over the time sampled");
  } else {
    used.cpu_percent =
        Fact<double>::unknown(used.cpu_s.is_known() ? "one sample has no duration" : used.cpu_s.reason());
  }
  std::vector<UsedGpu> items;
  for (const auto& [address, gpu] : gpus_) items.push_back(used_gpu(gpu));
  const Result<std::string>& seen = meter_.looked_at();
  report.used_gpus = seen.ok() ? FactList<UsedGpu>::known({}, seen.value())
                               : FactList<UsedGpu>::unknown(seen.error().message());
  report.used_gpus.items = std::move(items);
}

void write_not_sampled(Report& report) {
  explain_rest(report.used, kNotSampled);
  report.used_gpus = FactList<UsedGpu>::unknown(kNotSampled);
}

Result<void> sample_usage(UsageSampler& sampler, const SamplingPlan& plan, Report& report) {
  if (!(plan.duration_s > 0) || !(plan.interval_s > 0))
    return Error(ErrorCode::kUsage, "the time to sample and the interval must be more than 0 seconds");
  const double start_s = plan.now_s();
  const double end_s = start_s + plan.duration_s;
  for (double now_s = start_s; sampler.sample(now_s) && now_s < end_s; now_s = plan.now_s())
    plan.wait(std::min(plan.interval_s, end_s - now_s));
  sampler.write(report);
  return {};
}

}  // namespace ibid::hardware
