#pragma once

#include "services/import_line.hpp"
#include "services/requests.hpp"
#include "services/service_context.hpp"

#include <string>
#include <vector>

namespace learnd::services {

class Indexer;

/// A numbered line of an import.
struct ImportText {
  std::uint64_t number = 0;  // from 1
  std::string text;
};

/// Import and export, both in pieces so that neither holds the whole. On the I/O thread.
class TransferService {
 public:
  TransferService(ServiceContext& context, Indexer& indexer) : context_(context), indexer_(indexer) {}

  /// Lines in their order, some hundreds at once; durable and found by words when it returns. Blank lines are passed over. A wrong line is
  /// rejected and the rest goes on; an error of the record store fails them all.
  ports::Task<ImportAnswer> importLines(std::vector<ImportText> lines, core::Caller caller);

  /// The next lines of the export (each ends in a newline) and the id to go on from; an empty text: that was all.
  struct ExportPiece {
    std::string text;
    std::optional<core::LearningId> last;
  };
  ports::Task<ExportPiece> exportPiece(std::optional<core::LearningId> after);

 private:
  /// Takes out the lines whose category the index has no room for.
  ports::Task<void> admitCategories(std::vector<PreparedLine>& lines, std::vector<ImportRejection>& rejected);

  ServiceContext& context_;
  Indexer& indexer_;
};

}  // namespace learnd::services
