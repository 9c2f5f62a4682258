#include "interfaces/codec/answer_codec.hpp"
#include "interfaces/http/handlers.hpp"
#include "interfaces/http/openapi.hpp"
#include "services/services.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace learnd::interfaces::http {

namespace {

/// Prometheus' text form, version 0.0.4.
class MetricsText {
 public:
  void add(std::string_view name, std::string_view type, std::string_view help, double value, std::string_view labels = {}) {
    if (name != last_) out_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
    last_ = name;
    out_ << name;
    if (!labels.empty()) out_ << '{' << labels << '}';
    out_.precision(15);
    out_ << ' ' << value << '\n';
  }
  [[nodiscard]] std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
  std::string last_;
};

double residentBytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void addBackend(MetricsText& text, const services::BackendReport& backend) {
  const std::string labels = "seam=\"" + backend.seam + "\",backend=\"" + backend.backend + "\"";
  text.add("learnd_backend_up", "gauge", "Whether a backend works.", backend.up ? 1 : 0, labels);
}

}  // namespace

ports::Task<Response> health(services::Services&, Request) { co_return Response{200, R"({"status":"alive"})"}; }

ports::Task<Response> readiness(services::Services& services, Request) {
  auto report = co_await services.health.report();
  if (!report) co_return report.error();
  co_return Response{report->store.up ? 200 : 503, json::write(encodeReadiness(*report))};
}

ports::Task<Response> stats(services::Services& services, Request) {
  auto counts = co_await services.health.counts();
  if (!counts) co_return counts.error();
  auto report = co_await services.health.report();
  if (!report) co_return report.error();
  co_return Response{200, json::write(encodeStats(*counts, *report))};
}

ports::Task<Response> doctor(services::Services& services, Request) {
  auto report = co_await services.health.report();
  if (!report) co_return report.error();
  co_return Response{200, json::write(encodeDoctor(*report))};
}

ports::Task<Response> quality(services::Services& services, Request) {
  auto report = co_await services.quality.report();
  if (!report) co_return report.error();
  co_return Response{200, json::write(encodeQuality(*report))};
}

ports::Task<Response> metrics(services::Services& services, Request) {
  auto counts = co_await services.health.counts();
  if (!counts) co_return counts.error();
  auto report = co_await services.health.report();
  if (!report) co_return report.error();
  MetricsText text;
  text.add("learnd_learnings", "gauge", "Learnings stored.", static_cast<double>(counts->learnings));
  text.add("learnd_pending_index", "gauge", "Learnings that wait for their vector.", static_cast<double>(counts->pendingIndex));
  text.add("learnd_set_aside", "gauge", "Of these, tried in vain.", static_cast<double>(counts->setAside));
  text.add("learnd_degraded", "gauge", "Whether searches are degraded.", report->degraded ? 1 : 0);
  addBackend(text, report->store);
  addBackend(text, report->index);
  addBackend(text, report->embedder);
  text.add("learnd_tokens_saved", "counter", "Tokens that remembered answers saved.", static_cast<double>(counts->tokensSavedMeasured), "kind=\"measured\"");
  text.add("learnd_tokens_saved", "counter", "Tokens that remembered answers saved.", static_cast<double>(counts->tokensSavedEstimated), "kind=\"estimated\"");
  text.add("learnd_average_relevance", "gauge", "Average of the best scores of the quality window.", services.quality.lastReport().averageRelevance);
  text.add("process_resident_memory_bytes", "gauge", "Resident memory.", residentBytes());
  text.add("process_cpu_seconds_total", "counter", "CPU time used.", cpuSeconds());
  co_return Response{200, text.text(), "text/plain; version=0.0.4; charset=utf-8"};
}

ports::Task<Response> retryIndex(services::Services& services, Request request) {
  if (!services.context.access.isAdministrator(request.caller)) {
    co_return core::Error(core::ErrorKind::PermissionDenied, "only root, the daemon's own user and the admin group may ask for another try");
  }
  auto due = co_await services.health.retryIndex();
  if (!due) co_return due.error();
  json::Value value;
  value.set("retried", *due);
  co_return Response{200, json::write(value)};
}

ports::Task<Response> openApi(services::Services&, Request) { co_return Response{200, openApiText()}; }

}  // namespace learnd::interfaces::http
