#include "interfaces/cli/commands/commands.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

namespace learnd::cli {

namespace {

std::vector<std::string> flagsOf(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
  }
  return flags;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::vector<std::string> namesOf(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

std::string quoted(const std::string& text) {
  std::string out;
  for (const char sign : text) out += sign == '\'' ? std::string("'\\''") : std::string(1, sign);
  return "'" + out + "'";
}

/// zsh's _describe and _arguments split at ':'.
std::string withoutColons(std::string text) {
  std::string out;
  for (const char sign : text) out += sign == ':' ? std::string("\\:") : std::string(1, sign);
  return out;
}

std::string forBash(const CLI::App& app, const std::vector<const CLI::App*>& commands) {
  std::string cases;
  for (const CLI::App* command : commands) {
    cases += fmt::format("    {}) words={} ;;\n", command->get_name(), quoted(joined(flagsOf(*command))));
  }
  return fmt::format(R"(# bash completion for learnctl
_learnctl() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      --socket) ((i++)) ;;
      -*) ;;
      *) command=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  case $command in
    '') words={} ;;
{}  esac
  case $current in
    -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    *)
      if [[ -z $command ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
  esac
}}
complete -o filenames -F _learnctl learnctl
)",
                     quoted(joined(namesOf(commands)) + " " + joined(flagsOf(app))), cases);
}

std::string forZsh(const std::vector<const CLI::App*>& commands) {
  std::string described;
  std::string cases;
  for (const CLI::App* command : commands) {
    described += fmt::format("    {}\n", quoted(command->get_name() + ":" + withoutColons(command->get_description())));
    cases += fmt::format("    {}) _values 'flag' {} ;;\n", command->get_name(), joined(flagsOf(*command)));
  }
  return fmt::format(R"(#compdef learnctl
# zsh completion for learnctl
_learnctl() {{
  local -a commands
  commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  if [[ ${{words[CURRENT]}} != -* ]]; then
    _files
    return
  fi
  case ${{words[2]}} in
{}  esac
}}
# In fpath the file is the function's body: the first TAB reads it and wants an answer. Sourced, it only says whose function this is.
if [[ $funcstack[1] == _learnctl ]]; then
  _learnctl "$@"
else
  compdef _learnctl learnctl
fi
)",
                     described, cases);
}

std::string forFish(const std::vector<const CLI::App*>& commands) {
  std::string out =
      "# fish completion for learnctl\ncomplete -c learnctl -n __fish_use_subcommand -l socket -r -d 'the daemon\\'s socket'\n";
  for (const CLI::App* command : commands) {
    out += fmt::format("complete -c learnctl -f -n __fish_use_subcommand -a {} -d {}\n", command->get_name(),
                       quoted(command->get_description()));
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        out += fmt::format("complete -c learnctl -n '__fish_seen_subcommand_from {}' -l {} -d {}\n", command->get_name(), name,
                           quoted(option->get_description()));
      }
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
      const auto commands = static_cast<const CLI::App&>(app).get_subcommands([](const CLI::App*) { return true; });
      fmt::print("{}", *shell == "bash" ? forBash(app, commands) : *shell == "zsh" ? forZsh(commands) : forFish(commands));
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace learnd::cli
