#include "verify/hook_events.h"

#include <algorithm>
#include <optional>

#include "ibid/errors.h"

namespace ibid::verify {
namespace {

std::string text_of(const Json& event, const char* name) {
  const auto found = event.find(name);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int64_t integer_of(const Json& event, const char* name, int64_t otherwise) {
  const auto found = event.find(name);
  return found != event.end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
}

std::optional<io::NamedDigests> tensors_of(const Json& event) {
  const auto found = event.find("tensors");
  if (found == event.end() || !found->is_object()) return std::nullopt;
  io::NamedDigests tensors;
  for (const auto& [name, hex] : found->items()) {
    const std::optional<Digest128> digest =
        hex.is_string() ? Digest128::from_hex(hex.get_ref<const std::string&>()) : std::nullopt;
    if (!digest) return std::nullopt;
    tensors.emplace_back(name, *digest);
  }
  return tensors;
}

class EventReader {
 public:
  EventReader(HookEvents& events, std::string process) : events_(events), process_(std::move(process)) {}

  // False: the line is not one of ours.
  bool read(const Json& event) {
    if (!event.is_object()) return false;
    const std::string kind = text_of(event, "event");
    if (kind == "open") return read_open(event);
    if (kind == "rename" || kind == "link" || kind == "remove") return read_change(event, kind);
    if (kind == "trace" || kind == "no_trace") return read_trace(event);
    if (kind == "digest") return read_digest(event);
    if (kind == "metric") return read_metric(event);
    if (kind == "cadence") return read_cadence(event);
    Json* list = list_of(kind);
    if (list == nullptr) return kind == "end" || kind == "trace_end";
    Json entry = event;
    entry.erase("event");
    if (kind == "process") {
      if (const int64_t rank = integer_of(event, "rank", -1); rank >= 0) rank_ = rank;
    } else {
      entry["process"] = process_;
    }
    list->push_back(std::move(entry));
    return true;
  }

  void finish() {
    if (log_.empty()) return;
    ProcessDigests process{rank_, 1, std::move(log_)};
    for (const ProcessDigests& other : events_.digests) process.number += other.rank == rank_ ? 1 : 0;
    events_.digests.push_back(std::move(process));
  }

 private:
  Json* list_of(const std::string& kind) {
    if (kind == "process") return &events_.processes;
    if (kind == "library") return &events_.libraries;
    if (kind == "seed") return &events_.seeds;
    if (kind == "switch") return &events_.switches;
    if (kind == "parameter") return &events_.parameters;
    if (kind == "enforced") return &events_.enforced;
    if (kind == "not_enforced") return &events_.not_enforced;
    if (kind == "note") return &events_.notes;
    return nullptr;
  }

  bool read_open(const Json& event) {
    const std::string path = text_of(event, "path"), mode = text_of(event, "mode");
    if (path.empty() || (mode != "read" && mode != "write" && mode != "update")) return false;
    OpenedFile& file = file_of(path);
    file.became.clear();
    // What it held when it was first read; later the program may have written it itself.
    if (mode != "write" && !file.read && !file.written) {
      file.size_bytes = integer_of(event, "size", -1);
      file.modified_ns = integer_of(event, "modified_ns", -1);
    }
    file.read = file.read || mode != "write";
    file.written = file.written || mode != "read";
    return true;
  }

  OpenedFile& file_of(const std::string& path) {
    OpenedFile& file = events_.files[path];
    (is_trace_ ? file.seen_by_trace : file.seen_by_hook) = true;
    return file;
  }

  // A file that got another name, or none.
  bool read_change(const Json& event, const std::string& kind) {
    const std::string path = text_of(event, "path"), to = text_of(event, "to");
    if (path.empty() || (to.empty() && kind != "remove")) return false;
    if (kind == "rename" && event.value("folder", false)) return rename_folder(path + "/", to + "/");
    if (!to.empty()) file_of(to).written = true;
    if (kind != "link") leave(path, kind == "remove" ? "it was removed" : "it was renamed to " + to);
    return true;
  }

  void leave(const std::string& path, const std::string& became) {
    OpenedFile& file = file_of(path);
    file.written = true;
    file.became = became;
  }

  bool rename_folder(const std::string& from, const std::string& to) {
    std::vector<std::string> below;
    for (auto at = events_.files.lower_bound(from); at != events_.files.end(); ++at) {
      if (!at->first.starts_with(from)) break;
      if (at->second.became.empty()) below.push_back(at->first.substr(from.size()));
    }
    for (const std::string& name : below) {
      file_of(to + name).written = true;
      leave(from + name, "it was renamed to " + to + name);
    }
    return true;
  }

  // The first event of the tracer's file.
  bool read_trace(const Json& event) {
    is_trace_ = true;
    events_.trace = event;
    events_.trace.erase("event");
    return true;
  }

  bool read_digest(const Json& event) {
    const int64_t step = integer_of(event, "step", -1);
    std::optional<io::NamedDigests> tensors = tensors_of(event);
    if (step < 0 || !tensors || (!log_.empty() && step <= log_.back().step)) return false;
    try {
      log_.push_back(make_entry(log_, step, std::move(*tensors)));
    } catch (const ArgumentError&) {
      return false;  // names that make no tree
    }
    return true;
  }

  bool read_cadence(const Json& event) {
    const std::string library = text_of(event, "kind");
    const int64_t every = integer_of(event, "every", 0);
    if (library.empty() || every < 1) return false;
    int64_t& chosen = events_.cadence[library];
    chosen = std::max(chosen, every);
    return true;
  }

  bool read_metric(const Json& event) {
    const auto value = event.find("value");
    if (text_of(event, "name").empty() || value == event.end() || !(value->is_number() || value->is_string()))
      return false;
    Json metric = {{"step", integer_of(event, "step", -1)},
                   {"name", text_of(event, "name")},
                   {"value", *value},
                   {"source", text_of(event, "source")}};
    if (rank_) metric["rank"] = *rank_;
    events_.metrics.push_back(std::move(metric));
    return true;
  }

  HookEvents& events_;
  std::string process_;
  std::optional<int64_t> rank_;
  bool is_trace_ = false;
  DigestLog log_;
};

}  // namespace

Result<HookEvents> read_hook_events(const platform::Path& folder) {
  HookEvents events;
  if (!platform::is_folder(folder)) return events;
  IBID_ASSIGN(const std::vector<platform::Path> paths, platform::list_sorted(folder));
  for (const platform::Path& path : paths) {
    if (path.extension() != ".jsonl") continue;
    IBID_ASSIGN(const std::string content, platform::read_file(path));
    EventReader reader(events, path.stem().string());
    // Not all lines at once: a long training has many.
    for (size_t begin = 0; begin < content.size();) {
      const size_t end = std::min(content.find('\n', begin), content.size());
      const std::string line = content.substr(begin, end - begin);
      begin = end + 1;
      if (line.empty()) continue;
      const Result<Json> json = parse_json(line, path.string());
      if (!json.ok() || !reader.read(json.value())) ++events.n_unreadable_lines;
    }
    reader.finish();
  }
  return events;
}

}  // namespace ibid::verify
