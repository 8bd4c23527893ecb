#include "hardware/usage_process.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/gpu_list.h"

namespace ibid::hardware {
namespace {

std::string folder_of(int64_t process) { return "/proc/" + number_text(process); }

Result<ProcessStat> read_stat(const Machine& machine, const std::string& folder) {
  IBID_ASSIGN(const std::string text, machine.read(folder + "/stat"));
  return parse_process_stat(text, folder + "/stat");
}

// Every process that can be seen.
std::map<int64_t, ProcessStat> all_processes(const Machine& machine) {
  std::map<int64_t, ProcessStat> all;
  for (const std::string& name : machine.names("/proc")) {
    const auto number = parse_int64(name);
    if (!number) continue;
    const auto stat = read_stat(machine, "/proc/" + name);
    if (stat.ok()) all.emplace(*number, stat.value());
  }
  return all;
}

// "VmRSS:     1234 kB"
int64_t status_bytes(const KeyValues& status, std::string_view key, const std::string& path) {
  const auto text = status.text(key, path);
  if (!text.ok()) return -1;
  const auto kibibytes = parse_int64(text.value().substr(0, text.value().find(' ')));
  return times(kibibytes.value_or(-1), 1024).ok() ? *kibibytes * 1024 : -1;
}

}  // namespace

Result<ProcessStat> parse_process_stat(const std::string& text, const std::string& path) {
  const Error malformed(ErrorCode::kMalformed, path + " does not follow its format");
  // The name stands in brackets and may hold brackets and blanks itself.
  const size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return malformed;
  const std::vector<std::string> words = split(trim(std::string_view(text).substr(close + 1)), ' ');
  // By proc(5) the words after the name are numbered from 3.
  const auto word = [&words](size_t number) {
    return number - 3 < words.size() ? parse_int64(words[number - 3]) : std::nullopt;
  };
  const auto parent = word(4), user = word(14), system = word(15), start = word(22), core = word(39);
  if (!parent || !user || !system || !start || !core) return malformed;
  constexpr int64_t kMostTicks = int64_t{1} << 60;
  if (*user < 0 || *system < 0 || *user > kMostTicks || *system > kMostTicks) return malformed;
  return ProcessStat{text.substr(open + 1, close - open - 1), *parent, *user + *system, *start, *core};
}

Result<ProcessTree> ProcessTree::watch(const Machine& machine, int64_t process) {
  const auto stat = read_stat(machine, folder_of(process));
  if (!stat.ok())
    return Error(ErrorCode::kNotFound, "there is no process " + number_text(process) + " that can be seen",
                 "ps lists the processes");
  ProcessTree tree(machine, process);
  tree.members_[process] = {stat.value(), stat.value(), true};
  tree.look();
  return tree;
}

void ProcessTree::find_members(bool at_start) {
  const std::map<int64_t, ProcessStat> all = all_processes(*machine_);
  alive_.clear();
  for (auto& [process, member] : members_) {
    const auto found = all.find(process);
    if (found == all.end() || found->second.start_ticks != member.first.start_ticks) continue;
    member.last = found->second;
    alive_.insert(process);
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [process, stat] : all) {
      if (alive_.contains(process) || !alive_.contains(stat.parent)) continue;
      members_[process] = {stat, stat, at_start};
      alive_.insert(process);
      grew = true;
    }
  }
}

bool ProcessTree::look() {
  find_members(!started_);
  int64_t n_threads = 0, memory_bytes = 0;
  for (int64_t process : alive_) {
    n_threads += look_at_threads(process);
    memory_bytes += std::max<int64_t>(0, look_at_memory(process));
  }
  started_ = true;
  max_processes_ = std::max(max_processes_, static_cast<int64_t>(alive_.size()));
  max_threads_ = std::max(max_threads_, n_threads);
  if (peak_bytes_ >= 0) max_memory_bytes_ = std::max(max_memory_bytes_, memory_bytes);
  return !alive_.empty();
}

