#include "interfaces/cli/commands/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::cli {

namespace {

using Words = std::vector<std::string>;

/// A command as the shells see it: "job start".
struct Completed {
  std::string path;  // "" for learnctl itself
  std::string description;
  std::vector<std::pair<std::string, std::string>> subcommands;  // name, description
  std::vector<const CLI::Option*> options;                       // flags and arguments
};

/// The words that a flag or an argument of this name takes, where they are few; nothing: any text, which may be a file.
Words valuesOf(std::string_view name, std::string_view path) {
  if (name == "kind" && path == "store") return {"solution", "pattern"};
  if (name == "kind" && path == "job start") return {"reindex", "verify"};
  if (name == "outcome" && path == "feedback") return {"success", "failure", "partial"};
  if (name == "kind") return {"solution", "failure", "interaction", "pattern"};
  if (name == "outcome" && path == "list") return {"open", "resolved", "success", "failure", "partial", "unknown"};
  if (name == "outcome") return {"success", "failure", "partial", "unknown"};
  if (name == "mode") return {"hybrid", "dense", "lexical"};
  if (name == "order") return {"time", "value"};
  if (name == "status") return {"active", "superseded", "archived"};
  if (name == "llm-used") return {"local", "remote", "none"};
  if (name == "profile") return {"standard", "detailed"};
  if (name == "pattern-type") return {"error-fix", "config-template", "code-idiom", "workflow", "best-practice"};
  if (name == "severity") return {"critical", "high", "medium", "low", "trivial"};
  if (name == "scope") return {"single_case", "similar_cases", "category", "universal", "unknown"};
  if (name == "confirmation") return {"explicit_success", "implicit_success", "partial_success", "unconfirmed", "explicit_failure"};
  if (name == "weight-set") return {"standard", "code", "error", "custom"};
  if (name.starts_with("is-") || name == "uses-standard-tools" || name == "user-confirmed" || name == "blocks-work")
    return {"true", "false"};
  if (name == "shell") return {"bash", "zsh", "fish"};
  return {};
}

bool takesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

Words flagsOf(const CLI::Option& option) {
  Words flags;
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  for (const std::string& name : option.get_snames()) flags.push_back("-" + name);
  return flags;
}

Words flagsOf(const Completed& command) {
  Words all;
  for (const CLI::Option* option : command.options) {
    for (std::string& flag : flagsOf(*option)) all.push_back(std::move(flag));
  }
  // These two may stand behind any command too.
  if (!command.path.empty()) all.insert(all.end(), {"--socket", "--json"});
  return all;
}

/// What may stand where no flag is begun: subcommands and the words of its arguments.
Words plainWordsOf(const Completed& command) {
  Words words;
  for (const auto& [name, description] : command.subcommands) words.push_back(name);
  for (const CLI::Option* option : command.options) {
    if (!option->get_positional()) continue;
    for (std::string& value : valuesOf(option->get_name(true), command.path)) words.push_back(std::move(value));
  }
  return words;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Completed>& commands) {
  Completed completed;
  completed.path = path;
  completed.description = app.get_description();
  completed.options = app.get_options();
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* command : below) completed.subcommands.emplace_back(command->get_name(), command->get_description());
  commands.push_back(std::move(completed));
  for (const CLI::App* command : below) collect(*command, (path.empty() ? "" : path + " ") + command->get_name(), commands);
}

std::string joined(const Words& words) { return fmt::format("{}", fmt::join(words, " ")); }

/// A word of a shell script.
std::string quoted(const std::string& text) {
  std::string out;
  for (const char sign : text) out += sign == '\'' ? std::string("'\\''") : std::string(1, sign);
  return "'" + out + "'";
}

/// fish knows two escapes inside single quotes.
std::string quotedForFish(const std::string& text) {
  std::string out;
  for (const char sign : text) out += sign == '\'' || sign == '\\' ? std::string("\\") + sign : std::string(1, sign);
  return "'" + out + "'";
}

/// zsh's _describe splits at ':'.
std::string withoutColons(const std::string& text) {
  std::string out;
  for (const char sign : text) out += sign == ':' ? std::string("\\:") : std::string(1, sign);
  return out;
}

/// The arms of `case $path` for both bash and zsh: the flags and the plain words of each command.
std::string armsOfCommands(const std::vector<Completed>& commands) {
  std::string arms;
  for (const Completed& command : commands) {
    arms += fmt::format("    {}) flags={} plain={} ;;\n", quoted(command.path), quoted(joined(flagsOf(command))),
                        quoted(joined(plainWordsOf(command))));
  }
  return arms;
}

/// The arms of `case "$path $previous"`: the words that a flag takes, "" where it takes any text.
std::string armsOfValues(const std::vector<Completed>& commands) {
  std::string arms = "    *' --socket') values= takes=1 ;;\n";
  for (const Completed& command : commands) {
    for (const CLI::Option* option : command.options) {
      if (option->get_positional() || !takesValue(*option)) continue;
      Words places;
      for (const std::string& flag : flagsOf(*option)) places.push_back(quoted(command.path + " " + flag));
      const std::string name = option->get_lnames().empty() ? "" : option->get_lnames().front();
      arms += fmt::format("    {}) values={} takes=1 ;;\n", fmt::join(places, "|"), quoted(joined(valuesOf(name, command.path))));
    }
  }
  return arms;
}

