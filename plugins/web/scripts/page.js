// The page as it is now: <main> is fetched anew when something changes that is more than a text in it.

let main;
let refreshing = false, wanted = "", rested = 0, resting, ticking;

const isDirty = (input) => {
    if (input.nodeName === "SELECT") {
        const first = Math.max(0, [...input.options].findIndex((option) => option.defaultSelected));
        return input.selectedIndex !== first;
    }
    return input.type === "checkbox" || input.type === "radio" ? input.checked !== input.defaultChecked
                                                               : input.value !== input.defaultValue;
};
// What somebody fills in or is asked is left alone, whatever happens elsewhere.
const isTaken = () => one("form[data-form], form[data-confirm], .wrong form", main) !== null
    || all("form[method=post] :is(input:not([type=hidden], [form]), textarea)", main).some(isDirty);

const isAtEnd = (pre) => pre.scrollHeight > pre.clientHeight
    && pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 8;
const toEnd = (pre) => pre.scrollTop = pre.scrollHeight;

const put = (doc, whole) => {
    if (whole) {
        const script = one("head script", doc);
        if (!script || script.getAttribute("src") !== one("head script").getAttribute("src")) {
            if (script && !isTaken()) {
                location.reload(); // another banger has been installed
            }
            return;
        }
        for (const part of ["[data-tray]", "[data-banners]"]) {
            morph(one(part), one(part, doc));
        }
        showTray();
    }
    if (isTaken()) {
        return;
    }
    const ends = all("pre:not([data-log])", main).filter(isAtEnd);
    if (whole) {
        morph(main, one("main", doc));
        document.title = doc.title;
    } else {
        const inside = doc.createElement("main");
        morphAttributes(inside, main);
        inside.append(...doc.body.childNodes);
        morph(main, inside);
    }
    ends.forEach(toEnd);
};

const read = async (path, headers) => {
    const answer = await fetch(path, { headers, signal: AbortSignal.timeout(15000) });
    // What is gone is shown as gone; of what goes wrong the stream will tell.
    if (!answer.headers.get("Content-Type").startsWith("text/html") || (!answer.ok && answer.status !== 404)) {
        throw new Error(answer.status);
    }
    return [parse(await answer.text()), answer];
};

// whole: also what is around <main>. Once more after a short rest, should more happen meanwhile.
const refresh = async (whole) => {
    wanted = whole || wanted === "whole" ? "whole" : "main";
    if (refreshing || resting || document.hidden) {
        return;
    }
    const rest = rested + 600 - Date.now();
    if (rest > 0) {
        resting = setTimeout(() => {
            resting = undefined;
            refresh(wanted === "whole");
        }, rest);
        return;
    }
    const everything = wanted === "whole";
    wanted = "";
    refreshing = true;
    try {
        const [doc, answer] = await read(location.href, everything ? {} : { "X-Banger-Fragment": "1" });
        if (!everything) {
            main.dataset.every = answer.headers.get("X-Banger-Every") ?? 0;
        }
        put(doc, everything);
    } catch {} // the stream says what it is, and has it read again
    refreshing = false;
    rested = Date.now();
    tick();
    if (wanted) {
        refresh(wanted === "whole");
    }
};

// Figures change without being told of.
const tick = () => {
    clearTimeout(ticking);
    const every = Number(main.dataset.every);
    if (every > 0 && !document.hidden) {
        ticking = setTimeout(() => root.classList.contains("stale") ? tick() : refresh(false), every * 1000);
    }
};

const startPage = () => {
    for (const pre of all("pre.log[role=region]")) {
        toEnd(pre); // what was written last
    }
    tick();
    document.addEventListener("visibilitychange", () => {
        tick();
        if (wanted && !document.hidden) {
            refresh(wanted === "whole");
        }
    });
};
