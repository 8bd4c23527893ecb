#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "report/fields.h"

namespace ibid::report {

// A report as one HTML page that needs nothing else: no script, no font and no picture from elsewhere; dark
// or light as the reader's system has it; printable. The report must have passed check().
std::string html(const Json& report, std::span<const Section> sections, std::string_view title);

// The parts of a page; title and note are text, links and body are HTML.
struct HtmlPage {
  std::string title;
  std::string note;
  std::string links;
  std::string body;
  std::string_view style = {};  // besides the one all pages share
};

// A page around them, with the style that all pages share.
std::string html_page(const HtmlPage& page);

// Text as content or attribute of HTML.
std::string html_escaped(std::string_view text);

}  // namespace ibid::report
