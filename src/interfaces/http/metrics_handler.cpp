#include "interfaces/http/figures.hpp"
#include "interfaces/http/handlers.hpp"
#include "interfaces/http/metrics_text.hpp"
#include "services/services.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace learnd::interfaces::http {

namespace {

double residentBytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double processorSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void addLearnings(MetricsText& text, const ports::StoreCounts& counts) {
  text.single("learnd_learnings", "gauge", "Learnings stored.", static_cast<double>(counts.learnings));
  text.begin("learnd_learnings_by_kind", "gauge", "Learnings stored, by kind.");
  for (const auto& [kind, count] : counts.byKind) text.sample(static_cast<double>(count), {{"kind", kind}});
  text.single("learnd_pending_index", "gauge", "Learnings that wait for their vector.", static_cast<double>(counts.pendingIndex));
  text.single("learnd_set_aside", "gauge", "Learnings whose vector was tried in vain.", static_cast<double>(counts.setAside));
  text.begin("learnd_tokens_saved", "gauge", "Tokens that remembered answers saved.");
  text.sample(static_cast<double>(counts.tokensSavedMeasured), {{"kind", "measured"}});
  text.sample(static_cast<double>(counts.tokensSavedEstimated), {{"kind", "estimated"}});
}

void addBackends(MetricsText& text, const services::HealthReport& report) {
  text.single("learnd_degraded", "gauge", "Whether searches are degraded.", report.degraded ? 1 : 0);
  text.begin("learnd_backend_up", "gauge", "Whether a backend works.");
  for (const auto* backend : {&report.store, &report.index, &report.embedder}) {
    text.sample(backend->up ? 1 : 0, {{"seam", backend->seam}, {"backend", backend->backend}});
  }
}

void addDurations(MetricsText& text, const Figures& figures) {
  text.begin("learnd_http_request_seconds", "histogram", "Time from a request's head to its answer, by call.");
  for (const auto& [route, duration] : figures.durations()) {
    std::uint64_t within = 0;
    for (std::size_t i = 0; i < Figures::kBounds.size(); ++i) {
      within += duration.within[i];
      const std::string bound = json::write(json::Value(Figures::kBounds[i]));
      text.part("_bucket", static_cast<double>(within), {{"method", route->method}, {"path", route->path}, {"le", bound}});
    }
    text.part("_bucket", static_cast<double>(duration.count), {{"method", route->method}, {"path", route->path}, {"le", "+Inf"}});
    text.part("_sum", duration.seconds, {{"method", route->method}, {"path", route->path}});
    text.part("_count", static_cast<double>(duration.count), {{"method", route->method}, {"path", route->path}});
  }
}

void addDoor(MetricsText& text, const Figures& figures) {
  text.single("learnd_http_connections", "gauge", "Connections that are open.", static_cast<double>(figures.connections()));
  text.single("learnd_http_connections_refused_total", "counter", "Connections past the limit.", static_cast<double>(figures.refused()));
  text.begin("learnd_http_requests_total", "counter",
             "Requests answered, by call and status; without a path: of no call of the interface.");
  for (const auto& [key, count] : figures.requests()) {
    const std::string status = std::to_string(key.second);
    const auto method = key.first ? key.first->method : std::string_view();
    const auto path = key.first ? key.first->path : std::string_view();
    text.sample(static_cast<double>(count), {{"method", method}, {"path", path}, {"status", status}});
  }
  addDurations(text, figures);
}

}  // namespace

ports::Task<Response> metrics(services::Services& services, Request request) {
  MetricsText text;
  // A record store that is down leaves its figures out; the others are wanted then most of all.
  auto counts = co_await services.health.counts();
  if (counts) addLearnings(text, *counts);
  auto report = co_await services.health.report();
  if (report) addBackends(text, *report);
  const auto& quality = services.quality.lastReport();
  text.single("learnd_average_relevance", "gauge", "Average of the best scores of the quality window's searches.",
              quality.averageRelevance);
  text.single("learnd_quality_queries", "gauge", "Searches of the quality window.", static_cast<double>(quality.queries));
  if (request.figures) addDoor(text, *request.figures);
  text.single("process_resident_memory_bytes", "gauge", "Resident memory.", residentBytes());
  text.single("process_cpu_seconds_total", "counter", "Processor time used.", processorSeconds());
  Response response;
  response.body = text.take();
  response.contentType = "text/plain; version=0.0.4; charset=utf-8";
  co_return response;
}

}  // namespace learnd::interfaces::http
