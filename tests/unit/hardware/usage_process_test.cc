#include "hardware/usage_process.h"

#include <doctest/doctest.h>

#include "base/number_text.h"
#include "hardware/usage_sampler.h"
#include "support/fake_machine.h"
#include "support/stubs/gpu_stubs.h"
#include "unit/hardware/gpu_checks.h"

using namespace ibid;
using namespace ibid::hardware;
using namespace ibid::test;

namespace {

struct FakeThread {
  int64_t process, thread, parent = 1;
  int64_t ticks = 0;  // user and system time of the process
  int64_t core = 0;
  int64_t run_ns = 0, wait_ns = 0;
  int64_t start = 500;
  const char* name = "python3";
};

std::string stat_line(const FakeThread& of) {
  const auto number = [](int64_t value) { return number_text(value); };
  std::string line = number(of.process) + " (" + of.name + ") S " + number(of.parent);
  for (int i = 5; i <= 52; ++i) {
    const int64_t value = i == 14 ? of.ticks : i == 22 ? of.start : i == 39 ? of.core : 0;
    line += " " + number(value);
  }
  return line + "\n";
}

void put(const FakeMachine& machine, const FakeThread& of) {
  const std::string folder = "/proc/" + number_text(of.process);
  if (of.process == of.thread) machine.write(folder + "/stat", stat_line(of));
  const std::string task = folder + "/task/" + number_text(of.thread);
  machine.write(task + "/stat", stat_line(of));
  machine.write(task + "/schedstat", number_text(of.run_ns) + " " + number_text(of.wait_ns) + " 12\n");
}

void put_memory(const FakeMachine& machine, int64_t process, int64_t now_kib, int64_t peak_kib) {
  machine.write(
      "/proc/" + number_text(process) + "/status",
      "Name:\tpython3\nVmHWM:\t" + number_text(peak_kib) + " kB\nVmRSS:\t" + number_text(now_kib) + " kB\n");
}

// A clock that only moves when somebody waits, and what happens meanwhile.
struct FakeTime {
  double now_s = 100;
  std::function<void(double)> at = [](double) {};

  SamplingPlan plan(double duration_s, double interval_s) {
    return {.duration_s = duration_s,
            .interval_s = interval_s,
            .now_s = [this] { return now_s; },
            .wait =
                [this](double seconds) {
                  now_s += seconds;
                  at(now_s);
                }};
  }
};

Report sampled(const FakeMachine& machine, std::optional<int64_t> process, FakeTime& time,
               double duration_s = 2, double interval_s = 1) {
  const Machine seen = machine.machine();
  auto sampler = UsageSampler::create(seen, no_libraries(), process);
  REQUIRE(sampler.ok());
  Report report;
  REQUIRE(sample_usage(sampler.value(), time.plan(duration_s, interval_s), report).ok());
  return report;
}

}  // namespace

TEST_CASE("the stat file of a process, whatever its name") {
  const auto stat = parse_process_stat(stat_line({.process = 7,
                                                  .thread = 7,
                                                  .parent = 3,
                                                  .ticks = 250,
                                                  .core = 5,
                                                  .start = 999,
                                                  .name = "a) S 1 (b"}),
                                       "/proc/7/stat");
  REQUIRE(stat.ok());
  CHECK(stat.value().name == "a) S 1 (b");
  CHECK(stat.value().parent == 3);
  CHECK(stat.value().run_ticks == 250);
  CHECK(stat.value().start_ticks == 999);
  CHECK(stat.value().core == 5);
  for (const char* text :
       {"", "7 (x) S 1 2 3", "7 x S", ")(", "7 (x) S a b c d e f g h i j k l m n o p q r s",
        "7 (x) S 1 0 0 0 0 0 0 0 0 0 9223372036854775807 1 0 0 0 0 0 0 5 0 0 0 0 0 0 0 0 0 0 0 0 0 "
        "0 0 0 0 0 0 0 0 0"})
    CHECK_FALSE(parse_process_stat(text, "/proc/7/stat").ok());
}

