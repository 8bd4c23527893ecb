#include "bench/serve.h"

#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

namespace ibid::bench {
namespace {

// Work of one thread is measured in processor time, which other programs do not add to; of several by the
// clock.
double seconds_now(const Options& options) {
  timespec time{};
  clock_gettime(options.threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

int64_t interruptions() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

// A line of /proc/self/status in bytes.
int64_t status_bytes(const std::string& field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(field + ":")) return std::stoll(line.substr(field.size() + 1)) * 1024;
  }
  return 0;
}

class Server {
 public:
  Server(const std::vector<Case>& cases, const Options& options) : cases_(cases), options_(options) {}

  void list() const {
    std::string names;
    for (const Case& c : cases_) {
      if (c.name.find(options_.filter) != std::string::npos) names += (names.empty() ? "" : "\t") + c.name;
    }
    std::printf("%s\n", names.c_str());
  }

  bool run(int64_t calls, const std::string& name) {
    for (const Case& c : cases_) {
      if (c.name != name) continue;
      if (current_name_ != name) {
        current_ = nullptr;
        if (current_name_.empty()) baseline_bytes_ = status_bytes("VmRSS");
        current_ = c.prepare();
        current_name_ = name;
      }
      const int64_t before = interruptions();
      const double start = seconds_now(options_);
      for (int64_t i = 0; i < calls; ++i) current_();
      const double seconds = (seconds_now(options_) - start) / static_cast<double>(calls);
      std::printf("%.9g %lld\n", seconds, static_cast<long long>(interruptions() - before));
      return true;
    }
    return false;
  }

  void memory() const {
    std::printf("%lld\n", static_cast<long long>(status_bytes("VmHWM") - baseline_bytes_));
  }

 private:
  const std::vector<Case>& cases_;
  const Options& options_;
  std::function<void()> current_;
  std::string current_name_;
  int64_t baseline_bytes_ = 0;
};

int print_all(const std::vector<Case>& cases, const Options& options) {
  std::printf("%s\n", machine_facts(options).c_str());
  for (const Case& c : cases) {
    if (c.name.find(options.filter) == std::string::npos) continue;
    std::printf("%s: %.6g ms\n", c.name.c_str(), 1e3 * measure({{"ours", c.prepare()}}, options)[0]);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int run_cases(const std::vector<Case>& cases, const Options& options) {
  if (!options.serve) return print_all(cases, options);
  Server server(cases, options);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string order, name;
    int64_t calls = 0;
    words >> order;
    if (order == "quit") return 0;
    if (order == "list") {
      server.list();
    } else if (order == "memory") {
      server.memory();
    } else if (order != "run" || !(words >> calls) || !std::getline(words >> std::ws, name) || calls < 1 ||
               !server.run(calls, name)) {
      std::fprintf(stderr, "cannot do '%s'\n", line.c_str());
      return 2;
    }
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace ibid::bench
