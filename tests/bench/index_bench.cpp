// Measures the embedded index: index_bench [--entries N] [--questions N] [--threads N] [--texts F --vectors F --asked F --asked-vectors F]

#include "adapters/embedded_index/embedded_index.hpp"
#include "adapters/embedded_index/kernels.hpp"
#include "tests/bench/index_sample.hpp"
#include "tests/fakes/run_task.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace learnd::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::size_t entries = 100000;
  std::size_t questions = 500;
  std::size_t threads = 2;
  SampleFiles files;
};

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

double residentMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

/// The ten best by exact single-precision products. What is as near as the tenth is as good as it.
class Truth {
 public:
  Truth(const std::vector<ports::IndexEntry>& entries, const ports::IndexQuery& query) {
    for (const auto& entry : entries) {
      float sum = 0;
      for (std::size_t i = 0; i < query.vector.size(); ++i) sum += query.vector[i] * (*entry.vector)[i];
      all_.emplace_back(sum, entry.id);
    }
    std::partial_sort(all_.begin(), all_.begin() + 10, all_.end(), [](const auto& a, const auto& b) { return a > b; });
  }
  [[nodiscard]] double recall(const ports::IndexAnswer& answer) const {
    std::set<core::LearningId> found;
    for (const auto& one : answer.candidates) found.insert(one.id);
    const auto hits = std::count_if(all_.begin(), all_.begin() + 10, [&](const auto& one) { return found.contains(one.second); });
    return static_cast<double>(hits) / 10;
  }

 private:
  std::vector<std::pair<float, core::LearningId>> all_;
};

class IndexBench {
 public:
  IndexBench(const Options& options, IndexSample sample)
      : sample_(std::move(sample)), pool_(options.threads), index_(std::make_unique<embedded_index::EmbeddedIndex>(pool_)) {}

  void run() {
    load();
    search("meaning", [](ports::IndexQuery& query) { query.words.clear(); });
    search("words", [](ports::IndexQuery& query) { query.vector.clear(); });
    search("both", [](ports::IndexQuery&) {});
    search("both, one kind of one", [](ports::IndexQuery& query) { query.filter.kinds = {core::Kind::Solution}; });
    search("both, 10 % pass", [](ports::IndexQuery& query) { query.filter.attributes = {{"metadata.one_in_ten", {"3"}}}; });
    search("both, 1 % pass", [](ports::IndexQuery& query) { query.filter.attributes = {{"metadata.one_in_hundred", {"3"}}}; });
    recall();
    change();
  }

 private:
  template <class T>
  T get(ports::Task<T> task) {
    return fakes::runTask(loop_, std::move(task)).value();
  }
  void must(ports::Task<void> task) { fakes::runTask(loop_, std::move(task)).value(); }

  void load() {
    constexpr std::size_t kPage = 2000;
    const double before = residentMegabytes();
    must(index_->useDimensions(sample_.dimensions));
    double seconds = 0;
    for (std::size_t from = 0; from < sample_.entries.size(); from += kPage) {
      const auto begin = sample_.entries.begin() + static_cast<std::ptrdiff_t>(from);
      std::vector<ports::IndexEntry> page(begin, begin + static_cast<std::ptrdiff_t>(std::min(kPage, sample_.entries.size() - from)));
      const auto start = Clock::now();
      must(index_->upsert(std::move(page)));
      seconds += secondsSince(start);
    }
    std::printf("load: %zu entries in %.2f s (%.0f/s), %.0f MB\n", sample_.entries.size(), seconds,
                static_cast<double>(sample_.entries.size()) / seconds, residentMegabytes() - before);
  }

  template <class Adapt>
  void search(const char* name, Adapt adapt) {
    std::vector<double> milliseconds;
    for (int round = 0; round < 2; ++round) {
      for (auto query : sample_.questions) {
        adapt(query);
        const auto start = Clock::now();
        (void)get(index_->search(std::move(query)));
        if (round > 0) milliseconds.push_back(secondsSince(start) * 1000);
      }
    }
    std::printf("search %-22s p50 %.3f ms, p99 %.3f ms\n", name, percentile(milliseconds, 0.5), percentile(milliseconds, 0.99));
  }

  void recall() {
    double sum = 0;
    const std::size_t questions = std::min<std::size_t>(200, sample_.questions.size());
    for (std::size_t i = 0; i < questions; ++i) {
      auto query = sample_.questions[i * sample_.questions.size() / questions];
      query.words.clear();
      const Truth truth(sample_.entries, query);
      sum += truth.recall(get(index_->search(std::move(query))));
    }
    std::printf("recall@10 of exact single precision: %.5f\n", sum / static_cast<double>(questions));
  }

