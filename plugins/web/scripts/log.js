// Logs that go on: follows them, and finds words in them.

const mostNodes = 2000, mostLines = 5000, pieceLines = 200;
const logs = [];

// Pieces of at most so many lines, each laid out by itself: what is added moves nothing of what is there.
const newPiece = () => Object.assign(make("span", { className: "piece" }), { lines: 0, isOpen: false });
const cutInPieces = (nodes, piece) => {
    const made = [];
    const next = () => made[made.push(newPiece()) - 1];
    piece ??= next();
    for (const node of nodes) {
        let text = node.nodeType === 3 ? node.data : "", at = 0;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) {
            if (++piece.lines === pieceLines) {
                piece.append(text.slice(at, at = end + 1));
                piece = next();
            }
        }
        if (text) {
            text.slice(at) && piece.append(text.slice(at));
        } else {
            piece.append(node);
        }
    }
    return made.filter((each) => each.firstChild);
};
const countNodes = (node) => [...node.childNodes].reduce((sum, each) => sum + 1 + each.childNodes.length, 1);

class Log {
    constructor(pre) {
        this.pre = pre;
        this.from = { file: pre.dataset.logFile, from: pre.dataset.logNext };
        this.live = pre.dataset.logLive === "1";
        this.fresh = 0; // lines that have come since the end was looked at
        this.paused = false;
        const pieces = cutInPieces([...pre.childNodes]);
        pre.replaceChildren();
        this.most = Math.max(mostLines, pieces.reduce((sum, piece) => sum + piece.lines, 0));
        this.nodes = this.lines = 0;
        this.add(pieces);
        this.trim();
        this.chip = make("button", { className: "button small log-new", type: "button", hidden: true });
        this.chip.id = `log-new-${logs.length}`;
        this.chip.dataset.own = "";
        pre.after(this.chip);
        this.chip.addEventListener("click", () => {
            toEnd(pre);
            pre.focus();
        });
        pre.addEventListener("scroll", () => this.look(), { passive: true });
        toEnd(pre);
        this.read();
    }

    look() {
        const { pre } = this;
        const atEnd = pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 8;
        if (atEnd && this.paused) {
            this.paused = false;
            this.fresh = 0;
            this.trim();
            this.read();
        }
        this.paused = !atEnd;
        this.showFresh();
    }

    showFresh() {
        this.chip.hidden = this.fresh === 0 || !this.paused;
        setText(this.chip, `${this.fresh}${this.isFull() ? "+" : ""} new ${this.fresh === 1 ? "line" : "lines"}`);
    }

    add(pieces) {
        for (const piece of pieces) {
            piece.nodes = countNodes(piece);
            this.nodes += piece.nodes;
            this.lines += piece.lines;
        }
        this.pre.append(...pieces);
    }

    isFull() {
        return this.nodes > mostNodes || this.lines > this.most;
    }

    trim() {
        while (this.isFull() && this.pre.childElementCount > 1) {
            const first = this.pre.firstElementChild;
            this.nodes -= first.nodes;
            this.lines -= first.lines;
            first.remove();
        }
    }

    append(nodes) {
        const last = this.pre.lastElementChild;
        const goesOn = last && !last.textContent.endsWith("\n") ? last : undefined;
        const before = this.lines;
        if (goesOn) {
            this.lines -= goesOn.lines;
            this.nodes -= goesOn.nodes;
        }
        const pieces = cutInPieces(nodes, goesOn);
        if (goesOn) {
            goesOn.nodes = countNodes(goesOn);
            this.lines += goesOn.lines;
            this.nodes += goesOn.nodes;
        }
        const now = new Date().toLocaleTimeString();
        for (const piece of pieces) {
            piece.dataset.at = now;
        }
        this.add(pieces);
        if (this.paused) {
            this.fresh += this.lines - before;
            this.showFresh();
        } else {
            this.trim();
            toEnd(this.pre);
        }
        finder.later();
    }

    // Whoever reads further up keeps what is there: then it is read on when the end is looked at again.
    mayRead() {
        return isFollowing() && !document.hidden && (this.live || this.last) && !(this.paused && this.isFull());
    }

    async read() {
        clearTimeout(this.timer);
        if (this.reading || !this.mayRead()) {
            return;
        }
        this.reading = true;
        this.last = false;
        let rest = 2000;
        try {
            const query = new URLSearchParams({ ...this.from, html: 1, q: this.pre.dataset.logQ });
            const [doc, answer] = await read(`${this.pre.dataset.log}?${query}`);
            const next = answer.headers.get("X-Banger-Next");
            if (answer.ok && next !== null) {
                const came = next - (answer.headers.get("X-Banger-File") === this.from.file ? this.from.from : 0);
                this.from = { file: answer.headers.get("X-Banger-File"), from: next };
                const nodes = [...doc.body.childNodes];
                if (answer.headers.has("X-Banger-Again")) {
                    nodes.unshift(document.createTextNode("\n… some lines are missing here …\n"));
                }
                if (nodes.length > 0) {
                    this.append(nodes);
                }
                rest = came > 200000 ? 50 : came > 0 ? 1000 : 2000;
            }
        } catch {
            rest = 4000;
        }
        this.reading = false;
        this.timer = setTimeout(() => this.read(), rest);
    }

    setLive(live) {
        this.last = this.live && !live; // what it wrote at its end
        this.live = live;
        this.read();
    }
}

