#include "bench/harness.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

#include "engine/kernels/kernel_table.h"

namespace ibid::bench {
namespace {

// One thread is measured in its own processor time, which other programs do not add to; several by the clock.
double seconds_now(const Options& options) {
  timespec time{};
  clock_gettime(options.threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double timed(const std::function<void()>& run, int calls, const Options& options) {
  const double start = seconds_now(options);
  for (int i = 0; i < calls; ++i) run();
  return (seconds_now(options) - start) / calls;
}

void warm(const std::function<void()>& run, const Options& options) {
  const double end = seconds_now(options) + options.warm_seconds;
  do run();
  while (seconds_now(options) < end);
}

void settle(double seconds) {
  if (seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--serve") {
      options.serve = true;
    } else if (argument == "--threads" && has_value) {
      options.threads = std::atoi(argv[++i]);
    } else if (argument == "--rounds" && has_value) {
      options.rounds = std::atoi(argv[++i]);
    } else if (argument == "--filter" && has_value) {
      options.filter = argv[++i];
    } else {
      std::fprintf(stderr, "usage: %s [--threads N] [--rounds N] [--filter TEXT] [--json] [--serve]\n",
                   argv[0]);
      std::exit(2);
    }
  }
  if (options.threads > 1) {
    options.settle_seconds = 0.04;
    options.warm_seconds = 0.04;
  }
  return options;
}

std::vector<double> measure(const std::vector<Contender>& contenders, const Options& options) {
  std::vector<int> calls;
  for (const Contender& contender : contenders) {
    contender.run();
    const double once = timed(contender.run, 1, options);
    calls.push_back(std::clamp(static_cast<int>(options.sample_seconds / std::max(once, 1e-9)), 1, 100000));
  }
  std::vector<std::vector<double>> samples(contenders.size());
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      settle(options.settle_seconds);
      warm(contenders[i].run, options);
      samples[i].push_back(timed(contenders[i].run, calls[i], options));
    }
  }
  std::vector<double> medians;
  for (std::vector<double>& of : samples) {
    std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
    medians.push_back(of[of.size() / 2]);
  }
  return medians;
}

std::string machine_facts(const Options& options) {
  return processor_name() + ", " + std::string(kernels::isa_name(kernels::default_isa())) + ", " +
         std::to_string(options.threads) + " thread(s), compiler " + __VERSION__ + ", median of " +
         std::to_string(options.rounds);
}

Report::Report(const Options& options, std::vector<std::string> peers)
    : options_(options), peers_(std::move(peers)) {
  if (options.json) return;
  std::printf("%s\n\n| case | ours, GF/s |", machine_facts(options).c_str());
  for (const std::string& peer : peers_) std::printf(" %s, GF/s | ratio |", peer.c_str());
  std::printf("\n|---|---|");
  for (size_t i = 0; i < peers_.size(); ++i) std::printf("---|---|");
  std::printf("\n");
}

void Report::add(const std::string& name, double giga_operations, const std::vector<double>& seconds) {
  if (options_.json) {
    std::printf("{\"case\": \"%s\", \"threads\": %d, \"ours\": %.3f", name.c_str(), options_.threads,
                giga_operations / seconds[0]);
    for (size_t i = 0; i < peers_.size(); ++i)
      std::printf(", \"%s\": %.3f", peers_[i].c_str(), giga_operations / seconds[i + 1]);
    std::printf("}\n");
  } else {
    std::printf("| %s | %.1f |", name.c_str(), giga_operations / seconds[0]);
    for (size_t i = 0; i < peers_.size(); ++i)
      std::printf(" %.1f | %.2f |", giga_operations / seconds[i + 1], seconds[i + 1] / seconds[0]);
    std::printf("\n");
  }
  std::fflush(stdout);
}

}  // namespace ibid::bench