  /// One entry at a time, as a store does.
  void change() {
    std::vector<double> milliseconds;
    for (std::size_t i = 0; i < std::min<std::size_t>(2000, sample_.entries.size()); ++i) {
      std::vector<ports::IndexEntry> one{sample_.entries[i * 37 % sample_.entries.size()]};
      one.front().revision = 2;
      one.front().words += " changed";
      const auto start = Clock::now();
      must(index_->upsert(std::move(one)));
      milliseconds.push_back(secondsSince(start) * 1000);
    }
    std::printf("update of one: p50 %.3f ms, p99 %.3f ms\n", percentile(milliseconds, 0.5), percentile(milliseconds, 0.99));
  }

  IndexSample sample_;
  boost::asio::io_context loop_;
  support::BlockingPool pool_;
  std::unique_ptr<embedded_index::EmbeddedIndex> index_;
};

/// How near the kernels come to merely reading the same memory, larger than the cache.
void measureScans(std::size_t dimensions) {
  namespace kernels = embedded_index::kernels;
  constexpr std::size_t kBytes = std::size_t{256} << 20U;
  constexpr int kRounds = 7;
  std::vector<std::uint64_t> memory(kBytes / sizeof(std::uint64_t), 0x0123456789ABCDEFU);
  std::uint64_t sink = 0;
  const auto fastest = [&](auto&& pass) {
    double best = 1e9;
    for (int round = 0; round < kRounds; ++round) {
      const auto start = Clock::now();
      pass();
      best = std::min(best, secondsSince(start));
    }
    return static_cast<double>(kBytes) / best / 1e9;
  };
  const double plain = fastest([&] {
    std::array<std::uint64_t, 32> sums{};
    for (std::size_t i = 0; i < memory.size(); i += sums.size()) {
      for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] ^= memory[i + lane];
    }
    for (const std::uint64_t sum : sums) sink ^= sum;
  });
  const std::vector<float> probe(dimensions, 0.01F);
  const auto* rows = reinterpret_cast<const kernels::Half*>(memory.data());
  const double dot = fastest([&] {
    for (std::size_t i = 0; i + dimensions <= kBytes / sizeof(kernels::Half); i += dimensions)
      sink += static_cast<std::uint64_t>(kernels::dot(probe.data(), rows + i, dimensions) > 0);
  });
  const std::size_t units = dimensions / kernels::kBitsPerUnit;
  const std::vector<kernels::CodeUnit> code(units, 0x5555);
  const auto* codes = reinterpret_cast<const kernels::CodeUnit*>(memory.data());
  std::vector<kernels::Distance> distances(kernels::kBlock);
  const double hamming = fastest([&] {
    for (std::size_t i = 0; i + units * kernels::kBlock <= kBytes / sizeof(kernels::CodeUnit); i += units * kernels::kBlock) {
      kernels::hamming(codes + i, code.data(), units, distances.data());
      sink += static_cast<std::uint64_t>(distances[0]);
    }
  });
  std::printf("%s, one thread, GB/s: plain read %.1f, rows %.1f (%.2f), codes %.1f (%.2f) [%d]\n", kernels::instructionSet().c_str(), plain,
              dot, dot / plain, hamming, hamming / plain, static_cast<int>(sink & 1U));
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    const std::string& value = arguments[i + 1];
    if (name == "--entries")
      options.entries = std::stoul(value);
    else if (name == "--questions")
      options.questions = std::stoul(value);
    else if (name == "--threads")
      options.threads = std::stoul(value);
    else if (name == "--texts")
      options.files.texts = value;
    else if (name == "--vectors")
      options.files.vectors = value;
    else if (name == "--asked")
      options.files.questions = value;
    else if (name == "--asked-vectors")
      options.files.questionVectors = value;
    else
      throw std::invalid_argument("unknown option " + name);
  }
  return options;
}

}  // namespace

}  // namespace learnd::bench

int main(int argc, char** argv) {
  using namespace learnd::bench;
  try {
    const Options options = parse({argv + 1, argv + argc});
    measureScans(384);
    IndexSample sample = options.files.texts.empty() ? madeUpSample(options.entries, options.questions)
                                                     : realSample(options.files, options.entries, options.questions);
    IndexBench(options, std::move(sample)).run();
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "index_bench: %s\n", failure.what());
    return 1;
  }
}
