# SPDX-License-Identifier: MIT
# What zsh offers at the end of a line, one a line: `zsh -f zsh_offers.zsh LINE`, where _seccompctl lies in
# the current directory. An interactive zsh in a terminal of its own is given the line and a Tab;
# compadd, by which every completion ends in offering something, says what it was given.
zmodload zsh/zpty || exit 3

cat > .zshrc <<'END'
PROMPT= RPROMPT=
unset zle_bracketed_paste
fpath=($PWD $fpath)
autoload -Uz compinit && compinit -u -d ./dump
compadd() {
  # With these nothing is offered yet: arrays are filled.
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && print -rl -- "<offer>"$^hits
  builtin compadd "$@"
}
begun() { print -r -- "<begin>" }
ended() { print -r -- "<end>"; exit }
compprefuncs=(begun) comppostfuncs=(ended)
bindkey "^I" complete-word
print -r -- "<ready>"
END
export ZDOTDIR=$PWD
zpty offers zsh -d -i
zpty -r offers line '*<ready>*' || exit 3
zpty -w -n offers "$1"$'\t'
zpty -r offers line '*<end>*' || exit 3
print -r -- "${line#*<begin>}" | tr -d '\r' | sed -n 's/^.*<offer>//p'
