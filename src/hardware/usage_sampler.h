#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hardware/gpu_libraries.h"
#include "hardware/machine.h"
#include "hardware/report_fields.h"
#include "hardware/usage_gpu.h"
#include "hardware/usage_machine.h"
#include "hardware/usage_process.h"

namespace ibid::hardware {

// Values of one quantity over time, or why there are none.
class Series {
 public:
  template <class T>
  void add(const Result<T>& value) {
    if (value.ok()) {
      const auto number = static_cast<double>(value.value());
      if (count_ == 0 || number < min_) min_ = number;
      if (count_ == 0 || number > max_) max_ = number;
      sum_ += number;
      ++count_;
    } else {
      reason_ = value.error().message();
    }
  }
  Fact<double> mean(const std::string& source) const {
    return fact(sum_ / static_cast<double>(count_), source);
  }
  Fact<double> max(const std::string& source) const { return fact(max_, source); }
  Fact<int64_t> max_integer(const std::string& source) const { return integer(max_, source); }
  Fact<int64_t> min_integer(const std::string& source) const { return integer(min_, source); }

 private:
  Fact<double> fact(double value, const std::string& source) const;
  // Exact up to 2^53: bytes, hertz.
  Fact<int64_t> integer(double value, const std::string& source) const;

  double min_ = 0, max_ = 0, sum_ = 0;
  int64_t count_ = 0;
  std::string reason_ = "it was never read";
};

// Looks at a process with its children, or at the whole machine, and at the accelerators, whenever it is told
// to; then says what was used.
class UsageSampler {
 public:
  // An error if there is no such process.
  static Result<UsageSampler> create(const Machine& machine, const GpuLibraries& libraries,
                                     std::optional<int64_t> process);

  // `now_s` is any clock's that does not go backwards. False when the process and its children have ended.
  bool sample(double now_s);
  void write(Report& report) const;

 private:
  struct OneGpu {
    explicit OneGpu(GpuReading reading) : last(std::move(reading)) {}

    GpuReading last;
    Series utilisation_percent, memory_bytes, temperature_celsius, power_w, clock_hz;
    std::set<std::string> throttling;
    std::string throttling_problem;        // empty: it was told at least once
    std::map<int64_t, int64_t> processes;  // the most memory of each
    std::string processes_problem;
  };

  UsageSampler(const Machine& machine, const GpuLibraries& libraries)
      : machine_(&machine), whole_(machine), meter_(machine, libraries) {}
  void add_reading(GpuReading reading);
  UsedGpu used_gpu(const OneGpu& gpu) const;
  void write_processes(const OneGpu& gpu, UsedGpu& used) const;
  std::string process_text(int64_t process, int64_t memory_bytes) const;

  const Machine* machine_;
  WholeMachine whole_;
  std::optional<ProcessTree> tree_;
  GpuMeter meter_;
  std::map<std::string, OneGpu> gpus_;    // by PCI address
  std::map<int64_t, std::string> names_;  // of processes on accelerators
  int64_t n_samples_ = 0;
  double first_s_ = 0, last_s_ = 0;
};

// What `used` and `used_gpus` say when nothing was sampled.
void write_not_sampled(Report& report);

struct SamplingPlan {
  double duration_s, interval_s;
  std::function<double()> now_s;
  std::function<void(double seconds)> wait;
};

// Samples until the time is over or the process has ended.
Result<void> sample_usage(UsageSampler& sampler, const SamplingPlan& plan, Report& report);

}  // namespace ibid::hardware
