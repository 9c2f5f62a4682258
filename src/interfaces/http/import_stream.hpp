#pragma once

#include "interfaces/http/line_splitter.hpp"
#include "interfaces/http/message.hpp"
#include "services/transfer_service.hpp"

namespace learnd::interfaces::http {

/// Stores an import's body in batches as it comes: the next batch is read while the last one is written, and no more than two are held.
class ImportStream {
 public:
  /// Rejected lines that an answer lists, the first ones; all are counted.
  static constexpr std::size_t kListedRejections = 1000;

  ImportStream(BodySource& body, services::TransferService& transfer, core::Caller caller)
      : body_(body), transfer_(transfer), caller_(std::move(caller)) {}

  /// What became of the lines. An error where the body broke off or the record store failed; it says up to which line all is stored.
  ports::Task<services::ImportAnswer> run();

 private:
  ports::Task<std::vector<services::ImportText>> readBatch();
  void add(services::ImportAnswer answer);
  void sortRejections();
  [[nodiscard]] core::Error stopped(const core::Error& why) const;

  BodySource& body_;
  services::TransferService& transfer_;
  core::Caller caller_;
  LineSplitter splitter_;
  bool ended_ = false;
  std::uint64_t storedUpTo_ = 0;  // the last line of the last batch that is stored
  services::ImportAnswer total_;
};

}  // namespace learnd::interfaces::http
