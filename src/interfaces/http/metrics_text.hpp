#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace learnd::interfaces::http {

/// Prometheus' text exposition format, version 0.0.4.
class MetricsText {
 public:
  using Label = std::pair<std::string_view, std::string_view>;

  /// Begins a metric; the samples that follow are its.
  void begin(std::string_view name, std::string_view type, std::string_view help);
  void sample(double value, std::initializer_list<Label> labels = {});
  /// A sample of the metric's NAME_SUFFIX (a histogram's bucket, sum or count).
  void part(std::string_view suffix, double value, std::initializer_list<Label> labels);
  /// A metric with one sample.
  void single(std::string_view name, std::string_view type, std::string_view help, double value);

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace learnd::interfaces::http
