#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

// What /proc/PID/stat, or that of a thread, says.
struct ProcessStat {
  std::string name;
  int64_t parent = 0;
  int64_t run_ticks = 0;    // of processor time, in the program and for it in the kernel
  int64_t start_ticks = 0;  // tells processes apart that get the same number one after another
  int64_t core = 0;
};
Result<ProcessStat> parse_process_stat(const std::string& text, const std::string& path);

// A process and all that it started, looked at again and again: which cores their threads ran on, how long,
// how much memory they held. A process that starts and ends between two looks is not seen.
class ProcessTree {
 public:
  // The processor time that the tree used before counts for nothing. An error if there is no such process.
  static Result<ProcessTree> watch(const Machine& machine, int64_t process);

  // False if none of them is there any more.
  bool look();
  // The processes seen so far.
  std::set<int64_t> members() const;
  void write(Used& used) const;

 private:
  struct Member {
    ProcessStat first, last;
    bool was_there_at_start = false;
  };
  struct Thread {
    int64_t run = 0, wait_ns = 0;
  };

  ProcessTree(const Machine& machine, int64_t root) : machine_(&machine), root_(root) {}
  void find_members(bool at_start);
  int64_t look_at_threads(int64_t process);
  void look_at_thread(const std::string& folder, std::pair<int64_t, int64_t> thread);
  int64_t look_at_memory(int64_t process);

  const Machine* machine_;
  int64_t root_;
  std::map<int64_t, Member> members_;
  std::set<int64_t> alive_;
  std::map<std::pair<int64_t, int64_t>, Thread> threads_;  // by process and thread
  std::set<int64_t> cores_;
  int64_t wait_ns_ = 0;
  bool wait_is_told_ = false;
  bool started_ = false;
  int64_t max_processes_ = 0, max_threads_ = 0, max_memory_bytes_ = -1, peak_bytes_ = -1;
};

}  // namespace ibid::hardware