int64_t ProcessTree::look_at_threads(int64_t process) {
  const std::string folder = folder_of(process) + "/task";
  int64_t n_threads = 0;
  for (const std::string& name : machine_->names(folder)) {
    const auto number = parse_int64(name);
    if (!number) continue;
    ++n_threads;
    look_at_thread(folder + "/" + name, {process, *number});
  }
  return n_threads;
}

// schedstat counts in nanoseconds what stat counts in hundredths of a second, and the time spent waiting.
void ProcessTree::look_at_thread(const std::string& folder, std::pair<int64_t, int64_t> thread) {
  const auto stat = read_stat(*machine_, folder);
  if (!stat.ok()) return;
  Thread now{stat.value().run_ticks, 0};
  if (const auto line = machine_->read_line(folder + "/schedstat"); line.ok()) {
    const std::vector<std::string> words = split(line.value(), ' ');
    const auto run = parse_int64(words[0]), wait = parse_int64(words.size() > 1 ? words[1] : "");
    if (run && wait) {
      now = {*run, *wait};
      wait_is_told_ = true;
    }
  }
  const auto known = threads_.find(thread);
  const Thread before = known != threads_.end() ? known->second : started_ ? Thread{} : now;
  if (now.run > before.run) cores_.insert(stat.value().core);
  wait_ns_ += std::max<int64_t>(0, now.wait_ns - before.wait_ns);
  threads_[thread] = now;
}

int64_t ProcessTree::look_at_memory(int64_t process) {
  const std::string path = folder_of(process) + "/status";
  const auto text = machine_->read(path);
  if (!text.ok()) return -1;
  const KeyValues status(text.value(), ':');
  peak_bytes_ = std::max(peak_bytes_, status_bytes(status, "VmHWM", path));
  return status_bytes(status, "VmRSS", path);
}

std::set<int64_t> ProcessTree::members() const {
  std::set<int64_t> processes;
  for (const auto& [process, member] : members_) processes.insert(process);
  return processes;
}

void ProcessTree::write(Used& used) const {
  const std::string all = "/proc/" + number_text(root_) + " and of its children";
  int64_t ticks = 0;
  for (const auto& [process, member] : members_)
    ticks += member.last.run_ticks - (member.was_there_at_start ? member.first.run_ticks : 0);
  const double rate = static_cast<double>(machine_->answers().ticks_per_second);
  used.process = Fact<int64_t>::known(root_, "the command line");
  used.processes_max = Fact<int64_t>::known(max_processes_, "/proc/*/stat");
  used.threads_max = Fact<int64_t>::known(max_threads_, "task in " + all);
  used.cpu_s = Fact<double>::known(static_cast<double>(ticks) / rate, "stat in " + all);
  used.cores = Fact<std::string>::known(
      cores_.empty() ? "none" : list_of_numbers({cores_.begin(), cores_.end()}), "task/*/stat in " + all);
  used.cores_count = Fact<int64_t>::known(static_cast<int64_t>(cores_.size()), "task/*/stat in " + all);
  used.cpu_wait_s =
      wait_is_told_ ? Fact<double>::known(static_cast<double>(wait_ns_) / 1e9, "task/*/schedstat in " + all)
                    : Fact<double>::unknown("there is no schedstat in " + all);
  const std::string no_memory = "status in " + all + " names no resident memory";
  used.memory_max_bytes = max_memory_bytes_ >= 0
                              ? Fact<int64_t>::known(max_memory_bytes_, "VmRSS in status in " + all)
                              : Fact<int64_t>::unknown(no_memory);
  used.memory_peak_bytes = peak_bytes_ >= 0 ? Fact<int64_t>::known(peak_bytes_, "VmHWM in status in " + all)
                                            : Fact<int64_t>::unknown(no_memory);
}

}  // namespace ibid::hardware