/// The paths that a word can lead to, as alternatives of a `case`.
std::string knownPaths(const std::vector<Completed>& commands) {
  Words paths;
  for (const Completed& command : commands) {
    if (!command.path.empty()) paths.push_back(quoted(command.path));
  }
  return fmt::format("{}", fmt::join(paths, "|"));
}

std::string forBash(const std::vector<Completed>& commands) {
  return fmt::format(R"(# bash completion for learnctl
_learnctl() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} path= flags= plain= values= takes= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{path:+$path }}${{COMP_WORDS[i]}} in
      {}) path=${{path:+$path }}${{COMP_WORDS[i]}} ;;
    esac
  done
  case $path in
{}  esac
  case "$path $previous" in
{}  esac
  if [[ -n $takes ]]; then
    plain=$values
  elif [[ $current == -* ]]; then
    plain=$flags
  fi
  if [[ -n $plain ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$plain" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -o filenames -F _learnctl learnctl
)",
                     knownPaths(commands), armsOfCommands(commands), armsOfValues(commands));
}

std::string forZsh(const std::vector<Completed>& commands) {
  std::string described;
  for (const Completed& command : commands) {
    if (command.subcommands.empty()) continue;
    described += fmt::format("    {}) described=(\n", quoted(command.path));
    for (const auto& [name, description] : command.subcommands) {
      described += fmt::format("      {}\n", quoted(name + ":" + withoutColons(description)));
    }
    described += "    ) ;;\n";
  }
  return fmt::format(R"(#compdef learnctl
# zsh completion for learnctl
_learnctl() {{
  local current=${{words[CURRENT]}} previous=${{words[CURRENT-1]}} path_= flags= plain= values= takes= i
  local -a described
  for ((i = 2; i < CURRENT; i++)); do
    case ${{path_:+$path_ }}${{words[i]}} in
      ({}) path_=${{path_:+$path_ }}${{words[i]}} ;;
    esac
  done
  case $path_ in
{}  esac
  case $path_ in
{}  esac
  case "$path_ $previous" in
{}  esac
  if [[ -n $takes ]]; then
    if [[ -n $values ]]; then compadd -- ${{=values}}; else _files; fi
  elif [[ $current == -* ]]; then
    compadd -- ${{=flags}}
  elif (( $#described )); then
    _describe 'command' described
  elif [[ -n $plain ]]; then
    compadd -- ${{=plain}}
  else
    _files
  fi
}}
# In fpath the file is the function's body: the first TAB reads it and wants an answer. Sourced, it only says whose function this is.
if [[ $funcstack[1] == _learnctl ]]; then
  _learnctl "$@"
else
  compdef _learnctl learnctl
fi
)",
                     knownPaths(commands), described, armsOfCommands(commands), armsOfValues(commands));
}

/// When fish offers what belongs to a command: its words are there, and none of a command below it.
std::string conditionOf(const Completed& command) {
  if (command.path.empty()) return "__fish_use_subcommand";
  std::string condition;
  for (std::string_view rest = command.path; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (command.subcommands.empty()) return condition;
  Words names;
  for (const auto& [name, description] : command.subcommands) names.push_back(name);
  return condition + "; and not __fish_seen_subcommand_from " + joined(names);
}

std::string forFish(const std::vector<Completed>& commands) {
  std::string out = "# fish completion for learnctl\n";
  for (const Completed& command : commands) {
    const std::string when = "complete -c learnctl -n " + quotedForFish(conditionOf(command));
    for (const auto& [name, description] : command.subcommands) {
      out += fmt::format("{} -f -a {} -d {}\n", when, name, quotedForFish(description));
    }
    for (const CLI::Option* option : command.options) {
      const std::string name = option->get_positional()       ? option->get_name(true)
                               : option->get_lnames().empty() ? ""
                                                              : option->get_lnames().front();
      const std::string values = joined(valuesOf(name, command.path));
      if (option->get_positional()) {
        if (!values.empty()) out += fmt::format("{} -f -a {}\n", when, quotedForFish(values));
        continue;
      }
      std::string flag;
      for (const std::string& one : option->get_lnames()) flag += " -l " + one;
      for (const std::string& one : option->get_snames()) flag += " -s " + one;
      const std::string argument = !takesValue(*option) ? "" : values.empty() ? " -r" : " -x -a " + quotedForFish(values);
      out += fmt::format("{}{}{} -d {}\n", when, flag, argument, quotedForFish(option->get_description()));
    }
  }
  return out;
}

}  // namespace

void addCompletionCommand(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("completion", "Print a shell's completion script: learnctl completion bash > FILE");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&session, &app, shell] {
    session.chosen = [&app, shell] {
      std::vector<Completed> commands;
      collect(app, "", commands);
      fmt::print("{}", *shell == "bash" ? forBash(commands) : *shell == "zsh" ? forZsh(commands) : forFish(commands));
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace learnd::cli