TEST_CASE("lists of cores") {
  CHECK(list_of_numbers({}) == "");
  CHECK(list_of_numbers({3}) == "3");
  CHECK(list_of_numbers({0, 1, 2, 3, 8, 10, 11}) == "0-3,8,10-11");
}

TEST_CASE("cores on which threads really ran, not those they last slept on") {
  FakeMachine machine;
  put(machine, {.process = 70, .thread = 70, .ticks = 1000, .core = 2, .run_ns = 10'000'000'000});
  put(machine, {.process = 70, .thread = 71, .core = 6, .run_ns = 5'000'000'000});
  put(machine, {.process = 90, .thread = 90, .ticks = 7, .core = 7, .run_ns = 1});  // somebody else's
  put_memory(machine, 70, 2000, 4000);
  FakeTime time;
  time.at = [&machine](double now_s) {
    const auto elapsed = static_cast<int64_t>(now_s - 100);
    put(machine, {.process = 70,
                  .thread = 70,
                  .ticks = 1000 + 50 * elapsed,
                  .core = 2 + elapsed,
                  .run_ns = 10'000'000'000 + 500'000'000 * elapsed,
                  .wait_ns = 250'000'000 * elapsed});
    put(machine, {.process = 90, .thread = 90, .ticks = 900, .core = 7, .run_ns = 9'000'000'000});
    put_memory(machine, 70, 3000 - 500 * elapsed, 4000);
  };
  const Report report = sampled(machine, 70, time);
  const Used& used = report.used;
  check_all_asked(used);
  check_known(used.process, 70);
  check_known(used.duration_s, 2.0);
  check_known(used.samples, 3);
  check_known(used.cores, "3-4");
  check_known(used.cores_count, 2);
  check_known(used.cpu_s, 1.0);
  check_known(used.cpu_percent, 50.0);
  check_known(used.cpu_wait_s, 0.5);
  check_known(used.processes_max, 1);
  check_known(used.threads_max, 2);
  check_known(used.memory_max_bytes, 2500 * 1024);
  check_known(used.memory_peak_bytes, 4000 * 1024);
}

TEST_CASE("children count from their start, and stay counted when they have ended") {
  FakeMachine machine;
  put(machine, {.process = 70, .thread = 70, .ticks = 10});
  put_memory(machine, 70, 1000, 1000);
  FakeTime time;
  time.at = [&machine](double now_s) {
    if (now_s == 101) {
      put(machine, {.process = 80,
                    .thread = 80,
                    .parent = 70,
                    .ticks = 30,
                    .core = 4,
                    .run_ns = 300'000'000,
                    .start = 600});
      put(machine, {.process = 81,
                    .thread = 81,
                    .parent = 80,
                    .ticks = 20,
                    .core = 5,
                    .run_ns = 200'000'000,
                    .start = 601});
      put_memory(machine, 81, 8000, 9000);
    }
    if (now_s == 102) {
      // 80 has ended, and its child has another parent now.
      machine.remove("/proc/80");
      put(machine, {.process = 81,
                    .thread = 81,
                    .parent = 1,
                    .ticks = 50,
                    .core = 5,
                    .run_ns = 500'000'000,
                    .start = 601});
    }
  };
  const Report report = sampled(machine, 70, time);
  check_known(report.used.cpu_s, 0.8);
  check_known(report.used.cores, "4-5");
  check_known(report.used.processes_max, 3);
  check_known(report.used.memory_max_bytes, 9000 * 1024);
  check_known(report.used.memory_peak_bytes, 9000 * 1024);
}

TEST_CASE("another process with the same number is not the same") {
  FakeMachine machine;
  put(machine, {.process = 70, .thread = 70, .ticks = 10});
  FakeTime time;
  time.at = [&machine](double now_s) {
    if (now_s == 101) put(machine, {.process = 70, .thread = 70, .ticks = 9000, .start = 777});
  };
  const Report report = sampled(machine, 70, time, 10);
  CHECK(time.now_s == 101);
  check_known(report.used.cpu_s, 0.0);
  check_known(report.used.cores, "none");
  check_known(report.used.samples, 1);
  CHECK(reason(report.used.cpu_percent) == "one sample has no duration");
  CHECK(has(reason(report.used.memory_max_bytes), "names no resident memory"));
}

TEST_CASE("a kernel without schedstat: the cores by the hundredths of seconds, the waiting unknown") {
  FakeMachine machine;
  const auto write = [&machine](int64_t ticks) {
    machine.write("/proc/70/stat", stat_line({.process = 70, .thread = 70, .ticks = ticks, .core = 1}));
    machine.write("/proc/70/task/70/stat",
                  stat_line({.process = 70, .thread = 70, .ticks = ticks, .core = 1}));
  };
  write(5);
  FakeTime time;
  time.at = [&write](double) { write(25); };
  const Report report = sampled(machine, 70, time);
  check_known(report.used.cores, "1");
  check_known(report.used.cpu_s, 0.2);
  CHECK(has(reason(report.used.cpu_wait_s), "there is no schedstat"));
}

TEST_CASE("a process that is not there") {
  const Machine machine = FakeMachine().machine();
  const auto sampler = UsageSampler::create(machine, no_libraries(), 70);
  REQUIRE_FALSE(sampler.ok());
  CHECK(sampler.error().code() == ErrorCode::kNotFound);
  CHECK(sampler.error().message() == "there is no process 70 that can be seen");
}

TEST_CASE("the whole machine") {
  FakeMachine machine;
  machine.answers.ticks_per_second = 250;
  const auto write = [&machine](int64_t busy) {
    machine.write("/proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 " + number_text(busy) +
                                    " 0 0 900 50 0 0 0 0 0\ncpu1 5 0 5 9000 " + number_text(busy) +
                                    " 0 0 0 0 0\nintr 1\n");
    machine.write("/proc/meminfo",
                  "MemTotal: 8000 kB\nMemFree: 1 kB\nMemAvailable: " + number_text(7000 - busy) + " kB\n");
  };
  write(100);
  machine.write("/proc/loadavg", "0.20 0.18 0.12 1/80 11206\n");
  machine.write("/proc/1/stat", "");
  FakeTime time;
  time.at = [&write](double) { write(350); };
  const Report report = sampled(machine, std::nullopt, time);
  check_all_asked(report.used);
  check_known(report.used.cores, "0");
  check_known(report.used.cpu_s, 1.0);
  check_known(report.used.cpu_percent, 50.0);
  check_known(report.used.threads_max, 80);
  check_known(report.used.processes_max, 1);
  check_known(report.used.memory_max_bytes, 1350 * 1024);
  CHECK(has(reason(report.used.process), "the whole machine was sampled"));
}

TEST_CASE("a machine that shows nothing gives reasons") {
  FakeTime time;
  const Report report = sampled(FakeMachine(), std::nullopt, time);
  check_all_asked(report.used);
  CHECK(reason(report.used.cores) == "/proc/stat names no cores");
  CHECK(reason(report.used.memory_max_bytes) == "/proc/meminfo names no MemAvailable");
  CHECK_FALSE(report.used_gpus.is_known());
}

TEST_CASE("times that cannot be sampled") {
  const Machine machine = FakeMachine().machine();
  auto sampler = UsageSampler::create(machine, no_libraries(), std::nullopt);
  REQUIRE(sampler.ok());
  FakeTime time;
  Report report;
  CHECK_FALSE(sample_usage(sampler.value(), time.plan(0, 1), report).ok());
  CHECK_FALSE(sample_usage(sampler.value(), time.plan(1, -1), report).ok());
}

TEST_CASE("nothing was sampled") {
  Report report;
  write_not_sampled(report);
  check_all_asked(report.used);
  CHECK(reason(report.used.cores) == "not sampled: use --sample");
  CHECK(report.used_gpus.unknown_reason == "not sampled: use --sample");
}
