// How near the record store comes to SQLite itself: both in one run, in turns. Prints one JSON object a line.
//   store_bench [FOLDER] [ROWS]     FOLDER lies on the disk to measure (default: the current one), ROWS are imported (default 100,000)
#include "adapters/sqlite/sqlite_record_store.hpp"
#include "core/normalised_key.hpp"
#include "tests/bench/raw_store.hpp"
#include "tests/fakes/run_task.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

namespace {

using namespace learnd;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

template <class T>
T must(core::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

void must(core::Result<void> result) {
  if (!result) throw std::runtime_error(result.error().message());
}

/// Learnings as an import brings them: some 350 bytes of text, ids that ascend.
class Learnings {
 public:
  core::Learning next() {
    ++number_;
    core::Learning learning;
    core::LearningId::Bytes bytes{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80};
    for (std::size_t i = 0; i < 4; ++i) bytes[5 - i] = static_cast<std::uint8_t>(number_ >> (8 * i));
    for (std::size_t i = 9; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(random_());
    learning.id = core::LearningId(bytes);
    learning.category = number_ % 3 == 0 ? "error-solutions" : "skills-patterns";
    learning.query = words(10) + " " + std::to_string(number_);
    learning.solution = words(35);
    learning.metadata = R"({"os":"nixos","platform":"linux","page":")" + words(1) + "\"}";
    learning.valueScore = 0.44 + 0.05 * static_cast<double>(number_ % 7);
    learning.breakdown.complexity = {0.01, 0.2, true, false};
    learning.breakdown.reusability = {0.3, 0.3, false, false};
    learning.breakdown.novelty = {1, 0.2, true, false};
    learning.breakdown.confirmation = {0.5, 0.15, false, false};
    learning.breakdown.impact = {0.5, 0.15, false, false};
    learning.profile = "standard";
    learning.weightSet = "standard";
    learning.createdBy = 1000;
    learning.createdOn = "helios";
    learning.timestamp = core::Timestamp(std::chrono::microseconds(1'700'000'000'000'000 + static_cast<std::int64_t>(number_) * 1000));
    learning.updated = learning.timestamp;
    return learning;
  }

  std::vector<core::Learning> next(int count) {
    std::vector<core::Learning> made;
    for (int i = 0; i < count; ++i) made.push_back(next());
    return made;
  }

 private:
  std::string words(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += (i > 0 ? " word" : "word") + std::to_string(random_() % 9000);
    return text;
  }

  std::uint32_t number_ = 0;
  std::mt19937_64 random_{7};
};

/// What a store of a new learning asks and does.
core::Result<void> storeNew(ports::RecordTransaction& transaction, const core::Learning& learning) {
  auto same = transaction.findSame(learning);
  if (!same) return same.error();
  auto equal = transaction.hasKey(core::keyOf(learning), learning.id);
  if (!equal) return equal.error();
  return transaction.insert(learning);
}

boost::asio::awaitable<void> writeSome(ports::RecordStore& store, std::vector<core::Learning> learnings) {
  for (auto& learning : learnings) {
    ports::RecordWork work = [learning = std::move(learning)](ports::RecordTransaction& transaction) {
      return storeNew(transaction, learning);
    };
    auto done = co_await store.write(std::move(work));
    must(std::move(done));
  }
}

/// Durable writes a second by so many at once.
double writesPerSecond(ports::RecordStore& store, Learnings& learnings, int writers, int each) {
  boost::asio::io_context loop;
  for (int writer = 0; writer < writers; ++writer) {
    std::vector<core::Learning> own;
    for (int i = 0; i < each; ++i) own.push_back(learnings.next());
    boost::asio::co_spawn(loop, writeSome(store, std::move(own)), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  const auto start = Clock::now();
  loop.run();
  return writers * each / secondsSince(start);
}

/// Rows a second of an import in batches of 500, one after another.
double importedPerSecond(ports::RecordStore& store, Learnings& learnings, int batches) {
  boost::asio::io_context loop;
  double seconds = 0;
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<core::Learning> rows;
    for (int i = 0; i < 500; ++i) rows.push_back(learnings.next());
    ports::RecordWork work = [&rows](ports::RecordTransaction& transaction) -> core::Result<void> {
      for (const auto& row : rows) {
        if (auto done = storeNew(transaction, row); !done) return done;
      }
      return {};
    };
    const auto start = Clock::now();
    must(fakes::runTask(loop, store.write(std::move(work))));
    seconds += secondsSince(start);
  }
  return 500.0 * batches / seconds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <class Step>
double medianMicroseconds(int times, Step step) {
  std::vector<double> values;
  for (int i = 0; i < times; ++i) {
    const auto start = Clock::now();
    step();
    values.push_back(secondsSince(start) * 1e6);
  }
  return median(std::move(values));
}

void measureWrites(sqlite::SqliteRecordStore& store, bench::RawStore& raw, Learnings& learnings) {
  std::vector<double> rawSingle, single, atOnce, rawGroups, imported;
  for (int round = 0; round < 5; ++round) {
    rawSingle.push_back(raw.commitsPerSecond(learnings.next(1000), 1));
    single.push_back(writesPerSecond(store, learnings, 1, 1000));
    atOnce.push_back(writesPerSecond(store, learnings, 32, 100));
    rawGroups.push_back(500 * raw.commitsPerSecond(learnings.next(5000), 500));
    imported.push_back(importedPerSecond(store, learnings, 10));
  }
  std::printf("{\"measure\": \"one durable store after another\", \"raw_commits_per_s\": %.0f, \"stores_per_s\": %.0f, \"ratio\": %.2f}\n",
              median(rawSingle), median(single), median(single) / median(rawSingle));
  std::printf("{\"measure\": \"32 durable stores at once\", \"raw_commits_per_s\": %.0f, \"stores_per_s\": %.0f, \"ratio\": %.2f}\n",
              median(rawSingle), median(atOnce), median(atOnce) / median(rawSingle));
  std::printf("{\"measure\": \"import in batches of 500\", \"raw_rows_per_s\": %.0f, \"rows_per_s\": %.0f, \"ratio\": %.2f}\n",
              median(rawGroups), median(imported), median(imported) / median(rawGroups));
}

/// Takes all that waits into an index that isn't there, as the indexer does: batches of 128 with 384 dimensions.
double indexedPerSecond(ports::RecordStore& store) {
  boost::asio::io_context loop;
  std::size_t rows = 0;
  const auto start = Clock::now();
  while (true) {
    auto pending = must(fakes::runTask(loop, store.pending(core::Timestamp(), 128)));
    if (pending.empty()) break;
    rows += pending.size();
    std::vector<ports::IndexedEntry> done;
    for (const auto& entry : pending) done.push_back({entry.id, entry.revision, std::vector<float>(384, 0.05F), false});
    must(fakes::runTask(loop, store.finishIndexing(std::move(done), "")));
  }
  return static_cast<double>(rows) / secondsSince(start);
}

void measureReads(ports::RecordStore& store, const core::Learning& known) {
  boost::asio::io_context loop;
  const auto counts = must(fakes::runTask(loop, store.counts()));
  std::printf("{\"measure\": \"reads\", \"learnings\": %llu", static_cast<unsigned long long>(counts.learnings));
  const auto report = [](const char* name, double microseconds) { std::printf(", \"%s_us\": %.0f", name, microseconds); };
  report("load_one", medianMicroseconds(300, [&] {
           std::vector<core::LearningId> ids{known.id};
           must(fakes::runTask(loop, store.load(std::move(ids))));
         }));
  report("find_by_key", medianMicroseconds(300, [&] {
           std::vector<core::Key> keys{core::keyOf(known), core::makeKey("never asked", core::KeyForm::Error)};
           must(fakes::runTask(loop, store.findByKeys(std::move(keys))));
         }));
  report("counts", medianMicroseconds(100, [&] { must(fakes::runTask(loop, store.counts())); }));
  report("list_50_newest",
         medianMicroseconds(100, [&] { must(fakes::runTask(loop, store.list({}, ports::ListOrder::Time, std::nullopt, 50))); }));
  report("list_50_highest",
         medianMicroseconds(100, [&] { must(fakes::runTask(loop, store.list({}, ports::ListOrder::Value, std::nullopt, 50))); }));
  ports::LearningFilter rare;
  rare.categories = {"no-such-category"};
  report("list_of_nothing",
         medianMicroseconds(5, [&] { must(fakes::runTask(loop, store.list(rare, ports::ListOrder::Time, std::nullopt, 50))); }));
  rare.categories.clear();
  rare.metadata = {{"os", "debian"}};
  report("list_by_metadata_of_nothing",
         medianMicroseconds(5, [&] { must(fakes::runTask(loop, store.list(rare, ports::ListOrder::Time, std::nullopt, 50))); }));
  std::printf("}\n");
}

template <class Page>
double scannedPerSecond(Page page) {
  std::size_t rows = 0;
  const auto start = Clock::now();
  while (const std::size_t count = page()) rows += count;
  return static_cast<double>(rows) / secondsSince(start);
}

void measureScans(ports::RecordStore& store) {
  boost::asio::io_context loop;
  std::optional<core::LearningId> after;
  const double loaded = scannedPerSecond([&] {
    auto page = must(fakes::runTask(loop, store.scanActive(after, 2000)));
    if (!page.empty()) after = page.back().learning.id;
    return page.size();
  });
  after.reset();
  const double exported = scannedPerSecond([&] {
    auto page = must(fakes::runTask(loop, store.exportPage(after, 1000)));
    if (!page.empty()) after = page.back().id;
    return page.size();
  });
  std::printf("{\"measure\": \"scans\", \"loaded_rows_per_s\": %.0f, \"exported_rows_per_s\": %.0f}\n", loaded, exported);
}

int run(const std::filesystem::path& where, int rows) {
  const auto folder = where / "store-bench";
  std::filesystem::remove_all(folder);
  Learnings learnings;
  const core::Learning known = learnings.next();
  {
    auto store = must(sqlite::SqliteRecordStore::open({folder / "ours"}));
    bench::RawStore raw(folder / "raw");
    boost::asio::io_context loop;
    must(fakes::runTask(loop, store->write([&](ports::RecordTransaction& transaction) { return transaction.insert(known); })));
    measureWrites(*store, raw, learnings);
    const double imported = importedPerSecond(*store, learnings, rows / 500);
    const double counting = medianMicroseconds(20, [&] { must(fakes::runTask(loop, store->counts())); });
    std::printf("{\"measure\": \"import of %d rows\", \"rows_per_s\": %.0f, \"counts_with_all_pending_us\": %.0f}\n", rows, imported,
                counting);
    std::printf("{\"measure\": \"indexing with nothing but the store\", \"rows_per_s\": %.0f}\n", indexedPerSecond(*store));
    measureReads(*store, known);
    measureScans(*store);
  }
  const auto start = Clock::now();
  { auto store = must(sqlite::SqliteRecordStore::open({folder / "ours"})); }
  std::printf("{\"measure\": \"open and close\", \"ms\": %.1f}\n", secondsSince(start) * 1e3);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count > 1 ? arguments[1] : ".", count > 2 ? std::stoi(arguments[2]) : 100'000);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
