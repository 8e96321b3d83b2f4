[ -n "$BASH_VERSION" ] && [ -r ~/.bashrc ] && . ~/.bashrc
case ":$PATH:" in *":$HOME/.local/bin:"*) ;; *) [ -d ~/.local/bin ] && PATH=$HOME/.local/bin:$PATH ;; esac
