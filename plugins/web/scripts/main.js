// Small things of pages, and the begin of all of it.

const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
};

const copy = async (button) => {
    let said = "Copied";
    try {
        await navigator.clipboard.writeText(button.dataset.copy);
    } catch { // not allowed: it is selected, and one key away
        const text = one("code, a", button.parentElement);
        if (text) {
            select(text);
        }
        said = "Selected: press Ctrl+C";
    }
    const before = button.dataset.before ??= button.textContent;
    button.textContent = said;
    tellQuietly(said);
    clearTimeout(button.timer);
    button.timer = setTimeout(() => button.textContent = before, 2500);
};

// For those who do not see it.
const tellQuietly = (text) => {
    const place = one("#said") ?? make("p", { id: "said", className: "vh", role: "status" });
    document.body.append(place);
    place.textContent = text;
};

const selectAll = () => {
    const boxes = all("input[type=checkbox][form=bulk]", main);
    const every = boxes.every((box) => box.checked);
    for (const box of boxes) {
        box.checked = !every;
    }
    tellQuietly(every ? "None is selected" : `${boxes.length} are selected`);
};

const acts = {
    "[data-copy]": copy,
    "[data-theme-toggle]": nextTheme,
    "[data-select-all]": selectAll,
};

const start = () => {
    main = one("#main");
    startSettings();
    document.addEventListener("click", (event) => {
        for (const [selector, act] of Object.entries(acts)) {
            const element = event.target.closest?.(selector);
            if (element && isPlainClick(event)) {
                event.preventDefault();
                act(element);
            }
        }
        const tray = one("[data-tray][open]");
        if (tray && !tray.contains(event.target)) {
            tray.open = false;
        }
    });
    startDialogs();
    startKeys();
    startPage();
    startStream();
    if (one("[data-log-nowrap]", main)) {
        load("jsLogs");
    }
    if (one("[data-picker], [data-narrows]", main)) {
        load("jsPicker");
    }
};

// What few pages need.
const load = (name) => {
    const script = document.createElement("script");
    script.src = policy.createScriptURL(document.body.dataset[name]);
    document.head.append(script);
};

if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
} else {
    start();
}
