#include "services/calibration_service.hpp"

#include "core/hex.hpp"
#include "core/normalised_key.hpp"
#include "data/probe_set.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace learnd::services {

namespace {

/// Small, so that a search never waits long behind the probes.
constexpr std::size_t kProbesAtOnce = 16;

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return static_cast<double>(sum);
}

std::vector<double> pairCosines(const std::vector<ports::Embedding>& probes) {
  std::vector<double> cosines;
  cosines.reserve(probes.size() * probes.size() / 2);
  for (std::size_t i = 0; i < probes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) cosines.push_back(dot(probes[i].vector, probes[j].vector));
  }
  return cosines;
}

std::string scaleDigest(const ports::EmbedderIdentity& identity) {
  return CalibrationService::vectorsDigest(identity) + "-" + data::probeSetVersion();
}

}  // namespace

std::string CalibrationService::vectorsDigest(const ports::EmbedderIdentity& identity) {
  std::string all;
  for (const std::string& part : {identity.backend, identity.digest, identity.prefix, std::to_string(identity.dimensions)}) {
    all.append(std::to_string(part.size())).append(":").append(part);
  }
  return core::hexText(core::sha256(all)).substr(0, 32);
}

ports::Task<void> CalibrationService::prepare() {
  auto identity = co_await context_.embedder.identity();
  if (!identity) co_return identity.error();
  if (current_ && identity_ == *identity) co_return ports::Result<void>();
  if (context_.rules.rawCalibration) {
    use(std::move(*identity), core::rawCalibration());
    co_return ports::Result<void>();
  }
  std::string digest = scaleDigest(*identity);
  auto kept = co_await context_.records.calibration(digest);
  if (kept && *kept) {
    use(std::move(*identity), **kept);
    co_return ports::Result<void>();
  }
  // Another embedder's scale is of no use while this one's is made.
  current_.reset();
  auto measured = co_await measure(context_.embedder);
  if (!measured) co_return measured.error();
  use(std::move(*identity), *measured);
  // Not kept means measured again at the next start: no reason to go without it now.
  (void)co_await context_.records.saveCalibration(std::move(digest), *measured);
  co_return ports::Result<void>();
}

ports::Task<void> CalibrationService::measureAhead(std::shared_ptr<ports::Embedder> embedder) {
  if (context_.rules.rawCalibration) co_return ports::Result<void>();
  auto identity = co_await embedder->identity();
  if (!identity) co_return identity.error();
  std::string digest = scaleDigest(*identity);
  auto kept = co_await context_.records.calibration(digest);
  if (!kept) co_return kept.error();
  if (*kept) co_return ports::Result<void>();
  auto measured = co_await measure(*embedder);
  if (!measured) co_return measured.error();
  co_return co_await context_.records.saveCalibration(std::move(digest), *measured);
}

void CalibrationService::use(ports::EmbedderIdentity identity, core::Calibration calibration) {
  identity_ = std::move(identity);
  current_ = calibration;
}

ports::Task<core::Calibration> CalibrationService::measure(ports::Embedder& embedder) {
  const auto& questions = data::probeQuestions();
  std::vector<ports::Embedding> probes;
  probes.reserve(questions.size());
  for (std::size_t from = 0; from < questions.size(); from += kProbesAtOnce) {
    const std::size_t to = std::min(questions.size(), from + kProbesAtOnce);
    std::vector<std::string> texts;
    for (std::size_t i = from; i < to; ++i) texts.emplace_back(core::withoutNoise(questions[i]));
    auto embedded = co_await embedder.embed(std::move(texts), ports::Priority::Background);
    if (!embedded) co_return embedded.error();
    for (auto& one : *embedded) probes.push_back(std::move(one));
  }
  auto work = [probes = std::move(probes)]() -> ports::Result<core::Calibration> {
    auto calibration = core::calibrate(pairCosines(probes));
    if (!calibration) return ports::Error(ports::ErrorKind::Internal, "the probe set is too small to calibrate by");
    return *calibration;
  };
  co_return co_await context_.pool.run(std::move(work));
}

}  // namespace learnd::services
