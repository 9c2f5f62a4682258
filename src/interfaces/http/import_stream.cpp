#include "interfaces/http/import_stream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <iterator>

namespace learnd::interfaces::http {

namespace {

constexpr std::size_t kBatchLines = 500;
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;

}  // namespace

void ImportStream::add(services::ImportAnswer answer) {
  total_.stored += answer.stored;
  total_.duplicates += answer.duplicates;
  total_.unchanged += answer.unchanged;
  total_.rejectedCount += answer.rejectedCount;
  std::move(answer.rejected.begin(), answer.rejected.end(), std::back_inserter(total_.rejected));
  if (total_.rejected.size() > kListedRejections) sortRejections();
}

/// By line; those of the batch that was read ahead have come before those of the batch that was stored meanwhile.
void ImportStream::sortRejections() {
  const auto byLine = [](const services::ImportRejection& a, const services::ImportRejection& b) { return a.line < b.line; };
  std::stable_sort(total_.rejected.begin(), total_.rejected.end(), byLine);
  if (total_.rejected.size() > kListedRejections) total_.rejected.resize(kListedRejections);
}

core::Error ImportStream::stopped(const core::Error& why) const {
  // An interaction is an event: each is a learning of its own, unless its id says that it is there.
  const std::string line = std::to_string(storedUpTo_);
  const std::string next = storedUpTo_ == 0 ? "nothing of it is stored. Send it all again"
                                            : "what stands up to line " + line + " is stored. Go on behind line " + line +
                                                  ", or send it all again (only interactions without an id would be stored twice)";
  return core::Error(why.kind(), why.message() + "; " + next).withField(why.field());
}

ports::Task<std::vector<services::ImportText>> ImportStream::readBatch() {
  while (!ended_ && splitter_.count() < kBatchLines && splitter_.bytes() < kBatchBytes) {
    auto piece = co_await body_.next();
    if (!piece) co_return piece.error();
    ended_ = piece->empty();
    if (ended_) splitter_.finish();
    splitter_.push(*piece);
  }
  for (const std::uint64_t number : splitter_.takeTooLong()) {
    ++total_.rejectedCount;
    total_.rejected.push_back({number, "", "the line is longer than " + std::to_string(LineSplitter::kLongestLine) + " bytes (8 MiB)"});
  }
  co_return splitter_.take(kBatchLines);
}

ports::Task<services::ImportAnswer> ImportStream::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  auto batch = co_await readBatch();
  while (batch && !batch->empty()) {
    const std::uint64_t last = batch->back().number;
    auto storing = transfer_.importLines(std::move(*batch), caller_);
    auto reading = readBatch();
    auto [stored, next] = co_await (std::move(storing) && std::move(reading));
    if (!stored) co_return stopped(stored.error());
    storedUpTo_ = last;
    add(std::move(*stored));
    batch = std::move(next);
  }
  if (!batch) co_return stopped(batch.error());
  sortRejections();
  co_return std::move(total_);
}

}  // namespace learnd::interfaces::http
