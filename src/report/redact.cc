#include "report/redact.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace ibid::report {
namespace {

constexpr size_t kShortestSecret = 4;     // shorter values stand in texts by chance
constexpr size_t kIdentifierDigits = 32;  // of a container, a machine, a device
constexpr std::string_view kHidden = "(hidden)";

// Texts of private facts, the longest first: one may hold another.
class PrivateTexts {
 public:
  void add(const Json& value) {
    if (value.is_string() && value.get_ref<const std::string&>().size() >= kShortestSecret)
      texts_.push_back(value.get<std::string>());
    if (value.is_structured()) {
      for (const Json& part : value) add(part);
    }
  }

  void finish() {
    std::ranges::sort(texts_, [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
  }

  // A source or a reason may repeat what is private: the path of a control group names its container.
  std::string hide(std::string text) const {
    for (const std::string& secret : texts_) {
      size_t at = text.find(secret);
      while (at != std::string::npos) {
        text.replace(at, secret.size(), kHidden);
        at = text.find(secret, at + kHidden.size());
      }
    }
    return without_identifiers(text);
  }

 private:
  // Identifiers may have dashes between their digits.
  static std::string without_identifiers(const std::string& text) {
    std::string shown, run;
    size_t n_digits = 0;
    const auto flush = [&] {
      shown += n_digits >= kIdentifierDigits ? std::string(kHidden) : run;
      run.clear();
      n_digits = 0;
    };
    for (const char c : text) {
      const bool is_digit = std::isxdigit(static_cast<unsigned char>(c)) != 0;
      if (!is_digit && (c != '-' || n_digits == 0)) {
        flush();
        shown += c;
        continue;
      }
      run += c;
      n_digits += is_digit ? 1 : 0;
    }
    flush();
    return shown;
  }

  std::vector<std::string> texts_;
};

template <class Visit>
void for_each_item(const Json& report, const Section& section, const Visit& visit) {
  const std::string name(section.name);
  if (!report.contains(name)) return;
  if (!section.is_list) {
    visit(report[name]);
  } else if (report[name].contains("items")) {
    for (const Json& item : report[name]["items"]) visit(item);
  }
}

PrivateTexts private_texts(const Json& report, std::span<const Section> sections) {
  PrivateTexts texts;
  for (const Section& section : sections) {
    for_each_item(report, section, [&](const Json& item) {
      for (const Field& field : section.fields) {
        const std::string name(field.name);
        if (field.is_private && item.contains(name)) texts.add(item[name].value("value", Json()));
      }
    });
  }
  texts.finish();
  return texts;
}

// A fact, or the list of a section, with its values as they are and its texts for people without secrets.
void hide_in_texts(Json& fact, const PrivateTexts& texts) {
  if (fact.is_array()) {
    for (Json& part : fact) hide_in_texts(part, texts);
  }
  if (!fact.is_object()) return;
  for (auto& [name, value] : fact.items()) {
    if ((name == "source" || name == "unknown") && value.is_string()) {
      value = texts.hide(value.get<std::string>());
    } else if (name != "value") {
      hide_in_texts(value, texts);
    }
  }
}

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
  hide_in_texts(shown, private_texts(report, sections));
  return shown;
}

}  // namespace ibid::report