const isFollowing = () => kept.follow !== false;
const liveStates = ["running", "starting", "stopping", "paused"];
const changeLogs = ({ t, vm, state }) => {
    for (const log of logs) {
        if (t === "vm" && log.pre.dataset.log === `/vms/${encodeURIComponent(vm)}/log`) {
            log.setLive(liveStates.includes(state));
        }
    }
};

// Words in what is shown: how often, and from one to the next.
const finder = {
    places: [],
    at: -1,
    start(input, bar) {
        this.input = input;
        this.count = make("span", { className: "quiet", role: "status" });
        const step = (text, by) => {
            const button = make("button", { className: "button quiet small", type: "button" }, text);
            button.addEventListener("click", () => this.step(by));
            return button;
        };
        this.tools = make("span", { className: "finds", hidden: true }, this.count, step("Previous", -1), step("Next", 1));
        input.closest("label").after(this.tools);
        input.addEventListener("input", () => this.find(true));
        input.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && input.value) { // "Show" has the server look through all of it
                event.preventDefault();
                this.step(event.shiftKey ? -1 : 1);
            }
        });
        bar.dataset.own = "";
        if (input.value) {
            this.find(false);
        }
    },
    later() {
        if (this.input?.value) {
            this.timer ??= setTimeout(() => this.find(false), 500);
        }
    },
    find(first) {
        clearTimeout(this.timer);
        this.timer = undefined;
        const word = this.input.value.toLowerCase();
        const now = this.places[this.at];
        this.places = word ? all("pre.log", main).flatMap((pre) => placesOf(pre, word)) : [];
        this.at = first || !now ? -1 : this.places.findIndex((place) => place.startContainer === now.startContainer
            && place.startOffset === now.startOffset);
        this.show();
        if (first && word) {
            this.step(-1); // what was written last
        }
    },
    step(by) {
        const count = this.places.length;
        if (count === 0) {
            return;
        }
        this.at = this.at < 0 ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count;
        const place = this.places[this.at];
        if (!place.startContainer.isConnected) { // is no longer shown
            return this.find(true);
        }
        const pre = place.startContainer.parentElement.closest("pre");
        const { top, bottom } = place.getBoundingClientRect(), frame = pre.getBoundingClientRect();
        if (top < frame.top || bottom > frame.bottom) {
            pre.scrollTop += top - frame.top - pre.clientHeight / 2;
        }
        this.show();
    },
    show() {
        const count = this.places.length;
        this.tools.hidden = !this.input.value;
        setText(this.count, count === 0 ? "not in what is shown" : this.at < 0 ? String(count) : `${this.at + 1} of ${count}`);
        if (window.Highlight) {
            CSS.highlights.set("found", new Highlight(...this.places));
            CSS.highlights.set("found-now", new Highlight(...this.places.slice(this.at, this.at + 1)));
        }
    },
};

const placesOf = (pre, word) => {
    const texts = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
    const nodes = [], starts = [];
    let text = "";
    while (texts.nextNode()) {
        nodes.push(texts.currentNode);
        starts.push(text.length);
        text += texts.currentNode.data;
    }
    text = text.toLowerCase();
    const places = [];
    let i = 0;
    const to = (set, offset) => {
        while (i + 1 < nodes.length && starts[i + 1] < offset) {
            i += 1;
        }
        set(nodes[i], Math.min(offset - starts[i], nodes[i].length));
    };
    for (let at = text.indexOf(word); at >= 0 && places.length < 5000; at = text.indexOf(word, at + word.length)) {
        const range = document.createRange();
        to((node, offset) => range.setStart(node, offset), at + 1);
        range.setStart(range.startContainer, range.startOffset - 1);
        to((node, offset) => range.setEnd(node, offset), at + word.length);
        places.push(range);
    }
    return places;
};

// What was chosen the last time: lines in the address, the rest here.
const startBar = (bar) => {
    const lines = one("[name=lines]", bar), wrap = one("[data-log-nowrap]", bar), address = new URL(location.href);
    const isThere = [...lines.options].some(({ value }) => value === kept.lines);
    if (isThere && kept.lines !== lines.value && !address.searchParams.has("lines")) {
        address.searchParams.set("lines", kept.lines);
        location.replace(address);
        return false;
    }
    const times = make("input", { type: "checkbox" });
    wrap.parentElement.after(make("label", { className: "check" }, times, "When lines came"));
    const show = () => {
        for (const pre of all("pre.log", main)) {
            pre.classList.toggle("nowrap", wrap.checked);
            pre.classList.toggle("times", times.checked);
        }
    };
    wrap.checked ||= kept.nowrap === true;
    times.checked = kept.times === true;
    show();
    bar.addEventListener("change", () => {
        keep("nowrap", wrap.checked);
        keep("times", times.checked);
        show();
    });
    bar.addEventListener("submit", () => keep("lines", lines.value));
    return true;
};

const startLogs = () => {
    const bar = one("[data-log-nowrap]", main)?.form;
    if (!bar || !startBar(bar)) {
        return;
    }
    const follow = one("[data-log-follow]", bar);
    const showFollow = () => follow?.setAttribute("aria-pressed", isFollowing());
    follow?.addEventListener("click", () => {
        keep("follow", !isFollowing());
        showFollow();
        for (const log of logs) {
            toEnd(log.pre);
            log.read();
        }
    });
    showFollow();
    for (const pre of all("pre[data-log]", main)) {
        logs.push(new Log(pre));
    }
    listeners.push(changeLogs);
    document.addEventListener("visibilitychange", () => logs.forEach((log) => log.read()));
    finder.start(one("[data-search]", bar), bar);
};

startLogs();
