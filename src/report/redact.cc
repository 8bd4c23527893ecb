#include "report/redact.h"

namespace ibid::report {
namespace {

Json redacted_item(const Json& item, const Section& section) {
  Json shown = Json::object();
  for (const Field& field : section.fields) {
    const std::string name(field.name);
    if (!item.contains(name)) continue;
    // That a private fact is unknown tells nothing.
    const bool hidden = field.is_private && !item[name].contains("unknown");
    shown[name] = hidden ? Json{{"redacted", "private"}} : item[name];
  }
  return shown;
}

}  // namespace

Json redacted(const Json& report, std::span<const Section> sections) {
  Json shown = Json::object();
  for (const char* name : {"format", "version"}) {
    if (report.contains(name)) shown[name] = report[name];
  }
  for (const Section& section : sections) {
    const std::string name(section.name);
    if (!report.contains(name)) continue;
    if (!section.is_list) {
      shown[name] = redacted_item(report[name], section);
      continue;
    }
    Json list = report[name];
    for (Json& item : list["items"]) item = redacted_item(item, section);
    shown[name] = std::move(list);
  }
  return shown;
}

}  // namespace ibid::report
