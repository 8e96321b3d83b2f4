// Questions and refusals in a <dialog>, and forms that are sent without leaving the page. What these need to know is what
// the pages have that do the same without them.

const openDialog = (inside, opener = document.activeElement) => {
    const dialog = make("dialog", {}, ...inside);
    const heading = one("h1, h2", dialog);
    const title = make("h2", { id: "dialog-title" }, ...heading.childNodes); // the page has its <h1>
    heading.replaceWith(title);
    dialog.setAttribute("aria-labelledby", title.id);
    const path = opener?.getAttribute?.("href");
    dialog.addEventListener("close", () => {
        dialog.remove();
        // Its place may have been drawn anew meanwhile.
        const back = dialog.back ?? (opener?.isConnected ? opener : path && one(`a[href="${CSS.escape(path)}"]`, main));
        (back || main).focus();
    });
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
    document.body.append(dialog);
    dialog.showModal();
    (one("[autofocus]", dialog) ?? one("input:not([type=hidden]), button, a[href]", dialog))?.focus();
    return dialog;
};

const closer = (text = "Close") => {
    const button = make("button", { className: "button", type: "button", autofocus: true }, text);
    button.addEventListener("click", () => button.closest("dialog").close());
    return button;
};

const tellRefusal = (answer, opener) => {
    const { message = "The console did not say why.", hint } = answer.error ?? {};
    const buttons = make("div", { className: "actions" }, closer());
    if (answer.href) {
        buttons.prepend(make("a", { className: "button", href: answer.href }, "Look at the operation that is in the way"));
    }
    openDialog([make("h2", {}, "That was not done"), make("p", {}, message), hint ? make("p", {}, hint) : "", buttons], opener);
};

// The answer as JSON; undefined: a page is needed for it.
const send = async (form, submitter) => {
    const answer = await fetch(submitter?.getAttribute("formaction") ?? form.getAttribute("action"), {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form, submitter)),
        signal: AbortSignal.timeout(20000),
    });
    const isJson = answer.headers.get("Content-Type").startsWith("application/json");
    return isJson ? { ok: answer.ok, ...await answer.json() } : undefined;
};

const goOn = ({ op, href }, text, opener) => {
    const isOfOne = location.pathname.split("/").length > 2; // which is about to go
    if (href.includes("/bulk/confirm")) {
        ask(href, opener);
    } else if (!op || location.pathname.startsWith("/ops/") && location.pathname !== href || isOfOne && opener?.closest("dialog")) {
        location.assign(href);
    } else {
        toast(`${text}: begun`, href, "");
        refresh(true);
    }
};

const sendInPlace = async (form, submitter) => {
    const button = submitter ?? one("button", form);
    const text = button.textContent.trim();
    if (button.ariaBusy === "true") {
        return; // the second click of a double one
    }
    button.ariaBusy = "true";
    let answer;
    try {
        answer = await send(form, submitter);
    } catch {
        answer = { error: { message: "The daemon does not answer. Whether it was done, the operations tell once it does." } };
    }
    button.ariaBusy = "false";
    const dialog = form.closest("dialog");
    if (!answer) {
        form.dataset.plain = "";
        form.requestSubmit(submitter); // as without a script: the page says what is to be done
    } else if (!answer.ok && dialog && one("[name=count]", form)) {
        const fault = one(".error", form) ?? make("span", { className: "error", role: "alert", id: "count-error" });
        const count = one("[name=count]", form);
        count.after(fault);
        fault.textContent = answer.error.message;
        count.ariaInvalid = "true";
        count.setAttribute("aria-describedby", fault.id);
        count.focus();
    } else {
        if (answer.ok) {
            goOn(answer, text, button);
            dialog?.close();
        } else {
            dialog?.close();
            tellRefusal(answer, dialog ? document.activeElement : button);
        }
    }
};

// The page of a question, as a dialog.
const ask = async (href, opener) => {
    let doc;
    try {
        [doc] = await read(href, { "X-Banger-Fragment": "1" });
    } catch {}
    if (!doc || !one("form", doc)) {
        location.assign(href);
        return;
    }
    const inside = one(".wrong", doc) ?? doc.body;
    const dialog = openDialog([...inside.childNodes].map((node) => document.importNode(node, true)), opener);
    for (const cancel of all(".actions > a.button", dialog)) {
        cancel.role = "button";
        cancel.addEventListener("click", (event) => {
            event.preventDefault();
            dialog.close();
        });
    }
};

const isPlainClick = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
    && !event.defaultPrevented;

const startDialogs = () => {
    document.addEventListener("click", (event) => {
        const link = event.target.closest?.("a[data-confirm]");
        if (link && isPlainClick(event)) {
            event.preventDefault();
            ask(link.getAttribute("href"), link);
        }
    });
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (root.classList.contains("stale")) { // a page of the browser's would take its place, and what was typed in
            event.preventDefault();
            toast("Not sent: the daemon does not answer", "", "bad");
        } else if (form.method === "post" && form.dataset.plain === undefined
                   && form.matches(".actions, .actions form, [data-bulk], dialog form")) {
            event.preventDefault();
            sendInPlace(form, event.submitter);
        }
    });
};
