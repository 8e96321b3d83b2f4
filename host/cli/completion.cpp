#include "cli/completion.hpp"

#include "cli/command.hpp"
#include "os/error.hpp"

namespace banger::cli {
namespace {

// `banger __complete WORD...` prints one candidate a line, "word<TAB>what it is"; the last WORD is
// the one that is being typed. No candidate means: file names.
constexpr std::string_view bash_script = R"(# bash completion of banger
_banger() {
    local cur words cword line
    COMPREPLY=()
    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n : cur words cword
    else
        cur=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
    fi
    while IFS= read -r line; do
        COMPREPLY+=("${line%%$'\t'*}")
    done < <(banger __complete "${words[@]:1:cword}" 2>/dev/null)
    if ((${#COMPREPLY[@]} == 0)); then
        compopt -o default 2>/dev/null
    elif ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *: ]]; then
        compopt -o nospace 2>/dev/null
    fi
    if declare -F __ltrim_colon_completions >/dev/null; then
        __ltrim_colon_completions "$cur"
    fi
}
complete -F _banger banger
)";

constexpr std::string_view zsh_script = R"(#compdef banger
# zsh completion of banger
_banger() {
    local -a found plain
    local line
    while IFS= read -r line; do
        found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        plain+=("${line%%$'\t'*}")
    done < <(banger __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( $#found == 0 )); then
        _files
    elif [[ $plain[1] == *: ]]; then
        compadd -S '' -a plain
    else
        _describe -V banger found
    fi
}
if [[ $funcstack[1] == _banger ]]; then
    _banger "$@"
else
    compdef _banger banger
fi
)";

constexpr std::string_view fish_script = R"(# fish completion of banger
function __banger_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l found (banger __complete $words "$current" 2>/dev/null)
    if test (count $found) -eq 0
        __fish_complete_path "$current"
    else
        printf '%s\n' $found
    end
end
complete -c banger -f -a '(__banger_complete)'
)";

struct CompletionArgs {
    std::string shell;
};

int completion(Session& session, const CompletionArgs& args) {
    session.print(completion_script(args.shell));
    return 0;
}

} // namespace

std::string completion_script(std::string_view shell) {
    if (shell == "bash") {
        return std::string(bash_script);
    }
    if (shell == "zsh") {
        return std::string(zsh_script);
    }
    if (shell == "fish") {
        return std::string(fish_script);
    }
    throw os::Error(os::ErrorKind::invalid, "no completion for '" + std::string(shell) + "'",
                    "bash, zsh and fish have one");
}

void add_completion(CLI::App& noun, Session& session) {
    auto args = std::make_shared<CompletionArgs>();
    noun.add_option("SHELL", args->shell, "bash, zsh or fish")->required();
    examples(&noun, "  source <(banger completion bash)\n"
                    "  banger completion bash > ~/.local/share/bash-completion/completions/banger\n"
                    "  banger completion zsh > ~/.zfunc/_banger      with ~/.zfunc in fpath\n"
                    "  banger completion fish > ~/.config/fish/completions/banger.fish");
    runs(&noun, session, args, completion);
}

} // namespace banger::cli
