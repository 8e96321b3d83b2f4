// The terminal in the page: xterm.js, its colours, its keys, and what is said of its shell.
{
    const shown = {
        connecting: ["busy", "Connecting"],
        live: ["good", "Connected"],
        vm: ["idle", "The VM does not run. What it wrote stays here"],
        exited: ["idle", "The shell has ended"],
        replaced: ["warn", "Another tab has taken this shell"],
        lost: ["warn", "Disconnected, trying again"],
        failed: ["bad", "There is no shell"],
    };
    const again = { vm: "Look again", exited: "New shell", replaced: "Take it back", lost: "Try now", failed: "Try again" };

    class ShellScreen {
        constructor(place, name) {
            this.place = place;
            Terminal.strings.promptLabel = `Terminal of ${name}. Control, Shift and Enter leave it.`;
            this.term = new Terminal({
                fontFamily: getComputedStyle(place).fontFamily, fontSize: 14, lineHeight: 1.15, // "_" is not cut off
                scrollback: 5000, minimumContrastRatio: 4.5,
                logLevel: "off", // of what a guest writes that is none
                screenReaderMode: kept.reader === true, theme: this.theme(),
            });
            this.term.parser.registerOscHandler(8, () => true); // a guest's links lead nowhere
            this.fitter = new FitAddon.FitAddon();
            this.term.loadAddon(this.fitter);
            this.term.open(place);
            this.fit();
            this.watch();
        }

        theme() {
            const { color, backgroundColor } = getComputedStyle(this.place);
            return { foreground: color, background: backgroundColor, cursor: color, cursorAccent: backgroundColor,
                     selectionBackground: "#4a7fd07f" };
        }

        watch() {
            new ResizeObserver(() => {
                clearTimeout(this.fitting);
                this.fitting = setTimeout(() => this.fit(), 80);
            }).observe(this.place);
            const recolour = () => this.term.options.theme = this.theme();
            matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
            new MutationObserver(recolour).observe(root, { attributeFilter: ["data-theme"] });
        }

        fit() {
            if (this.place.clientWidth > 0) {
                this.fitter.fit();
            }
        }

        // Of one shell from the next: whatever mode the first has left is over, and what it wrote stays. Not by DECSTR,
        // which leaves the cursor at the top; so does DECSTBM.
        separate() {
            this.term.write("\x1b[?1049l\x1b[?1;1000;1002;1003;1004;1006;2004l\x1b[4l\x1b[?7;25h\x1b(B\x1b>\x1b7\x1b[r\x1b8\x1b[0m\r\n\x1b[2m- a new shell -\x1b[0m\r\n");
        }
    }

    // Keys that are not the guest's.
    const takeKey = (event, term) => {
        const both = event.type === "keydown" && event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey;
        if (both && event.key === "Enter") {
            one("[data-shell-keys]").focus();
        } else if (both && event.code === "KeyC") {
            term.hasSelection() && navigator.clipboard.writeText(term.getSelection()).catch(() => {});
        } else {
            return true;
        }
        event.preventDefault();
        return false;
    };

    document.addEventListener("DOMContentLoaded", () => {
        const box = one("[data-shell]", main);
        if (!box) {
            return;
        }
        const status = one("[data-shell-state]", box), button = one("[data-shell-again]", box), reader = one("[data-shell-reader]", box);
        const advice = one("[data-shell-hint]", box);
        const screen = new ShellScreen(one("[data-shell-screen]", box), box.dataset.shellVm);
        const { term } = screen;
        const shell = new Shell(screen, box, (state, text, hint) => {
            const [tone, said] = shown[state];
            status.dataset.tone = tone;
            setText(status, text ? `${said}: ${text}` : said);
            advice.hidden = !hint;
            setText(advice, hint);
            button.hidden = !again[state];
            setText(button, again[state] ?? "");
            if (state === "live" && [document.body, button].includes(document.activeElement)) {
                term.focus();
            }
        });
        term.attachCustomKeyEventHandler((event) => takeKey(event, term));
        term.onData((text) => shell.type(text));
        term.onBinary((bytes) => shell.send(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
        term.onResize(() => shell.resized());
        button.addEventListener("click", () => shell.connect(shell.state === "exited" || shell.state === "failed"));
        reader.checked = kept.reader === true;
        reader.addEventListener("change", () => {
            keep("reader", reader.checked);
            term.options.screenReaderMode = reader.checked;
        });
        // However the page learns of it: told, or drawn anew.
        const state = one("[data-vm-state]", main);
        new MutationObserver(() => shell.vmIs(state.textContent)).observe(state, { childList: true, characterData: true, subtree: true });
        if (box.dataset.shellRuns || shell.session) {
            shell.connect();
        } else {
            shell.show("vm");
        }
    });
}
