// What the stream tells, put into the page.

const running = new Map(); // states of operations that go on, by id

const showOperation = (fact) => {
    for (const place of all(`[data-op="${CSS.escape(fact.id)}"]`)) {
        for (const state of all("[data-op-state]", place)) {
            setText(state, fact.state);
            state.dataset.tone = fact.tone;
        }
        if (!fact.runs) {
            continue;
        }
        for (const stage of all("[data-op-stage]", place)) {
            setText(stage, fact.stage);
        }
        for (const progress of fact.percent === undefined ? [] : all("progress", place)) {
            if (fact.percent > 0) {
                progress.value = fact.percent;
            } else {
                progress.removeAttribute("value");
            }
        }
    }
};

const setText = (element, text) => {
    if (element.textContent !== text) {
        element.textContent = text;
    }
};

// Those that go on, on every page.
const showTray = () => {
    const count = all("[data-tray-list] [data-op]").length;
    setText(one("[data-tray-count]"), String(count));
    one("[data-tray-state]").dataset.tone = count > 0 ? "busy" : "";
};
const showInTray = (fact) => {
    const list = one("[data-tray-list] ul");
    const line = one(`[data-op="${CSS.escape(fact.id)}"]`, list);
    if (!fact.runs) {
        line?.remove();
    } else if (!line) {
        const stage = make("small", {}, fact.stage);
        stage.dataset.opStage = "";
        const item = make("li", {}, make("a", { href: fact.href }, fact.text), " ", stage,
                          make("progress", { max: 100, ariaLabel: fact.text }));
        item.dataset.op = fact.id;
        list.prepend(item);
    }
    showTray();
};

// A word that points at an operation, if there is one. What went wrong stays until it is read.
const toast = (text, href, tone) => {
    const box = make("div", { className: "toast" }, href ? make("a", { href }, text) : text);
    box.dataset.tone = tone;
    const close = make("button", { className: "button quiet small", type: "button", ariaLabel: "Dismiss: " + text }, "Dismiss");
    const go = () => {
        if (box.contains(document.activeElement)) {
            main.focus();
        }
        box.remove();
    };
    close.addEventListener("click", go);
    box.append(close);
    if (tone === "bad") {
        box.role = "alert";
    } else {
        const leave = () => box.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : go();
        setTimeout(leave, 6000);
    }
    const toasts = one("[data-toasts]");
    toasts.append(box);
    if (toasts.children.length > 4) {
        (one(".toast:not([data-tone=bad])", toasts) ?? toasts.firstChild).remove();
    }
};

const isShownAnyway = ({ href }) => location.pathname === href || location.pathname.startsWith("/bulk/");

const takeOperation = (fact) => {
    const changed = running.get(fact.id) !== fact.state;
    if (fact.runs) {
        running.set(fact.id, fact.state);
    } else {
        running.delete(fact.id);
        if (!document.hidden && !isShownAnyway(fact)) {
            toast(`${fact.text}: ${fact.state}`, fact.href, fact.tone);
        }
    }
    showOperation(fact);
    showInTray(fact);
    return changed;
};

const takePrivilege = ({ ready }) => {
    if (ready === !one("#blocked")) {
        return;
    }
    refresh(true);
    for (const button of ready ? all("[data-needs-root], form[data-form] > .vh[type=submit]", main) : []) {
        button.disabled = false;
        button.removeAttribute("aria-describedby");
    }
    for (const note of ready ? all("[data-blocked]", main) : []) {
        note.role = "status";
        note.textContent = "Steps that need root can be done now.";
    }
};

// Of a log only what is around it is drawn anew, when its VM changes.
const concerns = (fact) => {
    return location.pathname === `/vms/${encodeURIComponent(fact.vm ?? fact.target)}/logs`;
};

const listeners = []; // of parts that few pages have
const topicOf = { op: "ops", vm: "vms", guest: "vms", images: "images", plugin: "plugins" };
const takeFact = (fact) => {
    let structure = true;
    if (fact.t === "op") {
        structure = takeOperation(fact);
    } else if (fact.t === "privilege") {
        takePrivilege(fact);
    } else if (fact.t === "vm") {
        for (const state of all(`[data-vm="${CSS.escape(fact.vm)}"] [data-vm-state]`)) {
            setText(state, fact.state);
            state.dataset.tone = fact.tone;
        }
    }
    for (const listen of listeners) {
        listen(fact);
    }
    const topics = (main.dataset.topics ?? "").split(" ");
    if (structure && (topics.includes(topicOf[fact.t]) || concerns(fact))) {
        refresh(false);
    }
};

let aging;
const showConnection = ({ live, at }) => {
    const banner = one("[data-lost]");
    root.classList.toggle("stale", !live);
    banner.hidden = live;
    clearInterval(aging);
    if (!live) {
        let age = one("[data-age]", banner);
        if (!age) {
            age = make("span", { ariaHidden: "true" }); // said once is enough
            age.dataset.age = "";
            banner.firstElementChild.append(" ", age);
        }
        const show = () => setText(age, `As of ${Math.round((Date.now() - at) / 1000)} s ago.`);
        show();
        aging = setInterval(show, 1000);
    }
};

const take = (message) => {
    if (message.fact) {
        takeFact(message.fact);
    } else if (message.resync) {
        running.clear();
        refresh(true);
    } else {
        showConnection(message);
    }
    since = message.rev ?? since;
};

let since = 0;
// A stream of this page's own, while it is looked at.
const streamAlone = () => {
    let stream;
    const turn = () => {
        if (document.hidden) {
            stream?.close();
            stream = undefined;
        } else {
            stream ??= new Stream(since, take);
        }
    };
    document.addEventListener("visibilitychange", turn);
    addEventListener("pagehide", () => stream?.close());
    turn();
};

const startStream = () => {
    since = Number(document.body.dataset.revision);
    let worker;
    try {
        worker = new SharedWorker(policy.createScriptURL(document.body.dataset.worker), "banger");
    } catch {
        return streamAlone();
    }
    worker.onerror = () => {
        worker.port.close();
        streamAlone();
    };
    worker.port.onmessage = ({ data }) => take(data);
    const begin = () => worker.port.postMessage({ since });
    begin();
    addEventListener("pagehide", () => worker.port.postMessage({ bye: true }));
    addEventListener("pageshow", ({ persisted }) => persisted && begin());
};
