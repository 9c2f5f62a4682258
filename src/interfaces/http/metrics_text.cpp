#include "interfaces/http/metrics_text.hpp"

#include "json/value.hpp"

#include <cmath>

namespace learnd::interfaces::http {

namespace {

void appendEscaped(std::string_view text, std::string& out) {
  for (const char sign : text) {
    if (sign == '\\' || sign == '"') out += '\\';
    if (sign == '\n') {
      out += "\\n";
    } else {
      out += sign;
    }
  }
}

}  // namespace

void MetricsText::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::sample(double value, std::initializer_list<Label> labels) { part("", value, labels); }

void MetricsText::part(std::string_view suffix, double value, std::initializer_list<Label> labels) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const auto& [name, label] : labels) {
    text_ += before;
    text_.append(name).append("=\"");
    appendEscaped(label, text_);
    text_ += '"';
    before = ',';
  }
  if (labels.size() > 0) text_ += '}';
  text_.append(" ").append(std::isfinite(value) ? json::write(json::Value(value)) : "NaN").append("\n");
}

void MetricsText::single(std::string_view name, std::string_view type, std::string_view help, double value) {
  begin(name, type, help);
  sample(value);
}

}  // namespace learnd::interfaces::http
