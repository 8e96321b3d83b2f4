// The shell at the other end: a WebSocket, and what it means when it ends.

class Shell {
    static closed = { vm: 4001, exited: 4002, replaced: 4003, failed: 4004 };
    static mostAtOnce = 16384;
    static seenStep = 65536;

    // screen: of the page; told(state, text, hint) shows how it is.
    constructor(screen, box, told) {
        Object.assign(this, { screen, told, path: box.dataset.shell, vm: box.dataset.shellVm, seen: 0, acked: 0, replay: 0, wait: 1000 });
        this.key = "shell " + this.path;
        this.session = sessionStorage.getItem(this.key) ?? "";
        this.encoder = new TextEncoder();
    }

    show(state, text = "", hint = "") {
        this.state = state;
        this.told(state, text, hint);
    }

    // fresh: another one than that which this page has shown.
    async connect(fresh = false) {
        clearTimeout(this.timer);
        this.drop();
        this.show("connecting");
        const turn = this.turn = {};
        let answer;
        try {
            answer = await this.ask(fresh);
        } catch {}
        if (turn !== this.turn) {
            return; // another try has begun meanwhile
        }
        if (answer?.href) {
            this.open(answer.href);
        } else if (answer?.error) {
            this.show("failed", answer.error.message, answer.error.hint);
        } else {
            this.lose();
        }
    }

    async ask(fresh) {
        const send = (token) => fetch(this.path, {
            method: "POST",
            headers: { Accept: "application/json", "X-Banger-CSRF": token },
            body: new URLSearchParams({ session: this.session, seen: this.seen, fresh: fresh ? 1 : 0, ...this.size() }),
            signal: AbortSignal.timeout(20000),
        });
        let answer = await send(one("input[name=csrf]", main).value);
        if (answer.status === 403) { // this page is old
            const [doc] = await read(location.href, { "X-Banger-Fragment": "1" });
            answer = await send(one("input[name=csrf]", doc).value);
        }
        return answer.json();
    }

    open(href) {
        const socket = this.socket = new WebSocket(`ws://${location.host}${href}`);
        socket.binaryType = "arraybuffer";
        this.last = undefined;
        socket.onmessage = ({ data }) => typeof data === "string" ? this.hear(JSON.parse(data)) : this.write(new Uint8Array(data));
        socket.onclose = ({ code }) => this.end(code);
    }

    // Lets go of the socket without a word.
    drop() {
        const socket = this.socket;
        this.socket = undefined;
        if (socket) {
            socket.onmessage = socket.onclose = null;
            socket.close();
        }
    }

    hear(message) {
        if (message.session) {
            this.greet(message);
        } else if (message.live) {
            this.wait = 1000;
            this.show("live");
        } else if (message.end) {
            this.last = message;
        }
    }

    // Bytes have numbers, so that none is drawn twice, and none is missing unseen. `seen`: of the next one that is to come.
    greet({ session, at, replay }) {
        const same = session === this.session;
        if (!same && this.seen > 0) {
            this.screen.separate();
        } else if (at > this.seen) { // what was before is forgotten
            this.screen.term.reset();
        }
        this.skip = same ? Math.max(0, this.seen - at) : 0;
        if (!same || at > this.seen) {
            this.seen = at;
        }
        this.acked = at;
        this.replay = replay;
        this.session = session;
        sessionStorage.setItem(this.key, session);
    }

    // The guest is told of what is drawn, so that it does not write faster than that.
    write(bytes) {
        const { socket } = this, { length } = bytes, old = Math.min(this.skip, length);
        this.skip -= old;
        const end = this.seen += length - old;
        this.screen.term.write(bytes.subarray(old), () => {
            if (socket !== this.socket) {
                return; // what was told of the one before holds no more
            }
            this.replay = Math.max(0, this.replay - length);
            if (end - this.acked >= Shell.seenStep) {
                this.acked = end;
                this.say({ seen: end });
            }
        });
    }

    say(message) {
        if (this.socket?.readyState === WebSocket.OPEN) {
            this.socket.send(JSON.stringify(message));
        }
    }

    // What a terminal answers to questions of before must not be typed now.
    type(text) {
        this.send(this.encoder.encode(text));
    }
    send(bytes) {
        if (this.replay > 0 || this.state !== "live" || this.socket?.readyState !== WebSocket.OPEN) {
            return;
        }
        for (let at = 0; at < bytes.length; at += Shell.mostAtOnce) {
            this.socket.send(bytes.subarray(at, at + Shell.mostAtOnce));
        }
    }

    size() {
        return { rows: this.screen.term.rows, columns: this.screen.term.cols };
    }
    resized() {
        this.say(this.size());
    }

    end(code) {
        this.socket = undefined;
        const { text, hint } = this.last ?? {};
        const state = Object.keys(Shell.closed).find((each) => Shell.closed[each] === code);
        if (state) {
            this.show(state, text, hint);
        } else {
            this.lose();
        }
    }

    lose() {
        this.show("lost");
        this.timer = setTimeout(() => this.connect(), this.wait);
        this.wait = Math.min(this.wait * 1.6, 15000);
    }

    // As the daemon tells it.
    vmIs(state) {
        const runs = state === "running";
        if (runs && this.state === "vm") {
            this.connect(true);
        } else if (!runs && (this.state === "exited" || this.state === "failed")) {
            this.show("vm");
        }
    }
}
