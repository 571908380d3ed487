import type { Config } from "../../config/config.ts";
import { type Shell, shells } from "../../config/options/access-options.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

/** `pingo completion SHELL`: prints what the shell has to read once. */
export function completionCommand({ shell }: Config, terminal: Terminal): ExitCode {
  if (shell === undefined) {
    terminal.err(`pingo: for which shell? write ${shells.map((name) => `pingo completion ${name}`).join(", ")}\n`);
    return exitCodes.usage;
  }
  terminal.out(scripts[shell]);
  return exitCodes.fine;
}

/*
 * Each asks `pingo __complete WORD...` at every press of the key and knows nothing itself: so the options of the PinGo that
 * is installed are what is completed, and the contexts of the kubeconfig that is there.
 */

/**
 * Bash breaks words also at `=` and `:`, and only replaces what is behind the last of these: the words are taken from the
 * line, and what stands before the last break is taken off again. As old as macOS has it (3.2), where there is no compopt.
 */
const bash = `# bash completion of pingo: source <(pingo completion bash)
_pingo() {
  local IFS=$' \\t\\n' line="\${COMP_LINE:0:COMP_POINT}" words current part prefix candidate
  read -r -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  part="\${COMP_WORDS[COMP_CWORD]}"
  [[ $part == [=:]* ]] && part=""
  prefix="\${current%"$part"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    case $candidate in
      :4) compopt +o default 2>/dev/null ;;
      :*) ;;
      *[!A-Za-z0-9_@%+=:,./~-]*) ;; # Bash would put it into the line as it is: a kubeconfig of somebody else's may hold $(...)
      *) COMPREPLY+=("\${candidate#"$prefix"}") ;;
    esac
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _pingo pingo
`;

const zsh = `#compdef pingo
# zsh completion of pingo: source <(pingo completion zsh), or this as _pingo in a folder of fpath
_pingo() {
  local -a lines candidates
  local line directive=4
  lines=("\${(@f)$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    case $line in
      :<->) directive=\${line#:} ;;
      *$'\\t'*) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      ?*) candidates+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( \${#candidates} )) && _describe -V pingo candidates
  (( directive == 0 )) && { compset -P '--*='; _files }
}
if [[ \${funcstack[1]} == _pingo ]]; then _pingo; else compdef _pingo pingo; fi
`;

const fish = `# fish completion of pingo: pingo completion fish | source
function __pingo_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines ($words[1] __complete $words[2..] 2>/dev/null)
    for line in $lines
        switch $line
            case ':0'
                __fish_complete_path (string replace -r -- '^--[^=]*=' '' $words[-1])
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c pingo -f -a '(__pingo_complete)'
`;

const scripts: Record<Shell, string> = { bash, zsh, fish };
