#include "services/index_loading.hpp"

#include "services/index_entry.hpp"

#include <utility>

namespace learnd::services {

namespace {

constexpr std::size_t kPage = 2000;

}  // namespace

ports::Task<void> loadEntries(ServiceContext& context, EntryTaker take) {
  std::optional<core::LearningId> after;
  while (true) {
    auto page = co_await context.records.scanActive(after, kPage);
    if (!page) co_return page.error();
    if (page->empty()) co_return ports::Result<void>();
    after = page->back().learning.id;
    auto work = [stored = std::move(*page)]() mutable -> ports::Result<std::vector<ports::IndexEntry>> {
      std::vector<ports::IndexEntry> entries;
      entries.reserve(stored.size());
      for (auto& one : stored) entries.push_back(entryOf(one.learning, std::move(one.vector)));
      return entries;
    };
    auto entries = co_await context.pool.run(std::move(work));
    if (!entries) co_return entries.error();
    auto taken = co_await take(std::move(*entries));
    if (!taken) co_return taken.error();
  }
}

}  // namespace learnd::services
