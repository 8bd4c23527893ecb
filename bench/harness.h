#pragma once
// Measures several ways of doing the same thing in one process, interleaved: absolute times vary by a factor
// of two between runs on shared machines, ratios of neighbouring samples hardly do.

#include <functional>
#include <string>
#include <vector>

namespace ibid::bench {

struct Contender {
  std::string name;
  std::function<void()> run;
};

struct Options {
  int threads = 1;
  int rounds = 9;                // samples of every contender; the median counts
  double sample_seconds = 0.01;  // a sample repeats the call for about this long
  // With several threads: how long nothing runs between contenders, so that the spinning threads of a library
  // have gone to sleep, and how long one runs unmeasured, so that its own are awake and each on its core.
  double settle_seconds = 0.0;
  double warm_seconds = 0.0;
  bool json = false;
  bool serve = false;  // take orders from a driver, see serve.h
  std::string filter;  // only cases whose name contains it
};

// --threads N, --rounds N, --filter TEXT, --json, --serve.
Options parse_options(int argc, char** argv);

// Seconds a call, the median over the rounds, in the order of `contenders`.
std::vector<double> measure(const std::vector<Contender>& contenders, const Options& options);

// One line on the machine: processor, instruction set in use, threads, compiler.
std::string machine_facts(const Options& options);

// A table in Markdown, or one JSON object a line: our rate, and each peer's with the ratio of its time to
// ours (above 1: we are faster). contenders[0] is ours.
class Report {
 public:
  Report(const Options& options, std::vector<std::string> peers);
  void add(const std::string& name, double giga_operations, const std::vector<double>& seconds);

 private:
  Options options_;
  std::vector<std::string> peers_;
};

}  // namespace ibid::bench
